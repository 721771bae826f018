"""The digest: a post that a group wants to read, composed from the sections of all features, by day, week or month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers import Body, Command, Context, Errand, Outside, Replies, Reply, Right, Router, Scope, Section, answer
from handlers._settings import is_quiet
from handlers.digest import _admins as admins
from handlers.digest import _asking as asking
from handlers.digest import _blocking as blocking
from handlers.digest import _couriers as couriers
from handlers.digest import _issuing as issuing
from handlers.digest import _people as people
from handlers.digest import _picture as pictures
from handlers.digest import _sections as sections
from handlers.digest import _worth as worth
from handlers.digest._composing import tell
from handlers.digest._model import Digest
from handlers.digest._open import EVER, told_of
from handlers.digest._settings import FEATURE, Settings, check
from handlers.digest._where import Telling, wait
from storage import groups, schedules, settings
from storage.metrics import Period
from storage.schedules import Occurrence, Schedule

__all__ = ["FEATURE", "WEEKLY", "Digest", "Settings", "compose", "router", "told"]
WEEKLY, ADMINS = asking.POSTED, "admins"

router = Router(Settings)
router.configured(check)


# -- when -------------------------------------------------------------------------------------------------------------


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write the group's schedules down as its settings say."""
    zone, chosen = ctx.group.zone or ctx.community.zone.key, ctx.settings
    asking.refuse_unknown(ctx)
    for name, rule, on in ((WEEKLY, chosen.when, chosen.enabled), (ADMINS, chosen.admins_when, True)):
        schedule = Schedule(FEATURE, name, ctx.group.id, rule, zone, ctx.now(), active=on)
        await schedules.put(ctx.store, schedule)
    await couriers.plan(ctx)


@router.schedule(WEEKLY, called=asking.Texts.CALLED)
async def weekly(occurrence: Occurrence, ctx: Context[Settings]) -> Replies:
    """Post the group's digest; its days are told by the due instant, so that a late one tells of the same days."""
    found = issuing.current(ctx, occurrence.due_at, occurrence.schedule.rule)
    if ctx.group.account_id is None:
        return None  # no bot is there: people carry it, or nobody does
    if await _is_gone(ctx, found.period) or is_quiet(await settings.overrides(ctx.store, ctx.group.id), ctx.now()):
        return None
    return await issuing.issue(ctx, found, await wait(ctx, occurrence.schedule))


async def _is_gone(ctx: Context[Any], period: Period) -> bool:
    """Say whether the bot was in the group once, and no more when the period began."""
    spans = await groups.spans(ctx.store, [ctx.group.id], EVER, ctx.now())
    return bool(spans) and all(span.until is not None and span.until <= period.since for span in spans)


@router.schedule(ADMINS, called=admins.Texts.CALLED)
async def for_admins(occurrence: Occurrence, ctx: Context[Settings]) -> Replies:
    """Tell the admins who want it about all the groups that they run, each once."""
    return await admins.issue(ctx, occurrence)


@router.schedule(couriers.CARRIED)
async def carry(occurrence: Occurrence, ctx: Context[Settings]) -> Replies:
    """Hand the edition to the people who carry it into groups where no bot can be."""
    return await couriers.carry(ctx, occurrence)


@router.errand(pictures.DRAW)
async def draw(errand: Errand, outside: Outside) -> Reply:
    """Draw an edition and post it."""
    return await pictures.draw(errand, outside)


# -- by command -------------------------------------------------------------------------------------------------------


@router.command(
    "digest",
    "周报",
    needs=Right.GROUP,
    anywhere=True,
    fits=asking.FITS,
    help=asking.Texts.HELP,
    usage=asking.Texts.USAGE,
)
async def digest(command: Command, ctx: Context[Settings]) -> Replies:
    """Tell when the next digest comes, show it in private, post it now or again, or at another time."""
    return await asking.ask(command, ctx)


@router.command(
    "block", "屏蔽", needs=Right.GROUP, fits=r"(?s:.{0,200})", help=blocking.Texts.HELP, usage=blocking.Texts.USAGE
)
async def block(command: Command, ctx: Context[Settings]) -> Reply:
    """Keep a word or a member out of digests, also of those that wait; without either, show what is kept out."""
    said = await blocking.block(ctx, command)
    await issuing.rewrite(ctx)
    return answer(said)


@router.command(
    "unblock",
    "不屏蔽",
    needs=Right.GROUP,
    fits=r"(?s:.{0,200})",
    help=blocking.Texts.HELP_UNBLOCK,
    usage=blocking.Texts.USAGE,
)
async def unblock(command: Command, ctx: Context[Settings]) -> Reply:
    """Take a word or a member off the blocklist."""
    return answer(await blocking.unblock(ctx, command))


# -- what it says -----------------------------------------------------------------------------------------------------


async def told(ctx: Context[Settings], *, groups: Sequence[int], since: datetime, until: datetime) -> Digest:
    """Return the digest of groups over a period as this group may read it, in every form; nothing is written.

    A group in which nobody listens reads of all the others that share.
    """
    wanted = tuple(await told_of(ctx, groups))
    return await tell(ctx, Telling(ctx.community.name, wanted, wanted), Period(since, until))


async def compose(ctx: Context[Settings], *, groups: Sequence[int], since: datetime, until: datetime) -> Body:
    """Return the text of `told`, in at most forty lines."""
    return (await told(ctx, groups=groups, since=since, until=until)).body


@router.section("hot topics")
async def hot_topics(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return what was asked about more than the time before."""
    return await sections.hot_topics(ctx, scope)


@router.section("worth reading")
async def worth_reading(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the solved threads that are worth keeping."""
    return await worth.worth_reading(ctx, scope, ctx.settings.worth_reading)


@router.section("open questions")
async def open_questions(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the questions that still wait for an answer."""
    return await sections.open_questions(ctx, scope, ctx.settings.open_questions)


@router.section("thanks")
async def thanks(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return who helped others."""
    return await people.thanks(ctx, scope)


@router.section("newcomers")
async def newcomers(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return how many are new."""
    return await people.newcomers(ctx, scope)
