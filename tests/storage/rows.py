"""Rows that many storage tests begin with: an account, groups, members and what they say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from storage import accounts, groups, members, messages
from storage.database import Store
from storage.frames import GroupKind, Message, Place
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from tests.conftest import T0


async def a_group(store: Store, key: str = "100", *, name: str = "PG 交流群", platform: str = "qq") -> Group:
    account = await accounts.ensure(store, platform, platform)
    return await groups.ensure(store, Place(platform, key, name=name), account.id)


async def a_direct(store: Store, member: Member) -> Group:
    account = await accounts.ensure(store, member.platform, member.platform)
    place = Place(member.platform, f"direct:{member.key}", GroupKind.DIRECT, member.name)
    group = await groups.ensure(store, place, account.id)
    await groups.belongs_to(store, group.id, member.id)
    return await groups.get(store, group.id)


async def a_member(store: Store, key: str = "10001", *, name: str = "老樊", platform: str = "qq") -> Member:
    return await members.ensure(store, platform, key, name, T0)


async def say(
    store: Store, group: Group, member: Member | None, text: str, at: datetime = T0, **fields: Any
) -> Stored | None:
    """Store a message; its key is a number of its own unless one is given."""
    mentions = fields.pop("mentions", ())
    replayed = fields.pop("replayed", False)
    key = fields.pop("key", None) or str(1000 + await _count(store))
    who, name = ("", "") if member is None else (member.key, member.name)
    message = Message(key, at, who, name, text, **fields)
    return await messages.add(
        store,
        group.id,
        message,
        member=None if member is None else member.id,
        mentions=mentions,
        received_at=at + timedelta(seconds=1),
        replayed=replayed,
    )


async def said(
    store: Store, group: Group, member: Member | None, text: str, at: datetime = T0, **fields: Any
) -> Stored:
    """Store a message that must be new."""
    found = await say(store, group, member, text, at, **fields)
    assert found is not None
    return found


async def _count(store: Store) -> int:
    return int(await store.scalar(select(func.count()).select_from(messages.MESSAGES)))
