"""What the edition for admins says of events: those that were in figures, and rounds that fill slower than before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers import Context, Text
from handlers._events import numbers
from handlers._wording.figures import Compared, options_of
from handlers._wording.masking import cut
from storage import events, metrics, registrations
from storage.events import Event

AHEAD = timedelta(days=14)
LISTED = 3


class Texts:
    """A line for each round."""

    ROUND = Text(
        zh="{number}《{title}》报名 {taken}，上一轮同期 {before}",
        en="{number} “{title}”: {taken} registered, the round before had {before} by then",
    )
    SEATS = Text(zh="{taken}/{seats}", en="{taken} of {seats}")


async def held(ctx: Context[Any], found: Compared) -> list[str]:
    """Return the figures of events of the digest's period in one line; none where there was no event."""
    options = options_of(ctx.community)
    now = await metrics.compute_all(ctx.store, numbers.NAMES, found.scope, found.period, ctx.now(), options)
    if not now["events_held"].value:
        return []
    then = ctx.now() - (found.period.since - found.last.since)
    before = await metrics.compute_all(ctx.store, numbers.NAMES, found.scope, found.last, then, options)
    return [numbers.line(numbers.paired(now, before), ctx.language)]


async def slow(ctx: Context[Any]) -> list[str]:
    """Return the rounds of the next two weeks with fewer registrations than the round before had at the same time."""
    coming = await events.coming(ctx.store, ctx.now(), until=ctx.now() + AHEAD)
    lines = [await _round(ctx, event) for event in coming if event.series is not None and event.starts_at > ctx.now()]
    return [line for line in lines if line][:LISTED]


async def _round(ctx: Context[Any], event: Event) -> str:
    rounds = [one for one in await events.of_series(ctx.store, event.series or 0) if one.starts_at < event.starts_at]
    last = next((one for one in reversed(rounds) if one.is_published), None)
    if last is None:
        return ""
    taken = (await registrations.counts(ctx.store, event.id)).taken
    before = await _by(ctx, last, last.starts_at - (event.starts_at - ctx.now()))
    if taken >= before:
        return ""
    seats = ctx.say(Texts.SEATS, taken=taken, seats=event.capacity) if event.capacity else str(taken)
    return ctx.say(Texts.ROUND, number=event.number, title=cut(event.title, 40), taken=seats, before=before)


async def _by(ctx: Context[Any], event: Event, moment: datetime) -> int:
    """Return how many who have a seat had registered by a moment."""
    return sum(one.at <= moment for one in await registrations.of_event(ctx.store, event.id))
