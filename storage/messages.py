"""Messages: what members posted, each stored once: UNIQUE (group, message key)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)

from storage import search
from storage.database import Store
from storage.frames import Kind, Message
from storage.groups import GROUPS
from storage.schema import METADATA, Id, UTCDateTime

# Few platforms name a message twice, so the index holds only those; a query must repeat these very words to use it.
HAS_ALIAS = literal_column("alias") != literal_column("''")

MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("alias", Text, nullable=False, server_default=""),
    Column("member_id", Id, ForeignKey("members.id")),  # None: system lines and withheld messages
    Column("at", UTCDateTime, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    Column("reply_to", Text),
    Column("quote", Text),
    Column("mentions", JSON, nullable=False),  # ids of members
    Column("to_bot", Boolean, nullable=False, server_default=false()),
    Column("seq", BigInteger),
    Column("flags", Text, nullable=False, server_default=""),  # words with a space between
    Column("replayed", Boolean, nullable=False, server_default=false()),
    Column("edited_at", UTCDateTime),
    Column("recalled_at", UTCDateTime),
    UniqueConstraint("group_id", "key"),
    Index("ix_messages_group_id_at", "group_id", "at"),
    Index("ix_messages_member_id_at", "member_id", "at"),
    Index("ix_messages_alias", "group_id", "alias", sqlite_where=HAS_ALIAS, postgresql_where=HAS_ALIAS),
)

SAME_MOMENT = timedelta(seconds=1)
CARRIED, UNSIGNED = "carried", "unsigned"  # flags: the bot carried it into the group / and its author's name is hidden


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored message. `mentions` are ids of members; `member_id` is None for system lines and withheld ones."""

    id: int
    group_id: int
    key: str
    alias: str
    member_id: int | None
    at: datetime
    kind: Kind
    name: str
    text: str
    reply_to: str | None
    quote: str | None
    mentions: tuple[int, ...]
    to_bot: bool
    flags: frozenset[str]
    replayed: bool
    edited_at: datetime | None
    recalled_at: datetime | None

    @property
    def order(self) -> tuple[datetime, int, str]:
        """The sort key of a group's messages: platform time, then message key (numbers by value)."""
        return self.at, len(self.key), self.key


_PLAIN: frozenset[str] = frozenset()
_KINDS = {kind.value: kind for kind in Kind}
_WHO = ("id", "group_id", "key", "alias", "member_id", "at")
_WHAT = ("kind", "name", "text", "reply_to", "quote", "mentions", "to_bot", "flags", "replayed")
_NAMES = (*_WHO, *_WHAT, "edited_at", "recalled_at")
COLUMNS = tuple(MESSAGES.c[name] for name in _NAMES)
ORDER = (MESSAGES.c.at, func.length(MESSAGES.c.key), MESSAGES.c.key)


_IN_GROUP = select(*COLUMNS).where(MESSAGES.c.group_id == bindparam("group"))
_BY_KEY = _IN_GROUP.where(MESSAGES.c.key == bindparam("name"))
_BY_ALIAS = _IN_GROUP.where(MESSAGES.c.alias == bindparam("name"), HAS_ALIAS).order_by(MESSAGES.c.id.desc()).limit(1)
_UNDER_OTHER_NAME = (
    select(MESSAGES.c.id)
    .where(MESSAGES.c.group_id == bindparam("group"))
    .where(MESSAGES.c.at.between(bindparam("since"), bindparam("until")))
    .where(or_(MESSAGES.c.alias == bindparam("key"), MESSAGES.c.key == bindparam("alias")))
    .limit(1)
)
_BY_ID = select(*COLUMNS).where(MESSAGES.c.id == bindparam("id"))


def stored(row: Sequence[Any]) -> Stored:
    """Return the message in a row of `COLUMNS`."""
    fields = list(row)
    fields[6] = _KINDS[fields[6]]
    fields[11] = tuple(fields[11])
    fields[13] = frozenset(fields[13].split()) if fields[13] else _PLAIN
    return Stored(*fields)


async def add(
    store: Store,
    group: int,
    message: Message,
    *,
    member: int | None,
    mentions: tuple[int, ...],
    received_at: datetime,
    replayed: bool = False,
) -> Stored | None:
    """Store a message and index its text; None where the group has it already.

    The UNIQUE key decides. A platform that names one message in two ways (`alias`) is looked through, so that an
    import of what was heard live adds nothing.
    """
    if (message.alias or replayed) and await _under_other_name(store, group, message):
        return None
    values = {
        "group_id": group,
        "key": message.key,
        "alias": message.alias,
        "member_id": member,
        "at": message.at,
        "kind": str(message.kind),
        "name": message.name,
        "text": message.text,
        "reply_to": message.reply_to,
        "quote": message.quote,
        "mentions": list(mentions),
        "to_bot": message.to_bot,
        "flags": " ".join(message.flags),
        "replayed": replayed,
    }
    found = await store.insert_or_skip(MESSAGES, received_at=received_at, seq=message.seq, **values)
    if found is None:
        return None
    await search.index(store, found, group, message.text)
    return stored([found, *(values.get(name) for name in _NAMES[1:])])


