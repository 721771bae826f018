"""Posts that wait for a person: an admin lets a first one out, sends again what may be lost, and sees what is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import OPTIONAL_NUMBER, Command, Context, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._rights import may, run_by_speaker
from handlers._wording import durations
from storage import groups, outbox, settings
from storage.groups import Group
from storage.outbox import Post, State
from storage.replies import Purpose

Settings = NoSettings
APPROVED = "outbox.approved"  # read by the outbox before every proactive post
LISTED = 5
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_OTHER = Text(zh="消息", en="post")
_WHAT = {Purpose.DIGEST: Text(zh="周报", en="digest"), Purpose.REMINDER: Text(zh="提醒", en="reminder")}


class Texts:
    """What is said about posts that wait."""

    HELP_APPROVE = Text(zh="群里第一条主动发的，点头才发", en="Let a group's first unasked post out")
    HELP_RESEND = Text(zh="不知道发没发出去的，再发一次", en="Send again what may not have arrived")
    HELP_POSTS = Text(zh="有哪些等着发，为什么", en="What waits to be posted, and why")
    APPROVE_USAGE = Text(
        zh="带上编号：「发吧 12」。有哪些，发「待发」。", en="Give its number: /approve 12. See /posts."
    )
    RESEND_USAGE = Text(zh="带上编号：「补发 12」。有哪些，发「待发」。", en="Give its number: /resend 12. See /posts.")
    NO_SUCH = Text(
        zh="你管的群里没有等着发的 {post} 号，看看有哪些发「待发」。",
        en="No post {post} waits in a group of yours. See /posts.",
    )
    APPROVED = Text(
        zh="好，这就发到{group}。以后这个群到点就发，不再先问；嫌吵在群里发「安静」。",
        en="Posting it to {group}. From now on it goes out there on time, unasked; /quiet in the group stops it.",
    )
    FIRST_APPROVE = Text(
        zh="{post} 号还没人点头，先看过，行就回「发吧 {post}」。",
        en="Nobody approved {post} yet. If it is fine: /approve {post}.",
    )
    MAY_BE_THERE = Text(
        zh="{post} 号可能已经在{group}了。去看一眼，没有就回「补发 {post}」。",
        en="{post} may be in {group} already. Have a look; if not: /resend {post}.",
    )
    RESENT = Text(zh="好，{what}再往{group}发一次。", en="Sending the {what} to {group} once more.")
    GONE = Text(
        zh="{post} 号的正文已经按期删了，补发不了。",
        en="The text of {post} was deleted in due time; it cannot be sent.",
    )
    ADMINS = Text(zh="这个要群管理员来看。", en="This is for the group's admins.")
    NOTHING = Text(zh="没有等着发的。", en="Nothing waits to be posted.")
    HEAD = Text(zh="等着发的（补发前先去群里看一眼）：", en="Waiting (look into the group before you send again):")
    PREVIEW = Text(
        zh="{post} {group}的{what}，{age}前，第一次主动发，等你点头：「发吧 {post}」",
        en="{post} {what} for {group}, {age} ago, its first: /approve {post}",
    )
    UNKNOWN = Text(
        zh="{post} {group}的{what}，{age}前，不知道发没发出去：「补发 {post}」",
        en="{post} {what} for {group}, {age} ago, may not have arrived: /resend {post}",
    )
    MORE = Text(zh="还有 {count} 条。", en="{count} more.")


router = Router(Settings)

# Everyone may say these, for they work from a direct, where nobody has a group's rights; each asks for them itself.


@router.command(
    "approve", "发吧", needs=Right.SELF, fits=OPTIONAL_NUMBER, help=Texts.HELP_APPROVE, usage=Texts.APPROVE_USAGE
)
async def approve(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Let a group's first proactive post out; later ones go without asking."""
    post, group = await _meant(command, ctx, Texts.APPROVE_USAGE)
    if not _is_preview(post):
        raise UserError(ctx.say(Texts.MAY_BE_THERE, post=post.id, group=_name(group)))
    await settings.put(ctx.store, group.id, APPROVED, True, ctx.now(), ctx.speaker.id)
    await _put_back(ctx, post)
    return answer(ctx.say(Texts.APPROVED, group=_name(group)))


