"""Naming, accepting and dropping couriers, offering to be one, and stopping."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Purpose, Reply, Right, Text, UserError, answer
from handlers._carrying import called
from handlers._rights import may
from handlers._wording import names
from handlers.couriers import _shown as shown
from storage import couriers, grants, groups, members
from storage.frames import Place
from storage.groups import Group
from storage.replies import Body

BY_HAND = "by-hand:"  # begins the key of a group that a person wrote down, for no platform tells one
LONGEST_NAME = 60


class Texts:
    """What is said to couriers and to those who name them."""

    USAGE = Text(
        zh="管理员：「代发 加 群名 @某人」「代发 撤 群名」；想帮忙：私聊我「代发 我来 群名」，不想了「代发 不了」。",
        en="Admins: /courier add GROUP @member, /courier drop GROUP. To help: /courier yes GROUP, or /courier no.",
    )
    NO_GROUP = Text(
        zh="没有叫「{name}」、要人代发的群。看有哪些：「代发」。",
        en="No group {name} needs a courier. See /courier.",
    )
    HEARD = Text(zh="{group}里有我，不用代发。", en="I am in {group} myself, no courier is needed.")
    ADMINS = Text(zh="这个要所有者来定。", en="This is for an owner to decide.")
    KEPT = Text(
        zh="记下了{group}。请谁代发：在群里发「代发 加 {name} @某人」，或者让他私聊我「代发 我来 {name}」。",
        en="Noted {group}. Name somebody: /courier add {name} @member; or let them write me /courier yes {name}.",
    )
    NAMED = Text(
        zh="私聊去问{names}了，答应了下一期就开始。", en="Asking {names} in private; it begins once they agree."
    )
    BEGINS = Text(
        zh="{names}早就愿意，下一期开始代发{group}。", en="{names} wanted to already; it begins with the next one."
    )
    ASK = Text(
        zh="想请你把周报转到{group}，那边我进不去。每期现成的我私聊发你，转一下就行。"
        "愿意回「代发 我来」，不想回「代发 不了」，不回也没事。",
        en="Would you carry the digest to {group}? I cannot be there. You get it ready-made, in private. "
        "Reply /courier yes or /courier no; silence is fine, too.",
    )
    AGREED = Text(
        zh="多谢。下一期起，{groups}的那份我私聊发你。哪天不想转了，回「代发 不了」。",
        en="Thank you. From the next one on you get it for {groups}. To stop: /courier no.",
    )
    OFFERED = Text(
        zh="多谢。管理员点头后，{group}的那份我私聊发你。", en="Thank you. Once an admin agrees you get it for {group}."
    )
    OFFER = Text(
        zh="{name}愿意把周报转到{group}。同意回「代发 准 {number}」，不回就算了。",
        en="{name} would carry the digest to {group}. To accept: /courier accept {number}; or leave it.",
    )
    SOMEBODY = Text(zh="有位朋友", en="Somebody")
    STOPPED = Text(zh="好，不再发你。谢谢这些天帮忙。", en="Right, no more. Thank you for carrying.")
    NOT_ASKED = Text(
        zh="没有等你答应的代发。想帮忙，带上群名：「代发 我来 群名」。",
        en="Nobody asked you yet. To help, name the group: /courier yes GROUP.",
    )
    NOT_A_COURIER = Text(zh="你没有在代发。", en="You carry nothing.")
    NO_OFFER = Text(zh="没有 {number} 号。看有哪些：「代发」。", en="There is no {number}. See /courier.")


async def add(command: Command, ctx: Context[Any], wanted: str) -> list[Reply]:
    if not wanted or len(wanted) > LONGEST_NAME:
        raise UserError(ctx.say(Texts.USAGE))
    group = await _known(ctx, wanted)
    if not (Right.GLOBAL in ctx.rights if group is None else await may(ctx, Right.GROUP, group.id)):
        raise UserError(ctx.say(Texts.ADMINS))
    if group is None:
        group = await groups.ensure(ctx.store, Place("wechat", f"{BY_HAND}{wanted}", name=wanted), None)
    named = () if command.message is None else command.message.mentions
    if not named:
        return [answer(ctx.say(Texts.KEPT, group=called(group), name=group.name))]
    every = [await couriers.name(ctx.store, group.id, member, ctx.now()) for member in named]
    begins = [one.member for one in every if one.carries]
    asked = [one.member for one in every if not one.carries]
    lines = [ctx.say(Texts.BEGINS, names=await shown.names_of(ctx, begins), group=called(group))] if begins else []
    lines += [ctx.say(Texts.NAMED, names=await shown.names_of(ctx, asked))] if asked else []
    ask = Body.of(ctx.say(Texts.ASK, group=called(group)))
    return [answer(*lines), *(Reply(ask, member=member, purpose=Purpose.NOTICE) for member in asked)]


async def drop(command: Command, ctx: Context[Any], wanted: str) -> Reply:
    group = await _needed(ctx, wanted)
    if not await may(ctx, Right.GROUP, group.id):
        raise UserError(ctx.say(Texts.ADMINS))
    named = () if command.message is None else command.message.mentions
    for one in await couriers.every(ctx.store):
        if one.group == group.id and (not named or one.member in named):
            await couriers.end(ctx.store, one.id)
    return answer(await shown.line(ctx, group, []) if not named else "\n".join(await shown.listed(ctx)))


async def accept(ctx: Context[Any], number: str) -> Reply:
    found = next((one for one in await couriers.every(ctx.store) if str(one.id) == number), None)
    if found is None or not await may(ctx, Right.GROUP, found.group):
        raise UserError(ctx.say(Texts.NO_OFFER, number=number or "?"))
    await couriers.name(ctx.store, found.group, found.member, ctx.now())
    group = await groups.get(ctx.store, found.group)
    return answer(ctx.say(Texts.BEGINS, names=await shown.names_of(ctx, [found.member]), group=called(group)))


async def agree(ctx: Context[Any], wanted: str) -> list[Reply]:
    mine = await couriers.of_member(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
    if not wanted:
        asked = [one for one in mine if one.named_at is not None]
        if not asked:
            raise UserError(ctx.say(Texts.NOT_ASKED))
        for one in asked:
            await couriers.agree(ctx.store, one.group, one.member, ctx.now())
        return [answer(ctx.say(Texts.AGREED, groups=await shown.groups_of(ctx, [one.group for one in asked])))]
    group = await _needed(ctx, wanted)
    offered = await couriers.agree(ctx.store, group.id, ctx.speaker.id, ctx.now())
    if offered.carries:
        return [answer(ctx.say(Texts.AGREED, groups=called(group)))]
    name = names.call_name(ctx.speaker.name) or ctx.say(Texts.SOMEBODY)
    told = Body.of(names.spaced(ctx.say(Texts.OFFER, name=name, group=called(group), number=offered.id)))
    admins = await grants.holders(ctx.store, Right.GROUP, group.id)
    return [
        answer(ctx.say(Texts.OFFERED, group=called(group))),
        *(Reply(told, member=admin, purpose=Purpose.NOTICE) for admin in admins),
    ]


async def stop(ctx: Context[Any], wanted: str) -> Reply:
    group = await _needed(ctx, wanted) if wanted else None
    mine = await couriers.of_member(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
    meant = [one for one in mine if group is None or one.group == group.id]
    if not meant:
        raise UserError(ctx.say(Texts.NOT_A_COURIER))
    for one in meant:
        await couriers.end(ctx.store, one.id)
    return answer(ctx.say(Texts.STOPPED))


async def _known(ctx: Context[Any], wanted: str) -> Group | None:
    """Return the group of a name in which no bot listens; None where there is none of that name.

    Raises:
        UserError: A bot listens there.
    """
    found = [group for group in await groups.every(ctx.store) if wanted in {group.name, str(group.id)}]
    unheard = [group for group in found if group.account_id is None]
    if found and not unheard:
        raise UserError(ctx.say(Texts.HEARD, group=called(found[0])))
    return unheard[0] if unheard else None


async def _needed(ctx: Context[Any], wanted: str) -> Group:
    found = await _known(ctx, wanted)
    if found is None:
        raise UserError(ctx.say(Texts.NO_GROUP, name=wanted[:LONGEST_NAME]))
    return found
