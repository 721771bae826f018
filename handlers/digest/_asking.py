"""The command /digest: what comes when, a preview, now, again, another time, and the edition for admins on or off."""

from __future__ import annotations

from typing import Any

from handlers import Body, Command, Context, Feature, Purpose, Replies, Reply, Text, UserError, answer
from handlers._planning import due, due_in_words, plan_at, planned
from handlers._rights import run_by_speaker
from handlers._settings import context_of
from handlers._wording.masking import cut
from handlers._wording.spans import Span, span_of
from handlers.digest._composing import tell
from handlers.digest._issuing import again, current, now, refuse_quiet
from handlers.digest._open import told_of
from handlers.digest._settings import FEATURE, Settings, unknown
from handlers.digest._where import Telling, telling
from storage import groups, settings
from storage.groups import Group

POSTED = "weekly"  # the schedule's name, since the first version; its rule may as well be daily or monthly
MINE = "digest.mine"  # of a direct: whether the member there wants the edition for admins
NOW, PREVIEW, AGAIN = {"now", "现在", "马上"}, {"preview", "预览"}, {"resend", "重发", "补发"}
MY_OWN, ANYWAY = {"mine", "我的"}, {"anyway", "也发"}
ON, OFF = {"on", "开"}, {"off", "关"}
LISTED, SHOWN = 6, 40
_VERBS = "|".join(sorted(NOW | PREVIEW | AGAIN | MY_OWN))
_RULES = r"(?:周[一二三四五六日天]|每天|每月|daily|mon|tue|wed|thu|fri|sat|sun|day \d)"
FITS = rf"(?i:(?:(?:{_VERBS})(?: .{{1,60}})?|{_RULES}.{{0,20}})?)"


class Texts:
    """What /digest answers."""

    CALLED = Text(zh="周报", en="digest")
    HELP = Text(
        zh="看下一期什么时候；「周报 预览」「周报 现在」「周报 周五 18:00」",
        en="When the next one comes; /digest preview, /digest now, /digest fri 18:00",
    )
    USAGE = Text(
        zh="「周报」看下一期；「周报 预览」先私聊给你看；「周报 现在」马上发；「周报 重发」再发一次；\n"
        "「周报 周五 18:00」改时间；「周报 我的 开」管理员那份私聊发你。",
        en="/digest: the next one; /digest preview: to you in private; /digest now; /digest resend;\n"
        "/digest fri 18:00: another time; /digest mine on: the admins' edition for you, in private.",
    )
    DENIED = Text(
        zh="这个要群管理员来发。想收尾自己的题，回「解决了」。",
        en="This one is for the group's admins. To close your own question, reply “solved” (/solved).",
    )
    NEXT = Text(
        zh="下一期 {moment}，说{last}的事。先看「周报 预览」，现在就发「周报 现在」。",
        en="The next one: {moment}, about {last}. See it first: /digest preview; now: /digest now.",
    )
    OFF = Text(
        zh="周报关着。打开：「设置 digest.enabled on」",
        en="The digest is off. Switch it on: /settings digest.enabled on",
    )
    PREVIEW = Text(zh="预览，只有你看得到：", en="A preview, for you alone:")
    SENT_TO_YOU = Text(zh="私聊发你了。", en="Sent to you in private.")
    WHICH = Text(zh="哪个群的？带上群名：{names}。", en="Which group's? Say its name: {names}.")
    NOT_YOURS = Text(zh="「{name}」不在你管的群里。你管的：{names}。", en="You do not run {name}. You run: {names}.")
    LINE = Text(zh="{group}：{moment}", en="{group}: {moment}")
    NONE = Text(zh="关着", en="off")
    MORE = Text(zh="还有 {count} 个群。", en="{count} more groups.")
    MINE_ON = Text(
        zh="好，你管的群合成一份，到点私聊发你。不要了回「周报 我的 关」。",
        en="Your groups in one edition, to you in private, in due time. To stop: /digest mine off.",
    )
    MINE_OFF = Text(zh="好，管理员那份不发你了。想要回「周报 我的 开」。", en="No more. Back: /digest mine on.")
    MINE_ASK = Text(
        zh="管理员那份现在{state}。「周报 我的 开」「周报 我的 关」",
        en="The admins' edition is {state}: /digest mine on, off",
    )
    STATE_ON = Text(zh="开着", en="on")
    STATE_OFF = Text(zh="关着", en="off")
    IN_PRIVATE = Text(
        zh="这个私聊我说一次，我才知道发给谁。", en="Tell me in private once, so that I know where to write."
    )
    NO_SECTION = Text(
        zh="没有「{name}」这个栏目。有哪些，看「设置 digest.sections」。",
        en="There is no section {name}. See /settings digest.sections.",
    )
    NEAR = Text(zh="没有「{name}」这个栏目，是想说 {near} 吗？", en="There is no section {name}. Did you mean {near}?")
    PLANNED = Text(zh="好，改到 {rule}。下一期 {moment}。", en="From now on {rule}. The next one: {moment}.")


# The time before an instant, of which an edition tells.
_BEFORE = {
    Span.DAILY: Text(zh="前一天", en="the day before"),
    Span.WEEKLY: Text(zh="上一周", en="the week before"),
    Span.MONTHLY: Text(zh="上个月", en="the month before"),
    Span.OTHER: Text(zh="前 7 天", en="the 7 days before"),
}


