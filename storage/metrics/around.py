"""Figures of what events move: how much those who came asked in the thirty days before, and in those after.

Where an event is not thirty days over, both sides are as short as the time that has passed, so that they compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.database import Store
from storage.members import MEMBERS
from storage.metrics._ask import Ask
from storage.metrics._cases import Case, Entry, cases, per_case
from storage.metrics._coverage import Seen, look
from storage.metrics._held import Held, load_held
from storage.metrics._reducers import total
from storage.metrics._terms import Figure, Limits, Missing, Row, Unit, Why
from storage.metrics.periods import Period
from storage.threads import COLUMNS, THREADS, select_threads

SPAN = timedelta(days=30)
CHUNK = 10_000  # a statement may carry 32,767 values


@dataclass(frozen=True, slots=True)
class Around:
    """What those who came asked around the events of a period.

    Attributes:
        used: Whether events are kept here at all.
        events: Those of which it is known who came.
        cases: The threads in question.
        askers: Person of each asker among them.
    """

    used: bool
    events: Sequence[Held]
    cases: Sequence[Case]
    askers: dict[int, int]


async def _load(store: Store, ask: Ask, seen: Seen) -> Around:
    held = await load_held(store, ask, seen)
    met = held.observed
    if not met:
        return Around(held.used, (), (), {})
    wide = Period(min(event.starts_at for event in met) - SPAN, max(event.ends_at for event in met) + SPAN)
    askers = await _identities(store, {person for event in met for person in event.came})
    there = await look(store, ask.scope.groups, wide, ask.now)
    asked = [
        thread
        for chunk in _chunks(sorted(askers))
        for thread in await select_threads(
            store,
            select(*COLUMNS)
            .where(THREADS.c.group_id.in_(ask.scope.groups), THREADS.c.asker.in_(chunk))
            .where(THREADS.c.asked_at >= wide.since, THREADS.c.asked_at < wide.until),
        )
    ]
    asked.sort(key=lambda thread: (thread.facts.asked_at, thread.id))
    return Around(held.used, met, cases(asked, there, ask.now), askers)


async def _identities(store: Store, persons: Iterable[int]) -> dict[int, int]:
    """Return all identities of persons, each with its person."""
    found: dict[int, int] = {}
    for chunk in _chunks(sorted(persons)):
        query = select(MEMBERS.c.id, MEMBERS.c.person_id).where(MEMBERS.c.person_id.in_(chunk))
        found |= {row[0]: row[1] for row in await store.rows(query)}
    return found


def _chunks(every: Sequence[int]) -> list[Sequence[int]]:
    return [every[start : start + CHUNK] for start in range(0, len(every), CHUNK)]


def _beside(lies: Callable[[Held, datetime, timedelta], bool]) -> Callable[[Around, Ask], list[Row]]:
    """Return the list of questions that lie on one side of an event at which their asker was; each once."""

    def rows(found: Around, ask: Ask) -> list[Row]:
        attended: dict[int, list[Held]] = {}
        for event in found.events:
            for person in event.came:
                attended.setdefault(person, []).append(event)
        chosen = [
            case
            for case in found.cases
            for person in (found.askers[case.thread.asker],)
            if any(lies(event, case.facts.asked_at, _span(event, ask)) for event in attended.get(person, ()))
        ]
        return per_case(lambda _case, _ask: Entry(1, Why.ASKED))(chosen, ask)

    return rows


def _span(event: Held, ask: Ask) -> timedelta:
    """Return how far to look on both sides of an event."""
    return min(SPAN, ask.now - event.ends_at)


def _met(found: Around, _ask: Ask) -> Limits:
    if not found.used:
        return Limits(Missing.NOT_OBSERVABLE)
    return Limits(None if found.events else Missing.NOTHING)


FIGURES = (
    Figure(
        name="questions_before_events",
        zh="活动前的提问",
        en="Questions before events",
        unit=Unit.COUNT,
        definition_zh="到场的人在活动开始前 30 天里提的问题，一题算一次；活动结束不满 30 天的，前后都只看同样多天。",
        definition_en="Questions that those who came asked in the 30 days before the event, each once; where it is not"
        " 30 days over, in as many days as have passed, before as after.",
        load=_load,
        rows=_beside(lambda event, at, span: event.starts_at - span <= at < event.starts_at),
        reduce=total,
        limits=_met,
    ),
    Figure(
        name="questions_after_events",
        zh="活动后的提问",
        en="Questions after events",
        unit=Unit.COUNT,
        definition_zh="同样的人在同样的活动结束后 30 天里提的问题，一题算一次；不满 30 天的看到现在。",
        definition_en="Questions that the same people asked in the 30 days after the same events, each once; up to now"
        " where there are fewer.",
        load=_load,
        rows=_beside(lambda event, at, span: event.ends_at <= at < event.ends_at + span),
        reduce=total,
        limits=_met,
    ),
)
