"""The notice to a new group: who invited the bot, what is kept, for how long, how to leave, how to silence it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import Context, Reply, Right, Text, UserError, answer
from handlers._wording.durations import day
from handlers._wording.names import call_name, spaced
from storage import grants, groups, members, memberships
from storage.grants import EVERYWHERE
from storage.groups import Coverage
from storage.members import Member
from storage.replies import Body, Purpose


class Texts:
    """The five questions members ask, answered before they ask."""

    HELP = Text(zh="让我在新群里介绍一次自己", en="Let me introduce myself to a new group")
    BROUGHT = Text(
        zh="我是{bot}，{by}请来的，帮群里记住问过的问题。",
        en="I am {bot}. {by} brought me here to remember what was asked.",
    )
    HERE = Text(zh="我是{bot}，帮群里记住问过的问题。", en="I am {bot}, here to remember what was asked.")
    KEPT = Text(
        zh="我会存下本群消息，用来串问答、算响应时间、出周报；原文只在本社区用，{chatter}，问答留着备查。",
        en="I keep this group's messages to follow questions, measure response times and write the digest. "
        "They stay within this community; {chatter}, questions and answers are kept.",
    )
    KEPT_MENTIONS = Text(
        zh="这里我只看得到 @ 我的消息，会存下来串问答；原文只在本社区用，{chatter}，问答留着备查。",
        en="I see only what mentions me here, and keep that to follow questions. "
        "It stays within this community; {chatter}, questions and answers are kept.",
    )
    CHATTER = Text(zh="闲聊 {days} 天后删", en="chatter is deleted after {days} days")
    CHATTER_KEPT = Text(zh="闲聊也不删", en="chatter is kept as well")
    LEAVE = Text(
        zh="平时不说话，@我才答。私聊我「别记我」从此不存，「删掉我」连以前的一起删。",
        en="I answer when mentioned. In private, /optout stops the recording, /forgetme erases what there is.",
    )
    SILENCE = Text(zh="嫌吵：管理员发「安静」。", en="Too much? An admin's /quiet.")
    UNINVITED = Text(
        zh="我进了「{group}」，拉我的不是管理员，所以没出声。\n要我留下：在那个群里 @我「打招呼」；不要就把我移出去。",
        en="I am in “{group}” now. Whoever brought me is no admin, so I said nothing.\n"
        "To keep me: say /hello there. Otherwise remove me.",
    )
    BEFORE = Text(zh="我在这儿介绍过了，{day}。", en="I introduced myself here on {day}.")
    HERE_ONLY = Text(zh="在要打招呼的那个群里说。", en="Say it in the group that I should greet.")


async def admin_behind(ctx: Context[Any], key: str) -> Member | None:
    """Return the admin that a platform id is, if it is one: by its grants, as everywhere."""
    found = await members.find(ctx.store, ctx.group.platform, key) if key and ctx.trusted else None
    if found is None or Right.GROUP not in await grants.rights(ctx.store, found.id, ctx.group.id):
        return None
    return found


async def introduce(ctx: Context[Any], by: Member | None, chatter_days: int) -> Reply:
    """Return the notice, and write down that this group had it."""
    await groups.noticed(ctx.store, ctx.group.id, ctx.now())
    name = await _called(ctx, by) if by is not None else ""
    bot = ctx.community.bot_name
    who = ctx.say(Texts.BROUGHT, bot=bot, by=name) if name else ctx.say(Texts.HERE, bot=bot)
    chatter = ctx.say(Texts.CHATTER, days=chatter_days) if chatter_days else ctx.say(Texts.CHATTER_KEPT)
    kept = ctx.say(Texts.KEPT_MENTIONS if await _only_mentions(ctx) else Texts.KEPT, chatter=chatter)
    return answer(spaced(who), kept, ctx.say(Texts.LEAVE), ctx.say(Texts.SILENCE))


async def hello(ctx: Context[Any], chatter_days: int) -> Reply:
    """Return the notice that an admin asked for.

    Raises:
        UserError: It is asked for in a direct.
    """
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.HERE_ONLY))
    if ctx.group.noticed_at is not None:
        when = day(ctx.group.noticed_at, ctx.now(), ctx.community.zone, ctx.language)
        return answer(ctx.say(Texts.BEFORE, day=when))
    return await introduce(ctx, ctx.speaker, chatter_days)


async def ask_owners(ctx: Context[Any]) -> list[Reply]:
    """Return a word to each owner, in private: nobody who may say yes has said it."""
    body = Body.of(ctx.say(Texts.UNINVITED, group=ctx.group.name or ctx.group.key))
    owners = await grants.holders(ctx.store, Right.GLOBAL, EVERYWHERE)
    return [Reply(body, member=owner, purpose=Purpose.NOTICE) for owner in owners]


async def _called(ctx: Context[Any], member: Member) -> str:
    cards = await memberships.names_in(ctx.store, ctx.group.id, [member.id])
    return call_name(cards.get(member.id, "") or member.name) if member.signed else ""


async def _only_mentions(ctx: Context[Any]) -> bool:
    now = ctx.now()
    spans = await groups.spans(ctx.store, [ctx.group.id], now, now + timedelta(seconds=1))
    return any(span.coverage is Coverage.MENTIONS for span in spans)
