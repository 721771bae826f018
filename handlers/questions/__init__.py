"""Questions: hears them, answers a mention with what was solved before, and lets their askers close them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from classifiers import Role
from handlers import OPTIONAL_NUMBER, Command, Context, Replies, Reply, Right, Router, Text, answer
from handlers._threads import suggesting
from handlers._threads.asking import Wants, objection, wants
from handlers._threads.described import is_asker
from handlers._threads.sharing import Sharing
from handlers._threads.weighing import Confidence
from handlers.questions import _also as also
from handlers.questions import _closing as closing
from handlers.questions._told import hourly, look, told
from handlers.questions._unasked import unasked
from storage import outbox, pins, schedules, threads
from storage.frames import Edit, Joined, Left, Recall
from storage.messages import Stored
from storage.outcome import Mark
from storage.pins import Pinned
from storage.schedules import Occurrence
from storage.threads import Thread


class Settings(BaseModel):
    """`[handlers.questions]`.

    Attributes:
        sharing: Who may read this group's words: `community` everyone, `group` only this group, `nobody` no one.
        confidence: How sure a match must be before it is shown: `low` shows more, `high` only what is very like.
        suggest: Whether a plain question, not put to the bot, is answered where something very like it was solved.
        suggest_confidence: How sure that must be; never less than `confidence`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    sharing: Sharing = "community"
    confidence: Confidence = "normal"
    suggest: bool = False
    suggest_confidence: Confidence = "high"


class Texts:
    """What is said to whoever speaks to the bot about a question."""

    HELLO = Text(
        zh="有问题直接在群里问，我会记着；想马上查，@我 带上问题。",
        en="Ask in the group and I keep track of it; to look something up at once, mention me with the question.",
    )
    UNCLEAR = Text(
        zh="没看出要查什么。直接说现象和报错就行；发「帮助」看我会什么。",
        en="I cannot tell what to look for. Say what happens and the error text; /help shows what I can do.",
    )
    NOTED = Text(zh="记到 #{thread} 里了。", en="Noted in #{thread}.")
    EXPLAINED = Text(
        zh="记到 #{thread} 里了，谢谢你回来说一声。",
        en="Noted in #{thread}. Thanks for coming back to say so.",
    )


router = Router(Settings)


# -- hearing --------------------------------------------------------------------------------------------------------


@router.message
async def heard(message: Stored, ctx: Context[Settings]) -> Replies:
    """Place a message in its thread; where it closed one, tell whoever said 同问."""
    await closing.relinker(ctx).heard(message)
    if message.replayed:
        return None
    place = (await threads.places(ctx.store, [message.id])).get(message.id, (0, ""))
    if place[1] != Role.RESOLVED:
        return await unasked(message, place, ctx) if ctx.settings.suggest else None
    thread = (await threads.holding(ctx.store, [message.id]))[message.id]
    await closing.credit_old_answer(ctx, thread)
    return await told(ctx, [thread])


@router.notice
async def changed(notice: Edit | Recall | Joined | Left, message: Stored | None, ctx: Context[Settings]) -> None:
    """Let an edit or a recall take effect on the thread that holds the message."""
    if message is None or message.member_id is None or ctx.group.is_direct:
        return
    if isinstance(notice, Edit):
        await closing.relinker(ctx).edited(message)
    elif isinstance(notice, Recall):
        await closing.relinker(ctx).recalled(message)


@router.settings_changed
async def remember(ctx: Context[Settings]) -> None:
    """Let the index of answered threads take the group in, so that the first who asks need not wait for it."""
    await ctx.memories.known.caught_up(ctx.store, [ctx.group.id])
    await schedules.put(ctx.store, hourly(ctx))


# -- a message to the bot -------------------------------------------------------------------------------------------


@router.mention
async def asked(message: Stored, ctx: Context[Settings]) -> Replies:
    """Answer a message to the bot with one reply; a greeting gets a line once an hour, bare thanks get none."""
    if objection(message.text) is not None:
        return None
    wanted = wants(message.text)
    if wanted is Wants.THANKS:
        return None
    if wanted is Wants.NOTHING:
        hour = f"{ctx.now():%Y%m%d%H}"
        text = ctx.say(Texts.HELLO)
        return Reply(answer(text).body, key=f"hello:{ctx.group.id}:{hour}")
    if ctx.group.is_direct:
        return await suggesting.in_direct(ctx, message.text)
    explained = await _explained(message, ctx)
    if explained is not None:
        reply = answer(ctx.say(Texts.EXPLAINED, thread=explained.id), about=f"thread:{explained.id}")
        return [reply, *await told(ctx, [explained])]
    place = (await threads.places(ctx.store, [message.id])).get(message.id)
    if place is None:
        return await _outside(message, ctx)
    thread = (await threads.holding(ctx.store, [message.id]))[message.id]
    return await _inside(message, thread, Role(place[1]), ctx)


