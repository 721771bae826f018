"""What `digest` does: composes a digest as the bot would, shows it in a form, and posts it only if told to."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli import _digest_forms as forms
from bot.cli._opening import Desk, RefusalError, chosen_groups, listed
from bot.cli._report import STDOUT, written
from bot.turn import House, Turn
from handlers import Context
from handlers._drawing.fonts import draw_with
from handlers.digest import FEATURE, WEEKLY, Digest
from handlers.digest import told as tell
from storage.accounts import Account
from storage.database import Store
from storage.groups import Group
from storage.metrics import Period, iso_week, week_of
from storage.schedules import Occurrence, Schedule

NOBODY = Account(0, "", "", "", "")


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line, as it was typed; empty or None where it was not."""

    group: str | None = None
    week: str = ""
    form: str = forms.TEXT
    out: Path | None = None
    dark: bool = False
    post: bool = False


async def digest(desk: Desk, order: Order) -> int:
    """Show the digest of a group, or of all together, over a week; with `post` queue it as well.

    Raises:
        RefusalError: There is no group or no such week, digests are switched off, or it is to be posted to more than
            one group or of another week.
    """
    now, zone = desk.now(), desk.config.community.zone
    if order.post and order.week:
        raise RefusalError("--post posts the digest of the last whole week; leave --week out.")
    week = week_named(order.week, now, zone)
    async with desk.database.read() as store:
        found = await chosen_groups(store, order.group)
        if not found:
            raise RefusalError("There is no group yet, so there is nothing to tell.")
        shown = await told(desk.house, store, found, week, now)
    draw_with(desk.config.data.fonts)
    await _shown(shown, order, stem(week, zone))
    return await _posted(desk, found, now) if order.post else 0


def week_named(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """Return the ISO week that was typed, or the last whole one.

    Raises:
        RefusalError: It is none.
    """
    if not text:
        return week_of(now.astimezone(zone).date() - timedelta(days=7), zone)
    year, _, week = text.upper().partition("-W")
    try:
        return week_of(date.fromisocalendar(int(year), int(week), 1), zone)
    except (ValueError, OverflowError):
        raise RefusalError(f"--week {text} is no week; write it as 2026-W47.") from None


def stem(week: Period, zone: ZoneInfo) -> str:
    """Return what files of a week's digest are called: digest-2026-W47."""
    year, number = iso_week(week, zone)
    return f"digest-{year}-W{number:02d}"


async def told(house: House, store: Store, found: Sequence[Group], week: Period, now: datetime) -> Digest:
    """Return the digest of groups over a week, as the first of them may read it.

    Raises:
        RefusalError: Digests are switched off.
    """
    ctx = await _context(Turn(house, store, NOBODY, now), found[0])
    return await tell(ctx, groups=[group.id for group in found], since=week.since, until=week.until)


async def _context(turn: Turn, group: Group) -> Context[Any]:
    feature = next((feature for feature in turn.house.features if feature.name == FEATURE), None)
    if feature is None:
        raise RefusalError("Digests are switched off: there is no [handlers.digest].")
    return await turn.context(feature, group)


async def _shown(shown: Digest, order: Order, name: str) -> None:
    """Print the form that is wanted, or write it and say where it lies."""
    if order.form == forms.ALL:
        for form in forms.ENDINGS:
            await _write(shown, form, (order.out or Path()) / f"{name}{forms.ENDINGS[form]}", dark=order.dark)
    elif order.out is None and order.form != forms.PNG:
        print(forms.rendered(shown, order.form).decode().rstrip("\n"))
    elif str(order.out) == STDOUT:
        sys.stdout.buffer.write(forms.rendered(shown, order.form, dark=order.dark))
    else:
        out = order.out or Path(f"{name}{forms.ENDINGS[order.form]}")
        await _write(shown, order.form, out, dark=order.dark)


async def _write(shown: Digest, form: str, out: Path, *, dark: bool) -> None:
    def write() -> None:
        out.parent.mkdir(parents=True, exist_ok=True)
        written(forms.rendered(shown, form, dark=dark), out)

    await asyncio.to_thread(write)
    print(out)


async def _posted(desk: Desk, found: Sequence[Group], now: datetime) -> int:
    """Queue the digest as its schedule would: the running bot posts it, if the group wants it."""
    if len(found) > 1:
        raise RefusalError(f"A digest is posted to one group; take one with --group:\n{listed(list(found))}")
    group = found[0]
    async with desk.database.write() as store:
        turn = Turn(desk.house, store, NOBODY, now)
        ctx = await _context(turn, group)
        zone = group.zone or desk.config.community.zone.key
        schedule = Schedule(FEATURE, WEEKLY, group.id, ctx.settings.when, zone, now)
        replies = await feature_schedule(turn, Occurrence(schedule, now), ctx)
        await turn.queue(replies, group, f"cli:{group.id}:{now.isoformat()}")
    print("\nQueued; the running bot posts it." if turn.queued else "\nThis week's digest was issued before.")
    return 0


async def feature_schedule(turn: Turn, occurrence: Occurrence, ctx: Context[Any]) -> Any:
    """Let the digest's schedule act, as the clock would."""
    feature = next(feature for feature in turn.house.features if feature.name == FEATURE)
    return await feature.router.schedules[WEEKLY](occurrence, ctx)
