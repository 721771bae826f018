"""Erases a person: what it said goes, who it was becomes a stranger in each group, threads keep their shape."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Text, and_, case, cast, delete, or_, select, update

from storage import articles, groups, inbox, members, messages, outbox, pins, wording
from storage._personal import places, texts
from storage.activity import PRINTED
from storage.checkins import TRIES
from storage.couriers import COURIERS
from storage.database import Store
from storage.dialogs import DIALOGS
from storage.errands import ERRANDS, State
from storage.experts import ASKS, EXPERTS, SKILLS
from storage.frames import GroupKind
from storage.grants import CODES, FAILED_TRIES, GRANTS
from storage.groups import GROUPS
from storage.invitations import INVITATIONS
from storage.members import CONSENTS, LINKS, MEMBERS, PERSONS, Member
from storage.memberships import MEMBERSHIPS
from storage.messages import MESSAGES
from storage.pins import Pinned
from storage.referrals import REFERRALS
from storage.settings import SETTINGS
from storage.threads import THREAD_MESSAGES, THREADS

T = TypeVar("T")

PSEUDONYM = "forgotten:"
CHUNK = 5_000  # a statement carries 32,000 values at most
TELLING = 20  # characters by which a quote without a reference is known
# Of the member alone: the rows go altogether.
_OWN = (
    *(LINKS, CONSENTS, DIALOGS, FAILED_TRIES, CODES, GRANTS, COURIERS, EXPERTS, SKILLS, ASKS),
    *(INVITATIONS, TRIES, REFERRALS),
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, counted."""

    messages: int
    quotes: int
    threads: int
    frames: int
    posts: int
    groups: int


async def forget(store: Store, wanted: Iterable[int], at: datetime) -> Forgotten:
    """Erase members for good and return what was erased, counted.

    Messages, quotes of them, titles, frames and the bot's own posts in their groups lose their text; in each group
    their author becomes a stranger of its own, so that nobody is followed from group to group. Times, roles and
    figures stay, and pins keep the erased messages in their threads. The address of their direct stays until the
    answer was delivered there: `purge` takes it. `scrub` then erases the bytes.
    """
    mine = [m for m in (await members.several(store, wanted)).values() if not m.key.startswith(PSEUDONYM)]
    ids = [member.id for member in mine]
    inside = await _groups_of(store, ids)
    names = await _names(store, mine)
    held = await wording.holding(store, ids)
    erased, quotes = await _erase_messages(store, ids, inside, at)
    titled = update(THREADS).where(THREADS.c.asker.in_(ids), THREADS.c.title != "")
    untitled = (await store.execute(titled.values(title=""))).rowcount
    frames = 0
    for platform in {member.platform for member in mine}:
        frames += await inbox.blank(store, [m.key for m in mine if m.platform == platform], platform)
    posts = await outbox.blank(store, groups=inside) + await _erase_posts_elsewhere(store, ids)
    await _erase_rows(store, ids, inside)
    await _erase_values(store, {member.key for member in mine}, names)
    await _become_strangers(store, mine, inside, at)
    for group in inside:
        await groups.next_version(store, group)  # what a process remembers of the group is no longer true
    await wording.changed(store, held)
    await articles.erase_drafts(store, held)
    return Forgotten(erased, quotes, untitled, frames, posts, len(inside))


async def _groups_of(store: Store, ids: Collection[int]) -> list[int]:
    found: set[int] = set()
    for place in places():
        if place.group is not None:
            found.update(await store.scalars(select(place.group).where(place.column.in_(ids)).distinct()))
    return sorted(group for group in found if group)  # 0 stands for the community


async def _names(store: Store, mine: Iterable[Member]) -> set[str]:
    cards = select(MEMBERSHIPS.c.name).where(MEMBERSHIPS.c.member_id.in_([member.id for member in mine]))
    return {name for name in [*(m.name for m in mine), *await store.scalars(cards)] if name}


