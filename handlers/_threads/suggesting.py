"""Suggesting: what the bot answers to a question that looks like an older one, or like none."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from handlers import Context, Reply, Text
from handlers._threads.answers import Answer, answer_of
from handlers._threads.asked import Match, similar
from handlers._threads.asking import Missing, missing
from handlers._threads.described import head
from handlers._threads.sharing import quotable
from handlers._wording import durations, names
from handlers._wording.masking import quoted
from storage import pins, threads, topics
from storage.outcome import Evidence, Outcome
from storage.pins import Pinned
from storage.replies import Block, Body, Button, Paragraph, Plain, Quote
from storage.threads import Thread

REJECTED = "not:"  # in front of a number: the asker says that his question is not that one


class Texts:
    """An old answer in its author's own words, or an honest nothing."""

    FOUND = Text(zh="以前解决过一个很像的：", en="Something very similar was solved before:")
    FOUND_ANSWERED = Text(
        zh="以前有个很像的，有人答过，结果不明：", en="Something very similar was answered before, outcome not told:"
    )
    GIVEN = Text(zh="{name} {day}答，{proof}。", en="{name}, {day}; {proof}.")
    GIVEN_UNSIGNED = Text(zh="{day}有人答，{proof}。", en="Answered {day}; {proof}.")
    CONFIRMED = Text(zh="提问者试过可行", en="the asker tried it and it worked")
    ENDORSED = Text(zh="管理员认可过", en="an admin accepted it")
    INFERRED = Text(zh="提问者道过谢", en="the asker said thanks")
    UNTOLD = Text(zh="提问者没说结果", en="the asker did not say how it went")
    ALSO = Text(zh="也可能是 {head}", en="Or maybe {head}")
    YOURS = Text(
        zh="你这个记为 #{thread}。对上了回「解决了」，不对回「没解决」，我接着找。",
        en="Yours is #{thread}. If it fits, reply /solved; if not, reply /reopen and I go on looking.",
    )
    NEW = Text(
        zh="没找到解决过的，我不乱猜。记为 #{thread}，主题先放「{topic}」。",
        en="I found nothing that was solved before, and I do not guess. Noted as #{thread}, for now under “{topic}”.",
    )
    NEW_NO_TOPIC = Text(
        zh="没找到解决过的，我不乱猜。记为 #{thread}。",
        en="I found nothing that was solved before, and I do not guess. Noted as #{thread}.",
    )
    UNSEARCHED = Text(
        zh="记为 #{thread}。本群设了不转述，以前的答案我不引。",
        en="Noted as #{thread}. This group does not want to be quoted, so I do not search it.",
    )
    ASK = Text(
        zh="补{count}，答的人会快很多：{things}。",
        en="This would speed up an answer: {things}.",
    )
    CLEAN = Text(zh="贴之前遮掉 IP 和客户名。", en="Mask IPs and customers' names first.")
    NO_MORE = Text(
        zh="别的也没找到像的。#{thread} 还留在「还有谁在等」里，补上版本和报错，答的人会快些。",
        en="Nothing else looks like it. #{thread} stays among those that wait (/open); version and error text help.",
    )
    IN_DIRECT = Text(
        zh="没对上就到群里问一次，大家都能答；私聊里的我不记成问题。",
        en="If it does not fit, ask in the group, so that others can answer; what is said here is not logged.",
    )
    NEW_IN_DIRECT = Text(
        zh="没找到解决过的，我不乱猜。到群里问一次吧，大家都能答；私聊里的我不记成问题。",
        en="I found nothing that was solved before, and I do not guess. Ask in the group, so that others can answer; "
        "what is said here is not logged.",
    )


_LABELS = {
    "solved": Text(zh="解决了", en="Solved"),
    "reopen": Text(zh="没解决", en="Not solved"),
    "metoo": Text(zh="同问", en="Me too"),
}


class Things:
    """What is asked for where it is missing."""

    SQL = Text(zh="一条能复现的 SQL", en="a statement that shows it")
    ERROR = Text(zh="报错原文", en="the error text as it stands")
    VERSION = Text(zh="数据库版本", en="the database version")
    BEFORE = Text(zh="升级前的版本", en="the version before the upgrade")


_THINGS = {
    Missing.SQL: Things.SQL,
    Missing.ERROR: Things.ERROR,
    Missing.VERSION: Things.VERSION,
    Missing.BEFORE: Things.BEFORE,
}
_PASTED = {Missing.SQL, Missing.ERROR}


async def suggestion(ctx: Context[Any], thread: Thread) -> Reply | None:
    """Return the old answers that may fit a thread, and note which one was offered; None where none does."""
    question = await question_of(ctx, thread)
    groups = await quotable(ctx)
    left_out = {thread.id, *await _rejected(ctx, thread)}
    said, known = "\n".join(question), ctx.memories.known
    matches = await similar(ctx.store, known, said, groups, ctx.now(), topic=thread.topic, leave_out=left_out)
    if not matches:
        return None
    await threads.describe(ctx.store, thread.id, linked_to=matches[0].thread.id)
    blocks = await _blocks(ctx, matches, groups)
    blocks.append(_line(ctx.say(Texts.YOURS, thread=thread.id)))
    return Reply(Body(tuple(blocks), _buttons(ctx, thread, "solved", "reopen", "metoo")), about=f"thread:{thread.id}")


def _buttons(ctx: Context[Any], thread: Thread, *commands: str) -> tuple[Button, ...]:
    """Return buttons for what may be said of a thread; a press needs the same right as the words."""
    return tuple(Button(ctx.say(_LABELS[command]), f"/{command} {thread.id}") for command in commands)


