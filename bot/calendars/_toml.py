"""Reads events out of TOML files: one table [[event]] each, its keys as the fields of /event edit are called."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, time
from typing import Any

from bot.calendars._found import EVENTS, Broken, Entry, FileError, Found
from bot.calendars._ics import decoded
from bot.refusals import near
from handlers._events import planned, reading, recurrence, timing
from handlers._events.planned import Usual
from handlers._events.refusing import UnreadableError
from handlers._events.words import Field
from handlers._events.zones import zone_of
from storage.events import Plan

KEYS = (*(field.value for field in Field), "uid", "repeat", "except")
_FIELDS = frozenset(field.name for field in fields(Plan))
_READ_FIRST = {Field.TITLE, Field.KIND, Field.WHEN, Field.ZONE}


def read(content: bytes, usual: Usual, now: datetime) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FileError: It is no TOML, or has other tables than [[event]].
    """
    try:
        tables = tomllib.loads(decoded(content))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"is no TOML: {error}") from error
    unknown = [key for key in tables if key != "event"]
    if unknown:
        raise FileError(f"unknown table or key {unknown[0]}{near(unknown[0], ['event'])}; events are [[event]]")
    every = tables.get("event", [])
    if not isinstance(every, list) or not all(isinstance(table, dict) for table in every):
        raise FileError("write each event as a table of its own: [[event]]")
    if len(every) > EVENTS:
        yield Broken(f"event {EVENTS + 1}", f"{EVENTS:,} events are taken of one file; split it")
    for number, table in enumerate(every[:EVENTS], 1):
        where = f"event {number}" + (f" ({str(table['title'])[:40]})" if table.get("title") else "")
        try:
            yield _entry(table, where, usual, now)
        except UnreadableError as error:
            yield Broken(where, error.said("en"))
        except ValueError as error:
            yield Broken(where, str(error))


def _entry(table: dict[str, Any], where: str, usual: Usual, now: datetime) -> Entry:
    table = {_key(key): value for key, value in table.items()}
    missing = [key for key in ("title", "kind", "when") if not table.get(key)]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    zone = zone_of(_text(table["zone"])) if "zone" in table else usual.zone
    times = timing.when(_text(table["when"]), now, zone, past=True)
    kind, title = reading.kind(_text(table["kind"])), reading.title(_text(table["title"]))
    plan = Plan(
        kind=kind,
        title=title,
        starts_at=times.starts_at,
        ends_at=times.until(usual.length(kind)),
        zone=times.zone.key,
    )
    for field in Field:
        if field in table and field not in _READ_FIRST:
            plan = planned.with_field(plan, field, _text(table[field.value]), now)
    return Entry(
        where=where,
        uid=_text(table["uid"]) if table.get("uid") else _made_up(title, _text(table["when"])),
        plan=plan,
        tells=frozenset({"title", "kind", "starts_at", "ends_at", "zone", *(table.keys() & _FIELDS)}),
        rule=_rule(_text(table["repeat"])) if table.get("repeat") else "",
        except_on=timing.days(_text(table["except"]), times.starts_at.date()) if table.get("except") else frozenset(),
    )


def _key(key: str) -> str:
    """Return a key as it is called here; seats are capacity."""
    if key in KEYS:
        return key
    try:
        return reading.field(key).value
    except UnreadableError as error:
        raise ValueError(f"unknown key {key}{near(key, KEYS)}") from error


def _rule(text: str) -> str:
    rule, _, _ = recurrence.found_in(text)
    return rule or recurrence.checked(text)


def _made_up(title: str, when: str) -> str:
    return "toml:" + hashlib.blake2b(f"{title}\0{when}".encode(), digest_size=12).hexdigest()


def _text(value: Any) -> str:
    """Return a value as people would type it.

    Raises:
        ValueError: It is a table, or the like.
    """
    match value:
        case str():
            return value
        case list():
            return "、".join(_text(one) for one in value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}" if value.tzinfo is None else _refused_zone(value)
        case date() | time():
            return value.isoformat()
        case bool() | int() | float():
            return str(value)
        case _:
            raise ValueError(f"{value} is neither a text, a number, a time nor a list of these")


def _refused_zone(value: datetime) -> str:
    raise ValueError(f'{value} has an offset; write the local time, and the zone as zone = "Asia/Shanghai"')
