"""The community's topic tree: shown, added to, renamed, merged; and once a day a question that nobody could place."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from handlers import Command, Context, Purpose, Replies, Reply, Right, Router, Text, UserError, answer
from handlers._rules import RuleText
from handlers._threads.described import head
from handlers._topic_names import key_of, listed, look_up
from handlers._wording.masking import mask, quoted
from storage import grants, schedules, settings, topics, wording
from storage.outcome import Outcome
from storage.replies import Body, Button
from storage.schedules import Occurrence, Schedule
from storage.threads import Thread
from storage.topics import Topic

FEATURE, ASK = "topics", "which topic"
QUIET = "outbox.quiet"
FRESH = timedelta(days=1)  # an older question is not asked about, and none is asked about twice
CHOICES = 3
NAME_LIMIT = 20
_GONE = {Outcome.INVALID, Outcome.WITHDRAWN}
_ADD, _RENAME, _MERGE = {"add", "加", "新增"}, {"rename", "改名"}, {"merge", "合并"}
_VERBS = "|".join(sorted(_ADD | _RENAME | _MERGE))
_ORDER = re.compile(rf"({_VERBS}) (.+?)(?: (?:under|to|into|归|到|为|=) (.+))?")


class Settings(BaseModel):
    """`[handlers.topics]`.

    Attributes:
        ask: Whether an admin of the group is asked, in private and at most once a day, about one question whose topic
            nobody could tell. Not where the group wants quiet.
        when: When that is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    ask: bool = True
    when: RuleText = "daily 18:00"


class Texts:
    """What is said about the tree."""

    CALLED = Text(zh="私聊问主题", en="question about a topic")
    HELP = Text(zh="看、改主题：加、改名、合并", en="Show and change the topics: add, rename, merge")
    USAGE = Text(
        zh="看：「主题表」；加：「主题表 加 向量检索 归 扩展与外部表」；\n"
        "改名：「主题表 改名 向量检索 到 向量」；合并：「主题表 合并 向量 到 扩展与外部表」",
        en="See: /topics; add: /topics add vectors under extensions_fdw;\n"
        "rename: /topics rename vectors to embeddings; merge: /topics merge embeddings into extensions_fdw",
    )
    TREE = Text(zh="主题 {count} 个：{names}", en="{count} topics: {names}")
    UNDER = Text(zh="{topic}（{children}）", en="{topic} ({children})")
    CHANGE = Text(zh="改的话发「帮助 主题表」。", en="To change them: /help topics")
    ADDED = Text(
        zh="加了主题「{topic}」。题里说到这个名字就归它；改对几题（「主题 2941 {topic}」），像的就跟着归。",
        en="Added “{topic}”. Questions that say its name go there; put a few right (/topic 2941 {topic}) "
        "and those like them follow.",
    )
    THERE = Text(zh="已经有「{topic}」了。", en="There is “{topic}” already.")
    LONG = Text(zh="名字最多 {limit} 个字。", en="A name has at most {limit} characters.")
    RENAMED = Text(zh="「{before}」改叫「{topic}」了，归过的题都跟着。", en="“{before}” is called “{topic}” now.")
    MERGED = Text(
        zh="「{before}」并进「{topic}」：{threads} 题、{corrections} 处改动跟过去了。",
        en="“{before}” is part of “{topic}” now: {threads} questions and {corrections} corrections followed.",
    )
    ITSELF = Text(zh="自己不能并进自己。", en="A topic cannot become part of itself.")
    UNKNOWN = Text(zh="没有「{words}」这个主题，有：{near}。", en="There is no topic “{words}”; there are: {near}.")
    WHICH = Text(
        zh="{head} 算哪个主题？{choices}。回一个名字就行（「主题 {thread} {first}」），不回也没事。",
        en="Which topic is {head}? {choices}. One name will do (/topic {thread} {first}); no answer is fine, too.",
    )
    OR = Text(zh=" / ", en=" / ")


router = Router(Settings)


# -- the tree ---------------------------------------------------------------------------------------------------------


@router.command(
    "topics", "主题表", needs=Right.GROUP, fits=rf"(?:{_ORDER.pattern})?", help=Texts.HELP, usage=Texts.USAGE
)
async def change(command: Command, ctx: Context[Settings]) -> Reply:
    """Show the topics of the community, add one, rename one, or merge one into another."""
    tree = await topics.every(ctx.store)
    order = _ORDER.fullmatch(command.args)
    if order is None:
        return answer(_shown(tree, ctx.language), ctx.say(Texts.CHANGE))
    verb, one, other = order.groups()
    if verb in _ADD:
        return await _add(ctx, tree, one, other)
    if other is None:
        raise UserError(ctx.say(Texts.USAGE))
    found = _named(ctx, tree, one)
    return await (_rename if verb in _RENAME else _merge)(ctx, tree, found, other)


def _shown(tree: dict[str, Topic], language: str) -> str:
    parts = []
    for topic in tree.values():
        children = [child.name(language) for child in tree.values() if child.parent == topic.key]
        if topic.parent not in tree:
            name = topic.name(language)
            inside = (", " if language == "en" else "、").join(children)
            parts.append(Texts.UNDER.in_language(language, topic=name, children=inside) if children else name)
    names = (", " if language == "en" else "、").join(parts)
    return Texts.TREE.in_language(language, count=len(tree), names=names)


