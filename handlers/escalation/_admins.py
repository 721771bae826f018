"""Admins: once a day and in private, what waits too long in all the groups that one runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import Body, Context, Purpose, Reply, Right, Text
from handlers._meant import title
from handlers._settings import language
from handlers._threads.described import waiting as line
from handlers.escalation._here import Here
from handlers.escalation._waiting import Waiting
from storage import grants, groups, members, metoo, rungs, settings
from storage.frames import GroupKind, Place
from storage.rungs import Rung

WHEN = "daily 10:00"  # in the community's zone: one time for all groups, so that an admin of several hears once
MOST = 5


class Texts:
    """What an admin is told."""

    HEAD = Text(zh="这些题一直没人答上来，等你看一眼：", en="Nobody has answered these yet; a look from you may help:")
    LINE = Text(zh="{line} · {group}", en="{line} · {group}")
    HOW = Text(
        zh="知道谁会，在群里点他一句就行；看前情发「看 {number}」。一天最多这一条，不回也没事。",
        en="Whoever may know: tell them in the group. What was said so far: /show {number}. Once a day at most.",
    )
    HOW_MORE = Text(
        zh="另有 {count} 题，明天再说。知道谁会，在群里点他一句就行；看前情发「看 {number}」。不回也没事。",
        en="{count} more follow tomorrow. Whoever may know: tell them in the group; /show {number}. Once a day.",
    )


Late = tuple[Here, Waiting]


async def tell_admins(ctx: Context[Any], places: Sequence[tuple[Here, Sequence[Waiting]]]) -> list[Reply]:
    """Return one notice for each admin of groups in which something waits too long, and keep what was told of.

    What no admin's notice had room for is told tomorrow; it stands in the admins' digest as well.
    """
    late = [
        (place, one)
        for place, found in places
        for one in found
        if one.reaches(place.rungs.admins_after) and not one.has(Rung.ADMINS)
    ]
    by_admin: dict[int, list[Late]] = {}
    for place, one in sorted(late, key=lambda pair: pair[1].thread.facts.asked_at):
        for member in await grants.holders(ctx.store, Right.GROUP, one.thread.group_id):
            by_admin.setdefault(member, []).append((place, one))
    told = await metoo.counts(ctx.store, [one.thread.id for _, one in late])
    replies = [await _notice(ctx, member, by_admin[member], told) for member in sorted(by_admin)]
    for thread in {one.thread.id for found in by_admin.values() for _, one in found[:MOST]}:
        await rungs.take(ctx.store, thread, Rung.ADMINS, ctx.now())
    return replies


async def _notice(ctx: Context[Any], member: int, late: Sequence[Late], told: Mapping[int, int]) -> Reply:
    place = late[0][0]
    await _ensure_direct(place, member)
    direct = await groups.direct_of(ctx.store, member)
    overrides = {} if direct is None else await settings.overrides(ctx.store, direct.id)
    spoken = language(overrides, ctx.community)
    lines = [
        Texts.LINE.in_language(
            spoken,
            line=line(one.thread, told.get(one.thread.id, 0), ctx.now(), spoken),
            group=title(there.ctx.group),
        )
        for there, one in late[:MOST]
    ]
    how = Texts.HOW if len(late) <= MOST else Texts.HOW_MORE
    last = how.in_language(spoken, number=late[0][1].thread.id, count=len(late) - MOST)
    day = ctx.now().astimezone(ctx.community.zone).date()
    about = f"thread:{late[0][1].thread.id}" if len(late) == 1 else None
    body = Body.of(Texts.HEAD.in_language(spoken), *lines, last)
    return Reply(body, member=member, purpose=Purpose.NOTICE, key=f"ladder:admins:{member}:{day}", about=about)


async def _ensure_direct(place: Here, member: int) -> None:
    """Let an admin's direct be served by the account of a group that the admin runs, not by just any."""
    ctx = place.ctx
    found = await members.get(ctx.store, member)
    if found.platform != ctx.group.platform or await groups.direct_of(ctx.store, member) is not None:
        return
    where = Place(found.platform, f"direct:{found.key}", GroupKind.DIRECT, found.name)
    direct = await groups.ensure(ctx.store, where, ctx.group.account_id)
    await groups.belongs_to(ctx.store, direct.id, member)
