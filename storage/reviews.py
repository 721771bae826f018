"""Reviews: who was asked to look at which version of an article, and what they said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, func, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),  # the article's
    Column("version", Integer, nullable=False),  # the one that was shown, or written
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),  # or when they decided without being asked
    Column("verdict", Text),
    Column("settled_at", UTCDateTime),
    UniqueConstraint("article_id", "member_id", "asked_at"),
    Index("ix_reviews_member_id", "member_id"),
)


class Verdict(StrEnum):
    """What a reviewer said."""

    APPROVED = "approved"
    EDITED = "edited"
    DROPPED = "dropped"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Review:
    """One member and one version of an article; no verdict: it was not answered."""

    article: int
    version: int
    member: int
    asked_at: datetime
    verdict: Verdict | None
    settled_at: datetime | None


_COLUMNS = tuple(
    REVIEWS.c[name] for name in ("article_id", "version", "member_id", "asked_at", "verdict", "settled_at")
)


def _review(row: Any) -> Review:
    article, version, member, asked_at, verdict, settled_at = row
    return Review(article, version, member, asked_at, None if verdict is None else Verdict(verdict), settled_at)


async def ask(store: Store, article: int, group: int, version: int, member: int, at: datetime) -> None:
    """Keep that a member is asked to look at a version of an article."""
    row = {"article_id": article, "group_id": group, "version": version, "member_id": member, "asked_at": at}
    await store.insert_new(REVIEWS, [row])


async def settle(
    store: Store, article: int, group: int, version: int, member: int, verdict: Verdict, at: datetime
) -> None:
    """Keep what a member said of an article; that others were asked is over with it."""
    row = {"article_id": article, "group_id": group, "version": version, "member_id": member}
    said = {"asked_at": at, "verdict": verdict, "settled_at": at}
    await store.execute(update(REVIEWS).where(*_open(article)).values(settled_at=at))
    await store.upsert(REVIEWS, ("article_id", "member_id", "asked_at"), [row | said])


def _open(article: int) -> tuple[Any, ...]:
    return REVIEWS.c.article_id == article, REVIEWS.c.settled_at.is_(None)


async def of(store: Store, articles: Collection[int]) -> list[Review]:
    """Return all that was asked and said of articles, oldest first."""
    query = select(*_COLUMNS).where(REVIEWS.c.article_id.in_(articles)).order_by(REVIEWS.c.asked_at, REVIEWS.c.id)
    return [_review(row) for row in await store.rows(query)]


async def waiting(store: Store, members: Collection[int]) -> list[Review]:
    """Return what a person was asked and has not answered, the latest first."""
    query = select(*_COLUMNS).where(REVIEWS.c.member_id.in_(members), REVIEWS.c.settled_at.is_(None))
    return [_review(row) for row in await store.rows(query.order_by(REVIEWS.c.asked_at.desc(), REVIEWS.c.id.desc()))]


async def last_asked(store: Store, members: Collection[int]) -> dict[int, datetime]:
    """Return when each of some members was asked last; who never was, is left out."""
    query = select(REVIEWS.c.member_id, func.max(REVIEWS.c.asked_at)).where(REVIEWS.c.member_id.in_(members))
    return {row[0]: row[1] for row in await store.rows(query.group_by(REVIEWS.c.member_id))}
