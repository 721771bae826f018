"""Shows articles: one as a whole, how it came to be, and which there are on a topic."""

from __future__ import annotations

from collections import Counter
from typing import Any

from handlers import Command, Context, Reply, Text, UserError, answer
from handlers._articles import told
from handlers._articles.doubts import Doubt, doubts
from handlers._articles.reviewers import may_review
from handlers._articles.versions import shown
from handlers._said import Tongue
from handlers._threads.sharing import quotable
from handlers._topic_names import look_up
from handlers._wording import durations, names
from handlers._wording.masking import cut, flat, mask
from storage import articles, reviews, topics
from storage.articles import Article, State
from storage.reviews import Review, Verdict
from storage.topics import Topic

LISTED = 5
ANSWER_LINES = 3  # of an answer as it was written; longer ones become one line
VERSIONS = 5


class Texts:
    """An article, and the list of them."""

    ASKED = Text(zh="问：{question}", en="Asked: {question}")
    MACHINE = Text(
        zh="机器草稿，依据 {sources}，没人核过", en="Drafted by a machine from {sources}; nobody has checked it"
    )
    FROM = Text(zh="依据 {sources}，{day}审过。", en="From {sources}, reviewed {day}.")
    FROM_VERSION = Text(
        zh="依据 {sources}，第 {version} 版，{day}审过。", en="From {sources}, version {version}, reviewed {day}."
    )
    MAJOR = Text(zh="审过之后出了 PG {major}，可能过时。", en="PG {major} came out since; it may be out of date.")
    REJECTED = Text(
        zh="审过之后有 {count} 位说没解决，可能过时。",
        en="{count} said since that it did not help; may be out of date.",
    )
    RETIRED = Text(zh="已经下架了，只当历史看。", en="It was retired; read it as history.")
    DRAFT = Text(zh="还是草稿，没人审过。", en="Still a draft, reviewed by nobody.")
    NO_SUCH = Text(
        zh="没有文 {number}，看看编号对不对；有哪些发「常见问题」。",
        en="There is no article {number}. See /faq for those that there are.",
    )
    HISTORY = Text(zh="{head}，从 {sources} 来：", en="{head}, from {sources}:")
    VERSION = Text(zh="第 {version} 版 {day}：{what}", en="Version {version}, {day}: {what}")
    VERSION_BY = Text(zh="第 {version} 版 {day}：{what}，{name}", en="Version {version}, {day}: {what} by {name}")
    OLDER = Text(zh="更早的 {count} 版没列。", en="{count} earlier ones are not shown.")
    WRITTEN = Text(zh="写成", en="written")
    BY_MACHINE = Text(zh="机器起草", en="drafted by a machine")
    TOPICS = Text(zh="审过的有 {count} 篇：{topics}。", en="Reviewed, {count} in all: {topics}.")
    TOPICS_HOW = Text(
        zh="看一类发「常见问题 {topic}」，按词找发「找 复制槽」。",
        en="One topic: /faq {topic}. By words: /find replication slot.",
    )
    NONE = Text(
        zh="还没有审过的文章。解决了的题会慢慢整理进来。",
        en="No article is reviewed yet. Solved questions become some.",
    )
    OTHER = Text(zh="没分类", en="no topic")
    ON_TOPIC = Text(zh="{topic}，{count} 篇：", en="{topic}, {count} in all:")
    ON_TOPIC_MOST = Text(zh="{topic}，{count} 篇，最近审的 {most} 篇：", en="{topic}, the latest {most} of {count}:")
    READ = Text(zh="看全文：发「文 {number}」。", en="In full: /article {number}.")
    NO_TOPIC = Text(
        zh="没有叫「{words}」的主题，有文章的是：{topics}。", en="No topic is called {words}. There are {topics}."
    )
    NONE_ON = Text(zh="「{topic}」还没有审过的文章。", en="No article on {topic} is reviewed yet.")


_WHAT = {
    Verdict.APPROVED: Text(zh="审过", en="approved"),
    Verdict.EDITED: Text(zh="改过", en="edited"),
    Verdict.DROPPED: Text(zh="扔了", en="dropped"),
    Verdict.RETIRED: Text(zh="下架", en="retired"),
}


async def article_of(ctx: Context[Any], number: int) -> Article:
    """Return an article that may be shown here: one that was reviewed, or a draft in private to who may review it.

    Raises:
        UserError: There is none, or it is none of this group's business.
    """
    found = await articles.find(ctx.store, number)
    if found is not None and found.state in {State.REVIEWED, State.RETIRED} and found.group in await quotable(ctx):
        return found
    if found is not None and ctx.group.is_direct and await may_review(ctx, found.group, found.topic, found.id):
        return found
    raise UserError(ctx.say(Texts.NO_SUCH, number=number))


# -- one article ------------------------------------------------------------------------------------------------------


async def whole(ctx: Context[Any], article: Article) -> Reply:
    """Return an article as a whole, in at most seven lines."""
    lines = [await told.head(ctx, article), *words_of(ctx, article), await _standing(ctx, article)]
    return answer(*lines, about=f"article:{article.id}")


def words_of(ctx: Context[Any] | Tongue, article: Article) -> list[str]:
    """Return question and answer; what a machine wrote says so first, until a person reviewed it."""
    said = article.words
    asked = flat(said.question)
    unread = said.machine and article.state is State.DRAFT
    lines = [ctx.say(Texts.MACHINE, sources=told.sources_of(article, ctx.language))] if unread else []
    lines += [ctx.say(Texts.ASKED, question=asked)] if asked and asked != said.title else []
    written = [line for line in said.answer.splitlines() if line.strip()]
    return lines + (written if len(written) <= ANSWER_LINES else [flat(said.answer)])


