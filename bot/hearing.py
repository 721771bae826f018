"""Hears one frame: what it is, who may do what it asks, which features hear of it, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot import dialog
from bot.adapters import Ability
from bot.commands import Parsed
from bot.limits import group_gets_more, mention_allowed, order_allowed, worth_for
from bot.texts import Texts
from bot.turn import Turn
from handlers import COMMAND_AGE, Command, CommandEntry, Context, Feature, Replies, UserError, answer
from storage import dialogs, grants, groups, memberships, messages, outbox, privacy
from storage.frames import Echo, Edit, Frame, Joined, Kind, Left, Message, Press, Recall
from storage.grants import EVERYONE, Right
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from storage.outbox import Post

DOUBTFUL = frozenset({"anonymous", "unstable"})  # of whose authors nobody knows for sure who they are


@dataclass(frozen=True, slots=True)
class Heard:
    """A message and all that is known around it."""

    frame: Frame
    group: Group
    member: Member
    stored: Stored
    received: int
    post: Post | None  # the bot's post that it replies to
    spoken_to: bool


async def hear(turn: Turn, frame: Frame, received: int) -> None:
    """Let a frame take effect. `received` is its inbox id: what it is answered with gets its key from it."""
    if isinstance(frame.content, Echo):
        posted_in = await turn.group(frame.place)
        await outbox.confirm(turn.store, posted_in.id, frame.content.key, frame.content.text, turn.clock_now)
        return
    group = await turn.listening(frame.place)
    if group is None:
        return
    if group.id in turn.new and not frame.replayed:
        await turn.cover(group, frame.at)
    match frame.content:
        case Message() as message:
            await _message(turn, frame, group, message, received)
        case Press() as press:
            await _press(turn, frame, group, press, received)
        case Edit() | Recall() as change:
            await _change(turn, frame, group, change, received)
        case Joined() | Left() as move:
            await _move(turn, frame, group, move, received)


async def _message(turn: Turn, frame: Frame, group: Group, message: Message, received: int) -> None:
    if not message.member:
        await messages.add(
            turn.store, group.id, message, member=None, mentions=(), received_at=turn.clock_now,
            replayed=frame.replayed,
        )  # fmt: skip
        return
    member = await turn.member(group, message.member, message.name)
    post = await turn.replied_post(group, message)
    spoken_to = message.to_bot or post is not None or group.is_direct
    no_command = "forwarded" in message.flags or (group.is_direct and dialog.ends(message.text))
    parsed = None if no_command else turn.parse(message.text, spoken_to)
    if parsed is not None and group.is_direct and await dialog.is_answer(turn, member, message.text):
        parsed = None
    if parsed is not None:
        message = replace(message, flags=(*message.flags, "command"))
    message = replace(message, to_bot=spoken_to)
    stored = await messages.add(
        turn.store, group.id, message, member=member.id, mentions=await turn.mentions(group, message),
        received_at=turn.clock_now, replayed=frame.replayed,
    )  # fmt: skip
    if stored is None:
        return
    turn.note_active(group, member, message)
    said = Heard(frame, group, member, stored, received, post, spoken_to)
    if parsed is not None:
        await _obey(turn, said, parsed)
    elif message.kind is not Kind.SYSTEM:
        await _talk(turn, said)


async def _talk(turn: Turn, said: Heard) -> None:
    """Let the features hear a message that is no command, and answer it if it was said to the bot."""
    if said.group.is_direct:
        if await _in_dialog(turn, said):
            return
    else:
        for feature in turn.house.features:
            for hook in feature.router.messages:
                await _queue(turn, await hook(said.stored, await _context(turn, feature, said)), said)
    if said.spoken_to and await _worth_an_answer(turn, said):
        await _mention(turn, said)


async def _mention(turn: Turn, said: Heard) -> None:
    for feature in turn.house.features:
        for hook in feature.router.mentions:
            try:
                async with turn.store.connection.begin_nested():
                    replies = await hook(said.stored, await _context(turn, feature, said))
            except UserError as error:
                replies = answer(str(error))
            if replies:
                await _queue(turn, replies, said)
                return


async def _in_dialog(turn: Turn, said: Heard) -> bool:
    current = await dialogs.current(turn.store, said.member.id, turn.clock_now)
    if current is None or said.frame.replayed:
        return False
    if dialog.ends(said.stored.text):
        await dialogs.end(turn.store, said.member.id)
        await _queue(turn, answer(_say(turn, said, Texts.DIALOG_ENDED)), said)
        return True
    for feature in turn.house.features:
        if feature.name == current.feature and current.step in feature.router.dialogs:
            context = await _context(turn, feature, said)
            try:
                replies = await feature.router.dialogs[current.step](said.stored, current, context)
            except UserError as error:
                replies = answer(str(error))
            await _queue(turn, replies, said)
            turn.members.clear()  # it may be a stranger now
            return True
    return False


async def _worth_an_answer(turn: Turn, said: Heard) -> bool:
    """Say whether a mention is answered: fresh, by a human, not a twin, and not one of a flood."""
    stored = said.stored
    worth = worth_for(said.post, direct=said.group.is_direct)
    if said.frame.replayed or "bot" in stored.flags or turn.clock_now - stored.at > worth:
        return False
    if await messages.twin(turn.store, stored):
        return False
    return await mention_allowed(turn.store, stored, turn.clock_now, direct=said.group.is_direct)


async def _obey(turn: Turn, said: Heard, parsed: Parsed) -> None:
    """Run a command: fresh ones only, not too many, by who has the right; its effects are undone if it is refused."""
    stored = said.stored
    if said.frame.replayed or "bot" in stored.flags or await messages.twin(turn.store, stored):
        return
    entry = parsed.bound.entry
    if not await _few_enough(turn, said, entry):
        if entry.needs is not Right.READ:
            await _audit(turn, said, parsed, "too many")
        return
    if turn.clock_now - stored.at > COMMAND_AGE:
        await _audit(turn, said, parsed, "too old")
        return
    rights = await _rights(turn, said)
    if not _may(entry, said, rights):
        await _audit(turn, said, parsed, "denied")
        await _queue(turn, answer(_say(turn, said, Texts.DENIED)), said)
        return
    replies = await _run(turn, said, parsed, rights)
    await _queue(turn, replies, said)


async def _few_enough(turn: Turn, said: Heard, entry: CommandEntry) -> bool:
    """Say whether a command is obeyed; in a group that got its answers, one that only asks is not."""
    if not await order_allowed(turn.store, said.stored):
        return False
    if entry.needs is not Right.READ or said.group.is_direct:
        return True
    return await group_gets_more(turn.store, said.group.id, turn.clock_now)


async def _run(turn: Turn, said: Heard, parsed: Parsed, rights: frozenset[Right]) -> Replies:
    entry = parsed.bound.entry
    if entry.private and not said.group.is_direct:
        return answer(_say(turn, said, Texts.PRIVATE))
    if not parsed.fits and entry.usage is not None:
        return answer(_say(turn, said, entry.usage))
    replied = None
    if said.stored.reply_to is not None and said.post is None:
        replied = await messages.find(turn.store, said.group.id, said.stored.reply_to)
    command = Command(entry.names[0], parsed.args, said.stored, said.post.about if said.post else None, replied)
    context = await _context(turn, parsed.bound.feature, said, rights)
    await turn.close()  # so that who asks to be forgotten is not written down afterwards
    try:
        async with turn.store.connection.begin_nested():
            replies = await entry.run(command, context)
    except UserError as error:
        await _audit(turn, said, parsed, "refused")
        return answer(str(error))
    if entry.needs is not Right.READ:
        await _audit(turn, said, parsed, "done")
    turn.overrides.clear()  # it may have been a setting
    turn.members.clear()  # or somebody who is a stranger now
    return replies


async def _press(turn: Turn, frame: Frame, group: Group, press: Press, received: int) -> None:
    member = await turn.member(group, press.member, press.name)
    post = await outbox.posted_as(turn.store, group.id, press.key)
    parsed = turn.parse(press.command, spoken_to=True)
    if parsed is None or frame.replayed or turn.clock_now - frame.at > COMMAND_AGE:
        return
    if not turn.house.presses.allowed(group.id, member.id, turn.clock_now):
        return
    stored = Stored(
        0, group.id, frame.key, "", member.id, frame.at, Kind.TEXT, press.name, press.command, None, None, (),
        True, frozenset({"command"}), False, None, None,
    )  # fmt: skip
    said = Heard(frame, group, member, stored, received, post, spoken_to=True)
    rights = await _rights(turn, said)
    if _may(parsed.bound.entry, said, rights):
        await _queue(turn, await _run(turn, said, parsed, rights), said)


def _may(entry: CommandEntry, said: Heard, rights: frozenset[Right]) -> bool:
    return entry.needs in rights or (entry.anywhere and said.group.is_direct)


async def _rights(turn: Turn, said: Heard) -> frozenset[Right]:
    """Return what the author may do: by stable id, from the grants, never from a name or a platform's flag."""
    if "anonymous" in said.stored.flags:
        return frozenset({Right.READ})
    if "unstable" in said.stored.flags or not turn.house.able(turn.account.name, Ability.STABLE_IDS):
        return EVERYONE
    return await grants.rights(turn.store, said.member.id, said.group.id)


