"""Judges roles, outcomes and times where the threads themselves are given: what the linker does is not part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from bot.evaluation import DataError, Report, Request
from bot.evaluation._models import Says, roles_for, shipped_topics
from bot.evaluation._reading import read
from bot.evaluation._running import row
from classifiers import Memory, Role, Said, Topics, rules
from classifiers._evaluating import answering
from classifiers._evaluating.streams import GoldThread, Row, Stream
from classifiers._phrases import THANKS, WORKS


def evaluate(request: Request) -> Report:
    """Judge the roles that we give in gold threads, and what follows from them.

    Raises:
        DataError: The data cannot be read, or tells no role.
    """
    streams = read(request.data, request.format, mentions=request.mentions, only=request.only)
    if not any(stream.roles for stream in streams):
        raise DataError(
            f"{request.data} tells no role of a message: logs of the format irc never do, and in jsonl each line needs"
            ' one, like {"role": "answer"}'
        )
    topics = shipped_topics()
    ours, notes = roles_for(request, streams)
    baselines: dict[str, Says] = {
        "closing words": _by_words,
        "every thread solved": _solved,
        "rules": rules.build(rules.Settings()).role,
    }
    return Report(
        judge(streams, ours, topics),
        {name: judge(streams, _always(says), topics) for name, says in baselines.items()},
        notes,
    )


def _always(says: Says) -> Callable[[Stream], Says]:
    return lambda _: says


def _by_words(said: Said, memory: Memory, thread: int) -> Role:
    track = memory.tracks[thread]
    if said.member != track.asker:
        return Role.ANSWER
    closes = THANKS.search(said.text) or WORKS.search(said.text)
    return Role.RESOLVED if closes and Role.ANSWER in track.roles() else Role.DETAIL


def _solved(said: Said, memory: Memory, thread: int) -> Role:
    return Role.RESOLVED if said.member == memory.tracks[thread].asker else Role.ANSWER


def judge(streams: Sequence[Stream], choice: Callable[[Stream], Says], topics: Topics) -> dict[str, float]:
    """Return how many roles, response times, outcomes and close times come out right; what has no gold is left out."""
    rows: dict[str, Row] = {}
    threads: list[GoldThread] = []
    good: list[bool] = []
    for stream in streams:
        told = given(stream, choice(stream))
        good += [told[message] == role for message, role in stream.roles.items() if message in told]
        rows |= _rows(stream, told, topics, len(rows))
        threads += stream.threads
    at = {said.id: said.at for stream in streams for said in stream.said}
    found = {"role": answering.share(good), "resp_time_ok": answering.share(answering.responses(threads, rows, at))}
    if any(thread.outcome is not None for thread in threads):
        found["outcome"] = answering.share(answering.outcomes(threads, rows))
        found["close_ok"] = answering.share(answering.closes(threads, rows, at))
    return found


def given(stream: Stream, says: Says) -> dict[int, Role]:
    """Return the role of each message of a thread, said one after the other with the threads as they are in gold."""
    numbers = {thread.key: number for number, thread in enumerate(stream.threads, 1)}
    memory, found = Memory(), {}
    for said in stream.said:
        thread = numbers.get(stream.thread.get(said.id, ""))
        role = Role.ASIDE
        if thread is not None:
            role = says(said, memory, thread) if thread in memory.tracks else Role.QUESTION
            found[said.id] = role
        memory.settle(said, thread, role)
    return found


def _rows(stream: Stream, told: dict[int, Role], topics: Topics, before: int) -> dict[str, Row]:
    held: dict[str, list[tuple[Said, Role]]] = defaultdict(list)
    for said in stream.said:
        if said.id in told:
            held[stream.thread[said.id]].append((said, told[said.id]))
    return {key: row(before + n, lines, lines[0][0].member or 0, topics) for n, (key, lines) in enumerate(held.items())}
