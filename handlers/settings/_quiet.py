"""Quiet: no digests and no reminders in a group, for good or until a time, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Errand, Outside, Text, UserError
from handlers._settings import OUTBOX, QUIET, is_quiet, resolved
from handlers._wording import durations
from handlers.settings._until import end_of
from storage import errands, outbox, settings
from storage.outbox import State
from storage.replies import Purpose

FEATURE, OVER = "settings", "quiet over"
_UNASKED = frozenset({Purpose.DIGEST, Purpose.REMINDER})


class Texts:
    """What is said about quiet."""

    HERE_ONLY = Text(zh="这个在群里发，哪个群发管哪个群。", en="Send this in the group that it is for.")
    USAGE = Text(
        zh="发「安静」，周报和提醒都停；「安静 3 天」「安静 到周一」到时候自己恢复；发「出声」马上恢复。",
        en="/quiet stops digests and reminders; /quiet 3d and /quiet until mon end by themselves; /quiet off ends it.",
    )
    UNREADABLE = Text(
        zh="到什么时候？这样写：「安静 3 天」「安静 到周一」「安静 到 12 月 5 日 14:00」，最长一年。",
        en="Until when? Like this: /quiet 3d, /quiet until mon, /quiet until 12-05 14:00; a year at most.",
    )
    QUIET = Text(
        zh="好，安静了：不发周报和提醒，@我还是答。想恢复，管理员发「出声」。",
        en="Quiet now: no digests, no reminders; mentions are still answered. An admin's /quiet off brings them back.",
    )
    QUIET_UNTIL = Text(
        zh="好，安静到 {moment}：不发周报和提醒，@我还是答。到点自己恢复，不另外说；想早点，管理员发「出声」。",
        en="Quiet until {moment}: no digests, no reminders; mentions are still answered. Sooner: /quiet off.",
    )
    STILL_QUIET = Text(
        zh="已经是安静的。想恢复，管理员发「出声」。", en="It is quiet already. /quiet off brings me back."
    )
    BACK = Text(
        zh="好，周报和提醒恢复了，每周最多几条照旧。嫌吵再发「安静」。",
        en="Digests and reminders are back, within the weekly limit as before. Too much? /quiet.",
    )
    NOT_QUIET = Text(zh="本来就没静音。嫌吵发「安静」。", en="I was not quiet. Too much? /quiet.")
    NOW = Text(zh="现在安静，发「出声」恢复", en="quiet now, /quiet off ends it")
    NOW_UNTIL = Text(zh="现在安静，到 {moment}", en="quiet now, until {moment}")


async def begin(ctx: Context[Any], text: str) -> str:
    """End all proactive posts in this group, until a time where one is given; what waits to be posted is dropped.

    Raises:
        UserError: It is said in a direct, or nobody can tell until when.
    """
    rows = await _here(ctx)
    morning = resolved(OUTBOX, ctx.community.quiet, rows).quiet_until
    end = end_of(text, ctx.now(), _zone(ctx), morning) if text else None
    if text and end is None:
        raise UserError(ctx.say(Texts.UNREADABLE))
    if end is None and rows.get(QUIET) is True:
        return ctx.say(Texts.STILL_QUIET)
    value = True if end is None else end.isoformat()
    await settings.put(ctx.store, ctx.group.id, QUIET, value, ctx.now(), ctx.speaker.id)
    await _drop(ctx, end)
    if end is None:
        return ctx.say(Texts.QUIET)
    group = ctx.group.id
    ending = Errand(FEATURE, OVER, f"{OVER}:{group}:{value}:{ctx.now().isoformat()}", {"until": value}, group)
    await errands.put(ctx.store, ending, end)
    return ctx.say(Texts.QUIET_UNTIL, moment=_moment(ctx, end))


async def speak(ctx: Context[Any]) -> str:
    """Allow proactive posts in this group again.

    Raises:
        UserError: It is said in a direct.
    """
    if not is_quiet(await _here(ctx), ctx.now()):
        return ctx.say(Texts.NOT_QUIET)
    await settings.drop(ctx.store, ctx.group.id, QUIET)
    return ctx.say(Texts.BACK)


async def over(errand: Errand, outside: Outside) -> None:
    """Take quiet away whose time is up; nothing is said, and what was set since stays."""
    async with outside.write() as store:
        group = errand.group or 0
        if await settings.get(store, group, QUIET) == errand.payload["until"]:
            await settings.drop(store, group, QUIET)


def told(ctx: Context[Any], overrides: dict[str, Any]) -> str:
    """Return that it is quiet now, and until when; nothing where it is not."""
    if not is_quiet(overrides, ctx.now()):
        return ""
    until = overrides[QUIET]
    if until is True:
        return ctx.say(Texts.NOW)
    return ctx.say(Texts.NOW_UNTIL, moment=_moment(ctx, datetime.fromisoformat(until)))


async def _here(ctx: Context[Any]) -> dict[str, Any]:
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.HERE_ONLY))
    return await settings.overrides(ctx.store, ctx.group.id)


async def _drop(ctx: Context[Any], until: datetime | None) -> None:
    """Drop what waits to be posted unasked, but what is due only when it is over."""
    for post in await outbox.in_state(ctx.store, State.PENDING, group=ctx.group.id):
        if post.purpose in _UNASKED and (until is None or post.not_before < until):
            await outbox.settle(ctx.store, post.id, State.DROPPED, error="the group wants quiet")


def _zone(ctx: Context[Any]) -> ZoneInfo:
    return ZoneInfo(ctx.group.zone) if ctx.group.zone else ctx.community.zone


def _moment(ctx: Context[Any], end: datetime) -> str:
    return durations.when(end, ctx.now(), _zone(ctx), ctx.language)
