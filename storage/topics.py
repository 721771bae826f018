"""Topics: the community's tree of what questions are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, Table, Text, UniqueConstraint, select

from storage.database import Store
from storage.schema import METADATA, Id

TOPICS = Table(
    "topics",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("parent", Text, nullable=False, server_default=""),
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


async def seed(store: Store, tree: Iterable[Topic]) -> None:
    """Write the configured tree down: new topics are added, names follow the file."""
    rows = [{"key": t.key, "zh": t.zh, "en": t.en, "parent": t.parent} for t in tree]
    await store.upsert(TOPICS, ("key",), rows)


async def every(store: Store) -> dict[str, Topic]:
    """Return all topics by key."""
    query = select(TOPICS.c.key, TOPICS.c.zh, TOPICS.c.en, TOPICS.c.parent).order_by(TOPICS.c.id)
    return {row.key: Topic(*row) for row in await store.rows(query)}
