"""Judges topics: of labelled texts with a growing number of labels, and of the questions of annotated chats."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.evaluation import DataError, Report, Request
from bot.evaluation._reading import read
from classifiers import Role, keywords
from classifiers import topics as linear
from classifiers._evaluating.guessing import accuracy, macro_f1
from classifiers._evaluating.streams import Stream
from classifiers._topics import samples, training
from classifiers._topics.lessons import Lessons
from classifiers._topics.samples import Sample
from classifiers._topics.weights import Weights
from classifiers.keywords import Keywords

SHOTS = (5, 20, 100)
FOLDS = 5
TRAIN = "train"
KEPT_APART = "-held"  # how the names of streams end that no model may learn from
LINES = 6  # of a question; as many as a thread's topic is guessed from
_ASKED = (Role.QUESTION, Role.DETAIL)
Guesses = list[str]
Guesser = Callable[[str], Guesses]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its topic; texts of one part are never split between training and judging."""

    text: str
    topic: str
    part: str
    split: str = ""


def evaluate(request: Request) -> Report:
    """Judge the topic model and the baselines.

    Raises:
        DataError: The data cannot be read.
    """
    return _of_texts(request) if request.format == "jsonl" else _of_questions(request)


# -- the questions of annotated chats -------------------------------------------------------------------------------


def _of_questions(request: Request) -> Report:
    """Judge questions by a model that has no label of their community."""
    streams = read(request.data, request.format, mentions=request.mentions, only=request.only)
    prior = keywords.build(keywords.Settings(threshold=0.0))
    asked = {stream.name: list(questions(stream)) for stream in streams}
    rows = [row for found in asked.values() for row in found]
    if not rows:
        raise DataError(
            f"{request.data} names no topics: logs of the format irc never do, and zh-chat names them in threads.jsonl"
        )
    if request.model == "shipped":
        shipped = linear.build(linear.Settings())
        models = dict.fromkeys(asked, shipped.weights)
    else:
        every = {stream.name: list(questions(stream)) for stream in read(request.data, request.format)}
        models = {name: training.fit(_without(every, name), prior) for name in asked}
    ours = [guesses for name, found in asked.items() for guesses in map(_weighing(models[name], prior), _texts(found))]
    report = Report(_figures(rows, ours), {"keywords": _figures(rows, list(map(_keyed(prior), _texts(rows))))})
    report.ours["topic_corrected"] = _corrected(asked, models)
    report.notes.append(f"{len(rows)} questions. topic_corrected: each question after all before it were corrected.")
    return report


def questions(stream: Stream) -> Iterator[Labelled]:
    """Yield what was asked in each thread of a stream that has a topic."""
    said = {one.id: one for one in stream.said}
    for thread in stream.threads:
        asker = said[thread.first].member
        lines = [
            one.text
            for one in stream.said
            if stream.thread.get(one.id) == thread.key and one.member == asker and stream.roles.get(one.id) in _ASKED
        ]
        if thread.topic:
            yield Labelled("\n".join(lines[:LINES]), thread.topic, thread.key)


def _without(asked: dict[str, list[Labelled]], name: str) -> list[Sample]:
    usable = {other: found for other, found in asked.items() if other != name and not other.endswith(KEPT_APART)}
    others = [row for found in usable.values() for row in found]
    return [*samples.own(), *(Sample(row.text, row.topic) for row in others)]


def _corrected(asked: dict[str, list[Labelled]], models: dict[str, Weights]) -> float:
    """Return the accuracy on each question when all before it were corrected; the streams are of one community."""
    settings, prior = linear.Settings(), Keywords(keywords.Settings())
    lessons, right, count = Lessons(), 0, 0
    for name, rows in asked.items():
        model = linear.LinearTopics(settings, models[name], prior, prior)
        for row in rows:
            vector, scores = model.seen(row.text)
            found = lessons.applied(vector, scores)
            right += max(found.keys() - {samples.NONE}, key=found.__getitem__) == row.topic
            count += 1
            lessons.add(vector, row.topic, scores)
    return 100.0 * right / count


# -- labelled texts -------------------------------------------------------------------------------------------------


