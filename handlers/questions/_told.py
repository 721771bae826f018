"""Told: whoever said 同问 hears how the question ended, once and for ever, where they said it, in the daytime."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Purpose, Reply
from handlers._settings import OUTBOX, context_of, is_approved, is_quiet, resolved
from handlers._wording import names
from handlers.questions._ended import Texts, how
from storage import groups, members, memberships, metoo, outbox, pins, settings
from storage.groups import Group
from storage.members import Member
from storage.metoo import Metoo
from storage.outcome import COUNTS_AFTER, Evidence, Mark, Outcome
from storage.pins import Pinned
from storage.replies import At, Block, Paragraph, Plain, Span
from storage.schedules import Schedule
from storage.threads import Thread

FEATURE = "questions"
WORTH = timedelta(days=7)  # of hearing how it ended, from when that counts
REACH = timedelta(days=60)  # how far back closes are looked at: an admin may accept an answer of last month
WEEK = timedelta(days=7)
AT_ONCE = 3  # threads in one post


async def told(ctx: Context[Any], solved: Iterable[Thread]) -> list[Reply]:
    """Return the posts that tell 同问 people of threads that are solved; an import tells nobody.

    A group that sleeps, or a thread whose answer is not known yet, is left for the hourly look.
    """
    news = {thread.id: thread for thread in solved if await _is_news(ctx, thread)}
    by_group: dict[int, list[Metoo]] = defaultdict(list)
    for thread in news.values():
        for said in await _waiting(ctx, thread):
            by_group[said.group].append(said)
    found: list[Reply] = []
    for number, waiting in sorted(by_group.items()):
        group = await groups.get(ctx.store, number)
        found += await _tell(ctx, group, news, waiting)
    return found


def hourly(ctx: Context[Any]) -> Schedule:
    """Return the schedule of the look: what time alone makes count is told within the hour."""
    return Schedule(FEATURE, "told", 0, "every 1h", ctx.community.zone.key, ctx.now())


async def look(ctx: Context[Any]) -> list[Reply]:
    """Return what is to be told by now: closes begin to count by time alone, groups wake up, an answer is explained."""
    return await told(ctx, await metoo.closed_untold(ctx.store, ctx.now() - REACH))


async def _is_news(ctx: Context[Any], thread: Thread) -> bool:
    since = None if thread.imported else await solved_since(ctx, thread)
    return since is not None and ctx.now() - since <= WORTH


async def solved_since(ctx: Context[Any], thread: Thread) -> datetime | None:
    """Return since when a thread has counted as resolved; an endorsement since the click, not since the answer."""
    verdict = thread.verdict(ctx.now())
    if verdict.outcome is not Outcome.RESOLVED or verdict.resolved_at is None or verdict.evidence is None:
        return None
    since = verdict.resolved_at + COUNTS_AFTER[verdict.evidence]
    if verdict.evidence is Evidence.ENDORSED:
        held = await pins.on(ctx.store, threads=[thread.id])
        clicks = [pin.at for pin in held if pin.kind is Pinned.MARK and pin.value == Mark.ENDORSED]
        since = max([since, *clicks])
    return since


async def _waiting(ctx: Context[Any], thread: Thread) -> list[Metoo]:
    """Return who is still to be told: each person once, but not who asked or answered it, or knows it of another.

    What repeats another thread counts as solved a week after that; who waited for it was told then.
    """
    concerned = {member for member in (thread.asker, thread.facts.solver) if member is not None}
    persons = {member.person_id for member in (await members.several(ctx.store, concerned)).values()}
    if thread.duplicate_of is not None:
        of_origin = await metoo.every(ctx.store, [thread.duplicate_of])
        persons |= {said.person for said in of_origin if said.told_at is not None}
    every = await metoo.every(ctx.store, [thread.id])
    return [said for said in every if said.told_at is None and said.person not in persons]


async def _tell(ctx: Context[Any], group: Group, news: Mapping[int, Thread], waiting: Sequence[Metoo]) -> list[Reply]:
    """Return what is said in a group; in private to whoever is not there, or where nothing may be posted."""
    overrides = await settings.overrides(ctx.store, group.id)
    if _sleeps(ctx, group, overrides):
        return []
    there = _in_group(ctx, group, overrides)
    cards: dict[int, str] = {}
    if not group.is_direct and await _may_post(ctx, group, overrides):
        cards = await memberships.names_in(ctx.store, group.id, {said.member for said in waiting})
    posts = await _post(there, news, [said for said in waiting if said.member in cards], cards)
    for said in waiting:
        if said.member not in cards:
            posts += await _whisper(there, news[said.thread], said)
    return posts


def _in_group(ctx: Context[Any], group: Group, overrides: Mapping[str, Any]) -> Context[Any]:
    feature = next(one for one in ctx.features if one.name == FEATURE)
    return context_of(ctx, feature, overrides, group)


def _sleeps(ctx: Context[Any], group: Group, overrides: Mapping[str, Any]) -> bool:
    zone = ZoneInfo(group.zone) if group.zone else ctx.community.zone
    quiet = resolved(OUTBOX, ctx.community.quiet, overrides)
    return quiet.is_night(ctx.now().astimezone(zone).time())


async def _may_post(ctx: Context[Any], group: Group, overrides: Mapping[str, Any]) -> bool:
    """Say whether a post would go out: the group agreed, wants no quiet, and has room for it in this week's budget."""
    if is_quiet(overrides, ctx.now()) or not is_approved(overrides, ctx.community):
        return False
    budget = resolved(OUTBOX, ctx.community.quiet, overrides).weekly_budget
    since = ctx.now() - WEEK
    digests = await outbox.count_sent(ctx.store, group.id, since, [Purpose.DIGEST])
    reminders = await outbox.count_sent(ctx.store, group.id, since, [Purpose.REMINDER])
    return digests + reminders < budget - (0 if digests else 1)


