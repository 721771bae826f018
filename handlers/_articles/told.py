"""How an article is pointed at: number, title, versions, and whether it may be out of date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import Context, Text
from handlers._articles.doubts import doubts
from handlers._articles.versions import shown
from storage.articles import Article, Words

SOURCES = 4  # threads named in a line


class Texts:
    """How an article is called."""

    NUMBER = Text(zh="文 {number}", en="article {number}")
    HEAD = Text(zh="{number} {title}", en="{number}: {title}")
    MARKED = Text(zh="{head}（{marks}）", en="{head} ({marks})")
    DOUBTED = Text(zh="可能过时", en="may be out of date")
    RANGE = Text(zh="PG {oldest} 到 {newest}", en="PG {oldest} to {newest}")
    UNTITLED = Text(zh="（没有标题）", en="(untitled)")
    NO_SOURCE = Text(zh="群里的问答", en="talk in the groups")


def number(article: int, language: str) -> str:
    """Return how an article is numbered: 文 12, never mistaken for thread #12."""
    return Texts.NUMBER.in_language(language, number=article)


def title(words: Words, language: str) -> str:
    """Return the title of an article."""
    return words.title or Texts.UNTITLED.in_language(language)


def versions(words: Words, language: str) -> str:
    """Return for which versions an article holds; empty where nobody said."""
    if words.oldest is None or words.newest is None:
        return ""
    if words.oldest == words.newest:
        return f"PG {shown(words.oldest)}"
    return Texts.RANGE.in_language(language, oldest=shown(words.oldest), newest=shown(words.newest))


def sources_of(article: Article, language: str) -> str:
    """Return the threads that an article rests on: #2902、#2655."""
    between = ", " if language == "en" else "、"
    numbers = between.join(f"#{thread}" for thread in article.sources[:SOURCES])
    return numbers or Texts.NO_SOURCE.in_language(language)


def marked(line: str, marks: Iterable[str], language: str) -> str:
    """Return a line with what is to be known of it in brackets, if anything is."""
    shown_marks = (", " if language == "en" else "，").join(mark for mark in marks if mark)
    return Texts.MARKED.in_language(language, head=line, marks=shown_marks) if shown_marks else line


async def head(ctx: Context[Any], article: Article) -> str:
    """Return the line that points at an article: 文 12 复制槽撑满磁盘（PG 14 到 16，可能过时）."""
    line = ctx.say(Texts.HEAD, number=number(article.id, ctx.language), title=title(article.words, ctx.language))
    doubted = "" if await doubts(ctx, article) is None else ctx.say(Texts.DOUBTED)
    return marked(line, [versions(article.words, ctx.language), doubted], ctx.language)
