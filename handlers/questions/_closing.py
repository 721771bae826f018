"""Closing: what the asker says about the end of a question, and whom the thanks go to."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Reply, Text, UserError, answer
from handlers._articles.told import number as numbered
from handlers._relink import Relinker
from handlers._threads import suggesting
from handlers._threads.answers import answer_of
from handlers._threads.described import is_asker, may_work, meant, own_latest, took
from handlers._wording import durations, names
from handlers.questions._credit import whom
from handlers.questions._told import told
from storage import pins, threads
from storage.outcome import Evidence, Mark, Outcome
from storage.suggestions import Verdict
from storage.threads import Thread


class Texts:
    """What is said at the end of a question."""

    SOLVED = Text(
        zh="#{thread} 结了，{span}。谢谢{name}。",
        en="#{thread} is solved after {span}. Thanks, {name}.",
    )
    SOLVED_UNSIGNED = Text(
        zh="#{thread} 结了，{span}。谢谢回答的朋友。",
        en="#{thread} is solved after {span}. Thanks to whoever answered.",
    )
    CORRECT = Text(
        zh="谢错人了回「谢 @名字」，又坏了回「没解决」。",
        en="Wrong person? Reply “/thank @name”. Broken again? Reply /reopen.",
    )
    SOLVED_OLD = Text(
        zh="#{thread} 结了，{span}，用的是{name}{since}的答案，功劳记给{name}。",
        en="#{thread} is solved after {span}, with {name}'s answer ({since}); the credit goes to {name}.",
    )
    SOLVED_OLD_UNSIGNED = Text(
        zh="#{thread} 结了，{span}，用的是 #{old} 的答案。",
        en="#{thread} is solved after {span}, with the answer of #{old}.",
    )
    SOLVED_BY_ARTICLE = Text(
        zh="#{thread} 结了，{span}，用的是「{article}」。",
        en="#{thread} is solved after {span}, with {article}.",
    )
    SOLVED_ALONE = Text(
        zh="#{thread} 结了。怎么弄好的？回一句，下一个遇到的人会谢你。",
        en="#{thread} is solved. How did you fix it? One line back, and the next one to hit it will thank you.",
    )
    SOLVED_SELF = Text(
        zh="#{thread} 结了，{span}。怎么弄好的也记下了。",
        en="#{thread} is solved after {span}, and how you did it is noted.",
    )
    OTHER = Text(
        zh="#{other} 也好了的话，回「解决了 {other}」。",
        en="If #{other} is solved as well, reply “/solved {other}”.",
    )
    NOT_YOURS = Text(
        zh="#{thread} 不是你问的，好没好要提问者本人说；管理员可以发「结题 {thread}」。",
        en="You did not ask #{thread}; only its asker can close it, or an admin with /close {thread}.",
    )
    NOT_YOURS_REOPEN = Text(
        zh="#{thread} 不是你问的，没好要提问者本人说；你也遇到了就回「同问 {thread}」。",
        en="You did not ask #{thread}; only its asker can reopen it. If you have it, too: /metoo {thread}.",
    )
    NOT_YOURS_THANKS = Text(
        zh="#{thread} 不是你问的，谢谁由提问者说。",
        en="You did not ask #{thread}; whom to thank is its asker's to say.",
    )
    NONE_OPEN = Text(
        zh="没找到你在等的题。带上编号就行，像「解决了 2941」；不记得编号，发「我的」。",
        en="I see no question of yours that waits. Add its number, as in /solved 2941; /mine shows them.",
    )
    NONE_CLOSED = Text(
        zh="没找到你最近收尾的题。带上编号就行，像「没解决 2941」；不记得编号，发「我的」。",
        en="I see no question of yours that was closed. Add its number, as in /reopen 2941; /mine shows them.",
    )
    WITHDRAWN = Text(
        zh="#{thread} 你已经撤回了，不用收尾。",
        en="You took #{thread} back; there is nothing to close.",
    )
    INVALID = Text(
        zh="#{thread} 被管理员标成了不算问题，收不了尾。标错了请管理员发「结题 {thread} 是问题」。",
        en="An admin marked #{thread} as no question. If that is wrong, ask for “/close {thread} valid”.",
    )
    REOPENED = Text(
        zh="#{thread} 重新打开了。现在什么样？报错贴一行，帮你的人好接着看。",
        en="#{thread} is open again. What does it look like now? One line of the error helps those who help you.",
    )
    STILL_OPEN = Text(
        zh="#{thread} 还开着，没收过尾。有新情况直接在群里说，带上编号。",
        en="#{thread} is open and was never closed. Tell the group what is new, with its number.",
    )
    TOO_LATE = Text(
        zh="#{thread} 是 {span}前结的，隔久了算新的一题。在群里重新问一句就行，带上 #{thread}。",
        en="#{thread} was closed {span} ago; after so long it is a new question. Ask again and mention #{thread}.",
    )
    THANKED = Text(
        zh="改好了：#{thread} 的功劳记给{name}。",
        en="Done: the credit for #{thread} goes to {name}.",
    )
    THANKED_UNSIGNED = Text(
        zh="改好了：#{thread} 的功劳换人了，那位不署名，我不提名字。",
        en="Done: the credit for #{thread} moved to somebody who prefers not to be named.",
    )
    NOT_CLOSED = Text(
        zh="#{thread} 还没收尾。先回「解决了」，再回「谢 @名字」。",
        en="#{thread} is not closed yet. Reply /solved first, then “/thank @name”.",
    )
    SOLVED_HELP = Text(zh="给自己的题收尾", en="close your own question")
    REOPEN_HELP = Text(zh="又坏了，重新打开自己的题", en="open your own question again")
    THANK_HELP = Text(zh="谢错人了，改一下", en="correct whom the thanks go to")
    SOLVED_USAGE = Text(zh="这样写：「解决了」，或者带编号「解决了 2941」。", en="Like this: /solved, or /solved 2941.")
    REOPEN_USAGE = Text(zh="这样写：「没解决」，或者带编号「没解决 2941」。", en="Like this: /reopen, or /reopen 2941.")
    THANK_USAGE = Text(
        zh="这样写：「谢 @名字」，或者「谢 2941 @名字」。", en="Like this: /thank @name, or /thank 2941 @name."
    )


def relinker(ctx: Context[Any]) -> Relinker:
    """Return the one that places messages, for this transaction."""
    return Relinker(ctx.store, ctx.linker, ctx.topics, ctx.memories)


async def solved(command: Command, ctx: Context[Any]) -> list[Reply]:
    """Close your own question: the one named, the one replied to, or your latest."""
    found = await meant(command, ctx)
    if found is not None and command.number() is None and not await is_asker(ctx, found):
        found = None  # a reply to somebody who helped in another thread: the own one is meant
    mine = await own_latest(ctx) if found is None else []
    thread = found or (mine[0] if mine else None)
    if thread is None:
        raise UserError(ctx.say(Texts.NONE_OPEN))
    if not await is_asker(ctx, thread):
        return [answer(ctx.say(Texts.NOT_YOURS, thread=thread.id), about=f"thread:{thread.id}")]
    others = [other for other in mine[1:] if other.facts.confirmed_at is None]
    return await close(ctx, thread, other=others[0] if others else None)


async def close(ctx: Context[Any], thread: Thread, *, other: Thread | None = None) -> list[Reply]:
    """Close a thread for its asker, who said so now, and return what to say; closed already, it only says so again."""
    about = f"thread:{thread.id}"
    outcome = thread.verdict(ctx.now()).outcome
    if outcome in {Outcome.WITHDRAWN, Outcome.INVALID}:
        text = Texts.WITHDRAWN if outcome is Outcome.WITHDRAWN else Texts.INVALID
        return [answer(ctx.say(text, thread=thread.id), about=about)]
    await _mark(ctx, thread)
    closed = await threads.find(ctx.store, thread.id) or thread
    lines = await _closed(ctx, closed)
    if other is not None:
        lines.append(ctx.say(Texts.OTHER, other=other.id))
    return [answer(*lines, about=about), *await told(ctx, [closed])]


async def _mark(ctx: Context[Any], thread: Thread) -> None:
    """Pin that the asker says it works, now; said in words before, that stands."""
    if thread.facts.confirmed_at is None:
        await pins.mark(
            ctx.store, Mark.SOLVED, group=thread.group_id, thread=thread.id, at=ctx.now(), by=ctx.speaker.id
        )
        await relinker(ctx).refresh([thread.id])
    closed = await threads.find(ctx.store, thread.id)
    if closed is not None:
        await credit_old_answer(ctx, closed)


async def credit_old_answer(ctx: Context[Any], thread: Thread) -> None:
    """Give the credit to the old answer that was offered, where the asker closed a thread that nobody answered."""
    at = thread.facts.confirmed_at
    if at is None or thread.facts.accepted is not None:
        return
    await suggesting.helped(ctx, thread)
    if thread.linked_to is None:
        return
    old = await answer_of(ctx.store, thread)
    if old is not None:
        group, by = thread.group_id, ctx.speaker.id
        await pins.mark(ctx.store, Mark.SOLVED, group=group, thread=thread.id, at=at, by=by, message=old.message)
        await relinker(ctx).refresh([thread.id])


async def _closed(ctx: Context[Any], thread: Thread) -> list[str]:
    span = took(thread, thread.facts.confirmed_at or ctx.now(), ctx.language)
    solver = thread.facts.solver
    article = await suggesting.by_article(ctx, thread) if solver is None else None
    if article is not None:
        named = numbered(article, ctx.language)
        return [ctx.say(Texts.SOLVED_BY_ARTICLE, thread=thread.id, span=span, article=named)]
    if solver is None or solver == thread.asker:
        return [ctx.say(Texts.SOLVED_ALONE if solver is None else Texts.SOLVED_SELF, thread=thread.id, span=span)]
    name = await names.author(ctx.store, thread.group_id, solver, thread.facts.accepted)
    if thread.facts.first_answer_at is None and thread.linked_to is not None:
        return [await _by_old_answer(ctx, thread, thread.linked_to, span)]
    text = Texts.SOLVED if name else Texts.SOLVED_UNSIGNED
    return [names.spaced(ctx.say(text, thread=thread.id, span=span, name=name)), ctx.say(Texts.CORRECT)]


async def _by_old_answer(ctx: Context[Any], thread: Thread, old: int, span: str) -> str:
    origin = await threads.find(ctx.store, old)
    given = await answer_of(ctx.store, thread)
    name = ""
    if origin is not None and given is not None:
        name = await names.author(ctx.store, origin.group_id, given.member, given.message)
    if not name or given is None:
        return ctx.say(Texts.SOLVED_OLD_UNSIGNED, thread=thread.id, span=span, old=old)
    since = durations.since(given.at, ctx.now(), ctx.community.zone, ctx.language)
    return names.spaced(ctx.say(Texts.SOLVED_OLD, thread=thread.id, span=span, name=name, since=since))


async def reopen(command: Command, ctx: Context[Any]) -> Thread | Reply:
    """Open a question again that was closed within a week; return it as it is where it was never closed.

    Only its asker may; an admin, too, where an admin closed it.

    Raises:
        UserError: There is none, or it was closed too long ago.
    """
    thread = await meant(command, ctx)
    if thread is None:
        mine = await own_latest(ctx)
        thread = max(mine, key=lambda found: found.facts.confirmed_at or found.facts.asked_at, default=None)
    if thread is None:
        raise UserError(ctx.say(Texts.NONE_CLOSED))
    about = f"thread:{thread.id}"
    verdict = thread.verdict(ctx.now())
    by_admin = verdict.evidence in {Evidence.ENDORSED, Evidence.LINKED} and await may_work(ctx, thread)
    if not await is_asker(ctx, thread) and not by_admin:
        return answer(ctx.say(Texts.NOT_YOURS_REOPEN, thread=thread.id), about=about)
    facts = thread.facts
    if verdict.resolved_at is None and not (facts.thanked_at or facts.linked_at or facts.withdrawn_at):
        return thread
    await pins.mark(ctx.store, Mark.REOPENED, group=thread.group_id, thread=thread.id, at=ctx.now(), by=ctx.speaker.id)
    await suggesting.taken_back(ctx, thread.id, Verdict.SOLVED)
    await relinker(ctx).refresh([thread.id])
    left = await threads.find(ctx.store, thread.id)
    if left is not None and (closed_at := left.verdict(ctx.now()).resolved_at) is not None:
        span = durations.rough(ctx.now() - closed_at, ctx.language)
        raise UserError(ctx.say(Texts.TOO_LATE, thread=thread.id, span=span))  # takes the mark back as well
    return answer(ctx.say(Texts.REOPENED, thread=thread.id), about=about)


async def thank(command: Command, ctx: Context[Any]) -> Reply:
    """Correct whom the thanks go to: a name, or a reply to the message that helped."""
    thread = await meant(command, ctx)
    if thread is None or (command.replied is not None and command.number() is None):
        mine = [found for found in await own_latest(ctx) if found.facts.confirmed_at is not None]
        thread = max(mine, key=lambda found: found.facts.confirmed_at or found.facts.asked_at, default=thread)
    if thread is None:
        raise UserError(ctx.say(Texts.NONE_CLOSED))
    about = f"thread:{thread.id}"
    if not await is_asker(ctx, thread) and not await may_work(ctx, thread):
        return answer(ctx.say(Texts.NOT_YOURS_THANKS, thread=thread.id), about=about)
    if thread.facts.confirmed_at is None and thread.facts.endorsed_at is None:
        return answer(ctx.say(Texts.NOT_CLOSED, thread=thread.id), about=about)
    member, message = await whom(command, ctx, thread)
    # At the time of the close, so that the close does not move; an endorsement has the time of its answer anyway.
    at = thread.facts.confirmed_at or ctx.now()
    mark = Mark.SOLVED if thread.facts.confirmed_at else Mark.ENDORSED
    await pins.mark(ctx.store, mark, group=thread.group_id, thread=thread.id, at=at, by=ctx.speaker.id, message=message)
    await relinker(ctx).refresh([thread.id])
    name = await names.author(ctx.store, thread.group_id, member, message)
    text = Texts.THANKED if name else Texts.THANKED_UNSIGNED
    return answer(names.spaced(ctx.say(text, thread=thread.id, name=name)), about=about)
