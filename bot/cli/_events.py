"""What `events` does: the admins' own commands of `handlers/events`, run for the operator of this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import uuid4

from bot.cli._correct import NOBODY, OPERATOR, PLATFORM
from bot.cli._opening import Desk, RefusalError
from bot.turn import Turn
from handlers import Command, Errand, Feature, Reply, UserError
from handlers._events import told
from storage import events, grants, members
from storage.database import Store
from storage.events import Event
from storage.frames import GroupKind
from storage.grants import EVERYWHERE, OWNER
from storage.groups import Group
from storage.replies import plain

FEATURE = "events"
HERE = Group(0, "", "(machine)", GroupKind.GROUP, "", None, None, None, None)  # no group: the community's settings hold


async def obey(desk: Desk, name: str, words: str, of: str = FEATURE) -> None:
    """Run a command of a feature, print what it says, and queue what it tells others; refused, it changes nothing.

    Raises:
        RefusalError: It cannot be meant; the text is the feature's own.
    """
    feature = feature_of(desk, of)
    entry = next(entry for entry in feature.router.commands if entry.names[0] == name)
    args = " ".join(words.split())
    if not re.fullmatch(entry.fits, args):
        usage = entry.usage or entry.help
        raise RefusalError(usage.in_language(desk.language) if usage is not None else f"/{name}?")
    try:
        async with desk.database.write() as store:
            said = await _run(desk, store, feature, Command(name, args, None))
    except UserError as error:
        raise RefusalError(str(error)) from error
    for reply in said:
        print(plain(reply.body))


def feature_of(desk: Desk, name: str = FEATURE) -> Feature:
    """Return a feature that is switched on.

    Raises:
        RefusalError: It is not.
    """
    feature = next((found for found in desk.house.features if found.name == name), None)
    if feature is None:
        raise RefusalError(f"{name.capitalize()} are switched off: there is no [handlers.{name}].")
    return feature


async def _run(desk: Desk, store: Store, feature: Feature, command: Command) -> list[Reply]:
    """Return what is said here; what is said elsewhere is queued for the running bot."""
    now = desk.now()
    operator = await members.ensure(store, PLATFORM, OPERATOR, "", now)
    await grants.grant(store, operator.id, EVERYWHERE, OWNER, now, None)
    turn = Turn(desk.house, store, NOBODY, now)
    context = await turn.context(feature, HERE, member=operator, rights=OWNER)
    entry = next(entry for entry in feature.router.commands if entry.names[0] == command.name)
    replies = await entry.run(command, context)
    await grants.revoke(store, operator.id, EVERYWHERE)
    await grants.audit(store, now, command.name, "done", member=operator.id, group=None)
    every: Sequence[Reply | Errand] = [replies] if isinstance(replies, Reply | Errand) else list(replies or ())
    here = [one for one in every if isinstance(one, Reply) and one.group is None and one.member is None]
    elsewhere = [one for one in every if one not in here]
    await turn.queue(elsewhere, HERE, f"machine:{uuid4().hex}")
    return here


async def listed(desk: Desk, *, drafts: bool) -> None:
    """Print what is coming, or the drafts, one on a line."""
    async with desk.database.read() as store:
        found = await events.drafts(store) if drafts else await events.coming(store, desk.now())
    zone = desk.config.community.zone
    for event in found:
        local = event.starts_at.astimezone(zone)
        print(f"{event.number:<6} {local:%Y-%m-%d %H:%M}  {_what(desk, event)}")
    if not found:
        print("There are no drafts." if drafts else "No event is coming.")


def _what(desk: Desk, event: Event) -> str:
    kind = told.KINDS[event.kind].in_language(desk.language)
    return f"{kind}  {told.title(event, desk.language)}" + (f"  {event.city}" if event.city else "")
