"""Where a digest goes and of which groups it tells: the group's own, or those of its segment or of the community."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from handlers import Context
from handlers.digest._open import open_to, told_of
from handlers.digest._settings import FEATURE, Settings
from storage import groups, memberships, schedules, segments
from storage.groups import Group
from storage.schedules import Schedule
from storage.segments import Kind, Segment

MOSTLY = 0.5  # with so many of a group's members in another one, they have read there what both have in common


@dataclass(frozen=True, slots=True)
class Telling:
    """Of which groups a digest tells.

    Attributes:
        name: Of the community, or of the segment.
        common: The groups that figures, topics, answers and thanks are told of.
        own: The groups whose open questions are told.
        elsewhere: The group in which most members of this one read the common part anyway.
    """

    name: str
    common: tuple[int, ...]
    own: tuple[int, ...]
    elsewhere: Group | None = None


async def telling(ctx: Context[Settings]) -> Telling:
    """Return of which groups the digest of this group tells, as its `scope` says.

    Groups that keep to themselves are told of nowhere else, and read of themselves alone.
    """
    own = tuple(await told_of(ctx, [ctx.group.id]))
    name, wanted = await _scope(ctx)
    common = await open_to(ctx, wanted)
    if ctx.group.id not in common or len(common) < 2 or own != (ctx.group.id,):
        return Telling(ctx.community.name, own, own)
    return Telling(name, tuple(common), own, await _elsewhere(ctx, common))


async def _scope(ctx: Context[Settings]) -> tuple[str, list[int]]:
    """Return the groups that have one digest in common, and what they are called together."""
    if ctx.settings.scope == "community":
        return ctx.community.name, [group.id for group in await groups.every(ctx.store)]
    theirs = await segments.of_group(ctx.store, ctx.group.id) if ctx.settings.scope == "segment" else []
    if not theirs:
        return ctx.community.name, [ctx.group.id]
    narrow = max(theirs, key=lambda segment: list(Kind).index(segment.kind))  # a region is narrower than an industry
    return _named(ctx, narrow), await segments.inside(ctx.store, narrow)


def _named(ctx: Context[Any], segment: Segment) -> str:
    between = " " if ctx.language == "en" else ""
    return between.join(part for part in (ctx.community.name, segment.value) if part)


async def _elsewhere(ctx: Context[Any], common: Sequence[int]) -> Group | None:
    """Return the group in which most members of this one read the common part; None where they read it here."""
    found = told_in(common, await memberships.in_both(ctx.store, common)).get(ctx.group.id)
    return None if found is None else await groups.get(ctx.store, found)


def told_in(common: Sequence[int], both: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Return for each group whose members mostly are in another one, where the common part is told, that other one.

    So nobody is told the same in five groups. The oldest group is always told; of several, the one with most in common
    counts. `both` holds how many persons are in two groups, and under (group, group) how many are in one.
    """
    told: list[int] = []
    instead: dict[int, int] = {}
    for group in sorted(common):
        size = both.get((group, group), 0)
        best = max(told, key=lambda other: both.get((group, other), 0), default=None)
        if best is not None and both.get((group, best), 0) > MOSTLY * size:
            instead[group] = best
        else:
            told.append(group)
    return instead


# -- spread -----------------------------------------------------------------------------------------------------------


async def wait(ctx: Context[Settings], schedule: Schedule) -> timedelta:
    """Return how long the post of a group waits after its due instant.

    The groups of an account that are due together are spread evenly, in the order of their ids, so that each group
    waits equally long every week. A rule of seconds is not spread.
    """
    if schedule.rule.startswith("every"):
        return timedelta()
    mine = set(await groups.of_account(ctx.store, ctx.group.account_id or 0))
    together = [group for group in await due_together(ctx, schedule) if group in mine]
    if ctx.group.id not in together:
        return timedelta()
    return timedelta(minutes=ctx.settings.spread) * together.index(ctx.group.id) / len(together)


async def due_together(ctx: Context[Settings], schedule: Schedule) -> list[int]:
    """Return the groups whose digests are due at the same instants, in the order of their ids."""
    return sorted(
        other.group_id
        for other in await schedules.active(ctx.store)
        if (other.feature, other.name) == (FEATURE, schedule.name)
        and (other.rule, other.zone) == (schedule.rule, schedule.zone)
    )
