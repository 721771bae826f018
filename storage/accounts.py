"""Accounts: the logins of the bot, one on one platform, and the lease that lets only one process hold each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, Integer, Table, Text, UniqueConstraint, or_, select, true, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),  # of its config table
    Column("platform", Text, nullable=False),
    Column("self_id", Text, nullable=False, server_default=""),
    Column("display", Text, nullable=False, server_default=""),
    Column("online_at", UTCDateTime),
    Column("same_ids", Boolean, nullable=False, server_default=true()),  # a member has one id in all its groups
    UniqueConstraint("name"),
)

LEASES = Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", UTCDateTime, nullable=False),
    Column("fence", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One login of the bot; `self_id` and `display` are known once it was online."""

    id: int
    name: str
    platform: str
    self_id: str
    display: str


_COLUMNS = (
    ACCOUNTS.c.id,
    ACCOUNTS.c.name,
    ACCOUNTS.c.platform,
    ACCOUNTS.c.self_id,
    ACCOUNTS.c.display,
)


async def ensure(store: Store, name: str, platform: str, *, same_ids: bool = True) -> Account:
    """Return the account of a config table, made at its first use."""
    await store.insert_or_skip(ACCOUNTS, name=name, platform=platform, same_ids=same_ids)
    row = await store.row(select(*_COLUMNS).where(ACCOUNTS.c.name == name))
    if row is None:
        raise LookupError(f"account {name} vanished")
    return Account(*row)


async def get(store: Store, account: int) -> Account:
    """Return an account by id.

    Raises:
        LookupError: There is none.
    """
    row = await store.row(select(*_COLUMNS).where(ACCOUNTS.c.id == account))
    if row is None:
        raise LookupError(f"no account {account}")
    return Account(*row)


async def went_online(store: Store, account: int, self_id: str, display: str, at: datetime) -> None:
    """Write down who the account turned out to be."""
    await store.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(self_id=self_id, display=display, online_at=at)
    )


async def every(store: Store) -> list[Account]:
    """Return all accounts."""
    return [Account(*row) for row in await store.rows(select(*_COLUMNS).order_by(ACCOUNTS.c.id))]


async def lease(store: Store, name: str, owner: str, now: datetime, span: timedelta) -> int | None:
    """Take or renew a lease; return its fencing number, or None while somebody else holds it."""
    await store.insert_new(LEASES, [{"name": name, "owner": owner, "until": now, "fence": 0}])
    mine = or_(LEASES.c.owner == owner, LEASES.c.until <= now)
    found = await store.scalar(
        update(LEASES)
        .where(LEASES.c.name == name, mine)
        .values(owner=owner, until=now + span, fence=LEASES.c.fence + 1)
        .returning(LEASES.c.fence)
    )
    return None if found is None else int(found)


async def release(store: Store, name: str, owner: str, now: datetime) -> None:
    """Give a lease back at once, so that a successor need not wait."""
    await store.execute(update(LEASES).where(LEASES.c.name == name, LEASES.c.owner == owner).values(until=now))
