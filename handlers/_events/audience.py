"""Whose groups an event is for: those of its segments, or all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from handlers import Context
from storage import groups, segments
from storage.events import Event
from storage.groups import Group
from storage.segments import Segment


async def groups_for(ctx: Context[Any], event: Event) -> list[Group]:
    """Return the groups that an event is announced in, heard by a bot or not; without targets it is for all."""
    return (await audiences(ctx, [event]))[event.id]


async def audiences(ctx: Context[Any], events: Collection[Event]) -> dict[int, list[Group]]:
    """Return the groups that each of several events is for, by event."""
    every = await groups.every(ctx.store)
    theirs = await segments.of_groups(ctx.store) if any(event.targets for event in events) else {}
    return {event.id: [group for group in every if _is_for(event, theirs.get(group.id, ()))] for event in events}


def _is_for(event: Event, theirs: Sequence[Segment]) -> bool:
    return not event.targets or not set(event.targets).isdisjoint(theirs)
