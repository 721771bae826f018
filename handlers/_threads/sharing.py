"""Sharing: from which groups members may be quoted where, as each group's setting `questions.sharing` says."""

from __future__ import annotations

from typing import Any, Literal

from handlers import Context
from storage import groups, members, memberships, settings
from storage.frames import GroupKind

Sharing = Literal["community", "group", "nobody"]
KEY = "questions.sharing"


async def quotable(ctx: Context[Any]) -> list[int]:
    """Return the groups whose members may be quoted here.

    A group that shares with the community may be quoted, and sees the others that do; one that keeps to itself is
    quoted only at home; one that shares with nobody is not quoted at all. In a direct, the groups that the member
    was seen in count as home.
    """
    set_by_group = await settings.by_group(ctx.store, KEY)
    default = set_by_group.get(settings.COMMUNITY, configured(ctx))
    every = {group.id: set_by_group.get(group.id, default) for group in await groups.every(ctx.store, GroupKind.GROUP)}
    home = await _home(ctx)
    if not ctx.group.is_direct and every.get(ctx.group.id) != "community":
        return [group for group in home if every.get(group) == "group"]
    return [group for group, shares in every.items() if shares == "community" or (shares == "group" and group in home)]


async def _home(ctx: Context[Any]) -> list[int]:
    if not ctx.group.is_direct:
        return [ctx.group.id]
    return await memberships.groups_of(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))


def configured(ctx: Context[Any]) -> str:
    """Return what groups share where nothing was set by command."""
    found = next((feature.settings for feature in ctx.features if feature.name == "questions"), None)
    return str(getattr(found, "sharing", "community"))
