"""Binding: one human's accounts on several platforms become one person, by a code sent from both; and back."""

from __future__ import annotations

from datetime import timedelta

from handlers import Command, Context, NoSettings, Replies, Reply, Right, Router, Text, answer
from handlers._events.promoting import bound
from storage import grants, members

Settings = NoSettings
CODE_SPAN = timedelta(minutes=10)


class Texts:
    """What is said about binding."""

    HELP = Text(zh="把你在各平台的账号认作一个人", en="Make your accounts on several platforms one person")
    HELP_BACK = Text(zh="不再认作一个人", en="Take a binding back")
    USAGE = Text(
        zh="先在一个账号私聊我「绑定」拿码，再用另一个账号把「绑定 码」发给我。",
        en="Get a code with /bind from one account, then send me /bind CODE from the other, both in private.",
    )
    CODE = Text(
        zh="10 分钟内，用你的另一个账号私聊我：绑定 {code}\n"
        "码只给自己用。绑定后两边的提问和致谢算一个人的；权限不跟着走。",
        en="Within 10 minutes, send me from your other account: /bind {code}\n"
        "Keep it to yourself. Questions and thanks of both then count as one person's; rights are not shared.",
    )
    BOUND = Text(
        zh="绑好了，{count} 个账号算你一个人。不对就发「解绑」。",
        en="Done: {count} accounts are one person. Undo: /unbind.",
    )
    ALREADY = Text(zh="这两个账号本来就算一个人。", en="These two are one person already.")
    SAME = Text(zh="这个码要从你的另一个账号发过来。", en="Send this code from your other account.")
    BAD_CODE = Text(
        zh="这个码不对，或者过期、用过了。重新拿一个发「绑定」；一小时里最多试 5 次。",
        en="This code is wrong, expired or used. /bind gives a new one; 5 tries within an hour.",
    )
    UNBOUND = Text(zh="解开了，这个账号单独算。", en="Undone: this account stands alone again.")
    NOT_BOUND = Text(zh="这个账号没绑过。", en="This account is not bound.")


router = Router(Settings)


@router.command(
    "bind", "绑定", needs=Right.SELF, fits=r"(?:[0-9a-fA-F]{10})?", help=Texts.HELP, usage=Texts.USAGE, private=True
)
async def bind(command: Command, ctx: Context[NoSettings]) -> Replies:
    """Give a code, or bind this account to the one that asked for it; a wrong code is answered, so that it counts."""
    now, me = ctx.now(), ctx.speaker
    if not command.args:
        code = await grants.new_code(ctx.store, "bind", now, CODE_SPAN, me.id)
        return answer(ctx.say(Texts.CODE, code=code))
    held, other = await grants.use_code(ctx.store, "bind", command.args, me.id, now)
    if not held or other is None:
        return answer(ctx.say(Texts.BAD_CODE))
    if other == me.id:
        return answer(ctx.say(Texts.SAME))
    if other in await members.siblings(ctx.store, me.id):
        return answer(ctx.say(Texts.ALREADY))
    await members.link(ctx.store, me.id, other, now)
    done = answer(ctx.say(Texts.BOUND, count=len(await members.siblings(ctx.store, me.id))))
    return [done, *await bound(ctx, me.id)]  # who registered with both holds one seat from now on


@router.command("unbind", "解绑", needs=Right.SELF, help=Texts.HELP_BACK)
async def unbind(_command: Command, ctx: Context[NoSettings]) -> Reply:
    """Take this account's latest binding back; where others were bound to it, theirs."""
    now, me = ctx.now(), ctx.speaker
    undone = await members.unlink(ctx.store, me.id, now)
    if not undone:
        others = [member for member in await members.siblings(ctx.store, me.id) if member != me.id]
        undone = any([await members.unlink(ctx.store, member, now) for member in others])
    return answer(ctx.say(Texts.UNBOUND if undone else Texts.NOT_BOUND))