async def _outside(message: Stored, ctx: Context[Settings]) -> Reply:
    found = await suggesting.mentioned_only(ctx, message.text)
    return found or answer(ctx.say(Texts.UNCLEAR))


async def _inside(message: Stored, thread: Thread, role: Role, ctx: Context[Settings]) -> Replies:
    """Answer a message to the bot by what it does in its thread."""
    mine = await is_asker(ctx, thread)
    if role is Role.RESOLVED and mine:
        return await closing.close(ctx, thread)
    if role is Role.STILL_BROKEN and mine:
        return await suggesting.other_suggestion(ctx, thread)
    if role is Role.METOO:
        return await also.note(thread, ctx)
    if role is Role.ASIDE:
        return await _outside(message, ctx)
    if mine and role in {Role.QUESTION, Role.DETAIL}:
        return await _search(thread, ctx)
    return answer(ctx.say(Texts.NOTED, thread=thread.id), about=f"thread:{thread.id}")


async def _search(thread: Thread, ctx: Context[Settings]) -> Reply:
    """Look for what was solved before; what was offered once is not offered again, what was asked for not again."""
    spoken_of = await outbox.answered_at(ctx.store, thread.id) is not None
    if not (spoken_of and await suggesting.was_offered(ctx, thread)):
        found = await suggesting.suggestion(ctx, thread)
        if found is not None:
            return found
    if spoken_of:
        return answer(ctx.say(Texts.NOTED, thread=thread.id), about=f"thread:{thread.id}")
    return await suggesting.new_question(ctx, thread)


async def _explained(message: Stored, ctx: Context[Settings]) -> Thread | None:
    """Take what an asker who found it alone answers to 怎么弄好的 as the answer of that thread, and return it."""
    post = None if message.reply_to is None else await outbox.posted_as(ctx.store, message.group_id, message.reply_to)
    if post is None or post.about is None or not post.about.startswith("thread:"):
        return None
    thread = await threads.find(ctx.store, int(post.about.removeprefix("thread:")))
    if thread is None or thread.facts.accepted is not None or not await is_asker(ctx, thread):
        return None
    at, by, group = thread.facts.confirmed_at, ctx.speaker.id, thread.group_id
    place, role = (await threads.places(ctx.store, [message.id])).get(message.id, (0, ""))
    asks = message.text.rstrip().endswith(("?", "？", "吗", "呢"))
    if at is None or group != message.group_id or role == Role.STILL_BROKEN or asks:
        return None
    if place != thread.id:
        await pins.add(ctx.store, Pinned.THREAD, group=group, at=ctx.now(), by=by, thread=thread.id, message=message.id)
        await closing.relinker(ctx).again(message)
    await pins.mark(ctx.store, Mark.SOLVED, group=group, thread=thread.id, at=at, by=by, message=message.id)
    await closing.relinker(ctx).refresh([thread.id])
    return await threads.find(ctx.store, thread.id)


# -- commands -------------------------------------------------------------------------------------------------------

router.command(
    "solved", "解决了", "已解决", "搞定了",
    needs=Right.SELF, fits=OPTIONAL_NUMBER, help=closing.Texts.SOLVED_HELP, usage=closing.Texts.SOLVED_USAGE,
)(closing.solved)  # fmt: skip

router.command(
    "thank", "谢",
    needs=Right.SELF, fits=r"(?:#?\d{1,18} ?)?@.{1,60}", help=closing.Texts.THANK_HELP, usage=closing.Texts.THANK_USAGE,
)(closing.thank)  # fmt: skip


@router.command(
    "reopen", "没解决", "还没解决", "没搞定",
    needs=Right.SELF, fits=OPTIONAL_NUMBER, help=closing.Texts.REOPEN_HELP, usage=closing.Texts.REOPEN_USAGE,
)  # fmt: skip
async def reopen(command: Command, ctx: Context[Settings]) -> Reply:
    """Open your question again; where an old answer was offered, say that it does not fit."""
    found = await closing.reopen(command, ctx)
    if isinstance(found, Reply):
        return found
    if not ctx.group.is_direct and await suggesting.was_offered(ctx, found):
        return await suggesting.other_suggestion(ctx, found)
    return answer(ctx.say(closing.Texts.STILL_OPEN, thread=found.id), about=f"thread:{found.id}")


router.command(
    "metoo", "同问",
    needs=Right.SELF, fits=OPTIONAL_NUMBER, help=also.Texts.METOO_HELP, usage=also.Texts.METOO_WHICH,
)(also.metoo)  # fmt: skip


# -- in the course of time ------------------------------------------------------------------------------------------


@router.schedule("told")
async def told_later(_: Occurrence, ctx: Context[Settings]) -> Replies:
    """Tell who said 同问 what could not be told when it happened: what time made count, and what came at night."""
    return await look(ctx)
