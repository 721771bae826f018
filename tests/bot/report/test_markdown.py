"""Markdown: what people said stays what they said, whatever it looks like."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from bot.report._markdown import code, sparkline, text
from handlers._reporting import Bar

pytestmark = pytest.mark.middle

HOSTILE = [
    "<script>alert(1)</script>",
    "[click](http://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example/ and www.evil.example",
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "`code` ``two``",
    "| a | b |",
    "**bold** _em_ ~~gone~~ ***",
    "a\nb\n\n# c",
    "\\",
    "&lt;b&gt; &amp;",
    "<https://evil.example>",
    "+ x",
    "--- ",
    "===",
    "    indented",
    "{{ 7 * 7 }} {% for x in y %}",
]
READER = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_shown_and_do_nothing(words: str) -> None:
    tokens = READER.parse(f"before {text(words)}\n\n{text(words)}\n\n- {text(words)}")
    kinds = {token.type for token in tokens}
    assert kinds <= {
        "paragraph_open", "paragraph_close", "inline",
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
    }  # fmt: skip
    inside = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inside} <= {"text", "text_special"}
    shown = "".join(child.content for token in tokens[:3] for child in token.children or ())
    assert shown.replace("\u2060", "") == f"before {' '.join(words.split())}"


@pytest.mark.parametrize("words", ["x", "`", "a ` b", "``", "a\nb", "```\nx\n```"])
def test_code_stays_code(words: str) -> None:
    inside = READER.parse(code(words))[1].children or []
    assert [child.type for child in inside] == ["code_inline"]
    assert inside[0].content.strip() == " ".join(words.split())


def test_bars_as_characters() -> None:
    bars = [Bar("", "", height) for height in (0.0, 0.5, 1.0, None)]
    assert sparkline(bars) == "▁▅█·"
