"""Settings of a group by command: what holds, from where, and how to change it; and quiet."""

from __future__ import annotations

import re
from typing import Any

from handlers import Command, Context, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._meant import NAMED, group_meant
from handlers.settings import _changing as changing
from handlers.settings import _known as known
from handlers.settings import _overview as overviews
from handlers.settings import _quiet as quiets
from handlers.settings._known import Place
from handlers.settings._until import SHAPE

Settings = NoSettings
_ALL = frozenset({"all", "全部", "全社区"})
_KEY = r"(?!\S+\.conf\b)[a-z_]{2,30}\.[a-z_]{2,40}"  # postgresql.conf is no setting of ours
_OF = rf"(?:「[^」\n]{{1,60}}」|[^\n]{{0,59}}群|{'|'.join(_ALL)})"  # a group's name where no key follows
_TABLE = r"[a-z_]{3,20}"
_ASKED = re.compile(
    rf"(?:(?P<name>{NAMED}) )??(?P<key>{_KEY})(?: (?P<value>(?s:.+)))?|(?:(?P<of>{_OF}) ?)?(?P<table>{_TABLE})?"
)
_BACK = frozenset({"off", "关"})


class Texts:
    """What is said about settings and quiet."""

    HELP = Text(zh="看、改本群的设置", en="Show and change this group's settings")
    USAGE = Text(
        zh="看：「设置」「设置 digest」；改：「设置 digest.when 周五 18:00」；还原：「设置 digest.when -」。"
        "私聊带上群名：「设置 成都群 digest」。",
        en="See: /settings, /settings digest; change: /settings digest.when fri 18:00; undo: /settings digest.when -;"
        " in private with the group's name first.",
    )
    OWNERS = Text(
        zh="所有群一起改，要所有者来。你管的群，带上群名说。",
        en="Only an owner sets it for all groups. For a group of yours, say its name.",
    )
    HELP_QUIET = Text(
        zh="不发周报和提醒，只答 @；「安静 到周一」", en="Post nothing unasked here, for good or /quiet until mon"
    )
    HELP_BACK = Text(zh="周报和提醒恢复", en="Digests and reminders again")


router = Router(Settings)


@router.command(
    "settings",
    "设置",
    needs=Right.GROUP,
    fits=re.sub(r"\?P<\w+>", "?:", _ASKED.pattern),
    help=Texts.HELP,
    usage=Texts.USAGE,
    anywhere=True,
)
async def show_or_change(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show the settings of a group, or change one; in a direct of the group that is named, or, by an owner, of all."""
    found = _ASKED.fullmatch(command.args)
    if found is None:
        raise UserError(ctx.say(Texts.USAGE))
    where = await _place(ctx, found["name"] or found["of"] or "")
    if found["table"]:
        return answer(*overviews.of_table(ctx, found["table"], where))
    if not found["key"]:
        return answer(*await overviews.overview(ctx, where, quiets.told(ctx, where.layers.merged)))
    setting = known.find(ctx, found["key"], where)
    if not found["value"]:
        return answer(overviews.line(ctx, setting), ctx.say(Texts.USAGE))
    return answer(await changing.change(ctx, setting, found["value"].strip()))


async def _place(ctx: Context[Any], name: str) -> Place:
    """Return the group that is meant; in a direct an owner who names none means all.

    Raises:
        UserError: It is none of the speaker's.
    """
    owns = ctx.group.is_direct and Right.GLOBAL in ctx.rights
    if name in _ALL and not owns:
        raise UserError(ctx.say(Texts.OWNERS))
    if name in _ALL or (owns and not name):
        return await known.place(ctx, None)
    return await known.place(ctx, await group_meant(ctx, name))


@router.command(
    "quiet",
    "安静",
    needs=Right.GROUP,
    fits=rf"(?:on|off|开|关|{SHAPE})?",
    help=Texts.HELP_QUIET,
    usage=quiets.Texts.USAGE,
)
async def quiet(command: Command, ctx: Context[NoSettings]) -> Reply:
    """End all proactive posts in this group, or until a time; what waits to be posted is dropped."""
    if command.args in _BACK:
        return answer(await quiets.speak(ctx))
    return answer(await quiets.begin(ctx, "" if command.args in {"on", "开"} else command.args))


@router.command("speak", "出声", needs=Right.GROUP, help=Texts.HELP_BACK)
async def speak(_command: Command, ctx: Context[NoSettings]) -> Reply:
    """Allow proactive posts in this group again."""
    return answer(await quiets.speak(ctx))


router.errand(quiets.OVER)(quiets.over)
