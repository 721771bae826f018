"""Writes reviewed articles as Markdown: one file each with what is known of it in front, and an index by topic."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.report._markdown import text
from handlers import Text
from handlers._articles import told
from handlers._articles.doubts import doubt
from handlers._articles.versions import shown
from storage import articles, groups, settings, topics
from storage.articles import Article, State
from storage.database import Store
from storage.frames import GroupKind
from storage.suggestions import Record
from storage.topics import Topic

INDEX = "index.md"
SHARING = "questions.sharing"


class Texts:
    """What stands around members' words."""

    INDEX = Text(zh="整理好的问答", en="What was learnt")
    OTHER = Text(zh="没分类", en="No topic")
    FROM = Text(zh="依据 {sources}，{day} 审过。", en="From {sources}, reviewed {day}.")
    DOUBTED = Text(zh="可能过时：审过之后有了新的大版本，或者有人说没解决。", en="May be out of date.")


@dataclass(frozen=True, slots=True)
class Export:
    """Files by name, and the names of files that an earlier export may have left and that are no more."""

    files: Mapping[str, str]
    gone: tuple[str, ...]


async def export(store: Store, now: datetime, zone: ZoneInfo, language: str, *, otherwise: str) -> Export:
    """Return the reviewed articles of the groups that share with the community; `otherwise` is what is configured."""
    inside = await _shared(store, otherwise)
    every = await articles.in_state(store, *State)
    reviewed = [one for one in every if one.state is State.REVIEWED and one.group in inside]
    tree, votes = await topics.every(store), await articles.votes(store, [one.id for one in reviewed])
    doubted = {one.id for one in reviewed if doubt(one, votes.get(one.id, Record()), now) is not None}
    files = {_file(one.id): page(one, tree, zone, language, doubted=one.id in doubted) for one in reviewed}
    gone = tuple(_file(one.id) for one in every if _file(one.id) not in files)
    return Export(files | {INDEX: index(reviewed, tree, language, doubted)}, gone)


async def _shared(store: Store, otherwise: str) -> set[int]:
    set_by_group = await settings.by_group(store, SHARING)
    default = set_by_group.get(settings.COMMUNITY, otherwise)
    every = await groups.every(store, GroupKind.GROUP)
    return {group.id for group in every if set_by_group.get(group.id, default) == "community"}


def _file(number: int) -> str:
    return f"{number}.md"


def page(article: Article, tree: Mapping[str, Topic], zone: ZoneInfo, language: str, *, doubted: bool) -> str:
    """Return one article; nothing in what people wrote is markup."""
    said = article.words
    day = f"{(article.reviewed_at or article.drafted_at).astimezone(zone):%Y-%m-%d}"
    sources = told.sources_of(article, language)
    parts = [
        _front(article, tree, day, language, doubted=doubted),
        f"# {text(told.title(said, language))}",
        *([_lines(said.question)] if said.question and said.question != said.title else []),
        _lines(said.answer),
        Texts.FROM.in_language(language, sources=sources, day=day),
        *([Texts.DOUBTED.in_language(language)] if doubted else []),
    ]
    return "\n\n".join(parts) + "\n"


def _front(article: Article, tree: Mapping[str, Topic], day: str, language: str, *, doubted: bool) -> str:
    said = article.words
    fields: dict[str, object] = {
        "article": article.id,
        "title": told.title(said, language),
        "topic": tree[article.topic].name(language) if article.topic in tree else "",
        "versions": [shown(code) for code in (said.oldest, said.newest) if code is not None],
        "sources": list(article.sources),
        "reviewed": day,
        "version": article.version,
        "doubted": doubted,
    }
    # JSON is YAML, so that nothing in a title can end its line or begin another one.
    return "\n".join(["---", *(f"{key}: {_json(value)}" for key, value in fields.items()), "---"])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\u2028", " ").replace("\u2029", " ").replace("\x85", " ")


def _lines(words: str) -> str:
    """Return words line by line: a line break of the author's is one of the page."""
    return "  \n".join(text(line) for line in words.splitlines() if line.strip())


def index(reviewed: Iterable[Article], tree: Mapping[str, Topic], language: str, doubted: Collection[int]) -> str:
    """Return the list of articles by topic, in the order of the tree."""
    by_topic: dict[str, list[Article]] = {}
    for one in reviewed:
        by_topic.setdefault(one.topic if one.topic in tree else "", []).append(one)
    parts = [f"# {Texts.INDEX.in_language(language)}"]
    for key in [*tree, ""]:
        if key in by_topic:
            name = tree[key].name(language) if key else Texts.OTHER.in_language(language)
            parts.append(f"## {text(name)}\n\n" + "\n".join(_entry(one, language, doubted) for one in by_topic[key]))
    return "\n\n".join(parts) + "\n"


def _entry(article: Article, language: str, doubted: Collection[int]) -> str:
    mark = told.Texts.DOUBTED.in_language(language) if article.id in doubted else ""
    line = f"[{text(told.title(article.words, language))}]({_file(article.id)})"
    return f"- {told.marked(line, [told.versions(article.words, language), mark], language)}"
