"""What a reviewer's word does: it approves, edits, drops or retires an article, and says so."""

from __future__ import annotations

import re
from typing import Any

from handlers import Command, Context, Reply, Text, UserError, answer
from handlers._articles import told
from handlers._articles.pending import asked_of
from handlers._articles.reviewers import may_review
from handlers._articles.verdicts import Said, edited, said
from handlers._articles.writing import cleaned
from handlers.articles import _asking as asking
from handlers.articles._drafting import names_in
from handlers.articles._showing import article_of
from storage import articles, members, outbox, reviews, threads
from storage.articles import Article, State
from storage.messages import Stored
from storage.outbox import Post
from storage.reviews import Verdict

ABOUT = "article:"
_EDIT = re.compile(r"\S+\s*(?:edit|改)\s*\d{1,9}\s*[:：]?\s*(.+)", re.IGNORECASE | re.DOTALL)


class Texts:
    """What is said to reviewers."""

    APPROVED = Text(
        zh="多谢，{article} 收好了。再有人问到像的，先给这篇。",
        en="Thank you; {article} is in. Whoever asks something like it sees it first.",
    )
    HOLDS = Text(zh="多谢，{article} 还算数。", en="Thank you; {article} still holds.")
    EDITED = Text(zh="多谢，{article} 按你改的收好了。", en="Thank you; {article} is in with your words.")
    EDITED_AGAIN = Text(
        zh="多谢，{article} 按你改的换成第 {version} 版了。", en="Thank you; {article} is version {version} now."
    )
    DROPPED = Text(zh="好，{article} 扔了。", en="Right, {article} is dropped.")
    RETIRED = Text(zh="好，{article} 下架了，不再给人看。", en="Right, {article} is retired and offered no more.")
    OVER = Text(zh="{article} 已经有人定过了，多谢。", en="{article} has been decided already, thank you.")
    WHICH = Text(
        zh="等你看的有几篇：{articles}。带上编号，像「行 {number}」。",
        en="Several wait for you: {articles}. Add the number, as in ok {number}.",
    )
    REVIEWERS = Text(
        zh="这个要群管理员或者熟这个主题的专家来定。", en="This is for the group's admins and the topic's experts."
    )


# -- one reply --------------------------------------------------------------------------------------------------------


async def heard(message: Stored, ctx: Context[Any]) -> Reply | None:
    """Take a private word as the verdict on an article: a reply to the post, or a bare 行 where one waits for it."""
    if not ctx.group.is_direct:
        return None
    about = await _replied(ctx, message)
    word = said(message.text, replied=about is not None)
    if word is None:
        return None
    article = await _meant(ctx, word, about)
    return None if article is None else await decide(ctx, article, word)


async def _replied(ctx: Context[Any], message: Stored) -> int | None:
    if message.reply_to is None:
        return None
    post: Post | None = await outbox.posted_as(ctx.store, message.group_id, message.reply_to)
    about = "" if post is None else post.about or ""
    return int(about.removeprefix(ABOUT)) if about.startswith(ABOUT) else None


async def _meant(ctx: Context[Any], word: Said, about: int | None) -> Article | None:
    """Return the article that is meant: by number, by the post that was replied to, or the one that waits.

    Raises:
        UserError: Several wait.
    """
    number = about if word.number is None else word.number
    if number is None:
        person = await members.siblings(ctx.store, ctx.speaker.id)
        asked = list(dict.fromkeys(one.article for one in await reviews.waiting(ctx.store, person)))
        if len(asked) > 1:
            named = "、".join(told.number(one, ctx.language) for one in sorted(asked))
            raise UserError(ctx.say(Texts.WHICH, articles=named, number=min(asked)))
        number = asked[0] if asked else None
    found = None if number is None else await articles.find(ctx.store, number)
    if found is None or not await may_review(ctx, found.group, found.topic, found.id):
        return None
    return found


