"""Figures of who registered and who came: one for each person and event, and from where they heard of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from storage.metrics._ask import Ask
from storage.metrics._held import Entry, Held, Meetings, load_held
from storage.metrics._reducers import by_why, people, ratio
from storage.metrics._terms import Bound, Figure, Limits, Reduced, Row, Unit, Why
from storage.metrics.events import observed, used


def _each(number: Callable[[Held], int]) -> Callable[[Meetings, Ask], list[Row]]:
    """Return the list of events with a number of each that is always known."""
    return lambda found, _ask: [
        Row(True, Why.HELD, number(event), event=event.id, title=event.title) for event in found.events
    ]


def _seen(number: Callable[[Held], int]) -> Callable[[Meetings, Ask], list[Row]]:
    """Return the list of events with a number of each that is known where people checked in."""
    return lambda found, _ask: [_row(event, number(event)) for event in found.events]


def _row(event: Held, value: float, weight: float | None = None) -> Row:
    if event.observed:
        return Row(True, Why.HELD, value, event=event.id, title=event.title, weight=weight)
    return Row(True, Why.UNATTENDED, None, event=event.id, title=event.title, weight=None if weight is None else 0)


def _rate(found: Meetings, _ask: Ask) -> list[Row]:
    """List the events with those who had a seat and came, of those who had one."""
    return [_row(event, event.kept, len(event.entries)) for event in found.events]


def _first(found: Meetings, _ask: Ask) -> list[Row]:
    """List who was at an event for the first time."""
    return [
        Row(True, Why.FIRST, 1, person=person, member=event.came[person])
        for event in found.events
        for person in sorted(event.first)
    ]


def _from(what: Callable[[Entry], str]) -> Callable[[Meetings, Ask], list[Row]]:
    """Return the list of events and where their registrations came from, with how many of each."""

    def rows(found: Meetings, _ask: Ask) -> list[Row]:
        return [
            Row(True, why, count, event=event.id, title=event.title)
            for event in found.events
            for why, count in sorted(Counter(what(entry) for entry in event.entries.values()).items())
        ]

    return rows


def _total(rows: Sequence[Row]) -> Reduced:
    """Return the sum over events; `unattended` says of how many of them nothing is known."""
    found = round(sum(row.value or 0 for row in rows))
    return Reduced(found, found, parts=_known(rows))


def _of_seats(rows: Sequence[Row]) -> Reduced:
    return replace(ratio(rows), parts=_known(rows))


def _known(rows: Sequence[Row]) -> Counter[str]:
    return Counter(row.why for row in rows)


def _bounded(limits: Callable[[Meetings, Ask], Limits]) -> Callable[[Meetings, Ask], Limits]:
    """Return limits by which one human on two platforms, who never bound them, counts twice."""
    return lambda found, ask: replace(limits(found, ask), bound=Bound.UPPER if found.scattered else None)


FIGURES = (
    Figure(
        name="event_registrations",
        zh="活动报名",
        en="Registrations",
        unit=Unit.COUNT,
        definition_zh="这些活动有席位的报名，每人每场算一次；候补、取消、当场才来的不算。",
        definition_en="Registrations with a seat for these events, one for each person and event; without those who"
        " waited, cancelled or came without one.",
        load=load_held,
        rows=_each(lambda event: len(event.entries)),
        reduce=_total,
        limits=_bounded(used),
    ),
    Figure(
        name="registrations_by_source",
        zh="报名来源",
        en="Registrations by source",
        unit=Unit.COUNT,
        definition_zh="同样的报名，按从哪里来分：群里说的、私聊、链接、别人推荐。",
        definition_en="The same registrations by where they came from: said in a group, in private, by a link, or"
        " referred by somebody.",
        load=load_held,
        rows=_from(lambda entry: entry.source),
        reduce=by_why,
        limits=_bounded(used),
    ),
    Figure(
        name="registrations_by_platform",
        zh="各平台报名",
        en="Registrations by platform",
        unit=Unit.COUNT,
        definition_zh="同样的报名，按在哪个平台报的分。",
        definition_en="The same registrations by the platform on which they were given.",
        load=load_held,
        rows=_from(lambda entry: entry.platform),
        reduce=by_why,
        limits=_bounded(used),
    ),
    Figure(
        name="event_checkins",
        zh="活动签到",
        en="Check-ins",
        unit=Unit.COUNT,
        definition_zh="在这些活动签到的人，每人每场算一次，没报名就来的也算；没有人签到的活动不知道来了多少，不算。",
        definition_en="Persons who checked in at these events, one for each person and event, registered or not; of an"
        " event at which nobody did it is not known who came.",
        load=load_held,
        rows=_seen(lambda event: len(event.came)),
        reduce=_total,
        limits=_bounded(observed),
    ),
    Figure(
        name="attendance_rate",
        zh="到场率",
        en="Attendance rate",
        unit=Unit.SHARE,
        definition_zh="有席位的报名里签到了的占多少；只看有人签到的活动。",
        definition_en="Of the registrations with a seat, the share that checked in; of events at which people did.",
        load=load_held,
        rows=_rate,
        reduce=_of_seats,
        limits=observed,
    ),
    Figure(
        name="no_shows",
        zh="报名没来",
        en="No-shows",
        unit=Unit.COUNT,
        definition_zh="有席位、没有签到的报名；只看有人签到的活动。",
        definition_en="Registrations with a seat whose person did not check in; of events at which people did.",
        load=load_held,
        rows=_seen(lambda event: len(event.entries) - event.kept),
        reduce=_total,
        limits=_bounded(observed),
    ),
    Figure(
        name="first_timers",
        zh="第一次来的人",
        en="First-timers",
        unit=Unit.MEMBERS,
        definition_zh="在这些活动签到的人里，以前没有在这个社区的任何活动签过到的。",
        definition_en="Persons whose first check-in ever, at any event of this community, was at one of these events.",
        load=load_held,
        rows=_first,
        reduce=people,
        limits=_bounded(observed),
    ),
)
