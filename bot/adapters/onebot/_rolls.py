"""The account's groups as the implementation tells of them: names, sizes and, once a day, what members are called."""

from __future__ import annotations

import asyncio

from bot.adapters import Roll
from bot.adapters._parse import Raw, identifier, integer, table, words
from bot.adapters.onebot._frames import PLATFORM
from bot.adapters.onebot._wire import ActionError, Link
from storage.frames import Place
from storage.sanitize import label

PACE = 0.5  # seconds between two lists: whoever asks for sixty at once is looked at by QQ
LIST_SECONDS = 60.0  # for one list; an implementation that has to ask QQ takes its time


async def rolls(link: Link, *, cards: bool, pace: float = PACE) -> list[Roll]:
    """Ask for the groups and, one after the other, for their members; a group that tells none has no cards.

    Raises:
        OSError: The connection is gone, or the groups are not told.
    """
    try:
        found = listed(await link.call("get_group_list", {"no_cache": True}))
    except ActionError as error:
        raise ConnectionError(str(error)) from error
    if not cards:
        return found
    told = []
    for roll in found:
        told.append(Roll(roll.place, roll.size, await _cards(link, roll.place.key)))
        await asyncio.sleep(pace)
    return told


def listed(groups: object) -> list[Roll]:
    """Return the groups in an answer, with their sizes."""
    found = [table(group) for group in groups] if isinstance(groups, list) else []
    return [
        Roll(Place(PLATFORM, key, name=label(words(group.get("group_name")))), integer(group.get("member_count")))
        for group in found
        if (key := identifier(group.get("group_id")))
    ]


def named(members: object) -> dict[str, str]:
    """Return what the members in an answer are called: by their cards, else by their nicknames."""
    found = [table(member) for member in members] if isinstance(members, list) else []
    pairs = ((identifier(member.get("user_id")), _name(member)) for member in found)
    return {member: name for member, name in pairs if member and name}


def _name(member: Raw) -> str:
    return label(words(member.get("card"))) or label(words(member.get("nickname")))


async def _cards(link: Link, group: str) -> dict[str, str]:
    key = int(group) if group.removeprefix("-").isdigit() else group
    try:
        return named(await link.call("get_group_member_list", {"group_id": key}, timeout=LIST_SECONDS))
    except ActionError:
        return {}
