"""Commands of the blocklist: which words and members a group's admins keep out of digests."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Text, UserError
from handlers._threads.blocked import MEMBERS, WORDS, folded
from handlers._wording.masking import flat
from handlers._wording.names import call_name, spaced
from storage import members, memberships, settings
from storage.settings import COMMUNITY

LONGEST, MOST, SHOWN = 40, 100, 12


class Texts:
    """What is said about the blocklist."""

    HELP = Text(
        zh="词或人不进周报：「屏蔽 广告」「屏蔽 @某人」", en="Keep a word or a member out of digests: /block casino"
    )
    HELP_UNBLOCK = Text(zh="从屏蔽里拿掉", en="Take a word or a member off the blocklist")
    USAGE = Text(
        zh="加：「屏蔽 广告」或「屏蔽 @某人」；拿掉：「不屏蔽 广告」；看有哪些：「屏蔽」。",
        en="Add: /block casino, or /block @member; take off: /unblock casino; see: /block.",
    )
    BLOCKED = Text(
        zh="好，「{what}」不进周报：标题、引用、名字里都不出现。拿掉：「不屏蔽 {what}」",
        en="“{what}” stays out of digests: titles, quotations, names. Undo: /unblock {what}",
    )
    BLOCKED_MEMBER = Text(
        zh="好，{names}的题、话和名字都不进周报，群里照常说话。拿掉：「不屏蔽 @某人」",
        en="Questions, words and name of {names} stay out of digests; nothing else changes. Undo: /unblock @member",
    )
    UNBLOCKED = Text(zh="好，「{what}」不再屏蔽。", en="“{what}” is no longer blocked.")
    NOT_BLOCKED = Text(zh="本来就没屏蔽「{what}」。看有哪些：「屏蔽」", en="“{what}” was not blocked. See /block.")
    NONE = Text(zh="没有屏蔽的词和人。加：「屏蔽 广告」", en="Nothing is blocked. Add: /block casino")
    THERE_ARE = Text(zh="不进周报的词：{words}", en="Words kept out: {words}")
    PEOPLE = Text(zh="不进周报的人：{names}", en="Members kept out: {names}")
    MORE = Text(zh="{names}等 {count} 个", en="{names} and others, {count} in all")
    TOO_LONG = Text(
        zh="一个词最多 {most} 个字，短一点拦得更多。", en="At most {most} characters; a shorter word keeps out more."
    )
    TOO_MANY = Text(
        zh="已经屏蔽了 {most} 个，先拿掉几个不用的。", en="{most} are blocked already; take some off first."
    )


def _where(ctx: Context[Any]) -> int:
    """Return for whom a list holds: this group; said by an owner in private, everyone."""
    return COMMUNITY if ctx.group.is_direct else ctx.group.id


def _meant(command: Command) -> tuple[int, ...]:
    """Return the members that are mentioned, else whose message was replied to."""
    if command.message is not None and command.message.mentions:
        return command.message.mentions
    replied = command.replied
    return (replied.member_id,) if not command.args and replied is not None and replied.member_id else ()


async def block(ctx: Context[Any], command: Command) -> str:
    """Add a word or members to the list, or show it."""
    if meant := _meant(command):
        names = await _names(ctx, list(meant))
        await _add(ctx, MEMBERS, [sibling for one in meant for sibling in await members.siblings(ctx.store, one)])
        return spaced(ctx.say(Texts.BLOCKED_MEMBER, names=names))
    word = flat(command.args)
    if not word:
        return await _listed(ctx)
    if word.startswith("@"):
        raise UserError(ctx.say(Texts.USAGE))
    if len(word) > LONGEST:
        raise UserError(ctx.say(Texts.TOO_LONG, most=LONGEST))
    await _add(ctx, WORDS, [word])
    return ctx.say(Texts.BLOCKED, what=word)


async def unblock(ctx: Context[Any], command: Command) -> str:
    """Take a word or members off the list."""
    if meant := _meant(command):
        names = await _names(ctx, list(meant))
        gone = await _drop(ctx, MEMBERS, [s for one in meant for s in await members.siblings(ctx.store, one)])
        return ctx.say(Texts.UNBLOCKED if gone else Texts.NOT_BLOCKED, what=names)
    word = flat(command.args)
    if not word or word.startswith("@"):
        raise UserError(ctx.say(Texts.USAGE))
    kept = await _kept(ctx, WORDS)
    gone = await _drop(ctx, WORDS, [known for known in kept if folded(known) == folded(word)])
    return ctx.say(Texts.UNBLOCKED if gone else Texts.NOT_BLOCKED, what=word)


async def _kept(ctx: Context[Any], key: str) -> list[Any]:
    return list(await settings.get(ctx.store, _where(ctx), key, []))


async def _add(ctx: Context[Any], key: str, new: list[Any]) -> None:
    kept = await _kept(ctx, key)
    kept += [one for one in dict.fromkeys(new) if one not in kept]
    if len(kept) > MOST:
        raise UserError(ctx.say(Texts.TOO_MANY, most=MOST))
    await settings.put(ctx.store, _where(ctx), key, kept, ctx.now(), ctx.speaker.id)


async def _drop(ctx: Context[Any], key: str, gone: list[Any]) -> bool:
    kept = await _kept(ctx, key)
    left = [one for one in kept if one not in gone]
    await settings.put(ctx.store, _where(ctx), key, left, ctx.now(), ctx.speaker.id)
    return len(left) < len(kept)


async def _listed(ctx: Context[Any]) -> str:
    words, people = await _kept(ctx, WORDS), await _kept(ctx, MEMBERS)
    lines = [ctx.say(Texts.THERE_ARE, words=_shown(ctx, words))] if words else []
    if people:
        lines.append(ctx.say(Texts.PEOPLE, names=await _names(ctx, people)))
    return "\n".join([*lines, ctx.say(Texts.USAGE)]) if lines else ctx.say(Texts.NONE)


def _shown(ctx: Context[Any], names: list[str]) -> str:
    between = ", " if ctx.language == "en" else "、"
    shown = between.join(names[:SHOWN])
    return ctx.say(Texts.MORE, names=shown, count=len(names)) if len(names) > SHOWN else shown


async def _names(ctx: Context[Any], wanted: list[int]) -> str:
    """Return what members are called here, each name once: several accounts may be one human."""
    cards = await memberships.names_in(ctx.store, ctx.group.id, wanted)
    found = await members.several(ctx.store, wanted)
    names = {
        call_name(cards.get(member, "") or found[member].name) or found[member].key
        for member in wanted
        if member in found
    }
    return _shown(ctx, sorted(names))