async def _under_other_name(store: Store, group: int, message: Message) -> bool:
    names = {"group": group, "key": message.key, "alias": message.alias}
    moment = {"since": message.at - SAME_MOMENT, "until": message.at + SAME_MOMENT}
    return await store.scalar(_UNDER_OTHER_NAME, {**names, **moment}) is not None


async def find(store: Store, group: int, name: str) -> Stored | None:
    """Return the message that the platform calls `name`: its key, else its alias (the latest, numbers come round)."""
    row = await store.row(_BY_KEY, {"group": group, "name": name})
    if row is None:  # two look-ups by index: one with OR would go through the group's messages from the end
        row = await store.row(_BY_ALIAS, {"group": group, "name": name})
    return None if row is None else stored(row)


async def get(store: Store, message: int) -> Stored:
    """Return a message by id.

    Raises:
        LookupError: There is none.
    """
    row = await store.row(_BY_ID, {"id": message})
    if row is None:
        raise LookupError(f"no message {message}")
    return stored(row)


async def several(store: Store, ids: Iterable[int]) -> list[Stored]:
    """Return messages by id, in order."""
    query = select(*COLUMNS).where(MESSAGES.c.id.in_(list(ids))).order_by(*ORDER)
    return [stored(row) for row in await store.rows(query)]


async def after(store: Store, group: int, message: Stored, limit: int = 10_000) -> list[Stored]:
    """Return the messages of a group from one message onwards (itself included), in order."""
    key = MESSAGES.c.key
    later = or_(
        MESSAGES.c.at > message.at,
        and_(
            MESSAGES.c.at == message.at,
            or_(func.length(key) > len(message.key), and_(func.length(key) == len(message.key), key >= message.key)),
        ),
    )
    query = select(*COLUMNS).where(MESSAGES.c.group_id == group, later).order_by(*ORDER).limit(limit)
    return [stored(row) for row in await store.rows(query)]


async def latest_before(store: Store, group: int, message: Stored, limit: int) -> list[Stored]:
    """Return up to `limit` messages just before one, in order."""
    key = MESSAGES.c.key
    earlier = or_(
        MESSAGES.c.at < message.at,
        and_(
            MESSAGES.c.at == message.at,
            or_(func.length(key) < len(message.key), and_(func.length(key) == len(message.key), key < message.key)),
        ),
    )
    query = (
        select(*COLUMNS)
        .where(MESSAGES.c.group_id == group, earlier)
        .order_by(*(column.desc() for column in ORDER))
        .limit(limit)
    )
    return [stored(row) for row in reversed(await store.rows(query))]


async def twin(store: Store, message: Stored) -> bool:
    """Say whether the same member posted the same text in the same second under another key.

    Some implementations deliver one message twice with different ids; people type "1" twice as well. So a twin is
    kept, but has no side effects.
    """
    query = (
        select(MESSAGES.c.id)
        .where(
            MESSAGES.c.group_id == message.group_id,
            MESSAGES.c.member_id == message.member_id,
            MESSAGES.c.at == message.at,
            MESSAGES.c.text == message.text,
            MESSAGES.c.id < message.id,
        )
        .limit(1)
    )
    return await store.scalar(query) is not None


async def edit(store: Store, message: Stored, text: str, at: datetime) -> None:
    """Replace a message's text."""
    await store.execute(update(MESSAGES).where(MESSAGES.c.id == message.id).values(text=text, edited_at=at))
    await search.forget(store, [message.id])
    await search.index(store, message.id, message.group_id, text)


async def erase(store: Store, ids: Iterable[int], *, recalled_at: datetime | None = None) -> None:
    """Blank messages for good: text, quote and name go, also from the index; row and time stay."""
    wanted = list(ids)
    blank: dict[str, Any] = {"text": "", "quote": None, "name": ""}
    if recalled_at is not None:
        blank["recalled_at"] = recalled_at
    await store.execute(update(MESSAGES).where(MESSAGES.c.id.in_(wanted)).values(**blank))
    await search.forget(store, wanted)


async def latest(store: Store, account: int) -> list[tuple[int, str, datetime, int | None]]:
    """Return (group, key, at, seq) of the latest message heard live in each group that an account listens in."""
    live = select(MESSAGES.c.id).where(MESSAGES.c.group_id == GROUPS.c.id, MESSAGES.c.replayed.is_(False))
    last = live.order_by(MESSAGES.c.at.desc(), MESSAGES.c.id.desc()).limit(1).scalar_subquery()
    found = await store.scalars(select(last).where(GROUPS.c.account_id == account))
    query = select(MESSAGES.c.group_id, MESSAGES.c.key, MESSAGES.c.at, MESSAGES.c.seq)
    ids = [message for message in found if message is not None]
    rows = [
        row
        for start in range(0, len(ids), 1_000)
        for row in await store.rows(query.where(MESSAGES.c.id.in_(ids[start : start + 1_000])))
    ]
    return [tuple(row) for row in rows]
