"""Events: what is coming; and for admins, to plan, publish, move and call off what the community does together."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from handlers import ANY, NOTHING, Command, Context, Errand, Replies, Reply, Right, Router, UserError, answer
from handlers._events.meant import NUMBER, event_meant
from handlers.events import _adding as adding
from handlers.events import _changing as changing
from handlers.events import _listing as listing
from handlers.events import _publishing as publishing
from handlers.events import _rules as rules
from handlers.events import _sections as sections
from handlers.events import _sure as sure
from handlers.events._rights import refuse_members
from handlers.events._settings import Settings
from handlers.events._texts import Texts
from handlers.events._written import written
from storage import schedules
from storage.dialogs import Dialog
from storage.events import State
from storage.messages import Stored
from storage.schedules import Occurrence, Schedule

__all__ = ["Settings", "router"]
FEATURE, AHEAD = "events", "ahead"

router = Router(Settings)
sections.register(router)


# -- for everyone -----------------------------------------------------------------------------------------------------


@router.command("events", "活动", needs=Right.READ, fits=rf"(?:{NUMBER}|\d{{1,2}})?", help=Texts.HELP)
async def coming(command: Command, ctx: Context[Settings]) -> Reply:
    """Show what is coming, or one event."""
    if command.args.isdigit() or not command.args:
        return await listing.coming(ctx, int(command.args or 1) or 1)
    event, _ = await event_meant(ctx, command)
    return await listing.one(ctx, event)


# -- for admins -------------------------------------------------------------------------------------------------------


@router.command("event_add", "发活动", needs=Right.GROUP, fits=rf"(?:{ANY})?", help=Texts.HELP_ADD, anywhere=True)
async def add(command: Command, ctx: Context[Settings]) -> Reply:
    """Plan an event: by one line, or in private step by step."""
    await refuse_members(ctx)
    return await adding.add(ctx, command)


@router.command(
    "event_edit",
    "改活动",
    needs=Right.GROUP,
    fits=rf"{NUMBER}(?s:.*)",
    help=Texts.HELP_EDIT,
    usage=Texts.EDIT,
    anywhere=True,
)
async def edit(command: Command, ctx: Context[Settings]) -> Replies:
    """Change one thing of an event."""
    await refuse_members(ctx)
    event, _ = await event_meant(ctx, command)
    return await changing.change(ctx, event, written(command, "edit", "改活动"), command)


@router.command(
    "event_publish",
    "公布",
    needs=Right.GROUP,
    fits=rf"(?:(?:{NUMBER}|[rR]\d{{1,9}})(?: \S{{1,4}})?)?",
    help=Texts.HELP_PUBLISH,
    usage=Texts.PUBLISH,
    anywhere=True,
)
async def publish(command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Let members know of an event: shows where it goes, and does it at one word."""
    await refuse_members(ctx)
    await sure.moot(ctx)
    if command.args[:1] in {"r", "R"}:
        return [await rules.publish(ctx, command.args)]
    event, words = await event_meant(ctx, command)
    if ctx.group.is_direct and event.state is State.DRAFT and event.starts_at > ctx.now() and not words:
        return [await adding.shown(ctx, event.id)]
    return await publishing.publish(ctx, event, words)


@router.command(
    "event_postpone",
    "改期",
    needs=Right.GROUP,
    fits=rf"{NUMBER}(?s:.*)",
    help=Texts.HELP_POSTPONE,
    usage=Texts.POSTPONE,
    anywhere=True,
)
async def postpone(command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Move an event to another time; everyone who knew of it is told once."""
    await refuse_members(ctx)
    await sure.moot(ctx)
    event, words = await event_meant(ctx, command)
    return await publishing.postpone(ctx, event, words)


@router.command(
    "event_cancel",
    "取消活动",
    needs=Right.GROUP,
    fits=rf"{NUMBER}(?: \S{{1,4}})?",
    help=Texts.HELP_CANCEL,
    usage=Texts.CANCEL,
    anywhere=True,
)
async def cancel(command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Call an event off; everyone who knew of it is told once."""
    await refuse_members(ctx)
    await sure.moot(ctx)
    event, words = await event_meant(ctx, command)
    return await publishing.cancel(ctx, event, words)


@router.command("event_drafts", "活动草稿", needs=Right.GROUP, fits=NOTHING, help=Texts.HELP_DRAFTS, anywhere=True)
async def drafts(_command: Command, ctx: Context[Settings]) -> Reply:
    """Show what is planned and not published."""
    await refuse_members(ctx)
    return await listing.drafts(ctx)


@router.command(
    "event_rules",
    "活动规则",
    needs=Right.GROUP,
    fits=rules.FITS,
    help=Texts.HELP_RULES,
    usage=Texts.RULES,
    anywhere=True,
)
async def recurring(command: Command, ctx: Context[Settings]) -> Replies:
    """Show which events recur; leave days out (停), end one (停办)."""
    await refuse_members(ctx)
    return await rules.said(ctx, command.args)


_WAYS: dict[str, Callable[[Command, Any], Awaitable[Replies]]] = {
    "add": add,
    "edit": edit,
    "publish": publish,
    "postpone": postpone,
    "cancel": cancel,
}
_WAYS |= {"drafts": drafts, "rules": recurring}


@router.command("event", "办活动", needs=Right.GROUP, fits=rf"(?:{ANY})?", help=Texts.HELP_EVENT, anywhere=True)
async def event(command: Command, ctx: Context[Settings]) -> Replies:
    """Do what `/event add`, `/event publish E12` and the like ask for; alone, show how it is done."""
    await refuse_members(ctx)
    word, _, rest = command.args.partition(" ")
    way = _WAYS.get(word.lower())
    if way is None:
        return answer(*ctx.say(Texts.WAYS).split("\n"))
    entry = next(entry for entry in router.commands if entry.run is way)
    if not re.fullmatch(entry.fits, rest.strip()):
        raise UserError(ctx.say(entry.usage or Texts.WAYS))
    said = Command(entry.names[0], rest.strip(), command.message, command.about, command.replied)
    return await entry.run(said, ctx)


# -- the dialog -------------------------------------------------------------------------------------------------------


@router.dialog(adding.STEP, takes=adding.SKIP)
async def step(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Take the answer to the question that was asked, and ask the next one."""
    return await adding.step(ctx, message, dialog)


@router.dialog(adding.PREVIEW, takes=adding.VERDICTS)
async def decided(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Publish what was shown, keep it, or change it."""
    await refuse_members(ctx)
    return await adding.decided(ctx, message, dialog)


@router.dialog(sure.STEP, takes=sure.YES)
async def agreed(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Move or call off what was shown, at a yes."""
    await refuse_members(ctx)
    return await sure.answered(ctx, message, dialog, {"postpone": publishing.postpone, "cancel": publishing.cancel})


# -- what recurs ------------------------------------------------------------------------------------------------------


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down when the events of rules are made, once for the community."""
    await schedules.put(ctx.store, Schedule(FEATURE, AHEAD, 0, "daily 04:00", ctx.community.zone.key, ctx.now()))


@router.schedule(AHEAD)
async def ahead(_occurrence: Occurrence, ctx: Context[Settings]) -> None:
    """Make the events of all rules, some weeks ahead."""
    await rules.make_all(ctx)
