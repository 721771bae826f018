"""Rights in a group that is not the one spoken in: what an admin may decide from a direct."""

from __future__ import annotations

from typing import Any

from handlers import Context
from storage import grants, groups
from storage.grants import EVERYWHERE, Right


async def may(ctx: Context[Any], right: Right, group: int) -> bool:
    """Say whether the speaker has a right in a group, by its grants; ids that change from login to login have none."""
    return ctx.trusted and right in await grants.rights(ctx.store, ctx.speaker.id, group)


async def run_by_speaker(ctx: Context[Any]) -> list[int]:
    """Return the groups that the speaker has GROUP right in; of an owner, all."""
    if not ctx.trusted:
        return []
    found = await grants.admin_of(ctx.store, ctx.speaker.id)
    if EVERYWHERE in found:
        return [group.id for group in await groups.every(ctx.store)]
    return found
