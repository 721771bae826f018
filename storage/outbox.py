"""The outbox: every post the bot makes, as a row before it is sent and with its outcome afterwards.

pending --claim--> sending --ok--> sent
^                  |-- not sent (nothing left the machine, 429) --> pending, later
|                  |-- refused for good --> failed
|                  `-- no answer, or the process died --> unknown --> held, or dropped, or resent by setting
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update

from storage import replies
from storage._posts import COLUMNS, EMPTY, OUTBOX, Post, State, post_of
from storage._turns import Waiting, preceding, turns, whole
from storage.database import Store
from storage.groups import GROUPS
from storage.replies import Purpose, Reply

__all__ = [
    "EMPTY",
    "OUTBOX",
    "Post",
    "State",
    "answered_at",
    "blank",
    "by_key",
    "claim",
    "confirm",
    "count_queued",
    "count_sent",
    "drop",
    "due",
    "gather",
    "gathering",
    "get",
    "in_state",
    "next_due",
    "orphans",
    "posted_among",
    "posted_as",
    "put",
    "put_parts",
    "settle",
]

_IN_GROUP = select(*COLUMNS).where(OUTBOX.c.group_id == bindparam("group"))
_POSTED_AS = _IN_GROUP.where(OUTBOX.c.platform_key == bindparam("key")).limit(1)
_GATHERING = (
    _IN_GROUP.where(OUTBOX.c.state == State.PENDING, OUTBOX.c.attempts == 0)
    .where(OUTBOX.c.key.like(bindparam("pattern"), escape="/"))
    .limit(1)
)
_BUSY = select(OUTBOX.c.group_id).where(OUTBOX.c.state == State.SENDING)
# What waits is little, the groups and directs of an account may be tens of thousands.
_SERVED = exists().where(GROUPS.c.id == OUTBOX.c.group_id, GROUPS.c.account_id == bindparam("account"))
_WAITING = select(*(OUTBOX.c[name] for name in Waiting._fields)).where(OUTBOX.c.state == State.PENDING, _SERVED)
_DUE = _WAITING.where(OUTBOX.c.not_before <= bindparam("now"), OUTBOX.c.group_id.not_in(_BUSY))
_NEXT_DUE = select(func.min(OUTBOX.c.not_before)).where(OUTBOX.c.state == State.PENDING, _SERVED)


async def put(
    store: Store, reply: Reply, *, key: str, group: int, now: datetime, expires_at: datetime | None, held: bool = False
) -> int | None:
    """Queue a reply for a group; None where the same key was queued before (it is not queued twice)."""
    return await store.insert_or_skip(
        OUTBOX,
        key=key,
        group_id=group,
        reply_to=reply.reply_to,
        about=reply.about,
        purpose=reply.purpose,
        body=replies.encode(reply.body),
        state=State.HELD if held else State.PENDING,
        not_before=reply.not_before or now,
        expires_at=expires_at,
        created_at=now,
    )


async def put_parts(store: Store, post: Post, payloads: Iterable[str]) -> None:
    """Write down how a post is rendered; further parts become rows of their own, sent after it."""
    first, *rest = payloads
    parts = len(rest) + 1
    await store.execute(update(OUTBOX).where(OUTBOX.c.id == post.id).values(payload=first, parts=parts))
    rows = [
        {
            "key": f"{post.key}#p{number}",
            "group_id": post.group_id,
            "reply_to": None,
            "about": post.about,
            "purpose": post.purpose,
            "body": EMPTY,
            "payload": payload,
            "part": number,
            "parts": parts,
            "state": State.PENDING,
            "not_before": post.not_before,
            "expires_at": post.expires_at,
            "created_at": post.created_at,
        }
        for number, payload in enumerate(rest, 2)
    ]
    await store.insert_new(OUTBOX, rows)


async def due(store: Store, account: int, now: datetime) -> list[Post]:
    """Return what an account may send now: of each group that is not being sent to the post whose turn it is.

    What is urgent comes first.
    """
    waiting = [Waiting(*row) for row in await store.rows(_DUE, {"now": now, "account": account})]
    before = [preceding(post.key, post.part) for post in waiting if post.part > 1]
    sent = select(OUTBOX.c.key).where(OUTBOX.c.key.in_(before), OUTBOX.c.state == State.SENT)
    chosen = turns(waiting, frozenset(await store.scalars(sent)) if before else frozenset())
    query = select(*COLUMNS).where(OUTBOX.c.id.in_(chosen))
    posts = {row[0]: post_of(row) for row in await store.rows(query)} if chosen else {}
    return [posts[post] for post in chosen]


async def next_due(store: Store, account: int) -> datetime | None:
    """Return when the next waiting post of an account falls due."""
    found: datetime | None = await store.scalar(_NEXT_DUE, {"account": account})
    return found


async def claim(store: Store, post: int, owner: str, now: datetime) -> bool:
    """Mark a post as being sent, before the call; False where somebody else was quicker, or put it off."""
    result = await store.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == post, OUTBOX.c.state == State.PENDING, OUTBOX.c.not_before <= now)
        .values(state=State.SENDING, sending_at=now, owner=owner, attempts=OUTBOX.c.attempts + 1)
    )
    return result.rowcount == 1


async def settle(store: Store, post: int, state: State, **values: Any) -> None:
    """Write the outcome of a post down (`sent_at`, `platform_key`, `error`, `not_before`).

    The parts behind it share its fate: they are dropped with it, held with it, and go on with it.
    """
    query = update(OUTBOX).where(OUTBOX.c.id == post).values(state=state, **values)
    row = await store.row(query.returning(OUTBOX.c.key, OUTBOX.c.part, OUTBOX.c.parts))
    if row is None or row.part == row.parts or state is State.SENDING:
        return
    first = whole(row.key, row.part)
    behind = OUTBOX.c.key.in_([f"{first}#p{number}" for number in range(row.part + 1, row.parts + 1)])
    fate = {
        State.FAILED: State.DROPPED,
        State.DROPPED: State.DROPPED,
        State.HELD: State.HELD,
        State.UNKNOWN: State.HELD,
    }
    unsent = OUTBOX.c.state.in_([State.PENDING, State.HELD])
    await store.execute(update(OUTBOX).where(behind, unsent).values(state=fate.get(state, State.PENDING)))


async def drop(store: Store, keys: Collection[str], why: str, *, begins: Iterable[str] = ()) -> int:
    """Drop what waits to be posted, or for a person, under some keys or keys that begin so; return how many."""
    named = or_(OUTBOX.c.key.in_(keys), *(OUTBOX.c.key.startswith(beginning, autoescape=True) for beginning in begins))
    waits = OUTBOX.c.state.in_([State.PENDING, State.HELD])
    result = await store.execute(update(OUTBOX).where(waits, named).values(state=State.DROPPED, error=why))
    return result.rowcount


async def orphans(store: Store, account: int, alive: Iterable[str], before: datetime) -> list[Post]:
    """Return an account's posts that were being sent by processes that are gone: their outcome is unknown."""
    gone = or_(OUTBOX.c.owner.not_in(list(alive)), OUTBOX.c.sending_at < before)
    query = select(*COLUMNS).where(OUTBOX.c.state == State.SENDING, gone, _SERVED).order_by(OUTBOX.c.id)
    return [post_of(row) for row in await store.rows(query, {"account": account})]


