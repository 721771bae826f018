"""A yes in private: what would be posted was shown, and one word does it; other words leave everything as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from handlers import Context, Errand, Reply, Text, answer
from handlers._events.meant import about
from storage import dialogs, events
from storage.dialogs import Dialog
from storage.events import Event
from storage.messages import Stored

FEATURE, STEP = "events", "sure"
WAITED = timedelta(minutes=30)
Way = Callable[[Context[Any], Event, str], Awaitable[list[Reply | Errand]]]
YES = frozenset({"发", "发吧", "确定", "yes", "ok"})


class Texts:
    """What is said where there was no yes."""

    LEFT = Text(zh="好，{number} 不动。", en="Fine, {number} stays as it is.")


async def asked(ctx: Context[Any], event: int, way: str, words: str = "") -> None:
    """Keep what a yes would do to an event; in a group it has to be said whole, for many speak there."""
    if ctx.group.is_direct:
        answers = {"event": event, "way": way, "words": words}
        await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, STEP, answers, ctx.now() + WAITED))


async def moot(ctx: Context[Any]) -> None:
    """Let a question of this feature's go: it was said otherwise."""
    known = await dialogs.current(ctx.store, ctx.speaker.id, ctx.now())
    if known is not None and known.feature == FEATURE:
        await dialogs.end(ctx.store, ctx.speaker.id)


async def answered(ctx: Context[Any], message: Stored, dialog: Dialog, ways: Mapping[str, Way]) -> list[Reply | Errand]:
    """Do what was shown, at a yes, in the way that was kept with it."""
    await dialogs.end(ctx.store, ctx.speaker.id)
    event = await events.get(ctx.store, int(dialog.answers["event"]))
    if message.text.strip().lower() not in YES:
        return [answer(ctx.say(Texts.LEFT, number=event.number), about=about(event))]
    return await ways[dialog.answers["way"]](ctx, event, f"{dialog.answers['words']} yes".strip())
