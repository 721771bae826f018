"""Who carries where, in words: names of members and groups, and the list of couriers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from handlers import Context, Right, Text
from handlers._carrying import called
from handlers._rights import may
from handlers._wording import names
from storage import couriers, groups, members
from storage.couriers import Carriage, Courier
from storage.groups import Group


class Texts:
    """What the list says."""

    NOBODY = Text(zh="还没有群要人代发。", en="No group has a courier yet.")
    LIST = Text(zh="靠人代发的群：", en="Groups with couriers:")
    LINE = Text(zh="{group}：{names}", en="{group}: {names}")
    DROPPED = Text(zh="{group}不再有人代发。", en="Nobody carries to {group} any more.")
    WAITS_FOR_THEM = Text(zh="{name}（还没答应）", en="{name} (has not agreed)")
    WAITS_FOR_YOU = Text(
        zh="{name}（等你点头：「代发 准 {number}」）", en="{name} (waits for /courier accept {number})"
    )
    MINE = Text(zh="你代发：{groups}", en="You carry to {groups}")


async def listed(ctx: Context[Any]) -> list[str]:
    """Return who carries where, as far as the speaker runs those groups; and what the speaker carries."""
    every = await couriers.every(ctx.store)
    own = await members.siblings(ctx.store, ctx.speaker.id)
    lines = []
    for key, some in groupby(every, key=lambda one: one.group):
        if await may(ctx, Right.GROUP, key):
            lines.append(await line(ctx, await groups.get(ctx.store, key), list(some)))
    mine = [one.group for one in every if one.member in own and one.carries]
    told = [ctx.say(Texts.LIST), *lines] if lines else []
    told += [ctx.say(Texts.MINE, groups=await groups_of(ctx, mine))] if mine else []
    return told or [ctx.say(Texts.NOBODY)]


async def line(ctx: Context[Any], group: Group, some: Sequence[Courier]) -> str:
    if not some:
        return ctx.say(Texts.DROPPED, group=called(group))
    shown = []
    for one in some:
        name = await names_of(ctx, [one.member])
        if one.agreed_at is None:
            name = ctx.say(Texts.WAITS_FOR_THEM, name=name)
        elif one.named_at is None:
            name = ctx.say(Texts.WAITS_FOR_YOU, name=name, number=one.id)
        shown.append(name)
    return ctx.say(Texts.LINE, group=called(group), names="、".join(shown))


async def names_of(ctx: Context[Any], wanted: Sequence[int]) -> str:
    found = await members.several(ctx.store, wanted)
    return "、".join(names.call_name(found[member].name) or found[member].key for member in wanted)


async def groups_of(ctx: Context[Any], wanted: Sequence[int]) -> str:
    return "、".join([called(await groups.get(ctx.store, group)) for group in wanted])


async def numbered(ctx: Context[Any], rest: Sequence[Carriage]) -> str:
    return "、".join([f"{one.id} {called(await groups.get(ctx.store, one.group))}" for one in rest])
