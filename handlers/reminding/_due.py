"""When an event is to be reminded of, and for how long that is worth it. Pure.

`7d` and `1d` are calendar days before, at the same time by the clock of the event's zone; `1h` is an hour. What falls
into a night is said at its end where that is soon enough, else half an hour before the night begins. What was missed is
said late only while it is useful: `7d` for two days, `1d` until three hours before, `1h` until it begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers._events.standing import is_night, night_of
from handlers._rules import instant
from handlers._tables import Quiet
from storage.reminders import Coming, Kind

ORDER = (Kind.WEEK, Kind.DAY, Kind.HOUR)  # the later is the more useful
HORIZON = timedelta(days=8)  # nothing is said longer before
TOGETHER = timedelta(hours=1)  # what falls due so soon after something is said with it
EVENING = timedelta(minutes=30)  # before a night begins
_HOUR = timedelta(hours=1)
_DAYS = {Kind.WEEK: 7, Kind.DAY: 1}
_WEEK_WORTH = timedelta(days=2)
_DAY_WORTH = timedelta(hours=3)
# So long after a group was told when it is, it need not be told again.
_KNOWN_FOR = {Kind.WEEK: timedelta(days=3), Kind.DAY: timedelta(hours=3), Kind.HOUR: timedelta(0)}

Done = tuple[int, Kind, datetime]  # an event, what was said of it, and of which beginning


@dataclass(frozen=True, slots=True)
class Where:
    """Where something is said: its nights, and the reminders that are wanted there unless an event has its own."""

    zone: ZoneInfo
    quiet: Quiet
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come; where it is not `said`, it is only kept that it came."""

    event: Coming
    kind: Kind
    said: bool = True


def moment(event: Coming, kind: Kind) -> datetime:
    """Return when a reminder is due, were there no nights."""
    if kind is Kind.HOUR:
        return event.starts_at - _HOUR
    zone = ZoneInfo(event.zone)
    local = event.starts_at.astimezone(zone)
    return instant(local.date() - timedelta(days=_DAYS[kind]), local.time(), zone)


def worth_until(event: Coming, kind: Kind) -> datetime:
    """Return until when a reminder is useful, exclusive; never after the beginning."""
    if kind is Kind.WEEK:
        return min(moment(event, kind) + _WEEK_WORTH, event.starts_at)
    return event.starts_at - (_DAY_WORTH if kind is Kind.DAY else timedelta(0))


def span(event: Coming, kind: Kind, where: Where) -> tuple[datetime, datetime]:
    """Return from when until when a reminder may be said somewhere; what lies in a night between is left out later."""
    at, until = moment(event, kind), worth_until(event, kind)
    night = night_of(at, where.zone, where.quiet)
    if night is None:
        return at, until
    begins, ends = night
    return (ends, until) if ends < until else (begins - EVENING, begins)


def due(
    events: Iterable[Coming],
    now: datetime,
    where: Where,
    *,
    done: Collection[Done] = (),
    known: Mapping[int, datetime] | None = None,
    together: timedelta = timedelta(0),
) -> list[Due]:
    """Return what is to be said somewhere now, the next event first; of each event the latest reminder alone.

    Args:
        events: What is coming.
        now: The time, UTC.
        where: Where it is said.
        done: What was said there, or was decided not to be.
        known: When it was last told there when an event is, by event.
        together: Where anything is due, what falls due so soon after it is due as well.
    """
    if is_night(now, where.zone, where.quiet):
        return []
    every = list(events)
    found = _ripe(every, now, now, where, done)
    if found and together:
        found = _ripe(every, now, now + together, where, done)
    return [_judged(one, (known or {}).get(one.event.id), where) for one in found]


def _ripe(events: Sequence[Coming], now: datetime, until: datetime, where: Where, done: Collection[Done]) -> list[Due]:
    found: list[Due] = []
    for event in sorted(events, key=lambda one: (one.starts_at, one.id)):
        kinds = [kind for kind in ORDER if _is_ripe(event, kind, now, until, where, done)]
        found += [Due(event, kind, said=kind is kinds[-1]) for kind in kinds]
    return found


def _is_ripe(event: Coming, kind: Kind, now: datetime, until: datetime, where: Where, done: Collection[Done]) -> bool:
    wanted = where.before if event.reminders is None else event.reminders
    if kind not in wanted or event.starts_at <= now or (event.id, kind, event.starts_at) in done:
        return False
    since, end = span(event, kind, where)
    missed_nothing = min(since, moment(event, kind)) <= event.known_since
    return not missed_nothing and since <= until and now < end


def _judged(one: Due, known_at: datetime | None, where: Where) -> Due:
    if known_at is None or not one.said:
        return one
    since, _ = span(one.event, one.kind, where)
    return Due(one.event, one.kind, said=since - known_at >= _KNOWN_FOR[one.kind])


def later(events: Iterable[Coming], now: datetime, where: Where, kind: Kind, done: Collection[Done]) -> int:
    """Return how many posts within a week are worth more than one of a kind: what it must leave room for."""
    worth_more = ORDER[ORDER.index(kind) + 1 :]
    begins = []
    for event in events:
        wanted = where.before if event.reminders is None else event.reminders
        for other in worth_more:
            since, _ = span(event, other, where)
            if other in wanted and (event.id, other, event.starts_at) not in done and now + TOGETHER < since:
                begins.append(since)
    return _posts(sorted(moment for moment in begins if moment < now + timedelta(days=7)))


def _posts(moments: Sequence[datetime]) -> int:
    """Return how many posts it takes to say what falls due at some moments, in their order."""
    count, said = 0, None
    for one in moments:
        if said is None or one - said > TOGETHER:
            count, said = count + 1, one
    return count


def near(event: Coming, now: datetime) -> list[Kind]:
    """Return what of an event may be due somewhere now, whatever the nights and wishes there."""
    day = timedelta(days=1)
    kinds = ORDER if event.reminders is None else [kind for kind in ORDER if kind in event.reminders]
    return [kind for kind in kinds if moment(event, kind) - day - TOGETHER <= now < worth_until(event, kind)]
