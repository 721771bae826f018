"""Full-text search over Chinese and English, inside the database itself.

Text is cut into terms here: Latin words whole, Chinese as overlapping pairs of characters, closed by the last one
alone. So 死锁 is one term, and whatever Chinese is typed, one character too, is found wherever it stands. SQLite
keeps the terms in an FTS5 table, PostgreSQL in a `tsvector`; a query is a conjunction of phrases of terms on both,
so the two engines answer alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import text

from storage.database import Store

# Letters that both engines' tokenizers know since long; newer ones would be cut differently by SQLite.
CJK = "㐀-䶵一-鿌\uf900-\ufa6d\ufa70-\ufad9ぁ-ゖァ-ヺー가-힣\U00020000-\U0002a6d6"
TERM = re.compile(f"[a-z0-9_]+|[{CJK}]+")
TERM_LIMIT = 128  # of a Latin word; PostgreSQL refuses terms over 2 kB
TERMS_LIMIT = 16_383  # of a text; PostgreSQL knows no later positions
MAX_QUERY_TERMS = 32

_INDEX_SQLITE = text("INSERT INTO message_terms (rowid, terms) VALUES (:id, :terms)")
_INDEX_POSTGRESQL = text("INSERT INTO message_terms (message_id, terms) VALUES (:id, CAST(:terms AS tsvector))")
_FORGET_SQLITE = text("DELETE FROM message_terms WHERE rowid = :id")
_FORGET_POSTGRESQL = text("DELETE FROM message_terms WHERE message_id = :id")


def terms(words: str) -> list[str]:
    """Return the index terms of a text, in order: `复制槽 pg_wal` gives 复制, 制槽, 槽, pg_wal."""
    found: list[str] = []
    for run in _runs(words):
        found += [run[:TERM_LIMIT]] if run[0].isascii() else [run[i : i + 2] for i in range(len(run))]
    return found[:TERMS_LIMIT]


def phrases(query: str) -> list[list[str]]:
    """Return a query as phrases of terms: what is written together must be found together.

    A phrase goes on where Chinese goes on, so the last character alone is no part of it, unless it is all there is.
    """
    total, kept = 0, []
    for part in query.split():
        phrase = terms(part)
        if len(phrase) > 1 and _is_letter(phrase[-1]) and not phrase[-2].isascii() and len(phrase[-2]) > 1:
            del phrase[-1]
        phrase = phrase[: MAX_QUERY_TERMS - total]
        total += len(phrase)
        if phrase:
            kept.append(phrase)
    return kept


def _runs(words: str) -> list[str]:
    return TERM.findall(unicodedata.normalize("NFKC", words).lower())


def _is_letter(term: str) -> bool:
    """Say whether a term is one Chinese character: at the end of a phrase it stands for all that begins with it."""
    return len(term) == 1 and not term.isascii()


async def index(store: Store, message: int, group: int, words: str) -> None:
    """Make a message findable."""
    await index_all(store, [(message, words)])


async def index_all(store: Store, texts: Iterable[tuple[int, str]]) -> None:
    """Make messages findable, given as (id, text)."""
    found = [(message, terms(words)) for message, words in texts]
    written = " ".join if store.is_sqlite else _vector
    rows = [{"id": message, "terms": written(cut)} for message, cut in found if cut]
    if rows:
        await store.execute(_INDEX_SQLITE if store.is_sqlite else _INDEX_POSTGRESQL, rows)


async def forget(store: Store, messages: Iterable[int]) -> None:
    """Take messages out of the index."""
    values = [{"id": message} for message in messages]
    if values:
        await store.execute(_FORGET_SQLITE if store.is_sqlite else _FORGET_POSTGRESQL, values)


async def find(store: Store, query: str, *, groups: Iterable[int], limit: int = 50) -> list[int]:
    """Return ids of messages in these groups that contain every part of a query, best first."""
    wanted = phrases(query)
    ids = [int(group) for group in groups]
    if not wanted or not ids:
        return []
    inside = f"m.group_id IN ({', '.join(str(i) for i in ids)})"
    if store.is_sqlite:
        match = " AND ".join('"' + " ".join(part) + '"' + "*" * _is_letter(part[-1]) for part in wanted)
        statement = text(
            "SELECT m.id FROM message_terms JOIN messages m ON m.id = message_terms.rowid "  # noqa: S608
            f"WHERE message_terms MATCH :match AND {inside} ORDER BY bm25(message_terms), m.id DESC LIMIT :limit"
        )
    else:
        match = " & ".join(
            "(" + " <-> ".join(map(_quoted, part)) + ":*" * _is_letter(part[-1]) + ")" for part in wanted
        )
        statement = text(
            "SELECT m.id FROM message_terms t JOIN messages m ON m.id = t.message_id "  # noqa: S608
            f"WHERE t.terms @@ CAST(:match AS tsquery) AND {inside} "
            "ORDER BY ts_rank(t.terms, CAST(:match AS tsquery)) DESC, m.id DESC LIMIT :limit"
        )
    return await store.scalars(statement, {"match": match, "limit": limit})


def _quoted(term: str) -> str:
    return "'" + term.replace("'", "''") + "'"


def _vector(found: list[str]) -> str:
    places: dict[str, list[int]] = {}
    for position, term in enumerate(found, 1):
        places.setdefault(term, []).append(position)
    return " ".join(f"{_quoted(term)}:{','.join(map(str, where[:255]))}" for term, where in places.items())
