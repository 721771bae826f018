"""Exporting: what was told in interviews, as a table for hosts, in private."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Command, Context, Errand, Outside, Reply
from handlers._events.hosting import names_of
from handlers._files import keep
from handlers._sheets import Table, as_xlsx
from handlers.checkin._guests import guests
from handlers.checkin._interview_texts import AT, COMPANY, FIELDS, WHO, Texts
from handlers.checkin._paper import ordered, reader, sent
from storage import events, interviews
from storage.interviews import Interview

EXPORT = "interviews"


async def wanted(command: Command, ctx: Context[Any]) -> list[Reply | Errand]:
    """Have the table written for a host, who gets it in private."""
    return await ordered(ctx, command, EXPORT, interviews.of_event, Texts.EMPTY)


async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the table and send it to who may still have it."""
    language, number = str(errand.payload["language"]), int(errand.payload["event"])
    async with outside.read() as store:
        event = await events.get(store, number)
        member = await reader(store, errand, event)
        if member is None:
            return []
        found = [one for one in await interviews.of_event(store, number) if any(_told(one))]
        names = await names_of(store, [one.member for one in found])
        named = {guest.member: guest.company for guest in await guests(store, number)}
    table = rows(found, names, named, ZoneInfo(event.zone), language)
    name = await keep(outside.files, f"interviews-{number}-{member}", ".xlsx", as_xlsx({event.number: table}))
    head = Texts.FILE_HEAD.in_language(language, event=event.number, count=len(found))
    return [sent(event, member, name, head, Texts.FILE.in_language(language, name=name))]


def rows(
    found: Sequence[Interview], names: dict[int, str], companies: dict[int, str], zone: ZoneInfo, language: str
) -> Table:
    """Return the table: who, of which company as registered, when, and the four answers as they were given."""
    head = [WHO, COMPANY, AT, *FIELDS.values()]
    body = [[names.get(one.member, ""), companies.get(one.member, ""), _at(one, zone), *_told(one)] for one in found]
    return [[text.in_language(language) for text in head], *body]


def _at(one: Interview, zone: ZoneInfo) -> str:
    return f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}"


def _told(one: Interview) -> list[str]:
    return [getattr(one, name) for name in interviews.FIELDS]