async def _audit(turn: Turn, said: Heard, parsed: Parsed, decision: str) -> None:
    await grants.audit(
        turn.store, turn.clock_now, parsed.bound.entry.names[0], decision,
        member=said.member.id, group=said.group.id, detail=f"message {said.stored.id}",
    )  # fmt: skip


async def _change(turn: Turn, frame: Frame, group: Group, change: Edit | Recall, received: int) -> None:
    stored = await messages.find(turn.store, group.id, change.key)
    if stored is None or stored.kind is Kind.WITHHELD:
        return
    if isinstance(change, Edit):
        if stored.member_id is None or await privacy.is_silent(turn.store, stored.member_id):
            return  # an edit names no author, but the message had one
        await messages.edit(turn.store, stored, change.text, frame.at)
    else:
        await messages.erase(turn.store, [stored.id], recalled_at=frame.at)
    await _notice(turn, frame, group, change, await messages.get(turn.store, stored.id), received)


async def _move(turn: Turn, frame: Frame, group: Group, move: Joined | Left, received: int) -> None:
    if not move.is_bot:
        member = await turn.member(group, move.member, getattr(move, "name", ""))
        if isinstance(move, Joined):
            await memberships.joined(turn.store, group.id, member.id, move.name, frame.at)
        else:
            await memberships.left(turn.store, group.id, member.id, frame.at)
    elif isinstance(move, Left):
        await groups.end_cover(turn.store, group.id, frame.at)
    await _notice(turn, frame, group, move, None, received)


