"""Reminders: what was announced, reminded of and called off in which group, for which beginning, so that it is once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, delete, select, update

from storage import registrations
from storage.database import Store
from storage.events import EVENTS, State
from storage.outbox import OUTBOX
from storage.outbox import State as PostState
from storage.registrations import REGISTRATIONS
from storage.schema import METADATA, Id, UTCDateTime

REMINDERS = Table(
    "reminders",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("starts_at", UTCDateTime, nullable=False),  # the beginning that was told of; of `moved`, when it was moved
    Column("group_id", Id, nullable=False, server_default="0"),  # 0: those who registered
    Column("at", UTCDateTime, nullable=False),
    Column("post", Text, nullable=False, server_default=""),  # key in the outbox; empty: nothing is said there
    UniqueConstraint("event_id", "kind", "starts_at", "group_id"),
    Index("ix_reminders_post", "post"),
)

_WAITING = (PostState.PENDING, PostState.HELD)
_LOST = (PostState.DROPPED, PostState.FAILED)
EXPIRED = "expired"  # as the outbox says why it dropped a post
REGISTERED = 0  # in place of a group: those who registered


class Kind(StrEnum):
    """What is said of an event."""

    ANNOUNCE = "announce"
    WEEK = "7d"
    DAY = "1d"
    HOUR = "1h"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Place(NamedTuple):
    """One thing to say of an event in one group (or to those who registered), for one beginning of it."""

    event: int
    kind: Kind
    starts_at: datetime
    group: int = REGISTERED


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was said, or was decided not to be."""

    place: Place
    at: datetime
    post: str


@dataclass(frozen=True, slots=True)
class Coming:
    """An event that is not begun, as far as it matters when to speak of it.

    Attributes:
        reminders: As the event wants them; None: as the settings say.
        known_since: When members were last told of its time: published, or moved.
    """

    id: int
    starts_at: datetime
    zone: str
    reminders: tuple[str, ...] | None
    known_since: datetime


_COLUMNS = tuple(REMINDERS.c[name] for name in ("event_id", "kind", "starts_at", "group_id", "at", "post"))


async def coming(store: Store, now: datetime, until: datetime) -> list[Coming]:
    """Return the published events that begin in a span, in their order: one look into an index."""
    columns = ("id", "starts_at", "zone", "reminders", "published_at", "moved_at")
    query = (
        select(*(EVENTS.c[name] for name in columns))
        .where(EVENTS.c.state == State.PUBLISHED, EVENTS.c.starts_at > now, EVENTS.c.starts_at < until)
        .order_by(EVENTS.c.starts_at, EVENTS.c.id)
    )
    return [
        Coming(row[0], row[1], row[2], None if row[3] is None else tuple(row[3].split()), row[5] or row[4])
        for row in await store.rows(query)
    ]


async def claim(store: Store, place: Place, at: datetime, *, post: str = "") -> bool:
    """Keep that something is said now, or (without a post) that it is not; False where that was decided before.

    Part of the transaction that holds the post. Claims of one transaction are made in the order of `Place`, so that
    two processes never wait for each other.
    """
    row = {"event_id": place.event, "kind": place.kind, "starts_at": place.starts_at, "group_id": place.group}
    return await store.insert_or_skip(REMINDERS, **row, at=at, post=post) is not None


async def told(store: Store, events: Collection[int], kinds: Iterable[Kind] = tuple(Kind)) -> list[Told]:
    """Return what was said of events, oldest first."""
    query = select(*_COLUMNS).where(REMINDERS.c.event_id.in_(events), REMINDERS.c.kind.in_(list(kinds)))
    rows = await store.rows(query.order_by(REMINDERS.c.at, REMINDERS.c.id)) if events else ()
    return [Told(Place(row[0], Kind(row[1]), row[2], row[3]), row[4], row[5]) for row in rows]


async def reached(store: Store, event: int) -> set[int]:
    """Return the groups in which an event was announced; a post that still waits counts, one that was dropped not."""
    return await _told_in(store, event, [Kind.ANNOUNCE])


async def knowing(store: Store, event: int) -> set[int]:
    """Return the groups that heard of an event in any way: also of one that was never announced, but reminded of."""
    return await _told_in(store, event, [kind for kind in Kind if kind is not Kind.CANCELLED])


