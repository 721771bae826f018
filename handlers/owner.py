"""Owners and admins: a code from the operator makes an owner, an owner makes admins; by stable id, never by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Command, Context, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._wording.names import call_name, spaced
from storage import grants, members, memberships
from storage.grants import ADMIN, EVERYWHERE, OWNER

Settings = NoSettings
_ADD, _REMOVE = {"add", "加"}, {"remove", "撤"}


class Texts:
    """What is said about rights."""

    OWNER_USAGE = Text(
        zh="私聊发「/owner 一次性码」。码由装我的人在机器上生成。",
        en="Send me /owner CODE in private. Whoever installed me makes the code on the machine.",
    )
    OWNER = Text(
        zh="认得你了：你是所有者，哪个群都能管。给群找管理员：在群里发「管理员 加 @某人」。",
        en="You are an owner now, in every group. To give a group an admin, say there: /admin add @member.",
    )
    BAD_CODE = Text(
        zh="这个码不对，或者过期、用过了。让装我的人再生成一个；一小时里最多试 5 次。",
        en="This code is wrong, expired or used. Ask for a new one; 5 tries within an hour.",
    )
    UNSTABLE = Text(
        zh="这个平台上账号的编号会变，认不准人，所以不给权限。换个平台私聊我。",
        en="Ids change on this platform, so nobody can be told apart for sure. Use another platform.",
    )
    HELP_ADMIN = Text(zh="给本群加、撤、看管理员", en="Give and take an admin's rights in this group")
    ADMIN_USAGE = Text(
        zh="在群里 @ 着说：「管理员 加 @某人」「管理员 撤 @某人」；看有谁：「管理员 看」。",
        en="In the group, with a mention: /admin add @member, /admin remove @member; to see: /admin list.",
    )
    ADDED = Text(
        zh="{names}现在是本群管理员：能发周报、改设置、改问答。撤：「管理员 撤 @某人」",
        en="{names} may now run this group: digests, settings, corrections. Undo: /admin remove @member",
    )
    REMOVED = Text(zh="{names}不再是本群管理员。", en="{names} no longer runs this group.")
    THERE_ARE = Text(zh="本群管理员：{names}（含所有者）", en="Who runs this group, owners included: {names}")
    NOBODY = Text(zh="本群还没有管理员。", en="Nobody runs this group yet.")


router = Router(Settings)


@router.command("owner", "所有者", needs=Right.SELF, fits=r"[0-9a-fA-F]{32}", usage=Texts.OWNER_USAGE, private=True)
async def owner(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Make the sender of the operator's code an owner.

    A wrong code is answered, not raised: raising would undo the count of wrong codes.
    """
    if not ctx.trusted:
        raise UserError(ctx.say(Texts.UNSTABLE))
    held, _ = await grants.use_code(ctx.store, "owner", command.args, ctx.speaker.id, ctx.now())
    if not held:
        return answer(ctx.say(Texts.BAD_CODE))
    await grants.grant(ctx.store, ctx.speaker.id, EVERYWHERE, OWNER, ctx.now(), None)
    return answer(ctx.say(Texts.OWNER))


@router.command(
    "admin",
    "管理员",
    needs=Right.GLOBAL,
    fits=r"(?:(?:add|remove|加|撤)(?: .*)?|list|看)",
    help=Texts.HELP_ADMIN,
    usage=Texts.ADMIN_USAGE,
)
async def admin(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Give the mentioned members an admin's rights in this group, or take them away, or list who has them."""
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.ADMIN_USAGE))
    what = command.args.partition(" ")[0]
    if what not in _ADD | _REMOVE:
        return answer(await _listed(ctx))
    meant = () if command.message is None else command.message.mentions
    if not meant:
        raise UserError(ctx.say(Texts.ADMIN_USAGE))
    for member in meant:
        if what in _ADD:
            await grants.grant(ctx.store, member, ctx.group.id, ADMIN, ctx.now(), ctx.speaker.id)
        else:
            await grants.revoke(ctx.store, member, ctx.group.id)
    done = Texts.ADDED if what in _ADD else Texts.REMOVED
    return answer(spaced(ctx.say(done, names=await _names(ctx, meant))))


async def _listed(ctx: Context[Any]) -> str:
    found = await grants.holders(ctx.store, Right.GROUP, ctx.group.id)
    return ctx.say(Texts.THERE_ARE, names=await _names(ctx, found)) if found else ctx.say(Texts.NOBODY)


async def _names(ctx: Context[Any], wanted: Sequence[int]) -> str:
    """Return what members are called here; who cannot be called anything is told by id, for rights go by id."""
    cards = await memberships.names_in(ctx.store, ctx.group.id, wanted)
    found = await members.several(ctx.store, wanted)
    names = [call_name(cards.get(member, "") or found[member].name) or found[member].key for member in wanted]
    return "、".join(names)
