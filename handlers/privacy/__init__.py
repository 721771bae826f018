"""What members may ask of their own data: not to be recorded, to see it, to have it erased, not to be named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers import Command, Context, Errand, Outside, Replies, Reply, Right, Router, Text, answer
from handlers.privacy import _copy as copies
from handlers.privacy import _erasing as erasing
from handlers.privacy import _joining as joining
from storage import dialogs, members, privacy
from storage.dialogs import Dialog
from storage.frames import Edit, Joined, Left, Recall
from storage.members import Member
from storage.messages import Stored
from storage.replies import Body, Purpose

FEATURE, COPY, SCRUB, SURE = "privacy", "copy", "scrub", "sure"
ASKED_FOR = timedelta(minutes=10)  # how long a yes to 删掉我 is waited for
_YES = frozenset({"确定", "确认", "是", "删", "yes", "y"})


class Settings(BaseModel):
    """`[handlers.privacy]`.

    Attributes:
        chatter_days: What the notice to a new group says: as `[retention] chatter`, which does the work.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    chatter_days: int = Field(default=180, ge=0)


class Texts:
    """What is answered; each says what holds from now on, and the way back."""

    HELP_OUT = Text(zh="从此不记你说的话", en="Nothing you say is recorded from now on")
    HELP_IN = Text(zh="重新记", en="Be recorded again")
    HELP_DATA = Text(zh="看存了你什么，私聊发你", en="What is kept about you, sent in private")
    HELP_FORGET = Text(zh="连以前的一起删", en="Erase everything you said")
    HELP_UNSIGN = Text(zh="致谢和周报里不出现你的名字", en="Never be named in thanks and digests")
    HELP_SIGN = Text(zh="可以署名", en="You may be named again")
    OUT = Text(
        zh="好，从现在起不记你说的话。以前的还在，要一起删发「删掉我」；想回来发「记我」。",
        en="From now on nothing you say is recorded. What you said before stays until /forgetme. Back: /optin.",
    )
    OUT_BEFORE = Text(zh="本来就没在记你。想回来发「记我」。", en="You are not being recorded as it is. Back: /optin.")
    IN = Text(
        zh="好，从现在起照常记。不想记了发「别记我」。", en="You are recorded as others are again. To stop: /optout."
    )
    IN_BEFORE = Text(zh="本来就照常记着。不想记发「别记我」。", en="You are being recorded as it is. To stop: /optout.")
    COPYING = Text(
        zh="在整理，一会儿私聊发你。一小时里只做一份。",
        en="I am gathering it and will send it in private; one copy an hour.",
    )
    FORGET_USAGE = Text(
        zh="只能删自己的，别人的要本人来发。删自己的：「删掉我」。",
        en="You can erase what is yours; others must ask themselves. Yours: /forgetme.",
    )
    SURE = Text(
        zh="会删掉你在各个群说过的所有话{accounts}，问答里只留时间和走向，认不出是谁；删了找不回。\n"
        "确定就回「删掉我 确定」，不回就不删。",
        en="This erases all you said in any group{accounts}. Threads keep times and outcomes, not who you are.\n"
        "There is no way back. If you are sure: /forgetme yes. Otherwise nothing happens.",
    )
    ACCOUNTS = Text(zh="（绑定的 {count} 个账号一起）", en=" with all your {count} accounts")
    NOT_FORGOTTEN = Text(zh="好，没删。", en="Nothing was erased.")
    FORGOTTEN = Text(
        zh="删好了：{messages} 条消息、{threads} 个标题，原始记录和索引里的也删了；以前做的备份里还有，随备份过期。\n"
        "以后你再说话，会当成新来的人记；不想记先发「别记我」。",
        en="Erased: {messages} messages and {threads} titles, also from raw records and the index; old backups still "
        "have them until they expire.\nIf you speak again you are somebody new; /optout first if you would rather not.",
    )
    UNSIGNED = Text(
        zh="好，周报和致谢里不再出现你的名字。想署名发「署名」。",
        en="You will not be named in digests and thanks. Back: /sign.",
    )
    SIGNED = Text(zh="好，可以署名了。不想了发「别署名」。", en="You may be named again. To stop: /unsign.")


router = Router(Settings)


async def _mine(ctx: Context[Any]) -> list[Member]:
    """Return all bound members of the person who speaks: what somebody asks for holds for the whole human."""
    return await members.of_person(ctx.store, ctx.speaker.person_id)


# -- joining ----------------------------------------------------------------------------------------------------------


@router.notice
async def joined(notice: Edit | Recall | Joined | Left, _stored: Stored | None, ctx: Context[Settings]) -> Replies:
    """Introduce the bot to a new group, if an admin brought it; otherwise ask the owners."""
    if not isinstance(notice, Joined) or not notice.is_bot or ctx.group.is_direct or ctx.group.noticed_at is not None:
        return None
    inviter = await joining.admin_behind(ctx, notice.by)
    if inviter is None:
        return await joining.ask_owners(ctx)
    return await joining.introduce(ctx, inviter, ctx.settings.chatter_days)


