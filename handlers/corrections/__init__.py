"""Corrections: what admins, and whoever is concerned, put right about threads; a pin that no model moves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers import (
    NOTHING,
    Command,
    Context,
    NoSettings,
    Replies,
    Reply,
    Right,
    Router,
    Text,
    UserError,
    answer,
)
from handlers._threads.described import head, is_asker, may_work, meant, state
from handlers._topic_names import listed, look_up
from handlers._wording import names
from handlers._wording.masking import quoted
from handlers.corrections import _mending as mending
from handlers.corrections import _objecting as objecting
from handlers.corrections import _pairing as pairing
from storage import pins, schedules, threads, topics
from storage.messages import Stored
from storage.outcome import Evidence, Mark
from storage.pins import Pinned
from storage.schedules import Occurrence
from storage.threads import Placed, Thread

ENDED = r"不是问题|不算问题|是问题|not a question|invalid|valid"
_INVALID = {"不是问题", "不算问题", "not a question", "invalid"}
ANSWER_LIMIT = 60


class Texts:
    """Every answer says what moved, and how to take it back."""

    CLOSED = Text(
        zh="#{thread} 结题，认的是{name}这句：「{words}」。认错人了回「谢 {thread} @名字」，弄错了回「撤销」。",
        en="#{thread} is closed with what {name} said: “{words}”. Wrong person: /thank {thread} @name. Undo: /undo",
    )
    CLOSED_UNSIGNED = Text(
        zh="#{thread} 结题，认的是这句：「{words}」。弄错了回「撤销」。",
        en="#{thread} is closed with this answer: “{words}”. Undo: /undo",
    )
    SOLVED = Text(
        zh="#{thread} 提问者自己说解决了，不用再结。",
        en="The asker of #{thread} said it is solved; nothing to close.",
    )
    NO_ANSWER = Text(
        zh="#{thread} 还没人答过，结不了题。不是问题的话发「结题 {thread} 不是问题」。",
        en="Nobody answered #{thread} yet, so it cannot be closed. If it is no question: /close {thread} invalid",
    )
    VALID = Text(
        zh="#{thread} 重新算问题，数字里照常计它。", en="#{thread} is a question again and counts in the figures."
    )
    CLOSE_USAGE = Text(
        zh="这样写：「结题 2941」认最后一条回答，「结题 2941 不是问题」不计它。",
        en="Like this: /close 2941 accepts its last answer, /close 2941 invalid says that it is no question.",
    )
    TOPIC = Text(
        zh="#{thread} 的主题改成「{topic}」，原来是「{before}」。",
        en="The topic of #{thread} is “{topic}” now, it was “{before}”.",
    )
    TOPIC_DENIED = Text(
        zh="#{thread} 的主题由提问者或群管理员来改。",
        en="The topic of #{thread} is for its asker, or an admin, to change.",
    )
    TOPIC_FIRST = Text(zh="#{thread} 的主题定为「{topic}」。", en="The topic of #{thread} is “{topic}” now.")
    TOPIC_SAME = Text(
        zh="#{thread} 的主题本来就是「{topic}」，钉住了。", en="“{topic}” was the topic of #{thread}; pinned."
    )
    TOPIC_UNKNOWN = Text(
        zh="没有「{words}」这个主题，有这些：{near}。",
        en="There is no topic “{words}”; there are: {near}.",
    )
    TOPIC_USAGE = Text(
        zh="这样写：「主题 2941 事务与锁」。主题有：{near}。",
        en="Like this: /topic 2941 transactions. Topics: {near}.",
    )
    WHICH = Text(
        zh="说的是哪一题？带上编号，像「{command} 2941」。", en="Which one? Add its number, as in /{command} 2941."
    )
    MERGE_USAGE = Text(
        zh="这样写：「合并 2919 2926」，2926 并进 2919。",
        en="Like this: /merge 2919 2926 puts 2926 into 2919.",
    )
    SPLIT_NOT_FOUND = Text(
        zh="#{thread} 里没有带「{words}」的话。回复那条消息说「拆分」也行。",
        en="No message of #{thread} has “{words}”. You can also reply to it with /split.",
    )
    SPLIT_USAGE = Text(
        zh="回复要拆的那条说「拆分」，或者带上它的原话：「拆分 2926 内存爆了」。",
        en="Reply to the message with /split, or quote some of it: /split 2926 out of memory.",
    )
    UNDONE = Text(zh="撤销了，现在是这样：", en="Undone. This is how it stands:")
    UNDONE_TOPIC = Text(
        zh="撤销了：#{thread} 的主题回到「{topic}」。", en="Undone: the topic of #{thread} is “{topic}”."
    )
    NOTHING = Text(zh="你在这里没有可撤销的改动。", en="There is nothing of yours to undo here.")
    NO_TOPIC = Text(zh="没定", en="none")
    CLOSE_HELP = Text(zh="认一条回答，或标成不是问题", en="accept an answer, or say that it is no question")
    TOPIC_HELP = Text(zh="改主题", en="change the topic")
    MERGE_HELP = Text(zh="两题其实是一题", en="two questions are one")
    SPLIT_HELP = Text(zh="一题其实是两题", en="one question is two")
    UNDO_HELP = Text(zh="收回自己上一次的改动", en="take your last correction back")


router = Router(NoSettings)


@router.mention
async def wrong(message: Stored, ctx: Context[NoSettings]) -> Replies:
    """Correct what a member says is wrong: 「#2926 不对，这是新问题」."""
    return await objecting.objected(message, ctx)


