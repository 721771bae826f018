"""Rendering: texts with mentions by id, and files of ours; nothing that a member typed becomes more than text."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import Outcome
from bot.adapters.wechat._posts import FILE_LIMIT, LIMIT, delivery_error, order, render, safe
from bot.adapters.wechat._wire import LostError, NotWrittenError, OrderError
from storage.frames import GroupKind, Place
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote

GROUP = Place("wechat", "27015123@chatroom")
DIRECT = Place("wechat", "direct:wxid_at", GroupKind.DIRECT)
HOSTILE = [
    "@所有人",
    "@all",
    "notify@all",
    "[CQ:at,qq=all]",
    "<b>x</b>](http://x)",
    '<msg><appmsg appid="" sdkver="0"><title>x</title></appmsg></msg>',
    "../../etc/passwd",
    "{{7*7}} %(x)s {0.__class__}",
    "\ufdd0",
    "\0\ud83d",
    "@小象\u2005",
]


def posts(body: Body) -> list[dict[str, Any]]:
    return [json.loads(post) for post in render(body)]


def test_a_body() -> None:
    body = Body(
        (
            Heading("谢谢"),
            Paragraph((At("wxid_fan", "老樊"), Plain(" "), At("wxid_at", "@阿棠"), Plain(" 你们同问的 #2941 解决了"))),
            Quote("别手删 pg_wal"),
            Paragraph((Link("https://pg.example.org/r/55", "回放"),)),
            Picture("week.png", "周报图"),
            File("mine.json", "你的数据"),
        ),
        (Button("解决了", "/solved"),),
    )
    assert posts(body) == [
        {
            "text": "【谢谢】\n@老樊\u2005@阿棠\u2005你们同问的 #2941 解决了\n「别手删 pg_wal」\n回放 https://pg.example.org/r/55",
            "mentions": ["wxid_fan", "wxid_at"],
        },
        {"file": "week.png", "alt": "周报图"},
        {"file": "mine.json", "alt": "你的数据", "private": True},
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_member_typed_stays_text(text: str) -> None:
    blocks = (Paragraph((Plain(text),)), Quote(text), Heading(text), Paragraph((Link(text, text),)))
    (only,) = posts(Body(blocks))
    assert only["mentions"] == []
    assert "\u2005" not in only["text"]
    if text.isprintable():
        assert only["text"].count(text) == 5


@pytest.mark.parametrize("member", ["notify@all", "announcement@all", "all", "", "wxid a", "wxid\n", "群主", "x" * 101])
def test_a_mention_of_what_is_no_member_is_text(member: str) -> None:
    assert posts(Body((Paragraph((At(member, "谁"), Plain(" 看"))),))) == [{"text": "@谁 看", "mentions": []}]


def test_a_name_is_a_name() -> None:
    (only,) = posts(Body((Paragraph((At("wxid_at", "@所有人\u2005\n x"), Plain("看"))),)))
    assert only == {"text": "@所有人 x\u2005看", "mentions": ["wxid_at"]}


@pytest.mark.parametrize("name", ["../a.png", "/etc/passwd", "a/b.png", "..", ".", "", "C:\\x.png", "a\0.png", "x:y"])
def test_a_name_with_a_path_in_it_is_no_file(name: str) -> None:
    assert not safe(name)
    assert posts(Body((Picture(name, "周报图"),))) == [{"text": "[周报图]", "mentions": []}]


def test_at_most_five_posts() -> None:
    body = Body((Paragraph((Plain("长。" * 9000),)), *(Picture(f"{n}.png", f"图{n}") for n in range(4))))
    found = posts(body)
    assert [post.get("file") for post in found] == [None, None, None, "0.png", "1.png"]
    assert posts(Body(())) == []


def test_orders(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "week.png").write_bytes(b"\x89PNG")
    picture, gone, private = (
        {"file": "week.png", "alt": "图"},
        {"file": "gone.png", "alt": "图"},
        {"file": "week.png", "alt": "图", "private": True},
    )
    path = str(tmp_path / "files" / "week.png")
    as_file = {"path": path, "name": "week.png"}
    as_text = {"text": "[图]", "mentions": []}
    for place, payload, want in [
        (GROUP, {"text": "x", "mentions": ["wxid_at"]}, ("text", {"text": "x", "mentions": ["wxid_at"]})),
        (GROUP, picture, ("file", as_file)),
        (DIRECT, private, ("file", as_file)),
        (GROUP, private, ("text", as_text)),
        (GROUP, gone, ("text", as_text)),
        (GROUP, {"file": "../secret", "alt": "图"}, ("text", as_text)),
    ]:
        do, parts = order(place, json.dumps(payload), tmp_path)
        assert (do, parts) == (want[0], want[1] | {"to": place.key.removeprefix("direct:")})


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    with (tmp_path / "files" / "week.png").open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    assert order(GROUP, json.dumps({"file": "week.png", "alt": "图"}), tmp_path)[0] == "text"


@pytest.mark.parametrize(
    ("error", "outcome", "wait"),
    [
        (NotWrittenError("x"), Outcome.NOT_SENT, None),
        (LostError("x"), Outcome.UNKNOWN, None),
        (TimeoutError("x"), Outcome.UNKNOWN, None),
        (OrderError("not_sent", "x"), Outcome.NOT_SENT, None),
        (OrderError("refused", "x"), Outcome.REFUSED, None),
        (OrderError("unknown", "x"), Outcome.UNKNOWN, None),
        (OrderError("?", "x"), Outcome.UNKNOWN, None),
        (OrderError("limited", "RESOURCE_EXHAUSTED: wait 7 s"), Outcome.NOT_SENT, timedelta(seconds=7)),
        (OrderError("limited", "too fast"), Outcome.NOT_SENT, timedelta(seconds=60)),
    ],
)
def test_what_a_failure_means(error: OSError | OrderError, outcome: Outcome, wait: timedelta | None) -> None:
    found = delivery_error(error)
    assert (found.outcome, found.retry_after) == (outcome, wait)


TEXTS = st.text(max_size=400) | st.sampled_from(HOSTILE) | st.just("长" * 900)
SPANS = st.builds(Plain, TEXTS) | st.builds(At, st.sampled_from(["wxid_a", "wxid_b", "notify@all"]), TEXTS)
BLOCKS: st.SearchStrategy[Block] = (
    st.builds(lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=6))
    | st.builds(Quote, TEXTS)
    | st.builds(Picture, st.sampled_from(["a.png", "../b"]), TEXTS)
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCKS, max_size=12))
def test_only_text_files_and_single_mentions_ever_come_out(blocks: list[Block]) -> None:
    found = posts(Body(tuple(blocks)))
    assert len(found) <= 5
    for post in found:
        assert post.keys() <= {"text", "mentions", "file", "alt"}
        assert set(post.get("mentions", [])) <= {"wxid_a", "wxid_b"}
        assert post.get("file", "a.png") == "a.png"
        assert post.get("text", "").count("\u2005") >= len(post.get("mentions", []))
        assert len(post.get("text", "")) <= LIMIT + 100 * post.get("text", "").count("\u2005")
