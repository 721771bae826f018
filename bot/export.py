"""Writes out what is stored: messages as ChatLab files, threads as one JSON object a line.

What members took back, what opted-out members wrote, what the bot carried into a group without a name and what was
said in private is never written.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import history, members, memberships, messages, privacy, threads
from storage.database import Store
from storage.frames import Kind
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from storage.threads import Placed, Thread

VERSION = "0.0.2"
TYPES: Mapping[Kind, int] = {
    Kind.TEXT: 0,
    Kind.IMAGE: 1,
    Kind.VOICE: 2,
    Kind.VIDEO: 3,
    Kind.FILE: 4,
    Kind.STICKER: 5,
    Kind.LINK: 7,
    Kind.FORWARD: 26,
    Kind.SYSTEM: 80,
    Kind.OTHER: 99,
}
REPLY = 25


def public(message: Stored) -> bool:
    """Say whether a message may leave: not withheld, not taken back, not erased, not carried without a name."""
    erased = not message.text and not message.name
    hidden = message.kind is Kind.WITHHELD or messages.UNSIGNED in message.flags
    return not hidden and message.recalled_at is None and not erased


def name_of(message: Stored) -> str:
    """Return the platform's own id of a message."""
    return message.alias or message.key


@dataclass(frozen=True, slots=True)
class Cut:
    """What of a group is written out.

    Attributes:
        since: Nothing from before.
        until: Nothing from then on.
        kinds: These kinds of messages alone; empty for all.
    """

    since: datetime = history.BEGINNING
    until: datetime | None = None
    kinds: frozenset[Kind] = frozenset()


EVERYTHING = Cut()


async def shown(
    store: Store, group: Group, cut: Cut = EVERYTHING
) -> AsyncIterator[tuple[Stored, Mapping[int, Member]]]:
    """Yield the messages of a group that may leave, in order, with the members who are known and did not opt out."""
    known: dict[int, Member] = {}
    asked: set[int] = set()
    async for page in history.pages(store, group.id, cut.since, cut.until):
        found = [message for message in page if public(message) and (not cut.kinds or message.kind in cut.kinds)]
        new = {m for message in found for m in (message.member_id, *message.mentions) if m is not None} - asked
        asked |= new
        known |= await _recorded(store, group, new)
        for message in found:
            if message.member_id is None or message.member_id in known:
                yield message, known


async def chatlab(
    store: Store, group: Group, now: datetime, *, rows: bool, cut: Cut = EVERYTHING
) -> AsyncIterator[str]:
    """Yield a group as a ChatLab file, in pieces; `rows` is the form with a row on each line.

    Raises:
        ValueError: The group is a private talk.
    """
    if group.is_direct:
        raise ValueError("a private talk is not exported")
    head = {
        "chatlab": {"version": VERSION, "exportedAt": int(now.timestamp()), "generator": "xiangqun"},
        "meta": {
            "name": group.name or group.key,
            "platform": group.platform,
            "type": "group",
            "groupId": group.key,
        },
    }
    people = _people(store, group, cut)
    said = _said(store, group, cut)
    pieces = _as_rows(head, people, said) if rows else _as_object(head, people, said)
    async for piece in pieces:
        yield piece


async def _as_rows(
    head: Mapping[str, Any], people: AsyncIterator[dict[str, Any]], said: AsyncIterator[dict[str, Any]]
) -> AsyncIterator[str]:
    yield _json({"_type": "header", **head}) + "\n"
    async for member in people:
        yield _json({"_type": "member", **member}) + "\n"
    async for message in said:
        yield _json({"_type": "message", **message}) + "\n"


async def _as_object(
    head: Mapping[str, Any], people: AsyncIterator[dict[str, Any]], said: AsyncIterator[dict[str, Any]]
) -> AsyncIterator[str]:
    yield _json(head)[:-1]
    for key, found in (("members", people), ("messages", said)):
        yield f', "{key}": ['
        between = "\n"
        async for one in found:
            yield between + _json(one)
            between = ",\n"
        yield "\n]"
    yield "}\n"


