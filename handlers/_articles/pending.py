"""Which articles wait for a reviewer's word, and for how long nobody has given it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from handlers import Context
from storage import articles, reviews
from storage.articles import Article, State
from storage.reviews import Review

PATIENCE = timedelta(days=7)  # how long a reviewer has before another one is asked


async def waiting(ctx: Context[Any]) -> list[Article]:
    """Return the articles that wait for a word: drafts, and those that were put before reviewers again."""
    every = await articles.in_state(ctx.store, State.DRAFT, State.REVIEWED)
    return [one for one in every if one.state is State.DRAFT or one.doubted_at is not None]


async def asked_of(ctx: Context[Any], article: Article) -> list[Review]:
    """Return who was asked about an article since it waits."""
    begun = article.doubted_at or article.drafted_at
    return [one for one in await reviews.of(ctx.store, [article.id]) if one.asked_at >= begun]


async def undecided(ctx: Context[Any], run: Sequence[int]) -> list[Article]:
    """Return the articles of groups about which nobody who was asked has said a word for a week."""
    found = []
    for article in await waiting(ctx):
        asked = await asked_of(ctx, article) if article.group in run else []
        begun = [article.doubted_at or article.drafted_at, *(one.asked_at for one in asked)]
        if article.group in run and ctx.now() - max(begun) >= PATIENCE:
            found.append(article)
    return found
