"""The nudge: once, the asker of a question that was answered is asked how it went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers import Body, Context, Purpose, Reply, Text
from handlers._said_for import carried_among
from handlers._threads.blocked import blocked
from handlers._threads.described import title
from handlers._wording import durations, names
from handlers._wording.masking import quoted
from handlers.escalation._here import Here
from handlers.escalation._settings import Settings
from handlers.escalation._waiting import is_blind
from storage import groups, members, messages, pins, privacy, rungs, threads
from storage.database import Store
from storage.messages import Stored
from storage.replies import At, Block, Button, Paragraph, Plain
from storage.rungs import Rung
from storage.threads import Placed, Thread

# Of 20 threads of annotated chats that looked answered and no more, the answer was one to that question in 12. This
# and a known topic leave 6, and 5 of these.
CERTAIN = 0.95
NO_LONGER = timedelta(days=3)  # after the nudge was due: nobody remembers
LOOKED_BACK = NO_LONGER + timedelta(hours=168)  # as long as a setting can put a nudge off
WORTH = timedelta(minutes=10)  # until the next look, which asks anew whether anything was said meanwhile
QUOTED = 60
_TO_THE_POINT = {"question", "detail", "still_broken", "clarify", "answer"}
_ENDS = {"thanks", "resolved", "withdrawn"}


class Texts:
    """It recalls the advice, so that nobody has to scroll, and says that it comes once."""

    ASKED = Text(
        zh="{since}你问的「{title}」，{said}「{answer}」，后来好了吗？",
        en="{since} you asked “{title}”; {said} “{answer}”. Did it work out?",
    )
    SAID = Text(zh="{name}说", en="{name} said")
    SOMEBODY = Text(zh="有人说", en="somebody said")
    HOW = Text(
        zh="好了回「解决了」，没好回「没解决」。不回也没事，我不再问了。",
        en="Reply /solved or /reopen. No answer is fine, too; I shall not ask again.",
    )
    SOLVED = Text(zh="解决了", en="Solved")
    REOPEN = Text(zh="没解决", en="Not solved")


def last_answer(placed: Sequence[Placed], asker: int) -> Stored | None:
    """Return the answer after which the asker said nothing to the point; None where a nudge would be out of place.

    It is where the asker spoke last, thanked ever, or the last word to the point is a question back or was erased.
    """
    if any(one.role in _ENDS and one.message.member_id == asker for one in placed):
        return None
    last = next((one for one in reversed(placed) if one.role in _TO_THE_POINT), None)
    if last is None or last.role != "answer" or last.message.member_id in {asker, None}:
        return None
    return last.message if last.message.text.strip() else None


def is_due(answered_at: datetime, after: timedelta, now: datetime) -> bool:
    """Say whether a nudge is due, and not so late that nobody remembers."""
    return timedelta(0) <= now - (answered_at + after) <= NO_LONGER


async def nudge(place: Here, found: Sequence[Thread], key: str) -> Reply | None:
    """Return the nudge to one asker of a group, and keep that it was; the others' turn comes with the next look."""
    ctx = place.ctx
    if not place.rungs.nudge_after or not place.may_disturb(ctx.now()):
        return None
    kept_out = await blocked(ctx)
    for thread in found:
        answer = await _certain(place, thread)
        if answer is None or kept_out.keeps_out(thread) or not await _may_hear(ctx, thread):
            continue
        private = thread.id in await carried_among(ctx.store, [thread.id])
        if not private and not await place.week_allows():
            continue
        post = f"{key}:{thread.id}"
        if await rungs.take(ctx.store, thread.id, Rung.NUDGE, ctx.now(), post="" if private else post):
            return await _said(ctx, thread, answer, post, private=private)
    return None


async def _certain(place: Here, thread: Thread) -> Stored | None:
    """Return the answer that is asked about, if it is time, and the thread is sure to be what it seems."""
    ctx, after = place.ctx, place.rungs.nudge_after
    facts = thread.facts  # they tell of most that it is too early or too late, without their messages
    if ctx.now() < (facts.first_answer_at or ctx.now()) + after or ctx.now() > facts.last_at + after + NO_LONGER:
        return None
    answer = last_answer(await threads.content(ctx.store, thread.id), thread.asker)
    if answer is None or not is_due(answer.at, after, ctx.now()):
        return None
    spans = await groups.spans(ctx.store, [thread.group_id], answer.at, ctx.now())
    if is_blind(spans, answer.at, ctx.now()):
        return None
    return answer if await is_certain(ctx.store, thread, answer) else None


async def is_certain(store: Store, thread: Thread, answer: Stored) -> bool:
    """Say whether a thread is about something, and the linker was sure of its question, and of the answer to it."""
    guessed = [found for found in (thread.first_message, answer.id) if not await pins.hold(store, found)]
    return bool(thread.topic) and (not guessed or await rungs.certainty(store, guessed) >= CERTAIN)


async def _may_hear(ctx: Context[Settings], thread: Thread) -> bool:
    """Say whether the asker is there, wants to be remembered, and was never asked."""
    if await privacy.is_silent(ctx.store, thread.asker) or await rungs.was_nudged(ctx.store, thread.id):
        return False
    return not await rungs.has_left(ctx.store, thread.group_id, thread.asker)


async def _said(ctx: Context[Settings], thread: Thread, answer: Stored, key: str, *, private: bool) -> Reply:
    called = await names.called(ctx.store, thread.group_id, [thread.asker])
    by = await names.author(ctx.store, thread.group_id, answer.member_id, answer.id)
    who = ctx.say(Texts.SAID, name=by) if by else ctx.say(Texts.SOMEBODY)
    line = ctx.say(
        Texts.ASKED,
        since=durations.since(thread.facts.asked_at, ctx.now(), ctx.community.zone, ctx.language),
        title=title(thread, ctx.language),
        said=names.spaced(who),
        answer=quoted(answer.text, QUOTED),
    )
    asker = await members.get(ctx.store, thread.asker)
    mention = () if private else (At(asker.key, called.get(asker.id, asker.name)), Plain(" "))
    blocks: tuple[Block, ...] = (Paragraph((*mention, Plain(line))), Paragraph((Plain(ctx.say(Texts.HOW)),)))
    buttons = (
        Button(ctx.say(Texts.SOLVED), f"/solved {thread.id}"),
        Button(ctx.say(Texts.REOPEN), f"/reopen {thread.id}"),
    )
    return Reply(
        Body(blocks, buttons),
        group=None if private else thread.group_id,
        member=thread.asker if private else None,
        reply_to=None if private else await _opener(ctx, thread),
        about=f"thread:{thread.id}",
        purpose=Purpose.NOTICE if private else Purpose.REMINDER,
        key=key,
        expires_at=None if private else ctx.now() + WORTH,
    )


async def _opener(ctx: Context[Settings], thread: Thread) -> str | None:
    """Return what the platform calls the question, to quote it."""
    opener = await messages.get(ctx.store, thread.first_message)
    return opener.alias or (None if opener.key.startswith(("seq:", "for:")) else opener.key)