async def decide(ctx: Context[Any], article: Article, word: Said) -> Reply:
    """Let a verdict take effect; what has changed since the speaker read it is shown first."""
    if article.state in {State.DROPPED, State.RETIRED} or (not _waits(article) and word.verdict is not Verdict.EDITED):
        return answer(ctx.say(Texts.OVER, article=told.number(article.id, ctx.language)))
    if word.verdict is Verdict.EDITED:
        return await edit(ctx, article, word.text)
    if word.verdict is Verdict.DROPPED:
        return await let_go(ctx, article)
    if not await _has_read(ctx, article):
        return await asking.ask(ctx, article, ctx.speaker.id)
    await articles.publish(ctx.store, article.id, ctx.now())
    await _settle(ctx, article, article.version, Verdict.APPROVED)
    text = Texts.HOLDS if article.state is State.REVIEWED else Texts.APPROVED
    return _say(ctx, text, article)


def _waits(article: Article) -> bool:
    return article.state is State.DRAFT or article.doubted_at is not None


async def _has_read(ctx: Context[Any], article: Article) -> bool:
    """Say whether the speaker was shown the version that stands, and since when it waits."""
    person = await members.siblings(ctx.store, ctx.speaker.id)
    asked = await asked_of(ctx, article)
    return any(one.member in person and one.version == article.version for one in asked)


async def edit(ctx: Context[Any], article: Article, text: str) -> Reply:
    """Write what a reviewer has better as a new version that is approved with it; names and secrets go from it too."""
    better = edited(article.words, text)
    placed = await threads.placed_in(ctx.store, article.sources)
    names = await names_in(ctx, article.group, placed, f"{better.title}\n{better.question}\n{better.answer}")
    words = cleaned(better, names, language=ctx.language)
    version = await articles.revise(ctx.store, article.id, words, ctx.now())
    await articles.publish(ctx.store, article.id, ctx.now())
    await _settle(ctx, article, version, Verdict.EDITED)
    text_of = Texts.EDITED_AGAIN if article.state is State.REVIEWED else Texts.EDITED
    return _say(ctx, text_of, article, version=version)


async def let_go(ctx: Context[Any], article: Article) -> Reply:
    """Drop a draft, or retire what was reviewed once."""
    reviewed = article.state is State.REVIEWED
    await articles.end(ctx.store, article.id, State.RETIRED if reviewed else State.DROPPED)
    await _settle(ctx, article, article.version, Verdict.RETIRED if reviewed else Verdict.DROPPED)
    return _say(ctx, Texts.RETIRED if reviewed else Texts.DROPPED, article)


async def _settle(ctx: Context[Any], article: Article, version: int, verdict: Verdict) -> None:
    await reviews.settle(ctx.store, article.id, article.group, version, ctx.speaker.id, verdict, ctx.now())


def _say(ctx: Context[Any], text: Text, article: Article, **values: object) -> Reply:
    named = told.number(article.id, ctx.language)
    return answer(ctx.say(text, article=named, **values), about=f"{ABOUT}{article.id}")


# -- by command -------------------------------------------------------------------------------------------------------


async def ordered(command: Command, ctx: Context[Any], word: str, number: int) -> Reply:
    """Do what 「文 改 12 …」, 「文 下架 12」 and the buttons ask for.

    Raises:
        UserError: The speaker may not, or there is no such article.
    """
    found = await articles.find(ctx.store, number)
    if found is None or not await may_review(ctx, found.group, found.topic, found.id):
        await article_of(ctx, number)  # whether there is one is told only where it may be read
        raise UserError(ctx.say(Texts.REVIEWERS))
    match word:
        case "ok":
            return await decide(ctx, found, Said(Verdict.APPROVED))
        case "drop":
            return await decide(ctx, found, Said(Verdict.DROPPED))
        case "edit" if found.state in {State.DRAFT, State.REVIEWED}:
            return await edit(ctx, found, _text(command, number))
        case "retire" if found.state is State.REVIEWED:
            return await let_go(ctx, found)
        case _:
            return answer(ctx.say(Texts.OVER, article=told.number(number, ctx.language)))


def _text(command: Command, number: int) -> str:
    """Return the text of an edit as it was written: what the command has of it is cut and evened out."""
    written = None if command.message is None else _EDIT.match(command.message.text.strip())
    return written[1] if written is not None else command.args.partition(str(number))[2].lstrip(" ：:")