async def _add(ctx: Context[Settings], tree: dict[str, Topic], name: str, above: str | None) -> Reply:
    parent = "" if above is None else _named(ctx, tree, above).key
    name = _fresh(ctx, tree, name)
    await topics.add(ctx.store, Topic(key_of(name, tree), name, name, parent), ctx.now())
    return answer(ctx.say(Texts.ADDED, topic=name))


async def _rename(ctx: Context[Settings], tree: dict[str, Topic], found: Topic, name: str) -> Reply:
    """Rename a topic in the language spoken here; one that has a single name, in both."""
    name = _fresh(ctx, tree, name, but=found)
    languages = ("zh", "en") if found.zh == found.en else (ctx.language,)
    await topics.rename(ctx.store, found.key, ctx.now(), **dict.fromkeys(languages, name))
    return answer(ctx.say(Texts.RENAMED, before=found.name(ctx.language), topic=name))


async def _merge(ctx: Context[Settings], tree: dict[str, Topic], found: Topic, other: str) -> Reply:
    into = _named(ctx, tree, other)
    if into.key == found.key:
        raise UserError(ctx.say(Texts.ITSELF))
    moved = await topics.merge(ctx.store, found.key, into.key, ctx.now())
    line = ctx.say(
        Texts.MERGED,
        before=found.name(ctx.language),
        topic=into.name(ctx.language),
        threads=moved.threads,
        corrections=moved.corrections,
    )
    return answer(line)


def _named(ctx: Context[Settings], tree: dict[str, Topic], words: str) -> Topic:
    found, near = look_up(words, list(tree.values()))
    if found is None:
        names = listed(near or tree.values(), ctx.language)
        raise UserError(ctx.say(Texts.UNKNOWN, words=quoted(words, NAME_LIMIT), near=names))
    return found


def _fresh(ctx: Context[Settings], tree: dict[str, Topic], name: str, but: Topic | None = None) -> str:
    """Return a name that no topic has yet, without what would have to be masked."""
    word = mask(name.strip("「」“”\"' "))
    if not word or len(word) > NAME_LIMIT * (2 if word.isascii() else 1):
        raise UserError(ctx.say(Texts.LONG, limit=NAME_LIMIT))
    for topic in tree.values():
        if topic != but and word.casefold() in {topic.key, topic.zh.casefold(), topic.en.casefold()}:
            raise UserError(ctx.say(Texts.THERE, topic=topic.name(ctx.language)))
    return word


# -- asking -----------------------------------------------------------------------------------------------------------


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write the group's schedule down as its settings say."""
    zone = ctx.group.zone or ctx.community.zone.key
    asks = Schedule(FEATURE, ASK, ctx.group.id, ctx.settings.when, zone, ctx.now(), active=ctx.settings.ask)
    await schedules.put(ctx.store, asks)


@router.schedule(ASK, called=Texts.CALLED)
async def ask(occurrence: Occurrence, ctx: Context[Settings]) -> Replies:
    """Ask one admin about one of the last day's questions whose topic nobody could tell; nobody twice on a day."""
    if not ctx.settings.ask or await settings.get(ctx.store, ctx.group.id, QUIET, False):
        return None
    admins = sorted(await grants.holders(ctx.store, Right.WORK, ctx.group.id))
    since = occurrence.due_at - FRESH
    unplaced = await topics.unplaced(ctx.store, ctx.group.id, since, occurrence.due_at)
    askable = [t for t in unplaced if t.title and not t.imported and t.verdict(ctx.now()).outcome not in _GONE]
    if not admins or not askable:
        return None
    day = occurrence.due_at.astimezone(ctx.community.zone).date()
    admin = admins[day.toordinal() % len(admins)]
    return await _question(ctx, askable[-1], admin, f"{ASK}:{admin}:{day}")


async def _question(ctx: Context[Settings], thread: Thread, admin: int, key: str) -> Reply:
    names = [topic.name(ctx.language) for topic in await _choices(ctx, thread)]
    line = ctx.say(
        Texts.WHICH,
        head=head(thread, ctx.language),
        thread=thread.id,
        choices=ctx.say(Texts.OR).join(names),
        first=names[0] if names else "",
    )
    buttons = tuple(Button(name, f"/topic {thread.id} {name}") for name in names)
    body = Body(Body.of(line).blocks, buttons)
    return Reply(body, member=admin, about=f"thread:{thread.id}", purpose=Purpose.NOTICE, key=key)


async def _choices(ctx: Context[Settings], thread: Thread) -> list[Topic]:
    """Return the topics that are likeliest, however unlikely."""
    tree = await topics.every(ctx.store)
    classifier = await ctx.memories.taught.classifier(ctx.store, ctx.topics)
    text = (await wording.questions(ctx.store, [thread.id])).get(thread.id, "")
    guess = getattr(classifier, "guesses", classifier.topic)
    likely = [found.topic for found in guess(text) if found.topic in tree]
    return [tree[key] for key in dict.fromkeys([*likely, *tree])][:CHOICES]
