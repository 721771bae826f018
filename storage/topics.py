"""Topics: the community's tree of what questions are about, and what people corrected of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Table, Text, UniqueConstraint, false, func, select, update

from storage import articles, experts, wording
from storage.database import Store
from storage.pins import PINS, Pinned
from storage.schema import METADATA, Id, UTCDateTime
from storage.settings import SETTINGS
from storage.threads import COLUMNS, THREADS, Thread, select_threads

TOPICS = Table(
    "topics",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("parent", Text, nullable=False, server_default=""),
    Column("named", Boolean, nullable=False, server_default=false()),  # by an admin: the tree file names it no more
    Column("merged_into", Text),  # key of the topic that it became part of
    Column("changed_at", UTCDateTime),  # by an admin
    UniqueConstraint("key"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A node of the topic tree; `parent` is a key, empty at the top."""

    key: str
    zh: str
    en: str
    parent: str = ""

    def name(self, language: str) -> str:
        """Return the name in a language (`zh` or `en`)."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Correction:
    """A question whose topic a person said."""

    thread: int
    text: str
    topic: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a merge of topics moved, counted."""

    threads: int
    corrections: int


_FIELDS = (TOPICS.c.key, TOPICS.c.zh, TOPICS.c.en, TOPICS.c.parent)
_LIVE = select(*_FIELDS).where(TOPICS.c.merged_into.is_(None)).order_by(TOPICS.c.id)


async def seed(store: Store, tree: Iterable[Topic]) -> None:
    """Write the configured tree down: new topics are added, names follow the file where no admin said otherwise."""
    known = set(await store.scalars(select(TOPICS.c.key).where(TOPICS.c.changed_at.is_not(None))))
    rows = [{"key": t.key, "zh": t.zh, "en": t.en, "parent": t.parent} for t in tree if t.key not in known]
    await store.upsert(TOPICS, ("key",), rows)


async def every(store: Store) -> dict[str, Topic]:
    """Return all topics by key, without those that were merged into others."""
    return {row.key: Topic(*row) for row in await store.rows(_LIVE)}


# -- what admins change -----------------------------------------------------------------------------------------------


async def add(store: Store, topic: Topic, at: datetime) -> None:
    """Add a topic; one that was merged away under this key comes back, without what it held."""
    row = {"key": topic.key, "zh": topic.zh, "en": topic.en, "parent": topic.parent}
    row |= {"named": True, "merged_into": None, "changed_at": at}  # type: ignore[dict-item]
    await store.upsert(TOPICS, ("key",), [row])


async def rename(store: Store, key: str, at: datetime, **names: str) -> None:
    """Give a topic another name, `zh`, `en` or both."""
    await store.execute(update(TOPICS).where(TOPICS.c.key == key).values(**names, named=True, changed_at=at))


async def merge(store: Store, key: str, into: str, at: datetime) -> Moved:
    """Let a topic become part of another: its threads, corrections, children, experts, articles and settings follow."""
    mine = TOPICS.c.key == key
    await store.execute(update(TOPICS).where(mine).values(merged_into=into, changed_at=at))
    await store.execute(update(TOPICS).where(TOPICS.c.merged_into == key).values(merged_into=into))
    await store.execute(update(TOPICS).where(TOPICS.c.parent == key, TOPICS.c.key != into).values(parent=into))
    above = select(TOPICS.c.parent).where(mine).scalar_subquery()
    await store.execute(update(TOPICS).where(TOPICS.c.parent == key, TOPICS.c.key == into).values(parent=above))
    threads = await store.execute(update(THREADS).where(THREADS.c.topic == key).values(topic=into))
    held = update(PINS).where(PINS.c.kind == Pinned.TOPIC, PINS.c.value == key)
    corrections = await store.execute(held.values(value=into))
    await experts.merge_topic(store, key, into)
    await articles.merge_topic(store, key, into)
    await _settings_follow(store, key, into)
    return Moved(threads.rowcount, corrections.rowcount)


async def _settings_follow(store: Store, key: str, into: str) -> None:
    topical = select(SETTINGS.c.group_id, SETTINGS.c.key, SETTINGS.c.value).where(SETTINGS.c.key.like("%.topic%"))
    for row in await store.rows(topical):
        now = json.dumps(_renamed(json.loads(row.value), key, into), ensure_ascii=False)
        if now != row.value:
            one = update(SETTINGS).where(SETTINGS.c.group_id == row.group_id, SETTINGS.c.key == row.key)
            await store.execute(one.values(value=now))


def _renamed(value: Any, key: str, into: str) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(_renamed(one, key, into) for one in value))
    return into if value == key else value


# -- what a classifier learns from ------------------------------------------------------------------------------------


async def taught_version(store: Store) -> tuple[Any, ...]:
    """Return a value that changes whenever a correction, or the tree, was changed by a person; for caches."""
    return tuple(await store.row(_VERSION))


_VERSION = select(
    select(func.max(PINS.c.id)).scalar_subquery(),
    select(PINS.c.at).order_by(PINS.c.id.desc()).limit(1).scalar_subquery(),
    select(func.max(PINS.c.undone_at)).scalar_subquery(),
    select(func.max(TOPICS.c.changed_at)).scalar_subquery(),
    select(func.count()).where(TOPICS.c.merged_into.is_not(None)).scalar_subquery(),
)


async def corrections(store: Store, limit: int = 2000) -> list[Correction]:
    """Return the latest corrections of topics that hold, oldest first; of a thread only the last one."""
    pinned = select(PINS.c.id, PINS.c.thread_id, PINS.c.value).where(
        PINS.c.kind == Pinned.TOPIC, PINS.c.undone_at.is_(None), PINS.c.thread_id.is_not(None)
    )
    rows = await store.rows(pinned.order_by(PINS.c.id.desc()).limit(limit))
    latest = {row.thread_id: row for row in reversed(rows)}
    texts = await wording.questions(store, latest)
    held = sorted(latest.values(), key=lambda row: row.id)
    return [Correction(row.thread_id, texts[row.thread_id], row.value) for row in held if texts.get(row.thread_id)]


async def unplaced(store: Store, group: int, since: datetime, until: datetime) -> list[Thread]:
    """Return the threads of a group, asked after `since` and until `until`, whose topic nobody could tell."""
    query = select(*COLUMNS).where(THREADS.c.group_id == group, THREADS.c.topic == "")
    asked = query.where(THREADS.c.asked_at > since, THREADS.c.asked_at <= until)
    return await select_threads(store, asked.order_by(THREADS.c.asked_at, THREADS.c.id))


async def changes(store: Store) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return what admins changed of the tree: names by topic added or renamed, and which merged into which."""
    query = select(TOPICS.c.key, TOPICS.c.zh, TOPICS.c.en, TOPICS.c.merged_into).where(TOPICS.c.changed_at.is_not(None))
    rows = await store.rows(query.order_by(TOPICS.c.id))
    names = {row.key: tuple(dict.fromkeys((row.zh, row.en))) for row in rows if row.merged_into is None}
    return names, {row.key: row.merged_into for row in rows if row.merged_into is not None}
