"""Registering and leaving: at once; in a group the confirmations are gathered, and the details go in private."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers import Body, Command, Context, Errand, Purpose, Reply, UserError, answer
from handlers._events.meant import about, event_meant
from handlers._events.promoting import filled, settled
from handlers._wording.names import call_name, spaced
from handlers.joining import _asking as asking
from handlers.joining._texts import Texts
from handlers.joining._told import confirmation, fields
from storage import members, outbox, privacy, referrals, registrations, seats
from storage.events import Event, State
from storage.registrations import Registration, Source
from storage.registrations import State as Stands

LINK = {"网页", "web"}  # what the event's page says to add
NAMED = 3


async def join(command: Command, ctx: Context[Any]) -> list[Reply | Errand]:
    """Register the speaker, once for each person.

    Raises:
        UserError: It is not open to them, or the word by which they come is no one's, or their own.
    """
    found, words = await event_meant(ctx, command)
    await _check_speaker(command, ctx)
    event = await seats.hold(ctx.store, found)
    check_open(ctx, event)
    source, referrer = await _source(ctx, event, words)
    group = None if ctx.group.is_direct else ctx.group.id
    mine, new = await seats.join(
        ctx.store, event, ctx.speaker.id, ctx.now(), group=group, source=source, referrer=referrer
    )
    lucky: list[Reply | Errand] = []
    if mine.state is Stands.WAITING:
        lucky = await filled(ctx, event, but=mine.member if new else None)
        mine = await registrations.get(ctx.store, event.id, mine.member)
    if ctx.group.is_direct:
        return [await _privately(ctx, event, mine, new=new), *lucky]
    if not new:
        line = Body.of(ctx.say(Texts.AGAIN, event=event.number))
        return [_gathered(ctx, event, line, f"again-{event.id}"), *lucky]
    return [await _in_group(ctx, event), *await _details(ctx, event, mine), *lucky]


async def leave(command: Command, ctx: Context[Any]) -> list[Reply | Errand]:
    """Cancel the speaker's registration; the seat goes to who waits longest."""
    event, _ = await event_meant(ctx, command)
    event = await seats.hold(ctx.store, event)
    if ctx.now() >= event.ends_at:
        raise UserError(ctx.say(Texts.OVER, event=event.number))
    if not await seats.leave(ctx.store, event.id, ctx.speaker.id, ctx.now()):
        raise UserError(ctx.say(Texts.NOT_IN, event=event.number))
    await asking.forget(ctx, event)
    lucky = await settled(ctx, event)
    if ctx.group.is_direct:
        return [answer(ctx.say(Texts.LEFT, event=event.number), about=about(event)), *lucky]
    return [await _gone(ctx, event), *lucky]


async def _check_speaker(command: Command, ctx: Context[Any]) -> None:
    if not ctx.trusted:
        raise UserError(ctx.say(Texts.UNSTABLE))
    # What members who are not recorded write never comes this far; what they press does.
    if command.message is None and await privacy.is_silent(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Texts.SILENT))


def check_open(ctx: Context[Any], event: Event) -> None:
    """Refuse events that nobody can register for: drafts, cancelled ones, and those that are over.

    Raises:
        UserError: It is one of those.
    """
    named = {"event": event.number}
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.CANCELLED, **named))
    if event.state is State.DRAFT:
        raise UserError(ctx.say(Texts.DRAFT, **named))
    if ctx.now() >= event.ends_at:
        raise UserError(ctx.say(Texts.OVER, **named))


async def _source(ctx: Context[Any], event: Event, word: str) -> tuple[Source, int | None]:
    """Return where a registration comes from, and by whose word."""
    if not word:
        return (Source.PRIVATE if ctx.group.is_direct else Source.GROUP), None
    if word.lower() in LINK:
        return Source.LINK, None
    named = {"code": word.upper(), "event": event.number}
    friend = await referrals.whose(ctx.store, word)
    if friend is None:
        raise UserError(ctx.say(Texts.NO_WORD, **named))
    if friend in await members.siblings(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Texts.OWN_WORD, **named))
    return Source.REFERRAL, friend


# -- in private -------------------------------------------------------------------------------------------------------


