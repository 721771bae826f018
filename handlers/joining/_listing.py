"""How many registered, for who runs groups; and who, with what they told, as a file in private alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Command, Context, Errand, Outside, Purpose, Reply, Right, UserError, answer
from handlers._carrying import called
from handlers._events.meant import about, event_meant
from handlers._events.promoting import settled
from handlers._files import keep
from handlers._rights import run_by_speaker
from handlers._sheets import Cell, as_csv, as_xlsx
from handlers.joining._texts import SOURCES, STATES, Texts
from storage import companies, events, groups, members, registrations
from storage.database import Store
from storage.events import Event
from storage.groups import Group
from storage.members import Member
from storage.registrations import Registration, State
from storage.replies import Body, File

FEATURE, LIST = "joining", "list"
EVERY = tuple(State)
GROUPS = 5  # named, of those in which people registered


async def listed(command: Command, ctx: Context[Any]) -> list[Reply | Errand]:
    """Return how many registered and from where; in private also the errand that writes who.

    Raises:
        UserError: The speaker runs no group.
    """
    if Right.GROUP not in ctx.rights and not await run_by_speaker(ctx):
        raise UserError(ctx.say(Texts.ADMINS))
    event, words = await event_meant(ctx, command)
    lucky = await settled(ctx, await events.locked(ctx.store, event.id))
    lines = await _counted(ctx, event)
    if not ctx.group.is_direct:
        return [answer(*lines, ctx.say(Texts.LIST_HERE, event=event.number), about=about(event)), *lucky]
    form = "xlsx" if "xlsx" in words.lower() else "csv"
    lines += await _by_group(ctx, event)
    payload = {"event": event.id, "form": form, "language": ctx.language}
    key = f"list:{event.id}:{ctx.speaker.id}:{form}:{ctx.now():%Y-%m-%dT%H:%M}"  # once a minute
    errand = Errand(FEATURE, LIST, key, payload, group=ctx.group.id, member=ctx.speaker.id)
    return [answer(*lines, ctx.say(Texts.WRITING), about=about(event)), errand, *lucky]


async def _counted(ctx: Context[Any], event: Event) -> list[str]:
    stand = await registrations.counts(ctx.store, event.id)
    line = ctx.say(Texts.COUNTS, event=event.number, taken=stand.taken)
    if event.capacity is not None:
        line += ctx.say(Texts.OF, capacity=event.capacity)
    line += ctx.say(Texts.WAIT, waiting=stand.waiting) if stand.waiting else ""
    sources = Counter(one.source for one in await registrations.of_event(ctx.store, event.id))
    between = ", " if ctx.language == "en" else "，"
    named = between.join(f"{ctx.say(SOURCES[source])} {count}" for source, count in sources.most_common())
    return [line + ctx.say(Texts.END), *([ctx.say(Texts.FROM, sources=named) + ctx.say(Texts.END)] if named else [])]


async def _by_group(ctx: Context[Any], event: Event) -> list[str]:
    """Return the groups in which most registered, where it was more than one."""
    found = Counter(one.group for one in await registrations.of_event(ctx.store, event.id) if one.group is not None)
    if len(found) < 2:
        return []
    named = [f"{called(await groups.get(ctx.store, group))} {count}" for group, count in found.most_common(GROUPS)]
    between = ", " if ctx.language == "en" else "、"
    return [ctx.say(Texts.IN_GROUPS, groups=between.join(named)) + ctx.say(Texts.END)]


async def write(errand: Errand, outside: Outside) -> Reply:
    """Write who registered for an event into a file, and return what brings it to who asked."""
    language, form = str(errand.payload["language"]), str(errand.payload["form"])
    async with outside.read() as store:
        event = await events.get(store, int(errand.payload["event"]))
        table = await _table(store, event, outside.community.zone, language)
    if form == "xlsx":
        content = await outside.in_worker(as_xlsx, {event.number: table})
    else:
        content = await outside.in_worker(as_csv, table)
    name = await keep(outside.files, f"registered-{event.number}", f".{form}", content)
    file = Body((File(name, Texts.FILE.in_language(language, name=name)),))
    body = file.plus(Body.of(Texts.CARE.in_language(language)))
    return Reply(body, member=errand.member, purpose=Purpose.NOTICE, about=about(event))


async def _table(store: Store, event: Event, zone: ZoneInfo, language: str) -> list[list[Cell]]:
    found = await registrations.of_event(store, event.id, EVERY)
    wanted = {one.member for one in found} | {one.referrer for one in found if one.referrer is not None}
    people = await members.several(store, wanted)
    named = await companies.names(store, {one.company for one in found if one.company is not None})
    heard = {group.id: group for group in await groups.every(store)}
    head: list[Cell] = [*Texts.HEAD.in_language(language).split(",")]
    rows = [_row(number, one, people, named, heard, zone, language) for number, one in enumerate(found, 1)]
    return [head, *rows]


def _row(
    number: int,
    one: Registration,
    people: Mapping[int, Member],
    named: Mapping[int, str],
    heard: Mapping[int, Group],
    zone: ZoneInfo,
    language: str,
) -> list[Cell]:
    who, friend, group = people[one.member], people.get(one.referrer or 0), heard.get(one.group or 0)
    return [
        number,
        STATES[one.state].in_language(language),
        who.name,
        who.platform,
        _local(one.at, zone),
        "" if group is None else group.name or group.key,
        SOURCES[one.source].in_language(language),
        "" if friend is None else friend.name,
        named.get(one.company or 0, ""),
        one.title,
        one.city,
        one.email,
        one.phone,
    ]


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(sep=" ", timespec="minutes")
