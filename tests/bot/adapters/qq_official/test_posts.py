"""Rendering: as text or as Markdown, and nothing that a member typed becomes a tag, a mention or an address."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.qq_official._posts import BUTTONS, LIMIT, Style, escape, keyboard, render, without_dots
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote

MEMBER = "2727CB249F8C5E16612362BEE893DAAC"
TEXT, LINKS = Style(), Style(links=True)
MARKDOWN = Style(markdown=True, links=True, buttons=True)
TAG = re.compile(r"<\s*/?\s*(?:[@#!]|emoji|faceType|qqbot)", re.IGNORECASE)
HOSTILE = [
    "<@2727CB249F8C5E16612362BEE893DAAC>",
    "<@!everyone>",
    '<qqbot-at-user id="2727CB249F8C5E16" />',
    "<qqbot-at-everyone />",
    "< qqbot-cmd-input text='/optout' />",
    "<QQBOT-AT-EVERYONE/>",
    "</qqbot-x>",
    "<<@x>@y>",
    "<emoji:128076>",
    '<faceType=1,faceId="300",ext="">',
    "<#channel>",
    "@everyone",
    "@全体成员",
    "[CQ:at,qq=all]",
    "](https://x.example.com)",
    "![x](https://x.example.com/1.png)",
    "<b>x</b>",
    "\ufdd0\ufdd1\ufdd2",
    "\0\ud83d",
]


def posts(body: Body, style: Style = TEXT) -> list[dict[str, Any]]:
    return [json.loads(post) for post in render(body, style)]


BODY = Body(
    (
        Heading("谢谢"),
        Paragraph((At(MEMBER, "老樊"), Plain(" #2941 解决了，a < b && c_d"))),
        Quote("别手删 pg_wal"),
        Paragraph((Link("https://pg.example.org/r/55", "回放"), Plain("，"), Link("https://pg.example.org/e"))),
        File("secret.csv", "名单"),
    ),
    (Button("解决了", "/solved 2941"),),
)


def test_a_body_as_text() -> None:
    text = "【谢谢】\n@老樊 #2941 解决了，a < b && c_d\n「别手删 pg_wal」\n回放，[链接]\n[名单]"
    assert posts(BODY) == [{"text": text}]


def test_a_body_as_text_with_addresses() -> None:
    ((only),) = posts(BODY, LINKS)
    assert "回放 https://pg.example.org/r/55，https://pg.example.org/e" in only["text"]


def test_a_body_as_markdown() -> None:
    text = (
        f"## 谢谢\n<@{MEMBER}> \\#2941 解决了，a \\< b \\&\\& c\\_d\n> 别手删 pg\\_wal\n\n"
        "[回放](https://pg.example.org/r/55)，[https://pg.example.org/e](https://pg.example.org/e)\n\\[名单\\]"
    )
    assert posts(BODY, MARKDOWN) == [{"markdown": text, "buttons": [["解决了", "/solved 2941"]]}]


@pytest.mark.parametrize("style", [TEXT, LINKS, MARKDOWN, Style(markdown=True)])
@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_member_typed_is_no_tag(text: str, style: Style) -> None:
    spans = (Plain(text), At("all", text), Plain(text))
    body = Body(
        (Paragraph(spans), Quote(text), Heading(text), Paragraph((Link("https://x.org", text),)), File("x", text))
    )
    for post in posts(body, style):
        said = post.get("text") or post["markdown"]
        said = said.replace("](https://x.org)", "]")
        assert not TAG.search(said.replace("\\", ""))
        assert "@everyone" not in said
        assert "@全体成员" not in said
        assert not style.markdown or not re.search(r"(?<!\\)\]\(", said)
        said.encode()


@pytest.mark.parametrize("member", ["", "all", "everyone", "x><@everyone", "短", "A" * 65, "2727CB24 9F8C5E16"])
def test_a_mention_of_what_is_no_member_is_text(member: str) -> None:
    ((only),) = posts(Body((Paragraph((At(member, "谁"), Plain(" 看"))),)), MARKDOWN)
    assert only == {"markdown": "@谁 看"} if member != "everyone" else only


@pytest.mark.parametrize(
    ("typed", "posted"),
    [
        ("见 https://pg.example.com/a?b=c#d", "见 pg．example．com/a?b=c#d"),
        ("www.example.org", "example．org"),
        ("ftp://x.cn", "x．cn"),
        ("a.b.example.com.cn 上", "a．b．example．com．cn 上"),
        ("postgresql.conf 里的 t.info", "postgresql.conf 里的 t.info"),
        ("SELECT 1.5, u.name", "SELECT 1.5, u.name"),
        ("com. cn", "com. cn"),
    ],
)
def test_addresses_that_members_typed(typed: str, posted: str) -> None:
    assert posts(Body.of(typed)) == [{"text": posted}]
    assert posts(Body.of(typed), LINKS) == [{"text": typed}]


def test_every_dot_goes_where_the_platform_still_sees_an_address() -> None:
    assert without_dots("看 t.info，1.5 倍。完.") == "看 t．info，1．5 倍。完."


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("# 标题", "\\# 标题"),
        ("- 一\n+ 二\n1. 三", "\\- 一\n\\+ 二\n1\\. 三"),
        ("---", "\\---"),
        ("a*b*c ~~d~~ `e`", "a\\*b\\*c \\~\\~d\\~\\~ \\`e\\`"),
        ("C:\\x | y", "C:\\\\x \\| y"),
        ("12) 好", "12\\) 好"),
        ("1.5 倍", "1\\.5 倍"),
    ],
)
def test_markdown_shows_what_was_typed(typed: str, shown: str) -> None:
    assert escape(typed) == shown


def test_pictures_stand_between_texts() -> None:
    blocks = (Paragraph((Plain("前"),)), Picture("a.png", "图一"), Paragraph((Plain("后"),)), Picture("b.png", "<@x>"))
    assert posts(Body(blocks)) == [
        {"text": "前"},
        {"picture": "a.png", "alt": "图一"},
        {"text": "后"},
        {"picture": "b.png", "alt": "＜@x>"},
    ]


def test_what_is_too_much_is_cut() -> None:
    pictures = tuple(Picture(f"{n}.png", f"图{n}") for n in range(9))
    found = posts(Body((Paragraph((Plain("长。" * 9_000),)), *pictures)))
    assert len(found) == 5
    assert [post.get("picture") for post in found] == [None, "0.png", "1.png", "2.png", "3.png"]
    assert posts(Body(pictures))[-1] == {"text": "[图4]\n[图5]\n[图6]\n[图7]\n[图8]"}


def test_a_long_body_is_cut_and_its_mentions_stay_in_place() -> None:
    members = [f"{n:032X}" for n in range(60)]
    lines = [Paragraph((Plain(f"{n} "), At(member, "x"), Plain("。" * 70))) for n, member in enumerate(members)]
    found = [post["markdown"] for post in posts(Body(tuple(lines)), MARKDOWN)]
    assert len(found) > 2
    assert [member for text in found for member in re.findall(r"<@(\w+)>", text)] == members
    assert all(len(text) <= LIMIT for text in found)


def test_an_empty_body_is_still_a_post() -> None:
    assert posts(Body(())) == [{"text": "…"}]
    assert len(posts(Body((Paragraph(()),)))) == 1


def test_a_keyboard() -> None:
    buttons = [[f"按钮{n}", f"/solved {n}"] for n in range(BUTTONS)]
    rows = keyboard(buttons)["content"]["rows"]  # type: ignore[index]
    assert [len(row["buttons"]) for row in rows] == [3, 3, 3, 3, 3]
    first = rows[0]["buttons"][0]
    assert first["action"]["data"] == "/solved 0"
    assert first["action"]["type"] == 1
    assert first["render_data"] == {"label": "按钮0", "visited_label": "按钮0", "style": 1}


TEXTS = st.text(max_size=300) | st.sampled_from(HOSTILE) | st.just("长" * 900)
SPANS = st.builds(Plain, TEXTS) | st.builds(At, st.sampled_from([MEMBER, "all", ""]), TEXTS)
BLOCKS: st.SearchStrategy[Block] = (
    st.builds(lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=5))
    | st.builds(Quote, TEXTS)
    | st.builds(Heading, TEXTS)
    | st.builds(Picture, st.just("a.png"), TEXTS)
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCKS, max_size=10), st.sampled_from([TEXT, MARKDOWN, Style(markdown=True)]))
def test_any_body_becomes_few_posts_that_mention_nobody_else(blocks: list[Block], style: Style) -> None:
    found = posts(Body(tuple(blocks)), style)
    assert 1 <= len(found) <= 5
    for post in found:
        said = str(post.get("text") or post.get("markdown") or post.get("alt"))
        assert "picture" in post or len(said) <= LIMIT
        assert not TAG.search(said.replace(f"<@{MEMBER}>", "").replace("\\", ""))
