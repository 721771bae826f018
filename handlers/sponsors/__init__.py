"""Money and sponsors of events: costs, income, what a sponsor was promised, and the sheet that proves it."""

from __future__ import annotations

from handlers import Command, Context, Errand, NoSettings, Outside, Replies, Reply, Right, Router
from handlers._events.deciding import admins_only
from handlers.sponsors import _books as books
from handlers.sponsors import _slots as slots
from handlers.sponsors._texts import Texts

__all__ = ["Settings", "router"]
Settings = NoSettings
_WORDS = rf"(?s:(?:{books.NUMBER}|导出|export|删|drop|取消|\S{{1,30}}$|[A-Za-z][A-Za-z ]{{0,29}}$).{{0,300}})"

router = Router(Settings)


@router.command(
    "money", "记账", needs=Right.GROUP, fits=_WORDS, help=Texts.HELP_MONEY, usage=Texts.MONEY_USAGE,
    private=True, anywhere=True,
)  # fmt: skip
async def money(command: Command, ctx: Context[NoSettings]) -> Replies:
    """Keep what an event cost or brought, show the sums, or have them as a file."""
    await admins_only(ctx)
    return await books.books(ctx, command.args)


@router.command(
    "sponsor", "赞助", needs=Right.GROUP, fits=_WORDS, help=Texts.HELP_SPONSOR, usage=Texts.SPONSOR_USAGE,
    private=True, anywhere=True,
)  # fmt: skip
async def sponsor(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Keep or show who sponsors what of an event."""
    await admins_only(ctx)
    return await slots.sponsor(ctx, command.args)


@router.command(
    "shown", "已展示", needs=Right.GROUP, fits=rf"{slots.SPONSORSHIP} (?s:.{{1,300}})", help=Texts.HELP_SHOWN,
    usage=Texts.SHOWN_USAGE, private=True, anywhere=True,
)  # fmt: skip
async def shown(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Keep that a sponsor was shown, and where."""
    await admins_only(ctx)
    return await slots.show(ctx, command.args)


@router.command(
    "proof", "赞助证明", needs=Right.GROUP, fits=slots.SPONSORSHIP, help=Texts.HELP_PROOF, usage=Texts.PROOF_USAGE,
    private=True, anywhere=True,
)  # fmt: skip
async def proof(command: Command, ctx: Context[NoSettings]) -> list[Reply | Errand]:
    """Have the proof for a sponsor written."""
    await admins_only(ctx)
    return await slots.prove(ctx, command.args)


@router.errand(books.LEDGER)
async def ledger(errand: Errand, outside: Outside) -> list[Reply]:
    """Write books into a file."""
    return await books.write(errand, outside)


@router.errand(slots.PROOF)
async def sheet(errand: Errand, outside: Outside) -> list[Reply]:
    """Write a proof sheet."""
    return await slots.write(errand, outside)
