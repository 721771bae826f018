"""History in bulk: what an import must know of what is stored, and what an export reads, a batch at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import and_, func, insert, or_, select, text

from storage import search
from storage.database import Store
from storage.frames import GroupKind, Kind, Message
from storage.groups import GROUPS
from storage.members import MEMBERS
from storage.memberships import MEMBERSHIPS
from storage.messages import HAS_ALIAS, MESSAGES, SAME_MOMENT, Stored, after
from storage.threads import COLUMNS, THREADS, Thread, select_threads

T = TypeVar("T")
Told = tuple[int, str, str]  # second, member, words
BY_NAME = "n:"  # how the key of a member begins who is known by name alone
Entry = tuple[Message, int | None, tuple[int, ...]]  # with the ids of its author and of those it mentions
_ADD = insert(MESSAGES)
_LAST = select(func.max(MESSAGES.c.id))
_NEXT_NUMBERS = text("SELECT nextval(pg_get_serial_sequence('messages', 'id')) FROM generate_series(1, :count)")
CHUNK = 500  # names asked for in one statement
FEW, MANY_TIMES = 5_000, 20  # stored messages that are compared with a batch, by its span
PAGE = 1_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def unknown(store: Store, group: int, found: Sequence[Message]) -> list[Message]:
    """Return those messages that a group does not have yet: not under their key, nor as an alias at the same moment.

    What is left is compared by content: a message is also known if the group has the same words of the same member in
    the same second under a key that is none of these messages'; each such one stands for one of them. So exports
    without ids, or with ids of another kind, add nothing to what is there, and two alike in a second stay two.
    """
    named = await _named(store, group, found)
    new = [message for message in found if not _known(message, named)]
    told = await _told(store, group, new, {message.key for message in found}) if new else Counter[Told]()
    return [message for message in new if not _take(message, told)] if told else new


async def _named(store: Store, group: int, found: Iterable[Message]) -> dict[str, list[datetime]]:
    """Return when messages were said that have one of the names, by key; those with it as an alias under that too."""
    times: dict[str, list[datetime]] = {}
    for chunk in _chunks(name for message in found for name in (message.key, message.alias) if name):
        either = or_(MESSAGES.c.key.in_(chunk), and_(MESSAGES.c.alias.in_(chunk), HAS_ALIAS))
        query = select(MESSAGES.c.key, MESSAGES.c.alias, MESSAGES.c.at).where(MESSAGES.c.group_id == group, either)
        for key, alias, at in await store.rows(query):
            times.setdefault(f"={key}", []).append(at)
            times.setdefault(key, []).append(at)
            times.setdefault(alias, []).append(at)
    return times


def _known(message: Message, named: Mapping[str, list[datetime]]) -> bool:
    names = (message.key, message.alias) if message.alias else (message.key,)
    alike = any(abs(at - message.at) <= SAME_MOMENT for name in names for at in named.get(name, ()))
    return f"={message.key}" in named or alike


async def _told(store: Store, group: int, found: Sequence[Message], keys: Container[str]) -> Counter[Told]:
    """Return how often a group has the words of a member in each second, under other keys than these."""
    since = min(message.at for message in found).replace(microsecond=0)
    until = max(message.at for message in found) + SAME_MOMENT
    there = MESSAGES.c.group_id == group, MESSAGES.c.at >= since, MESSAGES.c.at < until
    limit = FEW + MANY_TIMES * len(found)
    few = select(MESSAGES.c.id).where(*there).limit(limit).subquery()
    count = int(await store.scalar(select(func.count()).select_from(few)) or 0)
    counts: Counter[Told] = Counter()
    if not count:
        return counts
    query = select(MESSAGES.c.key, MESSAGES.c.at, func.coalesce(MEMBERS.c.key, ""), MESSAGES.c.text).outerjoin(
        MEMBERS, MEMBERS.c.id == MESSAGES.c.member_id
    )
    if count < limit:
        queries = [query.where(*there)]
    else:  # a file in no order: its span is no help
        chunks = _chunks(message.at.replace(microsecond=0) for message in found)
        queries = [query.where(MESSAGES.c.group_id == group, MESSAGES.c.at.in_(chunk)) for chunk in chunks]
    for one in queries:
        rows = await store.rows(one)
        counts.update((_second(at), member, text) for key, at, member, text in rows if key not in keys)
    return counts


def _take(message: Message, told: Counter[Told]) -> bool:
    for member in (message.member, f"{BY_NAME}{message.name}") if message.name else (message.member,):
        said = _second(message.at), member, message.text
        if told[said] > 0:
            told[said] -= 1
            return True
    return False


def _second(at: datetime) -> int:
    return int(at.timestamp())


async def carriers(store: Store, group: int, names: Iterable[str]) -> dict[str, set[str]]:
    """Return the platform ids of the members who carry names in a group, by name."""
    found: dict[str, set[str]] = {}
    for chunk in _chunks(names):
        query = (
            select(MEMBERSHIPS.c.name, MEMBERS.c.key)
            .join(MEMBERS, MEMBERS.c.id == MEMBERSHIPS.c.member_id)
            .where(MEMBERSHIPS.c.group_id == group, MEMBERSHIPS.c.name.in_(chunk))
        )
        for name, key in await store.rows(query):
            found.setdefault(name, set()).add(key)
    return found


async def groups_called(store: Store, platform: str, name: str) -> list[str]:
    """Return the platform ids of the groups of a platform that are called so."""
    query = select(GROUPS.c.key).where(GROUPS.c.platform == platform, GROUPS.c.name == name)
    return await store.scalars(query.where(GROUPS.c.kind == GroupKind.GROUP).order_by(GROUPS.c.id))


def _chunks(wanted: Iterable[T]) -> Iterator[list[T]]:
    every = list(dict.fromkeys(wanted))
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


async def add(store: Store, group: int, entries: Sequence[Entry], received_at: datetime) -> list[int]:
    """Store messages that a group does not have, index them, and return their ids; `messages.add` for many.

    Raises:
        IntegrityError: The group has one of them after all.
    """
    ids = await _numbers(store, len(entries))
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "group_id": group,
            "key": message.key,
            "alias": message.alias,
            "member_id": member,
            "at": message.at,
            "received_at": received_at,
            "kind": message.kind,
            "name": message.name,
            "text": message.text,
            "reply_to": message.reply_to,
            "quote": message.quote,
            "mentions": list(mentions),
            "to_bot": message.to_bot,
            "seq": message.seq,
            "flags": " ".join(message.flags),
            "replayed": True,
        }
        for number, (message, member, mentions) in zip(ids, entries, strict=True)
    ]
    if rows:
        await store.execute(_ADD, rows)
        await search.index_all(store, ((row["id"], row["text"]) for row in rows))
    return ids


async def _numbers(store: Store, count: int) -> list[int]:
    """Return the ids of the next rows; many rows at once cannot tell theirs."""
    if store.is_sqlite:
        last = int(await store.scalar(_LAST) or 0)
        return list(range(last + 1, last + 1 + count))
    return await store.scalars(_NEXT_NUMBERS, {"count": count})


async def first_since(store: Store, group: int, at: datetime) -> Stored | None:
    """Return the first message of a group that was said at `at` or later."""
    return next(iter(await after(store, group, _just_before(group, at), 1)), None)


async def pages(
    store: Store, group: int, since: datetime = BEGINNING, until: datetime | None = None
) -> AsyncIterator[list[Stored]]:
    """Yield the messages of a group said from `since` on and before `until`, in order, a page at a time."""
    page = await after(store, group, _just_before(group, since), PAGE)
    while page:
        if until is not None and page[-1].at >= until:
            yield [message for message in page if message.at < until]
            return
        yield page
        page = (await after(store, group, page[-1], PAGE + 1))[1:] if len(page) >= PAGE else []


async def threads_of(store: Store, group: int) -> AsyncIterator[list[Thread]]:
    """Yield all threads of a group by number, a page at a time."""
    query = select(*COLUMNS).where(THREADS.c.group_id == group).order_by(THREADS.c.id).limit(PAGE)
    page = await select_threads(store, query)
    while page:
        yield page
        page = await select_threads(store, query.where(THREADS.c.id > page[-1].id))


async def count_threads(store: Store, group: int, since: datetime, until: datetime) -> int:
    """Return how many threads of a group were asked from `since` to `until`, both included."""
    query = select(func.count()).where(
        THREADS.c.group_id == group, THREADS.c.asked_at >= since, THREADS.c.asked_at <= until
    )
    return int(await store.scalar(query) or 0)


async def latest_at(store: Store) -> datetime | None:
    """Return when the latest message of all groups was said."""
    newest = select(MESSAGES.c.at).order_by(MESSAGES.c.at.desc()).limit(1)
    return next(iter(await store.scalars(newest)), None)


def _just_before(group: int, at: datetime) -> Stored:
    """Return what stands before every message said at `at` or later, in the order of a group's messages."""
    return Stored(
        0, group, "", "", None, at, Kind.SYSTEM, "", "", None, None, (), False, frozenset(), False, None, None
    )  # fmt: skip
