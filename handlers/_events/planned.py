"""From words to a plan: one line that tells all of an event, or one field at a time. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from handlers._events import cities, reading, recurrence, timing
from handlers._events.reading import LINE, SUMMARY
from handlers._events.refusing import Texts, UnreadableError
from handlers._events.words import ANYWHERE, FIELDS, KIND_NAMES, KIND_WORDS, Called, Field
from handlers._events.zones import evened, zone_of
from storage.events import Kind, Plan

_TITLE = re.compile(r"《((?:[^《》]|《[^《》]*》)*)》|“([^”]*)”|「([^」]*)」|\"([^\"]*)\"", re.DOTALL)
_NAMES = sorted((name for names in FIELDS.values() for name in names), key=len, reverse=True)
_PAIRS = re.compile(rf"(?:(?<=\s)|^)({'|'.join(map(re.escape, _NAMES))})(?:\s*[:：]\s*|\s+)(?=\S)", re.IGNORECASE)
_SEATS = re.compile(r"(?:^|\s)(限? ?\d{1,6} ?(?:席|人)|不限人数)(?=\s|$)")
_KINDS = re.compile(
    rf"^\s*({'|'.join(sorted(map(re.escape, KIND_WORDS), key=len, reverse=True))})(?:会|课|班|活动)?(?![A-Za-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where nothing is said: how long each kind takes, and in which zone times are meant."""

    lengths: Mapping[Kind, timedelta]
    zone: ZoneInfo

    def length(self, kind: Kind) -> timedelta:
        """Return how long an event of a kind takes."""
        return self.lengths.get(kind, timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Recurring:
    """A plan, by which rule it comes again (empty: once), and the days that are left out."""

    plan: Plan
    rule: str = ""
    except_on: frozenset[date] = frozenset()


def one_line(text: str, now: datetime, usual: Usual) -> Plan:
    """Return the plan that a line tells: 线上分享《标题》 12 月 3 日 20:00 50 分钟 柏舟/苇间数据 https://… 席位 40.

    Raises:
        UnreadableError: Something is missing, or cannot be meant; says what.
    """
    named, rest = _titled(text)
    return _planned(named, rest, now, usual)


def recurring(text: str, now: datetime, usual: Usual) -> Recurring:
    """Return the plan that a line tells, its rule if it is to come again, and the days that are left out.

    Raises:
        UnreadableError: Something is missing, or cannot be meant; says what.
    """
    named, rest = _titled(text)
    rule, before, behind = recurrence.found_in(evened(rest))
    if not rule:
        return Recurring(_planned(named, rest, now, usual))
    today = now.astimezone(usual.zone).date()
    except_on, behind = timing.left_out(behind, today)
    plan = _beginning(named, (before, behind), today, now, usual)
    zone, length = ZoneInfo(plan.zone), plan.ends_at - plan.starts_at
    first = recurrence.first_of(rule, plan.starts_at, zone)
    return Recurring(replace(plan, starts_at=first, ends_at=first + length), rule, except_on)


def _beginning(named: str, around: tuple[str, str], today: date, now: datetime, usual: Usual) -> Plan:
    """Return the plan of a line that may tell a first day: else it is today, or tomorrow where today's time is past."""
    wrong = UnreadableError(Texts.NEVER)
    for day in ("", f"{today:%Y-%m-%d}", f"{today + timedelta(days=1):%Y-%m-%d}"):
        try:
            return _planned(named, f" {day} ".join(around), now, usual)
        except UnreadableError as error:
            wrong = error
    raise wrong


def _titled(text: str) -> tuple[str, str]:
    found = _TITLE.search(text)
    if found is None:
        raise UnreadableError(Texts.NO_TITLE)
    named = next(group for group in found.groups() if group is not None)
    return named, f"{text[: found.start()]} {text[found.end() :]}"


def _planned(named: str, rest: str, now: datetime, usual: Usual) -> Plan:
    link, line = reading.first_link(rest)
    line, told = _pairs(evened(line))
    link = link or reading.link(told.pop(Field.LINK, "-"))
    kind, line = _kind(line, told)
    zone = zone_of(told[Field.ZONE]) if Field.ZONE in told else usual.zone
    times, line = timing.found_in(f"{told.get(Field.WHEN, '')} {line}".strip(), now, zone)
    if times is None:
        times, line = timing.when(line, now, zone), ""  # tells what is wrong with it
    seats, line = _seats(line)
    city, venue, line = ("", "", line) if kind in ANYWHERE else cities.found_in(line)
    plan = Plan(
        kind=kind, title=reading.title(named), starts_at=times.starts_at, ends_at=times.until(usual.length(kind)),
        zone=times.zone.key, link=link, capacity=seats, city=city, venue=venue,
    )  # fmt: skip
    for field, words in told.items():
        if field not in {Field.WHEN, Field.ZONE, Field.KIND}:
            plan = with_field(plan, field, words, now)
    line = line.strip(" ,，。;；、·")
    return replace(plan, speakers=(*reading.speakers(line), *plan.speakers)) if line else plan


def _seats(line: str) -> tuple[int | None, str]:
    found = _SEATS.search(line)
    if found is None:
        return None, line
    return reading.capacity(found[1].removesuffix("人数")), f"{line[: found.start()]} {line[found.end() :]}".strip()


def _pairs(line: str) -> tuple[str, dict[Field, str]]:
    """Return a line without what it tells by name (席位 40, 城市：成都), and that by field."""
    marks = list(_PAIRS.finditer(line))
    told = {}
    for mark, after in zip_longest(marks, marks[1:]):
        words = line[mark.end() : None if after is None else after.start()]
        told[reading.field(mark[1])] = words.strip(" ,，;；")
    return line[: marks[0].start()] if marks else line, told


def _kind(line: str, told: Mapping[Field, str]) -> tuple[Kind, str]:
    """Return the kind that a line begins with; without one it is a talk, unless it happens at a place."""
    found = _KINDS.match(line)
    if found is not None:
        return KIND_WORDS[found[1].casefold()], line[found.end() :].strip()
    if Field.KIND not in told and not told.keys() & {Field.CITY, Field.VENUE}:
        return Kind.TALK, line
    if Field.KIND not in told:
        raise UnreadableError(Texts.WHAT_KIND, kinds=KIND_NAMES)
    return reading.kind(told[Field.KIND]), line


def with_field(plan: Plan, field: Field, text: str, now: datetime) -> Plan:
    """Return a plan in which one field is as told.

    Raises:
        UnreadableError: It cannot be meant; says why.
    """
    match field:
        case Field.TITLE:
            return replace(plan, title=reading.title(text))
        case Field.KIND:
            return replace(plan, kind=reading.kind(text))
        case Field.SUMMARY:
            return replace(plan, summary=reading.plain(text, SUMMARY, Called.SUMMARY))
        case Field.CITY:
            return replace(plan, city=reading.plain(text, reading.NAME, Called.CITY))
        case Field.VENUE:
            return replace(plan, venue=reading.plain(text, LINE, Called.VENUE))
        case Field.LINK:
            return replace(plan, link=reading.link(text))
        case Field.WHEN | Field.LENGTH | Field.ZONE:
            return _timed(plan, field, text, now)
        case _:
            return _with_several(plan, field, text)


def _with_several(plan: Plan, field: Field, text: str) -> Plan:
    match field:
        case Field.CAPACITY:
            return replace(plan, capacity=reading.capacity(text))
        case Field.LANGUAGES:
            return replace(plan, languages=reading.languages(text))
        case Field.SPEAKERS:
            return replace(plan, speakers=reading.speakers(text))
        case Field.HOSTS:
            return replace(plan, hosts=reading.hosts(text))
        case Field.TARGETS:
            return replace(plan, targets=reading.targets(text))
        case Field.ASKS:
            return replace(plan, asks=reading.asks(text))
        case _:
            return replace(plan, reminders=reading.reminders(text))


def _timed(plan: Plan, field: Field, text: str, now: datetime) -> Plan:
    zone, length = ZoneInfo(plan.zone), plan.ends_at - plan.starts_at
    if field is Field.LENGTH:
        return replace(plan, ends_at=plan.starts_at + timing.length(text))
    if field is Field.WHEN:
        times = timing.when(text, now, zone)
        return replace(plan, starts_at=times.starts_at, ends_at=times.until(length), zone=times.zone.key)
    there = zone_of(text)  # the clock on the wall stays as it was told
    local = plan.starts_at.astimezone(zone)
    starts_at = timing.moment(local.date(), local.time(), there)
    return replace(plan, starts_at=starts_at, ends_at=starts_at + length, zone=there.key)
