"""Routing: which expert is asked about a thread, if any may be; in private, with consent, and in fair turns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Purpose, Reply
from handlers._experts import hours
from handlers._experts.fairness import Asked, choose, loads
from handlers._experts.knowing import Known, known, knows
from handlers._experts.settings import Settings, in_group
from handlers._experts.telling import request
from handlers._settings import OUTBOX, resolved
from handlers._threads.blocked import blocked
from handlers._threads.sharing import KEY, configured
from storage import experts, groups, members, memberships, metoo, outbox, privacy, settings, threads
from storage.experts import Answered, Ask, Expert
from storage.groups import Group
from storage.outbox import State
from storage.outcome import Outcome
from storage.settings import COMMUNITY
from storage.threads import Thread

WINDOW = timedelta(days=28)  # over which load is counted
WEEK = timedelta(days=7)
FOLLOWED = timedelta(days=30)  # how long an expert's answer to a question is carried
PREFIX = "expert:"  # begins the keys of what experts are asked, and of what they answer
WORTH = timedelta(hours=12)  # a question to an expert that could not be sent for so long is none of today's
_WAITS = {Outcome.OPEN, Outcome.ANSWERED}


async def available(ctx: Context[Any], topic: str) -> bool:
    """Say whether somebody who agreed to be asked knows a topic and does not rest: for what is promised to an asker.

    Somebody else than who speaks, who may read this group's words. Without a topic there is nobody.
    """
    if not topic or await in_group(ctx, ctx.group.id) is None:
        return False
    every = await experts.every(ctx.store)
    me = None if ctx.member is None else ctx.member.person_id
    awake = [person for person, one in every.items() if person != me and not _rests(one, ctx.now())]
    readers = await _readers(ctx, ctx.group.id, awake, every) if awake else set()
    return await knows(ctx, topic, [every[person] for person in awake if person in readers])


async def ask(ctx: Context[Any], thread: Thread) -> Reply | None:
    """Ask the next expert about a thread: keep that, and return the private word; None: nobody may be asked now.

    Nobody may where experts are off; for a thread without a topic, one that was imported, that no longer waits, or that
    the blocklist keeps out; and while somebody who was asked about it has time left (`patience`).
    """
    chosen = await in_group(ctx, thread.group_id)
    if chosen is None or not thread.topic or thread.imported or thread.verdict(ctx.now()).outcome not in _WAITS:
        return None
    every = await experts.every(ctx.store)
    before = await experts.asked_about(ctx.store, thread.id)
    patience = ctx.now() - timedelta(hours=chosen.patience)
    if not every or any([await _has_time(ctx, one, patience) for one in before]):
        return None
    if (await blocked(ctx)).keeps_out(thread):
        return None
    history = await experts.asked_since(ctx.store, ctx.now() - WINDOW)
    found = await known(ctx, {thread.topic, *(one.topic for one in history if one.topic)}, every)
    free = await _free(ctx, thread, chosen, found, history, before)
    person = _turn(found, thread, free, history)
    if person is None or not await experts.ask(ctx.store, thread.id, every[person].member, ctx.now()):
        return None
    return await _reply(ctx, thread, chosen, found, every[person], history)


async def _has_time(ctx: Context[Any], asked: Ask, since: datetime) -> bool:
    """Say whether somebody who was asked may still answer; not where the word did not get through."""
    if asked.state is not Answered.WAITING or asked.at <= since:
        return False
    post = await outbox.by_key(ctx.store, _key(asked.thread, asked.member))
    return post is None or post.state not in {State.FAILED, State.DROPPED}


def _key(thread: int, member: int) -> str:
    return f"{PREFIX}{thread}:{member}"


def _turn(found: Known, thread: Thread, free: Collection[int], history: Sequence[Ask]) -> int | None:
    past = [Asked(one.person, one.thread, one.topic, one.at) for one in history]
    agreed = {person: expert.agreed_at for person, expert in found.experts.items()}
    load = loads(past, {topic: found.able(topic) for topic in found.skills}, agreed)
    able = found.able(thread.topic)
    return choose({person: able[person] for person in free}, load, past, thread.id)


async def _free(
    ctx: Context[Any],
    thread: Thread,
    chosen: Settings,
    found: Known,
    history: Sequence[Ask],
    before: Sequence[Ask],
) -> list[int]:
    """Return the experts who may be asked about a thread now."""
    out = {one.person for one in before} | await _took_part(ctx, thread)
    able = found.able(thread.topic)
    able = {
        p: s for p, s in able.items() if p not in out and _due(found.experts[p], _of(history, p), chosen, ctx.now())
    }
    readers = await _readers(ctx, thread.group_id, able, found.experts)
    return [person for person in able if person in readers and await _reached(ctx, found.experts[person])]


def _of(history: Sequence[Ask], person: int) -> list[Ask]:
    return [one for one in history if one.person == person]


def _rests(expert: Expert, now: datetime) -> bool:
    return expert.weekly_cap == 0 or (expert.rest_until is not None and expert.rest_until > now)


def _due(expert: Expert, asked: Sequence[Ask], chosen: Settings, now: datetime) -> bool:
    """Say whether an expert may be asked again: not resting, below the cap of the week, and cooled down."""
    cap = cap_of(expert, chosen)
    week = [one for one in asked if now - one.at < WEEK]
    cooled = all(now - one.at >= chosen.pause for one in asked)
    return not _rests(expert, now) and len(week) < cap and cooled


def cap_of(expert: Expert, chosen: Settings) -> int:
    """Return how often an expert may be asked in seven days."""
    return chosen.weekly_cap if expert.weekly_cap is None else expert.weekly_cap


async def _took_part(ctx: Context[Any], thread: Thread) -> set[int]:
    """Return the persons who asked a thread, said something in it, or said 同问."""
    said = {placed.message.member_id for placed in await threads.content(ctx.store, thread.id)}
    found = await members.several(ctx.store, {thread.asker, *(member for member in said if member is not None)})
    too = await metoo.every(ctx.store, [thread.id])
    return {member.person_id for member in found.values()} | {one.person for one in too}


async def _readers(ctx: Context[Any], group: int, able: Iterable[int], every: Mapping[int, Expert]) -> set[int]:
    """Return who of some experts may read a group's words, as it shares them; where it does not, nobody."""
    set_by_group = await settings.by_group(ctx.store, KEY)
    shares = set_by_group.get(group, set_by_group.get(COMMUNITY, configured(ctx)))
    if shares == "community":
        return set(able)
    if shares != "group":
        return set()
    return {person for person in able if group in await memberships.groups_of(ctx.store, every[person].members)}