async def _post(
    there: Context[Any], news: Mapping[int, Thread], waiting: Sequence[Metoo], cards: Mapping[int, str]
) -> list[Reply]:
    """Return one post for a group: a line for each thread that begins with whom it is for."""
    found = await members.several(there.store, {said.member for said in waiting})
    blocks: list[Block] = []
    shown: list[Metoo] = []
    more: list[int] = []
    for number in sorted({said.thread for said in waiting}):
        mine = [said for said in waiting if said.thread == number]
        ended = await how(there, news[number], len(mine), await solved_since(there, news[number]))
        if ended is None or len(blocks) == AT_ONCE:
            continue
        mentions = _mentions([found[said.member] for said in mine], cards)
        blocks.append(Paragraph((*mentions, Plain(ended.line))))
        more += [number] if ended.more else []
        shown += mine
    if not shown:
        return []
    await metoo.told(there.store, shown, there.now())
    body = Body(tuple(blocks)).plus(Body.of(*_more(there, more)))
    threads = {said.thread for said in shown}
    about = f"thread:{shown[0].thread}" if len(threads) == 1 else None
    key = f"metoo:{shown[0].thread}:{there.group.id}:{shown[0].member}"
    return [Reply(body, group=there.group.id, about=about, purpose=Purpose.REMINDER, key=key, expires_at=_worth(there))]


async def _whisper(there: Context[Any], thread: Thread, said: Metoo) -> list[Reply]:
    """Return the private word for one of them."""
    member = await members.get(there.store, said.member)
    ended = await how(await _in_private(there, member), thread, 1, await solved_since(there, thread))
    if ended is None:
        return []
    await metoo.told(there.store, [said], there.now())
    body = Body.of(ended.line, *_more(there, [thread.id] if ended.more else []))
    key, about = f"metoo:{thread.id}:{said.member}", f"thread:{thread.id}"
    notice = Purpose.NOTICE
    return [Reply(body, member=said.member, about=about, purpose=notice, key=key, expires_at=_worth(there))]


async def _in_private(there: Context[Any], member: Member) -> Context[Any]:
    """Return a context in a member's direct; in the group, where there is none yet: less may be quoted there."""
    direct = await groups.direct_of(there.store, member.id)
    found = there if direct is None else _in_group(there, direct, await settings.overrides(there.store, direct.id))
    if found.group.is_direct:
        found.member = member
    return found


def _worth(ctx: Context[Any]) -> datetime:
    """Return until when a post may wait for a connection."""
    return ctx.now() + timedelta(days=1)


def _more(ctx: Context[Any], numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    listed = " ".join(ctx.say(Texts.SHOW, thread=number) for number in numbers)
    return [ctx.say(Texts.MORE, shows=listed)]


def _mentions(wanted: Iterable[Member], cards: Mapping[int, str]) -> list[Span]:
    spans: list[Span] = []
    for member in wanted:
        spans += [At(member.key, names.call_name(cards[member.id]) or member.name), Plain(" ")]
    return spans
