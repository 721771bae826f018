"""Promising: what is said to come next for a question that nobody answered; only what is configured is promised."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Text
from handlers._experts.routing import available
from handlers._ladder import Rungs, rungs
from handlers._settings import OUTBOX, resolved
from storage import settings
from storage.threads import Thread

_HOUR = 3600


class Texts:
    """What comes next."""

    EXPERTS = Text(
        zh="{hours} 小时还没人应，我去请熟这块的朋友看一眼。",
        en="If nobody replies for {hours} hours, I ask somebody who knows this.",
    )
    NIGHT = Text(
        zh="夜里我不去叫人，早上 {morning}后接着找。",
        en="At night I wake nobody; I go on looking after {morning}.",
    )


async def promise(ctx: Context[Any], thread: Thread) -> list[str]:
    """Return the line that promises help, none where nothing is configured, or nobody agreed to be asked."""
    ladder = await rungs(ctx)
    if ladder is None or thread.imported:
        return []
    quiet = resolved(OUTBOX, ctx.community.quiet, await settings.overrides(ctx.store, ctx.group.id))
    zone = ZoneInfo(ctx.group.zone) if ctx.group.zone else ctx.community.zone
    if quiet.is_night(ctx.now().astimezone(zone).time()):
        return [ctx.say(Texts.NIGHT, morning=hour(quiet.quiet_until, ctx.language))] if goes_on(ladder) else []
    if ladder.experts_after and await available(ctx, thread.topic):
        return [ctx.say(Texts.EXPERTS, hours=f"{ladder.experts_after.total_seconds() / _HOUR:g}")]
    return []


def goes_on(ladder: Rungs) -> bool:
    """Say whether anybody is ever told of a question that waits."""
    return bool(ladder.board_after or ladder.experts_after or ladder.admins_after)


def hour(moment: time, language: str) -> str:
    """Return a time of day as people say it: 「9 点」, 「9:30 」, 09:30."""
    if language == "en":
        return f"{moment:%H:%M}"
    return f"{moment.hour}:{moment:%M} " if moment.minute else f"{moment.hour} 点"
