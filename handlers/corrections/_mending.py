"""Mending: what corrections do to threads: split, merge, take out, and take a correction back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from classifiers import BURST_GAP
from handlers import Context
from handlers._relink import Relinker
from handlers._threads.suggesting import REJECTED, taken_back
from storage import groups, members, messages, metoo, pairs, pins, threads
from storage.messages import CARRIED, UNSIGNED, Stored
from storage.outcome import Mark, Outcome
from storage.pairs import Decision
from storage.pins import Pin, Pinned
from storage.suggestions import Verdict
from storage.threads import Placed, Thread


def relinker(ctx: Context[Any]) -> Relinker:
    """Return the one that places messages, for this transaction."""
    return Relinker(ctx.store, ctx.linker, ctx.topics, ctx.memories)


def starts(placed: Sequence[Placed], member: int | None, opener: int) -> list[Stored]:
    """Return where the bursts of a member (None: of anybody) in a thread begin, but for the one that opened it."""
    found: list[Stored] = []
    before: Stored | None = None
    for message in (p.message for p in placed):
        if member is not None and message.member_id != member:
            before = None
            continue
        goes_on = before is not None and before.member_id == message.member_id and message.at - before.at <= BURST_GAP
        if not goes_on:
            found.append(message)
        before = message
    first = next((p.message for p in placed if p.message.id == opener), None)
    return [m for m in found if first is None or m.order > first.order]


async def split(ctx: Context[Any], message: Stored) -> Thread | None:
    """Let a message open a thread of its author; place everything after it anew; return the thread."""
    await pins.add(ctx.store, Pinned.OPENS, group=message.group_id, at=ctx.now(), by=ctx.speaker.id, message=message.id)
    await relinker(ctx).again(message)
    return (await threads.holding(ctx.store, [message.id])).get(message.id)


async def take_out(ctx: Context[Any], wanted: Sequence[Stored]) -> None:
    """Take messages out of their thread, for good."""
    for message in wanted:
        await pins.add(
            ctx.store, Pinned.THREAD, group=message.group_id, at=ctx.now(), by=ctx.speaker.id, message=message.id
        )
    await relinker(ctx).again(min(wanted, key=lambda message: message.order))


async def same_asker(ctx: Context[Any], one: Thread, other: Thread) -> bool:
    """Say whether two threads of one group were asked by the same person, as everybody may know."""
    if any([await _unsigned(ctx, thread) for thread in (one, other)]):
        return False  # else a merge would tell whose question it is that was asked without a name
    return one.group_id == other.group_id and other.asker in await members.siblings(ctx.store, one.asker)


async def join(ctx: Context[Any], earlier: Thread, later: Thread) -> int:
    """Let the messages of a thread join an earlier one of the same asker, with their roles, marks and 同问.

    Returns how many moved. What a linker would say of them without their own thread is no guide to their roles, so
    these are pinned, too.
    """
    store, group, at, by = ctx.store, earlier.group_id, ctx.now(), ctx.speaker.id
    moved = await threads.content(store, later.id)
    for pin in await pins.on(store, threads=[later.id]):
        if pin.kind is Pinned.MARK:
            mark, said_at, said_by, message = Mark(pin.value), pin.at, pin.by_member, pin.message_id
            await pins.mark(store, mark, group=group, thread=earlier.id, at=said_at, by=said_by, message=message)
    for placed in moved:
        moving = placed.message.id
        await pins.add(store, Pinned.THREAD, group=group, at=at, by=by, thread=earlier.id, message=moving)
        await pins.add(store, Pinned.ROLE, group=group, at=at, by=by, message=moving, value=placed.role)
    first, value = later.first_message, str(earlier.id)
    await pins.add(store, Pinned.MERGED, group=group, at=at, by=by, thread=later.id, message=first, value=value)
    await metoo.bring(store, later.id, earlier.id, at)
    await relinker(ctx).again(moved[0].message)
    return len(moved)


async def repeat(ctx: Context[Any], origin: Thread, copy: Thread) -> None:
    """Note that a thread repeats another's; its asker waits for that one's result, or has it in a solved one."""
    store, group, at, by = ctx.store, copy.group_id, ctx.now(), ctx.speaker.id
    await pins.add(store, Pinned.DUPLICATE, group=group, at=at, by=by, thread=copy.id, value=str(origin.id))
    await threads.describe(store, copy.id, duplicate_of=origin.id, linked_to=origin.id)
    await pairs.settle(store, origin.id, copy.id, Decision.SAME, at, by)
    if origin.verdict(at).outcome is Outcome.RESOLVED:
        await pins.mark(store, Mark.LINKED, group=group, thread=copy.id, at=at, by=by)
        await relinker(ctx).refresh([copy.id])
    else:
        await metoo.add(store, origin.id, copy.asker, at, group=await _asked_in(ctx, copy))
        await metoo.bring(store, copy.id, origin.id, at)


async def _asked_in(ctx: Context[Any], thread: Thread) -> int:
    """Return where a thread's asker is told of it: in private, if the question was carried from there."""
    opener = await messages.get(ctx.store, thread.first_message)
    direct = await groups.direct_of(ctx.store, thread.asker) if CARRIED in opener.flags else None
    return thread.group_id if direct is None else direct.id


