"""Which group an admin means: the one spoken in, or in private the one that is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import normalize

from handlers import Context, Text, UserError
from handlers._rights import run_by_speaker
from handlers._wording.masking import mask
from storage import groups
from storage.groups import Group

NAMED = r"(?:「[^」\n]{1,60}」|[^\n]{1,60}?)"  # of a command's arguments: a group's name, quoted or not
LISTED = 5


class Texts:
    """What is said where no group, or more than one, is meant."""

    ADMINS = Text(
        zh="这个要群管理员来发。想收尾自己的题，回「解决了」。",
        en="This one is for the group's admins. To close your own question, reply “solved” (/solved).",
    )
    ELSEWHERE = Text(
        zh="这里只管本群。别的群，私聊我带上群名说。",
        en="Here it is about this group. For another one, tell me in private, with its name.",
    )
    WHICH = Text(
        zh="你管着几个群：{names}。带上群名再说一次。", en="You run {names}. Say it again with a group's name."
    )
    NOT_YOURS = Text(
        zh="你管的群里没有「{name}」，有：{names}。", en="None of your groups is called {name}. You run {names}."
    )
    SEVERAL = Text(zh="叫「{name}」的有几个：{names}。", en="Several are called {name}: {names}.")
    MORE = Text(zh="等 {count} 个", en="{count} in all")


async def group_meant(ctx: Context[Any], name: str = "") -> Group:
    """Return the group that is meant; in a direct only one that the speaker runs, by name, number or platform id.

    Without a name it is the one that the speaker runs. Whether there is a group that is run by others, is not told.

    Raises:
        UserError: None is meant, or several are; says which there are.
    """
    wanted = _folded(name.strip("「」"))
    if not ctx.group.is_direct:
        if wanted and wanted not in _names(ctx.group):
            raise UserError(ctx.say(Texts.ELSEWHERE))
        return ctx.group
    mine = await _run(ctx)
    if not wanted and len(mine) > 1:
        raise UserError(ctx.say(Texts.WHICH, names=_listed(ctx, mine)))
    found = [group for group in mine if wanted in _names(group)] if wanted else mine
    found = found or [group for group in mine if wanted in _folded(group.name)]
    if not found:
        raise UserError(ctx.say(Texts.NOT_YOURS, name=mask(name), names=_listed(ctx, mine)))
    if len(found) > 1:
        raise UserError(ctx.say(Texts.SEVERAL, name=mask(name), names=_listed(ctx, found, numbered=True)))
    return found[0]


async def _run(ctx: Context[Any]) -> list[Group]:
    mine = set(await run_by_speaker(ctx))
    found = [group for group in await groups.every(ctx.store) if group.id in mine]
    if not found:
        raise UserError(ctx.say(Texts.ADMINS))
    return found


def _names(group: Group) -> set[str]:
    return {_folded(group.name), _folded(group.key), str(group.id)} - {""}


def _folded(name: str) -> str:
    """Return a name as names are compared; commands come with their widths and spaces evened out."""
    return " ".join(normalize("NFKC", name).casefold().split())


def _listed(ctx: Context[Any], found: Sequence[Group], *, numbered: bool = False) -> str:
    names = [f"{group.id} {title(group)}" if numbered else title(group) for group in found[:LISTED]]
    more = [ctx.say(Texts.MORE, count=len(found))] if len(found) > LISTED else []
    return ("、" if ctx.language != "en" else ", ").join([*names, *more])


def title(group: Group) -> str:
    """Return what people call a group."""
    return group.name or group.key
