"""Reaches those who registered for an event: each once, in private where they can be written to, else in their group.

Calling it twice with the same key tells nobody twice. Many are told by an errand, some at a time, so that no
transaction grows with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers import Body, Community, Context, Errand, Outside, Purpose, Reply, Text
from handlers._events.meant import about
from handlers._settings import is_approved, is_quiet, language
from handlers._wording import names
from storage import events, groups, registrations, replies, settings
from storage.database import Store
from storage.events import Event
from storage.registrations import Registration, State

FEATURE, REACH = "joining", "reach"
AT_ONCE = 200  # people told within the transaction that asks for it
NAMED = 3


class Texts:
    """Whom a line in a group is for."""

    ONE = Text(zh="{event} 报了名的 {names}：", en="{event}, for {names}:")
    SOME = Text(zh="{event} 报了名的 {names} 等 {count} 位：", en="{event}, for {names} and others, {count} in all:")
    COUNT = Text(zh="{event} 报了名的 {count} 位：", en="{event}, for the {count} who registered:")


@dataclass(frozen=True, slots=True)
class Word:
    """What is told, under which key, to whom, until when it is worth it, and whether they were promised to be told."""

    body: Body
    key: str
    members: tuple[int, ...] | None = None
    states: tuple[State, ...] = (State.IN,)
    expires_at: datetime | None = None
    promised: bool = False

    @property
    def purpose(self) -> Purpose:
        """What a post in a group is: what was promised answers those who asked for it, be the group quiet or not."""
        return Purpose.REPLY if self.promised else Purpose.REMINDER


async def reach(
    ctx: Context[Any],
    event: Event,
    body: Body,
    *,
    key: str,
    members: Sequence[int] | None = None,
    waiting: bool = False,
    expires_at: datetime | None = None,
    promised: bool = False,
) -> list[Reply | Errand]:
    """Return what tells everyone registered, or those of some members, once.

    Args:
        ctx: Where it is said from.
        event: The event.
        body: What is said to each.
        key: Identity of what is told; a person who was told under it is not again.
        members: Whom to tell; None: everyone registered.
        waiting: Also those who wait for a seat.
        expires_at: Worthless afterwards, UTC.
        promised: Whether they were told that they would be, such as of a seat that becomes free.
    """
    states = (State.IN, State.WAITING) if waiting else (State.IN,)
    word = Word(body, key, None if members is None else tuple(members), states, expires_at, promised)
    if members is None:
        stand = await registrations.counts(ctx.store, event.id)
        many = stand.taken + (stand.waiting if waiting else 0) > AT_ONCE
    else:
        many = len(members) > AT_ONCE
    if many:
        return [_errand(event, word, since=0, group=ctx.group.id)]
    found = await _wanted(ctx.store, event, word)
    there = await registrations.written_to(ctx.store, [one.person for one in found])
    return [*_privately(event, word, there), *await in_groups(ctx.store, ctx.community, event, word, ctx.now())]


async def reach_more(errand: Errand, outside: Outside) -> list[Reply | Errand]:
    """Tell the next ones of many; return their replies, and the errand that goes on behind them."""
    async with outside.read() as store:
        event = await events.get(store, int(errand.payload["event"]))
        word, since = _word(errand.payload), int(errand.payload["since"])
        told = [] if since else list(await in_groups(store, outside.community, event, word, outside.now()))
        found = await registrations.after(store, event.id, word.states, since=since, limit=AT_ONCE, among=word.members)
        there = await registrations.written_to(store, [one.person for one in found])
    replies_now: list[Reply | Errand] = [*told, *_privately(event, word, there)]
    if len(found) == AT_ONCE:
        replies_now.append(_errand(event, word, since=found[-1].id, group=errand.group))
    return replies_now


def _privately(event: Event, word: Word, there: Mapping[int, int]) -> list[Reply]:
    return [
        Reply(
            word.body,
            member=member,
            purpose=Purpose.NOTICE,
            key=f"{word.key}:{person}",
            about=about(event),
            expires_at=word.expires_at,
        )
        for person, member in there.items()
    ]


async def in_groups(store: Store, community: Community, event: Event, word: Word, now: datetime) -> list[Reply]:
    """Return one post for each group in which people registered whom nobody can write to; nothing where it is quiet."""
    found = await _wanted(store, event, word)
    there = await registrations.written_to(store, [one.person for one in found])
    left: dict[int, list[int]] = {}
    for one in found:
        if one.person not in there and one.group is not None:
            left.setdefault(one.group, []).append(one.member)
    return [
        Reply(
            await _for_some(store, community, event, word, group, wanted),
            group=group,
            purpose=word.purpose,
            key=f"{word.key}:group:{group}",
            about=about(event),
            expires_at=word.expires_at,
        )
        for group, wanted in left.items()
        if await _may_post(store, community, group, now, promised=word.promised)
    ]


async def _may_post(store: Store, community: Community, group: int, now: datetime, *, promised: bool) -> bool:
    overrides = await settings.overrides(store, group)
    heard = (await groups.get(store, group)).account_id is not None
    return heard and (promised or (is_approved(overrides, community) and not is_quiet(overrides, now)))


async def _for_some(
    store: Store, community: Community, event: Event, word: Word, group: int, wanted: Sequence[int]
) -> Body:
    spoken = language(await settings.overrides(store, group), community)
    called = await names.called(store, group, wanted[: 2 * NAMED])
    shown = list(dict.fromkeys(called.values()))[:NAMED]
    told = {"event": event.number, "names": ("、" if spoken != "en" else ", ").join(shown), "count": len(wanted)}
    text = Texts.COUNT if not shown else Texts.ONE if len(shown) == len(wanted) else Texts.SOME
    return Body.of(names.spaced(text.in_language(spoken, **told))).plus(word.body)


async def _wanted(store: Store, event: Event, word: Word) -> list[Registration]:
    if word.members is None:
        return await registrations.of_event(store, event.id, word.states)
    return await registrations.among(store, event.id, word.members, word.states)


def _errand(event: Event, word: Word, *, since: int, group: int | None) -> Errand:
    payload = {
        "event": event.id,
        "since": since,
        "key": word.key,
        "body": replies.encode(word.body),
        "members": None if word.members is None else list(word.members),
        "states": list(word.states),
        "expires_at": None if word.expires_at is None else word.expires_at.isoformat(),
        "promised": word.promised,
    }
    return Errand(FEATURE, REACH, f"reach:{word.key}:{since}", payload, group=group)


def _word(payload: Mapping[str, Any]) -> Word:
    until, wanted = payload["expires_at"], payload["members"]
    return Word(
        replies.decode(payload["body"]),
        str(payload["key"]),
        None if wanted is None else tuple(wanted),
        tuple(State(state) for state in payload["states"]),
        None if until is None else datetime.fromisoformat(until),
        bool(payload["promised"]),
    )