async def _told_in(store: Store, event: int, kinds: Iterable[Kind]) -> set[int]:
    every = [one for one in await told(store, [event], kinds) if one.post and one.place.group != REGISTERED]
    posts = await _posts(store, {one.post for one in every})
    lost = {post for post, (state, _) in posts.items() if state in _LOST}
    return {one.place.group for one in every if one.post not in lost}


async def take_back(store: Store, event: int) -> list[str]:
    """Forget what was to be said of an event and was not yet; return the keys of the posts that are to be dropped.

    What stands in one post with it is free to be said again. What may have arrived stays said, and so does what those
    who registered were told: each of them has a post of their own.
    """
    every = {one.post for one in await told(store, [event]) if one.post and one.place.group != REGISTERED}
    posts = await _posts(store, every)
    waiting = {post for post in every if post not in posts or posts[post][0] in _WAITING}
    unsaid = sorted(post for post in waiting if post not in posts or not posts[post][1])
    await store.execute(delete(REMINDERS).where(REMINDERS.c.post.in_(unsaid)))
    return sorted(waiting)


async def _posts(store: Store, keys: Collection[str]) -> dict[str, tuple[PostState, int]]:
    query = select(OUTBOX.c.key, OUTBOX.c.state, OUTBOX.c.attempts).where(OUTBOX.c.key.in_(keys))
    return {row.key: (PostState(row.state), row.attempts) for row in await store.rows(query)}


async def give_back(store: Store, events: Collection[int]) -> None:
    """Forget what was said of events in posts that could not be sent in time, so that it is said in other words."""
    late = (OUTBOX.c.key == REMINDERS.c.post, OUTBOX.c.state == PostState.DROPPED, OUTBOX.c.error == EXPIRED)
    mine = (REMINDERS.c.event_id.in_(events), REMINDERS.c.kind.in_([Kind.WEEK, Kind.DAY, Kind.HOUR]))
    await store.execute(
        delete(REMINDERS).where(*mine, REMINDERS.c.post != "", select(OUTBOX.c.id).where(*late).exists())
    )


async def wanting(store: Store, event: int, kind: Kind) -> list[int] | None:
    """Return the members who registered and want to be told of a kind; None where everybody does."""
    mine = (REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.state == registrations.State.IN)
    other = REGISTRATIONS.c.remind.not_in(["", kind])
    if await store.scalar(select(REGISTRATIONS.c.id).where(*mine, other).limit(1)) is None:
        return None
    return await store.scalars(select(REGISTRATIONS.c.member_id).where(*mine, ~other).order_by(REGISTRATIONS.c.id))


async def forget_lost(store: Store, event: int, kind: Kind) -> None:
    """Forget what was claimed of a kind and then dropped, so that it can be said again."""
    every = {one.post for one in await told(store, [event], [kind]) if one.post}
    lost = [post for post, (state, _) in (await _posts(store, every)).items() if state in _LOST]
    await store.execute(delete(REMINDERS).where(REMINDERS.c.event_id == event, REMINDERS.c.post.in_(lost)))


async def posted(store: Store, event: int, group: int, before: str, post: str) -> None:
    """Write down under which key of the outbox something goes out, where that was not known when it was claimed."""
    mine = (REMINDERS.c.event_id == event, REMINDERS.c.group_id == group, REMINDERS.c.post == before)
    await store.execute(update(REMINDERS).where(*mine).values(post=post))


async def still(store: Store, event: int, posts: Collection[str]) -> set[str]:
    """Return those of some posts about an event that are still to be made."""
    mine = (REMINDERS.c.event_id == event, REMINDERS.c.post.in_(posts))
    return set(await store.scalars(select(REMINDERS.c.post).where(*mine)))


async def expecting(store: Store, events: Collection[int]) -> dict[int, dict[int, datetime]]:
    """Return when each group was last told when an event is (announced, or moved), by event and group."""
    found: dict[int, dict[int, datetime]] = defaultdict(dict)
    for one in await told(store, events, [Kind.ANNOUNCE, Kind.MOVED]):
        if one.post:
            found[one.place.event][one.place.group] = one.at
    return found