async def _notice(
    turn: Turn, frame: Frame, group: Group, notice: Edit | Recall | Joined | Left, stored: Stored | None, received: int
) -> None:
    for feature in turn.house.features:
        for hook in feature.router.notices:
            context = await turn.context(feature, group, at=frame.at if frame.replayed else turn.clock_now)
            replies = await hook(notice, stored, context)
            if not frame.replayed:
                await turn.queue(replies, group, f"re:{received}")


async def _context(turn: Turn, feature: Feature, said: Heard, rights: frozenset[Right] | None = None) -> Context[Any]:
    at = said.stored.at if said.frame.replayed else turn.clock_now
    trusted = not said.stored.flags & DOUBTFUL
    return await turn.context(feature, said.group, member=said.member, rights=rights, at=at, trusted=trusted)


def _say(turn: Turn, said: Heard, text: Any) -> str:
    over = turn.overrides.get(said.group.id, {})
    return str(text.in_language(over.get("community.language", turn.house.community.language)))


async def _queue(turn: Turn, replies: Replies, said: Heard) -> None:
    if said.frame.replayed:
        return
    quote = None if said.group.is_direct or not said.stored.id else quotable(said.stored)
    await turn.queue(replies, said.group, f"re:{said.received}", quote=quote)


def quotable(stored: Stored) -> str | None:
    """Return the platform's own id of a message, by which a reply can quote it."""
    return stored.alias or (None if stored.key.startswith("seq:") else stored.key)
