"""Judges "asked before": whether the right answer comes first, and whether repeated questions are known as such."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.evaluation import DataError, Report, Request
from bot.evaluation._reading import read
from bot.evaluation.topics import questions
from classifiers import Role, Topics
from classifiers import topics as linear
from classifiers._evaluating.streams import Stream
from classifiers._similar.index import Index
from classifiers._similar.meaning import shipped
from handlers._threads.asked import CANDIDATES, SHOWN
from handlers._threads.weighing import BARS, LIKE, judged
from storage import search

DEPTH = 10  # of the reciprocal rank
SHORTEST, MOST = 30, 600  # characters of an aligned text; pairs judged
JOINING = 10  # the constant of rank fusion
Scores = Callable[[str], NDArray[np.float32]]


class Pair(NamedTuple):
    """A question and the text that answers it."""

    question: str
    answer: str


class Asked(NamedTuple):
    """What was asked in a thread, and what was answered; in order of time."""

    at: float
    key: str
    question: str
    answer: str
    topic: str


def evaluate(request: Request) -> Report:
    """Judge the search for what was asked before.

    Raises:
        DataError: The data cannot be read.
    """
    return _of_pairs(request.data) if request.format == "jsonl" else _of_repeats(request)


# -- questions and their answers ------------------------------------------------------------------------------------


def _of_pairs(data: Path) -> Report:
    """Judge by the mean reciprocal rank of a question's own answer among all of them."""
    pairs = _pairs(data)
    index = Index(shipped())
    for number, pair in enumerate(pairs):
        index.put(number, 1, pair.answer)
    begin = time.perf_counter()
    ours = ranked_first(pairs, lambda text: _fused(index, text))
    ours["queries_per_s"] = len(pairs) / (time.perf_counter() - begin)
    with closing(_full_text(pairs)) as connection:
        baselines: dict[str, Scores] = {
            "BM25": lambda text: index.scores(text)[0],
            "TF-IDF cosine": lambda text: index.scores(text)[1],
            "rank fusion": lambda text: _ranked(index, text),
            "full-text search": lambda text: _searched(connection, text, len(pairs)),
        }
        report = Report(ours, {name: ranked_first(pairs, scores) for name, scores in baselines.items()})
    report.notes.append(
        f"{len(pairs)} questions; mrr: mean reciprocal rank of the own answer, 0 beyond {DEPTH}; top_{SHOWN}: how many"
        " have it among as many as one reply names."
    )
    return report


def ranked_first(pairs: Sequence[Pair], scores: Scores) -> dict[str, float]:
    """Return, in per cent, the mean reciprocal rank and how often the own answer is among the first `SHOWN`.

    Of texts that score alike, the earlier one stands first; what does not score at all is not found.
    """
    ranks = [_rank(scores(pair.question), number) for number, pair in enumerate(pairs)]
    found = [rank for rank in ranks if rank is not None]
    shares = {
        "mrr": sum(1 / rank for rank in found if rank <= DEPTH),
        f"top_{SHOWN}": sum(rank <= SHOWN for rank in found),
    }
    return {name: 100.0 * share / len(pairs) for name, share in shares.items()}


def _rank(found: NDArray[np.float32], number: int) -> int | None:
    """Return the place of a text among all, from 1; None where it was not found."""
    if found[number] <= 0:
        return None
    return 1 + int((found > found[number]).sum()) + int((found[:number] == found[number]).sum())


def _fused(index: Index, text: str) -> NDArray[np.float32]:
    found = np.zeros(len(index), np.float32)
    for hit in index.find(text, [1], limit=len(index)):
        found[hit.key] = hit.score
    return found


def _ranked(index: Index, text: str) -> NDArray[np.float32]:
    ranks = [(-scores).argsort(kind="stable").argsort(kind="stable") for scores in index.scores(text)]
    return sum((1 / (JOINING + 1 + rank) for rank in ranks), np.zeros(len(index))).astype(np.float32)


