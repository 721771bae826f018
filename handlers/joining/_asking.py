"""What an event asks of those who register: one short question after the other, in private, each may be left out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from handlers import Context, Reply, UserError, answer
from handlers._events.meant import about
from handlers._wording.names import spaced
from handlers.joining._texts import FIELDS, Texts
from storage import companies, dialogs, events, messages, registrations
from storage.dialogs import Dialog
from storage.events import Event
from storage.messages import Stored
from storage.registrations import ACTIVE

FEATURE, STEP = "joining", "field"
WAITED = timedelta(minutes=15)  # how long an answer is waited for: what is said later is no answer
MOST = 40  # characters
_SKIP = {"不想填", "跳过", "不填", "skip", "-", "pass"}
_STOP = {"都不填", "不填了", "都不想填", "none"}
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>.]{1,63}(?:\.[^\s@<>.]{1,63}){1,4}")
_PHONE = re.compile(r"\+?\d(?:[ -]?\d){6,14}")


async def begin(ctx: Context[Any], event: Event) -> str:
    """Begin to ask for what an event wants to know, and return the first question; empty where it asks nothing."""
    asked = [name for name in event.asks if name in FIELDS]
    if not asked:
        return ""
    await _wait(ctx, event.id, asked)
    return _question(ctx, asked[0])


async def heard(message: Stored, dialog: Dialog, ctx: Context[Any]) -> Reply:
    """Keep an answer on the registration, erase it from the messages, and ask the next question.

    Raises:
        UserError: It is no answer; the question stands.
    """
    asked = [str(name) for name in dialog.answers["asked"]]
    event, words = int(dialog.answers["event"]), " ".join(message.text.split())
    mine = await registrations.of_person(ctx.store, event, ctx.speaker.id)
    if mine is None or mine.state not in ACTIVE or words.lower() in _STOP:
        return await _end(ctx, event, Texts.NOTHING)
    if words.lower() not in _SKIP:
        await registrations.mark(ctx.store, mine.id, **await _value(ctx, asked[0], words))
        await messages.erase(ctx.store, [message.id])  # it is kept in one place, from which it goes in time
    if asked[1:]:
        await _wait(ctx, event, asked[1:])
        return answer(_question(ctx, asked[1]), about=about(await events.get(ctx.store, event)))
    return await _end(ctx, event, Texts.THANKS)


async def forget(ctx: Context[Any], event: Event) -> None:
    """Ask no more about an event that the speaker left."""
    dialog = await dialogs.current(ctx.store, ctx.speaker.id, ctx.now())
    if dialog is not None and dialog.feature == FEATURE and dialog.answers.get("event") == event.id:
        await dialogs.end(ctx.store, ctx.speaker.id)


async def _wait(ctx: Context[Any], event: int, asked: list[str]) -> None:
    until = ctx.now() + WAITED
    await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, STEP, {"event": event, "asked": asked}, until))


def _question(ctx: Context[Any], name: str) -> str:
    return spaced(ctx.say(Texts.ASK, field=ctx.say(FIELDS[name])))


async def _end(ctx: Context[Any], event: int, text: Any) -> Reply:
    await dialogs.end(ctx.store, ctx.speaker.id)
    return answer(ctx.say(text, event=f"E{event}"), about=f"event:{event}")


async def _value(ctx: Context[Any], name: str, words: str) -> dict[str, Any]:
    """Return the column that an answer goes into, and what stands there."""
    if name == "email" and not _EMAIL.fullmatch(words):
        raise UserError(ctx.say(Texts.BAD_EMAIL))
    if name == "phone" and not _PHONE.fullmatch(words):
        raise UserError(ctx.say(Texts.BAD_PHONE))
    if name not in {"email", "phone"} and len(words) > MOST:
        raise UserError(ctx.say(Texts.TOO_LONG, most=MOST))
    if name == "company":
        return {"company_id": await companies.ensure(ctx.store, words)}
    return {name: words}