@router.settings_changed
async def plan(ctx: Context[NoSettings]) -> None:
    """Write down when to look at what was asked lately."""
    await schedules.put(ctx.store, pairing.hourly(ctx))


@router.schedule("pairs")
async def pair(_: Occurrence, ctx: Context[NoSettings]) -> None:
    """Note which questions look like one, for admins to decide, and which links count by now; nothing is said."""
    await pairing.look(ctx)


@router.command(
    "close", "结题",
    needs=Right.WORK, fits=rf"(#?\d{{1,18}})? ?({ENDED})?", help=Texts.CLOSE_HELP, usage=Texts.CLOSE_USAGE,
)  # fmt: skip
async def close(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Accept the answer replied to, or the last one; or say that it is no question (or is one after all)."""
    thread = await _mine_to_correct(command, ctx)
    found = re.search(rf"(?:^|\s)({ENDED})$", command.args)
    if found is None:
        return await _endorse(command, thread, ctx)
    mark, text = Mark.VALID, Texts.VALID
    if found[1] in _INVALID:
        mark, text = Mark.INVALID, objecting.Texts.INVALID
    await _mark(ctx, thread, mark)
    return answer(ctx.say(text, thread=thread.id), about=f"thread:{thread.id}")


async def _endorse(command: Command, thread: Thread, ctx: Context[NoSettings]) -> Reply:
    about = f"thread:{thread.id}"
    if thread.verdict(ctx.now()).evidence is Evidence.CONFIRMED:
        return answer(ctx.say(Texts.SOLVED, thread=thread.id), about=about)
    placed = await threads.content(ctx.store, thread.id)
    accepted = accepted_of(placed, thread.asker, None if command.replied is None else command.replied.id)
    if accepted is None or accepted.member_id is None:
        raise UserError(ctx.say(Texts.NO_ANSWER, thread=thread.id))
    await _mark(ctx, thread, Mark.ENDORSED, accepted.id)
    name = await names.author(ctx.store, thread.group_id, accepted.member_id, accepted.id)
    text = Texts.CLOSED if name else Texts.CLOSED_UNSIGNED
    words = quoted(accepted.text, ANSWER_LIMIT)
    return answer(ctx.say(text, thread=thread.id, name=name, words=words), about=about)


def accepted_of(placed: Iterable[Placed], asker: int, replied: int | None) -> Stored | None:
    """Return the message that was replied to, if another member than the asker said it, else the last answer."""
    others = [p for p in placed if p.message.member_id != asker]
    pointed = next((p.message for p in others if p.message.id == replied), None)
    answers = [p.message for p in others if p.role == "answer"]
    return pointed or (answers[-1] if answers else None)


@router.command("topic", "主题", needs=Right.SELF, fits=r"#?\d{1,18}(?: .{1,40})?|\S{0,20}", help=Texts.TOPIC_HELP)
async def topic(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Set the topic of a question, your own or with the right to: by name in either language, by key, or by number."""
    tree = await topics.every(ctx.store)
    wanted = re.sub(r"^#?\d{1,18}(?: |$)", "", command.args).strip()
    if not wanted:
        raise UserError(ctx.say(Texts.TOPIC_USAGE, near=listed(tree.values(), ctx.language)))
    thread = await _mine_to_correct(command, ctx, askers_too=True)
    found, near = look_up(wanted, list(tree.values()))
    if found is None:
        raise UserError(
            ctx.say(Texts.TOPIC_UNKNOWN, words=quoted(wanted, 20), near=listed(near or tree.values(), ctx.language))
        )
    before = tree.get(thread.topic)
    await pins.add(
        ctx.store, Pinned.TOPIC, group=thread.group_id, at=ctx.now(), by=ctx.speaker.id, thread=thread.id,
        value=found.key,
    )  # fmt: skip
    await mending.relinker(ctx).refresh([thread.id])
    text = Texts.TOPIC_FIRST if before is None else Texts.TOPIC_SAME if before.key == found.key else Texts.TOPIC
    was = "" if before is None else before.name(ctx.language)
    return answer(
        ctx.say(text, thread=thread.id, topic=found.name(ctx.language), before=was), about=f"thread:{thread.id}"
    )


router.command(
    "merge", "合并",
    needs=Right.WORK, fits=pairing.TWO, anywhere=True, help=Texts.MERGE_HELP, usage=Texts.MERGE_USAGE,
)(pairing.merge)  # fmt: skip

router.command(
    "different", "不是一题",
    needs=Right.WORK, fits=pairing.TWO, anywhere=True, help=pairing.Texts.HELP, usage=pairing.Texts.USAGE,
)(pairing.different)  # fmt: skip


@router.command(
    "split",
    "拆分",
    needs=Right.WORK,
    fits=r"(#?\d{1,18}(?: .{1,80})?)?",
    help=Texts.SPLIT_HELP,
    usage=Texts.SPLIT_USAGE,
)
async def split(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Let the message replied to, or the one of a question that has certain words, open a question of its own."""
    if command.replied is not None and command.replied.member_id is not None:
        holding = await threads.holding(ctx.store, [command.replied.id])
        return await objecting.split(ctx, command.replied, holding.get(command.replied.id))
    thread = await _mine_to_correct(command, ctx)
    words = re.sub(r"^#?\d{1,18} ?", "", command.args).strip()
    if not words:
        raise UserError(ctx.say(objecting.Texts.SPLIT_WHICH, thread=thread.id))
    placed = await threads.content(ctx.store, thread.id)
    held = [p.message for p in placed if words.casefold() in p.message.text.casefold()]
    if not held:
        raise UserError(ctx.say(Texts.SPLIT_NOT_FOUND, thread=thread.id, words=quoted(words, 20)))
    return await objecting.split(ctx, held[-1], thread)


@router.command("undo", "撤销", needs=Right.SELF, fits=NOTHING, help=Texts.UNDO_HELP)
async def undo(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Take your last correction in this group back."""
    where = None if ctx.group.is_direct else ctx.group.id
    batch = mending.last_correction(await pins.last_of(ctx.store, where, ctx.speaker.id))
    if not batch:
        raise UserError(ctx.say(Texts.NOTHING))
    touched = await mending.take_back(ctx, batch)
    found = [thread for number in touched if (thread := await threads.find(ctx.store, number)) is not None]
    about = f"thread:{found[0].id}" if found else None
    if batch[0].kind is Pinned.TOPIC and found:
        tree = await topics.every(ctx.store)
        name = tree[found[0].topic].name(ctx.language) if found[0].topic in tree else ctx.say(Texts.NO_TOPIC)
        return answer(ctx.say(Texts.UNDONE_TOPIC, thread=found[0].id, topic=name), about=about)
    lines = [f"{head(thread, ctx.language)} · {state(thread, ctx.now(), ctx.language)}" for thread in found[:5]]
    return answer(ctx.say(Texts.UNDONE), *lines, about=about)


# -- what the commands share ------------------------------------------------------------------------------------------


async def _mine_to_correct(command: Command, ctx: Context[NoSettings], *, askers_too: bool = False) -> Thread:
    thread = await meant(command, ctx)
    if thread is None:
        words = {"close": "结题", "topic": "主题", "split": "拆分"}
        raise UserError(ctx.say(Texts.WHICH, command=command.name if ctx.language == "en" else words[command.name]))
    if askers_too and await is_asker(ctx, thread):
        return thread
    if askers_too and thread.group_id == ctx.group.id and not await may_work(ctx, thread):
        raise UserError(ctx.say(Texts.TOPIC_DENIED, thread=thread.id))
    await _refuse_elsewhere(ctx, thread)
    return thread


async def _refuse_elsewhere(ctx: Context[NoSettings], thread: Thread) -> None:
    if not await may_work(ctx, thread):
        raise UserError(ctx.say(pairing.Texts.ELSEWHERE, thread=thread.id))


async def _mark(ctx: Context[NoSettings], thread: Thread, mark: Mark, message: int | None = None) -> None:
    at, by = ctx.now(), ctx.speaker.id
    await pins.mark(ctx.store, mark, group=thread.group_id, thread=thread.id, at=at, by=by, message=message)
    await mending.relinker(ctx).refresh([thread.id])
