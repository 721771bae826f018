"""Drafts articles from threads: by command, and each day the best of what was solved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from handlers import Command, Context, Errand, Replies, Reply, Text, UserError, answer
from handlers._articles.anonymous import names_of
from handlers._articles.doubts import doubts
from handlers._articles.finding import fitting
from handlers._articles.pending import waiting
from handlers._articles.reviewers import may_review, next_reviewer, shares
from handlers._articles.writing import answered_in, asked_in, written
from handlers._settings import is_quiet
from handlers._threads.described import meant
from handlers._threads.worth import FULL, THIN, Candidate, chosen
from handlers.articles import _asking as asking
from handlers.articles import _rewording as rewording
from storage import articles, groups, members, memberships, metoo, settings, threads
from storage.articles import Article, State, Words
from storage.frames import GroupKind
from storage.outcome import Evidence
from storage.threads import Placed, Thread

LOOK_BACK = timedelta(days=28)  # what was solved longer ago is drafted by command only
MOST_WAITING = 5  # drafts; while so many wait, nobody is asked about another one
A_DAY = "articles.a_day"
AGAIN = 0.4  # a question that is so like an article needs none of its own
_SURE = frozenset({Evidence.CONFIRMED, Evidence.ENDORSED})


class Texts:
    """What is said to whoever wants a thread drafted."""

    HELP = Text(zh="把解决了的一题起草成文章", en="draft an article from a solved question")
    USAGE = Text(zh="起草哪一题？这样写：「起草 2941」。", en="Which one? Like this: /draft 2941.")
    REVIEWERS = Text(
        zh="起草要群管理员或者熟这个主题的专家来。", en="Drafting is for the group's admins and the topic's experts."
    )
    NOT_SHARED = Text(
        zh="#{thread} 所在的群设了不转述，不整理成文章。", en="The group of #{thread} does not want to be quoted."
    )
    NO_ANSWER = Text(
        zh="#{thread} 还没有说得上来的回答，等解决了再起草。", en="#{thread} has no answer yet that would stand alone."
    )
    ALREADY = Text(
        zh="#{thread} 已经整理成文 {number} 了：发「文 {number}」。",
        en="#{thread} has become article {number} already.",
    )
    WAITS = Text(
        zh="#{thread} 的草稿是文 {number}，在等人看。",
        en="#{thread} has been drafted as article {number}, which waits.",
    )
    SENT = Text(
        zh="#{thread} 起草成文 {number} 了，私聊发你看。", en="Drafted #{thread} as article {number}; see your direct."
    )


async def draft(command: Command, ctx: Context[Any]) -> Replies:
    """Draft an article from a thread and put it before whoever asked for it."""
    thread = await meant(command, ctx)
    if thread is None:
        raise UserError(ctx.say(Texts.USAGE))
    if not await may_review(ctx, thread.group_id, thread.topic):
        raise UserError(ctx.say(Texts.REVIEWERS))
    if await shares(ctx, thread.group_id) == "nobody":
        raise UserError(ctx.say(Texts.NOT_SHARED, thread=thread.id))
    known = await _known(ctx, thread)
    if known is not None:
        return known
    words = await _words(ctx, thread, await threads.content(ctx.store, thread.id))
    if len(words.answer) < THIN:
        raise UserError(ctx.say(Texts.NO_ANSWER, thread=thread.id))
    article = await _keep(ctx, thread, words)
    asked = await rewording.put_before(ctx, article, ctx.speaker.id)
    if ctx.group.is_direct and isinstance(asked, Reply):
        return asked
    return [answer(ctx.say(Texts.SENT, thread=thread.id, number=article.id), about=f"thread:{thread.id}"), asked]


async def _known(ctx: Context[Any], thread: Thread) -> Reply | None:
    """Return what is said of a thread from which an article was drafted; a draft is shown to its reviewer again."""
    number = (await articles.drafted_from(ctx.store, [thread.id])).get(thread.id)
    found = None if number is None else await articles.find(ctx.store, number)
    if found is None or found.state is State.DROPPED:
        return None
    if found.state is State.DRAFT and ctx.group.is_direct:
        return await asking.ask(ctx, found, ctx.speaker.id)
    text = Texts.WAITS if found.state is State.DRAFT else Texts.ALREADY
    return answer(ctx.say(text, thread=thread.id, number=number))


async def daily(ctx: Context[Any], most: int) -> list[Reply | Errand]:
    """Draft the best of what was solved, at most so many, and put each before one reviewer.

    Nothing is drafted that nobody could review, that an article says already, or from a group that keeps to itself, or
    wants quiet.
    """
    waits = sum(one.state is State.DRAFT for one in await waiting(ctx))
    left = min(most, MOST_WAITING - waits)
    every = [group.id for group in await groups.every(ctx.store, GroupKind.GROUP)]
    shared = [group for group in every if await shares(ctx, group) == "community" and await _is_open(ctx, group)]
    replies: list[Reply | Errand] = []
    for thread, placed in await _best(ctx, shared) if left > 0 else ():
        if len(replies) >= left:
            break
        member = await next_reviewer(ctx, thread.group_id, thread.topic, [thread.id])
        if member is None:
            continue
        words = await _words(ctx, thread, placed)
        if len(words.answer) >= THIN and not await _is_told(ctx, thread, words, shared):
            replies.append(await rewording.put_before(ctx, await _keep(ctx, thread, words), member))
    return replies


async def _is_open(ctx: Context[Any], group: int) -> bool:
    """Say whether a group's threads may be drafted unasked: it wants no quiet, and has not switched that off."""
    overrides = await settings.overrides(ctx.store, group)
    return not is_quiet(overrides, ctx.now()) and overrides.get(A_DAY) != 0


