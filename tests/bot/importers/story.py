"""The demo's fortnight, pushed live through the driver or written as a ChatLab file: the same messages both ways."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo import _fortnight as fortnight
from bot.replay import Replay
from storage import accounts, groups, history, members, threads
from storage.database import Database
from storage.frames import Frame, Kind, Place
from tests.chat import Chat

ZONE = ZoneInfo("Asia/Shanghai")
SUNDAY = date(2026, 11, 22)
AT_ONCE = 40
MESSAGES = 150  # nine days; enough threads, and quickly told
TYPES = {Kind.TEXT: 0, Kind.IMAGE: 1, Kind.STICKER: 5, Kind.LINK: 7}


def told(group: str = "g1") -> list[Frame]:
    """Return the messages of one group, not replayed."""
    place = fortnight.places()[group]
    return [replace(frame, replayed=False) for frame in fortnight.frames(SUNDAY, ZONE) if frame.place == place][
        :MESSAGES
    ]


async def push(chat: Chat, frames: Iterable[Frame]) -> None:
    """Let frames be heard live, a few at a time as in a busy group."""
    every = list(frames)
    for start in range(0, len(every), AT_ONCE):
        few = every[start : start + AT_ONCE]
        chat.clock.time = few[-1].at
        await chat.hear(*few)


def written(frames: Iterable[Frame], file: Path) -> Path:
    """Write frames of one group as a ChatLab file: mentions as text alone."""
    found = list(frames)
    place = found[0].place
    meta = {"name": place.name, "platform": place.platform, "type": "group", "groupId": place.key}
    names = {frame.content.member: frame.content.name for frame in fortnight.frames(SUNDAY, ZONE)}  # type: ignore[union-attr]
    rows: list[dict[str, Any]] = [{"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": meta}]
    rows += [{"_type": "member", "platformId": key, "accountName": name} for key, name in names.items()]
    for frame in found:
        said: Any = frame.content
        rows.append(
            {
                "_type": "message",
                "platformMessageId": said.key,
                "sender": said.member,
                "accountName": said.name,
                "timestamp": int(said.at.timestamp()),
                "type": 25 if said.reply_to and said.kind is Kind.TEXT else TYPES[said.kind],
                "content": said.text,
                "replyToMessageId": said.reply_to,
            }
        )
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


async def importing(database: Database, chat: Chat) -> Replay:
    """Return what an import feeds."""
    async with database.write() as store:
        account = await accounts.ensure(store, "(import)", "import")
    return Replay(database, chat.house, account, chat.clock)


async def state(database: Database, place: Place, now: datetime) -> list[dict[str, Any]]:
    """Return all threads of a group without their numbers: who, what, which messages in which roles, which facts."""
    async with database.read() as store:
        group = await groups.at(store, place)
        assert group is not None
        found = []
        async for page in history.threads_of(store, group.id):
            for thread in page:
                content = await threads.content(store, thread.id)
                asker = await members.get(store, thread.asker)
                facts = {name: value for name, value in _times(thread.facts).items() if value is not None}
                found.append(
                    {
                        "asker": asker.key,
                        "title": thread.title,
                        "topic": thread.topic,
                        "messages": [(placed.message.key, placed.role) for placed in content],
                        "outcome": str(thread.verdict(now).outcome),
                        **facts,
                    }
                )
    return sorted(found, key=lambda thread: thread["messages"])


def _times(facts: Any) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__ if name.endswith("_at")}
