"""Full-text search over Chinese and English, inside the database itself.

Text is cut into terms here: Latin words whole, Chinese as overlapping pairs of characters (死锁 is one pair, so
two-character words are found exactly). SQLite keeps the terms in an FTS5 table, PostgreSQL in a `tsvector`; a
query is a conjunction of phrases of terms on both, so the two engines answer alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import text

from storage.database import Store

TERM = re.compile(r"[a-z0-9_]+|[㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]+")
MAX_QUERY_TERMS = 32


def terms(words: str) -> list[str]:
    """Return the index terms of a text, in order; a lone Chinese character is a term of its own."""
    found: list[str] = []
    for run in TERM.findall(unicodedata.normalize("NFKC", words).lower()):
        if run[0].isascii() or len(run) == 1:
            found.append(run)
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
    return found


def phrases(query: str) -> list[list[str]]:
    """Return a query as phrases of terms: what is written together must be found together."""
    parts = [terms(part) for part in query.split()]
    total, kept = 0, []
    for part in parts:
        part = part[: MAX_QUERY_TERMS - total]
        total += len(part)
        if part:
            kept.append(part)
    return kept


async def index(store: Store, message: int, group: int, words: str) -> None:
    """Make a message findable."""
    found = terms(words)
    if not found:
        return
    if store.is_sqlite:
        await store.execute(
            text("INSERT INTO message_terms (rowid, terms) VALUES (:id, :terms)"),
            {"id": message, "terms": " ".join(found)},
        )
    else:
        await store.execute(
            text("INSERT INTO message_terms (message_id, terms) VALUES (:id, CAST(:terms AS tsvector))"),
            {"id": message, "terms": _vector(found)},
        )


async def forget(store: Store, messages: Iterable[int]) -> None:
    """Take messages out of the index."""
    column = "rowid" if store.is_sqlite else "message_id"
    values = [{"id": message} for message in messages]
    if values:
        await store.execute(text(f"DELETE FROM message_terms WHERE {column} = :id"), values)  # noqa: S608


async def find(store: Store, query: str, *, groups: Iterable[int], limit: int = 50) -> list[int]:
    """Return ids of messages in these groups that contain every part of a query, best first."""
    wanted = phrases(query)
    ids = [int(group) for group in groups]
    if not wanted or not ids:
        return []
    inside = f"m.group_id IN ({', '.join(str(i) for i in ids)})"
    if store.is_sqlite:
        match = " AND ".join('"' + " ".join(part) + '"' for part in wanted)
        statement = text(
            "SELECT m.id FROM message_terms JOIN messages m ON m.id = message_terms.rowid "  # noqa: S608
            f"WHERE message_terms MATCH :match AND {inside} ORDER BY bm25(message_terms), m.id DESC LIMIT :limit"
        )
    else:
        match = " & ".join("(" + " <-> ".join(_quoted(term) for term in part) + ")" for part in wanted)
        statement = text(
            "SELECT m.id FROM message_terms t JOIN messages m ON m.id = t.message_id "  # noqa: S608
            f"WHERE t.terms @@ CAST(:match AS tsquery) AND {inside} "
            "ORDER BY ts_rank(t.terms, CAST(:match AS tsquery)) DESC, m.id DESC LIMIT :limit"
        )
    return await store.scalars(statement, {"match": match, "limit": limit})


def _quoted(term: str) -> str:
    return "'" + term.replace("'", "''") + "'"


def _vector(found: list[str]) -> str:
    # PostgreSQL keeps positions up to 16,383; later ones all count as the last.
    places: dict[str, list[int]] = {}
    for position, term in enumerate(found, 1):
        places.setdefault(term, []).append(min(position, 16_383))
    return " ".join(f"{_quoted(term)}:{','.join(map(str, where[:255]))}" for term, where in places.items())