async def _reached(ctx: Context[Any], expert: Expert) -> bool:
    """Say whether an expert can be written to now: in a direct that is known, awake, and recorded at all."""
    direct = await groups.direct_of(ctx.store, expert.member)
    if direct is None or await privacy.is_silent(ctx.store, expert.member):
        return False
    return not hours.is_quiet(ctx.now(), _zone(ctx, direct), await _quiet(ctx, direct, expert))


def _zone(ctx: Context[Any], direct: Group) -> ZoneInfo:
    return ZoneInfo(direct.zone) if direct.zone else ctx.community.zone


async def _quiet(ctx: Context[Any], direct: Group, expert: Expert) -> list[hours.Hours]:
    """Return the hours in which an expert is left alone: the community's, and those of their own."""
    common = resolved(OUTBOX, ctx.community.quiet, await settings.overrides(ctx.store, direct.id))
    own = [] if expert.quiet is None else [expert.quiet]
    return [(common.quiet_from, common.quiet_until), *own]


async def _reply(
    ctx: Context[Any], thread: Thread, chosen: Settings, found: Known, expert: Expert, history: Sequence[Ask]
) -> Reply | None:
    direct = await groups.direct_of(ctx.store, expert.member)
    if direct is None:
        return None
    week = [one for one in _of(history, expert.person) if ctx.now() - one.at < WEEK]
    body = await request(ctx, thread, expert, found, turn=len(week) + 1, cap=cap_of(expert, chosen))
    quiet = hours.quiet_next(ctx.now(), _zone(ctx, direct), await _quiet(ctx, direct, expert))
    return Reply(
        body,
        member=expert.member,
        about=f"thread:{thread.id}",
        purpose=Purpose.NOTICE,
        key=_key(thread.id, expert.member),
        expires_at=min(quiet, ctx.now() + WORTH),
    )
