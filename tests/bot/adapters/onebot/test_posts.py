"""Rendering: segments only, single mentions only, nothing that a member typed becomes more than text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import DeliveryError, Outcome
from bot.adapters.onebot._posts import LIMIT, named, render, request
from storage.frames import GroupKind, Place
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote

HOSTILE = [
    "[CQ:at,qq=all]",
    "@全体成员",
    "@everyone",
    "[CQ:image,file=file:///etc/passwd]",
    "<b>x</b>](http://x)",
    "&#91;CQ:at,qq=all&#93;",
    "\ufdd0",
    "\0\ud83d",
]


def segments(body: Body) -> list[list[tuple[str, dict[str, Any]]]]:
    posts = [json.loads(post) for post in render(body)]
    return [[(part["type"], part["data"]) for part in post] for post in posts if isinstance(post, list)]


def test_a_body() -> None:
    body = Body(
        (
            Heading("谢谢"),
            Paragraph((At("20001", "老樊"), Plain(" "), At("20002", "阿棠"), Plain(" 你们同问的 #2941 解决了"))),
            Quote("别手删 pg_wal"),
            Paragraph((Link("https://pg.example.org/r/55", "回放"),)),
            File("secret.csv", "名单"),
        ),
        (Button("解决了", "/solved"),),
    )
    assert segments(body) == [
        [
            ("text", {"text": "【谢谢】\n"}),
            ("at", {"qq": "20001"}),
            ("text", {"text": " "}),
            ("at", {"qq": "20002"}),
            (
                "text",
                {"text": " 你们同问的 #2941 解决了\n「别手删 pg_wal」\n回放 https://pg.example.org/r/55\n[名单]"},
            ),
        ]
    ]


PNG = b"\x89PNG"


def test_a_picture_stands_in_its_place_and_is_filled_in_when_it_is_sent() -> None:
    body = Body((Paragraph((Plain("前"), At("20001", "x"))), Picture("a.png", "一张[图]"), Paragraph((Plain("后"),))))
    (payload,) = render(body)
    assert named(payload) == ["a.png"]
    whole = [("text", {"text": "前"}), ("at", {"qq": "20001"}), ("text", {"text": "\n"})]
    for contents, shown in (
        ({"a.png": PNG}, ("image", {"file": "base64://iVBORw==", "summary": "[一张[图]]"})),
        ({}, ("text", {"text": "[一张[图]]"})),
    ):
        _, params = request(Place("qq", "700"), payload, None, contents)
        message = params["message"]
        assert isinstance(message, list)
        assert [(part["type"], part["data"]) for part in message] == [*whole, shown, ("text", {"text": "\n后"})]


def test_a_file_goes_to_one_member_alone() -> None:
    first, second = render(Body((Paragraph((Plain("你的"),)), File("a.json", "完整的一份"))))
    assert json.loads(first)[0]["data"]["text"] == "你的\n[完整的一份]"
    assert named(second) == ["a.json"]
    direct = Place("qq", "direct:8", GroupKind.DIRECT)
    asked = request(direct, second, None, {"a.json": b"{}"})
    assert asked == ("upload_private_file", {"user_id": 8, "file": "base64://e30=", "name": "a.json"})
    for place, contents in ((Place("qq", "700"), {"a.json": b"{}"}), (direct, {})):
        with pytest.raises(DeliveryError) as refused:
            request(place, second, None, contents)
        assert refused.value.outcome is Outcome.REFUSED


def test_files_leave_room_for_what_is_said() -> None:
    body = Body((Paragraph((Plain("长。" * 9_000),)), *(File(f"{n}.json", "x") for n in range(9))))
    posts = [json.loads(post) for post in render(body)]
    assert [isinstance(post, dict) for post in posts] == [False, True, True, True, True]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_member_typed_stays_text(text: str) -> None:
    body = Body((Paragraph((Plain(text),)), Quote(text), Heading(text), Paragraph((Link(text, text),))))
    ((only,),) = segments(body)
    assert only[0] == "text"
    if text.isprintable():
        assert only[1]["text"].count(text) == 5


@pytest.mark.parametrize("member", ["all", "", "0,qq=all", "20001]", "２０００１", "-1"])
def test_a_mention_of_what_is_no_member_is_text(member: str) -> None:
    body = Body((Paragraph((At(member, "谁"), Plain(" 看"))),))
    assert segments(body) == [[("text", {"text": "@谁 看"})]]


def test_a_long_body_is_split_and_its_mentions_stay_in_place() -> None:
    lines = [Paragraph((Plain(f"{n} "), At(str(30000 + n), "x"), Plain("。" * 90))) for n in range(60)]
    posts = segments(Body(tuple(lines)))
    assert len(posts) == 3
    mentioned = [data["qq"] for post in posts for what, data in post if what == "at"]
    assert mentioned == [str(30000 + n) for n in range(60)]
    for number, post in enumerate(posts, 1):
        assert post[-1][1]["text"].endswith(f"\n({number}/3)")
        assert sum(len(data.get("text", "")) for _, data in post) <= LIMIT
        before = [text for (text, (what, _)) in zip([{}, *[d for _, d in post]], post, strict=False) if what == "at"]
        assert all(text["text"].endswith(" ") for text in before)


TEXTS = st.text(max_size=400) | st.sampled_from(HOSTILE) | st.just("长" * 900)
SPANS = st.builds(Plain, TEXTS) | st.builds(At, st.sampled_from(["1", "20001", "all"]), TEXTS)
BLOCKS: st.SearchStrategy[Block] = st.builds(
    lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=6)
) | st.builds(Quote, TEXTS)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCKS, max_size=12))
def test_only_text_and_single_mentions_ever_come_out(blocks: list[Block]) -> None:
    posts = segments(Body(tuple(blocks)))
    assert 1 <= len(posts) <= 5
    for post in posts:
        assert {what for what, _ in post} <= {"text", "at"}
        assert {data["qq"] for what, data in post if what == "at"} <= {"1", "20001"}
        assert sum(len(data.get("text", "")) for _, data in post) <= LIMIT


@pytest.mark.parametrize(
    ("place", "quoted", "action", "target", "types"),
    [
        (Place("qq", "700"), None, "send_group_msg", {"group_id": 700}, ["text"]),
        (Place("qq", "700"), "-5", "send_group_msg", {"group_id": 700}, ["reply", "text"]),
        (Place("qq", "abc"), None, "send_group_msg", {"group_id": "abc"}, ["text"]),
        (Place("qq", "direct:8", GroupKind.DIRECT), "9", "send_private_msg", {"user_id": 8}, ["reply", "text"]),
    ],
)
def test_requests(place: Place, quoted: str | None, action: str, target: dict[str, Any], types: list[str]) -> None:
    asked, params = request(place, render(Body.of("x"))[0], quoted)
    message = params.pop("message")
    assert isinstance(message, list)
    assert (asked, params) == (action, target)
    assert [part["type"] for part in message] == types
    if quoted:
        assert message[0]["data"] == {"id": quoted}
