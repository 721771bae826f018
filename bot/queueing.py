"""Queues a reply: where it goes, under which key, until when it is worth sending."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import ANSWER_AGE
from storage import groups, members, outbox
from storage.database import Store
from storage.frames import GroupKind, Place
from storage.groups import Group
from storage.replies import Purpose, Reply

GATHER_SPAN = timedelta(minutes=2)
WORTH = {
    Purpose.REPLY: ANSWER_AGE,
    Purpose.NOTICE: timedelta(days=1),
    Purpose.DIGEST: timedelta(days=1),
    Purpose.REMINDER: timedelta(hours=1),
}


async def queue(
    store: Store, reply: Reply, origin: Group, *, key: str, now: datetime, gather: timedelta = GATHER_SPAN
) -> int | None:
    """Queue a reply that answers something in `origin`; None where its key was queued before.

    A reply that gathers joins the one of its kind that still waits in the group, instead of becoming a post.
    """
    group = await destination(store, reply, origin)
    if reply.gather is not None:
        until, named = now + gather, f"gather:{reply.gather}:{key}"
        worth = until + WORTH[reply.purpose]
        return await outbox.gather(store, reply, group=group.id, now=now, until=until, expires_at=worth, key=named)
    expires_at = reply.expires_at or (reply.not_before or now) + WORTH[reply.purpose]
    return await outbox.put(store, reply, key=reply.key or key, group=group.id, now=now, expires_at=expires_at)


async def destination(store: Store, reply: Reply, origin: Group) -> Group:
    """Return where a reply goes: a member's direct, a named group, or where the words came from."""
    if reply.member is not None:
        direct = await groups.direct_of(store, reply.member)
        return direct if direct is not None else await _open_direct(store, reply.member, origin)
    return origin if reply.group is None else await groups.get(store, reply.group)


async def _open_direct(store: Store, member: int, origin: Group) -> Group:
    found = await members.get(store, member)
    place = Place(found.platform, f"direct:{found.key}", GroupKind.DIRECT, found.name)
    account = origin.account_id if origin.platform == found.platform else None
    direct = await groups.ensure(store, place, account)
    await groups.belongs_to(store, direct.id, member)
    return direct
