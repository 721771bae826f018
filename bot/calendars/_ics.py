"""Reads events out of calendars (.ics, RFC 5545), one by one, so that a broken one keeps no other out."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event as Component

from bot.calendars._found import BYTES, EVENTS, ONE, Broken, Entry, FileError, Found
from handlers._events import reading, recurrence, timing
from handlers._events.planned import Usual
from handlers._events.refusing import Texts, UnreadableError
from handlers._events.words import KIND_WORDS, Called
from handlers._events.zones import zone_of
from handlers._rules import instant
from handlers._wording.masking import cut
from storage.events import Kind, Plan

EXCEPTIONS = 1_000  # days that one event leaves out
_TELLS = frozenset({"title", "starts_at", "ends_at", "zone", "summary", "venue", "link"})
_BEGIN, _END = "BEGIN:VEVENT", "END:VEVENT"


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one event: where it begins, and its lines, folded as they were."""

    line: int
    lines: tuple[str, ...]
    whole: bool = True


def read(content: bytes, usual: Usual, most: int = EVENTS) -> Iterator[Found]:
    """Yield what a calendar holds, in its order: so many at most, and then that there are more.

    Raises:
        FileError: It is no calendar, or too large.
    """
    text = decoded(content)
    if "BEGIN:VCALENDAR" not in text[:4096].upper():
        raise FileError("is no calendar: it does not begin with BEGIN:VCALENDAR")
    zone = _zone_of(text, usual)
    for count, block in enumerate(blocks(text), 1):
        if count > most:
            left = text.upper().count(f"\n{_BEGIN}") - most
            yield Broken(f"line {block.line}", f"{most:,} events are taken of one file; {left:,} are left, split it")
            return
        yield _read(block, usual, zone)


def decoded(content: bytes) -> str:
    """Return the text of a file.

    Raises:
        FileError: It is too large, or no text.
    """
    if len(content) > BYTES:
        raise FileError(f"is larger than {BYTES // 1024 // 1024} MB; split it")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError("is no text in UTF-8")


def blocks(text: str) -> Iterator[Block]:
    """Yield the events of a calendar as their lines; one that does not end, or is too long, is not whole."""
    found: list[str] = []
    began = size = 0
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip().upper()
        if word == _BEGIN:
            if began:
                yield Block(began, tuple(found[:40]), whole=False)
            found, began, size = [line], number, 0
        elif began:
            size += len(line)
            if size <= ONE:
                found.append(line)
            if word == _END:
                yield Block(began, tuple(found), whole=size <= ONE)
                began = 0
    if began:
        yield Block(began, tuple(found[:40]), whole=False)


def _zone_of(text: str, usual: Usual) -> ZoneInfo:
    """Return the zone of times that tell none: the calendar's, where it has one that there is."""
    line = next((line for line in text[:65536].splitlines() if line.upper().startswith("X-WR-TIMEZONE:")), "")
    try:
        return zone_of(line.partition(":")[2]) if line else usual.zone
    except UnreadableError:
        return usual.zone


