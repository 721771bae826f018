"""What hosts have written, in private: a file of an event, by whoever may still have it when it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handlers import Body, Command, Context, Errand, Purpose, Reply, Text, UserError, answer
from handlers._events.hosting import refuse_guests
from handlers._events.meant import about, event_meant
from handlers.checkin._texts import Texts
from storage import grants
from storage.database import Store
from storage.events import Event
from storage.replies import File

FEATURE = "checkin"
Rows = Callable[[Store, int], Awaitable[Sequence[Any]]]


async def ordered(ctx: Context[Any], command: Command, errand: str, holds: Rows, empty: Text) -> list[Reply | Errand]:
    """Return the errand that writes a file for a host, once a minute.

    Raises:
        UserError: The speaker is no host, or there is nothing to write (`empty`).
    """
    event, _ = await event_meant(ctx, command)
    await refuse_guests(ctx, event)
    if not await holds(ctx.store, event.id):
        raise UserError(ctx.say(empty, event=event.number))
    key = f"{FEATURE}:{errand}:{event.id}:{ctx.speaker.id}:{ctx.now():%Y-%m-%dT%H:%M}"
    payload = {"event": event.id, "language": ctx.language}
    wanted = Errand(FEATURE, errand, key, payload, group=ctx.group.id, member=ctx.speaker.id)
    return [answer(ctx.say(Texts.WRITING), about=about(event)), wanted]


async def reader(store: Store, errand: Errand, event: Event) -> int | None:
    """Return for whom an errand writes; None where they run nothing any more, and did not make the event.

    Raises:
        LookupError: It is for nobody.
    """
    if errand.member is None:
        raise LookupError("a file for nobody")
    hosts = event.by_member == errand.member or bool(await grants.admin_of(store, errand.member))
    return errand.member if hosts else None


def sent(event: Event, member: int, name: str, head: str, label: str) -> Reply:
    """Return what brings a file to its host."""
    body = Body.of(head).plus(Body((File(name, label),)))
    return Reply(body, member=member, purpose=Purpose.NOTICE, about=about(event))
