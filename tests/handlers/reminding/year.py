"""A year of events in twelve zones: what happens when, and what must, may and must never be said of it.

The reference shares nothing with what it judges: local days by the standard library alone, nights minute by minute.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONES = (
    "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata",
    "Pacific/Apia", "Europe/London", "America/St_Johns", "Asia/Tehran", "Pacific/Auckland", "Africa/Casablanca",
)  # fmt: skip
GROUPS = {"g1": "Asia/Shanghai", "g2": "America/New_York", "g3": "Europe/Berlin"}
REGISTERED = ""  # in place of a group: who registered
BEGINS = datetime(2026, 12, 1, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
NIGHT, MORNING = time(22), time(9)


@dataclass
class Version:
    """One beginning of an event, and the span in which members knew it."""

    starts_at: datetime
    since: datetime
    until: datetime | None = None


@dataclass
class One:
    """An event: its versions, oldest first; the last one ends where it was called off."""

    number: int
    zone: str
    versions: list[Version]

    @property
    def title(self) -> str:
        """What no other event is called."""
        return f"第 {self.number:04d} 场"


@dataclass
class Year:
    """What happens, and when it is looked."""

    events: list[One]
    looks: list[datetime] = field(default_factory=list)


def year(count: int, seed: int, *, outages: int = 25) -> Year:
    """Return a year of events, some late, moved, or called off, and looks with outages between."""
    rng = Random(seed)
    found = Year([_one(rng, number) for number in range(1, count + 1)])
    dark = [(start, start + rng.choice([1, 5, 30, 70]) * HOUR) for start in _moments(rng, outages)]
    looks = {_minute(moment) for one in found.events for moment in _worth_looking(rng, one)}
    looks |= {_minute(moment) for moment in _moments(rng, count // 4)}
    found.looks = sorted(moment for moment in looks if not any(a <= moment < b for a, b in dark))
    return found


def _moments(rng: Random, count: int) -> list[datetime]:
    return [BEGINS + rng.random() * 380 * DAY for _ in range(count)]


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + MINUTE


def _one(rng: Random, number: int) -> One:
    zone = rng.choice(ZONES)
    day = (BEGINS + DAY * rng.randrange(2, 366)).date()
    clock = time(rng.choice([0, 2, 3, 8, 9, 10, 14, 18, 19, 20, 20, 22, 23]), rng.choice([0, 0, 30, 15]))
    starts_at = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
    known = max(BEGINS, starts_at - rng.choice([HOUR / 2, 5 * HOUR, 30 * HOUR, 5 * DAY, 12 * DAY, 30 * DAY]))
    one = One(number, zone, [Version(starts_at, known)])
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        last = one.versions[-1]
        at = last.since + rng.random() * (last.starts_at - last.since)
        if last.starts_at - at < 10 * MINUTE:
            break
        later = max(at + 2 * HOUR, last.starts_at + rng.choice([-2 * DAY, -HOUR, HOUR, DAY, 7 * DAY]))
        later = later.replace(second=0, microsecond=0)
        at = at.replace(microsecond=0)
        if any(version.starts_at == later for version in one.versions):
            break
        last.until = at
        one.versions.append(Version(later, at))
    last = one.versions[-1]
    if rng.random() < 0.05:
        last.until = (last.since + rng.random() * (last.starts_at - last.since)).replace(microsecond=0)
    return one


def _worth_looking(rng: Random, one: One) -> Iterator[datetime]:
    for version in one.versions:
        for kind in ("7d", "1d", "1h"):
            late = rng.choice([-1, 0, 0, 0, 1, 7, 90]) * MINUTE
            for place in rng.sample((*GROUPS, REGISTERED), 2):
                begins, _ = window(one, version, kind, place)
                yield begins + late


# -- the reference ----------------------------------------------------------------------------------------------------


def at_clock(day_and_clock: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which clocks of a zone show a local time, or the first one that exists behind it."""
    naive = day_and_clock.replace(tzinfo=None, fold=0)
    guess = naive.replace(tzinfo=zone).astimezone(UTC)
    if guess.astimezone(zone).replace(tzinfo=None) == naive:
        return guess
    moment = guess - 3 * HOUR
    while moment.astimezone(zone).replace(tzinfo=None) < naive:
        moment += MINUTE
    return moment


def is_night(moment: datetime, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone).time()
    return local >= NIGHT or local < MORNING


def window(one: One, version: Version, kind: str, place: str) -> tuple[datetime, datetime]:
    """Return from when until when a reminder is of use in a place."""
    zone, there = ZoneInfo(one.zone), ZoneInfo(GROUPS.get(place, one.zone))
    begins = version.starts_at - HOUR
    until = version.starts_at
    if kind != "1h":
        local = version.starts_at.astimezone(zone).replace(tzinfo=None)
        begins = at_clock(local - DAY * int(kind[0]), zone)
        until = min(begins + 2 * DAY, version.starts_at) if kind == "7d" else version.starts_at - 3 * HOUR
    if not is_night(begins, there):
        return begins, until
    local = begins.astimezone(there).replace(tzinfo=None)
    night = local.date() - (DAY if local.time() < MORNING else timedelta(0))
    ends = at_clock(datetime.combine(night + DAY, MORNING), there)
    if ends < until:
        return ends, until
    falls = at_clock(datetime.combine(night, NIGHT), there)
    return falls - HOUR / 2, falls


def judged(found: Year, one: One, place: str) -> dict[tuple[datetime, str], str]:
    """Return which reminders of an event `must`, or `may`, be said in a place; all others must not.

    What is due within an hour of another event's may be said with it, but need not.
    """
    verdicts = {}
    for version in one.versions:
        over = min(version.until or version.starts_at, version.starts_at)
        for kind in ("7d", "1d", "1h") if place else ("1d", "1h"):
            begins, until = window(one, version, kind, place)
            raw = version.starts_at - HOUR
            if kind != "1h":
                local = version.starts_at.astimezone(ZoneInfo(one.zone)).replace(tzinfo=None)
                raw = at_clock(local - DAY * int(kind[0]), ZoneInfo(one.zone))
            if min(begins, raw) <= version.since or _was_just_told(found, begins, version, kind, place):
                continue
            first = _first_look(found, max(begins, version.since), min(until, over), place, one)
            if first is not None and not _overtaken(one, version, kind, place, first):
                verdicts[version.starts_at, kind] = "must"
            elif place and _first_look(found, max(begins - HOUR, version.since), min(until, over), place, one):
                verdicts[version.starts_at, kind] = "may"
    return verdicts


def _was_just_told(found: Year, begins: datetime, version: Version, kind: str, place: str) -> bool:
    gap = {"7d": 3 * DAY, "1d": 3 * HOUR, "1h": timedelta(0)}[kind]
    return bool(place) and begins - version.since < gap


def _first_look(found: Year, since: datetime, until: datetime, place: str, one: One) -> datetime | None:
    zone = ZoneInfo(GROUPS.get(place, one.zone))
    for moment in found.looks[bisect_left(found.looks, since) :]:
        if moment >= until:
            return None
        if not is_night(moment, zone):
            return moment
    return None


def _overtaken(one: One, version: Version, kind: str, place: str, first: datetime) -> bool:
    """Say whether a later reminder is due when this one is said at last: or might be, within the hour."""
    order: Sequence[str] = ("7d", "1d", "1h")
    return any(
        window(one, version, other, place)[0] <= first + (HOUR if place else timedelta(0))
        for other in order[order.index(kind) + 1 :]
    )
