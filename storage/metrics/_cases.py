"""Cases: the threads of a period as they stood at a moment, with what was seen; what all figures of threads share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select

from storage import groups
from storage.database import Store
from storage.groups import Coverage, Span
from storage.metrics._ask import Ask, Scope
from storage.metrics._coverage import HEARD, VISIBLE, Seen
from storage.metrics._terms import Figure, Reduced, Row, Unit, Why
from storage.metrics.periods import Period
from storage.outcome import Evidence, Facts, Outcome, Verdict, verdict
from storage.threads import COLUMNS, THREADS, Thread, select_threads

HEADLINE = frozenset({Evidence.CONFIRMED, Evidence.ENDORSED, Evidence.LINKED})

# Facts that are moments, and what falls with them when they have not happened yet.
_MOMENTS = {
    "first_response_at": "first_responder",
    "first_answer_at": "first_answerer",
    "confirmed_at": None,
    "endorsed_at": None,
    "thanked_at": None,
    "linked_at": None,
    "withdrawn_at": None,
    "invalid_at": None,
    "first_resolved_at": None,
}
_moments = attrgetter(*_MOMENTS)


@dataclass(frozen=True, slots=True)
class Sample:
    """The threads of a scope that were asked in a period, and the coverage spans that touch it."""

    scope: Scope
    period: Period
    threads: tuple[Thread, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A thread as it stood at a moment.

    Attributes:
        thread: The thread.
        facts: What had happened by then.
        verdict: What had become of it.
        coverage: What was seen of its group when it began.
        excluded: Why it is no valid question, or None.
    """

    thread: Thread
    facts: Facts
    verdict: Verdict
    coverage: Coverage
    excluded: Why | None

    @property
    def resolved(self) -> bool:
        """Whether it is resolved by evidence that counts for the headline: not merely inferred."""
        return self.verdict.evidence in HEADLINE


class Entry(NamedTuple):
    """What one figure makes of one case; see `Row`."""

    value: float | None
    why: str
    waited: float | None = None
    counted: bool = True


def as_of(facts: Facts, now: datetime) -> Facts:
    """Return facts without what happened after `now`, so that a figure can be had as it stood at a moment.

    A close that was said again later keeps its first moment, unless it was taken back in between: facts do not
    tell when, so it counts as not closed yet.
    """
    late = [name for name, at in zip(_MOMENTS, _moments(facts), strict=True) if at is not None and at > now]
    if not late:
        return facts
    gone: dict[str, Any] = dict.fromkeys(late)
    gone.update({paired: None for name in late if (paired := _MOMENTS[name])})
    earlier = replace(facts, **gone)
    if "confirmed_at" in gone and not facts.reopened and earlier.endorsed_at is None:
        return replace(earlier, confirmed_at=earlier.first_resolved_at)
    return earlier


def case_of(thread: Thread, seen: Seen, now: datetime) -> Case:
    """Return a thread as it stood at `now`."""
    facts = as_of(thread.facts, now)
    found = verdict(facts, now)
    coverage = seen.at(thread.group_id, facts.asked_at, imported=thread.imported)
    return Case(thread, facts, found, coverage, _excluded(found.outcome))


def _excluded(outcome: Outcome) -> Why | None:
    if outcome is Outcome.INVALID:
        return Why.INVALID
    return Why.WITHDRAWN if outcome is Outcome.WITHDRAWN else None


def cases(asked: Iterable[Thread], seen: Seen, now: datetime) -> list[Case]:
    """Return threads as they stood at `now`; what was asked later is not among them."""
    return [case_of(thread, seen, now) for thread in asked if thread.facts.asked_at <= now]


def per_case(entry: Callable[[Case, Ask], Entry], *, mentions: bool = False) -> Callable[[list[Case], Ask], list[Row]]:
    """Return the list of a figure of threads: one row per thread, those that are left out included.

    Args:
        entry: What the figure makes of a case.
        mentions: Whether it can be told also where only mentions were seen.
    """
    left_out = {Coverage.NONE: Why.UNKNOWN}
    if not mentions:
        left_out[Coverage.MENTIONS] = Why.MENTIONS

    def rows(found: list[Case], ask: Ask) -> list[Row]:
        listed = []
        for case in found:
            reason = case.excluded or left_out.get(case.coverage)
            value, why, waited, counted = entry(case, ask) if reason is None else Entry(None, reason, None, False)
            thread = case.thread
            listed.append(Row(counted, why, value, thread.group_id, thread.id, thread.title, waited=waited))
        return listed

    return rows


async def asked_in(store: Store, ids: Iterable[int], period: Period) -> tuple[Thread, ...]:
    """Return the threads of groups with t0 in a period, by t0."""
    query = (
        select(*COLUMNS)
        .where(THREADS.c.group_id.in_(list(ids)))
        .where(THREADS.c.asked_at >= period.since, THREADS.c.asked_at < period.until)
        .order_by(THREADS.c.asked_at, THREADS.c.id)
    )
    return tuple(await select_threads(store, query))


async def load(store: Store, scope: Scope, period: Period) -> Sample:
    """Read the threads of a period, once for all figures of threads (`evaluate`)."""
    return Sample(
        scope,
        period,
        await asked_in(store, scope.groups, period),
        tuple(await groups.spans(store, scope.groups, period.since, period.until)),
    )


async def load_cases(store: Store, ask: Ask, seen: Seen) -> list[Case]:
    """Read the threads of a period as they stood at the moment that is asked for."""
    return cases(await asked_in(store, ask.scope.groups, ask.period), seen, ask.now)


def figure_of_cases(
    name: str,
    zh: str,
    en: str,
    unit: Unit,
    entry: Callable[[Case, Ask], Entry],
    reduce: Callable[[Sequence[Row]], Reduced],
    definition_zh: str,
    definition_en: str,
    *,
    mentions: bool = False,
) -> Figure[list[Case]]:
    """Return a figure of threads by t0; `mentions` if it can be told also where only mentions were seen."""
    return Figure(
        name=name,
        zh=zh,
        en=en,
        unit=unit,
        definition_zh=definition_zh,
        definition_en=definition_en,
        load=load_cases,
        rows=per_case(entry, mentions=mentions),
        reduce=reduce,
        needs=HEARD if mentions else VISIBLE,
    )