@router.command(
    "resend", "补发", needs=Right.SELF, fits=OPTIONAL_NUMBER, help=Texts.HELP_RESEND, usage=Texts.RESEND_USAGE
)
async def resend(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Send a post whose outcome is unknown once more, and the parts behind it; deliberate, the very same bytes."""
    post, group = await _meant(command, ctx, Texts.RESEND_USAGE)
    if _is_preview(post):
        raise UserError(ctx.say(Texts.FIRST_APPROVE, post=post.id))
    if post.payload is None and not post.body.blocks:
        raise UserError(ctx.say(Texts.GONE, post=post.id))
    await _put_back(ctx, post)
    return answer(ctx.say(Texts.RESENT, what=_what(ctx, post), group=_name(group)))


async def _put_back(ctx: Context[Any], post: Post) -> None:
    now, worth = ctx.now(), _HOUR if post.purpose is Purpose.REMINDER else _DAY
    await outbox.settle(ctx.store, post.id, State.PENDING, error=None, not_before=now, expires_at=now + worth)


@router.command("posts", "待发", needs=Right.SELF, help=Texts.HELP_POSTS)
async def posts(_command: Command, ctx: Context[NoSettings]) -> Reply:
    """List what is held and why: of this group, or in a direct of all groups that the speaker runs."""
    here = await run_by_speaker(ctx)
    if not ctx.group.is_direct:
        here = [ctx.group.id] if await may(ctx, Right.GROUP, ctx.group.id) else []
    if not here:
        raise UserError(ctx.say(Texts.ADMINS))
    every = await outbox.in_state(ctx.store, State.HELD, State.UNKNOWN)
    held = [post for post in every if post.group_id in here and _waits(post)]
    if not held:
        return answer(ctx.say(Texts.NOTHING))
    lines = [await _line(ctx, post) for post in held[:LISTED]]
    more = [ctx.say(Texts.MORE, count=len(held) - LISTED)] if len(held) > LISTED else []
    return answer(ctx.say(Texts.HEAD), *lines, *more)


async def _meant(command: Command, ctx: Context[Any], usage: Text) -> tuple[Post, Group]:
    """Return the held post that is named, or was replied to, and its group.

    Raises:
        UserError: There is none, or it is none of the speaker's business; which of the two, is not told.
    """
    digits = command.args.removeprefix("#") or (command.about or "").removeprefix("post:")
    if not digits.isdigit():
        raise UserError(ctx.say(usage))
    unknown = UserError(ctx.say(Texts.NO_SUCH, post=int(digits)))
    try:
        post = await outbox.get(ctx.store, int(digits))
    except LookupError as error:
        raise unknown from error
    if not await may(ctx, Right.GROUP, post.group_id):
        raise unknown
    if not _waits(post):
        raise unknown
    return post, await groups.get(ctx.store, post.group_id)


def _waits(post: Post) -> bool:
    """Say whether a post waits for a person; a part that was never tried only waits for the one before it."""
    return post.state in {State.HELD, State.UNKNOWN} and (post.part == 1 or post.attempts > 0)


def _is_preview(post: Post) -> bool:
    """Say whether a post waits for its preview's approval: nobody ever tried to send it."""
    return post.attempts == 0


async def _line(ctx: Context[Any], post: Post) -> str:
    group = await groups.get(ctx.store, post.group_id)
    age = durations.rough(ctx.now() - post.created_at, ctx.language)
    text = Texts.PREVIEW if _is_preview(post) else Texts.UNKNOWN
    return ctx.say(text, post=post.id, group=_name(group), what=_what(ctx, post), age=age)


def _what(ctx: Context[Any], post: Post) -> str:
    return ctx.say(_WHAT.get(post.purpose, _OTHER))


def _name(group: Group) -> str:
    return f"「{group.name or group.key}」"
