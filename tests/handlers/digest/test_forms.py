"""What members wrote is data in every form of a digest: the same words, and never a tag, a link or a mention."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from bot.adapters import _markdown as marked
from bot.adapters.onebot import _posts as onebot
from bot.adapters.qq_official import _posts as qq_official
from bot.adapters.telegram import _posts as telegram
from bot.adapters.wechat import _posts as wechat
from handlers import Body, Section
from handlers._drawing import Card, Part, Row
from handlers.digest._model import Digest
from storage.replies import plain

HOSTILE = [
    "*b* _i_ ~s~ `c` # h > q | t - l",
    "[x](http://evil.example) ![x](http://evil.example/p.png)",
    '<b>x</b> <a href="tg://user?id=1">@admin</a> <font color=red>x</font>',
    "&lt;b&gt; &amp;amp; &#64;all",
    "[CQ:at,qq=all] [CQ:image,file=http://evil.example]",
    "@所有人 @all @everyone @12345",
    "<@!1> <@everyone> <emoji:4> <qqbot-at-everyone />",
    '#read("/etc/passwd") $x$ <label> @ref \\u{41}',
    "{0.__class__} %(name)s {{7*7}} ${x}",
    "\u202eدورم\u202c مرحبا",
    "Z\u0351\u036b\u0343a\u0363\u0367l\u0368g\u0321o\u033c",
    "🐘🐘🐘",
    "长" * 5000,
    "x" * 2000,
]


def digest(words: str) -> Digest:
    card, row = Card("#1", words, words, words), Row("#2", words, "2 天")
    worth = Section("值得收藏", Body.of(f"#1 {words}", f"{words}—— {words}").blocks, Part("值得收藏", cards=(card,)))
    waits = Section("还在等一句话", Body.of(f"#2 {words}（2 天）").blocks, Part("还在等一句话", rows=(row,)))
    sections = {"worth reading": worth, "open questions": waits}
    return Digest(
        "测试周报", "第 48 周", "测试周报 · 第 48 周", "好。", "zh", ("", ""), sections, ("口径 v1。", "出口。")
    )


class Tags(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(f"{tag} {attrs}" if attrs else tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_text_stays_text(words: str) -> None:
    body = digest(words).body
    assert plain(body).count(words) == 4
    assert len(plain(body).splitlines()) <= 40


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_html_has_no_tags_but_ours(words: str) -> None:
    parser = Tags()
    for post in telegram.render(digest(words).body):
        parser.feed(json.loads(post)["html"])
    parser.close()
    assert parser.tags == {"b"}
    assert "值得收藏" in parser.text


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_has_no_links_and_no_tags(words: str) -> None:
    written = marked.markdown(marked.draft(digest(words).body), marked.named)
    assert re.search(r"(?<!\\)\]\(", written) is None
    for markup in ("<b>", "<a ", "<font", "<@"):
        assert markup not in written
    assert "口径 v1" in written


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_qq_and_wechat_are_told_of_no_mention(words: str) -> None:
    body = digest(words).body
    for post in onebot.render(body):
        assert {segment["type"] for segment in json.loads(post)} == {"text"}
    for post in wechat.render(body):
        assert json.loads(post)["mentions"] == []
    for post in qq_official.render(body):
        assert "<@" not in json.loads(post)["text"]


def test_below_the_picture_stands_what_can_be_typed() -> None:
    below = plain(digest("问题").below)
    assert below.splitlines() == [
        "测试周报 · 第 48 周", "好。", "", "【还在等一句话】", "#2 问题（2 天）", "", "口径 v1。", "出口。",
    ]  # fmt: skip


def test_the_page_has_every_part_and_a_section_without_a_drawing_its_lines() -> None:
    told = digest("问题")
    more = {**told.sections, "arrivals": Section("新来的", Body.of("3 位新面孔").blocks)}
    page = Digest(told.title, told.days, told.first, told.headline, "zh", ("", ""), more, told.foot).page
    assert [part.heading for part in page.parts] == ["值得收藏", "还在等一句话", "新来的"]
    assert page.parts[2].lines == ("3 位新面孔",)
    assert page.foot == ("口径 v1。", "出口。")
