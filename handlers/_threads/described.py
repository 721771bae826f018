"""Threads as people mean and see them: which one a command is about, and one line that says how it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers import Command, Context, Right, Text, UserError
from handlers._rights import may
from handlers._said_for import unsigned_among
from handlers._threads.sharing import quotable
from handlers._wording import durations
from handlers._wording.masking import mask
from handlers._wording.names import spaced
from storage import members, pins, threads
from storage.database import Store
from storage.groups import Group
from storage.outcome import Evidence, Outcome
from storage.pins import Pinned
from storage.threads import Thread

REMEMBERED = timedelta(days=30)  # how far back 解决了 without a number reaches
_FINISHED = {Outcome.INVALID, Outcome.WITHDRAWN}


class Texts:
    """What is said about a thread, and where none is meant."""

    NO_SUCH = Text(
        zh="没有 #{number} 这一题，看看编号对不对；找题发「找 关键词」。",
        en="There is no #{number}. Check the number, or look it up with /find WORDS.",
    )
    UNTITLED = Text(zh="（原文看不到了）", en="(its text is gone)")
    METOO = Text(zh="，同问 {count}", en=", {count} more waiting")
    NOBODY = Text(zh="，没人应过", en=", no reply yet")
    SOLVED = Text(zh="解决了，{span}", en="solved, {span}")
    ENDORSED = Text(zh="有认可的回答", en="has an accepted answer")
    LINKED = Text(zh="和 #{number} 一样，解决了", en="solved, the same as #{number}")
    INFERRED = Text(zh="提问者道过谢，应该解决了", en="the asker said thanks, probably solved")
    ANSWERED = Text(zh="有人答了，没说好没好", en="answered, outcome not told")
    WAITING = Text(zh="等了{span}", en="waiting for {span}")
    EXPIRED = Text(zh="没等到回答", en="never answered")
    WITHDRAWN = Text(zh="提问者撤回了", en="taken back by the asker")
    INVALID = Text(zh="不算问题", en="not a question")


def title(thread: Thread, language: str) -> str:
    """Return a thread's title as it may be shown."""
    return mask(thread.title) or Texts.UNTITLED.in_language(language)


def head(thread: Thread, language: str) -> str:
    """Return number and title: how a thread is pointed at."""
    return f"#{thread.id} {title(thread, language)}"


def waiting(thread: Thread, metoo: int, now: datetime, language: str) -> str:
    """Return the line of a thread that waits: 「#2941 … · 2 天，同问 4」; 没人应过 where nobody said a word to it."""
    line = f"{head(thread, language)} · {durations.rough(now - thread.facts.asked_at, language)}"
    if metoo:
        line += Texts.METOO.in_language(language, count=metoo)
    if thread.facts.first_response_at is None:
        line += Texts.NOBODY.in_language(language)
    return line


def state(thread: Thread, now: datetime, language: str) -> str:
    """Return in a few words what became of a thread."""
    verdict = thread.verdict(now)
    if verdict.outcome is Outcome.RESOLVED:
        return _resolved(thread, verdict.evidence, verdict.resolved_at or now, language)
    if verdict.outcome is Outcome.OPEN:
        span = durations.rough(now - thread.facts.asked_at, language)
        silent = "" if thread.facts.first_response_at else Texts.NOBODY.in_language(language)
        return spaced(Texts.WAITING.in_language(language, span=span)) + silent
    texts = {
        Outcome.ANSWERED: Texts.ANSWERED,
        Outcome.EXPIRED: Texts.EXPIRED,
        Outcome.WITHDRAWN: Texts.WITHDRAWN,
        Outcome.INVALID: Texts.INVALID,
    }
    return texts[verdict.outcome].in_language(language)


def _resolved(thread: Thread, evidence: Evidence | None, at: datetime, language: str) -> str:
    if evidence is Evidence.CONFIRMED:
        return Texts.SOLVED.in_language(language, span=took(thread, at, language))
    if evidence is Evidence.LINKED and thread.linked_to is not None:
        return Texts.LINKED.in_language(language, number=thread.linked_to)
    return (Texts.INFERRED if evidence is Evidence.INFERRED else Texts.ENDORSED).in_language(language)


def took(thread: Thread, at: datetime, language: str) -> str:
    """Return how long a thread took from its question to a moment."""
    return durations.exact(at - thread.facts.asked_at, language)


async def named(ctx: Context[Any], number: int) -> Thread:
    """Return the thread of a number that may be spoken of here; a merged one stands for the one it went into.

    Here means: it is of this group, or the speaker asked it, or its group lets itself be quoted.

    Raises:
        UserError: There is none, or it is none of this group's business.
    """
    thread = await threads.find(ctx.store, number) or await _merged(ctx.store, number)
    if thread is not None and (
        thread.group_id == ctx.group.id or await is_asker(ctx, thread) or thread.group_id in await quotable(ctx)
    ):
        return thread
    raise UserError(ctx.say(Texts.NO_SUCH, number=number))


async def _merged(store: Store, number: int) -> Thread | None:
    merged = [pin for pin in await pins.on(store, threads=[number]) if pin.kind is Pinned.MERGED]
    return await threads.find(store, int(merged[-1].value)) if merged else None


async def meant(command: Command, ctx: Context[Any]) -> Thread | None:
    """Return the thread that a command names, or whose post or message it replies to; None where it does neither.

    Raises:
        UserError: It names one that there is not.
    """
    number = command.number()
    if number is not None:
        return await named(ctx, number)
    if command.replied is None:
        return None
    return (await threads.holding(ctx.store, [command.replied.id])).get(command.replied.id)


async def own_latest(ctx: Context[Any]) -> list[Thread]:
    """Return the speaker's threads that 解决了 may mean, likeliest first: those not closed, by latest activity.

    In a group none that was asked there without a name: only who asked may tell that, by its number or in private.
    """
    asked = await own(ctx)
    here = [t for t in asked if ctx.now() - t.facts.last_at <= REMEMBERED]
    alive = [t for t in here if t.verdict(ctx.now()).outcome not in _FINISHED]
    return sorted(alive, key=lambda t: (t.facts.confirmed_at is None, t.facts.last_at), reverse=True)


async def own(ctx: Context[Any], limit: int = 20) -> list[Thread]:
    """Return the speaker's latest threads of where is spoken; in a group none that was asked without a name."""
    asked = await threads.asked_by(ctx.store, await members.siblings(ctx.store, ctx.speaker.id), limit=limit)
    here = [thread for thread in asked if of_place(thread, ctx.group)]
    hidden = set() if ctx.group.is_direct else await unsigned_among(ctx.store, [thread.id for thread in here])
    return [thread for thread in here if thread.id not in hidden]


def of_place(thread: Thread, group: Group) -> bool:
    """Say whether a thread belongs to where is spoken: to the group, or in a direct to any."""
    return group.is_direct or thread.group_id == group.id


async def is_asker(ctx: Context[Any], thread: Thread) -> bool:
    """Say whether the speaker asked a thread, with whichever of the person's accounts."""
    return ctx.member is not None and thread.asker in await members.siblings(ctx.store, ctx.member.id)


async def may_work(ctx: Context[Any], thread: Thread) -> bool:
    """Say whether the speaker may correct a thread, by the rights in the thread's own group."""
    return await may(ctx, Right.WORK, thread.group_id)