@router.command("hello", "打招呼", needs=Right.GROUP, help=joining.Texts.HELP)
async def hello(_command: Command, ctx: Context[Settings]) -> Reply:
    """Introduce the bot to this group, once."""
    return await joining.hello(ctx, ctx.settings.chatter_days)


# -- recorded or not --------------------------------------------------------------------------------------------------


@router.command("optout", "别记我", needs=Right.SELF, help=Texts.HELP_OUT)
async def optout(_command: Command, ctx: Context[Settings]) -> Reply:
    """Record nothing any more of what the speaker says, with whichever account; only a keyed hash of the id is kept."""
    me = ctx.speaker
    if await privacy.opted_out(ctx.store, me.platform, [me.key]):
        return answer(ctx.say(Texts.OUT_BEFORE))
    for member in await _mine(ctx):
        await privacy.opt_out(ctx.store, member.platform, member.key, ctx.now())
    return answer(ctx.say(Texts.OUT))


@router.command("optin", "记我", needs=Right.SELF, help=Texts.HELP_IN)
async def optin(_command: Command, ctx: Context[Settings]) -> Reply:
    """Record the speaker again."""
    were_out = [await privacy.opt_in(ctx.store, member.platform, member.key) for member in await _mine(ctx)]
    return answer(ctx.say(Texts.IN if any(were_out) else Texts.IN_BEFORE))


# -- to see it --------------------------------------------------------------------------------------------------------


@router.command("mydata", "我的数据", needs=Right.SELF, help=Texts.HELP_DATA)
async def mydata(_command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Send the speaker everything that is kept about them, in private."""
    key = f"mydata:{ctx.speaker.id}:{ctx.now():%Y-%m-%dT%H}"
    payload = {"language": ctx.language}
    errand = Errand(FEATURE, COPY, key, payload, group=ctx.group.id, member=ctx.speaker.id)
    return [answer(ctx.say(Texts.COPYING)), errand]


@router.errand(COPY)
async def copy(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the copy into a file and send it with a summary."""
    if errand.member is None:
        raise LookupError("a copy for nobody")
    body = await copies.write(outside, errand.member, str(errand.payload.get("language", "zh")))
    return [Reply(body, member=errand.member, purpose=Purpose.NOTICE)]


# -- to have it erased ------------------------------------------------------------------------------------------------


@router.command(
    "forgetme",
    "删掉我",
    needs=Right.SELF,
    fits=r"(?i:确定|确认|yes)?",
    help=Texts.HELP_FORGET,
    usage=Texts.FORGET_USAGE,
)
async def forgetme(command: Command, ctx: Context[Settings]) -> Replies:
    """Erase everything the speaker said, after one yes; never anybody else's."""
    if command.args:
        return await _forget(ctx)
    if ctx.group.is_direct:
        await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, SURE, {}, ctx.now() + ASKED_FOR))
    mine = await _mine(ctx)
    accounts = "" if len(mine) == 1 else ctx.say(Texts.ACCOUNTS, count=len(mine))
    return answer(ctx.say(Texts.SURE, accounts=accounts))


@router.dialog(SURE)
async def sure(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Take the yes in a direct; anything else leaves all as it is."""
    await dialogs.end(ctx.store, dialog.member)
    if message.text.strip(" 。.!！").lower() in _YES:
        return await _forget(ctx)
    return answer(ctx.say(Texts.NOT_FORGOTTEN))


async def _forget(ctx: Context[Any]) -> list[Reply | Errand]:
    mine = [member.id for member in await _mine(ctx)]
    await erasing.keep_address(ctx)
    await erasing.drop_posts(ctx.store, mine)
    gone = await privacy.forget(ctx.store, mine, ctx.now())
    text = ctx.say(Texts.FORGOTTEN, messages=gone.messages, threads=gone.threads)
    key = f"scrub:{ctx.speaker.id}:{ctx.now().isoformat()}"
    scrubbing = Errand(FEATURE, SCRUB, key, {"members": mine})
    return [Reply(Body.of(text), member=ctx.speaker.id, purpose=Purpose.NOTICE), scrubbing]


@router.errand(SCRUB)
async def scrub(errand: Errand, outside: Outside) -> None:
    """Delete the copies that were made for them, and let the database give the bytes back."""
    await erasing.delete_copies(outside.files, _ids(errand.payload.get("members", [])))
    await outside.scrub()


def _ids(values: Iterable[Any]) -> list[int]:
    return [int(value) for value in values]


# -- named or not -----------------------------------------------------------------------------------------------------


@router.command("unsign", "别署名", needs=Right.SELF, help=Texts.HELP_UNSIGN)
async def unsign(_command: Command, ctx: Context[Settings]) -> Reply:
    """Never name the speaker in thanks and digests, under whichever account."""
    for member in await _mine(ctx):
        await members.sign(ctx.store, member.id, False)
    return answer(ctx.say(Texts.UNSIGNED))


@router.command("sign", "署名", needs=Right.SELF, help=Texts.HELP_SIGN)
async def sign(_command: Command, ctx: Context[Settings]) -> Reply:
    """Allow the speaker to be named again."""
    for member in await _mine(ctx):
        await members.sign(ctx.store, member.id, True)
    return answer(ctx.say(Texts.SIGNED))
