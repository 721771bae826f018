"""Of which groups a digest tells, and whose words it may hold: another group's only where that group shares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from handlers import Context
from handlers._threads.sharing import quotable
from storage import groups

EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def open_to(ctx: Context[Any], wanted: Sequence[int]) -> list[int]:
    """Return those groups whose members may be quoted here: this one, and others as far as they share."""
    if list(wanted) == [ctx.group.id]:
        return list(wanted)
    shared = set(await quotable(ctx)) if ctx.member is not None or not ctx.group.is_direct else set()
    return [group for group in wanted if group == ctx.group.id or group in shared]


async def told_of(ctx: Context[Any], wanted: Sequence[int], since: datetime = EVER) -> list[int]:
    """Return the groups that a digest tells of: the wanted ones, but for a group in which nobody listens all others.

    Of such a group, to which the bot can only post, nothing was seen since a time, live or imported. It is told of the
    groups of which something was ever, as far as they share.
    """
    if list(wanted) != [ctx.group.id] or await groups.spans(ctx.store, wanted, since, ctx.now()):
        return list(wanted)
    every = [group.id for group in await groups.every(ctx.store)]
    seen = {span.group_id for span in await groups.spans(ctx.store, every, EVER, ctx.now())}
    return await open_to(ctx, sorted(seen)) or list(wanted)
