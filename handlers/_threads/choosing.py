"""Choosing: what is offered to a question: a reviewed article where one fits, else the threads that are likest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from handlers import Context
from handlers._articles.finding import Fit, fitting
from handlers._threads import weighing
from handlers._threads.asked import Match, similar
from handlers._threads.sharing import quotable
from handlers._threads.weighing import Bar, lowered
from storage.articles import votes
from storage.suggestions import Offered, Record

MARGIN = 0.05  # by which an article may be less like the question than a thread, and still come first


@dataclass(frozen=True, slots=True)
class Choice:
    """What may fit a question: an article that is offered first, if one is, and threads, likest first.

    Attributes:
        groups: Those whose members may be quoted where it is shown.
        standing: Articles that fit as well and say what one of the threads says, by that thread.
    """

    article: Fit | None
    matches: tuple[Match, ...]
    groups: Collection[int]
    standing: Mapping[int, Fit] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return self.article is not None or bool(self.matches)

    @property
    def first(self) -> tuple[Offered, int, float]:
        """What is offered first: its kind, its number, and how like it is."""
        if self.article is not None:
            return Offered.ARTICLE, self.article.article.id, self.article.likeness
        return Offered.THREAD, self.matches[0].thread.id, self.matches[0].likeness


async def choose(
    ctx: Context[Any],
    text: str,
    *,
    topic: str = "",
    threads: Collection[int] = (),
    articles: Collection[int] = (),
    unasked: bool = False,
) -> Choice:
    """Return what may fit a question where it is asked, but for threads and articles that were rejected for it."""
    groups, bar = await quotable(ctx), await weighing.bar(ctx, unasked=unasked)
    known, now = ctx.memories.known, ctx.now()
    matches = await similar(ctx.store, known, text, groups, now, topic=topic, leave_out=threads, bar=bar)
    fits = [fit for fit in await fitting(ctx, text, topic=topic, groups=groups) if fit.article.id not in articles]
    weighed = await _weighed(ctx, fits)
    article = preferred(weighed, matches, bar)
    sources = () if article is None else article.article.sources
    left = tuple(match for match in matches if match.thread.id not in sources)
    return Choice(article, left, groups, standing_for(weighed, left))


def standing_for(fits: Sequence[Fit], matches: Iterable[Match]) -> dict[int, Fit]:
    """Return, by thread, the likest article that is made from it: reviewed words are named before chat."""
    made = {match.thread.id: [fit for fit in fits if match.thread.id in fit.article.sources] for match in matches}
    return {thread: found[0] for thread, found in made.items() if found and found[0].likeness > weighing.ALSO}


async def _weighed(ctx: Context[Any], fits: Iterable[Fit]) -> list[Fit]:
    found = list(fits)
    said = await votes(ctx.store, [fit.article.id for fit in found]) if found else {}  # since their reviews
    weighed = [replace(fit, likeness=lowered(fit.likeness, said.get(fit.article.id, Record()))) for fit in found]
    return sorted(weighed, key=lambda fit: -fit.likeness)


def preferred(fits: Sequence[Fit], matches: Sequence[Match], bar: Bar) -> Fit | None:
    """Return the article that is offered before the threads, None where none is.

    It was reviewed, so it comes first where it is about as like the question as the likest thread (`MARGIN`), or is
    made from that thread; but an article that askers rejected `WORN` times never does.
    """
    best = matches[0] if matches else None
    for fit in fits:
        made_of_it = best is not None and best.thread.id in fit.article.sources and fit.likeness > weighing.ALSO
        like_enough = fit.likeness >= bar.first and (best is None or fit.likeness >= best.likeness - MARGIN)
        if made_of_it or like_enough:
            return fit
    return None
