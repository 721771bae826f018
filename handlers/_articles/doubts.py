"""Whether an article may be out of date: a new major version came out, or those who asked say that it did not help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers import Context
from handlers._articles.versions import come_out
from storage import articles
from storage.articles import Article, State
from storage.suggestions import Record

REJECTIONS = 2  # from so many on, unless more found that it solved their question


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an article may be out of date: the version that came out since, or how often it did not help."""

    major: int | None = None
    rejected: int = 0


def doubt(article: Article, votes: Record, now: datetime) -> Doubt | None:
    """Return why an article may be out of date since it was last reviewed, or None; pure.

    `votes` are those since then. Where no version is named, none can be missing.
    """
    if article.state is not State.REVIEWED or article.reviewed_at is None:
        return None
    newest = article.words.newest
    major = None if newest is None else come_out(article.reviewed_at.date(), now.date(), newest)
    rejected = votes.rejected if votes.rejected >= max(REJECTIONS, votes.solved) else 0
    return Doubt(major, rejected) if major or rejected else None


async def doubts(ctx: Context[Any], article: Article) -> Doubt | None:
    """Return why an article may be out of date now, or None."""
    votes = await articles.votes(ctx.store, [article.id])
    return doubt(article, votes.get(article.id, Record()), ctx.now())
