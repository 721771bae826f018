"""Costs and income: told in one line, summed up by event and series, and written into a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import Body, Context, Errand, Outside, Purpose, Replies, Reply, Text, UserError, answer
from handlers._events import ledger
from handlers._events.kept import kept
from handlers._files import keep
from handlers._wording import durations
from handlers._wording.masking import quoted
from handlers.sponsors._amounts import AMOUNT, AmountError, read, told
from handlers.sponsors._texts import Texts
from storage import events, money, series
from storage.events import Event
from storage.money import Entry, Kind
from storage.replies import File

FEATURE, LEDGER = "sponsors", "ledger"
WHAT, LISTED, NAME = 60, 4, 30
NUMBER = r"[eE]\d{1,9}"
_KINDS = {"支出": Kind.COST, "花了": Kind.COST, "花": Kind.COST, "cost": Kind.COST}
_KINDS |= {"收入": Kind.INCOME, "收了": Kind.INCOME, "收": Kind.INCOME, "income": Kind.INCOME}
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_TOLD = re.compile(rf"({NUMBER}) ({_KIND})(?: (.*))?", re.IGNORECASE | re.DOTALL)
_AMOUNT = re.compile(rf"({AMOUNT})(?: (.*))?", re.DOTALL)
_EXPORT = re.compile(r"(?:导出|export) (.+)", re.IGNORECASE)
_DROP = re.compile(r"(?:删|drop) [mM](\d{1,9})", re.IGNORECASE)


async def event_of(ctx: Context[Any], number: str) -> Event:
    """Return an event by what people call it.

    Raises:
        UserError: There is none.
    """
    found = await events.find(ctx.store, int(number[1:]))
    if found is None:
        raise UserError(ctx.say(Texts.NO_EVENT, number=number.upper()))
    return found


async def books(ctx: Context[Any], words: str) -> Replies:
    """Keep a cost or an income, show or export what is kept, or take an entry away."""
    if found := _TOLD.fullmatch(words):
        return await _keep(ctx, await event_of(ctx, found[1]), _KINDS[found[2].lower()], found[3] or "")
    if found := _DROP.fullmatch(words):
        return await _drop(ctx, int(found[1]))
    if found := _EXPORT.fullmatch(words):
        name, every = await _meant(ctx, found[1])
        return _export(ctx, name, every)
    name, every = await _meant(ctx, words)
    return answer(*await _shown(ctx, name, every))


async def _meant(ctx: Context[Any], words: str) -> tuple[str, list[Event]]:
    """Return what a number or a city means: its name, and its events."""
    if re.fullmatch(NUMBER, words):
        event = await event_of(ctx, words)
        return event.number, [event]
    found = await series.in_city(ctx.store, words.strip("「」《》"))
    if not found:
        raise UserError(ctx.say(Texts.NO_SERIES, name=quoted(words, NAME)) if words else ctx.say(Texts.MONEY_USAGE))
    meant = next((one for one in found if not one.is_over), found[0])
    return meant.city, await events.of_series(ctx.store, meant.id)


async def _keep(ctx: Context[Any], event: Event, kind: Kind, words: str) -> Reply:
    found = _AMOUNT.fullmatch(words)
    try:
        amount = read(found[1] if found else "")
    except AmountError as error:
        raise UserError(ctx.say(Texts.AMOUNT)) from error
    what = kept(ctx, (found[2] or "") if found else "", WHAT, "说明")
    number = await money.add(
        ctx.store, event.id, kind, amount.cents, amount.currency, what, at=ctx.now(), by=ctx.speaker.id
    )
    said = _said(ctx, kind, amount.cents, amount.currency, what)
    line = ctx.say(Texts.KEPT, number=number, event=event.number, **said)
    return answer(line, *_sums(ctx, ctx.say(Texts.HERE), await money.sums(ctx.store, [event.id])))


def _said(ctx: Context[Any], kind: Kind, cents: int, currency: str, what: str) -> dict[str, str]:
    return {
        "kind": ctx.say(ledger.KINDS[kind]),
        "amount": told(cents, currency, ctx.language),
        "what": ctx.say(Texts.WHAT, what=what) if what else "",
    }


def _sums(ctx: Context[Any], name: str, found: Mapping[tuple[Kind, str], int]) -> list[str]:
    """Return a line for each currency: they are never added up."""
    lines = []
    for currency in sorted({currency for _, currency in found}, key=lambda code: (code != "CNY", code)):
        cost, income = found.get((Kind.COST, currency), 0), found.get((Kind.INCOME, currency), 0)
        said = {"cost": cost, "income": income, "left": income - cost}
        amounts = {key: told(cents, currency, ctx.language) for key, cents in said.items()}
        lines.append(ctx.say(Texts.SUM, name=name, **amounts))
    return lines


async def _shown(ctx: Context[Any], name: str, every: Sequence[Event]) -> list[str]:
    entries = await money.of_events(ctx.store, [event.id for event in every])
    if not entries:
        example = every[0].number if every else "E57"
        return [ctx.say(Texts.NOTHING, name=name, event=example)]
    last = ctx.say(Texts.ALL, count=len(entries), name=name)
    if len(every) == 1:
        lines = [_entry(ctx, entry) for entry in entries[-LISTED:]]
        return [*_sums(ctx, name, await money.sums(ctx.store, [every[0].id]))[:2], *lines, last]
    total = _sums(ctx, ctx.say(Texts.TOTAL), await money.sums(ctx.store, [event.id for event in every]))
    lines = []
    for event in every:
        lines += _sums(ctx, event.number, await money.sums(ctx.store, [event.id]))
    return [*total[:2], *lines[:LISTED], last]


def _entry(ctx: Context[Any], entry: Entry) -> str:
    day = durations.day(entry.at, ctx.now(), ctx.community.zone, ctx.language)
    said = _said(ctx, entry.kind, entry.cents, entry.currency, entry.what)
    return ctx.say(Texts.ENTRY, number=entry.id, day=day, **said)


async def _drop(ctx: Context[Any], number: int) -> Reply:
    found = await money.find(ctx.store, number)
    if found is None:
        raise UserError(ctx.say(Texts.NO_ENTRY, number=f"M{number}"))
    await money.remove(ctx.store, number)
    said = _said(ctx, found.kind, found.cents, found.currency, found.what)
    return answer(ctx.say(Texts.DROPPED, number=f"M{number}", **said))


# -- as a file --------------------------------------------------------------------------------------------------------


def _export(ctx: Context[Any], name: str, every: Sequence[Event]) -> list[Reply | Errand]:
    payload = {"name": name, "events": [event.id for event in every], "language": ctx.language}
    key = f"ledger:{ctx.speaker.id}:{name}:{ctx.now():%Y-%m-%dT%H:%M}"
    errand = Errand(FEATURE, LEDGER, key, payload, group=ctx.group.id, member=ctx.speaker.id)
    return [answer(ctx.say(Texts.WRITING)), errand]


async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the books of events as CSV and send them to who asked."""
    language, name = str(errand.payload["language"]), str(errand.payload["name"])
    async with outside.read() as store:
        found = await events.several(store, [int(event) for event in errand.payload["events"]])
        entries = await money.of_events(store, list(found))
    content = ledger.as_file(entries, found, outside.community.zone, language)
    file = await keep(outside.files, f"books-{errand.member}", ".csv", content)
    said = Texts.LEDGER.in_language(language, name=name, count=len(entries))
    return [sent(errand, said, file, Texts.CSV, language)]


def sent(errand: Errand, said: str, file: str, kind: Text, language: str) -> Reply:
    """Return the reply that brings a file to who asked for it."""
    label = Texts.FILE.in_language(language, kind=kind.in_language(language), name=file)
    body = Body.of(said).plus(Body((File(file, label),)))
    return Reply(body, member=errand.member, purpose=Purpose.NOTICE, key=f"{errand.key}:file")
