"""Printing: the list of who registered, on A4, to tick off by hand where phones do not help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Command, Context, Errand, Outside, Reply
from handlers._drawing.typesetting import typeset
from handlers._events.told import title
from handlers._files import keep
from handlers._wording import durations
from handlers._wording.pinyin import by_pinyin
from handlers.checkin._guests import Guest, guests
from handlers.checkin._paper import ordered, reader, sent
from handlers.checkin._texts import Sheet, Texts
from storage import checkins, events
from storage.database import Store
from storage.events import Event

WRITE = "list"
TEMPLATE = Path(__file__).with_name("templates") / "list.typ"
EMPTY_LINES = 10  # for who did not register


async def wanted(command: Command, ctx: Context[Any]) -> list[Reply | Errand]:
    """Have the list written for a host, who gets it in private."""
    return await ordered(ctx, command, WRITE, guests, Texts.EMPTY)


async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the list and send it; who runs nothing any more, and did not make the event, gets none."""
    language, number = str(errand.payload["language"]), int(errand.payload["event"])
    async with outside.read() as store:
        event = await events.get(store, number)
        member = await reader(store, errand, event)
        if member is None:
            return []
        every = await guests(store, number)
        came = await _here(store, event, outside.now())
    data = content(event, every, came, outside.now(), language)
    made = await outside.in_worker(drawn, data, event.starts_at)
    name = await keep(outside.files, f"list-{number}-{member}", ".pdf", made)
    named = {"event": event.number, "title": title(event, language), "count": len(every)}
    head = Texts.FILE_HEAD.in_language(language, **named)
    return [sent(event, member, name, head, Texts.FILE.in_language(language, name=name))]


async def _here(store: Store, event: Event, now: datetime) -> set[int]:
    day = checkins.day_at(event, now)
    return set() if day is None else await checkins.persons(store, event.id, day)


def drawn(data: dict[str, Any], created: datetime) -> bytes:
    """Return the list as a PDF; pure, for the worker process."""
    return typeset(TEMPLATE, data, form="pdf", created=created)


def content(event: Event, every: Sequence[Guest], came: set[int], now: datetime, language: str) -> dict[str, Any]:
    """Return what the template shows: names by pinyin, as they were when they registered; who is there is ticked."""
    zone = ZoneInfo(event.zone)
    ordered = sorted(every, key=lambda guest: by_pinyin(guest.name or guest.card))
    waiting = sum(guest.waiting for guest in every)
    named = {"count": len(every) - waiting, "waiting": waiting}
    words = {name.lower(): text.in_language(language, **_values(name)) for name, text in _WORDS.items()}
    return {
        "language": language,
        "title": f"{event.number} {event.title}",
        "when": f"{durations.day(event.starts_at, now, zone, language)} {event.starts_at.astimezone(zone):%H:%M}",
        "where": " · ".join(part for part in (event.city, event.venue) if part),
        "count": (Sheet.COUNT_WAITING if waiting else Sheet.COUNT).in_language(language, **named),
        "rows": [_row(guest, came, language) for guest in ordered],
        "empty": EMPTY_LINES,
        "words": words,
    }


_WORDS = {
    "NUMBER": Sheet.NUMBER, "NAME": Sheet.NAME, "COMPANY": Sheet.COMPANY, "HERE": Sheet.HERE,
    "SIGNED": Sheet.SIGNED, "PAGE": Sheet.PAGE, "NOTE": Sheet.NOTE,
}  # fmt: skip


def _values(name: str) -> dict[str, str]:
    return {"page": "{page}", "pages": "{pages}"} if name == "PAGE" else {}


def _row(guest: Guest, came: set[int], language: str) -> dict[str, Any]:
    note = Sheet.WAITING.in_language(language) if guest.waiting else ""
    card = guest.card if guest.card != guest.name else ""
    return {
        "number": str(guest.number), "name": guest.name or guest.card, "card": card, "company": guest.company,
        "note": note, "here": guest.person in came,
    }  # fmt: skip
