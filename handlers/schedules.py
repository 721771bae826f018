"""What comes when: all schedules of a group with their next instants, and another time for one of them."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Feature, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._planning import WHEN, due, due_in_words, plan_at, planned
from handlers._rights import run_by_speaker
from storage import groups
from storage.schedules import Schedule

Settings = NoSettings
LISTED = 6


class Texts:
    """What is said about schedules."""

    HELP = Text(
        zh="本群几点来什么，改时间：「定时 周报 周五 18:00」",
        en="What comes when; another time: /schedule digest fri 18:00",
    )
    USAGE = Text(
        zh="看：「定时」；改：「定时 周报 周五 18:00」，也可以「每天 18:30」「每月 1 日 10:00」。",
        en="See: /schedule; change: /schedule digest fri 18:00, daily 18:30 or day 1 10:00.",
    )
    HEAD = Text(zh="{group}的定时：", en="Schedules of {group}:")
    LINE = Text(zh="{name} {rule}，下次 {moment}", en="{name} {rule}, next {moment}")
    NONE = Text(zh="{group}没有开着的定时。", en="{group} has no schedule that is on.")
    CHANGED = Text(zh="好，{name}改到 {rule}，下次 {moment}。", en="{name} is now {rule}, next {moment}.")
    CHANGED_OFF = Text(
        zh="记下了，{name}改到 {rule}；不过它现在关着。", en="{name} is now {rule}; but it is switched off."
    )
    NO_SUCH = Text(
        zh="没有叫「{name}」的定时。有：{names}。", en="There is no schedule called {name}. There are: {names}."
    )
    GROUP_ONLY = Text(zh="改时间在群里说，哪个群说改哪个群的。", en="Change it in the group that it is for.")
    NOBODYS = Text(zh="这个要群管理员来看。", en="This is for the group's admins.")
    MORE = Text(zh="还有 {count} 个群。", en="{count} more groups.")


router = Router(Settings)


@router.command(
    "schedule",
    "定时",
    needs=Right.GROUP,
    anywhere=True,
    fits=r"(?:\S{1,20} .{2,30})?",
    help=Texts.HELP,
    usage=Texts.USAGE,
)
async def schedule(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show what comes when in this group, in private in all that the speaker runs; or set another time here."""
    if not command.args:
        return answer(*(await _everywhere(ctx) if ctx.group.is_direct else await _here(ctx)))
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.GROUP_ONLY))
    name, _, rule = command.args.partition(" ")
    feature = _meant(ctx, name)
    await plan_at(ctx, feature, rule)
    first = next(iter(feature.router.schedules), "")  # the one that the setting is for
    found = [one for one in await planned(ctx, ctx.group.id, feature.name) if one.name == first]
    if not found:
        return answer(ctx.say(Texts.CHANGED_OFF, name=_word(ctx, feature), rule=rule))
    shown = due_in_words(ctx, found[0])
    return answer(ctx.say(Texts.CHANGED, name=_word(ctx, feature), rule=found[0].rule, moment=shown))


def _meant(ctx: Context[Any], name: str) -> Feature:
    """Return the feature whose schedule is called so, by its name or by its command's.

    Raises:
        UserError: There is none whose time can be set.
    """
    plannable = [feature for feature in ctx.features if WHEN in type(feature.settings).model_fields]
    for feature in plannable:
        if name.lower() in {feature.name, *(word for entry in feature.router.commands[:1] for word in entry.names)}:
            return feature
    names = ("、" if ctx.language != "en" else ", ").join(_word(ctx, feature) for feature in plannable)
    raise UserError(ctx.say(Texts.NO_SUCH, name=name, names=names))


def _word(ctx: Context[Any], feature: Feature) -> str:
    """Return what people call a feature: the word of its first command."""
    names = feature.router.commands[0].names if feature.router.commands else (feature.name,)
    word = next((name for name in names if not name.isascii()), names[0])
    return names[0] if ctx.language == "en" else word


async def _here(ctx: Context[Any]) -> list[str]:
    """Return a line for each schedule of this group, the next one due first."""
    found = [one for one in await planned(ctx, ctx.group.id) if due(one, ctx.now()) is not None]
    group = ctx.group.name or ctx.group.key
    if not found:
        return [ctx.say(Texts.NONE, group=group)]
    found.sort(key=lambda one: (due(one, ctx.now()) or ctx.now(), one.id))
    return [ctx.say(Texts.HEAD, group=group), *dict.fromkeys(_line(ctx, one) for one in found)]


def _line(ctx: Context[Any], one: Schedule) -> str:
    feature = next((feature for feature in ctx.features if feature.name == one.feature), None)
    called = None if feature is None else feature.router.called.get(one.name)
    name = one.name if called is None else ctx.say(called)
    return ctx.say(Texts.LINE, name=name, rule=one.rule, moment=due_in_words(ctx, one))


async def _everywhere(ctx: Context[Any]) -> list[str]:
    """Return the schedules of the groups that the speaker runs, a line each.

    Raises:
        UserError: The speaker runs none.
    """
    mine = set(await run_by_speaker(ctx))
    run = [group for group in await groups.every(ctx.store) if group.id in mine]
    if not run:
        raise UserError(ctx.say(Texts.NOBODYS))
    lines = []
    for group in run[:LISTED]:
        told = [_line(ctx, one) for one in await planned(ctx, group.id)]
        between = "; " if ctx.language == "en" else "；"
        lines += [ctx.say(Texts.HEAD, group=group.name or group.key) + between.join(dict.fromkeys(told))]
    return [*lines, *([ctx.say(Texts.MORE, count=len(run) - LISTED)] if len(run) > LISTED else [])]
