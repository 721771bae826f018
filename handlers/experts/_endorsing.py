"""Endorsing: an expert accepts another person's answer on a topic they know; evidence like an admin's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import Command, Context, Reply, Text, UserError, answer
from handlers._events.hosting import spoke_where_asked
from handlers._experts.knowing import knows
from handlers._relink import Relinker
from handlers._threads.described import is_asker, meant
from handlers._wording import names
from handlers._wording.masking import quoted
from storage import experts, members, pins, threads
from storage.messages import Stored
from storage.outcome import Evidence, Mark, Outcome
from storage.threads import Placed, Thread

WORDS_LIMIT = 60
_OVER = {Outcome.WITHDRAWN, Outcome.INVALID}


class Texts:
    """What is said of an answer that an expert accepts."""

    HELP = Text(zh="熟这块的专家认一条别人的回答", en="as an expert on the topic, accept somebody's answer")
    DONE = Text(
        zh="#{thread} 认了{name}这句：「{words}」。提问者说没好还会打开，认错了回「撤销」。",
        en="#{thread}: accepted what {name} said: “{words}”. Its asker can still reopen it. Undo: /undo",
    )
    DONE_UNSIGNED = Text(
        zh="#{thread} 认了这句：「{words}」。提问者说没好还会打开，认错了回「撤销」。",
        en="#{thread}: accepted this answer: “{words}”. Its asker can still reopen it. Undo: /undo",
    )
    SOLVED = Text(zh="#{thread} 提问者自己说解决了，不用再认。", en="The asker of #{thread} said it is solved.")
    OVER = Text(zh="#{thread} 已经不算在问的题了。", en="#{thread} is no longer asked.")
    NO_ANSWER = Text(
        zh="#{thread} 里没有别人的回答可认；自己的回答，由提问者或管理员来认。",
        en="#{thread} has no answer of somebody else; your own is for its asker, or an admin, to accept.",
    )
    WHICH = Text(
        zh="认哪一题的回答？带上编号，像「认可 2941」，或者回复那条回答。",
        en="Which one? Add its number, as in /endorse 2941, or reply to the answer.",
    )
    NOT_YOURS = Text(
        zh="#{thread} 的回答由提问者、管理员，或说过「可以找我」又熟这块的人来认。",
        en="Answers to #{thread} are accepted by its asker, an admin, or an expert who agreed to be asked.",
    )


async def endorse(command: Command, ctx: Context[Any]) -> Reply:
    """Accept the answer that was replied to, else the last one of somebody else.

    Raises:
        UserError: None is meant, or the speaker is no expert on it, or there is no answer of another person.
    """
    thread = await meant(command, ctx)
    if thread is None:
        raise UserError(ctx.say(Texts.WHICH))
    if not await _is_expert(ctx, thread):
        raise UserError(ctx.say(Texts.NOT_YOURS, thread=thread.id))
    verdict = thread.verdict(ctx.now())
    if verdict.evidence is Evidence.CONFIRMED or verdict.outcome in _OVER:
        raise UserError(ctx.say(Texts.OVER if verdict.outcome in _OVER else Texts.SOLVED, thread=thread.id))
    replied = None if command.replied is None else command.replied.id
    out = {thread.asker, *await members.siblings(ctx.store, ctx.speaker.id)}
    accepted = chosen(await threads.content(ctx.store, thread.id), out, replied)
    if accepted is None or accepted.member_id is None:
        raise UserError(ctx.say(Texts.NO_ANSWER, thread=thread.id))
    await pins.mark(
        ctx.store, Mark.ENDORSED, group=thread.group_id, thread=thread.id, at=ctx.now(), by=ctx.speaker.id,
        message=accepted.id,
    )  # fmt: skip
    await Relinker(ctx.store, ctx.linker, ctx.topics, ctx.memories).refresh([thread.id])
    name = await names.author(ctx.store, thread.group_id, accepted.member_id, accepted.id)
    line = ctx.say(
        Texts.DONE if name else Texts.DONE_UNSIGNED,
        thread=thread.id,
        name=name,
        words=quoted(accepted.text, WORDS_LIMIT),
    )
    return answer(names.spaced(line), about=f"thread:{thread.id}")


async def _is_expert(ctx: Context[Any], thread: Thread) -> bool:
    """Say whether the speaker agreed to be asked and knows the topic of a thread that somebody else asked.

    At an expert Q&A its speakers are experts on what was asked there.
    """
    if await is_asker(ctx, thread):
        return False
    if await spoke_where_asked(ctx, thread.id):
        return True
    mine = (await experts.every(ctx.store)).get(ctx.speaker.person_id) if ctx.trusted else None
    return mine is not None and await knows(ctx, thread.topic, [mine])


def chosen(placed: Iterable[Placed], out: set[int], replied: int | None) -> Stored | None:
    """Return the answer that was replied to, else the last one, of members who are not among `out`."""
    answers = [one.message for one in placed if one.role == "answer" and one.message.member_id not in out]
    if replied is not None:
        return next((one for one in answers if one.id == replied), None)
    return answers[-1] if answers else None
