"""Whose words a digest may hold: another group's only where that group shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Context
from handlers._threads.sharing import quotable


async def open_to(ctx: Context[Any], wanted: Sequence[int]) -> list[int]:
    """Return those groups whose members may be quoted here: this one, and others as far as they share."""
    if list(wanted) == [ctx.group.id]:
        return list(wanted)
    shared = set(await quotable(ctx)) if ctx.member is not None or not ctx.group.is_direct else set()
    return [group for group in wanted if group == ctx.group.id or group in shared]
