"""Figures of suggestions: how many questions an old answer solved alone, and how often what was offered fitted.

Deflection is the share of questions that nobody had to answer, as support desks call it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database import Store
from storage.metrics._ask import Ask
from storage.metrics._cases import Case, Entry, load_cases, per_case
from storage.metrics._coverage import HEARD, Seen
from storage.metrics._reducers import ratio, share
from storage.metrics._terms import Figure, Row, Unit, Why
from storage.outcome import Outcome
from storage.suggestions import SUGGESTIONS, Verdict
from storage.threads import THREADS


@dataclass(frozen=True, slots=True)
class Offers:
    """What was offered to one question so far: how much, since when, and what its asker said of it."""

    count: int
    since: datetime
    solved: int
    rejected: int

    @property
    def told(self) -> int:
        """Of how many of them the asker said whether they fit."""
        return self.solved + self.rejected


@dataclass(frozen=True, slots=True)
class Suggested:
    """A question to which something was offered."""

    case: Case
    offers: Offers


async def _offers(store: Store, ask: Ask) -> dict[int, Offers]:
    query = (
        select(SUGGESTIONS.c.thread_id, SUGGESTIONS.c.at, SUGGESTIONS.c.verdict, SUGGESTIONS.c.settled_at)
        .join(THREADS, THREADS.c.id == SUGGESTIONS.c.thread_id)
        .where(THREADS.c.group_id.in_(ask.scope.groups), SUGGESTIONS.c.at <= ask.now)
        .where(THREADS.c.asked_at >= ask.period.since, THREADS.c.asked_at < ask.period.until)
        .order_by(SUGGESTIONS.c.at, SUGGESTIONS.c.id)
    )
    found: dict[int, Offers] = {}
    for thread, at, verdict, settled_at in await store.rows(query):
        before = found.get(thread, Offers(0, at, 0, 0))
        said = verdict if settled_at is not None and settled_at <= ask.now else None
        found[thread] = Offers(
            before.count + 1,
            before.since,
            before.solved + (said == Verdict.SOLVED),
            before.rejected + (said == Verdict.REJECTED),
        )
    return found


async def _load(store: Store, ask: Ask, seen: Seen) -> list[Suggested]:
    offers = await _offers(store, ask)
    every = await load_cases(store, ask, seen) if offers else []
    return [Suggested(case, offers[case.thread.id]) for case in every if case.thread.id in offers]


def _listed(entry: Callable[[Suggested], Entry], *, mentions: bool) -> Callable[[list[Suggested], Ask], list[Row]]:
    """Return the list of a figure of questions to which something was offered: one row for each."""

    def rows(material: list[Suggested], ask: Ask) -> list[Row]:
        by_thread = {found.case.thread.id: found for found in material}
        one = per_case(lambda case, _ask: entry(by_thread[case.thread.id]), mentions=mentions)
        return one([found.case for found in material], ask)

    return rows


def _deflected(found: Suggested) -> Entry:
    """Say whether its asker closed it after the first offer, and nobody had to answer it."""
    closed = found.case.facts.confirmed_at
    if found.case.facts.first_answer_at is not None:
        return Entry(0, Outcome.ANSWERED)
    return Entry(1, Why.ENDED) if closed is not None and closed >= found.offers.since else Entry(0, Why.UNRESOLVED)


def _fitted(found: Suggested) -> Entry:
    """Count the offers that solved it, of those of which its asker said anything."""
    if not found.offers.told:
        return Entry(None, Why.SILENT, counted=False)
    return Entry(found.offers.solved, Why.ENDED if found.offers.solved else Why.UNRESOLVED)


def _told(found: Suggested) -> Entry:
    """Count the offers of which its asker said anything."""
    return Entry(found.offers.told, Why.ENDED if found.offers.told else Why.SILENT)


def _precision(material: list[Suggested], ask: Ask) -> list[Row]:
    told = {found.case.thread.id: found.offers.told for found in material}
    return [row._replace(weight=told[row.thread or 0]) for row in _listed(_fitted, mentions=True)(material, ask)]


def _feedback(material: list[Suggested], ask: Ask) -> list[Row]:
    offered = {found.case.thread.id: found.offers.count for found in material}
    return [row._replace(weight=offered[row.thread or 0]) for row in _listed(_told, mentions=True)(material, ask)]


FIGURES = (
    Figure(
        name="deflection",
        zh="旧答案直接解决",
        en="Solved by an old answer",
        unit=Unit.SHARE,
        definition_zh="我给出过旧答案或文章的提问里，提问者之后说解决了、没有人需要再回答的占多少。",
        definition_en="Questions whose asker said that it works after an old answer or article was offered, and that"
        " nobody answered / questions to which one was offered.",
        load=_load,
        rows=_listed(_deflected, mentions=False),
        reduce=share,
    ),
    Figure(
        name="suggestion_precision",
        zh="旧答案对上率",
        en="Precision of suggestions",
        unit=Unit.SHARE,
        definition_zh="给出的旧答案和文章里，提问者说对上了的占有回音的多少；没有回音的不猜。",
        definition_en="Suggestions that their askers said solved it / those of which they said that, or that they did"
        " not fit; silence is neither.",
        load=_load,
        rows=_precision,
        reduce=ratio,
        needs=HEARD,
    ),
    Figure(
        name="suggestion_feedback",
        zh="旧答案回音率",
        en="Suggestions with a verdict",
        unit=Unit.SHARE,
        definition_zh="给出的旧答案和文章里，提问者说过对没对上的占多少：对上率有几分可信，看它。",
        definition_en="Suggestions of which their askers said whether they fit / all: how far the precision can be"
        " trusted.",
        load=_load,
        rows=_feedback,
        reduce=ratio,
        needs=HEARD,
    ),
)
