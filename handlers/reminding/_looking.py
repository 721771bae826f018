"""Looks what is to be reminded of now, keeps that it is, and says it: one post for a group, one for who registered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Errand, Purpose, Reply
from handlers._events.announcing import registered_key, without
from handlers._events.audience import audiences
from handlers._events.by_hand import by_hand
from handlers._events.meant import about
from handlers._events.reaching import reach
from handlers._events.standing import Standing, standings, switched_on
from handlers._settings import OUTBOX, ZONE, context_of, resolved
from handlers.reminding._due import HORIZON, ORDER, TOGETHER, Done, Due, Where, due, later, near, worth_until
from handlers.reminding._texts import in_group, to_registered
from storage import events, reminders, settings, speaker_questions
from storage.events import Event
from storage.groups import Group
from storage.reminders import REGISTERED, Coming, Kind, Place
from storage.settings import COMMUNITY

FRESH = timedelta(minutes=15)  # so long a post is true as it stands; what could not be sent is worded anew


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look needs to know: what is coming, what was said of it where, and its whole events."""

    coming: Sequence[Coming]
    events: Mapping[int, Event]
    done: Mapping[int, Collection[Done]]  # by group
    edition: str  # begins the keys of what is said by it


@dataclass(frozen=True, slots=True)
class _Post:
    """What is said, or kept, of what is due in one group."""

    standing: Standing
    due: Sequence[Due]


@dataclass(frozen=True, slots=True)
class _Word:
    """What is said, or kept, in private of one event; its context speaks the community's language."""

    ctx: Context[Any]
    due: Due


async def look(ctx: Context[Any], stamp: str) -> list[Reply | Errand]:
    """Return what is said now in groups, by couriers and in private; nothing that was said, or decided not to be.

    `stamp` tells one look from all others.
    """
    now = ctx.now()
    coming = await reminders.coming(ctx.store, now, now + HORIZON)
    close = [event for event in coming if near(event, now)]
    if not close:
        return []
    await reminders.give_back(ctx.store, [event.id for event in close])
    found = await _seen(ctx, coming, close, f"remind:{stamp}")
    posts, words = await _in_groups(ctx, close, found), await _in_private(ctx, close, found)
    still = await _held(ctx, [*(one.event for post in posts for one in post.due), *(word.due.event for word in words)])
    said = await _said(ctx, await _claimed(ctx, posts, still, found), found)
    for word in words:
        if word.due.event.id in still:
            said += await _reached(word.ctx, found.events[word.due.event.id], word.due)
    return said


async def _held(ctx: Context[Any], due_now: Iterable[Coming]) -> set[int]:
    """Return the events that are still what they were when it was looked; nobody moves them until this is over."""
    still = set()
    for number, event in sorted({one.id: one for one in due_now}.items()):
        held = await events.locked(ctx.store, number)
        if held.is_published and held.starts_at == event.starts_at:
            still.add(number)
    return still


async def _seen(ctx: Context[Any], coming: Sequence[Coming], close: Sequence[Coming], edition: str) -> _Look:
    done: dict[int, set[Done]] = defaultdict(set)
    for one in await reminders.told(ctx.store, [event.id for event in coming], ORDER):
        done[one.place.group].add((one.place.event, one.place.kind, one.place.starts_at))
    return _Look(coming, await events.several(ctx.store, [event.id for event in close]), done, edition)


# -- in groups --------------------------------------------------------------------------------------------------------


async def _in_groups(ctx: Context[Any], close: Sequence[Coming], found: _Look) -> list[_Post]:
    """Return what is due in which group, and what of it is said there."""
    theirs: dict[int, list[Coming]] = defaultdict(list)
    wanted: dict[int, Group] = {}
    audience = await audiences(ctx, list(found.events.values()))
    for event in close:
        kinds = {(event.id, kind, event.starts_at) for kind in near(event, ctx.now())}
        for group in audience[event.id]:
            if not kinds.issubset(found.done.get(group.id, ())):
                theirs[group.id].append(event)
                wanted[group.id] = group
    if not wanted:
        return []
    known = await reminders.expecting(ctx.store, [event.id for event in close])
    posts = []
    for stand in await standings(ctx, list(wanted.values())):
        if not stand.settings.enabled:
            continue
        number = stand.group.id
        told_at = {event: at[number] for event, at in known.items() if number in at}
        where = Where(stand.zone, stand.quiet, stand.settings.before)
        done = found.done.get(number, ())
        every = due(theirs[number], ctx.now(), where, done=done, known=told_at, together=TOGETHER)
        if every:
            posts.append(_Post(stand, _allowed(stand, every, ctx, where, found)))
    return posts


