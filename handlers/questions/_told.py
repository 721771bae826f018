"""Told: whoever said 同问 hears the answer, once, in the thread's own group, in the daytime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Purpose, Reply, Text
from handlers._threads.answers import answer_of
from handlers._wording import names
from handlers._wording.masking import quoted
from storage import groups, members, memberships, metoo
from storage.members import Member
from storage.outcome import Outcome
from storage.replies import At, Paragraph, Plain, Span
from storage.threads import Thread

DAY_BEGINS, DAY_ENDS = time(9, 0), time(22, 0)  # nobody is mentioned outside
FRESH = timedelta(hours=24)


class Texts:
    """What they are told: the answer itself, not news about an answer."""

    ANSWER = Text(zh="你们同问的 #{thread} 解决了：{answer}", en="you asked for #{thread} as well. Solved: {answer}")
    MORE = Text(zh="看全文：发「看 {thread}」", en="The whole thread: /show {thread}")


async def told(ctx: Context[Any], solved: Iterable[Thread]) -> list[Reply]:
    """Return the posts that tell 同问 members of threads that were solved just now; an import tells nobody.

    Nobody is told of a thread without an answer: its asker was asked how it went and may still say so.
    """
    return [reply for thread in solved if _is_news(thread, ctx.now()) for reply in await _tell(ctx, thread)]


def _is_news(thread: Thread, now: datetime) -> bool:
    verdict = thread.verdict(now)
    solved = verdict.outcome is Outcome.RESOLVED and verdict.resolved_at is not None
    return solved and not thread.imported and now - (verdict.resolved_at or now) <= FRESH


async def _tell(ctx: Context[Any], thread: Thread) -> list[Reply]:
    """Return one post in the group for those who are in it, and a private word for each who is not."""
    waiting = {said.member for said in await metoo.every(ctx.store, [thread.id])} - {thread.asker, thread.facts.solver}
    given = await answer_of(ctx.store, thread)
    words = "" if given is None else quoted(given.text)
    if not waiting or not words:
        return []
    found = await members.several(ctx.store, waiting)
    cards = await memberships.names_in(ctx.store, thread.group_id, waiting)
    about, key, not_before = f"thread:{thread.id}", f"metoo:{thread.id}", await _daytime(ctx, thread)
    line = ctx.say(Texts.ANSWER, thread=thread.id, answer=words)
    more = ctx.say(Texts.MORE, thread=thread.id)
    replies = [
        Reply(
            Body.of(line, more),
            member=member,
            about=about,
            purpose=Purpose.NOTICE,
            key=f"{key}:{member}",
            not_before=not_before,
        )
        for member in sorted(waiting - cards.keys())
    ]
    if cards:
        spans = _mentions([found[member] for member in sorted(cards)], cards)
        body = Body((Paragraph((*spans, Plain(line))), Paragraph((Plain(more),))))
        purpose = Purpose.REMINDER
        post = Reply(body, group=thread.group_id, about=about, purpose=purpose, key=key, not_before=not_before)
        replies.insert(0, post)
    return replies


def _mentions(wanted: Iterable[Member], cards: Mapping[int, str]) -> list[Span]:
    spans: list[Span] = []
    for member in wanted:
        spans += [At(member.key, names.call_name(cards[member.id]) or member.name), Plain(" ")]
    return spans


async def _daytime(ctx: Context[Any], thread: Thread) -> datetime:
    group = await groups.get(ctx.store, thread.group_id)
    return daytime(ctx.now(), ZoneInfo(group.zone) if group.zone else ctx.community.zone)


def daytime(now: datetime, zone: ZoneInfo) -> datetime:
    """Return now in the daytime, else the next morning at nine, local time."""
    local = now.astimezone(zone)
    if DAY_BEGINS <= local.time() < DAY_ENDS:
        return now
    morning = local if local.time() < DAY_BEGINS else local + timedelta(days=1)
    return morning.replace(hour=DAY_BEGINS.hour, minute=0, second=0, microsecond=0)
