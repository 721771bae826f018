"""Also: who has the same question says 同问, by command, by reply or in words to the bot."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Reply, Text, UserError, answer
from handlers._said_for import unsigned_among
from handlers._threads.described import is_asker, meant
from handlers.questions import _ended as ended
from storage import metoo as metoos
from storage.outcome import Outcome
from storage.threads import Thread


class Texts:
    """What is said to whoever has a question that was asked already."""

    METOO = Text(
        zh="#{thread} 的同问记下了，有结果在群里说。",
        en="Noted that you have #{thread} as well; the group will hear of the result.",
    )
    METOO_IN_PRIVATE = Text(
        zh="#{thread} 的同问记下了，有结果告诉你。", en="Noted that you have #{thread} as well; I tell you the result."
    )
    METOO_ANSWERED = Text(
        zh="#{thread} 的同问记下了。已经有人答过，发「看 {thread}」先试试。",
        en="Noted that you have #{thread} as well. It has an answer already: /show {thread}.",
    )
    METOO_KNOWN = Text(
        zh="#{thread} 你同问过了，现在一共 {count} 人同问。",
        en="You are among the {count} who said so of #{thread}.",
    )
    METOO_OWN = Text(
        zh="#{thread} 就是你问的。好了回「解决了」。",
        en="You asked #{thread} yourself. Once it is solved, reply /solved.",
    )
    METOO_SOLVED = Text(
        zh="#{thread} 已经解决了，发「看 {thread}」就能看到怎么弄的。",
        en="#{thread} is solved: /show {thread} tells how.",
    )
    METOO_GONE = Text(
        zh="#{thread} 已经不算在问的题了。你也遇到的话，直接在群里问。",
        en="#{thread} is no longer asked. If you have it, ask in the group.",
    )
    METOO_WHICH = Text(
        zh="同问哪一题？带上编号，像「同问 2941」，或者回复说那一题的消息。",
        en="Which one? Add its number, as in /metoo 2941, or reply to a message about it.",
    )
    METOO_HELP = Text(zh="我也遇到了，有结果告诉我", en="I have it as well, tell me the result")


async def metoo(command: Command, ctx: Context[Any]) -> Reply:
    """Say that you have the same question."""
    thread = await meant(command, ctx)
    if thread is None:
        raise UserError(ctx.say(Texts.METOO_WHICH))
    return await note(thread, ctx)


async def note(thread: Thread, ctx: Context[Any]) -> Reply:
    """Note that the speaker has a thread's question as well, and return what to say: the answer where there is one."""
    about = f"thread:{thread.id}"
    outcome = thread.verdict(ctx.now()).outcome
    own = await is_asker(ctx, thread)
    if own and (ctx.group.is_direct or not await unsigned_among(ctx.store, [thread.id])):
        return answer(ctx.say(Texts.METOO_OWN, thread=thread.id), about=about)
    if outcome is Outcome.RESOLVED:
        return await _solved(thread, ctx)
    if outcome in {Outcome.INVALID, Outcome.WITHDRAWN}:
        return answer(ctx.say(Texts.METOO_GONE, thread=thread.id), about=about)
    # Who asked without a name is answered like anybody here, and noted for nothing.
    if not own and not await metoos.add(ctx.store, thread.id, ctx.speaker.id, ctx.now(), group=ctx.group.id):
        count = (await metoos.counts(ctx.store, [thread.id])).get(thread.id, 1)
        return answer(ctx.say(Texts.METOO_KNOWN, thread=thread.id, count=count), about=about)
    text = Texts.METOO_IN_PRIVATE if ctx.group.is_direct else Texts.METOO
    text = Texts.METOO_ANSWERED if outcome is Outcome.ANSWERED else text
    return Reply(answer(ctx.say(text, thread=thread.id)).body, about=about, gather=f"metoo:{thread.id}")


async def _solved(thread: Thread, ctx: Context[Any]) -> Reply:
    """Return how it was solved, which is all that somebody who says 同问 now can want."""
    about, words = f"thread:{thread.id}", await ended.solution(ctx, thread)
    if words is None:
        return answer(ctx.say(Texts.METOO_SOLVED, thread=thread.id), about=about)
    shows = ctx.say(ended.Texts.SHOW, thread=thread.id)
    return answer(words, ctx.say(ended.Texts.MORE, shows=shows), about=about)