async def _privately(ctx: Context[Any], event: Event, mine: Registration, *, new: bool) -> Reply:
    body = await confirmation(ctx, event, mine, new=new)
    question = await asking.begin(ctx, event)
    return Reply(body.plus(Body.of(question)), about=about(event))


async def _details(ctx: Context[Any], event: Event, mine: Registration) -> list[Reply]:
    """Return what tells who registered in a group the rest in private, where they can be written to."""
    there = await registrations.written_to(ctx.store, [mine.person])
    if mine.person not in there:
        return []
    body = await confirmation(ctx, event, mine, new=True)
    if event.asks:
        more = ctx.say(Texts.MAY_TELL, fields=fields(ctx, event.asks), event=event.number)
        body = body.plus(Body.of(spaced(more)))
    key = f"joined:{event.id}:{mine.person}:{mine.at.isoformat()}"
    return [
        Reply(
            body,
            member=there[mine.person],
            purpose=Purpose.NOTICE,
            key=key,
            about=about(event),
            expires_at=event.ends_at,
        )
    ]


# -- in a group -------------------------------------------------------------------------------------------------------


def _gathered(ctx: Context[Any], event: Event, body: Body, word: str) -> Reply:
    return Reply(body, group=ctx.group.id, about=about(event), gather=word, anew=True)


async def _since(ctx: Context[Any], word: str) -> datetime:
    waiting = await outbox.gathering(ctx.store, ctx.group.id, word)
    return ctx.now() if waiting is None else waiting.created_at


async def _in_group(ctx: Context[Any], event: Event) -> Reply:
    """Return the one post on all who registered here within two minutes: the group sees progress, not a flood."""
    word = f"join-{event.id}"
    since = await _since(ctx, word)
    stand = await seats.stand(ctx.store, event.id) if event.capacity is not None else None
    lines = []
    came = await _named(ctx, event, Stands.IN, since)
    if came:
        lines.append(ctx.say(Texts.CAME, event=event.number, names=came) + _left(ctx, event, stand))
    in_line = await _named(ctx, event, Stands.WAITING, since) if stand is not None and stand.waits else ""
    if in_line and stand is not None:
        full = {"event": event.number, "taken": stand.taken, "capacity": event.capacity}
        lines.append(ctx.say(Texts.IN_LINE, **full, names=in_line))
    if event.asks:
        lines.append(ctx.say(Texts.ASKS, event=event.number, fields=fields(ctx, event.asks)))
    return _gathered(ctx, event, Body.of(*map(spaced, lines)), word)


async def _named(ctx: Context[Any], event: Event, state: Stands, since: datetime) -> str:
    """Return who registered here: the first few by what they are called, of those who may be named, and how many."""
    count, cards = await registrations.lately(ctx.store, event.id, ctx.group.id, state, since)
    shown = list(dict.fromkeys(filter(None, map(call_name, cards))))[:NAMED]
    if not count:
        return ""
    if not shown:
        return ctx.say(Texts.COUNTED, count=count)
    listed = (", " if ctx.language == "en" else "、").join(shown)
    return listed if len(shown) == count else ctx.say(Texts.SEVERAL, names=listed, count=count)


def _left(ctx: Context[Any], event: Event, stand: seats.Stand | None) -> str:
    """Return how many seats are left, and the end of the sentence."""
    if stand is None or event.capacity is None:
        return ctx.say(Texts.END)
    left = event.capacity - stand.taken
    if left > 0:
        return ctx.say(Texts.FREE, left=left) + ctx.say(Texts.END)
    return ctx.say(Texts.NONE_FREE, taken=stand.taken, capacity=event.capacity) + ctx.say(Texts.END)


async def _gone(ctx: Context[Any], event: Event) -> Reply:
    word = f"leave-{event.id}"
    count = await registrations.left_lately(ctx.store, event.id, ctx.group.id, await _since(ctx, word))
    stand = await seats.stand(ctx.store, event.id)
    line = ctx.say(Texts.GONE, event=event.number, count=max(count, 1)) + _left(ctx, event, stand)
    return _gathered(ctx, event, Body.of(line), word)