def _of_texts(request: Request) -> Report:
    """Judge labelled texts with none, a few and all labels; `topic`, `top2` and `macro_f1` are those of all.

    All labels are those of the data's own training part; where it has none, the shipped model knows what there is.
    """
    rows = _rows(request.data)
    folds = list(_folds(rows))
    judged = [row for _, test in folds for row in test]
    prior = keywords.build(keywords.Settings(threshold=0.0))
    ours = _growing(folds, judged, lambda known: _fitted([*samples.own(), *known], prior))
    alone = _growing(folds, judged, lambda known: _fitted(known, None) if known else lambda _: [])
    alone.pop("macro_f1_0", None)
    report = Report(
        ours, {"terms alone": alone, "keywords": _figures(judged, list(map(_keyed(prior), _texts(judged))))}
    )
    report.notes.append(f"{len(judged)} texts. macro_f1_N: with N labels of each topic beside our own texts.")
    if request.model == "shipped" and not any(row.split == TRAIN for row in rows):
        shipped = linear.build(linear.Settings())
        found = _figures(judged, list(map(_weighing(shipped.weights, prior), _texts(judged))))
        report.ours |= found | {"macro_f1_all": found["macro_f1"]}
        report.notes.append("None of these is for training: all labels are those that the shipped model learnt from.")
    return report


def _growing(
    folds: Sequence[tuple[list[Labelled], list[Labelled]]],
    judged: Sequence[Labelled],
    fit: Callable[[Sequence[Sample]], Guesser],
) -> dict[str, float]:
    found: dict[str, float] = {}
    most = max(len([row for row in train if row.topic == t]) for train, _ in folds for t in {r.topic for r in train})
    for shots in (0, *(shots for shots in SHOTS if shots < most), None):
        guessed: list[Guesses] = []
        for train, test in folds:
            guessed += map(fit([Sample(row.text, row.topic) for row in few(train, shots)]), _texts(test))
        found[f"macro_f1_{'all' if shots is None else shots}"] = macro_f1([row.topic for row in judged], guessed)
    return _figures(judged, guessed) | found


def few(rows: Sequence[Labelled], shots: int | None) -> list[Labelled]:
    """Return at most so many rows of each topic, always the same ones; None takes all."""
    if shots is None:
        return list(rows)
    found: list[Labelled] = []
    for topic in sorted({row.topic for row in rows}):
        own = sorted((row for row in rows if row.topic == topic), key=lambda row: _mixed(row.text))
        found += own[:shots]
    return found


def _folds(rows: Sequence[Labelled]) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """Yield what is trained on and what is judged: by the rows' own split where they have one, else in folds."""
    train = [row for row in rows if row.split == TRAIN]
    if train and len(train) < len(rows):
        yield train, [row for row in rows if row.split != TRAIN]
        return
    for fold in range(FOLDS):
        inside = [row for row in rows if int(_mixed(row.part), 16) % FOLDS != fold]
        yield inside, [row for row in rows if int(_mixed(row.part), 16) % FOLDS == fold]


def _rows(data: Path) -> list[Labelled]:
    files = [data] if data.is_file() else sorted(data.glob("*.jsonl"))
    try:
        found = [_row(json.loads(line)) for path in files for line in path.read_text("utf-8").splitlines() if line]
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{data} is not readable as labelled texts ({type(error).__name__}: {error}); a line is like"
            " {'text': ..., 'topic': ...}, and chats are judged with --format zh-chat"
        ) from error
    if not found:
        raise DataError(f"{data} holds no labelled texts; a line is like {{'text': ..., 'topic': ...}}")
    return found


def _row(row: dict[str, Any]) -> Labelled:
    text = next(str(row[name]) for name in ("zh", "text", "q", "en") if row.get(name))
    part = str(row.get("id", text)).rpartition("#")[0] or text
    return Labelled(text, str(row["label"] if "label" in row else row["topic"]), part, str(row.get("split", "")))


# -- what both share ------------------------------------------------------------------------------------------------


def _fitted(known: Sequence[Sample], prior: Keywords | None) -> Guesser:
    nothing = Keywords(keywords.Settings(), [])
    return _weighing(training.fit(known, prior or nothing), prior or nothing)


def _weighing(weights: Weights, prior: Keywords) -> Guesser:
    def guesses(text: str) -> Guesses:
        [(counts, shares)] = training.read([text], prior)
        scores = weights.scores(counts, shares)
        best = sorted(range(len(scores)), key=lambda number: -scores[number])
        return [weights.topics[number] for number in best if weights.topics[number] != samples.NONE]

    return guesses


def _keyed(prior: Keywords) -> Guesser:
    return lambda text: [guess.topic for guess in prior.topic(text)]


def _figures(rows: Sequence[Labelled], guessed: Sequence[Guesses]) -> dict[str, float]:
    gold = [row.topic for row in rows]
    return {"topic": accuracy(gold, guessed), "top2": accuracy(gold, guessed, 2), "macro_f1": macro_f1(gold, guessed)}


def _texts(rows: Sequence[Labelled]) -> list[str]:
    return [row.text for row in rows]


def _mixed(text: str) -> str:
    return sha256(text.encode()).hexdigest()
