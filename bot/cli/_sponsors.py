"""What `sponsors books` and `sponsors proof` do: write what admins get in private into a file of one's own."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bot.cli._opening import Desk, RefusalError
from bot.cli._report import written
from handlers._drawing.fonts import draw_with
from handlers._events import ledger
from handlers._events import proof as proofs
from storage import events, money, series
from storage.database import Store
from storage.events import Event


async def books(desk: Desk, wanted: str, file: Path) -> None:
    """Write the costs and incomes of an event, or of the series of a city, as CSV.

    Raises:
        RefusalError: There is no such event or series.
    """
    async with desk.database.read() as store:
        found = {event.id: event for event in await _meant(store, wanted.strip())}
        entries = await money.of_events(store, list(found))
    content = ledger.as_file(entries, found, desk.config.community.zone, desk.language)
    await asyncio.to_thread(written, content, file)
    print(f"{file}: {len(entries)}")


async def _meant(store: Store, wanted: str) -> list[Event]:
    if re.fullmatch(r"[eE]\d{1,9}", wanted):
        event = await events.find(store, int(wanted[1:]))
        if event is None:
            raise RefusalError(f"There is no event {wanted}; see: events list")
        return [event]
    found = await series.in_city(store, wanted)
    if not found:
        raise RefusalError(f"There is no series in {wanted}; see: series show")
    meant = next((one for one in found if not one.is_over), found[0])
    return await events.of_series(store, meant.id)


async def proof(desk: Desk, number: str, file: Path) -> None:
    """Write the proof for the sponsor of a number as a PDF.

    Raises:
        RefusalError: There is no such sponsorship.
    """
    if not re.fullmatch(r"[sS]\d{1,9}", number):
        raise RefusalError(f"{number} is no number of a sponsorship; write it as S3.")
    draw_with(desk.config.data.fonts)
    async with desk.database.read() as store:
        one = await money.sponsorship(store, int(number[1:]))
        if one is None:
            raise RefusalError(f"There is no {number}; see: sponsors sponsor EVENT")
        made = await proofs.sheet(
            store, one.event, one.company, desk.now(), desk.config.community.name, desk.language
        )  # fmt: skip
    await asyncio.to_thread(written, made, file)
    print(file)
