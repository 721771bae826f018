"""How long each kind of row is kept; what is older loses its text, a bounded step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, delete, func, literal, or_, select, update

from storage import drafts, errands, event_companies, groups, inbox, members, messages, outbox, schedules, settings
from storage._forgetting import PSEUDONYM, hold_places, pseudonym
from storage.database import Store
from storage.dialogs import DIALOGS
from storage.errands import ERRANDS
from storage.frames import GroupKind
from storage.grants import AUDIT, CODES
from storage.groups import GROUPS
from storage.inbox import INBOX, LANES
from storage.members import MEMBERS
from storage.messages import MESSAGES
from storage.outbox import OUTBOX
from storage.threads import THREAD_MESSAGES, THREADS

SWEEP = 50_000  # messages looked at in one purge; the next one goes on there, and begins anew at the end
ERASE = 2_000  # messages erased in one purge
IDENTITIES = timedelta(days=30)  # how long a frame's key stays after its body: longer than any platform repeats itself
OCCURRENCES_KEPT = timedelta(days=70)  # longer than lies between two instants of any rule, so that none comes twice
OCCURRENCES = 5_000  # deleted in one purge: far more than fall due in an hour
_SWEPT = "retention.swept"


@dataclass(frozen=True, slots=True)
class Limits:
    """Days that each kind is kept; 0 keeps it for ever."""

    inbox: int = 7
    chatter: int = 180  # messages in no thread
    threads: int = 0
    outbox: int = 30
    audit: int = 365


@dataclass(frozen=True, slots=True)
class Purged:
    """What was erased, counted."""

    inbox: int = 0
    messages: int = 0
    outbox: int = 0
    audit: int = 0
    directs: int = 0


async def purge(store: Store, limits: Limits, now: datetime) -> Purged:
    """Erase what is older than its limit and return how much; rows, times and identities stay where figures need them.

    A step is bounded, so that nobody waits for it: called every hour it goes round a million messages in a day.
    """
    frames = 0
    if limits.inbox:
        frames = await inbox.purge(store, now - timedelta(days=limits.inbox))
        await inbox.drop(store, now - timedelta(days=limits.inbox) - IDENTITIES)
    posts = await _purge_posts(store, now - timedelta(days=limits.outbox)) if limits.outbox else 0
    audit = delete(AUDIT).where(AUDIT.c.at < now - timedelta(days=limits.audit))
    acts = (await store.execute(audit)).rowcount if limits.audit else 0
    await store.execute(delete(CODES).where(CODES.c.expires_at < now - IDENTITIES))
    await store.execute(delete(DIALOGS).where(DIALOGS.c.expires_at < now))
    await schedules.forget(store, now - OCCURRENCES_KEPT, OCCURRENCES)
    await event_companies.erase_told(store, now)  # it was promised, whatever the limits
    swept = await sweep(store, limits, now)
    return Purged(frames, swept, posts, acts, await _forget_addresses(store))


async def _purge_posts(store: Store, before: datetime) -> int:
    """Erase the bodies of old posts; one that still waits for a person after so long is dropped."""
    waiting = OUTBOX.c.state.in_([outbox.State.HELD, outbox.State.UNKNOWN]), OUTBOX.c.created_at < before
    await store.execute(update(OUTBOX).where(*waiting).values(state=outbox.State.DROPPED))
    failed = ERRANDS.c.state == errands.State.FAILED, ERRANDS.c.not_before < before, ERRANDS.c.payload != "{}"
    await store.execute(update(ERRANDS).where(*failed).values(payload="{}"))
    await drafts.purge(store, before)
    return await outbox.blank(store, before=before)


async def sweep(store: Store, limits: Limits, now: datetime, step: int = SWEEP, most: int = ERASE) -> int:
    """Erase at most `most` old messages among the next `step`; a thread goes as a whole, its last message decides."""
    old = []
    if limits.chatter:
        chatter = and_(THREADS.c.id.is_(None), MESSAGES.c.at < now - timedelta(days=limits.chatter))
        old.append(chatter)
    if limits.threads:
        old.append(THREADS.c.last_at < now - timedelta(days=limits.threads))
    if not old:
        return 0
    start = int(await settings.get(store, settings.COMMUNITY, _SWEPT, 0))
    query = (
        select(MESSAGES.c.id, THREADS.c.id)
        .outerjoin(THREAD_MESSAGES, THREAD_MESSAGES.c.message_id == MESSAGES.c.id)
        .outerjoin(THREADS, THREADS.c.id == THREAD_MESSAGES.c.thread_id)
        .where(MESSAGES.c.id > start, MESSAGES.c.id <= start + step, or_(*old))
        .where(or_(MESSAGES.c.text != "", MESSAGES.c.name != "", MESSAGES.c.quote.is_not(None)))
        .order_by(MESSAGES.c.id)
        .limit(most)
    )
    rows = await store.rows(query)
    await _erase(store, rows, now)
    end = rows[-1][0] if len(rows) == most else start + step
    newest = int(await store.scalar(select(func.max(MESSAGES.c.id))) or 0)
    await settings.put(store, settings.COMMUNITY, _SWEPT, end if end < newest else 0, now, None)
    return len(rows)


async def _erase(store: Store, rows: Sequence[Any], now: datetime) -> None:
    ids = [message for message, _ in rows]
    held = {thread for _, thread in rows if thread is not None}
    if held:
        await hold_places(store, ids, now)
        await store.execute(update(THREADS).where(THREADS.c.id.in_(held)).values(title=""))
    await messages.erase(store, ids)


async def _forget_addresses(store: Store) -> int:
    """Erase the addresses of directs whose member was forgotten, once nothing waits to be sent there.

    Where the same human has come back as a new member, the direct becomes that one's.
    """
    waiting = select(OUTBOX.c.group_id).where(OUTBOX.c.state.in_([outbox.State.PENDING, outbox.State.SENDING]))
    query = (
        select(GROUPS.c.id, GROUPS.c.platform, GROUPS.c.key)
        .join(MEMBERS, MEMBERS.c.id == GROUPS.c.member_id)
        .where(GROUPS.c.kind == GroupKind.DIRECT, MEMBERS.c.forgotten_at.is_not(None))
        .where(GROUPS.c.key.not_like(f"{PSEUDONYM}%"), GROUPS.c.id.not_in(waiting))
    )
    erased = 0
    for direct, platform, key in await store.rows(query):
        back = await members.find(store, platform, key.removeprefix("direct:"))
        if back is not None:
            await groups.belongs_to(store, direct, back.id)
        else:
            await _forget_address(store, direct, f"{platform}:{key}")
            erased += 1
    return erased


async def _forget_address(store: Store, direct: int, lane: str) -> None:
    """Erase one address wherever it may stand: platforms build their ids of messages and frames from it."""
    await store.execute(update(GROUPS).where(GROUPS.c.id == direct).values(key=pseudonym(), name=""))
    await store.execute(
        update(MESSAGES)
        .where(MESSAGES.c.group_id == direct)
        .values(key=_numbered(MESSAGES.c.id), alias="", reply_to=None)
    )
    posted = update(OUTBOX).where(OUTBOX.c.group_id == direct)
    await store.execute(posted.values(key=_numbered(OUTBOX.c.id), platform_key=None, reply_to=None))
    heard = update(INBOX).where(INBOX.c.lane == lane)
    await store.execute(heard.values(lane="", frame_key=_numbered(INBOX.c.id), body="", member_key=""))
    await store.execute(delete(LANES).where(LANES.c.lane == lane))


def _numbered(column: Any) -> Any:
    return literal(PSEUDONYM) + cast(column, String)