async def get(store: Store, post: int) -> Post:
    """Return a post by id.

    Raises:
        LookupError: There is none.
    """
    row = await store.row(select(*COLUMNS).where(OUTBOX.c.id == post))
    if row is None:
        raise LookupError(f"no post {post}")
    return post_of(row)


async def by_key(store: Store, key: str) -> Post | None:
    """Return the post with an identity."""
    row = await store.row(select(*COLUMNS).where(OUTBOX.c.key == key))
    return None if row is None else post_of(row)


async def in_state(store: Store, *states: State, group: int | None = None) -> list[Post]:
    """Return the posts in certain states, oldest first."""
    query = select(*COLUMNS).where(OUTBOX.c.state.in_(states)).order_by(OUTBOX.c.id)
    return [
        post_of(row) for row in await store.rows(query if group is None else query.where(OUTBOX.c.group_id == group))
    ]


async def posted_as(store: Store, group: int, platform_key: str) -> Post | None:
    """Return the post that the platform calls `platform_key`: what somebody replies to."""
    row = await store.row(_POSTED_AS, {"group": group, "key": platform_key})
    return None if row is None else post_of(row)


async def posted_among(store: Store, group: int, platform_keys: Iterable[str]) -> set[str]:
    """Return those of some message keys that are the bot's own posts in a group."""
    keys = list(platform_keys)
    chunks = (keys[start : start + 500] for start in range(0, len(keys), 500))
    mine = select(OUTBOX.c.platform_key).where(OUTBOX.c.group_id == group)
    return {key for chunk in chunks for key in await store.scalars(mine.where(OUTBOX.c.platform_key.in_(chunk)))}


