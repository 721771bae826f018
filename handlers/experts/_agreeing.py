"""Agreeing to be asked, how often and when not; and stopping."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

from handlers import Context, Reply, UserError, answer
from handlers._experts.routing import WEEK, cap_of
from handlers._experts.settings import Settings
from handlers._settings import OUTBOX, resolved
from handlers._topic_names import listed
from handlers._wording import durations
from handlers.experts._texts import Texts
from storage import consents, experts, members, privacy, settings, topics
from storage.consents import ASKED
from storage.experts import Expert

CAP, HOURS = {"cap", "每周", "次数"}, {"hours", "免扰"}
REST = timedelta(days=7)
MOST = 50
FITS = r"(?:on|off|开|关|可以|不|(?:cap|每周|次数) ?\d{1,2} ?次?|(?:hours|免扰) .{1,20})?"
_HOURS = re.compile(r"(\d{1,2}):(\d{2}) ?(?:[-–—~至到]|to) ?(\d{1,2}):(\d{2})")
_NONE = {"none", "off", "无", "不要", "取消"}


async def agree(ctx: Context[Settings]) -> Reply:
    """Keep that the speaker wants to be asked; who rested is back.

    Raises:
        UserError: Nobody could be sure who it is, or nothing of theirs may be kept.
    """
    if not ctx.trusted:
        raise UserError(ctx.say(Texts.UNSTABLE))
    if await privacy.is_silent(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Texts.SILENT))
    await _move_here(ctx, (await experts.every(ctx.store)).get(ctx.speaker.person_id))
    found = (await experts.every(ctx.store))[ctx.speaker.person_id]
    lines = [ctx.say(Texts.AGREED), await _limits(ctx, found), ctx.say(Texts.WAYS_OUT)]
    if not found.declared:
        lines.append(ctx.say(Texts.WHAT, example=await example(ctx)))
    return answer(*lines)


async def _move_here(ctx: Context[Settings], before: Expert | None) -> None:
    """Let the account that speaks be the one that is asked, with what was set from another one."""
    me = ctx.speaker.id
    kept: dict[str, Any] = {}
    if before is not None and before.member != me:
        await consents.withdraw(ctx.store, before.member, ASKED, ctx.now())
        since, until = (None, None) if before.quiet is None else (f"{at:%H:%M}" for at in before.quiet)
        kept = {"weekly_cap": before.weekly_cap, "quiet_from": since, "quiet_until": until}
    await consents.give(ctx.store, me, ASKED, ctx.now())
    await experts.keep(ctx.store, me, rest_until=None, **kept)


async def example(ctx: Context[Any]) -> str:
    """Return the name of a topic, to show how it is said."""
    tree = await topics.every(ctx.store)
    return listed(list(tree.values())[:1], ctx.language) or "SQL"


async def stop(ctx: Context[Settings]) -> Reply:
    """Keep that the speaker wants to be asked no more, with whichever account that was said."""
    agreed = ctx.speaker.person_id in await experts.every(ctx.store)
    for member in await members.siblings(ctx.store, ctx.speaker.id):
        await consents.withdraw(ctx.store, member, ASKED, ctx.now())
    return answer(ctx.say(Texts.OFF if agreed else Texts.WAS_OFF))


async def rest(ctx: Context[Settings]) -> Reply:
    """Keep that the speaker is not asked for a week."""
    found = await _mine(ctx)
    until = ctx.now() + REST
    await experts.keep(ctx.store, found.member, rest_until=until)
    return answer(ctx.say(Texts.RESTS, day=durations.day(until, ctx.now(), ctx.community.zone, ctx.language)))


async def cap(ctx: Context[Settings], words: str) -> Reply:
    """Keep how often the speaker is asked in seven days at most."""
    found = await _mine(ctx)
    wanted = min(int(re.sub(r"\D", "", words) or "0"), MOST)
    await experts.keep(ctx.store, found.member, weekly_cap=wanted)
    return answer(ctx.say(Texts.CAP if wanted else Texts.CAP_NONE, cap=wanted))


async def hours(ctx: Context[Settings], words: str) -> Reply:
    """Keep in which hours the speaker is left alone, besides the community's night."""
    found = await _mine(ctx)
    if words.strip().lower() in _NONE:
        await experts.keep(ctx.store, found.member, quiet_from=None, quiet_until=None)
        return answer(ctx.say(Texts.NO_HOURS))
    since, until = _read(ctx, words)
    await experts.keep(ctx.store, found.member, quiet_from=f"{since:%H:%M}", quiet_until=f"{until:%H:%M}")
    return answer(ctx.say(Texts.HOURS, quiet=_shown_hours(since, until)))


def _read(ctx: Context[Settings], words: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(words.strip())
    parts = [] if found is None else [int(part) for part in found.groups()]
    if not parts or max(parts[0], parts[2]) > 23 or max(parts[1], parts[3]) > 59 or parts[:2] == parts[2:]:
        raise UserError(ctx.say(Texts.BAD_HOURS))
    return time(parts[0], parts[1]), time(parts[2], parts[3])


def _shown_hours(since: time, until: time) -> str:
    return f"{since:%H:%M}–{until:%H:%M}"


async def shown(ctx: Context[Settings]) -> Reply:
    """Show how the speaker stands."""
    found = await _mine(ctx)
    asked = await experts.asked_of(ctx.store, found.members, ctx.now() - WEEK)
    lines = [ctx.say(Texts.STANDS, count=len(asked)), await _limits(ctx, found)]
    if found.rest_until is not None and found.rest_until > ctx.now():
        day = durations.day(found.rest_until, ctx.now(), ctx.community.zone, ctx.language)
        lines.append(ctx.say(Texts.RESTING, day=day))
    return answer(*lines, ctx.say(Texts.WAYS_OUT))


async def _mine(ctx: Context[Settings]) -> Expert:
    found = (await experts.every(ctx.store)).get(ctx.speaker.person_id)
    if found is None:
        raise UserError(ctx.say(Texts.NOT_YET))
    return found


async def _limits(ctx: Context[Settings], found: Expert) -> str:
    night = resolved(OUTBOX, ctx.community.quiet, await settings.overrides(ctx.store, ctx.group.id))
    quiet = [_shown_hours(night.quiet_from, night.quiet_until)]
    quiet += [] if found.quiet is None else [_shown_hours(*found.quiet)]
    between = ", " if ctx.language == "en" else "、"
    cap = cap_of(found, ctx.settings)
    return ctx.say(Texts.LIMITS, cap=cap, pause=ctx.settings.cool_down, quiet=between.join(quiet))
