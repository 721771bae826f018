"""Objecting: 「#2926 不对，这是新问题」, said to the bot by whoever is concerned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Context, Reply, Text, UserError, answer
from handlers._threads.asking import Fault, Objection, objection
from handlers._threads.described import is_asker, may_work, named, own_latest
from handlers._threads.suggesting import other_suggestion, was_offered
from handlers.corrections import _mending as mending
from storage import members, messages, outbox, pins, threads
from storage.messages import Stored
from storage.outcome import Mark, Outcome
from storage.threads import Placed, Thread


class Texts:
    """Being corrected is normal and gets thanks; every answer says what moved."""

    SPLIT = Text(
        zh="改好了：后面这几条单独成 #{thread}，#{origin} 还原。多谢。",
        en="Done: these messages are #{thread} now, and #{origin} is as it was. Thanks.",
    )
    SPLIT_ONE = Text(
        zh="改好了：这条单独成 #{thread}，#{origin} 还原。多谢。",
        en="Done: this message is #{thread} now, and #{origin} is as it was. Thanks.",
    )
    SPLIT_FRESH = Text(zh="改好了：这条记成 #{thread}。多谢。", en="Done: this message is #{thread} now. Thanks.")
    ALREADY = Text(zh="这条本来就是 #{thread} 的开头。", en="This message opened #{thread} already.")
    ORDER = Text(
        zh="那条是说给我听的，开不了新题。回复提问的那条说「拆分」。",
        en="That message was said to me and asks nothing. Reply to the question itself with /split.",
    )
    SPLIT_WHICH = Text(
        zh="拆哪一条？回复那条消息说「拆分」，或者带上它的原话：「拆分 {thread} 内存爆了」。",
        en="Which message? Reply to it with /split, or quote some of it: /split {thread} out of memory.",
    )
    MERGED = Text(
        zh="合好了：#{later} 的 {count} 条并进 #{earlier}，发「看 {later}」也会到那里。弄错了回「撤销」。",
        en="Done: the {count} messages of #{later} are in #{earlier} now; /show {later} leads there, too. Undo: /undo",
    )
    REPEATED = Text(
        zh="记好了：#{copy} 和 #{origin} 是同一题，#{origin} 有结果时一起告诉提问者。弄错了回「撤销」。",
        en="Done: #{copy} repeats #{origin}; its asker will hear when that is solved. Undo: /undo",
    )
    REPEATED_SOLVED = Text(
        zh="记好了：#{copy} 和 #{origin} 是同一题，那题解决了；7 天没人说不对，这题也算解决。弄错了回「撤销」。",
        en="Done: #{copy} repeats #{origin}, which is solved; uncontested for 7 days, so is #{copy}. Undo: /undo",
    )
    ITSELF = Text(zh="两个编号是同一题，没什么可合的。", en="Both numbers are the same question; nothing to merge.")
    KNOWN = Text(zh="#{copy} 早就记成和 #{origin} 同一题了。", en="#{copy} is known to repeat #{origin}.")
    INVALID = Text(
        zh="#{thread} 不算问题了，数字里不再计它。改回来：「结题 {thread} 是问题」。",
        en="#{thread} is no question any more and counts in no figure. Back again: /close {thread} valid",
    )
    WITHDRAWN = Text(
        zh="好，#{thread} 算你撤回了，不再等人答。改主意了回「没解决」。",
        en="#{thread} counts as taken back and waits no more. If you change your mind, reply /reopen.",
    )
    TAKEN_OUT = Text(
        zh="改好了：你的 {count} 条从 #{thread} 里拿出来了。多谢。",
        en="Done: your {count} messages are no longer part of #{thread}. Thanks.",
    )
    WHICH = Text(
        zh="说的是哪一题？带上编号，像「#2926 不对，这是新问题」。",
        en="Which one? Add its number, as in “#2926 wrong, this is a new question”.",
    )
    WHAT = Text(
        zh="#{thread} 哪里不对？回其中一句就行：\n「#{thread} 不对，这是新问题」\n"
        "「#{thread} 不对，不是我的」：我的话不该在里面\n「#{thread} 不对，不是问题」\n「谢 {thread} @名字」：谢错人了",
        en="What is wrong with #{thread}? One of these will do:\n“#{thread} wrong, this is a new question”\n"
        "“#{thread} wrong, not mine”: my words do not belong there\n“#{thread} wrong, not a question”\n"
        "“/thank {thread} @name”: the wrong person was thanked",
    )
    NOT_CONCERNED = Text(
        zh="#{thread} 里没有你的话，要提问者、在里面说过话的人或管理员来改。",
        en="You said nothing in #{thread}; its asker, whoever spoke in it, or an admin can correct it.",
    )


async def objected(message: Stored, ctx: Context[Any]) -> Reply | None:
    """Correct what a member says is wrong: own messages and own threads; with the right to, any."""
    said = objection(message.text)
    if said is None or "anonymous" in message.flags:
        return None
    replied = await _replied(message, ctx)
    thread = await _thread(said, message, replied, ctx)
    placed = await threads.content(ctx.store, thread.id)
    person = await members.siblings(ctx.store, ctx.speaker.id)
    own = [p for p in placed if p.message.member_id in person]
    rules = thread.asker in person or await may_work(ctx, thread)
    if not own and not rules:
        raise UserError(ctx.say(Texts.NOT_CONCERNED, thread=thread.id))
    match said.fault:
        case Fault.NEW:
            return await _new(ctx, thread, placed, replied, rules=rules)
        case Fault.SAME if rules:
            return await merge(ctx, await named(ctx, said.other or 0), thread)
        case Fault.NO_QUESTION if rules:
            return await _no_question(ctx, thread)
        case Fault.NOT_PART if thread.asker not in person and own:
            await mending.take_out(ctx, [p.message for p in own])
            return answer(ctx.say(Texts.TAKEN_OUT, thread=thread.id, count=len(own)), about=f"thread:{thread.id}")
        case Fault.UNTOLD if thread.asker in person and await _was_offered(thread, ctx):
            return await other_suggestion(ctx, thread)
    return answer(ctx.say(Texts.WHAT, thread=thread.id), about=f"thread:{thread.id}")


async def _was_offered(thread: Thread, ctx: Context[Any]) -> bool:
    return thread.verdict(ctx.now()).outcome is not Outcome.RESOLVED and await was_offered(ctx, thread)


async def _replied(message: Stored, ctx: Context[Any]) -> Stored | None:
    if message.reply_to is None:
        return None
    return await messages.find(ctx.store, message.group_id, message.reply_to)


async def _thread(said: Objection, message: Stored, replied: Stored | None, ctx: Context[Any]) -> Thread:
    if said.thread is not None:
        return await named(ctx, said.thread)
    if replied is not None and (held := (await threads.holding(ctx.store, [replied.id])).get(replied.id)) is not None:
        return held
    post = await outbox.posted_as(ctx.store, message.group_id, message.reply_to or "")
    if post is not None and post.about is not None and post.about.startswith("thread:"):
        return await named(ctx, int(post.about.removeprefix("thread:")))
    mine = [thread for thread in await own_latest(ctx) if thread.id != said.other] if said.fault is Fault.SAME else []
    if not mine:
        raise UserError(ctx.say(Texts.WHICH))
    return mine[0]


async def _new(
    ctx: Context[Any], thread: Thread, placed: Sequence[Placed], replied: Stored | None, *, rules: bool
) -> Reply:
    """Split off the message that was replied to, else the latest of the speaker's own that began something."""
    person = await members.siblings(ctx.store, ctx.speaker.id)
    if replied is not None and any(p.message.id == replied.id for p in placed):
        if not rules and replied.member_id not in person:
            raise UserError(ctx.say(Texts.NOT_CONCERNED, thread=thread.id))
        return await split(ctx, replied, thread)
    begun = [m for member in person for m in mending.starts(placed, member, thread.first_message)]
    if not begun:
        raise UserError(ctx.say(Texts.SPLIT_WHICH, thread=thread.id))
    return await split(ctx, max(begun, key=lambda m: m.order), thread)


