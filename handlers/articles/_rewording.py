"""Rewords new drafts where a language model is there, before their reviewer sees them; else they go as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers import Context, Errand, Outside, Reply
from handlers._articles.writing import ANSWER, shortened
from handlers._drafting import Prompt, checking, prompt, switch
from handlers._drafting.gathering import Ready, cleared, gather
from handlers._drafting.prompt import QUESTION_LIMIT
from handlers._said import Tongue
from handlers._threads.sharing import configured, quotable_in
from handlers._threads.worth import THIN
from handlers.articles import _asking as asking
from storage import articles, groups
from storage.articles import Article, State
from storage.database import Store

FEATURE, REWORD = "articles", "reword"
SENTENCES = 8


async def put_before(ctx: Context[Any], article: Article, member: int) -> Reply | Errand:
    """Put a new draft before its reviewer: at once, or in an errand that rewords it first."""
    if not await switch.sent_from(ctx.store, [article.group], switch.configured(ctx)):
        return await asking.ask(ctx, article, member)
    tongue = await asking.tongue_of(ctx, member)
    payload = {"article": article.id, "language": ctx.language, "tongue": tongue.language, "sharing": configured(ctx)}
    payload["words"] = switch.configured(ctx)
    key = f"{REWORD}:{article.id}:{article.version}"
    return Errand(FEATURE, REWORD, key, payload, group=article.group, member=member)


async def reword(errand: Errand, outside: Outside) -> list[Reply]:
    """Write a draft anew from its sources if what comes back holds, and put it before its reviewer in any case."""
    if errand.member is None:
        raise LookupError("a draft for nobody")
    async with outside.read() as store:
        article = await articles.find(store, errand.payload["article"])
        if article is None or article.state is not State.DRAFT:
            return []
        found = await _ready(store, errand, article)
    answer = "" if article.words.machine else await _reworded(errand, article, found, outside)
    return [await _put(errand, article, answer, outside)]


async def _ready(store: Store, errand: Errand, article: Article) -> Ready:
    where = await groups.get(store, article.group)
    quoted = await quotable_in(store, where, 0, errand.payload["sharing"])
    allowed = await switch.sent_from(store, quoted, errand.payload["words"])
    own = article.words.question or article.words.title, article.words.answer
    return await cleared(await gather(store, None, article.sources, (), allowed, own=own))


async def _reworded(errand: Errand, article: Article, found: Ready, outside: Outside) -> str:
    """Return the answer in the model's words, checked; empty where there is none that could stand for the human one."""
    if outside.draft is None or not found.sources:
        return ""
    rules = prompt.rules(prompt.ARTICLE, found.sources, errand.payload["language"], SENTENCES)
    data = prompt.data(found.question[:QUESTION_LIMIT], found.sources, draft=found.draft)
    drafted = await outside.draft(Prompt("article", f"article:{article.id}", rules, data, article.group, errand.member))
    if drafted is None:
        return ""
    words = {source.label: source.words for source in found.sources}
    kept = checking.checked(drafted.text, words, asked=found.question, most=SENTENCES)
    whole = kept.sentences if len(found.sources) > 1 else tuple(map(checking.uncited, kept.sentences))
    answer = shortened("\n".join(checking.in_words(line, errand.payload["language"]) for line in whole), ANSWER)
    return answer if len(answer) >= THIN and kept.dropped <= len(kept.sentences) else ""


async def _put(errand: Errand, article: Article, answer: str, outside: Outside) -> Reply:
    at: datetime = outside.now()
    async with outside.write() as store:
        if answer:
            await articles.redraft(store, article.id, answer, at)
        standing = await articles.find(store, article.id) or article
        return await asking.put(store, Tongue(errand.payload["tongue"]), standing, errand.member or 0, at)
