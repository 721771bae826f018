"""What `correct` does: the admins' own commands of `handlers/corrections`, run for the operator of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.cli._opening import Desk, RefusalError
from bot.turn import Turn
from handlers import Command, Feature, Reply, UserError
from handlers._threads.described import head, state
from handlers._wording.masking import quoted
from storage import grants, groups, members, pins, threads
from storage.accounts import Account
from storage.database import Store
from storage.grants import EVERYWHERE, OWNER
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from storage.pins import Pinned
from storage.replies import plain
from storage.threads import Placed, Thread

FEATURE = "corrections"
NOBODY = Account(0, "", "", "", "")
PLATFORM, OPERATOR = "(machine)", "operator"  # no adapter can be called so, hence nobody can speak as it
MOST_DIGITS = 18
SHOWN = 60  # characters of a message
SOLVED = "solved"
WAYS = """\
  correct {n} not-a-question        it counts in no figure; back again: question
  correct {n} merge OTHER           two threads are one
  correct {n} split WORDS           the message with these words opens a thread of its own
  correct {n} topic NAME
  correct {n} outcome solved WORDS  accept the answer with these words; without words the last one
  correct {n} undo                  take the last correction from here back"""


@dataclass(frozen=True, slots=True)
class Said:
    """A command of the feature: its name, what follows it, and the message that is meant, if any."""

    name: str
    args: str
    replied: Stored | None = None


async def correct(desk: Desk, typed: str, way: str | None, words: str) -> int:
    """Put a thread right, or show it, and print what became of it; what is refused changes nothing.

    Raises:
        RefusalError: There is no such thread, or the correction makes no sense; the text is the feature's own.
    """
    number = number_of(typed)
    if way is None:
        async with desk.database.read() as store:
            print(await shown(desk, store, number))
        return 0
    feature = next((found for found in desk.house.features if found.name == FEATURE), None)
    if feature is None:
        raise RefusalError("Corrections are switched off: there is no [handlers.corrections].")
    try:
        async with desk.database.write() as store:
            said = await command_of(store, number, way, words)
            reply = await obeyed(desk, store, feature, await group_of(store, number), said)
    except UserError as error:
        raise RefusalError(str(error)) from error
    print(plain(reply.body))
    return 0


def number_of(typed: str) -> int:
    """Return the number of a thread as it was typed: 2941 or #2941.

    Raises:
        RefusalError: It is none.
    """
    digits = typed.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise RefusalError(f"{typed} is no number of a thread; write it as 2941.")
    return int(digits)


async def command_of(store: Store, number: int, way: str, words: str) -> Said:
    """Return the command that admins would give.

    Raises:
        RefusalError: Something is missing, or no message has the words.
    """
    match way:
        case "not-a-question":
            return Said("close", f"{number} invalid")
        case "question":
            return Said("close", f"{number} valid")
        case "merge":
            return Said("merge", f"{number} {number_of(words)}")
        case "split" | "topic":
            return Said(way, f"{number} {_needed(way, ' '.join(words.split()))}")
        case "outcome":
            return await _outcome(store, number, words)
        case _:
            return Said("undo", "")


def _needed(way: str, words: str) -> str:
    if not words:
        raise RefusalError(f"{way} needs words: correct THREAD {way} WORDS")
    return words


async def _outcome(store: Store, number: int, words: str) -> Said:
    first, _, rest = words.strip().partition(" ")
    if first in {"not-a-question", "question"}:
        return await command_of(store, number, first, "")
    if first != SOLVED:
        raise RefusalError(
            "An outcome that can be set is solved, not-a-question or question; others follow by themselves."
        )
    if not rest.strip():
        return Said("close", str(number))
    placed = await threads.content(store, number)
    held = [p.message for p in placed if rest.strip().casefold() in p.message.text.casefold()]
    if not held:
        raise RefusalError(f"No message of #{number} has these words; correct {number} shows what it holds.")
    return Said("close", str(number), held[-1])


async def obeyed(desk: Desk, store: Store, feature: Feature, group: Group, said: Said) -> Reply:
    """Run a command of the feature in the thread's group, with all rights that this transaction alone knows of."""
    now = desk.now()
    operator = await members.ensure(store, PLATFORM, OPERATOR, "", now)
    await grants.grant(store, operator.id, EVERYWHERE, OWNER, now, None)
    turn = Turn(desk.house, store, NOBODY, now)
    context = await turn.context(feature, group, member=operator, rights=OWNER)
    entry = next(entry for entry in feature.router.commands if entry.names[0] == said.name)
    reply = await entry.run(Command(said.name, said.args, None, replied=said.replied), context)
    await grants.revoke(store, operator.id, EVERYWHERE)
    await _audit(store, desk, operator, group, said)
    if not isinstance(reply, Reply):
        raise TypeError(f"/{said.name} returns one reply")
    return reply


async def _audit(store: Store, desk: Desk, operator: Member, group: Group, said: Said) -> None:
    await grants.audit(store, desk.now(), said.name, "done", member=operator.id, group=group.id)


async def group_of(store: Store, number: int) -> Group:
    """Return the group of a thread, also of one that went into another.

    Raises:
        RefusalError: There is no such thread.
    """
    thread = await _found(store, number)
    return await groups.get(store, thread.group_id)


async def _found(store: Store, number: int) -> Thread:
    thread = await threads.find(store, number)
    if thread is None:
        merged = [pin for pin in await pins.on(store, threads=[number]) if pin.kind is Pinned.MERGED]
        thread = await threads.find(store, int(merged[-1].value)) if merged else None
    if thread is None:
        raise RefusalError(f"There is no #{number}.")
    return thread


async def shown(desk: Desk, store: Store, number: int) -> str:
    """Return a thread as it stands, its messages masked, and what can be said of it."""
    thread = await _found(store, number)
    group = await groups.get(store, thread.group_id)
    placed = await threads.content(store, thread.id)
    lines = [
        f"{head(thread, desk.language)} · {state(thread, desk.now(), desk.language)} · {group.name or group.key}",
        *_lines(desk, placed),
        "",
        WAYS.format(n=thread.id),
    ]
    return "\n".join(lines)


def _lines(desk: Desk, placed: Iterable[Placed]) -> list[str]:
    zone = desk.config.community.zone
    return [
        f"  {p.message.at.astimezone(zone):%m-%d %H:%M}  {p.role:<12} {quoted(p.message.text, SHOWN)}" for p in placed
    ]