async def _standing(ctx: Context[Any], article: Article) -> str:
    if article.state is State.RETIRED:
        return ctx.say(Texts.RETIRED)
    if article.state is not State.REVIEWED or article.reviewed_at is None:
        return ctx.say(Texts.DRAFT)
    text = Texts.FROM if article.version == 1 else Texts.FROM_VERSION
    day = durations.day(article.reviewed_at, ctx.now(), ctx.community.zone, ctx.language)
    sources = told.sources_of(article, ctx.language)
    line = ctx.say(text, sources=sources, day=day, version=article.version)
    doubt = await doubts(ctx, article)
    return line if doubt is None else f"{line}{' ' if ctx.language == 'en' else ''}{why(ctx, doubt)}"


def why(ctx: Context[Any] | Tongue, doubt: Doubt) -> str:
    """Return why an article may be out of date."""
    if doubt.major is not None:
        return ctx.say(Texts.MAJOR, major=shown(doubt.major))
    return ctx.say(Texts.REJECTED, count=doubt.rejected)


async def history(ctx: Context[Any], article: Article) -> Reply:
    """Return how an article came to be: its versions, when, and what was said of each; by whom, to reviewers alone."""
    said = {one.version: one for one in await reviews.of(ctx.store, [article.id]) if one.verdict is not None}
    called: dict[int, str] = {}
    if await may_review(ctx, article.group, article.topic, article.id):
        called = await names.called(ctx.store, article.group, {one.member for one in said.values()})
    every = await articles.history(ctx.store, article.id)
    lines = [
        _version(ctx, one.number, one.at, one.words.machine, said.get(one.number), called) for one in every[-VERSIONS:]
    ]
    if len(every) > VERSIONS:
        lines.append(ctx.say(Texts.OLDER, count=len(every) - VERSIONS))
    head = await told.head(ctx, article)
    first = ctx.say(Texts.HISTORY, head=head, sources=told.sources_of(article, ctx.language))
    return answer(first, *lines, about=f"article:{article.id}")


def _version(
    ctx: Context[Any], number: int, at: Any, machine: bool, said: Review | None, called: dict[int, str]
) -> str:
    moment = at if said is None or said.settled_at is None else said.settled_at
    day = durations.day(moment, ctx.now(), ctx.community.zone, ctx.language)
    if said is None or said.verdict is None:
        return ctx.say(
            Texts.VERSION, version=number, day=day, what=ctx.say(Texts.BY_MACHINE if machine else Texts.WRITTEN)
        )
    what, name = ctx.say(_WHAT[said.verdict]), called.get(said.member, "")
    if not name:
        return ctx.say(Texts.VERSION, version=number, day=day, what=what)
    return names.spaced(ctx.say(Texts.VERSION_BY, version=number, day=day, what=what, name=name))


# -- which there are --------------------------------------------------------------------------------------------------


async def faq(command: Command, ctx: Context[Any]) -> Reply:
    """Return the topics with articles and how many, or the titles on one of them."""
    inside = await quotable(ctx)
    every = [one for one in await articles.in_state(ctx.store, State.REVIEWED) if one.group in inside]
    if not every:
        return answer(ctx.say(Texts.NONE))
    tree = await topics.every(ctx.store)
    if not command.args:
        return _topics(ctx, every, tree)
    other = ctx.say(Texts.OTHER)
    found, _ = look_up(command.args, [*tree.values(), Topic("", other, other)])
    if found is None:
        listed = _listed(ctx, _counted(every), tree, numbers=False)
        raise UserError(ctx.say(Texts.NO_TOPIC, words=mask(cut(command.args, 24)), topics=listed))
    return await _titles(ctx, every, tree, found)


def _counted(every: list[Article]) -> list[tuple[str, int]]:
    return sorted(Counter(one.topic for one in every).items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))


def _topics(ctx: Context[Any], every: list[Article], tree: dict[str, Topic]) -> Reply:
    counts = _counted(every)
    first = ctx.say(Texts.TOPICS, count=len(every), topics=_listed(ctx, counts, tree, numbers=True))
    return answer(first, ctx.say(Texts.TOPICS_HOW, topic=_name(ctx, counts[0][0], tree)))


def _listed(ctx: Context[Any], counts: list[tuple[str, int]], tree: dict[str, Topic], *, numbers: bool) -> str:
    between = ", " if ctx.language == "en" else "、"
    return between.join(
        f"{_name(ctx, key, tree)} {count}" if numbers else _name(ctx, key, tree) for key, count in counts
    )


def _name(ctx: Context[Any], key: str, tree: dict[str, Topic]) -> str:
    return tree[key].name(ctx.language) if key in tree else ctx.say(Texts.OTHER)


async def _titles(ctx: Context[Any], every: list[Article], tree: dict[str, Topic], topic: Topic) -> Reply:
    below = {key for key in tree if _is_below(key, topic.key, tree)} if topic.key else {""}
    found = [one for one in every if one.topic in below or (not topic.key and one.topic not in tree)]
    found.sort(key=lambda one: (one.reviewed_at or one.drafted_at, one.id), reverse=True)
    name = topic.name(ctx.language)
    if not found:
        return answer(ctx.say(Texts.NONE_ON, topic=name))
    text = Texts.ON_TOPIC if len(found) <= LISTED else Texts.ON_TOPIC_MOST
    lines = [await told.head(ctx, one) for one in found[:LISTED]]
    first = ctx.say(text, topic=name, count=len(found), most=LISTED)
    return answer(first, *lines, ctx.say(Texts.READ, number=found[0].id))


def _is_below(key: str, top: str, tree: dict[str, Topic]) -> bool:
    for _ in range(len(tree)):
        if key == top:
            return True
        if key not in tree or not tree[key].parent:
            return False
        key = tree[key].parent
    return False
