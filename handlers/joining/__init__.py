"""Registration: who comes to an event, who waits, what they tell of themselves, how they are reminded."""

from __future__ import annotations

from handlers import Command, Context, Errand, NoSettings, Outside, Replies, Reply, Right, Router
from handlers._events.meant import NUMBER
from handlers._events.promoting import settled
from handlers._events.reaching import REACH, reach_more
from handlers.joining import _asking as asking
from handlers.joining import _joining as joining
from handlers.joining import _listing as listing
from handlers.joining import _mine as own
from handlers.joining._texts import Texts
from storage import events, schedules, seats
from storage.dialogs import Dialog
from storage.messages import Stored
from storage.schedules import Occurrence, Schedule

__all__ = ["Settings", "router"]

Settings = NoSettings
FEATURE, FILL = "joining", "fill"
_ONE = rf"(?:{NUMBER})?"

router = Router(Settings)


@router.command(
    "join", "报名", needs=Right.SELF, fits=rf"(?:{NUMBER}(?: [0-9A-Za-z网页]{{2,16}})?)?",
    help=Texts.HELP, usage=Texts.USAGE,
)  # fmt: skip
async def join(command: Command, ctx: Context[NoSettings]) -> Replies:
    """Register for an event: at once, without a form; what it asks for is asked in private."""
    return await joining.join(command, ctx)


@router.command("cancel", "取消", needs=Right.SELF, fits=NUMBER, help=Texts.HELP_CANCEL, usage=Texts.USAGE_CANCEL)
async def cancel(command: Command, ctx: Context[NoSettings]) -> Replies:
    """Give a seat back."""
    return await joining.leave(command, ctx)


@router.command("my_events", "我的活动", needs=Right.SELF, help=Texts.HELP_MINE, private=True)
async def mine(_command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show what the speaker registered for."""
    return await own.mine(ctx)


@router.command(
    "remind", "提醒", needs=Right.SELF, fits=rf"{NUMBER} ?\S{{1,4}}(?: \S{{1,2}})?",
    help=Texts.HELP_REMIND, usage=Texts.USAGE_REMIND, private=True,
)  # fmt: skip
async def remind(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Choose how to be reminded of an event."""
    return await own.remind(command, ctx)


@router.command(
    "share", "邀请", needs=Right.SELF, fits=_ONE, help=Texts.HELP_SHARE, usage=Texts.USAGE_SHARE, private=True
)
async def share(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Get the word by which others are brought to an event."""
    return await own.share(command, ctx)


@router.command(
    "registered", "报名表", needs=Right.GROUP, fits=rf"{_ONE}(?: ?(?:csv|xlsx|CSV|XLSX))?",
    help=Texts.HELP_REGISTERED, usage=Texts.USAGE_REGISTERED, anywhere=True,
)  # fmt: skip
async def registered(command: Command, ctx: Context[NoSettings]) -> Replies:
    """Show how many registered; in private, who."""
    return await listing.listed(command, ctx)


@router.dialog(asking.STEP)
async def field(message: Stored, dialog: Dialog, ctx: Context[NoSettings]) -> Reply:
    """Keep what somebody told of themselves, or let it be."""
    return await asking.heard(message, dialog, ctx)


@router.errand(REACH)
async def reaching(errand: Errand, outside: Outside) -> Replies:
    """Tell the next of many who registered."""
    return await reach_more(errand, outside)


@router.errand(listing.LIST)
async def written(errand: Errand, outside: Outside) -> Reply:
    """Write who registered, for an admin."""
    return await listing.write(errand, outside)


@router.settings_changed
async def watch(ctx: Context[NoSettings]) -> None:
    """Look regularly whether seats are free for who waits: however they became free."""
    zone = ctx.community.zone.key
    await schedules.put(ctx.store, Schedule(FEATURE, FILL, 0, "every 10m", zone, ctx.now()))


@router.schedule(FILL)
async def fill(_occurrence: Occurrence, ctx: Context[NoSettings]) -> Replies:
    """Give seats that were added since to those who wait for them."""
    replies: list[Reply | Errand] = []
    for number in await seats.awaited(ctx.store, ctx.now()):
        replies += await settled(ctx, await events.locked(ctx.store, number))
    return replies