def _allowed(stand: Standing, every: Sequence[Due], ctx: Context[Any], where: Where, found: _Look) -> list[Due]:
    """Return what is due with what the group's regime leaves of it; a later reminder is worth more than an earlier."""
    if not stand.heard:
        carried = stand.settings.carried
        return [Due(one.event, one.kind, said=one.said and stand.bar is None and one.kind in carried) for one in every]
    said = [one.kind for one in every if one.said]
    if stand.bar is None and said:
        best = max(said, key=ORDER.index)
        needed = later(found.coming, ctx.now(), where, best, found.done.get(stand.group.id, ()))
        if stand.left > needed:
            return list(every)
    return [Due(one.event, one.kind, said=False) for one in every]


async def _claimed(ctx: Context[Any], posts: Iterable[_Post], still: Collection[int], found: _Look) -> list[_Post]:
    """Return posts with what this look was the first to take, all of them taken in one order."""
    by_group = {post.standing.group.id: post for post in posts}
    places = [
        (Place(one.event.id, one.kind, one.event.starts_at, group), one)
        for group, post in by_group.items()
        for one in post.due
        if one.event.id in still
    ]
    won: dict[int, list[Due]] = defaultdict(list)
    for place, one in sorted(places, key=lambda pair: pair[0]):
        key = f"{found.edition}:{place.group}" if one.said else ""
        if await reminders.claim(ctx.store, place, ctx.now(), post=key) and one.said:
            won[place.group].append(one)
    return [_Post(by_group[group].standing, due) for group, due in sorted(won.items())]


async def _said(ctx: Context[Any], posts: Sequence[_Post], found: _Look) -> list[Reply | Errand]:
    told = sorted({one.event.id for post in posts for one in post.due})
    asked = {event: await speaker_questions.count(ctx.store, event) for event in told}
    said: list[Reply | Errand] = []
    bodies: dict[int, Body] = {}
    for post in posts:
        stand = post.standing
        mine = sorted((found.events[one.event.id] for one in post.due), key=lambda event: (event.starts_at, event.id))
        body = in_group(stand.ctx, mine, ctx.now(), asked, posted=stand.heard)
        if stand.heard:
            said.append(_reply(post, mine, body, f"{found.edition}:{stand.group.id}"))
        else:
            bodies[stand.group.id] = body
    return [*said, *await by_hand(ctx, found.edition, bodies, told)]


def _reply(post: _Post, mine: Sequence[Event], body: Body, key: str) -> Reply:
    return Reply(
        body,
        group=post.standing.group.id,
        purpose=Purpose.REMINDER,
        key=key,
        about=about(mine[0]) if len(mine) == 1 else None,
        expires_at=min(post.standing.ctx.now() + FRESH, *(worth_until(one.event, one.kind) for one in post.due)),
    )


# -- in private -------------------------------------------------------------------------------------------------------


async def _in_private(ctx: Context[Any], close: Sequence[Coming], found: _Look) -> list[_Word]:
    """Return what those who registered are told; their nights are those of the event's zone, for they come to it."""
    feature = switched_on(ctx)
    if feature is None:
        return []
    overrides = await settings.overrides(ctx.store, COMMUNITY)
    there = context_of(ctx, feature, overrides, replace(ctx.group, zone=overrides.get(ZONE)))
    chosen, quiet, done = (
        there.settings,
        resolved(OUTBOX, ctx.community.quiet, overrides),
        found.done.get(REGISTERED, ()),
    )
    words: list[_Word] = []
    for event in close if chosen.enabled else ():
        where = Where(ZoneInfo(event.zone), quiet, chosen.private)
        every = due([event], ctx.now(), where, done=done)
        words += [_Word(there, one) for one in every if one.kind in chosen.private]
    return words


async def _reached(ctx: Context[Any], event: Event, one: Due) -> list[Reply | Errand]:
    place = Place(event.id, one.kind, event.starts_at, REGISTERED)
    key = f"{registered_key(event)}:{one.kind}:{event.starts_at.isoformat()}"
    if not await reminders.claim(ctx.store, place, ctx.now(), post=key if one.said else "") or not one.said:
        return []
    wanted = await reminders.wanting(ctx.store, event.id, one.kind)
    if wanted is not None and not wanted:
        return []
    body, until = to_registered(ctx, event, ctx.now()), worth_until(one.event, one.kind)
    replies = await reach(ctx, event, body, key=key, members=wanted, expires_at=until)
    return without(replies, await _covered(ctx, event, one.kind))


async def _covered(ctx: Context[Any], event: Event, kind: Kind) -> set[int | None]:
    """Return the groups that are reminded of the same anyway."""
    return {
        one.place.group
        for one in await reminders.told(ctx.store, [event.id], [kind])
        if one.post and one.place.starts_at == event.starts_at
    }