async def gathering(store: Store, group: int, word: str) -> Post | None:
    """Return the post in a group that still waits for more confirmations of a kind to be gathered."""
    pattern = f"gather:{word}:".replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
    row = await store.row(_GATHERING, {"group": group, "pattern": pattern})
    return None if row is None else post_of(row)


async def gather(
    store: Store, reply: Reply, *, group: int, now: datetime, until: datetime, expires_at: datetime, key: str
) -> int | None:
    """Add a confirmation to the one of its kind that still waits in a group, or begin one that waits until a time."""
    waiting = await gathering(store, group, reply.gather or "")
    if waiting is None:
        waits = replace(reply, not_before=until)
        return await put(store, waits, key=key, group=group, now=now, expires_at=expires_at)
    if reply.anew or not set(reply.body.blocks) <= set(waiting.body.blocks):
        body = replies.encode(reply.body if reply.anew else waiting.body.plus(reply.body))
        await store.execute(update(OUTBOX).where(OUTBOX.c.id == waiting.id).values(body=body))
    return waiting.id


async def confirm(store: Store, group: int, platform_key: str, words: str, now: datetime) -> int | None:
    """Take our own message, seen on the platform, as proof that a post arrived; return which."""
    if await posted_as(store, group, platform_key) is not None:
        return None
    doubtful = [State.SENDING, State.UNKNOWN, State.HELD]
    query = select(*COLUMNS).where(OUTBOX.c.group_id == group, OUTBOX.c.state.in_(doubtful), OUTBOX.c.attempts > 0)
    heard = _folded(words)
    for post in map(post_of, await store.rows(query.order_by(OUTBOX.c.id))):
        first = post if post.part == 1 else await by_key(store, whole(post.key, post.part))
        if heard and first is not None and heard in _folded(replies.plain(first.body)):
            await settle(store, post.id, State.SENT, sent_at=now, platform_key=platform_key, error=None)
            return post.id
    return None


def _folded(words: str) -> str:
    return "".join(words.split())


async def count_sent(store: Store, group: int, since: datetime, purposes: Iterable[Purpose]) -> int:
    """Return how many posts (not parts) of some purposes a group got since a time."""
    query = select(func.count()).where(
        and_(OUTBOX.c.group_id == group, OUTBOX.c.sent_at >= since, OUTBOX.c.purpose.in_(list(purposes))),
        OUTBOX.c.part == 1,
    )
    return int(await store.scalar(query) or 0)


async def count_queued(store: Store, group: int, since: datetime) -> int:
    """Return how many answers were queued for a group since a time, whatever became of them."""
    mine = and_(OUTBOX.c.group_id == group, OUTBOX.c.created_at > since, OUTBOX.c.part == 1)
    return int(await store.scalar(select(func.count()).where(mine, OUTBOX.c.purpose == Purpose.REPLY)) or 0)


async def answered_at(store: Store, thread: int) -> datetime | None:
    """Return when the bot first posted about a thread: the series of its own responses."""
    query = select(func.min(OUTBOX.c.sent_at)).where(OUTBOX.c.about == f"thread:{thread}")
    found: datetime | None = await store.scalar(query)
    return found


async def blank(
    store: Store,
    *,
    groups: Iterable[int] | None = None,
    about: Iterable[str] | None = None,
    before: datetime | None = None,
) -> int:
    """Erase the bodies of finished posts of some groups, about some things, or before a time; the rest stays."""
    finished = [OUTBOX.c.state.in_([State.SENT, State.FAILED, State.DROPPED]), OUTBOX.c.body != EMPTY]
    if groups is not None:
        finished.append(OUTBOX.c.group_id.in_(list(groups)))
    if about is not None:
        finished.append(OUTBOX.c.about.in_(list(about)))
    if before is not None:
        finished.append(OUTBOX.c.created_at < before)
    result = await store.execute(update(OUTBOX).where(*finished).values(body=EMPTY, payload=None, error=None))
    return result.rowcount
