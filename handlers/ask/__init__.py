"""Ask: a member asks the bot in private, it shows what was solved before, and asks a group on the member's behalf."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers import Command, Context, Replies, Reply, Right, Router, UserError, answer
from handlers._meant import title
from handlers._said_for import Texts as Carried
from handlers._threads import suggesting
from handlers._threads.asking import Wants, wants
from handlers._threads.described import is_asker
from handlers.ask import _carrying as carrying
from handlers.ask._choosing import FEATURE, SHOWN, chosen, fitting, midnight, takes
from handlers.ask._telling import tell
from handlers.ask._texts import Texts
from handlers.ask._unposted import unposted
from storage import dialogs, entrusted, groups, members, outbox, privacy, schedules, threads
from storage.dialogs import Dialog
from storage.groups import Group
from storage.messages import Stored
from storage.replies import Body
from storage.schedules import Occurrence, Schedule
from storage.threads import Thread

ANSWERS, QUESTION, WHERE = "answers", "question", "where"
WAITED = timedelta(minutes=30)  # how long an answer in the dialog is waited for
TEXT_LIMIT = 4_000
_COMMAND = re.compile(r"\s*(?:/\S+|替我问|帮我问|代问|问)[\s:：,，]*")


class Settings(BaseModel):
    """`[handlers.ask]`.

    Attributes:
        enabled: Whether questions may be carried into this group.
        per_day: How many questions are carried for one member in a day.
        group_per_day: How many are carried into this group in a day.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    enabled: bool = True
    per_day: int = Field(default=2, ge=0, le=100)
    group_per_day: int = Field(default=6, ge=0, le=1000)


router = Router(Settings)


@router.command("ask", "问", "替我问", "帮我问", "代问", needs=Right.SELF, fits=r"(?![eE]\d)(?s:.*)", help=Texts.HELP)
async def ask(command: Command, ctx: Context[Settings]) -> Replies:
    """Have a group asked for you: shows what was solved before, then asks where to post."""
    if not ctx.group.is_direct:
        return answer(ctx.say(Texts.HERE))
    if await privacy.is_silent(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Carried.SILENT))
    await _refuse_more(ctx)
    text = _COMMAND.sub("", command.message.text, count=1).strip() if command.message is not None else ""
    if wants(text) is not Wants.ANSWER:
        await _go_on(ctx, QUESTION, {})
        return answer(ctx.say(Texts.WHAT))
    return await _show(ctx, text)


@router.dialog(QUESTION)
async def asked(message: Stored, _dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Take the question."""
    if wants(message.text) is not Wants.ANSWER:
        raise UserError(ctx.say(Texts.WHAT))
    return await _show(ctx, message.text.strip())


@router.dialog(WHERE)
async def posted(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Carry the question into the group that was chosen."""
    offered = [int(group) for group in dialog.answers["groups"]]
    choice = chosen(message.text, len(offered))
    if choice is None or choice.number is None:
        raise UserError(ctx.say(Texts.CHOICE_ONE if len(offered) == 1 else Texts.CHOICE, count=len(offered)))
    await dialogs.end(ctx.store, ctx.speaker.id)
    await _refuse_more(ctx)
    group = await groups.get(ctx.store, offered[choice.number - 1])
    if not await takes(ctx, group):
        return answer(ctx.say(Texts.CLOSED, group=title(group)))
    return await carrying.carry(ctx, message, str(dialog.answers["text"]), group, unsigned=choice.unsigned)


@router.mention
async def added(message: Stored, ctx: Context[Settings]) -> Replies:
    """Carry what an asker adds by replying to what was said of a question that was carried."""
    if not ctx.group.is_direct or message.reply_to is None or wants(message.text) is not Wants.ANSWER:
        return None
    thread = await _own_carried(message, ctx)
    return None if thread is None else await carrying.add(ctx, message, thread)


async def _own_carried(message: Stored, ctx: Context[Settings]) -> Thread | None:
    post = await outbox.posted_as(ctx.store, message.group_id, message.reply_to or "")
    if post is None or post.about is None or not post.about.startswith("thread:"):
        return None
    number = int(post.about.removeprefix("thread:"))
    thread = await threads.find(ctx.store, number)
    if thread is None or await entrusted.find(ctx.store, number) is None:
        return None
    return thread if await is_asker(ctx, thread) else None


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down when it is looked what askers are to be told; one schedule for the community."""
    zone = ctx.community.zone.key
    await schedules.put(ctx.store, Schedule(FEATURE, ANSWERS, 0, "every 5m", zone, ctx.now()))


@router.schedule(ANSWERS)
async def answers(_occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply]:
    """Tell askers what others said to their questions, and what could not be posted."""
    return [*await unposted(ctx), *await tell(ctx)]


# -- the dialog -------------------------------------------------------------------------------------------------------


async def _refuse_more(ctx: Context[Settings]) -> None:
    mine = await members.siblings(ctx.store, ctx.speaker.id)
    count = await entrusted.count(ctx.store, midnight(ctx), members=mine)
    if count >= ctx.settings.per_day:
        raise UserError(ctx.say(Texts.ENOUGH, count=count))


async def _go_on(ctx: Context[Settings], step: str, said: dict[str, Any]) -> None:
    await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, step, said, ctx.now() + WAITED))


async def _show(ctx: Context[Settings], text: str) -> Reply:
    """Return what was solved before, and the groups that could be asked."""
    found = await suggesting.mentioned_only(ctx, text)
    first = Body.of(ctx.say(Texts.NOT_FOUND)) if found is None else found.body
    offered = (await fitting(ctx, text))[:SHOWN]
    if not offered:
        await dialogs.end(ctx.store, ctx.speaker.id)
        return Reply(first.plus(Body.of(ctx.say(Texts.NOWHERE))))
    await _go_on(ctx, WHERE, {"text": text[:TEXT_LIMIT], "groups": [group.id for group in offered]})
    return Reply(first.plus(Body.of(*_choices(ctx, offered))))


def _choices(ctx: Context[Settings], offered: list[Group]) -> list[str]:
    if len(offered) == 1:
        example = "anonymous" if ctx.language == "en" else "匿名"
        first = ctx.say(Texts.WHETHER, group=title(offered[0]))
    else:
        example = "1 anonymous" if ctx.language == "en" else "1 匿名"
        listed = [f"{number} {title(group)}" for number, group in enumerate(offered, 1)]
        first = ctx.say(Texts.WHERE, choices=(", " if ctx.language == "en" else "，").join(listed))
    return [first, ctx.say(Texts.HOW, example=example)]
