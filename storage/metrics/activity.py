"""Figures of who is there: active, new, back again, regular, gone; distinct persons over all groups, never a sum."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from storage.activity import DAILY
from storage.database import Store
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._crowd import DAY, MONTH, QUARTER, WEEK, Crowd, Presence, Window, load_crowd, load_present
from storage.metrics._percentiles import mean
from storage.metrics._present import Present, load_active, load_newcomers
from storage.metrics._reducers import people, share, total_by_group
from storage.metrics._terms import Bound, Figure, Limits, Missing, Reduced, Row, Unit, Why

REGULAR_DAYS = 4  # active days in 90


def is_regular(active_days: int) -> bool:
    """Return whether so many active days in 90 make a regular."""
    return active_days >= REGULAR_DAYS


def is_new(found: Presence) -> bool:
    """Return whether its first day ever, in these groups, lies in the period."""
    return found.first is not None and found.last_before is None and not found.known


def is_back(found: Presence) -> bool:
    """Return whether its first day in the period came after 90 or more days of silence."""
    if found.first is None or is_new(found):
        return False
    return found.silence is None or found.silence >= QUARTER


def _of(chosen: Callable[[Presence, Window], bool]) -> Callable[[Crowd, Ask], list[Row]]:
    def rows(crowd: Crowd, _ask: Ask) -> list[Row]:
        return [
            _row(found, Why.LINKED if found.person in crowd.linked else Why.ACTIVE)
            for found in crowd.people
            if chosen(found, crowd.window)
        ]

    return rows


def _present(material: Present, _ask: Ask) -> list[Row]:
    linked = material.linked
    return [
        Row(True, Why.LINKED if person in linked else Why.ACTIVE, 1, person=person, member=member)
        for person, member in material.people
    ]


def _row(found: Presence, why: Why, value: float = 1) -> Row:
    return Row(True, why, value, person=found.person, member=found.member)


def _within(span: timedelta) -> Callable[[Presence, Window], bool]:
    return lambda found, window: found.latest > window.last - span


def _lost(crowd: Crowd, _ask: Ask) -> list[Row]:
    """List the regulars of before, lost (1) or still there (0)."""
    window = crowd.window
    return [
        _row(found, Why.SILENT if lost else Why.ACTIVE, int(lost))
        for found in crowd.people
        if is_regular(found.earlier_days)
        for lost in (found.latest < window.lost_since,)
    ]


def _churned(crowd: Crowd, _ask: Ask) -> list[Row]:
    """List who was active in the period before, gone (1) or still there (0)."""
    return [
        _row(found, Why.ACTIVE if found.first else Why.SILENT, int(found.first is None))
        for found in crowd.people
        if found.in_previous
    ]


def _lost_people(rows: Sequence[Row]) -> Reduced:
    found = sum(row.value == 1 for row in rows)
    return Reduced(found, found, len(rows))


def _people_limits(crowd: Crowd | Present, _ask: Ask) -> Limits:
    """One human may have several identities: on platforms that give one per group, and across platforms."""
    return Limits(bound=Bound.UPPER if crowd.scattered else None)


def _or_people(found: Limits, crowd: Crowd | Present, ask: Ask) -> Limits:
    return replace(found, bound=found.bound or _people_limits(crowd, ask).bound)


def _new_limits(crowd: Present, ask: Ask) -> Limits:
    return _or_people(crowd.history.limits(ask.period.since), crowd, ask)


def _back_limits(crowd: Crowd, ask: Ask) -> Limits:
    return _or_people(crowd.history.limits(ask.period.since, Bound.LOWER, QUARTER), crowd, ask)


def _regular_limits(crowd: Crowd, ask: Ask) -> Limits:
    return _or_people(crowd.history.limits(ask.until, Bound.LOWER), crowd, ask)


def _lost_limits(crowd: Crowd, ask: Ask) -> Limits:
    into = ask.period.since - (crowd.window.first - crowd.window.lost_since)
    return _or_people(crowd.history.limits(into, Bound.LOWER), crowd, ask)


def _churn_limits(crowd: Crowd, ask: Ask) -> Limits:
    before = crowd.window.first - crowd.window.before
    if ask.now < ask.period.until:
        return Limits(Missing.TOO_EARLY)
    return replace(crowd.history.limits(ask.period.since, needed=before), bound=None)


def _each_day(crowd: Crowd, _ask: Ask) -> list[Row]:
    """List the days of the period with their distinct persons; a day on which nobody spoke is one as well."""
    if crowd.history.earliest is None:
        return []
    span = (crowd.window.last - crowd.window.first).days + 1
    listed = (crowd.window.first + DAY * number for number in range(span))
    return [Row(True, Why.ACTIVE, crowd.daily.get(day, 0), day=day) for day in listed]


def _mean_of_days(rows: Sequence[Row]) -> Reduced:
    counts = [row.value or 0.0 for row in rows]
    extra = {"last": counts[-1] if counts else None, "most": max(counts, default=None)}
    return Reduced(len(counts), mean(counts), extra=extra)


async def _load_messages(store: Store, ask: Ask, seen: Seen) -> dict[int, int]:
    window = Window.of(ask)
    groups = seen.visible()
    query = (
        select(DAILY.c.group_id, func.sum(DAILY.c.messages))
        .where(DAILY.c.group_id.in_(groups), DAILY.c.day >= window.first, DAILY.c.day <= window.last)
        .group_by(DAILY.c.group_id)
    )
    found = {row[0]: int(row[1]) for row in await store.rows(query)}
    return {group: found.get(group, 0) for group in groups}


def _messages(material: dict[int, int], _ask: Ask) -> list[Row]:
    return [Row(True, Why.OBSERVED, count, group) for group, count in material.items()]


def _figure(
    name: str,
    zh: str,
    en: str,
    chosen: Callable[[Presence, Window], bool],
    definition_zh: str,
    definition_en: str,
    limits: Callable[[Crowd, Ask], Limits] = _people_limits,
    load: Callable[[Store, Ask, Seen], Awaitable[Crowd]] = load_crowd,
) -> Figure[Crowd]:
    return Figure(name, zh, en, Unit.MEMBERS, definition_zh, definition_en, load, _of(chosen), people, limits=limits)


FIGURES = (
    Figure(
        name="active",
        zh="活跃",
        en="Active members",
        unit=Unit.MEMBERS,
        definition_zh="这段时间里至少有一天说过话、投过票或签过到的人，跨群去重，不相加。",
        definition_en="Distinct persons with a message, ballot or check-in on a day of the period; "
        "a union over groups, not a sum.",
        load=load_active,
        rows=_present,
        reduce=people,
        limits=_people_limits,
    ),
    Figure(
        name="dau",
        zh="日活跃",
        en="DAU",
        unit=Unit.MEMBERS,
        definition_zh="每个当地日活跃的人，取这段时间各日的平均。",
        definition_en="Distinct active persons of each local day, the mean over the days of the period.",
        load=load_present,
        rows=_each_day,
        reduce=_mean_of_days,
        limits=_people_limits,
    ),
    _figure(
        "wau",
        "周活跃",
        "WAU",
        _within(WEEK),
        "到这段时间最后一天为止，7 天里活跃过的人。",
        "Distinct persons active in the 7 local days up to the period's last.",
        load=load_present,
    ),
    _figure(
        "mau",
        "月活跃",
        "MAU",
        _within(MONTH),
        "到这段时间最后一天为止，30 天里活跃过的人。",
        "Distinct persons active in the 30 local days up to the period's last.",
    ),
    Figure(
        name="newcomers",
        zh="新面孔",
        en="Newcomers",
        unit=Unit.MEMBERS,
        definition_zh="这段时间里第一次在这些群活跃的人。",
        definition_en="Persons whose first active day ever, in these groups, lies in the period.",
        load=load_newcomers,
        rows=_present,
        reduce=people,
        limits=_new_limits,
    ),
    _figure(
        "reactivated",
        "回来的人",
        "Reactivated",
        lambda found, _: is_back(found),
        "静了 90 天以上，这段时间又活跃的人。",
        "Persons whose first active day in the period came after 90 or more days of silence.",
        _back_limits,
    ),
    _figure(
        "regulars",
        "常客",
        "Regulars",
        lambda found, _: is_regular(found.recent_days),
        "到这段时间最后一天为止，90 天里有 4 天以上活跃的人。",
        "Persons with at least 4 active days in the 90 local days up to the period's last.",
        _regular_limits,
    ),
    Figure(
        name="lost_regulars",
        zh="流失的常客",
        en="Lost regulars",
        unit=Unit.MEMBERS,
        definition_zh="之前是常客、这段时间一次没活跃的人；不足 30 天的，看截至最后一天的 30 天。",
        definition_en="Regulars of before who were silent in the period, or in the 30 days up to its last if longer.",
        load=load_crowd,
        rows=_lost,
        reduce=_lost_people,
        limits=_lost_limits,
    ),
    Figure(
        name="activity_churn",
        zh="活跃流失率",
        en="Activity churn",
        unit=Unit.SHARE,
        definition_zh="上一段同样长的时间里活跃、这段时间没活跃的人，占上一段活跃的人的多少。",
        definition_en="Of the persons active in the period before (of the same length), the share that is not in this.",
        load=load_crowd,
        rows=_churned,
        reduce=share,
        limits=_churn_limits,
    ),
    Figure(
        name="messages",
        zh="消息",
        en="Messages",
        unit=Unit.COUNT,
        definition_zh="这段时间里成员发的消息数。",
        definition_en="Messages that members posted in the period.",
        load=_load_messages,
        rows=_messages,
        reduce=total_by_group,
    ),
)
