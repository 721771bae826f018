"""Suggesting: what the bot answers to a question that looks like an older one, or like none."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from handlers import Context, Reply, Text
from handlers._drafting.switch import is_on
from handlers._threads import offering, unfound
from handlers._threads.choosing import choose
from handlers._threads.offering import line
from handlers._threads.promising import promise
from storage import pins, suggestions, threads
from storage.pins import Pinned
from storage.replies import Body, Button
from storage.suggestions import Offered, Suggestion, Verdict
from storage.threads import Thread

REJECTED = "not:"  # in front of a number: the asker says that his question is not that one


class Texts:
    """What follows an old answer: the number of the question, and both exits in one word."""

    YOURS = Text(
        zh="你这个记为 #{thread}。对上了回「解决了」，不对回「没解决」，我接着找。",
        en="Yours is #{thread}. If it fits, reply /solved; if not, reply /reopen and I go on looking.",
    )
    UNASKED = Text(
        zh="你这个记为 #{thread}。对上了回「解决了」，不对回「没解决」；不回也没事。",
        en="Yours is #{thread}. If it fits, reply /solved; if not, reply /reopen. No reply is fine, too.",
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
    FOR_YOU = Text(zh="不想自己问，发「问」加上问题，我替你问。", en="To have me ask for you: /ask and the question.")


_LABELS = {
    "solved": Text(zh="解决了", en="Solved"),
    "reopen": Text(zh="没解决", en="Not solved"),
    "metoo": Text(zh="同问", en="Me too"),
    "explain": Text(zh="展开讲讲", en="Tell me more"),
}


async def suggestion(ctx: Context[Any], thread: Thread) -> Reply | None:
    """Return the old answers that may fit a thread, and note which one was offered; None where none does."""
    return await _offer(ctx, thread, unasked=False)


async def unasked(ctx: Context[Any], thread: Thread) -> Reply | None:
    """Return the same for a question that was not put to the bot: only what is more like it, and only once."""
    if await suggestions.of_thread(ctx.store, thread.id):
        return None
    return await _offer(ctx, thread, unasked=True)


async def _offer(ctx: Context[Any], thread: Thread, *, unasked: bool) -> Reply | None:
    left_out = {thread.id, *await _rejected(ctx, thread)}
    every = await suggestions.of_thread(ctx.store, thread.id)
    articles = {one.target for one in every if one.kind is Offered.ARTICLE and one.verdict is Verdict.REJECTED}
    said = "\n".join(await question_of(ctx, thread))
    choice = await choose(ctx, said, topic=thread.topic, threads=left_out, articles=articles, unasked=unasked)
    if not choice:
        return None
    kind, target, likeness = choice.first
    if kind is Offered.THREAD:
        await threads.describe(ctx.store, thread.id, linked_to=target)
    await suggestions.offer(ctx.store, thread.id, kind, target, likeness=likeness, at=ctx.now(), unasked=unasked)
    text = Texts.UNASKED if unasked else Texts.YOURS
    blocks = [*await offering.shown(ctx, choice), line(ctx.say(text, thread=thread.id))]
    about, key = f"thread:{thread.id}", f"suggest:{thread.id}" if unasked else None
    more = ["explain"] if await is_on(ctx) else []
    buttons = _buttons(ctx, thread, "solved", "reopen", "metoo", *more)
    return Reply(Body(tuple(blocks), buttons), about=about, key=key)


def _buttons(ctx: Context[Any], thread: Thread, *commands: str) -> tuple[Button, ...]:
    """Return buttons for what may be said of a thread; a press needs the same right as the words."""
    return tuple(Button(ctx.say(_LABELS[command]), f"/{command} {thread.id}") for command in commands)


async def other_suggestion(ctx: Context[Any], thread: Thread) -> Reply:
    """Note that what was offered does not fit, and return the next best, or that there is none."""
    await _reject(ctx, thread)
    found = await suggestion(ctx, thread)
    if found is not None:
        return found
    lines = [ctx.say(unfound.Texts.NO_MORE, thread=thread.id), *await promise(ctx, thread)]
    return Reply(Body.of(*lines), about=f"thread:{thread.id}")


async def _reject(ctx: Context[Any], thread: Thread) -> None:
    offer = await offered(ctx, thread)
    if offer is not None:
        await suggestions.settle(ctx.store, offer.id, Verdict.REJECTED, ctx.now())
    if thread.linked_to is None or (offer is not None and offer.kind is Offered.ARTICLE):
        return
    value, group, by = f"{REJECTED}{thread.linked_to}", thread.group_id, ctx.speaker.id
    await pins.add(ctx.store, Pinned.DUPLICATE, group=group, thread=thread.id, value=value, at=ctx.now(), by=by)
    await threads.describe(ctx.store, thread.id, linked_to=None)


# -- what the asker says of it --------------------------------------------------------------------------------------


async def offered(ctx: Context[Any], thread: Thread) -> Suggestion | None:
    """Return what was offered to a thread last, unless its asker rejected that."""
    every = await suggestions.of_thread(ctx.store, thread.id)
    return every[-1] if every and every[-1].verdict is not Verdict.REJECTED else None


async def was_offered(ctx: Context[Any], thread: Thread) -> bool:
    """Say whether something was offered to a thread that 没解决 can mean."""
    return thread.linked_to is not None or await offered(ctx, thread) is not None


async def helped(ctx: Context[Any], thread: Thread) -> None:
    """Note that what was offered to a thread last solved it: its asker says so, and nobody answered it."""
    offer = await offered(ctx, thread)
    if offer is not None and offer.verdict is None:
        await suggestions.settle(ctx.store, offer.id, Verdict.SOLVED, ctx.now())


async def by_article(ctx: Context[Any], thread: Thread) -> int | None:
    """Return the article that solved a thread, as its asker said."""
    offer = await offered(ctx, thread)
    solved = offer is not None and offer.kind is Offered.ARTICLE and offer.verdict is Verdict.SOLVED
    return offer.target if offer is not None and solved else None


async def taken_back(ctx: Context[Any], thread: int, verdict: Verdict) -> None:
    """Forget the last time that the asker of a thread said this of what was offered; it stays offered."""
    said = [offer for offer in await suggestions.of_thread(ctx.store, thread) if offer.verdict is verdict]
    if said:
        await suggestions.settle(ctx.store, said[-1].id, None, ctx.now())


# -- where there is no thread ---------------------------------------------------------------------------------------


async def in_direct(ctx: Context[Any], text: str) -> Reply:
    """Return what a question in private is like; nothing of it is kept as a thread."""
    guesses = (await ctx.memories.taught.classifier(ctx.store, ctx.topics)).topic(text)
    choice = await choose(ctx, text, topic=guesses[0].topic if guesses else "")
    if not choice:
        return Reply(Body.of(_then(ctx, Texts.NEW_IN_DIRECT)))
    blocks = [*await offering.shown(ctx, choice), line(_then(ctx, Texts.IN_DIRECT))]
    kind, target, _ = choice.first
    return Reply(Body(tuple(blocks)), about=f"{kind}:{target}")


def _then(ctx: Context[Any], text: Text) -> str:
    """Return what to do next; that the bot can ask for somebody is said only where it can."""
    if all(feature.name != "ask" for feature in ctx.features):
        return ctx.say(text)
    return ctx.say(text) + (" " if ctx.language == "en" else "") + ctx.say(Texts.FOR_YOU)


async def mentioned_only(ctx: Context[Any], text: str) -> Reply | None:
    """Return what a text that opened no thread is like, if anything."""
    choice = await choose(ctx, text)
    return Reply(Body(tuple(await offering.shown(ctx, choice)))) if choice else None


async def new_question(ctx: Context[Any], thread: Thread) -> Reply:
    """Return the number of a question that is like none, what it lacks, and what comes next: no guess."""
    lines = await unfound.lines(ctx, thread, await question_of(ctx, thread))
    body = Body.of(*lines, *await promise(ctx, thread))
    return Reply(Body(body.blocks, _buttons(ctx, thread, "metoo")), about=f"thread:{thread.id}")


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
