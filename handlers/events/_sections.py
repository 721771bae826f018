"""Sections of the digest: which events are coming, and what stays of those that were held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from handlers import Body, Context, Router, Scope, Section, Text
from handlers._drawing import Part
from handlers._events import told
from handlers._wording.spans import LAST, Span, span_of
from storage import checkins, events, registrations, segments
from storage.events import Event
from storage.metrics import Period

COMING, PAST = 3, 2  # lines at most: a digest has forty
COMING_UP, WHAT_WAS = "coming up", "what was"


class Texts:
    """Headings, and a line for each event."""

    NEXT = Text(zh="接下来有", en="Coming up")
    HELD = Text(zh="活动", en="Events")
    LINE = Text(zh="{when} {what}", en="{when} {what}")
    ONLINE = Text(zh="线上{title}", en="online: {title}")
    THERE = Text(zh="{city}{title}", en="{city}: {title}")
    JOIN = Text(zh="报名 {number}", en="/join {number}")
    LEFT = Text(zh="余 {seats} 席", en="{seats} seats left")
    ONE_LEFT = Text(zh="余 1 席", en="1 seat left")
    FULL = Text(zh="满了，可以候补", en="full, with a waiting list")
    MORE = Text(zh="还有 {count} 场：发「活动」", en="{count} more: /events")
    MORE_THERE = Text(zh="还有 {count} 场", en="{count} more")
    REPLAY = Text(zh="{last}回放{title} {link}", en="{last}, to watch again: {title} {link}")
    CAME = Text(zh="{last}{title}到场 {count} 人", en="{last}, {title}: {count} came")


HEADINGS = {
    Span.DAILY: Text(zh="今天有", en="Today"),
    Span.WEEKLY: Text(zh="这周有", en="This week’s events"),
    Span.MONTHLY: Text(zh="这个月有", en="This month’s events"),
    Span.OTHER: Texts.NEXT,
}


def register(router: Router[Any]) -> None:
    """Offer the two sections to the digest."""
    router.section(COMING_UP)(coming_up)
    router.section(WHAT_WAS)(what_was)


# -- what is coming ---------------------------------------------------------------------------------------------------


async def coming_up(scope: Scope, ctx: Context[Any]) -> Section | None:
    """Return the events of the span that follows the digest's, the next one first, and how one joins them.

    A digest that comes late in its span looks as far ahead again.
    """
    until = looks_to(scope, ctx.now())
    found = await _meant(ctx, scope, await events.coming(ctx.store, ctx.now(), until=until))
    if not found:
        return None
    lines = [await _coming(ctx, event) for event in found[:COMING]]
    if len(found) > COMING:
        lines.append(ctx.say(Texts.MORE_THERE if _unheard(ctx) else Texts.MORE, count=len(found) - COMING))
    return Section(ctx.say(_heading(ctx, scope)), Body.of(*lines).blocks)


def looks_to(scope: Scope, now: datetime) -> datetime:
    """Return up to when events are named: for one span from the end of the digest's own, or from now, less a seventh.

    So a weekly digest of Monday morning tells of this week, and one of Friday evening of the days up to Thursday.
    """
    length = scope.until - scope.since
    return max(scope.until + length, now + length * 6 / 7)


def _heading(ctx: Context[Any], scope: Scope) -> Text:
    follows = scope.until + (scope.until - scope.since)
    late = looks_to(scope, ctx.now()) > follows
    return Texts.NEXT if late else HEADINGS[span_of(Period(scope.since, scope.until), ctx.community.zone)]


async def _coming(ctx: Context[Any], event: Event) -> str:
    """Return a line: 周四 20:00 线上《五道坎》柏舟，余 12 席，报名 E57."""
    when = told.when(event, ctx.now(), told.zone_of(ctx), ctx.language).removeprefix("本")
    between = ", " if ctx.language == "en" else "，"
    return between.join(
        part
        for part in (
            ctx.say(Texts.LINE, when=when, what=_what(ctx, event)),
            await _seats(ctx, event),
            _join(ctx, event),
        )
        if part
    )


def _what(ctx: Context[Any], event: Event) -> str:
    title = told.title(event, ctx.language)
    if event.city and event.venue:
        title = ctx.say(Texts.THERE, city=event.city, title=title)
    elif told.is_online(event):
        title = ctx.say(Texts.ONLINE, title=title)
    names = [speaker.name for speaker in event.speakers[:2]]
    if ctx.language == "en":
        return ", ".join([title, *names])
    return title + "、".join(names)


async def _seats(ctx: Context[Any], event: Event) -> str:
    if event.capacity is None:
        return ""
    left = event.capacity - (await registrations.counts(ctx.store, event.id)).taken
    if left <= 0:
        return ctx.say(Texts.FULL)
    return ctx.say(Texts.ONE_LEFT) if left == 1 else ctx.say(Texts.LEFT, seats=left)


def _join(ctx: Context[Any], event: Event) -> str:
    """Return how one joins: words to say, or the page where nobody hears them."""
    return (_unheard(ctx) and told.page(ctx, event)) or ctx.say(Texts.JOIN, number=event.number)


def _unheard(ctx: Context[Any]) -> bool:
    return not ctx.group.is_direct and ctx.group.account_id is None


# -- what was ---------------------------------------------------------------------------------------------------------


async def what_was(scope: Scope, ctx: Context[Any]) -> Section | None:
    """Return where the events of the digest's span can be watched again, else how many came where that is known.

    It stands below what is coming, under the same heading where there is such.
    """
    every = await events.between(ctx.store, scope.since, scope.until)
    held = [event for event in await _meant(ctx, scope, every) if event.ends_at <= ctx.now()]
    last = LAST[span_of(Period(scope.since, scope.until), ctx.community.zone)]
    lines: list[str] = []
    for event in sorted(held, key=lambda event: not event.replay):
        line = await _was(ctx, event, ctx.say(last)) if len(lines) < PAST else ""
        lines += [line] if line else []
    if not lines:
        return None
    heading = ctx.say(Texts.HELD)
    follows = await coming_up(scope, ctx)
    return Section("" if follows else heading, Body.of(*lines).blocks, Part(heading, lines=tuple(lines)))


async def _was(ctx: Context[Any], event: Event, last: str) -> str:
    title = told.title(event, ctx.language)
    if event.replay:
        return ctx.say(Texts.REPLAY, last=last, title=title, link=event.replay)
    came = len(await checkins.persons(ctx.store, event.id))
    return ctx.say(Texts.CAME, last=last, title=title, count=came) if came else ""


async def _meant(ctx: Context[Any], scope: Scope, found: Iterable[Event]) -> list[Event]:
    """Return those events that are for a group of the scope; without targets one is for all."""
    theirs = await segments.of_groups(ctx.store)
    held = {segment for group in scope.groups for segment in theirs.get(group, ())}
    return [event for event in found if not event.targets or held.intersection(event.targets)]
