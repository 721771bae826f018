"""Of which groups somebody may be told figures: of those one is in; of others by the rights one has there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Context, Right, Text, UserError
from handlers._meant import Texts as Meant
from handlers._meant import group_meant
from handlers._rights import may, run_by_speaker
from handlers.stats._asked import Asked, Reach
from storage import groups, members, memberships, segments


class Texts:
    """What is said where the groups that are asked for are not the speaker's to see."""

    NOWHERE = Text(zh="你还没在我在的群里说过话，没有数可看。", en="You have not spoken in any of my groups yet.")
    YOURS = Text(zh="你在的 {count} 个群", en="your {count} groups")
    NOT_ALL = Text(
        zh="全部群的数要所有者来看。本群的：「统计 本群」，公开的在社区周报里。",
        en="The figures of all groups are for the owners. Of this group: /stats here; what is public is in the digest.",
    )
    NOT_SEGMENT = Text(
        zh="同类群有 {count} 个，你管着 {mine} 个，别的群的数要那边的管理员来看。本群的：「统计 本群」。",
        en="There are {count} groups of this kind and you run {mine}; the others are for their admins. "
        "Yours: /stats here.",
    )
    NO_SEGMENT = Text(
        zh="这个群还没有分群标签，不知道和谁同类。管理员可以设：「分群 行业 金融」。",
        en="This group has no segment yet, so there are none like it. An admin can say: /segment industry finance.",
    )
    SEGMENT_WHERE = Text(
        zh="「同类群」在群里发，我才知道是哪一类。", en="Say it in a group, so that I know of which kind."
    )
    ALIKE = Text(zh="同类群（{count} 个）", en="groups of this kind ({count})")
    ALL = Text(zh="全部群（{count} 个）", en="all groups ({count})")


async def groups_of(ctx: Context[Any], asked: Asked) -> list[int]:
    """Return the groups that are meant: this one; in a direct those the speaker speaks in or runs.

    Raises:
        UserError: There is none, or they are not the speaker's to see.
    """
    if asked.group:
        return [(await group_meant(ctx, asked.group)).id]
    if asked.reach is Reach.ALL:
        return await _all(ctx)
    if asked.reach is Reach.SEGMENT:
        return await _alike(ctx)
    return [ctx.group.id] if not ctx.group.is_direct else await _own(ctx)


async def run(ctx: Context[Any], asked: Asked) -> list[int]:
    """Return the groups that are meant, all of which the speaker runs.

    Raises:
        UserError: There is none, or the speaker does not run one of them.
    """
    mine = await run_by_speaker(ctx)
    if not mine:
        raise UserError(ctx.say(Meant.ADMINS))
    if asked.reach is Reach.HERE and ctx.group.is_direct and not asked.group:
        return mine
    wanted = await groups_of(ctx, asked)
    if not set(wanted) <= set(mine):
        raise UserError(ctx.say(Meant.ADMINS))
    return wanted


async def label(ctx: Context[Any], asked: Asked, wanted: Sequence[int]) -> str:
    """Return what groups are called in a heading."""
    if asked.reach is not Reach.HERE:
        text = Texts.ALL if asked.reach is Reach.ALL else Texts.ALIKE
        return ctx.say(text, count=len(wanted))
    if len(wanted) == 1:
        group = await groups.get(ctx.store, wanted[0])
        return group.name or group.key
    return ctx.community.name or ctx.say(Texts.YOURS, count=len(wanted))


async def _all(ctx: Context[Any]) -> list[int]:
    if not await may(ctx, Right.GLOBAL, ctx.group.id):
        raise UserError(ctx.say(Texts.NOT_ALL))
    return [group.id for group in await groups.every(ctx.store)]


async def _alike(ctx: Context[Any]) -> list[int]:
    """Return the groups that share a segment with this one, where the speaker runs them all."""
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.SEGMENT_WHERE))
    carried = await segments.of_group(ctx.store, ctx.group.id)
    if not carried:
        raise UserError(ctx.say(Texts.NO_SEGMENT))
    found = {group for one in carried for group in await segments.inside(ctx.store, one)}
    mine = found.intersection(await run_by_speaker(ctx))
    if mine != found:
        raise UserError(ctx.say(Texts.NOT_SEGMENT, count=len(found), mine=len(mine)))
    return sorted(found)


async def _own(ctx: Context[Any]) -> list[int]:
    spoken_in = await memberships.groups_of(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
    every = {group.id for group in await groups.every(ctx.store)}
    found = sorted(every & {*spoken_in, *await run_by_speaker(ctx)})
    if not found:
        raise UserError(ctx.say(Texts.NOWHERE))
    return found
