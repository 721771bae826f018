"""Writes to many in private: at once to a few, in durable portions to many, and to nobody twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers import Body, Community, Context, Errand, Outside, Purpose, Reply
from handlers._events.meant import about
from handlers.afterwards._settings import FEATURE
from storage import events, members, privacy, registrations
from storage.database import Store
from storage.events import Event
from storage.members import Member

TELL = "tell"
PORTION = 200  # persons who are written to in one transaction
WORTH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Here:
    """What a telling is given, within a turn or an errand; in private the community's language is spoken."""

    store: Store
    community: Community
    now: datetime
    event: Event
    mark: str = ""

    @property
    def language(self) -> str:
        """What is spoken."""
        return self.community.language


Teller = Callable[[Here, Collection[int]], Awaitable[list[Reply]]]


async def tell(
    ctx: Context[Any], event: Event, what: str, teller: Teller, persons: Collection[int], mark: str = ""
) -> list[Reply | Errand]:
    """Return what tells persons something, or the errands that do; `mark` keeps one telling of it from another."""
    if len(persons) <= PORTION:
        return [*await teller(Here(ctx.store, ctx.community, ctx.now(), event, mark), persons)]
    every = sorted(persons)
    return [
        Errand(
            FEATURE,
            TELL,
            f"{key(event, what, mark)}:portion:{start}",
            {"event": event.id, "what": what, "mark": mark, "persons": every[start : start + PORTION]},
            group=ctx.group.id,
        )
        for start in range(0, len(every), PORTION)
    ]


async def told(errand: Errand, outside: Outside, tellers: Mapping[str, Teller]) -> list[Reply]:
    """Do one portion of a telling."""
    payload = errand.payload
    async with outside.write() as store:
        event = await events.get(store, payload["event"])
        here = Here(store, outside.community, outside.now(), event, payload["mark"])
        return await tellers[payload["what"]](here, payload["persons"])


def key(event: Event, what: str, mark: str = "") -> str:
    """Return how the keys of a telling begin; of the same telling they are always the same."""
    return ":".join(part for part in (FEATURE, what, event.number, mark) if part)


async def addresses(store: Store, persons: Collection[int]) -> dict[int, Member]:
    """Return the accounts under which persons are written to; who never wrote to the bot, or opted out, has none."""
    there = await registrations.written_to(store, persons)
    found = await members.several(store, there.values())
    silent = set[tuple[str, str]]()
    for platform in {member.platform for member in found.values()}:
        keys = [member.key for member in found.values() if member.platform == platform]
        silent |= {(platform, one) for one in await privacy.opted_out(store, platform, keys)}
    every = {person: found[member] for person, member in sorted(there.items())}
    return {person: member for person, member in every.items() if (member.platform, member.key) not in silent}


def notice(here: Here, what: str, member: Member, body: Body) -> Reply:
    """Return what one person is told, whichever of their accounts it goes to."""
    return Reply(
        body,
        member=member.id,
        purpose=Purpose.NOTICE,
        about=about(here.event),
        key=f"{key(here.event, what, here.mark)}:{member.person_id}",
        expires_at=here.now + WORTH,
    )
