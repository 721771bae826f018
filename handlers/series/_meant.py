"""Which series is meant, and who answers for it."""

from __future__ import annotations

from typing import Any

from handlers import Context, Right, Text, UserError
from handlers._wording.masking import quoted
from storage import grants, series
from storage.grants import EVERYWHERE
from storage.series import Series

NAME = 30


class Texts:
    """What is said where no series is meant."""

    NONE = Text(
        zh="没有「{name}」的系列。看有哪些：「系列」。开一个：「开系列 {name} 2027-03-06」。",
        en="There is no series “{name}”. See /series. To start one: /series start {name} 2027-03-06",
    )
    NOTHING = Text(
        zh="还没有系列。开一个：「开系列 成都 2027-03-06」。",
        en="There is no series yet. To start one: /series start Chengdu 2027-03-06",
    )


async def answerable(ctx: Context[Any], begun_by: int | None) -> set[int]:
    """Return who is told what concerns a series or an event: who began it, else, where they run nothing, the owners."""
    if begun_by is not None and await grants.admin_of(ctx.store, begun_by):
        return {begun_by}
    return set(await grants.holders(ctx.store, Right.GROUP, EVERYWHERE))


async def series_meant(ctx: Context[Any], city: str) -> Series:
    """Return the series of a city: the one that goes on, else the latest.

    Raises:
        UserError: There is none.
    """
    found = await series.in_city(ctx.store, city.strip("「」《》"))
    if not found:
        raise UserError(ctx.say(Texts.NONE, name=quoted(city, NAME)))
    return next((one for one in found if not one.is_over), found[0])