async def other_suggestion(ctx: Context[Any], thread: Thread) -> Reply:
    """Note that what was offered does not fit, and return the next best, or that there is none."""
    if thread.linked_to is not None:
        value = f"{REJECTED}{thread.linked_to}"
        await pins.add(
            ctx.store,
            Pinned.DUPLICATE,
            group=thread.group_id,
            thread=thread.id,
            value=value,
            at=ctx.now(),
            by=ctx.speaker.id,
        )
        await threads.describe(ctx.store, thread.id, linked_to=None)
    found = await suggestion(ctx, thread)
    if found is not None:
        return found
    return Reply(Body.of(ctx.say(Texts.NO_MORE, thread=thread.id)), about=f"thread:{thread.id}")


async def in_direct(ctx: Context[Any], text: str) -> Reply:
    """Return what a question in private is like; nothing of it is kept as a thread."""
    guesses = (await ctx.memories.taught.classifier(ctx.store, ctx.topics)).topic(text)
    topic = guesses[0].topic if guesses else ""
    groups = await quotable(ctx)
    matches = await similar(ctx.store, ctx.memories.known, text, groups, ctx.now(), topic=topic)
    if not matches:
        return Reply(Body.of(ctx.say(Texts.NEW_IN_DIRECT)))
    blocks = [*await _blocks(ctx, matches, groups), _line(ctx.say(Texts.IN_DIRECT))]
    return Reply(Body(tuple(blocks)), about=f"thread:{matches[0].thread.id}")


async def mentioned_only(ctx: Context[Any], text: str) -> Reply | None:
    """Return what a text that opened no thread is like, if anything."""
    groups = await quotable(ctx)
    matches = await similar(ctx.store, ctx.memories.known, text, groups, ctx.now())
    return Reply(Body(tuple(await _blocks(ctx, matches, groups)))) if matches else None


async def new_question(ctx: Context[Any], thread: Thread) -> Reply:
    """Return the number of a question that is like none, and what it lacks: no guess, and no promise."""
    topic = (await topics.every(ctx.store)).get(thread.topic)
    if not await quotable(ctx):
        first = ctx.say(Texts.UNSEARCHED, thread=thread.id)
    elif topic is None:
        first = ctx.say(Texts.NEW_NO_TOPIC, thread=thread.id)
    else:
        first = ctx.say(Texts.NEW, thread=thread.id, topic=topic.name(ctx.language))
    lacks = missing(await question_of(ctx, thread))
    body = Body.of(first, *([_ask(ctx, lacks)] if lacks else []))
    return Reply(Body(body.blocks, _buttons(ctx, thread, "metoo")), about=f"thread:{thread.id}")


def _ask(ctx: Context[Any], lacks: list[Missing]) -> str:
    english = ctx.language == "en"
    things = (", " if english else "，").join(ctx.say(_THINGS[what]) for what in lacks)
    line = ctx.say(Texts.ASK, count=("一样", "两样", "三样", "四样")[len(lacks) - 1], things=things)
    if not _PASTED.intersection(lacks):
        return line
    return line + (" " if english else "") + ctx.say(Texts.CLEAN)


async def question_of(ctx: Context[Any], thread: Thread) -> list[str]:
    """Return what the asker said of a question."""
    return [
        placed.message.text
        for placed in await threads.content(ctx.store, thread.id)
        if placed.message.member_id == thread.asker and placed.role in {"question", "detail", "still_broken"}
    ]


async def _rejected(ctx: Context[Any], thread: Thread) -> Collection[int]:
    held = await pins.on(ctx.store, threads=[thread.id])
    values = [pin.value for pin in held if pin.kind is Pinned.DUPLICATE]
    return {int(value.removeprefix(REJECTED)) for value in values if value.startswith(REJECTED)}


async def _blocks(ctx: Context[Any], matches: list[Match], groups: Collection[int]) -> list[Block]:
    best, *others = (match.thread for match in matches)
    solved = best.verdict(ctx.now()).outcome is Outcome.RESOLVED
    blocks: list[Block] = [
        _line(ctx.say(Texts.FOUND if solved else Texts.FOUND_ANSWERED)),
        _line(head(best, ctx.language)),
    ]
    given = await answer_of(ctx.store, best, groups)
    words = "" if given is None else quoted(given.text)
    if given is not None and words:
        blocks += [Quote(words), _line(await _given(ctx, best, given))]
    blocks += [_line(ctx.say(Texts.ALSO, head=head(other, ctx.language))) for other in others[:1]]
    return blocks


async def _given(ctx: Context[Any], thread: Thread, given: Answer) -> str:
    """Return who answered, when, and whether it worked."""
    proofs = {
        Evidence.CONFIRMED: Texts.CONFIRMED,
        Evidence.ENDORSED: Texts.ENDORSED,
        Evidence.INFERRED: Texts.INFERRED,
    }
    evidence = thread.verdict(ctx.now()).evidence
    proof = ctx.say(proofs.get(evidence, Texts.UNTOLD) if evidence else Texts.UNTOLD)
    day = durations.day(given.at, ctx.now(), ctx.community.zone, ctx.language)
    name = (await names.called(ctx.store, thread.group_id, [given.member])).get(given.member, "")
    if not name:
        return ctx.say(Texts.GIVEN_UNSIGNED, day=day, proof=proof)
    return ctx.say(Texts.GIVEN, name=name, day=day, proof=proof)


def _line(text: str) -> Paragraph:
    return Paragraph((Plain(text),))
