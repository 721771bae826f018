"""Judges the reconstruction of threads: links, clusters, beginnings, response times, outcomes, topics and speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.evaluation import Report, Request
from bot.evaluation._baselines import MentionTime, PreviousMessage
from bot.evaluation._models import linker_for, shipped_topics
from bot.evaluation._reading import read
from bot.evaluation._running import Run, links, run
from classifiers import Linker, Topics, rules
from classifiers._evaluating import answering, clusterings
from classifiers._evaluating.streams import GoldThread, Stream

Choice = Callable[[Stream], Linker]


def evaluate(request: Request) -> Report:
    """Judge the linker and the baselines on the streams of a folder.

    Raises:
        DataError: The data cannot be read, or there is nothing to train on.
    """
    streams = read(request.data, request.format, mentions=request.mentions, only=request.only)
    topics = shipped_topics()
    whole = any(stream.whole for stream in streams)
    choices: dict[str, Choice] = {
        "previous message": lambda _: PreviousMessage(),
        "mention/time rules": lambda _: MentionTime(whole=whole),
        "rules": lambda _: rules.build(rules.Settings()),
    }
    ours, notes = linker_for(request, streams, whole=whole)
    return Report(
        judge(streams, ours, topics),
        {name: judge(streams, choice, topics) for name, choice in choices.items()},
        notes,
    )


def judge(streams: Sequence[Stream], choice: Choice, topics: Topics) -> dict[str, float]:
    """Return the figures of one linker on streams; what there is no gold for is left out."""
    whole = Run()
    for stream in streams:
        run(choice(stream), topics, stream, whole)
    found = dict(_of_links(streams, whole) if all(stream.links for stream in streams) else _of_threads(streams, whole))
    found["messages_per_s"] = whole.count / max(1e-9, whole.seconds)
    return found


def _of_links(streams: Sequence[Stream], whole: Run) -> Iterator[tuple[str, float]]:
    """Yield the published measures: over the messages that were annotated."""
    agreed, found, gold = 0, 0, 0
    left: dict[int, str] = {}
    right: dict[int, str] = {}
    for stream in streams:
        ours = links(stream.said, whole.placed)
        counts = clusterings.links(stream.links, {later: ours[later] for later in stream.links})
        agreed, found, gold = agreed + counts[0], found + counts[1], gold + counts[2]
        clusters = _clusters(ours, stream)
        for message in stream.scored:
            left[message] = f"{stream.name}:{stream.thread[message]}"
            right[message] = f"{stream.name}:{clusters[message]}"
    yield from zip(("link_p", "link_r", "link_f1"), clusterings.precision_recall(agreed, found, gold), strict=True)
    yield "vi", clusterings.scaled_vi(left, right)
    yield "one_to_one", clusterings.one_to_one(left, right)
    yield "exact_f1", clusterings.exact(left, right)[2]
    yield "shen_f", clusterings.shen_f(left, right)


def _clusters(ours: Mapping[int, frozenset[int]], stream: Stream) -> dict[int, int]:
    """Return what the links of annotated messages join, as published; links before them join nothing."""
    return clusterings.joined((later, earlier) for later in stream.links for earlier in ours[later])


def _of_threads(streams: Sequence[Stream], whole: Run) -> Iterator[tuple[str, float]]:
    gold = {message: thread for stream in streams for message, thread in stream.thread.items()}
    threads = [thread for stream in streams for thread in stream.threads]
    at = {said.id: said.at for stream in streams for said in stream.said}
    match = answering.matching(gold, whole.rows)
    yield from answering.membership(at, gold, whole.rows).items()
    yield from zip(("start_p", "start_r"), answering.starts(threads, whole.rows), strict=True)
    yield "resp_time_ok", answering.share(answering.responses(threads, match, at))
    if _told(threads, "outcome"):
        yield "outcome", answering.share(answering.outcomes(threads, match))
        yield "close_ok", answering.share(answering.closes(threads, match, at))
    if _told(threads, "topic"):
        yield "topic", answering.share(answering.topics(threads, match))


def _told(threads: Sequence[GoldThread], name: str) -> bool:
    return any(getattr(thread, name) is not None for thread in threads)
