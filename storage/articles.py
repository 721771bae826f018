"""Articles: what the community learnt, drafted from solved threads, in versions that never change, and reviewed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime
from storage.suggestions import SUGGESTIONS, Offered, Record
from storage.threads import COLUMNS, THREADS, Thread, select_threads

ARTICLES = Table(
    "articles",
    METADATA,
    Column("id", Id, primary_key=True),  # shown as 文 12
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),  # where its thread is; shown where that may be
    Column("state", Text, nullable=False),
    Column("topic", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False),  # the one that holds
    Column("drafted_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),  # its first review
    Column("reviewed_at", UTCDateTime),  # its last one
    Column("doubted_at", UTCDateTime),  # put before reviewers again: it may be out of date
    Index("ix_articles_state", "state"),
    sqlite_autoincrement=True,  # a number that was shown is never given to another article
)

ARTICLE_VERSIONS = Table(
    "article_versions",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("oldest", Integer),  # version of PostgreSQL: 906 is 9.6, 1400 is 14
    Column("newest", Integer),
    Column("machine", Boolean, nullable=False, server_default=false()),
    Column("at", UTCDateTime, nullable=False),
    UniqueConstraint("article_id", "version"),
)

ARTICLE_SOURCES = Table(
    "article_sources",
    METADATA,
    Column("article_id", Id, ForeignKey("articles.id"), primary_key=True),
    Column("thread_id", Id, primary_key=True),  # a number, also when the thread is gone
    Index("ix_article_sources_thread_id", "thread_id"),
)


class State(StrEnum):
    """How an article stands."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    DROPPED = "dropped"  # never reviewed
    RETIRED = "retired"  # no longer true