async def doubted(ctx: Context[Any]) -> list[Reply]:
    """Put one article that may be out of date before a reviewer, the longest unreviewed first."""
    every = [one for one in await articles.in_state(ctx.store, State.REVIEWED) if one.doubted_at is None]
    for article in sorted(every, key=lambda one: (one.reviewed_at or one.drafted_at, one.id)):
        if await doubts(ctx, article) is not None:
            await articles.doubt(ctx.store, article.id, ctx.now())
            member = await next_reviewer(ctx, article.group, article.topic, article.sources)
            return [] if member is None else [await asking.ask(ctx, article, member)]
    return []


async def _best(ctx: Context[Any], shared: Sequence[int]) -> list[tuple[Thread, list[Placed]]]:
    """Return the solved threads with an answer that stands alone, best first, each with its messages."""
    solved = await articles.undrafted(ctx.store, shared, ctx.now() - LOOK_BACK)
    sure = {thread.id: thread for thread in solved if thread.verdict(ctx.now()).evidence in _SURE}
    placed: dict[int, list[Placed]] = {}
    for one in await threads.placed_in(ctx.store, sure):
        placed.setdefault(one.thread, []).append(one)
    told_too = await metoo.counts(ctx.store, sure)
    candidates = [
        Candidate(t.id, t.facts.solver, _people(said), told_too.get(t.id, 0), answered_in(said, t.facts.accepted))
        for t in sure.values()
        if (said := placed.get(t.id, []))
    ]
    best = chosen([one for one in candidates if len(one.quote) >= FULL], len(candidates))
    return [(sure[one.thread], placed[one.thread]) for one in best]


def _people(placed: Sequence[Placed]) -> int:
    return len({one.message.member_id for one in placed if one.role != "aside"})


async def _is_told(ctx: Context[Any], thread: Thread, words: Words, shared: Sequence[int]) -> bool:
    asked = words.question or words.title
    found = await fitting(ctx, asked, topic=thread.topic, limit=1, groups=shared)
    return bool(found) and found[0].likeness >= AGAIN


async def _words(ctx: Context[Any], thread: Thread, placed: Sequence[Placed]) -> Words:
    """Return what an article of a thread would say; its answer is empty where no person gave one in it."""
    asked, said = asked_in(placed, thread.asker), answered_in(placed, thread.facts.accepted)
    names = await names_in(ctx, thread.group_id, placed, "\n".join([thread.title, *asked, said]))
    return written(thread.title, asked, said, names, language=ctx.language)


async def names_in(ctx: Context[Any], group: int, placed: Iterable[Placed], text: str) -> list[str]:
    """Return whom a text about some messages names: who wrote or is mentioned in them, and others of their group.

    Of those others a word that tells a topic is nobody's name: somebody may be called Vacuum, or 索引.
    """
    said = [one.message for one in placed]
    people = {m for message in said for m in (message.member_id, *message.mentions) if m is not None}
    cards = await memberships.names_in(ctx.store, group, people)
    own = {*cards.values(), *(found.name for found in (await members.several(ctx.store, people)).values())}
    others = names_of(await memberships.called_in(ctx.store, [group]))
    read = text.lower()
    named = {one for one in others if one.lower() in read and not ctx.topics.topic(one)}
    return sorted({*names_of(own), *named}, key=lambda name: (-len(name), name))


async def _keep(ctx: Context[Any], thread: Thread, words: Words) -> Article:
    number = await articles.draft(ctx.store, thread.group_id, words, [thread.id], ctx.now(), topic=thread.topic)
    return (await articles.several(ctx.store, [number]))[number]
