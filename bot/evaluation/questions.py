"""Judges the detection of questions: whether a message opens a technical thread, which small talk does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.evaluation import Report, Request
from bot.evaluation._models import linker_for
from bot.evaluation._reading import read
from classifiers import Linker, Role, Said
from classifiers._cues import Reader
from classifiers._evaluating.clusterings import precision_recall
from classifiers._evaluating.streams import Stream
from classifiers._replay import steps
from classifiers._tree import load

_MARK = re.compile(r"[?？]")
_START = 1.9  # what the rules ask of a beginning
Scores = Mapping[int, float]


def evaluate(request: Request) -> Report:
    """Judge which messages open a thread; on IRC one that somebody else answers.

    Raises:
        DataError: The data cannot be read.
    """
    streams = read(request.data, request.format, mentions=request.mentions, only=request.only)
    choice, notes = linker_for(request, streams, whole=False)
    reader = Reader(load())
    baselines = {
        "question mark": [_scores(stream, lambda said: float(bool(_MARK.search(said.text)))) for stream in streams],
        "question words": [
            _scores(stream, lambda said: max(0.0, reader.read(said.text).start - _START)) for stream in streams
        ],
    }
    ours = [begun(choice(stream), stream) for stream in streams]
    return Report(judge(streams, ours), {name: judge(streams, found) for name, found in baselines.items()}, notes)


def _scores(stream: Stream, score: Callable[[Said], float]) -> Scores:
    return {said.id: score(said) if said.member is not None else 0.0 for said in stream.said}


def begun(linker: Linker, stream: Stream) -> Scores:
    """Return how sure a linker is that a message belongs to a question that begins; 0 where it does not."""
    found: dict[int, float] = {}
    for said, place, thread, memory in steps(linker, stream.said):
        asks = place.thread == 0 or (place.role is Role.QUESTION and thread in memory.tracks)
        found[said.id] = place.confidence if asks else 0.0
        found |= {message: place.confidence for message, _, role in place.moves if role is Role.QUESTION}
    return found


def judge(streams: Sequence[Stream], scores: Sequence[Scores]) -> dict[str, float]:
    """Return precision, recall, F1 (anything above 0 is a question) and average precision over scored messages."""
    pairs = [
        (found.get(said.id, 0.0), said.id in gold)
        for stream, found in zip(streams, scores, strict=True)
        for gold in [questions(stream)]
        for said in stream.said
        if said.id in stream.scored
    ]
    agreed = sum(score > 0 and good for score, good in pairs)
    said_so, gold_count = sum(score > 0 for score, _ in pairs), sum(good for _, good in pairs)
    names = ("question_p", "question_r", "question_f1")
    return {
        **dict(zip(names, precision_recall(agreed, said_so, gold_count), strict=True)),
        "question_ap": average_precision(pairs),
    }


def questions(stream: Stream) -> set[int]:
    """Return the messages that ask: by their role, else those that begin a thread in which another member speaks."""
    if stream.roles:
        return {message for message, role in stream.roles.items() if role == "question"}
    speakers: dict[str, set[int | None]] = {}
    first: dict[str, Said] = {}
    for said in stream.said:
        thread = stream.thread.get(said.id)
        if thread is not None:
            first.setdefault(thread, said)
            speakers.setdefault(thread, set()).add(said.member)
    return {said.id for thread, said in first.items() if len(speakers[thread] - {None}) > 1}


def average_precision(pairs: Iterable[tuple[float, bool]]) -> float:
    """Return the mean precision at each right answer, best score first; ties share their mean precision."""
    ranked = sorted(pairs, key=lambda pair: -pair[0])
    total = sum(good for _, good in ranked)
    seen = right = 0
    area = 0.0
    while seen < len(ranked):
        tied = [good for score, good in ranked[seen:] if score == ranked[seen][0]]
        seen, right = seen + len(tied), right + sum(tied)
        area += sum(tied) / max(1, total) * right / seen
    return 100 * area
