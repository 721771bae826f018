"""Interviewing: four questions to who is there, by consent, by themselves or written down by a host for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import Command, Context, Purpose, Reply, UserError, answer
from handlers._events.hosting import names_of, refuse_guests
from handlers._events.meant import about, event_meant
from handlers._events.told import is_online
from handlers._said_for import Texts as Carried
from handlers._wording.masking import flat, quoted
from handlers._wording.names import spaced
from handlers.checkin._guests import Guest, guests, listed, meant
from handlers.checkin._interview_texts import ASKED, FIELDS, Texts
from storage import checkins, dialogs, events, groups, interviews, members, privacy
from storage.dialogs import Dialog
from storage.events import Event
from storage.interviews import HOST, SELF
from storage.messages import Stored
from storage.replies import Body

FEATURE, STEP = "checkin", "interview"
WAITED = timedelta(hours=1)  # how long an answer is waited for
LIMIT = 300  # characters of an answer
NAME = 12  # characters of a name that nobody has
SHOWN = 60  # characters of an answer when it is told again
_DELETE = {"删掉", "删", "delete", "-"}
_YES = {"好", "好的", "好啊", "行", "可以", "愿意", "同意", "yes", "ok", "y"}
SKIP = frozenset({"跳过", "略", "skip", "-"})


async def begin(command: Command, ctx: Context[Any]) -> Reply:
    """Begin an interview with the speaker, or for somebody who is there; or delete the speaker's own."""
    event, words = await event_meant(ctx, command)
    mine = await members.siblings(ctx.store, ctx.speaker.id)
    if words.lower() in _DELETE:
        gone = await interviews.drop(ctx.store, event.id, mine)
        return answer(ctx.say(Texts.DELETED if gone else Texts.NONE, event=event.number), about=about(event))
    if is_online(event):
        raise UserError(ctx.say(Texts.ONLINE, event=event.number))
    if words:
        return await _for_somebody(ctx, event, words)
    if await privacy.is_silent(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Carried.SILENT))
    here, _ = await checkins.known(ctx.store, event.id, mine)
    if not here:
        raise UserError(ctx.say(Texts.ABSENT))
    await _go_on(ctx, {"event": event.id, "member": ctx.speaker.id, "how": SELF, "agreed": False, "told": {}})
    return answer(ctx.say(Texts.CONSENT), ctx.say(Texts.CONSENT_HOW, event=event.number), about=about(event))


async def _for_somebody(ctx: Context[Any], event: Event, name: str) -> Reply:
    await refuse_guests(ctx, event)
    guest = await _guest(ctx, event, name)
    called = guest.name or guest.card
    if await privacy.is_silent(ctx.store, guest.member):
        raise UserError(spaced(ctx.say(Texts.SILENT, name=called)))
    await _go_on(ctx, {"event": event.id, "member": guest.member, "how": HOST, "agreed": False, "told": {}})
    return answer(spaced(ctx.say(Texts.CONSENT_OF, name=called)), about=about(event))


async def _guest(ctx: Context[Any], event: Event, name: str) -> Guest:
    there = await checkins.persons(ctx.store, event.id)
    found = meant(
        name.lstrip("@").strip(), [guest for guest in await guests(ctx.store, event.id) if guest.person in there]
    )
    if not found:
        raise UserError(ctx.say(Texts.NOT_THERE, name=quoted(name, NAME), event=event.number))
    if len(found) > 1:
        names = listed([f"{guest.number} {guest.card}" for guest in found[:6]], ctx.language)
        raise UserError(ctx.say(Texts.SEVERAL, name=quoted(name, NAME), names=names))
    return found[0]


async def heard(message: Stored, dialog: Dialog, ctx: Context[Any]) -> list[Reply] | Reply:
    """Take a word of consent, or an answer, and ask the next question; the last answer is kept with the others."""
    said, held = message.text.strip(), dialog.answers
    if not held["agreed"]:
        if said.lower().rstrip("。.!！") not in _YES:
            return answer(ctx.say(Texts.YES_OR_NO))
        await _go_on(ctx, {**held, "agreed": True})
        return answer(ctx.say(ASKED[interviews.FIELDS[0]]))
    if len(said) > LIMIT:
        return answer(ctx.say(Texts.LONG, most=LIMIT))
    told: dict[str, str] = dict(held["told"])
    told[interviews.FIELDS[len(told)]] = "" if said.lower() in SKIP else said
    if len(told) < len(interviews.FIELDS):
        await _go_on(ctx, {**held, "told": told})
        return answer(ctx.say(ASKED[interviews.FIELDS[len(told)]]))
    await dialogs.end(ctx.store, ctx.speaker.id)
    return await _keep(ctx, int(held["event"]), int(held["member"]), str(held["how"]), told)


async def _go_on(ctx: Context[Any], said: dict[str, Any]) -> None:
    await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, STEP, said, ctx.now() + WAITED))


async def _keep(ctx: Context[Any], number: int, member: int, how: str, told: dict[str, str]) -> list[Reply] | Reply:
    event = await events.get(ctx.store, number)
    if not any(told.values()) or await privacy.is_silent(ctx.store, member):
        return answer(ctx.say(Texts.NOTHING_SAID), about=about(event))
    await interviews.keep(ctx.store, event.id, member, told, ctx.now(), how)
    if how == SELF:
        return answer(ctx.say(Texts.KEPT, event=event.number), about=about(event))
    name = (await names_of(ctx.store, [member])).get(member, "")
    direct = await groups.direct_of(ctx.store, member)
    if direct is None:
        return answer(spaced(ctx.say(Texts.KEPT_OF_UNTOLD, name=name, event=event.number)), about=about(event))
    return [answer(spaced(ctx.say(Texts.KEPT_OF, name=name)), about=about(event)), _notice(ctx, event, member, told)]


def _notice(ctx: Context[Any], event: Event, member: int, told: dict[str, str]) -> Reply:
    """Return what a member is told of what a host wrote down for them, with the way to delete it."""
    colon = ": " if ctx.language == "en" else "："
    lines = [f"{ctx.say(FIELDS[name])}{colon}{flat(words)[:SHOWN]}" for name, words in told.items() if words]
    head = ctx.say(Texts.TOLD, event=event.number)
    body = Body.of(head, *lines, ctx.say(Texts.TOLD_HOW, event=event.number))
    key = f"interview:{event.id}:{member}:{int(ctx.now().timestamp())}"
    return Reply(body, member=member, purpose=Purpose.NOTICE, about=about(event), key=key)
