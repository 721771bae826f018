"""Segments by command: an admin says what a group is for, so that digests and figures can speak of its like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers import Command, Context, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._meant import NAMED, group_meant, title
from handlers._rights import run_by_speaker
from handlers._wording.segments import all_called, called
from storage import groups, segments
from storage.groups import Group
from storage.segments import Kind, Segment

Settings = NoSettings
LISTED = 6
_CLEAR = "-"
_KINDS = {"industry": Kind.INDUSTRY, "行业": Kind.INDUSTRY, "region": Kind.REGION, "区域": Kind.REGION}
_KINDS |= {"地区": Kind.REGION, "general": Kind.GENERAL, "总群": Kind.GENERAL}
_ASKED = re.compile(
    rf"(?:(?:(?P<name>{NAMED}) )??"
    r"(?:(?P<general>总群|general)|(?P<kind>行业|industry|区域|地区|region)群? (?P<value>\S.{0,19})|(?P<clear>-)))?"
)


class Texts:
    """What is said about segments."""

    HELP = Text(
        zh="这个群是总群、哪个行业的，还是哪个地方的", en="What this group is for: general, an industry, a region"
    )
    USAGE = Text(
        zh="「分群 总群」「分群 行业 金融」「分群 区域 成都」；去掉「分群 -」「分群 区域 -」；看：「分群」。"
        "私聊带上群名。",
        en="/segment general, /segment industry finance, /segment region Chengdu; clear: /segment -; see: /segment."
        " In private with the group's name first.",
    )
    NONE = Text(
        zh="{group}还没分群。这样分：「分群 总群」「分群 行业 金融」「分群 区域 成都」",
        en="{group} has no segment. Give one: /segment general, /segment industry finance, /segment region Chengdu",
    )
    IS = Text(zh="{group}：{names}", en="{group}: {names}")
    IS_NOW = Text(
        zh="{group}记为{names}，{others}。去掉：「分群 -」", en="{group} is {names} now, {others}. Undo: /segment -"
    )
    ALONE = Text(zh="同类的暂时只有它", en="so far the only one")
    LIKE_IT = Text(zh="同类的还有 {count} 个群", en="with {count} more like it")
    CLEARED = Text(zh="{group}不再分群。", en="{group} has no segment any more.")
    MORE = Text(zh="还有 {count} 个群。", en="{count} groups more.")


router = Router(Settings)


@router.command(
    "segment",
    "分群",
    needs=Right.GROUP,
    fits=re.sub(r"\?P<\w+>", "?:", _ASKED.pattern),
    help=Texts.HELP,
    usage=Texts.USAGE,
    anywhere=True,
)
async def segment(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Give a group a segment, show what it has, or take it away; in a direct of the group that is named."""
    found = _ASKED.fullmatch(command.args)
    if found is None:
        raise UserError(ctx.say(Texts.USAGE))
    if not any(found.groups()) and ctx.group.is_direct:
        return answer(*await _listed(ctx))
    group = await group_meant(ctx, found["name"] or "")
    if not any((found["general"], found["kind"], found["clear"])):
        return answer(await _shown(ctx, group))
    if found["clear"] or found["value"] == _CLEAR:
        await segments.clear(ctx.store, group.id, [_KINDS[found["kind"]]] if found["kind"] else list(Kind))
        left = await segments.of_group(ctx.store, group.id)
        return answer(await _shown(ctx, group) if left else ctx.say(Texts.CLEARED, group=_name(group)))
    return answer(await _given(ctx, group, Segment(_KINDS[found["general"] or found["kind"]], found["value"] or "")))


async def _given(ctx: Context[Any], group: Group, wanted: Segment) -> str:
    await segments.give(ctx.store, group.id, wanted)
    like_it = len(await segments.inside(ctx.store, wanted)) - 1
    others = ctx.say(Texts.LIKE_IT, count=like_it) if like_it else ctx.say(Texts.ALONE)
    return ctx.say(Texts.IS_NOW, group=_name(group), names=called(wanted, ctx.language), others=others)


async def _shown(ctx: Context[Any], group: Group) -> str:
    found = await segments.of_group(ctx.store, group.id)
    if not found:
        return ctx.say(Texts.NONE, group=_name(group))
    return ctx.say(Texts.IS, group=_name(group), names=all_called(found, ctx.language))


async def _listed(ctx: Context[Any]) -> Sequence[str]:
    """Return the groups that the speaker runs with their segments, one on a line."""
    mine = set(await run_by_speaker(ctx))
    if len(mine) < 2:
        return [await _shown(ctx, await group_meant(ctx))]
    every = await segments.of_groups(ctx.store)
    found = [group for group in await groups.every(ctx.store) if group.id in mine]
    lines = [_line(ctx, group, every.get(group.id, [])) for group in found[:LISTED]]
    return [*lines, ctx.say(Texts.MORE, count=len(found) - LISTED)] if len(found) > LISTED else lines


def _line(ctx: Context[Any], group: Group, found: Sequence[Segment]) -> str:
    return ctx.say(Texts.IS, group=_name(group), names=all_called(found, ctx.language) or "-")


def _name(group: Group) -> str:
    return f"「{title(group)}」"
