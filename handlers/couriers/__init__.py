"""Courier mode: who carries digests into groups where no bot can be, what was carried, and one reminder."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict

from handlers import Command, Context, Errand, Purpose, Replies, Reply, Right, Router, Text, UserError, answer
from handlers._carrying import carried
from handlers._rules import RuleText
from handlers.couriers import _deciding as deciding
from handlers.couriers import _shown as shown
from storage import couriers, members, outbox, schedules
from storage.couriers import Carriage, Carried
from storage.replies import Body
from storage.schedules import Occurrence, Schedule

FEATURE, REMIND = "couriers", "remind"
_AFTER, _NO_LONGER = timedelta(hours=20), timedelta(days=3)
_WORDS = {
    "add": "add", "加": "add", "drop": "drop", "撤": "drop", "accept": "accept", "准": "accept",
    "yes": "yes", "我来": "yes", "no": "no", "不了": "no",
}  # fmt: skip
_NUMBERS = r"(?:#?\d{1,9}(?:[ ,、，]+#?\d{1,9}){0,99})?"


class Settings(BaseModel):
    """`[handlers.couriers]`.

    Attributes:
        remind: When couriers are reminded, once, of what they were asked to carry and did not tick off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    remind: RuleText = "daily 10:00"


class Texts:
    """What is said of copies."""

    HELP = Text(zh="我进不去的群，请人代发周报", en="Let people carry the digest where I cannot be")
    HELP_CARRIED = Text(zh="代发的那条转好了", en="You carried a copy")
    HELP_SKIP = Text(zh="代发的那条这次不转", en="You do not carry a copy this time")
    NOTHING = Text(zh="没有等你转的。", en="Nothing waits for you.")
    THANKS = Text(zh="多谢，{groups}记下了。", en="Thank you; noted for {groups}.")
    LEFT = Text(zh="还剩 {rest}。", en="Still: {rest}.")
    SKIPPED = Text(zh="好，{groups}这次不转。", en="Right, not {groups} this time.")
    REMINDER = Text(
        zh="昨天那份还没转：{rest}。转好了回「转好了」，不转回「跳过」。不回也没事，这份我不再提。",
        en="Not carried yet: {rest}. /carried or /skip; silence is fine, I will not ask again.",
    )


router = Router(Settings)


@router.command(
    "courier",
    "代发",
    needs=Right.SELF,
    fits=rf"(?:(?:{'|'.join(_WORDS)})(?: (?s:.+))?)?",
    help=Texts.HELP,
    usage=deciding.Texts.USAGE,
)
async def courier(command: Command, ctx: Context[Settings]) -> Replies:
    """Show who carries where; or name, accept and drop couriers, offer to be one, and stop."""
    word, _, rest = command.args.partition(" ")
    wanted = rest.partition("@")[0].strip()
    match _WORDS.get(word):
        case "add":
            return await deciding.add(command, ctx, wanted)
        case "drop":
            return await deciding.drop(command, ctx, wanted)
        case "accept":
            return await deciding.accept(ctx, wanted.removeprefix("#"))
        case "yes":
            return await deciding.agree(ctx, wanted)
        case "no":
            return await deciding.stop(ctx, wanted)
        case _:
            return answer(*await shown.listed(ctx))


# -- what was carried -------------------------------------------------------------------------------------------------


@router.command("carried", "转好了", "转发了", needs=Right.SELF, fits=_NUMBERS, help=Texts.HELP_CARRIED)
async def done(command: Command, ctx: Context[Settings]) -> Reply:
    """Tick copies off as carried: those of the numbers, the one that was replied to, or all that wait."""
    meant, rest = await _meant(command, ctx)
    for carriage in meant:
        await couriers.settle(ctx.store, carriage.id, Carried.DONE, ctx.now())
    line = ctx.say(Texts.THANKS, groups=await shown.groups_of(ctx, [one.group for one in meant]))
    return answer(line, *([ctx.say(Texts.LEFT, rest=await shown.numbered(ctx, rest))] if rest else []))


@router.command("skip", "跳过", needs=Right.SELF, fits=_NUMBERS, help=Texts.HELP_SKIP)
async def skip(command: Command, ctx: Context[Settings]) -> Replies:
    """Tick copies off as not carried this time; the group's next courier is asked, if there is one."""
    meant, _ = await _meant(command, ctx)
    replies: list[Reply | Errand] = [
        answer(ctx.say(Texts.SKIPPED, groups=await shown.groups_of(ctx, [one.group for one in meant])))
    ]
    for carriage in meant:
        await couriers.settle(ctx.store, carriage.id, Carried.SKIPPED, ctx.now())
        post = await outbox.by_key(ctx.store, carriage.post)
        if post is not None and post.body.blocks:
            replies += await carried(ctx, carriage.edition, {carriage.group: post.body})
    return replies


async def _meant(command: Command, ctx: Context[Any]) -> tuple[list[Carriage], list[Carriage]]:
    """Return the copies that are meant, and those that wait beside them.

    Raises:
        UserError: None of them waits for the speaker.
    """
    mine = await couriers.waiting(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
    digits = command.args.replace("#", "").replace(",", " ").replace("、", " ").replace("，", " ").split()
    if not digits and (command.about or "").startswith("carriage:"):
        digits = [(command.about or "").removeprefix("carriage:")]
    meant = [one for one in mine if not digits or str(one.id) in digits]
    if not meant:
        raise UserError(ctx.say(Texts.NOTHING))
    return meant, [one for one in mine if one not in meant]


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down when couriers are reminded; one schedule for the community."""
    zone = ctx.community.zone.key
    await schedules.put(ctx.store, Schedule(FEATURE, REMIND, 0, ctx.settings.remind, zone, ctx.now()))


@router.schedule(REMIND)
async def remind(_occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply]:
    """Remind each courier once of what waits since yesterday; later nobody asks again."""
    late = await couriers.unreminded(ctx.store, ctx.now() - _NO_LONGER, ctx.now() - _AFTER)
    await couriers.reminded(ctx.store, [one.id for one in late], ctx.now())
    replies = []
    for member, some in groupby(late, key=lambda one: one.member):
        every = list(some)
        body = Body.of(ctx.say(Texts.REMINDER, rest=await shown.numbered(ctx, every)))
        about = f"carriage:{every[0].id}" if len(every) == 1 else None
        replies.append(Reply(body, member=member, purpose=Purpose.NOTICE, about=about))
    return replies