async def split(ctx: Context[Any], message: Stored, origin: Thread | None) -> Reply:
    """Let a message open a thread of its own, and say what moved."""
    opened = (await threads.opened_by(ctx.store, [message.id])).get(message.id)
    if opened is not None and origin is not None and opened == origin.id:
        return answer(ctx.say(Texts.ALREADY, thread=opened), about=f"thread:{opened}")
    thread = await mending.split(ctx, message)
    if thread is None:
        raise UserError(ctx.say(Texts.ORDER))  # the pin goes with it
    about = f"thread:{thread.id}"
    if origin is None:
        return answer(ctx.say(Texts.SPLIT_FRESH, thread=thread.id), about=about)
    many = len(await threads.content(ctx.store, thread.id)) > 1
    text = Texts.SPLIT if many else Texts.SPLIT_ONE
    return answer(ctx.say(text, thread=thread.id, origin=origin.id), about=about)


async def merge(ctx: Context[Any], one: Thread, other: Thread) -> Reply:
    """Merge two threads: of one asker, the later joins the earlier; else `other` is noted to repeat `one`."""
    if one.id == other.id:
        raise UserError(ctx.say(Texts.ITSELF))
    if await mending.same_asker(ctx, one, other):
        earlier, later = sorted((one, other), key=lambda thread: (thread.facts.asked_at, thread.id))
        count = await mending.join(ctx, earlier, later)
        line = ctx.say(Texts.MERGED, earlier=earlier.id, later=later.id, count=count)
        return answer(line, about=f"thread:{earlier.id}")
    for copy, origin in ((other, one), (one, other)):
        if copy.duplicate_of == origin.id:
            raise UserError(ctx.say(Texts.KNOWN, copy=copy.id, origin=origin.id))
    await mending.repeat(ctx, one, other)
    solved = one.verdict(ctx.now()).outcome is Outcome.RESOLVED
    text = Texts.REPEATED_SOLVED if solved else Texts.REPEATED
    return answer(ctx.say(text, copy=other.id, origin=one.id), about=f"thread:{other.id}")


async def _no_question(ctx: Context[Any], thread: Thread) -> Reply:
    """Take a thread out of the figures: by its asker as taken back, by others with the right as no question."""
    mine = await is_asker(ctx, thread)
    mark, text = (Mark.WITHDRAWN, Texts.WITHDRAWN) if mine else (Mark.INVALID, Texts.INVALID)
    await pins.mark(ctx.store, mark, group=thread.group_id, thread=thread.id, at=ctx.now(), by=ctx.speaker.id)
    await mending.relinker(ctx).refresh([thread.id])
    return answer(ctx.say(text, thread=thread.id), about=f"thread:{thread.id}")
