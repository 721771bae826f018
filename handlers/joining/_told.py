"""What somebody who registered is told in private: that they are in, or wait, when and where, and how to leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from handlers import Body, Context
from handlers._events import told
from handlers._events.promoting import dated
from handlers._events.settings import Settings as Reminding
from handlers._events.standing import switched_on
from handlers._settings import effective
from handlers._wording.names import spaced
from handlers.joining._texts import FIELDS, Texts
from storage import registrations, settings
from storage.events import Event
from storage.registrations import Registration, State
from storage.settings import COMMUNITY

SPANS = {"1d": (timedelta(days=1), Texts.DAY), "1h": (timedelta(hours=1), Texts.HOUR)}
OFF = "off"


def in_a_row(ctx: Context[Any], names: Sequence[str]) -> str:
    """Return words in a row: 公司和手机号."""
    if len(names) < 2:
        return "".join(names)
    return (", " if ctx.language == "en" else "、").join(names[:-1]) + ctx.say(Texts.AND) + names[-1]


def fields(ctx: Context[Any], asked: Iterable[str]) -> str:
    """Return what an event asks for, as it stands in a sentence."""
    return in_a_row(ctx, [ctx.say(FIELDS[name]) for name in asked if name in FIELDS])


async def confirmation(ctx: Context[Any], event: Event, mine: Registration, *, new: bool) -> Body:
    """Return how somebody stands: in, with place and reminders, or in line."""
    return Body.of(*(await _in(ctx, event, mine, new=new) if mine.state is State.IN else await waits(ctx, event, mine)))


async def waits(ctx: Context[Any], event: Event, mine: Registration) -> list[str]:
    """Return what who waits is told."""
    stand = await registrations.counts(ctx.store, event.id)
    place = await registrations.place(ctx.store, mine)
    said = {"event": event.number, "taken": stand.taken, "capacity": event.capacity or stand.taken, "place": place}
    return [ctx.say(Texts.FULL, **said), ctx.say(Texts.NOT_WAITING, event=event.number)]


async def _in(ctx: Context[Any], event: Event, mine: Registration, *, new: bool) -> list[str]:
    named = {"event": event.number, "title": event.title, "when": dated(ctx, event)}
    lines = [ctx.say(Texts.JOINED if new else Texts.STANDS, **named), await _where(ctx, event, mine)]
    spans = await reminders(ctx, event, mine)
    url = told.calendar(ctx, event)
    lines.append(_reminded(ctx, spans) + (ctx.say(Texts.CALENDAR, url=url) if url else ""))
    lines.append(ctx.say(Texts.WAY_OUT if event.capacity is not None else Texts.WAY_OUT_OPEN, event=event.number))
    if event.asks:
        lines.append(spaced(ctx.say(Texts.CONSENT, fields=fields(ctx, event.asks))))
    return lines


async def _where(ctx: Context[Any], event: Event, mine: Registration) -> str:
    where = event.venue or event.city
    if not where and not told.is_online(event):
        where = told.where(event, ctx.language)
    elif not where:
        shown = event.link and not told.page(ctx, event)  # the page has it, and so have the reminders
        where = ctx.say(Texts.ONLINE_AT, link=event.link) if shown else ctx.say(Texts.ONLINE)
    place = await registrations.place(ctx.store, mine)
    text = Texts.SEAT if event.capacity is not None else Texts.PLACE
    return ctx.say(text, where=where, place=place, capacity=event.capacity)


async def reminders(ctx: Context[Any], event: Event, mine: Registration) -> list[str]:
    """Return which reminders a member still gets in private: as they chose, else as the event and the settings say."""
    feature = switched_on(ctx)
    if feature is None or mine.remind == OFF:
        return []
    chosen: Reminding = effective(feature, await settings.overrides(ctx.store, COMMUNITY))
    usual = chosen.private if event.reminders is None else event.reminders
    wanted = {span for span in usual if span in chosen.private and mine.remind in {"", span}}
    ahead = [span for span, (before, _) in SPANS.items() if event.starts_at - before > ctx.now()]
    return [span for span in ahead if span in wanted] if chosen.enabled else []


def _reminded(ctx: Context[Any], spans: Sequence[str]) -> str:
    said = in_a_row(ctx, [ctx.say(SPANS[span][1]) for span in spans])
    if not said:
        return ""
    return ctx.say(Texts.REMINDED if len(spans) > 1 else Texts.REMINDED_ONCE, spans=said)