def _full_text(pairs: Sequence[Pair]) -> sqlite3.Connection:
    """Return an index as the search by words has it: FTS5 over pairs of characters and Latin words."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE answers USING fts5(terms, tokenize = 'unicode61')")
    rows = [(number + 1, " ".join(search.terms(pair.answer))) for number, pair in enumerate(pairs)]
    connection.executemany("INSERT INTO answers (rowid, terms) VALUES (?, ?)", rows)
    return connection


def _searched(connection: sqlite3.Connection, text: str, size: int) -> NDArray[np.float32]:
    found = np.zeros(size, np.float32)
    terms = list(dict.fromkeys(search.terms(text)))
    if terms:
        match = " OR ".join(f'"{term}"' for term in terms)
        query = "SELECT rowid, -bm25(answers) FROM answers WHERE answers MATCH ?"
        for row, score in connection.execute(query, (match,)):
            found[row - 1] = max(score, 1e-6)
    return found


def _pairs(data: Path) -> list[Pair]:
    files = [data] if data.is_file() else sorted(data.glob("*.jsonl"))
    try:
        rows = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines() if line.strip()]
        found = [Pair(str(row["q"]), str(row["a"])) for row in rows if "q" in row] or _aligned(rows)
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{data} is not readable as questions and answers: {error}") from error
    if not found:
        raise DataError(f"{data} holds no questions and answers; a line is like {{'q': ..., 'a': ...}}")
    return found


def _aligned(rows: Sequence[dict[str, Any]]) -> list[Pair]:
    """Return texts in English with their Chinese translations, as questions and answers; none that was trained on."""
    kept = [row for row in rows if row.get("en") and row.get("split") != "train"]
    pairs = [
        Pair(str(row["en"]), str(row["zh"])) for row in kept if min(len(row["zh"]) * 2, len(row["en"])) >= SHORTEST
    ]
    return pairs[:: max(1, len(pairs) // MOST)][:MOST]


# -- repeated questions -----------------------------------------------------------------------------------------------


def _of_repeats(request: Request) -> Report:
    """Judge by the questions of annotated chats that are known to repeat an earlier one, and by those that do not."""
    streams = read(request.data, request.format, mentions=request.mentions, only=request.only)
    repeats, topics = _repeats(request.data), linear.build(linear.Settings())
    index, before = Index(shipped()), list[Asked]()
    found = right = offered = wrong = 0
    for asked in sorted(_asked(streams, topics)):
        best, like = _best(index, before, asked)
        origin = repeats.get(asked.key)
        if origin is not None and any(one.key == origin for one in before):
            found += 1
            right += best == origin
            offered += best == origin and like >= LIKE
        else:
            wrong += like >= LIKE
        index.put(len(before), 1, asked.question, asked.answer)
        before.append(asked)
    if not found:
        raise DataError(
            f"{request.data} tells of no question that repeats another: logs of the format irc never do, and zh-chat"
            " says it in threads.jsonl, as duplicate_of"
        )
    others = max(1, len(before) - found)
    shares = {"found_first": right / found, "offered": offered / found, "wrongly_offered": wrong / others}
    note = f"{found} repeated questions, {others} others; each is looked for among those asked before it."
    return Report({name: 100.0 * share for name, share in shares.items()}, notes=[note])


def _best(index: Index, before: Sequence[Asked], asked: Asked) -> tuple[str, float]:
    """Return which question asked before is most like one, and how like."""
    found = [
        one for one in (before[hit.key] for hit in index.find(asked.question, [1], limit=CANDIDATES)) if one.answer
    ]
    alike = index.alike(asked.question, [one.question for one in found])
    likes = [
        (judged(both, one.topic, asked.topic, BARS["normal"]), one.key) for both, one in zip(alike, found, strict=True)
    ]
    like, key = max(likes, default=(0.0, ""))
    return key, like


def _asked(streams: Sequence[Stream], topics: Topics) -> Iterator[Asked]:
    for stream in streams:
        said = {one.id: one for one in stream.said}
        first = {thread.key: said[thread.first] for thread in stream.threads}
        for row in questions(stream):
            answers = [
                one.text
                for one in stream.said
                if stream.thread.get(one.id) == row.part and stream.roles.get(one.id) == Role.ANSWER
            ]
            guesses = topics.topic(row.text)
            topic = guesses[0].topic if guesses else ""
            yield Asked(first[row.part].at.timestamp(), row.part, row.text, "\n".join(answers), topic)


def _repeats(data: Path) -> dict[str, str]:
    file = (data if data.is_dir() else data.parent) / "threads.jsonl"
    if not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return {row["thread"]: row["duplicate_of"] for row in rows if row.get("duplicate_of")}
