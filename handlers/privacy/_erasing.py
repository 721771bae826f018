"""What erasing somebody needs around it: where to say that it is done, and what must not come back from a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from handlers import Context
from handlers._wording.masking import flat
from handlers._wording.names import call_name
from storage import groups, outbox, privacy, replies
from storage.database import Store
from storage.frames import GroupKind, Place
from storage.outbox import State

TELLING = 12  # characters by which a quotation is known
_WAITING = (State.PENDING, State.HELD, State.UNKNOWN)


async def keep_address(ctx: Context[Any]) -> None:
    """See to it that the speaker has a direct: afterwards nobody knows any more which id to write to."""
    me = ctx.speaker
    if await groups.direct_of(ctx.store, me.id) is None:
        place = Place(me.platform, f"direct:{me.key}", GroupKind.DIRECT)
        direct = await groups.ensure(ctx.store, place, ctx.group.account_id)
        await groups.belongs_to(ctx.store, direct.id, me.id)


async def drop_posts(store: Store, mine: Iterable[int]) -> None:
    """Drop the posts that still wait and hold members' words or names, before those are forgotten with the rest."""
    kept = await privacy.mydata(store, mine)
    names = {row["name"] for table in ("members", "memberships") for row in kept.get(table, [])}
    words = {flat(line)[:TELLING] for row in kept.get("messages", []) for line in row["text"].splitlines()}
    telling = {name for name in {call_name(name) for name in names} | names if len(name) > 1}
    telling |= {word for word in words if len(word) == TELLING}
    for post in await outbox.in_state(store, *_WAITING):
        said = flat(replies.plain(post.body))
        if any(word in said for word in telling):
            await outbox.settle(store, post.id, State.DROPPED, error="somebody in it asked to be forgotten")


async def delete_copies(folder: Path, mine: Iterable[int]) -> None:
    """Delete the copies of their data that members had asked for."""
    await asyncio.to_thread(_delete, folder, list(mine))


def _delete(folder: Path, mine: Iterable[int]) -> None:
    for member in mine:
        for file in folder.glob(f"{copy_prefix(member)}*"):
            file.unlink(missing_ok=True)


def copy_prefix(member: int) -> str:
    """Return how the names of a member's copies begin."""
    return f"mydata-{member}-"