async def _erase_messages(store: Store, ids: Collection[int], inside: Collection[int], at: datetime) -> tuple[int, int]:
    query = select(MESSAGES.c.id, MESSAGES.c.group_id, MESSAGES.c.key, MESSAGES.c.alias, MESSAGES.c.text)
    rows = await store.rows(query.where(MESSAGES.c.member_id.in_(ids)))
    quotes = await _erase_quotes(store, rows, inside)
    for chunk in chunks([row.id for row in rows]):
        await hold_places(store, chunk, at)
        await messages.erase(store, chunk)
    return len(rows), quotes


async def _erase_quotes(store: Store, said: Sequence[Any], inside: Collection[int]) -> int:
    """Erase what others quoted of some messages: by reference within a group, else by how the quote begins."""
    names = {(row.group_id, name) for row in said for name in (row.key, row.alias) if name}
    beginnings = {row.text.strip()[:TELLING] for row in said} - {""}
    query = select(MESSAGES.c.id, MESSAGES.c.group_id, MESSAGES.c.reply_to, MESSAGES.c.quote)
    quoting = await store.rows(query.where(MESSAGES.c.group_id.in_(inside), MESSAGES.c.quote.is_not(None)))
    theirs = [
        row.id for row in quoting if (row.group_id, row.reply_to) in names or row.quote.strip()[:TELLING] in beginnings
    ]
    for chunk in chunks(theirs):
        await store.execute(update(MESSAGES).where(MESSAGES.c.id.in_(chunk)).values(quote=None))
    return len(theirs)


async def hold_places(store: Store, erased: Collection[int], at: datetime) -> None:
    """Pin messages that lose their text to their threads and roles: nothing could place them again."""
    openers = set(await store.scalars(select(THREADS.c.first_message).where(THREADS.c.first_message.in_(erased))))
    held = (THREAD_MESSAGES.c.message_id, THREAD_MESSAGES.c.thread_id, THREAD_MESSAGES.c.role, THREADS.c.group_id)
    query = select(*held).join(THREADS, THREADS.c.id == THREAD_MESSAGES.c.thread_id)
    for message, thread, role, group in await store.rows(query.where(THREAD_MESSAGES.c.message_id.in_(erased))):
        if message in openers:
            await pins.add(store, Pinned.OPENS, group=group, at=at, by=None, message=message)
        else:
            await pins.add(store, Pinned.THREAD, group=group, at=at, by=None, message=message, thread=thread)
        await pins.add(store, Pinned.ROLE, group=group, at=at, by=None, message=message, value=role)


async def _erase_posts_elsewhere(store: Store, ids: Collection[int]) -> int:
    """Erase what was posted in private, or in other groups, about threads and events of members: it may quote them."""
    held = select(THREAD_MESSAGES.c.thread_id).join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
    numbers = await store.scalars(held.where(MESSAGES.c.member_id.in_(ids)).distinct())
    about = [*(f"thread:{one}" for one in numbers), *(f"event:{one}" for one in await _events_of(store, ids))]
    return sum([await outbox.blank(store, about=chunk) for chunk in chunks(about)])


async def _events_of(store: Store, ids: Collection[int]) -> list[int]:
    """Return the events at which members registered, asked, checked in or did whatever else there is."""
    found: set[int] = set()
    for place in places():
        if "event_id" in place.table.c:
            query = select(place.table.c.event_id).where(place.column.in_(ids), place.table.c.event_id.is_not(None))
            found.update(await store.scalars(query.distinct()))
    return sorted(found)


async def _erase_rows(store: Store, ids: Collection[int], inside: Collection[int]) -> None:
    for table in _OWN:
        await store.execute(delete(table).where(table.c.member_id.in_(ids)))
    for place in filter(lambda place: place.is_own, places()):
        blank = {column: None if column.nullable else "" for column in texts(place.table)}
        if blank:
            await store.execute(update(place.table).where(place.column.in_(ids)).values(blank))
    failed = and_(ERRANDS.c.state == State.FAILED, ERRANDS.c.group_id.in_(inside))
    state = case((ERRANDS.c.state == State.WAITING, State.DONE), else_=ERRANDS.c.state)
    theirs = update(ERRANDS).where(or_(ERRANDS.c.member_id.in_(ids), failed))
    await store.execute(theirs.values(payload="{}", error=None, state=state))
    directs = update(GROUPS).where(GROUPS.c.member_id.in_(ids), GROUPS.c.kind == GroupKind.DIRECT)
    await store.execute(directs.values(name=""))


