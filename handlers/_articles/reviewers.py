"""Who may review an article, and who is asked next: experts on its topic who agreed to that, else admins in turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers import Context, Right
from handlers._experts.knowing import known
from handlers._experts.settings import in_group
from handlers._rights import may
from handlers._threads.sharing import KEY, configured
from storage import experts, grants, groups, members, memberships, privacy, reviews, settings, threads
from storage.experts import Expert
from storage.settings import COMMUNITY

PAUSE = timedelta(days=7)  # an expert is asked for one review in that time at most


async def may_review(ctx: Context[Any], group: int, topic: str, article: int | None = None) -> bool:
    """Say whether the speaker may decide about articles of a group: an admin, an expert on the topic, who was asked."""
    if await may(ctx, Right.WORK, group):
        return True
    person = await members.siblings(ctx.store, ctx.speaker.id)
    if article is not None and any(one.article == article for one in await reviews.waiting(ctx.store, person)):
        return ctx.trusted
    able = await _experts(ctx, group, topic) if ctx.trusted else []
    return any(ctx.speaker.person_id == expert.person for expert in able)


async def next_reviewer(
    ctx: Context[Any], group: int, topic: str, sources: Collection[int], asked: Collection[int] = ()
) -> int | None:
    """Return the member to ask about an article from a group: an expert before an admin, the longest unasked first.

    Nobody of those who were asked already; who took part in the threads only where there is nobody else.
    """
    took_part = {one.message.member_id for one in await threads.placed_in(ctx.store, sources)}
    able = await _rested(ctx, [one.member for one in await _experts(ctx, group, topic)])
    admins = sorted(await grants.holders(ctx.store, Right.WORK, group))
    free = [member for member in [*able, *admins] if member not in asked]
    last = await reviews.last_asked(ctx.store, free)
    return min(
        free,
        key=lambda one: (one in took_part, one not in able, *_since(last.get(one)), one),
        default=None,
    )


def _since(at: datetime | None) -> tuple[bool, float]:
    return (at is not None, 0.0 if at is None else at.timestamp())


async def _rested(ctx: Context[Any], some: Sequence[int]) -> list[int]:
    """Return those experts who can be written to, and were not asked for a review this week."""
    last = await reviews.last_asked(ctx.store, some)
    due = [one for one in some if one not in last or ctx.now() - last[one] >= PAUSE]
    reached = [one for one in due if await groups.direct_of(ctx.store, one) is not None]
    return [one for one in reached if not await privacy.is_silent(ctx.store, one)]


async def _experts(ctx: Context[Any], group: int, topic: str) -> list[Expert]:
    """Return the experts who know a topic, do not rest, and may read the group's words."""
    if not topic or await in_group(ctx, group) is None:
        return []
    every = await experts.every(ctx.store)
    able = (await known(ctx, [topic], every)).able(topic) if every else {}
    awake = [every[person] for person in able if not _rests(every[person], ctx.now())]
    if await shares(ctx, group) == "community":
        return awake
    return [one for one in awake if group in await memberships.groups_of(ctx.store, one.members)]


def _rests(expert: Expert, now: datetime) -> bool:
    return expert.weekly_cap == 0 or (expert.rest_until is not None and expert.rest_until > now)


async def shares(ctx: Context[Any], group: int) -> str:
    """Return with whom a group shares its words: `community`, `group` or `nobody`."""
    set_by_group = await settings.by_group(ctx.store, KEY)
    return str(set_by_group.get(group, set_by_group.get(COMMUNITY, configured(ctx))))
