"""The board: once a day, if there is something new, what waits in a group; problems and no names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import Body, Purpose, Reply, Text
from handlers._threads.blocked import blocked
from handlers._threads.described import waiting as line
from handlers.escalation._here import Here
from handlers.escalation._waiting import Waiting
from storage import metoo, outbox, rungs
from storage.rungs import Rung

MOST = 5
WORTH = timedelta(minutes=30)  # for all groups of an account to get theirs; later it may no longer be true


class Texts:
    """What is said around the questions."""

    CALLED = Text(zh="求助榜", en="board")
    HEAD = Text(zh="求助榜，这些题还在等一句话：", en="The board: these still wait for a word:")
    HEAD_ONE = Text(zh="求助榜，这题还在等一句话：", en="The board: this one still waits for a word:")
    HOW = Text(
        zh="知道一点也有用，在群里带上编号说就行。看前情：发「看 {number}」。",
        en="A little helps: say it here with its number. What was said so far: /show {number}.",
    )


def chosen(due: Sequence[Waiting], most: int = MOST) -> list[Waiting]:
    """Return what the board shows: what it never showed goes before the rest, and longest waits stand first.

    Nothing where nothing is new.
    """
    new = [one for one in due if not one.has(Rung.BOARD)]
    if not new:
        return []
    known = [one for one in due if one.has(Rung.BOARD)]
    return sorted([*new, *known][:most], key=lambda one: one.thread.facts.asked_at)


async def board(place: Here, found: Sequence[Waiting], key: str) -> Reply | None:
    """Return the board of a group, and keep what stands on it.

    None where it says nothing new, was posted under this key before, or the week is full.
    """
    ctx = place.ctx
    if await outbox.by_key(ctx.store, key) is not None:
        return None
    kept_out = await blocked(ctx)
    due = [
        one
        for one in found
        if one.reaches(place.rungs.board_after) and not one.blind and not kept_out.keeps_out(one.thread)
    ]
    shown = chosen(due)
    if not shown or not await place.week_allows():
        return None
    for one in shown:
        await rungs.take(ctx.store, one.thread.id, Rung.BOARD, ctx.now(), post=key)
    told = await metoo.counts(ctx.store, [one.thread.id for one in shown])
    lines = [line(one.thread, told.get(one.thread.id, 0), ctx.now(), ctx.language) for one in shown]
    first = shown[0].thread.id
    head = ctx.say(Texts.HEAD_ONE if len(shown) == 1 else Texts.HEAD)
    body = Body.of(head, *lines, ctx.say(Texts.HOW, number=first))
    about = f"thread:{first}" if len(shown) == 1 else None
    expires_at = ctx.now() + WORTH
    return Reply(body, group=ctx.group.id, purpose=Purpose.REMINDER, key=key, about=about, expires_at=expires_at)
