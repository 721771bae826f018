"""Whose groups an event is for: those of its segments, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Context
from storage import groups, segments
from storage.events import Event
from storage.groups import Group


async def groups_for(ctx: Context[Any], event: Event) -> list[Group]:
    """Return the groups that an event is announced in, heard by a bot or not; without targets it is for all."""
    every: Sequence[Group] = await groups.every(ctx.store)
    if not event.targets:
        return list(every)
    theirs = await segments.of_groups(ctx.store)
    wanted = set(event.targets)
    return [group for group in every if wanted.intersection(theirs.get(group.id, ()))]