def _read(block: Block, usual: Usual, zone: ZoneInfo) -> Found:
    uid = _uid(block.lines)
    where = f"line {block.line}" + (f" (uid {uid[:80]})" if uid else "")
    if not block.whole:
        return Broken(where, "the event does not end, or is larger than 256 kB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # guesses about zones; what was guessed is shown by --dry-run
            component: Any = Component.from_ical("\r\n".join(block.lines))
        return _entry(component, where, uid, usual, zone)
    except UnreadableError as error:
        return Broken(where, error.said("en"))
    except (ValueError, KeyError, IndexError, OverflowError, AttributeError, TypeError) as error:
        return Broken(where, f"cannot be read ({cut(str(error), 120) or type(error).__name__})")


def _uid(lines: Sequence[str]) -> str:
    line = next((line for line in lines if line.upper().startswith(("UID:", "UID;"))), "")
    return line.partition(":")[2].strip()


def _entry(component: Any, where: str, uid: str, usual: Usual, zone: ZoneInfo) -> Found:
    wrong = [f"{name}: {why}" for name, why in component.errors if name in {"DTSTART", "DTEND", "DURATION", "RRULE"}]
    if wrong:
        return Broken(where, wrong[0])
    for name in ("RECURRENCE-ID", "RDATE", "EXRULE"):
        if name in component:
            return Broken(where, f"{name} is not understood; change that day by hand afterwards")
    if "DTSTART" not in component:
        return Broken(where, "has no beginning (DTSTART)")
    there = _there(component["DTSTART"], zone)
    starts_at = _moment(component["DTSTART"].dt, there)
    title = reading.title(cut(_text(component, "SUMMARY"), reading.TITLE))
    plan = _plan(component, title, starts_at, there, usual)
    return Entry(
        where=where,
        uid=uid or _made_up(title, starts_at),
        plan=plan,
        rule=_rule(component),
        except_on=_exceptions(component, there),
        tells=_TELLS,
        cancelled=_text(component, "STATUS").upper() == "CANCELLED",
    )


def _text(component: Any, name: str) -> str:
    """Return a text of an event; of several of a name the first."""
    said = component.get(name, "")
    return str(said[0] if isinstance(said, list) else said)


def _made_up(title: str, starts_at: datetime) -> str:
    return hashlib.blake2b(f"{title}\0{starts_at.isoformat()}".encode(), digest_size=12).hexdigest()


def _plan(component: Any, title: str, starts_at: datetime, there: ZoneInfo, usual: Usual) -> Plan:
    venue = reading.plain(cut(_text(component, "LOCATION"), reading.LINE), reading.LINE, Called.VENUE)
    link = _link(_text(component, "URL"))
    if not link and venue.startswith("http"):
        link, venue = _link(venue), ""
    kind = _kind(component, venue)
    return Plan(
        kind=kind,
        title=title,
        starts_at=starts_at,
        ends_at=timing.checked(starts_at, _end(component, starts_at, there, usual.length(kind)), there),
        zone=there.key,
        summary=reading.plain(cut(_text(component, "DESCRIPTION"), reading.SUMMARY), reading.SUMMARY, Called.SUMMARY),
        venue=venue,
        link=link,
    )


def _link(text: str) -> str:
    return reading.link(text) if text.startswith("http") else ""


def _kind(component: Any, venue: str) -> Kind:
    said = component.get("CATEGORIES")
    every = said if isinstance(said, list) else [said] if said is not None else []
    words = [str(word).casefold() for one in every for word in one.cats]
    known = [KIND_WORDS[word] for word in words if word in KIND_WORDS]
    return known[0] if known else Kind.MEETING if venue else Kind.TALK


def _there(start: Any, zone: ZoneInfo) -> ZoneInfo:
    """Return the zone of an event: its beginning's, else the calendar's.

    Raises:
        UnreadableError: There is no such zone.
    """
    named = start.params.get("TZID", "")
    key = getattr(getattr(start.dt, "tzinfo", None), "key", "")
    if named and not key:
        return zone_of(str(named))
    return ZoneInfo(key) if key and key != "UTC" else zone


def _moment(value: date, there: ZoneInfo) -> datetime:
    """Return the instant of a time; of a day its beginning there."""
    if not isinstance(value, datetime):
        return instant(value, time(0), there)
    if value.tzinfo is not None and getattr(value.tzinfo, "key", "UTC") == "UTC":
        return value.astimezone(UTC)
    there = ZoneInfo(getattr(value.tzinfo, "key", there.key))
    return timing.moment(value.date(), value.time().replace(second=0, microsecond=0), there)


def _end(component: Any, starts_at: datetime, there: ZoneInfo, usual: timedelta) -> datetime:
    if "DTEND" in component:
        return _moment(component["DTEND"].dt, there)
    if "DURATION" in component:
        lasts: timedelta = component["DURATION"].dt
        return starts_at + lasts
    if not isinstance(component["DTSTART"].dt, datetime):
        return _moment(component["DTSTART"].dt + timedelta(days=1), there)
    return starts_at + usual


def _rule(component: Any) -> str:
    rule = component.get("RRULE")
    if rule is None:
        return ""
    if isinstance(rule, list):
        raise UnreadableError(Texts.RULES)
    return recurrence.checked(rule.to_ical().decode())


def _exceptions(component: Any, there: ZoneInfo) -> frozenset[date]:
    said = component.get("EXDATE")
    every = said if isinstance(said, list) else [said] if said is not None else []
    moments = [one.dt for several in every for one in several.dts]
    if len(moments) > EXCEPTIONS:
        raise UnreadableError(Texts.EXCEPTIONS, count=len(moments), most=EXCEPTIONS)
    return frozenset(
        one.astimezone(there).date() if isinstance(one, datetime) and one.tzinfo else _day(one) for one in moments
    )


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
