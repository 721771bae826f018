"""Puts articles before reviewers: the draft in private, one person at a time, and once more before another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers import Body, Context, Purpose, Reply, Text
from handlers._articles import told
from handlers._articles.doubts import doubts
from handlers._articles.pending import PATIENCE, asked_of, waiting
from handlers._articles.reviewers import next_reviewer
from handlers._said import Tongue
from handlers._settings import language
from handlers.articles import _showing as showing
from storage import groups, reviews, settings
from storage.articles import Article, State
from storage.database import Store
from storage.replies import Button

TWICE = 2  # so many are asked in one round
WORTH = timedelta(days=2)  # a draft that could not be sent for so long is asked of another one


class Texts:
    """What a reviewer reads."""

    DRAFT = Text(
        zh="文 {number} 草稿，依据 {sources}，想请你看一眼：",
        en="Draft of article {number}, from {sources}, for you to see:",
    )
    DOUBTED = Text(zh="文 {number} {why}想请你再看一眼：", en="Article {number}, for you to see again. {why}")
    HOW = Text(
        zh="行就回「行」，要改回「改：改好的答案」，不要回「扔」。不回也没事，我去问别人。",
        en="Reply ok, or edit: and the better answer, or drop. Silence is fine, too; I will ask somebody else.",
    )
    HOW_AGAIN = Text(
        zh="还对就回「行」，要改回「改：改好的答案」，过时了回「扔」。不回也没事，我去问别人。",
        en="Reply ok if it still holds, edit: and the better answer, or drop. Silence is fine, too.",
    )
    YES = Text(zh="行", en="OK")
    NO = Text(zh="扔", en="Drop")


async def ask(ctx: Context[Any], article: Article, member: int) -> Reply:
    """Keep that a member is asked about an article as it stands, and return the private word."""
    tongue, doubt = await tongue_of(ctx, member), await doubts(ctx, article)
    why = "" if doubt is None else showing.why(tongue, doubt)
    return await put(ctx.store, tongue, article, member, ctx.now(), why)


async def tongue_of(ctx: Context[Any], member: int) -> Tongue:
    """Return what a member speaks in private."""
    direct = await groups.direct_of(ctx.store, member)
    overrides = {} if direct is None else await settings.overrides(ctx.store, direct.id)
    return Tongue(language(overrides, ctx.community))


async def put(store: Store, tongue: Tongue, article: Article, member: int, at: datetime, why: str = "") -> Reply:
    """Keep that an article as it stands is put before a member, and return the private word; also in an errand."""
    await reviews.ask(store, article.id, article.group, article.version, member, at)
    return Reply(
        post(tongue, article, why),
        member=member,
        about=f"article:{article.id}",
        purpose=Purpose.NOTICE,
        key=f"article:{article.id}:{article.version}:{member}:{at:%Y%m%dT%H%M%S}",
        expires_at=at + WORTH,
    )


def post(tongue: Tongue, article: Article, why: str = "") -> Body:
    """Return an article as its reviewer reads it: all of its words, and the one word that decides."""
    again = article.state is State.REVIEWED
    if again and why:
        first = tongue.say(Texts.DOUBTED, number=article.id, why=why)
    else:
        first = tongue.say(Texts.DRAFT, number=article.id, sources=told.sources_of(article, tongue.language))
    versions = told.versions(article.words, tongue.language)
    title = told.title(article.words, tongue.language)
    named = told.marked(title, [versions], tongue.language)
    how = tongue.say(Texts.HOW_AGAIN if again else Texts.HOW)
    buttons = (
        Button(tongue.say(Texts.YES), f"/article ok {article.id}"),
        Button(tongue.say(Texts.NO), f"/article drop {article.id}"),
    )
    return Body(Body.of(first, named, *showing.words_of(tongue, article), how).blocks, buttons)


async def ask_again(ctx: Context[Any]) -> list[Reply]:
    """Ask another reviewer, once, where the first one has not answered for a week."""
    replies: list[Reply] = []
    for article in await waiting(ctx):
        asked = await asked_of(ctx, article)
        late = all(ctx.now() - one.asked_at >= PATIENCE for one in asked)
        if not late or len(asked) >= TWICE:
            continue
        before = {one.member for one in asked}
        member = await next_reviewer(ctx, article.group, article.topic, article.sources, before)
        if member is not None:
            replies.append(await ask(ctx, article, member))
    return replies