async def _unsigned(ctx: Context[Any], thread: Thread) -> bool:
    return UNSIGNED in (await messages.get(ctx.store, thread.first_message)).flags


def last_correction(latest: Sequence[Pin]) -> Sequence[Pin]:
    """Return the pins of one correction among a member's latest of one moment, oldest first.

    A credit that is moved is pinned at the time of the close, and taken back without it.
    """
    return latest[-1:] if latest and latest[-1].value == Mark.SOLVED else latest


async def take_back(ctx: Context[Any], batch: Sequence[Pin]) -> list[int]:
    """Undo the pins of one correction, and return the threads that it was about."""
    for pin in [*batch, *await _copied(ctx, batch)]:
        await pins.undo(ctx.store, pin.id, ctx.now())
    for pin in batch:
        await _restore(ctx, pin)
    placing = {pin.message_id for pin in batch if pin.kind in {Pinned.THREAD, Pinned.OPENS, Pinned.ROLE}} - {None}
    if placing:
        found = await messages.several(ctx.store, [message for message in placing if message is not None])
        await relinker(ctx).again(found[0])
    about = {pin.thread_id for pin in batch if pin.thread_id is not None}
    left = [thread for thread in sorted(about) if await threads.find(ctx.store, thread) is not None]
    await relinker(ctx).refresh(left)
    return left + await _of_messages(ctx, placing, left)


async def _restore(ctx: Context[Any], pin: Pin) -> None:
    """Give a thread its link or its number back, where an undone pin took it."""
    if pin.thread_id is None:
        return
    if pin.kind is Pinned.DUPLICATE and pin.value.startswith(REJECTED):
        await threads.describe(ctx.store, pin.thread_id, linked_to=int(pin.value.removeprefix(REJECTED)))
        await taken_back(ctx, pin.thread_id, Verdict.REJECTED)
    elif pin.kind is Pinned.DUPLICATE:
        await threads.describe(ctx.store, pin.thread_id, duplicate_of=None, linked_to=None)
        await pairs.settle(ctx.store, int(pin.value), pin.thread_id, None, ctx.now(), ctx.speaker.id)
        await _unlink(ctx, pin.thread_id)
        await metoo.take_back(ctx.store, [int(pin.value)], pin.at)
    elif pin.kind is Pinned.MERGED and await threads.find(ctx.store, pin.thread_id) is None:
        await metoo.take_back(ctx.store, [int(pin.value)], pin.at)
        opener = await messages.get(ctx.store, pin.message_id or 0)
        await threads.open_thread(ctx.store, opener, title="", imported=opener.replayed, number=pin.thread_id)


async def _unlink(ctx: Context[Any], thread: int) -> None:
    """Take back the links that time brought, when what it repeats was solved."""
    for pin in await pins.on(ctx.store, threads=[thread]):
        if pin.kind is Pinned.MARK and pin.value == Mark.LINKED and pin.by_member is None:
            await pins.undo(ctx.store, pin.id, ctx.now())


async def _copied(ctx: Context[Any], batch: Iterable[Pin]) -> list[Pin]:
    """Return the marks that a merge brought to its target."""
    merged = next((pin for pin in batch if pin.kind is Pinned.MERGED and pin.thread_id is not None), None)
    if merged is None:
        return []
    origin, target = merged.thread_id, int(merged.value)
    marks = [pin for pin in await pins.on(ctx.store, threads=[origin or 0, target]) if pin.kind is Pinned.MARK]
    brought = {(pin.value, pin.at, pin.by_member, pin.message_id) for pin in marks if pin.thread_id == origin}
    return [
        pin
        for pin in marks
        if pin.thread_id == target and (pin.value, pin.at, pin.by_member, pin.message_id) in brought
    ]


async def _of_messages(ctx: Context[Any], wanted: Iterable[int | None], known: Sequence[int]) -> list[int]:
    places = await threads.places(ctx.store, [message for message in wanted if message is not None])
    return sorted({thread for thread, _ in places.values()} - set(known))