async def _people(store: Store, group: Group, cut: Cut) -> AsyncIterator[dict[str, Any]]:
    """Yield who wrote in a group, in the order of their first messages."""
    seen: set[int] = set()
    async for page in history.pages(store, group.id, cut.since, cut.until):
        new = {m.member_id for m in page if m.member_id is not None and public(m)} - seen
        seen |= new
        found = await _recorded(store, group, new)
        cards = await memberships.names_in(store, group.id, found)
        for member in found.values():
            name = member.name
            yield {"platformId": member.key, "accountName": name, "groupNickname": cards.get(member.id, name)}


async def _said(store: Store, group: Group, cut: Cut) -> AsyncIterator[dict[str, Any]]:
    async for message, known in shown(store, group, cut):
        named = (message.member_id, *message.mentions)
        yield row(message, {member: known[member].key for member in named if member is not None and member in known})


async def _recorded(store: Store, group: Group, wanted: Iterable[int]) -> dict[int, Member]:
    """Return those of some members who did not opt out, by number."""
    found = await members.several(store, wanted)
    gone = await privacy.opted_out(store, group.platform, [member.key for member in found.values()])
    return {number: found[number] for number in sorted(found) if found[number].key not in gone}


def row(message: Stored, keys: Mapping[int, str]) -> dict[str, Any]:
    """Return the ChatLab row of a message; `keys` are the platform ids of members.

    What the format has no field for (whom a message mentions, whether it speaks to the bot) stands under `xiangqun`.
    """
    kind = REPLY if message.reply_to and message.kind is Kind.TEXT else TYPES[message.kind]
    found: dict[str, Any] = {
        "platformMessageId": name_of(message),
        "sender": keys.get(message.member_id or 0, ""),
        "accountName": message.name,
        "groupNickname": message.name,
        "timestamp": _seconds(message.at),
        "type": kind,
        "content": message.text,
    }
    if message.reply_to:
        found["replyToMessageId"] = message.reply_to
    found["xiangqun"] = {"mentions": [keys[m] for m in message.mentions if m in keys], "toBot": message.to_bot}
    return found


def _seconds(at: datetime) -> int | float:
    seconds = at.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


async def thread_rows(store: Store, exported: Iterable[Group], now: datetime) -> AsyncIterator[str]:
    """Yield the threads of groups, one JSON object a line; times are ISO 8601, UTC."""
    async for found in thread_table(store, exported, now):
        yield _json(found) + "\n"


async def thread_table(store: Store, exported: Iterable[Group], now: datetime) -> AsyncIterator[dict[str, Any]]:
    """Yield the threads of groups as `thread_row` gives them."""
    for group in exported:
        if group.is_direct:
            continue
        async for page in history.threads_of(store, group.id):
            askers = await _recorded(store, group, {thread.asker for thread in page})
            placed: dict[int, list[Placed]] = {thread.id: [] for thread in page}
            for found in await threads.placed_in(store, list(placed)):
                placed[found.thread].append(found)
            for thread in page:
                asker = askers.get(thread.asker) if _signed(thread, placed[thread.id]) else None
                yield thread_row(thread, placed[thread.id], group, asker, now)


def _signed(thread: Thread, placed: Iterable[Placed]) -> bool:
    return all(messages.UNSIGNED not in p.message.flags for p in placed if p.message.id == thread.first_message)


def thread_row(
    thread: Thread, placed: Iterable[Placed], group: Group, asker: Member | None, now: datetime
) -> dict[str, Any]:
    """Return what is exported of a thread: ids, roles, times and what became of it, but no words."""
    verdict = thread.verdict(now)
    return {
        "thread": thread.id,
        "group": {"id": group.id, "name": group.name, "platform": group.platform, "key": group.key},
        "topic": thread.topic or None,
        "asker": None if asker is None else asker.key,
        "messages": [{"id": name_of(p.message), "role": p.role} for p in placed if public(p.message)],
        "asked_at": _iso(thread.facts.asked_at),
        "first_response_at": _iso(thread.facts.first_response_at),
        "first_answer_at": _iso(thread.facts.first_answer_at),
        "resolved_at": _iso(verdict.resolved_at),
        "outcome": str(verdict.outcome),
        "evidence": None if verdict.evidence is None else str(verdict.evidence),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
