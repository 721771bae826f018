"""What `group size` does: writes down a size that somebody counted."""

from __future__ import annotations

from bot.cli._opening import Desk, RefusalError, chosen_groups
from bot.cli._periods import day_of
from storage import groups
from storage.database import Store
from storage.frames import Place
from storage.groups import Group
from storage.history import BY_NAME

BY_HAND = "by_hand"  # apart from what was observed
OF_WECHAT = "@chatroom"  # how the ids of WeChat's groups end


async def enter(desk: Desk, wanted: str, size: int, on: str, platform: str) -> None:
    """Write down how many members a group had at the end of a day.

    Raises:
        RefusalError: There is no such group, or no such day.
    """
    today = desk.now().astimezone(desk.config.community.zone).date()
    day = day_of(on, "--on") if on else today
    if day > today:
        raise RefusalError(f"--on {day} is yet to come.")
    async with desk.database.write() as store:
        group = await _meant(store, wanted, platform)
        await groups.set_size(store, group.id, day, size, BY_HAND)
    print(f"{group.name or group.key} ({group.platform}): {size:,} members on {day}, entered by hand")


async def _meant(store: Store, wanted: str, platform: str) -> Group:
    """Return the group that is called so; on a platform that is told, a new one where there is none."""
    called = [group for group in await groups.every(store) if wanted in {group.name, group.key}]
    there = [group for group in called if platform in {"", group.platform}]
    if len(there) == 1:
        return there[0]
    if there or not platform:
        return await _chosen(store, wanted, known=bool(called))
    known = wanted.endswith(OF_WECHAT) or wanted.lstrip("-").isdigit()
    place = Place(platform, wanted if known else BY_NAME + wanted, name="" if known else wanted)
    return await groups.ensure(store, place, None)


async def _chosen(store: Store, wanted: str, *, known: bool) -> Group:
    try:
        return (await chosen_groups(store, wanted))[0]
    except RefusalError as error:
        if known:  # several are called so
            raise
        raise RefusalError(f"{error}\nA group that is not known yet needs its platform: --platform wechat") from None
