"""What people may ask of their own data: not to be recorded, to see it all, to have it all erased."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, Text, and_, delete, false, or_, select, text

from storage._forgetting import Forgotten, forget
from storage._personal import places
from storage.accounts import ACCOUNTS
from storage.database import BUSY_SECONDS, Database, Store
from storage.frames import GroupKind
from storage.groups import GROUPS
from storage.inbox import INBOX
from storage.members import MEMBERS, Member, several
from storage.outbox import OUTBOX
from storage.retention import Limits, Purged, purge
from storage.schema import METADATA, UTCDateTime
from storage.threads import THREADS

__all__ = [
    "Forgotten",
    "Limits",
    "Purged",
    "forget",
    "mydata",
    "opt_in",
    "opt_out",
    "opted_out",
    "purge",
    "scrub",
]

OPTOUTS = Table(
    "optouts",
    METADATA,
    Column("platform", Text, primary_key=True),
    Column("digest", Text, primary_key=True),  # keyed hash of the member's platform id: who it is, is not kept
    Column("at", UTCDateTime, nullable=False),
)

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

HELPED = ("first_responder", "first_answerer", "solver")  # of a thread that another member asked
SECRET = frozenset({"digest", "chain"})  # hashes tell nobody anything
_OPTOUT_SECRET = "optouts"  # noqa: S105 - its name, not its value


async def opt_out(store: Store, platform: str, key: str, at: datetime) -> None:
    """Record nothing any more of what the member behind a platform id says; only a keyed hash of the id is kept."""
    secret = secrets.token_hex(32)
    await store.insert_new(SECRETS, [{"name": _OPTOUT_SECRET, "value": secret}])
    row = {"platform": platform, "digest": _digest(await _secret(store), key), "at": at}
    await store.insert_new(OPTOUTS, [row])


async def opt_in(store: Store, platform: str, key: str) -> bool:
    """Record a member again; False where it had not opted out."""
    mine = OPTOUTS.c.platform == platform, OPTOUTS.c.digest == _digest(await _secret(store), key)
    return (await store.execute(delete(OPTOUTS).where(*mine))).rowcount == 1


async def opted_out(store: Store, platform: str, keys: Iterable[str]) -> set[str]:
    """Return those of some members, by platform id, who opted out: two short queries, however many are asked about."""
    secret = await _secret(store)
    asked = {_digest(secret, key): key for key in keys} if secret else {}
    if not asked:
        return set()
    query = select(OPTOUTS.c.digest).where(OPTOUTS.c.platform == platform, OPTOUTS.c.digest.in_(asked))
    return {asked[digest] for digest in await store.scalars(query)}


async def is_silent(store: Store, member: int) -> bool:
    """Say whether nothing of a member may be stored any more: forgotten, or opted out."""
    row = await store.row(
        select(MEMBERS.c.platform, MEMBERS.c.key, MEMBERS.c.forgotten_at).where(MEMBERS.c.id == member)
    )
    return row is None or row.forgotten_at is not None or bool(await opted_out(store, row.platform, [row.key]))


async def _secret(store: Store) -> str:
    return str(await store.scalar(select(SECRETS.c.value).where(SECRETS.c.name == _OPTOUT_SECRET)) or "")


def _digest(secret: str, key: str) -> str:
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()


async def mydata(store: Store, wanted: Iterable[int]) -> dict[str, Any]:
    """Return everything that is kept about members, by stable id, as JSON can hold it: tables and their rows.

    Of threads that a member only helped in, the number is given and not the asker's words.
    """
    mine = await several(store, wanted)
    found: dict[str, Any] = {"members": _plain(await store.rows(select(MEMBERS).where(MEMBERS.c.id.in_(mine))))}
    for table in {place.table.name: place.table for place in places()}.values():
        here = [place for place in places() if place.table is table and place.is_own]
        owned = [place.column for place in here if place.column.name not in HELPED]
        shown = [column for column in table.columns if column.name not in SECRET]
        query = select(*shown).where(or_(*(column.in_(mine) for column in owned)))
        found[table.name] = _plain(await store.rows(query.order_by(*table.primary_key)))
    helped = or_(*(THREADS.c[name].in_(mine) for name in HELPED))
    found["helped"] = await store.scalars(select(THREADS.c.id).where(helped).order_by(THREADS.c.id))
    found["frames"] = _plain(await _frames(store, mine.values()))
    found["posts"] = _plain(await _posts(store, mine))
    found["opted_out"] = [m.id for m in mine.values() if await opted_out(store, m.platform, [m.key])]
    return found


async def _frames(store: Store, mine: Iterable[Member]) -> Sequence[Any]:
    query = select(INBOX.c.received_at, INBOX.c.state, INBOX.c.body)
    query = query.join(ACCOUNTS, ACCOUNTS.c.id == INBOX.c.account_id)
    theirs = [and_(ACCOUNTS.c.platform == member.platform, INBOX.c.member_key == member.key) for member in mine]
    return await store.rows(query.where(or_(false(), *theirs)))


async def _posts(store: Store, mine: Iterable[int]) -> Sequence[Any]:
    query = select(OUTBOX.c.sent_at, OUTBOX.c.state, OUTBOX.c.body).join(GROUPS, GROUPS.c.id == OUTBOX.c.group_id)
    return await store.rows(query.where(GROUPS.c.kind == GroupKind.DIRECT, GROUPS.c.member_id.in_(mine)))


def _plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row._mapping.items()}
        for row in rows
    ]


async def scrub(database: Database) -> None:
    """Erase the bytes of what was erased: pages, index and log of a SQLite file; on PostgreSQL the dead rows.

    Writers wait meanwhile, for about a second per 100 MB; readers do not.
    """
    if database.file is None:
        async with database.raw() as connection:
            await connection.execute(text("VACUUM"))
        return
    async with database.raw():  # for the turn: no writer of this process comes in between
        await asyncio.to_thread(_scrub_file, database.file)


def _scrub_file(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("INSERT INTO message_terms (message_terms) VALUES ('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
