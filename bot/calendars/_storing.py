"""Keeps what a file of events holds: each once by its identity, however often it is read; drafts change with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from bot.calendars._found import Broken, Entry
from handlers._events.making import make
from storage import events, recurring
from storage.companies import folded
from storage.database import Store
from storage.events import Event, Plan, State


@dataclass(slots=True)
class Taken:
    """What became of the entries of a file: numbers of events and of rules, and what was left alone."""

    new: list[int] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: int = 0
    left: list[Broken] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wish:
    """How entries are kept: as drafts or published, when, and how far ahead those that recur are made."""

    state: State
    now: datetime
    ahead: timedelta


async def keep(store: Store, entries: Iterable[Entry], wish: Wish, taken: Taken) -> None:
    """Keep entries, and count what became of them. Nothing is posted of what is published so."""
    for entry in entries:
        if entry.rule:
            await _rule(store, entry, wish, taken)
        else:
            await _event(store, entry, wish, taken)


async def _event(store: Store, entry: Entry, wish: Wish, taken: Taken) -> None:
    known = await events.by_uid(store, entry.uid)
    if known is not None:
        await _known(store, known, entry, wish, taken)
        return
    if entry.cancelled:
        taken.same += 1
        return
    number = await events.add(store, entry.plan, at=wish.now, uid=entry.uid)
    if number is None:
        taken.same += 1
        return
    if wish.state is State.PUBLISHED:
        await events.publish(store, number, wish.now)
    taken.new.append(number)


async def _known(store: Store, known: Event, entry: Entry, wish: Wish, taken: Taken) -> None:
    before = Plan(**{name.name: getattr(known, name.name) for name in fields(Plan)})
    after = replace(before, **{name: getattr(entry.plan, name) for name in entry.tells})
    gone = entry.cancelled and known.state is not State.CANCELLED
    if (_likened(after) == _likened(before) or known.state is State.CANCELLED) and not gone:
        taken.same += 1
    elif known.state is State.PUBLISHED:
        how = "events cancel" if gone else "events edit, or events postpone"
        taken.left.append(Broken(entry.where, f"is {known.number}, which is published; change it with {how}"))
    elif gone:
        await events.cancel(store, known.id, wish.now)
        taken.changed.append(known.id)
    else:
        await events.change(store, known.id, after, wish.now)
        taken.changed.append(known.id)


def _likened(plan: Plan) -> Plan:
    """Return a plan in which nothing is told by the order of hosts, targets or by how a company is written."""
    speakers = tuple(replace(one, company=folded(one.company)) for one in plan.speakers)
    hosts = tuple(sorted(folded(name) for name in plan.hosts))
    return replace(plan, speakers=speakers, hosts=hosts, targets=tuple(sorted(plan.targets)))


async def _rule(store: Store, entry: Entry, wish: Wish, taken: Taken) -> None:
    known = await recurring.by_uid(store, entry.uid)
    if known is not None:
        if (known.rule, known.except_on) == (entry.rule, entry.except_on) or entry.cancelled:
            taken.same += 1
        else:
            taken.left.append(Broken(entry.where, f"is R{known.id}; change it with events rules R{known.id}"))
        return
    if entry.cancelled:
        taken.same += 1
        return
    number = await recurring.add(
        store, entry.rule, entry.plan, state=wish.state, except_on=entry.except_on, uid=entry.uid
    )
    rule = None if number is None else await recurring.find(store, number)
    if rule is None:
        taken.same += 1
        return
    taken.rules.append(rule.id)
    taken.new += await make(store, rule, wish.now, wish.ahead)
