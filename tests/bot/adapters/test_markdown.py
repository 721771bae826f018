"""The Markdown of DingTalk and WeCom: an independent parser finds in it what was meant, and nothing a member typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters._markdown import (
    Draft,
    draft,
    escaped,
    look_alikes,
    markdown,
    named,
    needs_markup,
    parts,
    plain,
    title,
    width,
)
from storage.replies import At, Block, Body, File, Heading, Link, Paragraph, Picture, Plain, Quote

READER = MarkdownIt("commonmark").enable(["strikethrough", "table"])
HOSTILE = [
    "*bold* and **more** _under_ __twice__ plan_cache_mode",
    "[label](http://evil.example/x)",
    "![picture](http://evil.example/x.png)",
    "<b>x</b>](http://x) <img src=x onerror=alert(1)> <!-- x -->",
    "<http://evil.example> <a@b.example>",
    "`code` ``` ~~~ ~~gone~~ ~one~",
    "```sql",
    "~~~",
    "# heading",
    "#2941 HNSW",
    "heading #",
    "> quote",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "12) item",
    "===",
    "---",
    "***",
    "| a | b |",
    "|---|---|",
    ":-- | --:",
    "    indented code",
    "\tindented code",
    "[ref]: http://evil.example",
    "&lt; &amp; &#42; &copy; a & b",
    "back\\slash \\* end\\",
    "trailing  ",
    "@所有人 @everyone @all <@all>",
    "\ufdd0\ufdd1",
    "\0\ud83d",
    "file:///etc/passwd ../../x C:\\win.ini",
    "{{7*7}} ${jndi:ldap://x} %(x)s {0.__class__}",
]


def shown(text: str) -> tuple[str, set[str]]:
    """Return what a reader sees of Markdown, line by line, and the kinds of everything that is more than text."""
    lines: list[str] = []
    kinds: set[str] = set()
    for token in READER.parse(text):
        if token.type == "inline":
            lines += "".join(_text(child) for child in token.children or []).split("\n")
            kinds |= {child.type for child in token.children or []} - {"text", "softbreak", "hardbreak"}
        elif token.type not in {"paragraph_open", "paragraph_close"}:
            kinds.add(token.type)
            lines += [token.content] if token.content else []
    return "\n".join(lines), kinds


def _text(token: Token) -> str:
    return "\n" if token.type in {"softbreak", "hardbreak"} else token.content


def flat(text: str) -> str:
    """Return a text without what nobody sees: kinds of white space, and empty lines."""
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_member_typed_stays_text(text: str) -> None:
    body = Body((Heading("周报"), Paragraph((Plain(text),)), Quote(text), Paragraph((Plain("后面"),))))
    made = markdown(draft(body), named)
    seen, kinds = shown(made)
    assert kinds == {"heading_open", "heading_close"}
    assert flat(seen) == flat(plain(draft(body), named).replace("【周报】", "周报"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_heading_is_one_line_of_text(text: str) -> None:
    seen, kinds = shown(markdown(draft(Body((Heading(text), Paragraph((Plain("x"),))))), named))
    assert kinds == {"heading_open", "heading_close"}
    assert flat(seen) == flat(plain(draft(Body((Heading(text),))), named)[1:-1].strip() + "\nx")


LINES = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=40), max_size=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(LINES)
def test_whatever_is_typed(lines: list[str]) -> None:
    body = Body(tuple(Paragraph((Plain(line),)) for line in lines))
    seen, kinds = shown(markdown(draft(body), named))
    assert kinds == set()
    assert flat(seen) == flat(plain(draft(body), named))


@pytest.mark.parametrize(
    ("link", "want"),
    [
        (Link("https://pg.example.org/r/55", "回放"), "[回放](https://pg.example.org/r/55)"),
        (Link("https://pg.example.org/a_b"), "[https://pg.example.org/a\\_b](https://pg.example.org/a_b)"),
        (Link("https://x.example/a) [b](c", "n"), "[n](https://x.example/a%29%20%5Bb%5D%28c)"),
        (Link("https://x.example/", "a](b"), "[a\\](b](https://x.example/)"),
        (Link("javascript:alert(1)", "x"), "x javascript:alert(1)"),
        (Link("file:///etc/passwd", "x"), "x file:///etc/passwd"),
        (Link("http://[", "x"), "x http://\\["),
    ],
)
def test_links(link: Link, want: str) -> None:
    assert markdown(draft(Body((Paragraph((link,)),))), named) == want


def test_a_body() -> None:
    body = Body(
        (
            Paragraph((Plain("象群周报 · 第 48 周"),)),
            Heading("谢谢"),
            Paragraph((At("m1", "老樊"), Plain(" 和 "), At("m2", "阿棠"))),
            Quote("别手删 pg_wal"),
            Picture("a.png", "图"),
            File("b.csv", "名单"),
            Paragraph((Link("https://pg.example.org/r/55", "回放"),)),
        )
    )
    whole = draft(body)
    assert Draft.load(whole.dump()) == whole
    assert plain(whole, named).split("\n") == [
        "象群周报 · 第 48 周", "", "【谢谢】", "@老樊 和 @阿棠", "「别手删 pg_wal」", "[图]", "[名单]",
        "回放 https://pg.example.org/r/55",
    ]  # fmt: skip
    made = markdown(whole, lambda at: f"@{at.member} ")
    assert made == (
        "象群周报 · 第 48 周\n\n#### 谢谢\n  \n@m1 和 @m2   \n「别手删 pg\\_wal」  \n\\[图\\]  \n\\[名单\\]  \n"
        "[回放](https://pg.example.org/r/55)"
    )


@pytest.mark.parametrize(
    ("body", "want", "called"),
    [
        (Body.of("x", "y"), False, "x"),
        (Body((Heading("谢谢"), Paragraph((Plain("x"),)))), True, "谢谢"),
        (Body((Paragraph((Link("https://x.example"),)),)), False, "https://x.example"),
        (Body((Paragraph((Link("https://x.example", "y"),)),)), True, "y https://x.example"),
        (Body((Paragraph((At("1", "老樊"), Plain(" 好"))),)), False, "@老樊 好"),
        (Body(()), False, "消息"),
        (Body.of("长" * 100), False, "长" * 60),
    ],
)
def test_when_markup_is_needed_and_what_a_post_is_called(body: Body, want: bool, called: str) -> None:
    assert needs_markup(body) is want
    assert title(draft(body), "消息") == called


SPANS = st.builds(Plain, st.text(max_size=200)) | st.builds(At, st.sampled_from(["1", "m1"]), st.text(max_size=9))
SPANS |= st.builds(Link, st.just("https://x.example/y"), st.text(max_size=20))
BLOCKS: st.SearchStrategy[Block] = st.builds(lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=6))
BLOCKS |= st.builds(Heading, st.text(max_size=20))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=20)
@given(st.lists(BLOCKS, max_size=30))
def test_parts_keep_every_mention_in_its_place(blocks: list[Block]) -> None:
    whole = draft(Body(tuple(blocks)))
    limit = 9_000

    def size(text: str) -> int:
        lines = "\n".join(escaped(line) + "  " for line in text.split("\n"))
        return max(len(lines.encode()), len(text)) + width(text, whole.inline)

    found = parts(whole, limit, size, most=99)
    assert [one for part in found for one in part.inline] == list(whole.inline)
    for part in found:
        assert part.text.count("\ufdd0") == len(part.inline)
        assert len(markdown(part, named).encode()) <= limit


def test_look_alikes() -> None:
    assert look_alikes("[a](b) <@all> *x* `y` _z_ # ~") == "［a］(b) ＜@all＞ ＊x＊ ｀y｀ ＿z＿ ＃ ～"
