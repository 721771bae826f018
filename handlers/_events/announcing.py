"""Tells groups of an event: that it is, that it is at another time, that it is not; each group once, and quietly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers import Body, Context, Errand, Purpose, Reply, Text
from handlers._carrying import called
from handlers._events import announcement, told
from handlers._events.audience import groups_for
from handlers._events.by_hand import by_hand
from handlers._events.meant import about
from handlers._events.picture import cards
from handlers._events.reaching import reach
from handlers._events.standing import Bar, Standing, by_day, standings
from handlers._settings import ORDERED
from storage import groups, money, outbox, reminders, settings
from storage.events import Event, State
from storage.groups import Group
from storage.reminders import Kind, Place

WORTH = timedelta(days=1)
NAMED = 3  # groups by name, of those that are left out
_GONE = "the event moved, or does not take place"

Words = Callable[[Context[Any], datetime, bool], Body]  # in the words of a group, read at a time, posted by the bot?


class Texts:
    """What an admin reads before an event is announced."""

    GOES = Text(zh="发到 {count} 个群", en="Groups it goes to: {count}")
    BY_HAND = Text(zh="，另有 {count} 个靠人转", en=", by hand: {count}")
    NOWHERE = Text(zh="现在一个群也发不了", en="It can go to no group now")
    UNAPPROVED = Text(zh="还没人点头让我主动发：{groups}", en="Nobody agreed to posts of mine: {groups}")
    QUIET = Text(zh="在安静：{groups}", en="Wants quiet: {groups}")
    FULL = Text(zh="这周的条数用完了：{groups}", en="Had its posts of this week: {groups}")
    UNHEARD = Text(zh="没有我，也没有人转：{groups}", en="I am not there, and nobody carries: {groups}")
    MORE = Text(zh="{groups}等 {count} 个", en="{groups} and others, {count} in all")
    REGISTERED = Text(zh="{title}改到 {when}。", en="{title} is {when} now.")
    STAYS = Text(
        zh="你的报名还在，去不了回「取消 {number}」。", en="You are still registered; /cancel {number} if you cannot."
    )
    OFF = Text(zh="{when} 的{title}取消了，不用来。", en="{title}, {when}, is cancelled; no need to come.")


_BARRED = {
    Bar.UNAPPROVED: Texts.UNAPPROVED,
    Bar.QUIET: Texts.QUIET,
    Bar.FULL: Texts.FULL,
    Bar.UNHEARD: Texts.UNHEARD,
}


@dataclass(frozen=True, slots=True)
class _News:
    """One thing to say of an event: what, of which beginning, and until when it is worth saying."""

    event: Event
    kind: Kind
    of: datetime
    latest: datetime


async def announced(ctx: Context[Any], event: Event, groups: Sequence[Group] | None = None) -> list[Reply | Errand]:
    """Return what publishing says: the announcement in each group that it is for, once, and the couriers' copies.

    Called again, it reaches the groups that could not be told before. Groups that want quiet, where nobody agreed to
    such posts, or whose week is full, are left out; `preview` tells which.
    """
    if not event.is_published or event.starts_at <= ctx.now():
        return []
    await reminders.forget_lost(ctx.store, event.id, Kind.ANNOUNCE)
    known = await reminders.reached(ctx.store, event.id)
    found = await groups_for(ctx, event) if groups is None else groups
    stands = [one for one in await standings(ctx, found) if one.bar is None and one.group.id not in known]
    news = _News(event, Kind.ANNOUNCE, event.starts_at, event.starts_at)
    bears = await money.named(ctx.store, event.id)

    def body(there: Context[Any], at: datetime, posted: bool) -> Body:
        return announcement.announcement(there, event, at, posted=posted, sponsors=bears)

    posts, copies = await _say(ctx, news, stands, body)
    return [*cards(ctx, event, posts), *copies]


async def preview(ctx: Context[Any], event: Event) -> list[str]:
    """Return what an admin reads before publishing: into how many groups it goes, and which are left out and why."""
    found = await standings(ctx, await groups_for(ctx, event))
    free = [one for one in found if one.bar is None]
    heard = sum(1 for one in free if one.heard)
    first = ctx.say(Texts.GOES, count=heard) if heard or len(free) else ctx.say(Texts.NOWHERE)
    by_people = ctx.say(Texts.BY_HAND, count=len(free) - heard) if len(free) > heard else ""
    lines = [f"{first}{by_people}。" if ctx.language != "en" else f"{first}{by_people}."]
    for bar, text in _BARRED.items():
        barred = [one.group for one in found if one.bar is bar]
        if barred:
            lines.append(ctx.say(text, groups=_listed(ctx, barred)))
    return lines


def _listed(ctx: Context[Any], found: Sequence[Group]) -> str:
    names = ("" if ctx.language != "en" else ", ").join(called(group) for group in found[:NAMED])
    return names if len(found) <= NAMED else ctx.say(Texts.MORE, groups=names, count=len(found))


async def withdrawn(ctx: Context[Any], event: Event) -> int:
    """Drop what waits to be posted of an event that moves or ends, and return how many posts; none that may be out."""
    keys = await reminders.take_back(ctx.store, event.id)
    asked = [key.removesuffix(":copy") for key in keys if key.endswith(":copy")]
    return await outbox.drop(ctx.store, [*keys, *asked], _GONE, begins=[f"{registered_key(event)}:"])


def registered_key(event: Event) -> str:
    """Return how the keys begin of what those who registered are told."""
    return f"event:{event.id}:to"


async def told_of_change(ctx: Context[Any], event: Event, *, before: Event | None) -> list[Reply | Errand]:
    """Return what is said of an event that was moved, or called off: to groups that knew of it, and who registered.

    A group whose announcement was not out yet gets a new one instead. Each change is told once; that a group's week
    is full holds back no such word, for what the group knows is wrong now. Those who registered are told in private,
    those who wait for a seat as well.
    """
    off = event.state is State.CANCELLED
    if not (off and event.ends_at > ctx.now()) and (before is None or before.starts_at == event.starts_at):
        return []
    announced_in = await reminders.reached(ctx.store, event.id)
    await withdrawn(ctx, event)
    know = await reminders.knowing(ctx.store, event.id)
    told_now = await _told_groups(ctx, event, before, know)
    again = (
        []
        if off
        else await announced(ctx, event, [await groups.get(ctx.store, one) for one in sorted(announced_in - know)])
    )
    body = _to_registered(ctx, event, off=off)
    key = f"{registered_key(event)}:{Kind.CANCELLED if off else Kind.MOVED}:{_stamp(ctx)}"
    reached = await reach(ctx, event, body, key=key, waiting=True, expires_at=ctx.now() + WORTH)
    covered = {one.group for one in told_now if isinstance(one, Reply)}
    return [*told_now, *again, *without(reached, covered)]


async def _told_groups(
    ctx: Context[Any], event: Event, before: Event | None, know: Collection[int]
) -> list[Reply | Errand]:
    off = before is None or event.state is State.CANCELLED
    latest = max(event.starts_at, ctx.now() + WORTH) if off else event.starts_at
    news = _News(event, Kind.CANCELLED if off else Kind.MOVED, event.moved_at or event.starts_at, latest)
    found = await standings(ctx, [await groups.get(ctx.store, one) for one in sorted(know)])
    stands = [one for one in found if one.bar in {None, Bar.FULL}]

    def words(there: Context[Any], at: datetime, posted: bool) -> Body:
        if before is None or off:
            return announcement.cancelled(there, event, at)
        return announcement.moved(there, event, before, at, posted=posted)

    posts, copies = await _say(ctx, news, stands, words)
    for stand, post in posts:
        if stand.bar is Bar.FULL and ctx.member is not None and post.key is not None:
            await settings.put(ctx.store, stand.group.id, ORDERED, post.key, ctx.now(), ctx.member.id)
    return [*(post for _, post in posts), *copies]


def _to_registered(ctx: Context[Any], event: Event, *, off: bool) -> Body:
    zone = told.zone_of(ctx)
    values = {"when": told.when(event, ctx.now(), zone, ctx.language), "title": told.title(event, ctx.language)}
    if off:
        return Body.of(ctx.say(Texts.OFF, **values))
    return Body.of(ctx.say(Texts.REGISTERED, **values), ctx.say(Texts.STAYS, number=event.number))


def without(found: Sequence[Reply | Errand], covered: Collection[int | None]) -> list[Reply | Errand]:
    """Return replies but those into groups that are told anyway."""
    return [one for one in found if isinstance(one, Errand) or one.group is None or one.group not in covered]


async def _say(
    ctx: Context[Any], news: _News, stands: Sequence[Standing], words: Words
) -> tuple[list[tuple[Standing, Reply]], list[Reply | Errand]]:
    """Return the posts of one piece of news, each group's own and claimed for good, and what couriers are told."""
    edition, now = f"event:{news.event.id}:{news.kind}:{_stamp(ctx)}", ctx.now()
    posts: list[tuple[Standing, Reply]] = []
    bodies: dict[int, Body] = {}
    for stand in stands:
        group, key = stand.group.id, f"{edition}:{stand.group.id}"
        if not await reminders.claim(ctx.store, Place(news.event.id, news.kind, news.of, group), now, post=key):
            continue
        if not stand.heard:
            bodies[group] = words(stand.ctx, now, False)
            continue
        at = by_day(now, stand.zone, stand.quiet, news.latest)
        post = Reply(
            words(stand.ctx, at, True),
            group=group,
            purpose=Purpose.REMINDER,
            key=key,
            about=about(news.event),
            not_before=at if at > now else None,
            expires_at=min(news.latest, at + WORTH),
        )
        posts.append((stand, post))
    return posts, await by_hand(ctx, edition, bodies, [news.event.id])


def _stamp(ctx: Context[Any]) -> int:
    return int(ctx.now().timestamp())
