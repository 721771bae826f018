"""Unfound: what is said to a question that is like none: its number, and what it lacks; no guess."""

from __future__ import annotations

from typing import Any

from handlers import Context, Text
from handlers._threads.asking import Missing, missing
from handlers._threads.sharing import quotable
from storage import topics
from storage.threads import Thread


class Texts:
    """An honest nothing."""

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


async def lines(ctx: Context[Any], thread: Thread, question: list[str]) -> list[str]:
    """Return the lines for a new question that is like none: number, topic, and what is missing."""
    topic = (await topics.every(ctx.store)).get(thread.topic)
    if not await quotable(ctx):
        first = ctx.say(Texts.UNSEARCHED, thread=thread.id)
    elif topic is None:
        first = ctx.say(Texts.NEW_NO_TOPIC, thread=thread.id)
    else:
        first = ctx.say(Texts.NEW, thread=thread.id, topic=topic.name(ctx.language))
    lacks = missing(question)
    return [first, *([_ask(ctx, lacks)] if lacks else [])]


def _ask(ctx: Context[Any], lacks: list[Missing]) -> str:
    english = ctx.language == "en"
    things = (", " if english else "，").join(ctx.say(_THINGS[what]) for what in lacks)
    line = ctx.say(Texts.ASK, count=("一样", "两样", "三样", "四样")[len(lacks) - 1], things=things)
    if not _PASTED.intersection(lacks):
        return line
    return line + (" " if english else "") + ctx.say(Texts.CLEAN)