async def ask(command: Command, ctx: Context[Settings]) -> Replies:
    """Do what /digest was told to do.

    Raises:
        UserError: The speaker runs no such group, or it cannot be done; the message says what can.
    """
    verb, _, rest = command.args.partition(" ")
    if verb.lower() in MY_OWN:
        return answer(await _mine(ctx, rest.strip().lower()))
    if verb.lower() in PREVIEW:
        shown = await _preview(ctx, rest)
        return shown if ctx.group.is_direct else [shown, answer(ctx.say(Texts.SENT_TO_YOU))]
    if not command.args and ctx.group.is_direct:
        return answer(*await _overview(ctx))
    anyway = rest.strip().lower() in ANYWAY
    there = await _there(ctx, "" if anyway or verb.lower() not in NOW | AGAIN else rest)
    if verb.lower() in NOW:
        return await now(there, anyway=anyway)
    if verb.lower() in AGAIN:
        return await again(there)
    if command.args:
        await plan_at(there, _feature(ctx), command.args)
        return answer(await _next(there, changed=True))
    await refuse_quiet(there)
    return answer(await _next(there))


def refuse_unknown(ctx: Context[Settings]) -> None:
    """Refuse names of sections that there are not, where somebody has just set them.

    Raises:
        UserError: There is one; the near one is named.
    """
    for name, near in unknown(ctx.settings.sections, ctx.features).items() if ctx.member is not None else ():
        raise UserError(ctx.say(Texts.NEAR if near else Texts.NO_SECTION, name=cut(name, SHOWN), near=near))


def _feature(ctx: Context[Any]) -> Feature:
    return next(feature for feature in ctx.features if feature.name == FEATURE)


# -- whose ------------------------------------------------------------------------------------------------------------


async def _run(ctx: Context[Any]) -> list[Group]:
    """Return the groups that the speaker runs.

    Raises:
        UserError: There are none.
    """
    mine = set(await run_by_speaker(ctx))
    found = [group for group in await groups.every(ctx.store) if group.id in mine]
    if not found:
        raise UserError(ctx.say(Texts.DENIED))
    return found


async def _there(ctx: Context[Settings], name: str) -> Context[Settings]:
    """Return the context of the group that is meant: this one, or in private one of the speaker's.

    Raises:
        UserError: The speaker does not run it, or it is not clear which is meant.
    """
    if not ctx.group.is_direct:
        return ctx
    run, wanted = await _run(ctx), name.strip()
    found = [group for group in run if wanted in {"", group.name, group.key}]
    if len(found) != 1:
        names = ("、" if ctx.language != "en" else ", ").join(group.name or group.key for group in run[:LISTED])
        raise UserError(ctx.say(Texts.NOT_YOURS if wanted and not found else Texts.WHICH, name=wanted, names=names))
    return context_of(ctx, _feature(ctx), await settings.overrides(ctx.store, found[0].id), found[0])


# -- what comes -------------------------------------------------------------------------------------------------------


async def _next(ctx: Context[Settings], *, changed: bool = False) -> str:
    schedule = next((one for one in await planned(ctx, ctx.group.id, FEATURE) if one.name == POSTED), None)
    moment = None if schedule is None else due(schedule, ctx.now())
    if schedule is None or moment is None:
        return ctx.say(Texts.OFF)
    shown = due_in_words(ctx, schedule)
    if changed:
        return ctx.say(Texts.PLANNED, rule=schedule.rule, moment=shown)
    span = span_of(current(ctx, moment, schedule.rule).period, ctx.community.zone)
    return ctx.say(Texts.NEXT, moment=shown, last=ctx.say(_BEFORE[span]))


async def _overview(ctx: Context[Settings]) -> list[str]:
    """Return when the next digest of each group comes that the speaker runs, and whether the admins' own one is on."""
    run, lines = await _run(ctx), []
    for group in run[:LISTED]:
        posted = [one for one in await planned(ctx, group.id, FEATURE) if one.name == POSTED]
        moment = due_in_words(ctx, posted[0]) if posted else ctx.say(Texts.NONE)
        lines.append(ctx.say(Texts.LINE, group=group.name or group.key, moment=moment))
    if len(run) > LISTED:
        lines.append(ctx.say(Texts.MORE, count=len(run) - LISTED))
    return [*lines[:LISTED], await _mine(ctx, "")]


async def _preview(ctx: Context[Settings], name: str) -> Reply:
    """Return what the current edition says, in private; of all groups that the speaker runs where none is named."""
    if ctx.group.is_direct and not name.strip():
        wanted = await told_of(ctx, [group.id for group in await _run(ctx)])
        there, where = ctx, Telling(ctx.community.name, tuple(wanted), tuple(wanted))
    else:
        there = await _there(ctx, name)
        where = await telling(there)
    told = await tell(there, where, current(there, ctx.now()).period)
    return Reply(Body.of(ctx.say(Texts.PREVIEW)).plus(told.body), member=ctx.speaker.id, purpose=Purpose.NOTICE)


# -- the admins' own --------------------------------------------------------------------------------------------------


async def _mine(ctx: Context[Any], wanted: str) -> str:
    """Switch the edition for admins on or off for the speaker, or say which it is."""
    await _run(ctx)
    direct = ctx.group if ctx.group.is_direct else await groups.direct_of(ctx.store, ctx.speaker.id)
    if direct is None:
        raise UserError(ctx.say(Texts.IN_PRIVATE))
    if wanted in ON | OFF:
        await settings.put(ctx.store, direct.id, MINE, wanted in ON, ctx.now(), ctx.speaker.id)
        return ctx.say(Texts.MINE_ON if wanted in ON else Texts.MINE_OFF)
    on = await settings.get(ctx.store, direct.id, MINE, False)
    return ctx.say(Texts.MINE_ASK, state=ctx.say(Texts.STATE_ON if on else Texts.STATE_OFF))
