"""The shelf: reviewed articles, ready to be searched; an index in memory that storage keeps up to date."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from classifiers._similar.index import Hit, Index
from classifiers._similar.meaning import shipped
from storage import articles, search
from storage.articles import Article
from storage.database import Store

WORTH, WASTE = 100, 0.5  # articles, and the share of what is kept that may belong to former versions


class Shelf:
    """The index of the reviewed articles, and which version of each it holds. A cache: rebuilt at the start."""

    def __init__(self) -> None:
        self._index = Index(shipped())
        self._mark: tuple[object, ...] = ()
        self._held: dict[int, int] = {}
        self._groups: dict[int, int] = {}
        self._terms: dict[int, str] = {}

    def _begin_anew(self) -> None:
        self._index = Index(shipped())
        for table in (self._held, self._groups, self._terms):
            table.clear()

    async def catch_up(self, store: Store) -> None:
        """Take in what was reviewed, changed or retired until now, by whichever process."""
        mark = await articles.mark(store)
        if mark == self._mark:
            return
        now = await articles.standing(store)
        if self._index.wasted() > WASTE and len(self._held) > WORTH:
            self._begin_anew()
        for gone in self._held.keys() - now.keys():
            self._remove(gone)
        behind = [number for number, version in now.items() if self._held.get(number) != version]
        for article in (await articles.several(store, behind)).values():
            self._put(article)
        self._mark = mark

    def _put(self, article: Article) -> None:
        said = article.words
        self._index.put(article.id, article.group, f"{said.title}\n{said.question}", said.answer)
        self._held[article.id], self._groups[article.id] = article.version, article.group
        self._terms[article.id] = as_line(search.terms(f"{said.title}\n{said.question}\n{said.answer}"))

    def _remove(self, article: int) -> None:
        self._index.remove(article)
        for table in (self._held, self._groups, self._terms):
            table.pop(article, None)

    def like(self, text: str, groups: Collection[int], limit: int) -> list[Hit]:
        """Return the articles from groups that fit a question best, best first."""
        return self._index.find(text, groups, limit=limit)

    def holding(self, words: str, groups: Collection[int]) -> list[int]:
        """Return the articles from groups that hold every part of a query, the latest first."""
        wanted = search.phrases(words)
        inside = [number for number, group in self._groups.items() if group in groups]
        return sorted((number for number in inside if holds(self._terms[number], wanted)), reverse=True)


def as_line(terms: Sequence[str]) -> str:
    """Return terms as one line, in which phrases of terms can be looked up."""
    return f" {' '.join(terms)} "


def holds(line: str, phrases: Sequence[Sequence[str]]) -> bool:
    """Say whether a line of terms holds every phrase: what is written together must be found together."""
    return bool(phrases) and all(_sought(phrase) in line for phrase in phrases)


def _sought(phrase: Sequence[str]) -> str:
    """Return a phrase as it stands in a line; one Chinese character at its end stands for all that begins with it."""
    last = phrase[-1]
    open_end = len(last) == 1 and not last.isascii()
    return as_line(phrase).rstrip() if open_end else as_line(phrase)
