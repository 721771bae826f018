"""What people may ask of their own data: not to be recorded, to see it all, to have it all erased."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Table, Text, delete, select

from storage.database import Store
from storage.schema import METADATA, UTCDateTime

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


async def _secret(store: Store) -> str:
    return str(await store.scalar(select(SECRETS.c.value).where(SECRETS.c.name == _OPTOUT_SECRET)) or "")


def _digest(secret: str, key: str) -> str:
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()