async def _erase_values(store: Store, keys: Collection[str], names: Collection[str]) -> None:
    """Erase platform ids from settings, and names from what was printed; the numbers stay."""
    for row in await store.rows(select(SETTINGS.c.group_id, SETTINGS.c.key, SETTINGS.c.value)):
        left = json.dumps(without(json.loads(row.value), exactly=keys), ensure_ascii=False)
        if left != row.value:
            one = update(SETTINGS).where(SETTINGS.c.group_id == row.group_id, SETTINGS.c.key == row.key)
            await store.execute(one.values(value=left))
    for row in await store.rows(select(PRINTED.c.id, PRINTED.c.figures)):
        if any(name in row.figures for name in names):
            left = json.dumps(without(json.loads(row.figures), holding=names), ensure_ascii=False)
            await store.execute(update(PRINTED).where(PRINTED.c.id == row.id).values(figures=left))


def without(value: Any, *, exactly: Collection[str] = (), holding: Collection[str] = ()) -> Any:
    """Return JSON without some words: gone from lists and from the keys of objects, empty where they stood alone."""

    def gone(word: Any) -> bool:
        return isinstance(word, str) and (word in exactly or any(part in word for part in holding))

    match value:
        case list():
            return [without(item, exactly=exactly, holding=holding) for item in value if not gone(item)]
        case dict():
            kept = {key: item for key, item in value.items() if not gone(key)}
            return {key: without(item, exactly=exactly, holding=holding) for key, item in kept.items()}
        case _:
            return "" if gone(value) else value


async def _become_strangers(store: Store, mine: Iterable[Member], inside: Iterable[int], at: datetime) -> None:
    directs = set(await store.scalars(select(GROUPS.c.id).where(GROUPS.c.kind == GroupKind.DIRECT)))
    for group in inside:
        if group not in directs:  # nobody else is there; its address goes with `purge`
            await _become_strangers_in(store, mine, group, at)
    for member in mine:
        person = await store.insert(PERSONS, created_at=at)
        hidden = {"key": pseudonym(), "name": "", "person_id": person, "signed": False, "forgotten_at": at}
        await store.execute(update(MEMBERS).where(MEMBERS.c.id == member.id).values(**hidden))


async def _become_strangers_in(store: Store, mine: Iterable[Member], group: int, at: datetime) -> None:
    """Give members other identities in one group; those that were one person there still are."""
    persons: dict[int, int] = {}
    strangers: dict[int, int] = {}
    for member in mine:
        if member.person_id not in persons:
            persons[member.person_id] = await store.insert(PERSONS, created_at=at)
        fields = {"platform": member.platform, "key": pseudonym(), "person_id": persons[member.person_id]}
        strangers[member.id] = await store.insert(MEMBERS, **fields, signed=False, forgotten_at=at)
    for table, column, where in places():
        if where is not None:
            for old, new in strangers.items():
                await store.execute(update(table).where(where == group, column == old).values({column: new}))
    mentioning = MESSAGES.c.group_id == group, cast(MESSAGES.c.mentions, Text) != "[]"
    for message, found in await store.rows(select(MESSAGES.c.id, MESSAGES.c.mentions).where(*mentioning)):
        changed = [strangers.get(member, member) for member in found]
        if changed != found:
            await store.execute(update(MESSAGES).where(MESSAGES.c.id == message).values(mentions=changed))


def pseudonym() -> str:
    """Return a platform id that nobody has."""
    return PSEUDONYM + secrets.token_hex(16)


def chunks(ids: Iterable[T]) -> Iterable[list[T]]:
    """Yield ids in lists that fit into a statement."""
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
