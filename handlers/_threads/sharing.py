"""Sharing: from which groups members may be quoted where, as each group's setting `questions.sharing` says."""

from __future__ import annotations

from typing import Any, Literal

from handlers import Context
from storage import groups, members, memberships, settings
from storage.database import Store
from storage.frames import GroupKind
from storage.groups import Group

Sharing = Literal["community", "group", "nobody"]
KEY = "questions.sharing"


async def quotable(ctx: Context[Any]) -> list[int]:
    """Return the groups whose members may be quoted here.

    A group that shares with the community may be quoted, and sees the others that do; one that keeps to itself is
    quoted only at home; one that shares with nobody is not quoted at all. In a direct, the groups that the member
    was seen in count as home.
    """
    member = ctx.speaker.id if ctx.group.is_direct else 0
    return await quotable_in(ctx.store, ctx.group, member, configured(ctx))


async def quotable_in(store: Store, where: Group, member: int, otherwise: str) -> list[int]:
    """Return the same for a group, or for a member's direct, outside of a turn; `otherwise` is what is `configured`."""
    set_by_group = await settings.by_group(store, KEY)
    default = set_by_group.get(settings.COMMUNITY, otherwise)
    every = {group.id: set_by_group.get(group.id, default) for group in await groups.every(store, GroupKind.GROUP)}
    home = [where.id]
    if where.is_direct:
        home = await memberships.groups_of(store, await members.siblings(store, member))
    elif every.get(where.id) != "community":
        return [group for group in home if every.get(group) == "group"]
    return [group for group, shares in every.items() if shares == "community" or (shares == "group" and group in home)]


def configured(ctx: Context[Any]) -> str:
    """Return what groups share where nothing was set by command."""
    found = next((feature.settings for feature in ctx.features if feature.name == "questions"), None)
    return str(getattr(found, "sharing", "community"))
