"""Finds the reviewed articles that fit a question, wherever it is asked, and what a reply shows of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from classifiers._similar.likeness import by_topic
from handlers import Context, Text
from handlers._articles.shelf import Shelf
from handlers._articles.told import head, sources_of
from handlers._threads.sharing import quotable
from handlers._wording import durations
from handlers._wording.masking import cut, flat
from storage import articles
from storage.articles import Article, State
from storage.replies import Block, Paragraph, Plain, Quote

CANDIDATES = 6  # each is weighed, which takes longer than finding it
NEAR = 0.14  # what is less like a question is not worth a line
QUOTED = 160  # characters of an answer in a reply


class Texts:
    """What stands under an article's answer."""

    CHECKED = Text(
        zh="依据 {sources}，{day}审过。看全文：发「文 {number}」",
        en="From {sources}, reviewed {day}. In full: /article {number}",
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """An article that is like a question, 0..1, on the scale of `handlers/_threads/asked.Match`."""

    article: Article
    likeness: float


async def shelf_of(ctx: Context[Any]) -> Shelf:
    """Return the shelf with all that was reviewed until now."""
    shelf = ctx.memories.cache(Shelf)
    await shelf.catch_up(ctx.store)
    return shelf  # type: ignore[no-any-return]


async def fitting(
    ctx: Context[Any], text: str, *, topic: str = "", limit: int = 3, groups: Collection[int] | None = None
) -> list[Fit]:
    """Return the reviewed articles that are like a question and may be shown here (or are of `groups`), likest first.

    None is less like it than `NEAR`; how much is enough to speak is the caller's to say.
    """
    inside = await quotable(ctx) if groups is None else groups
    hits = (await shelf_of(ctx)).like(text, inside, CANDIDATES)
    if not hits:
        return []
    index = await ctx.memories.known.caught_up(ctx.store)  # what a word tells by being rare is the threads' to say
    found = (await articles.several(ctx.store, [hit.key for hit in hits])).values()
    fits = [
        Fit(one, by_topic(max(index.likeness(text, said) for said in _asked(one)), one.topic, topic))
        for one in found
        if one.state is State.REVIEWED
    ]
    near = [fit for fit in fits if fit.likeness >= NEAR]
    return sorted(near, key=lambda fit: (-fit.likeness, -fit.article.id))[:limit]


def _asked(article: Article) -> tuple[str, ...]:
    """Return what may be asked in the words of an article: its question, and the title that a reviewer gave it."""
    title, question = flat(article.words.title), flat(article.words.question)
    return (question,) if question and title.rstrip("…") in question else tuple({question or title, title})


async def blocks(ctx: Context[Any], article: Article) -> list[Block]:
    """Return what a reply shows of an article: number and title, the answer, what it rests on; three lines."""
    day = durations.day(article.reviewed_at or ctx.now(), ctx.now(), ctx.community.zone, ctx.language)
    sources = sources_of(article, ctx.language)
    return [
        _line(await head(ctx, article)),
        Quote(cut(article.words.answer, QUOTED)),
        _line(ctx.say(Texts.CHECKED, sources=sources, day=day, number=article.id)),
    ]


def _line(text: str) -> Paragraph:
    return Paragraph((Plain(text),))
