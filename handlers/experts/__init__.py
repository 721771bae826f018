"""Experts: who agrees to be asked, on which topics and how often; passing a question on, and resting."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import ANY, NOTHING, OPTIONAL_NUMBER, Command, Context, Feature, Replies, Reply, Right, Router, answer
from handlers._experts.settings import FEATURE, Settings
from handlers.experts import _agreeing as agreeing
from handlers.experts import _answering as answering
from handlers.experts import _endorsing as endorsing
from handlers.experts import _listing as listing
from handlers.experts import _passing as passing
from handlers.experts import _skills as skills
from handlers.experts._texts import Texts
from storage.dialogs import Dialog
from storage.frames import Edit, Joined, Left, Recall
from storage.messages import Stored

__all__ = ["Settings", "router"]

router = Router(Settings)


@router.configured
def in_order(_settings: Settings, features: Sequence[Feature]) -> None:
    """Refuse a configuration in which other features would take experts' answers for questions to the bot.

    Raises:
        ValueError: The table stands behind one of those.
    """
    names = [feature.name for feature in features]
    before = [name for name in ("questions",) if name in names and names.index(name) < names.index(FEATURE)]
    if before:
        raise ValueError(f"stands behind [handlers.{before[0]}]; put it in front, it has to hear private words first")


# -- who agrees -------------------------------------------------------------------------------------------------------

_ON, _OFF = {"on", "开", "可以"}, {"off", "关", "不"}


@router.command(
    "expert", "当专家", needs=Right.SELF, fits=agreeing.FITS, help=Texts.HELP, usage=Texts.USAGE, private=True
)
async def expert(command: Command, ctx: Context[Settings]) -> Replies:
    """Show how you stand as an expert, agree or stop, and say how often and when not."""
    word, _, rest = command.args.partition(" ")
    if word in _ON:
        return await agreeing.agree(ctx)
    if word in _OFF:
        return await agreeing.stop(ctx)
    if word in agreeing.CAP:
        return await agreeing.cap(ctx, rest)
    if word in agreeing.HOURS:
        return await agreeing.hours(ctx, rest)
    return await agreeing.shown(ctx)


@router.command("expert_on", "可以找我", needs=Right.SELF, fits=NOTHING, help=Texts.HELP_ON, private=True)
async def on(_command: Command, ctx: Context[Settings]) -> Reply:
    """Agree to be asked."""
    return await agreeing.agree(ctx)


@router.command("expert_off", "别找我", needs=Right.SELF, fits=NOTHING, help=Texts.HELP_OFF, private=True)
async def off(_command: Command, ctx: Context[Settings]) -> Reply:
    """Be asked no more."""
    await answering.leave(ctx)
    return await agreeing.stop(ctx)


@router.command("rest", "歇一周", needs=Right.SELF, fits=NOTHING, help=Texts.HELP_REST, private=True)
async def rest(_command: Command, ctx: Context[Settings]) -> list[Reply]:
    """Not be asked for a week; what waits for you goes to somebody else."""
    await answering.leave(ctx)
    told = await agreeing.rest(ctx)
    return [told, *await passing.hand_on(ctx)]


@router.command("skill", "擅长", needs=Right.SELF, fits=rf"(?:{ANY})?", help=Texts.HELP_SKILL, private=True)
async def skill(command: Command, ctx: Context[Settings]) -> Reply:
    """Say which topics you know, take some back, or see which they are."""
    return await skills.said(ctx, command.args)


# -- what they are asked ----------------------------------------------------------------------------------------------


@router.command("pass", "换人", needs=Right.SELF, fits=OPTIONAL_NUMBER, help=Texts.HELP_PASS, private=True)
async def pass_on(command: Command, ctx: Context[Settings]) -> list[Reply]:
    """Let somebody else be asked what you were asked: the thread of the number, replied to, or the latest."""
    await answering.leave(ctx)
    return await passing.passed(ctx, command.number())


@router.mention
async def answered(message: Stored, ctx: Context[Settings]) -> Replies:
    """Post an expert's answer where the question was asked."""
    return await answering.heard(message, ctx)


@router.dialog(answering.STEP)
async def shown(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Post what was shown, or go on."""
    return await answering.in_dialog(message, dialog, ctx)


@router.notice
async def changed(notice: Edit | Recall | Joined | Left, message: Stored | None, ctx: Context[Settings]) -> Replies:
    """Say that words which are in the group stay there."""
    return None if message is None or not isinstance(notice, Edit | Recall) else await answering.changed(message, ctx)


router.command(
    "endorse", "认可", needs=Right.SELF, fits=OPTIONAL_NUMBER, help=endorsing.Texts.HELP, usage=endorsing.Texts.WHICH
)(endorsing.endorse)


# -- the load ---------------------------------------------------------------------------------------------------------


@router.command(
    "experts", "专家名单", needs=Right.WORK, fits=NOTHING, help=Texts.HELP_LIST, private=True, anywhere=True
)
async def listed(_command: Command, ctx: Context[Settings]) -> Reply:
    """Show who agreed on which topic, and how often they were asked; to who runs a group, in private."""
    return answer(*await listing.listed(ctx))
