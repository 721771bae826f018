"""Rendering: what members typed is text, mentions are of ids, tags are closed, and Telegram takes every part."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram._posts import LIMIT, caption, is_plain_name, render, text_of, units
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote
from tests.platforms.telegram import markup

HOSTILE = [
    "<b>x</b>",
    "</b></blockquote><a href='tg://user?id=1'>x</a>",
    "&lt;b&gt; &amp; &#60; & <",
    '"><img src=x onerror=alert(1)>',
    "[x](http://x) *b* _i_ `c` ||s||",
    "@laofan @everyone @all @所有人 a@laofan.org 中@laofan",
    "[CQ:at,qq=all]",
    "tg://user?id=20001",
    "/etc/passwd file:///etc/passwd",
    "\ufdd0\ufdd1\ufdd1\ufdd2",
    "\0\ud83d\u202e",
    "```\n<x>\n```",
    "{{7*7}} %(x)s {0.__class__}",
]


def posts(body: Body) -> list[dict[str, Any]]:
    return [json.loads(post) for post in render(body)]


def only(*blocks: Block, buttons: tuple[Button, ...] = ()) -> str:
    (post,) = posts(Body(blocks, buttons))
    return str(post["html"])


def test_a_body() -> None:
    html = only(
        Heading("谢谢 & 再见"),
        Paragraph((At("20001", "老樊"), Plain(" "), At("20002", "阿棠"), Plain(" 的 #2941 解决了"))),
        Quote("别手删 <pg_wal>"),
        Paragraph((Link("https://pg.example.org/r/55?a=1&b=2", "回放"), Plain(" "), Link("https://pg.example.org/x"))),
        Heading("下周"),
    )
    assert html.split("\n") == [
        "<b>谢谢 &amp; 再见</b>",
        '<a href="tg://user?id=20001">@老樊</a> <a href="tg://user?id=20002">@阿棠</a> 的 #2941 解决了',
        "<blockquote>别手删 &lt;pg_wal&gt;</blockquote>",
        '<a href="https://pg.example.org/r/55?a=1&amp;b=2">回放</a> https://pg.example.org/x',
        "",
        "<b>下周</b>",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_member_typed_stays_text(text: str) -> None:
    html = only(Paragraph((Plain(text),)), Quote(text), Heading(text), Paragraph((At("20001", text),)))
    shown = markup.read(html)
    assert [one["type"] for one in shown.entities] == ["blockquote", "bold", "text_mention"]
    if text.isprintable():
        assert shown.text.replace("\u2060", "").count(text) == 4


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "tg://user?id=1", "file:///etc/passwd", "x", "https://a b", "https://a\n"]
)
def test_only_the_web_is_linked(url: str) -> None:
    shown = markup.read(only(Paragraph((Link(url, "看这里"),))))
    assert (shown.entities, "看这里" in shown.text) == ([], True)


@pytest.mark.parametrize("url", ['https://x/"><b>', "https://x/'onclick=", "http://x/?a=1&b=<2>"])
def test_an_address_stays_within_its_quotes(url: str) -> None:
    (link,) = markup.read(only(Paragraph((Link(url, "看"),)))).entities
    assert link["url"] == url


@pytest.mark.parametrize("member", ["all", "", '1"><b>', "20001]", "２０００１", "-1", "@laofan"])
def test_a_mention_of_what_is_no_member_is_text(member: str) -> None:
    assert only(Paragraph((At(member, "谁"), Plain(" 看")))) == "@谁 看"


def test_a_name_that_is_typed_calls_nobody() -> None:
    html = only(
        Paragraph((Plain("@laofan 中@laofan a@laofan.org"), At("x", "laofan"), Plain("@"), Plain("laofan"))),
        Quote("@laofan"),
    )
    assert [one["type"] for one in markup.read(html).entities] == ["blockquote"]
    assert "a@laofan.org" in html


# -- pictures, files, buttons ------------------------------------------------------------------------------------------


def test_pictures_and_files_come_behind_the_text() -> None:
    body = Body((Picture("a.png", "图"), Paragraph((Plain("字"),)), File("b.csv", "名单")), (Button("好", "/ok"),))
    assert posts(body) == [
        {"html": "字", "buttons": [[["好", "/ok"]]]},
        {"picture": "a.png", "label": "图"},
        {"file": "b.csv", "label": "名单"},
    ]
    assert posts(Body((Picture("a.png", "图"),), (Button("好", "/ok"),))) == [
        {"picture": "a.png", "label": "图", "buttons": [[["好", "/ok"]]]}
    ]


def test_there_are_never_more_than_five() -> None:
    pictures = tuple(Picture(f"{n}.png", f"图{n}") for n in range(9))
    long = tuple(Paragraph((Plain("长" * 900),)) for _ in range(40))
    found = posts(Body(pictures + long))
    assert [next(iter(post)) for post in found] == ["html", *["picture"] * 4]
    assert "[图8]" in found[0]["html"]
    assert len(posts(Body(long))) == 5


NAMES = ["../x.png", "/etc/passwd", "a/b.png", "..", ".", "", "..\\win.ini", "C:x.png", "a\0.png"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_a_path_in_it_is_refused(name: str) -> None:
    assert not is_plain_name(name)
    assert only(Picture(name, "图"), File(name, "名单")) == "[图]\n[名单]"


def test_captions_and_stand_ins_are_text() -> None:
    assert caption({"picture": "a.png", "label": "<b>@laofan"}) == "&lt;b&gt;@\u2060laofan"
    assert units(markup.read(caption({"label": "🐘" * 900})).text) <= 1024
    assert text_of({"picture": "a.png", "label": "<图>"}) == "[&lt;图&gt;]"


@pytest.mark.parametrize(
    ("buttons", "rows"),
    [
        ([("解决了", "/solved 1"), ("没解决", "/reopen 1")], [[["解决了", "/solved 1"], ["没解决", "/reopen 1"]]]),
        (
            [("a", "/a"), ("b", "/b"), ("c", "/c"), ("d", "/d")],
            [[["a", "/a"], ["b", "/b"], ["c", "/c"]], [["d", "/d"]]],
        ),
        ([("长", "解" * 22), ("好", "解" * 21)], [[["好", "解" * 21]]]),
        ([("", "/a"), ("a", "")], None),
        ([("<b>\n x", "/a")], [[["<b> x", "/a"]]]),
    ],
)
def test_buttons(buttons: list[tuple[str, str]], rows: object) -> None:
    (post,) = posts(Body((Paragraph((Plain("x"),)),), tuple(Button(*one) for one in buttons)))
    assert post.get("buttons") == rows


# -- length ------------------------------------------------------------------------------------------------------------


def test_a_long_body_is_cut_before_it_is_marked_up() -> None:
    blocks = [Paragraph((Plain(f"{n} <&> "), At(str(30000 + n), "🐘"), Plain("。" * 90))) for n in range(150)]
    found = [str(post["html"]) for post in posts(Body(tuple(blocks)))]
    assert len(found) == 4
    shown = [markup.read(html) for html in found]
    assert [e["user"]["id"] for one in shown for e in one.entities] == [30000 + n for n in range(150)]
    for number, one in enumerate(shown, 1):
        assert one.text.endswith(f"\n({number}/4)")
        assert units(one.text) <= 4096


def test_what_is_cut_within_markup_is_closed_and_opened_again() -> None:
    quote = "一句话。" * 1500
    found = [str(post["html"]) for post in posts(Body((Quote(quote),)))]
    assert len(found) == 2
    shown = [markup.read(html) for html in found]
    assert [[e["type"] for e in one.entities] for one in shown] == [["blockquote"], ["blockquote"]]
    assert all(html.rpartition("</blockquote>")[2].startswith("\n(") for html in found)
    assert "".join(one.text.rpartition("\n")[0] for one in shown).replace("…", "") == quote


def test_a_fence_with_a_mention_in_it_is_text_also_where_it_is_cut() -> None:
    spans = (Plain("```"), At("20001", "老樊"), Plain("\n" + "长" * 5000))
    found = posts(Body((Paragraph(spans), Quote("``` x\n" + "y" * 100))))
    shown = [markup.read(post["html"]) for post in found]
    assert [[one["type"] for one in part.entities] for part in shown] == [["text_mention"], ["blockquote"]]
    assert shown[0].text.startswith("```@老樊")
    assert sum(part.text.count("```") for part in shown) == 2


def test_elephants_are_two_units_long() -> None:
    found = posts(Body((Paragraph((Plain("🐘" * 3000),)),)))
    assert len(found) == 2
    assert all(units(markup.read(post["html"]).text) <= LIMIT for post in found)


TEXTS = st.text(max_size=60) | st.sampled_from(HOSTILE) | st.just("长🐘" * 600) | st.just("@x_y " * 300)
SPANS = (
    st.builds(Plain, TEXTS)
    | st.builds(At, st.sampled_from(["1", "20001", "all"]), TEXTS)
    | st.builds(Link, st.sampled_from(["https://x/?a&b", "javascript:x"]), TEXTS)
)
BLOCKS: st.SearchStrategy[Block] = (
    st.builds(lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=5))
    | st.builds(Quote, TEXTS)
    | st.builds(Heading, TEXTS)
    | st.builds(Picture, st.sampled_from(["a.png", "../x"]), TEXTS)
)  # fmt: skip


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCKS, max_size=10))
def test_telegram_takes_whatever_comes_out(blocks: list[Block]) -> None:
    found = posts(Body(tuple(blocks)))
    assert 1 <= len(found) <= 5
    for post in found:
        shown = markup.read(text_of(post))
        assert units(shown.text) <= 4096
        assert {one["type"] for one in shown.entities} <= {"bold", "blockquote", "text_mention", "text_link"}
        assert {one["user"]["id"] for one in shown.entities if "user" in one} <= {1, 20001}
        assert {one["url"] for one in shown.entities if "url" in one} <= {"https://x/?a&b"}