@dataclass(frozen=True, slots=True)
class Words:
    """What an article says, and for which versions of PostgreSQL: 906 is 9.6, 1400 is 14, None is not told."""

    title: str
    question: str
    answer: str
    oldest: int | None = None
    newest: int | None = None
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """An article as it stands; `group` is where its thread is, `sources` are numbers of threads."""

    id: int
    group: int
    state: State
    topic: str
    version: int
    drafted_at: datetime
    published_at: datetime | None
    reviewed_at: datetime | None
    doubted_at: datetime | None
    words: Words
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article."""

    number: int
    words: Words
    at: datetime


_HEAD = tuple(
    ARTICLES.c[name]
    for name in (
        "id", "group_id", "state", "topic", "version", "drafted_at", "published_at", "reviewed_at", "doubted_at",
    )
)  # fmt: skip
_WORDS = tuple(ARTICLE_VERSIONS.c[name] for name in ("title", "question", "answer", "oldest", "newest", "machine"))
_CURRENT = and_(ARTICLE_VERSIONS.c.article_id == ARTICLES.c.id, ARTICLE_VERSIONS.c.version == ARTICLES.c.version)
_ARTICLE = select(*_HEAD, *_WORDS).join(ARTICLE_VERSIONS, _CURRENT).order_by(ARTICLES.c.id)
_MARK = select(
    func.count(), func.sum(ARTICLES.c.version), func.sum(ARTICLES.c.id * ARTICLES.c.version), func.max(ARTICLES.c.id)
).where(ARTICLES.c.state == State.REVIEWED)
_STANDING = select(ARTICLES.c.id, ARTICLES.c.version).where(ARTICLES.c.state == State.REVIEWED)


# -- writing ----------------------------------------------------------------------------------------------------------


async def draft(
    store: Store, group: int, words: Words, sources: Iterable[int], at: datetime, *, topic: str = ""
) -> int:
    """Write a draft down and return its number; nobody but reviewers sees it."""
    row = {"group_id": group, "state": State.DRAFT, "topic": topic, "version": 1, "drafted_at": at}
    number = await store.insert(ARTICLES, **row)
    await _write(store, number, 1, words, at)
    await store.insert_new(ARTICLE_SOURCES, [{"article_id": number, "thread_id": thread} for thread in sources])
    return number


async def revise(store: Store, article: int, words: Words, at: datetime) -> int:
    """Write a new version of an article and return its number; the versions before it stay as they are.

    Raises:
        LookupError: There is no such article.
    """
    before = await store.scalar(select(ARTICLES.c.version).where(ARTICLES.c.id == article).with_for_update())
    if before is None:
        raise LookupError(f"no article {article}")
    await _write(store, article, before + 1, words, at)
    await store.execute(update(ARTICLES).where(ARTICLES.c.id == article).values(version=before + 1))
    return int(before) + 1


async def redraft(store: Store, article: int, text: str, at: datetime, *, by_machine: bool = True) -> int | None:
    """Give a draft another answer and return the number of that version; None where it is a draft no more.

    Where a machine wrote it, it says so wherever it is shown, until a person reviewed it.
    """
    found = await find(store, article)
    if found is None or found.state is not State.DRAFT:
        return None
    said = found.words
    words = Words(said.title, said.question, text, said.oldest, said.newest, by_machine)
    return await revise(store, article, words, at)


async def _write(store: Store, article: int, number: int, words: Words, at: datetime) -> None:
    row = {"article_id": article, "version": number, "at": at, "machine": words.machine}
    row |= {"title": words.title, "question": words.question, "answer": words.answer}
    await store.execute(insert(ARTICLE_VERSIONS), [row | {"oldest": words.oldest, "newest": words.newest}])


async def publish(store: Store, article: int, at: datetime) -> None:
    """Keep that an article was reviewed as it stands: it holds, and what doubts there were are settled."""
    first = func.coalesce(ARTICLES.c.published_at, at)
    values = {"state": State.REVIEWED, "published_at": first, "reviewed_at": at, "doubted_at": None}
    await store.execute(update(ARTICLES).where(ARTICLES.c.id == article).values(**values))


async def end(store: Store, article: int, state: State) -> None:
    """Let an article go: a draft is dropped, a reviewed one retired."""
    await store.execute(update(ARTICLES).where(ARTICLES.c.id == article).values(state=state, doubted_at=None))


async def doubt(store: Store, article: int, at: datetime) -> None:
    """Keep that an article was put before reviewers again."""
    await store.execute(update(ARTICLES).where(ARTICLES.c.id == article).values(doubted_at=at))


async def erase_drafts(store: Store, threads: Collection[int]) -> int:
    """Empty what was drafted from threads and never reviewed, since somebody in them is forgotten; return how many."""
    wanted = select(ARTICLE_SOURCES.c.article_id).where(ARTICLE_SOURCES.c.thread_id.in_(threads))
    unread = and_(ARTICLES.c.id.in_(wanted), ARTICLES.c.published_at.is_(None))
    ids = await store.scalars(select(ARTICLES.c.id).where(unread))
    blank = {"title": "", "question": "", "answer": ""}
    await store.execute(update(ARTICLE_VERSIONS).where(ARTICLE_VERSIONS.c.article_id.in_(ids)).values(**blank))
    await store.execute(update(ARTICLES).where(ARTICLES.c.id.in_(ids)).values(state=State.DROPPED))
    return len(ids)


async def merge_topic(store: Store, key: str, into: str) -> None:
    """Let the articles on a topic be on the one that it became part of."""
    await store.execute(update(ARTICLES).where(ARTICLES.c.topic == key).values(topic=into))


# -- reading ----------------------------------------------------------------------------------------------------------


async def find(store: Store, number: int) -> Article | None:
    """Return an article by its number, if there is one."""
    return (await several(store, [number])).get(number) if 0 < number < 2**63 else None


async def several(store: Store, numbers: Collection[int]) -> dict[int, Article]:
    """Return articles by number, those that there are, in whatever state."""
    return {one.id: one for one in await _select(store, _ARTICLE.where(ARTICLES.c.id.in_(numbers)))}


async def in_state(store: Store, *states: State) -> list[Article]:
    """Return the articles in these states, by number."""
    return await _select(store, _ARTICLE.where(ARTICLES.c.state.in_(states)))


async def mark(store: Store) -> tuple[Any, ...]:
    """Return a value that changes with what `standing` returns, and is had sooner."""
    return tuple(await store.row(_MARK) or ())


async def standing(store: Store) -> dict[int, int]:
    """Return which version of each reviewed article holds; for caches."""
    return {row.id: row.version for row in await store.rows(_STANDING)}


async def drafted_from(store: Store, threads: Collection[int]) -> dict[int, int]:
    """Return the latest article that was drafted from each of some threads, whatever became of it."""
    query = select(ARTICLE_SOURCES.c.thread_id, ARTICLE_SOURCES.c.article_id).order_by(ARTICLE_SOURCES.c.article_id)
    return {row[0]: row[1] for row in await store.rows(query.where(ARTICLE_SOURCES.c.thread_id.in_(threads)))}


async def undrafted(store: Store, groups: Collection[int], since: datetime) -> list[Thread]:
    """Return the threads of groups, heard live, with an accepted answer that was confirmed or endorsed since a time.

    Those from which an article was drafted are left out, whatever became of it.
    """
    drafted = select(ARTICLE_SOURCES.c.thread_id)
    fresh = or_(THREADS.c.confirmed_at >= since, THREADS.c.endorsed_at >= since)
    query = select(*COLUMNS).where(THREADS.c.group_id.in_(groups), fresh, THREADS.c.imported.is_(False))
    worth = query.where(THREADS.c.accepted.is_not(None), THREADS.c.id.not_in(drafted)).order_by(THREADS.c.id)
    return await select_threads(store, worth)


async def history(store: Store, article: int) -> list[Version]:
    """Return all versions of an article, the first one first."""
    query = select(ARTICLE_VERSIONS.c.version, ARTICLE_VERSIONS.c.at, *_WORDS)
    query = query.where(ARTICLE_VERSIONS.c.article_id == article).order_by(ARTICLE_VERSIONS.c.version)
    return [Version(row.version, Words(*row[2:]), row.at) for row in await store.rows(query)]


async def votes(store: Store, wanted: Collection[int]) -> dict[int, Record]:
    """Return what askers to whom articles were offered said of them since their last review."""
    since = and_(ARTICLES.c.id == SUGGESTIONS.c.target, SUGGESTIONS.c.settled_at > ARTICLES.c.reviewed_at)
    query = select(SUGGESTIONS.c.target, SUGGESTIONS.c.verdict, func.count()).join(ARTICLES, since)
    said = query.where(SUGGESTIONS.c.kind == Offered.ARTICLE, SUGGESTIONS.c.target.in_(wanted))
    counts: dict[int, dict[str, int]] = {}
    for target, verdict, count in await store.rows(said.group_by(SUGGESTIONS.c.target, SUGGESTIONS.c.verdict)):
        counts.setdefault(target, {})[verdict] = count
    return {target: Record(**found) for target, found in counts.items()}


async def _select(store: Store, query: Select[Any]) -> list[Article]:
    rows = await store.rows(query)
    ids = [row.id for row in rows]
    linked = select(ARTICLE_SOURCES.c.article_id, ARTICLE_SOURCES.c.thread_id)
    linked = linked.where(ARTICLE_SOURCES.c.article_id.in_(ids)).order_by(ARTICLE_SOURCES.c.thread_id)
    sources: dict[int, list[int]] = {}
    for article, thread in await store.rows(linked) if ids else ():
        sources.setdefault(article, []).append(thread)
    return [_article(row, sources.get(row.id, ())) for row in rows]


def _article(row: Any, sources: Iterable[int]) -> Article:
    size = len(_HEAD)
    number, group, state, topic, version, drafted, published, reviewed, doubted = row[:size]
    moments = (drafted, published, reviewed, doubted)
    return Article(number, group, State(state), topic, version, *moments, Words(*row[size:]), tuple(sources))
