"""Pairs: finds threads that look like one question, tells which links count, and offers what a person has to decide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from classifiers._similar.index import Index
from classifiers._similar.likeness import by_topic
from handlers import Context
from handlers._settings import context_of
from handlers._threads.sharing import quotable
from handlers._threads.suggesting import REJECTED
from storage import groups, pairs, pins, settings, suggestions, threads, wording
from storage.groups import Group
from storage.outcome import Mark, Outcome
from storage.pairs import Pair
from storage.pins import Pinned
from storage.suggestions import Offered, Verdict
from storage.threads import Thread

FRESH = timedelta(hours=24)  # how far back a look reaches for what nobody looked at
BACK = timedelta(days=30)  # how far back a question that waits may be the same
SETTLING = timedelta(minutes=10)  # a question is looked at when its asker has said it whole
MANY = 150  # questions that wait; more are not held against each other in one look
NEAR = 4  # candidates for one question, among those that wait and among those that were answered
AT_ONCE = 10  # questions of one look: each takes some ten milliseconds of a transaction
# Measured on the chat of two groups (57 threads, 1,596 pairs): all three known repetitions lie above, no other pair.
LIKE = 0.23
TWICE = 2  # a pair is offered at most so often
EDITION = timedelta(hours=12)  # one edition for all admins
_WAITS = {Outcome.OPEN, Outcome.ANSWERED, Outcome.EXPIRED}
_HELPS = {Outcome.RESOLVED, *_WAITS}


class Looked:
    """The threads that were looked at by this process; a cache: another one looks again, and finds them noted."""

    def __init__(self) -> None:
        self.threads: set[int] = set()


async def note_new(ctx: Context[Any]) -> int:
    """Note which of the latest threads look like an older one that is open to their group, and return how many do."""
    looked = ctx.memories.cache(Looked).threads
    every = {group.id: group for group in await groups.every(ctx.store) if not group.is_direct}
    waiting = await pairs.asked_since(ctx.store, every, ctx.now() - BACK)
    fresh = [one for one in waiting if one.id not in looked and _is_fresh(ctx, one) and one.group_id in every]
    if not fresh:
        return 0
    open_ones = [one for one in waiting if one.verdict(ctx.now()).outcome in _WAITS][-MANY:]
    index = await _index(ctx, open_ones)
    count = 0
    for thread in fresh[:AT_ONCE]:
        looked.add(thread.id)
        count += await _note(ctx, thread, every[thread.group_id], index)
    looked.intersection_update({one.id for one in waiting})
    return count


def _is_fresh(ctx: Context[Any], thread: Thread) -> bool:
    age = ctx.now() - thread.facts.asked_at
    return not thread.imported and SETTLING <= age <= FRESH and thread.duplicate_of is None


async def _index(ctx: Context[Any], wanted: Collection[Thread]) -> Index:
    """Return the questions that nobody may have answered yet, to be searched: the store of old answers has them not."""
    index = Index()
    asked = await wording.questions(ctx.store, {thread.id for thread in wanted})
    for thread in wanted:
        index.put(thread.id, thread.group_id, asked.get(thread.id, ""))
    return index


async def _note(ctx: Context[Any], thread: Thread, group: Group, waiting: Index) -> bool:
    """Note the older thread that is most like one, where it is like enough."""
    question = (await wording.questions(ctx.store, [thread.id])).get(thread.id, "")
    there = await _in_group(ctx, group)
    open_to, left_out = await quotable(there), {thread.id, *await _rejected(ctx, thread)}
    known = await ctx.memories.known.caught_up(ctx.store)
    hits = [
        hit.key for index in (known, waiting) for hit in index.find(question, open_to, leave_out=left_out, limit=NEAR)
    ]
    found = [one for one in (await threads.several(ctx.store, hits)).values() if _may_be(ctx, one, thread)]
    asked = await wording.questions(ctx.store, [one.id for one in found])
    weighed = [
        (by_topic(known.likeness(question, asked.get(one.id, "")), one.topic, thread.topic), -one.id) for one in found
    ]
    likeness, number = max(weighed, default=(0.0, 0))
    return likeness >= LIKE and await pairs.note(ctx.store, thread.id, -number, likeness, ctx.now())


def _may_be(ctx: Context[Any], older: Thread, thread: Thread) -> bool:
    """Say whether two threads may be one question; what repeats a third one is left to that."""
    return older.id < thread.id and older.duplicate_of is None and older.verdict(ctx.now()).outcome in _HELPS


async def _in_group(ctx: Context[Any], group: Group) -> Context[Any]:
    feature = next(one for one in ctx.features if one.name == "corrections")
    return context_of(ctx, feature, await settings.overrides(ctx.store, group.id), group)


async def _rejected(ctx: Context[Any], thread: Thread) -> set[int]:
    """Return the threads of which it was said already that they are, or are not, what a thread asks."""
    held = await pins.on(ctx.store, threads=[thread.id])
    said = {int(pin.value.removeprefix(REJECTED)) for pin in held if pin.kind is Pinned.DUPLICATE}
    offered = await suggestions.of_thread(ctx.store, thread.id)
    return said | {one.target for one in offered if one.kind is Offered.THREAD and one.verdict is Verdict.REJECTED}


# -- links ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Links:
    """The threads that are to count as linked from now on, and those that no longer do."""

    new: list[Thread]
    gone: list[Thread]


async def links(ctx: Context[Any]) -> Links:
    """Return which threads that repeat another point at a solved one by now, and which do not any more."""
    copies = [copy for copy in await pairs.repeating(ctx.store) if not copy.imported]
    origins = await threads.several(ctx.store, {copy.duplicate_of or 0 for copy in copies})
    found = Links([], [])
    for copy in copies:
        origin, now = origins.get(copy.duplicate_of or 0), ctx.now()
        solved = origin is not None and origin.verdict(now).outcome is Outcome.RESOLVED
        waits = copy.verdict(now).outcome in _WAITS
        if solved and waits and copy.facts.linked_at is None and not await _contested(ctx, copy):
            found.new.append(copy)
        elif waits and not solved and copy.facts.linked_at is not None:
            found.gone.append(copy)
    return found


async def _contested(ctx: Context[Any], copy: Thread) -> bool:
    """Say whether it was said of a thread that it still waits, after it was linked to another."""
    held = await pins.on(ctx.store, threads=[copy.id])
    linked = max((pin.at for pin in held if pin.kind is Pinned.DUPLICATE), default=None)
    broken = [pin.at for pin in held if pin.kind is Pinned.MARK and pin.value == Mark.REOPENED]
    return any(linked is None or at >= linked for at in broken)


# -- offers ---------------------------------------------------------------------------------------------------------


async def offers(ctx: Context[Any], run: Collection[int], limit: int) -> list[Pair]:
    """Return the pairs that admins of groups may decide, at most twice each, and note that they were offered."""
    found: list[Pair] = []
    for pair in await pairs.undecided(ctx.store):
        again = pair.offered_at is not None and ctx.now() - pair.offered_at < EDITION  # to another admin
        if len(found) < limit and (again or pair.offered < TWICE) and await _is_open(ctx, pair, run):
            found.append(pair)
            if not again:
                await pairs.offered(ctx.store, [pair], ctx.now())
    return found


async def _is_open(ctx: Context[Any], pair: Pair, run: Collection[int]) -> bool:
    both = await threads.several(ctx.store, [pair.thread, pair.earlier])
    later, earlier = both.get(pair.thread), both.get(pair.earlier)
    if later is None or earlier is None or later.duplicate_of is not None or earlier.duplicate_of == later.id:
        return False
    waits = later.group_id in run and later.verdict(ctx.now()).outcome in _WAITS
    return waits and earlier.id not in await _rejected(ctx, later)
