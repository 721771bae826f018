"""Measures linking, detection, topic and outcome together beside the rules, in one run: `python -m tests.bench.linker`.

Sixty groups talk at once; of ten messages nine are small talk. The talk is that of our own streams that are trained on:
each group plays the questions of one, thinned out by the small talk of all. Everything is seconds of this processor,
so what counts is the ratio to the rules, measured in turns.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from bot.evaluation._reading import read
from bot.evaluation._running import row
from classifiers import Linker, Memory, Role, Said, Topics, linker, rules, topics
from classifiers._evaluating.streams import Stream

DATA = Path(__file__).parents[1] / "data" / "zh-chat"
GROUPS, ROUNDS, CHATTER = 60, 5, 9
MEMBERS = 200
Talk = list[tuple[int, Said]]


def talk(count: int) -> Talk:
    """Return (group, message) in order of time: the same ones for the same count."""
    streams = [stream for stream in read(DATA, "zh-chat") if not stream.name.endswith("-held")]
    chatter = [said for stream in streams for said in stream.said if said.member and said.id not in stream.thread]
    each, rng = count // GROUPS, random.Random(60)
    found = [(group, said) for group in range(GROUPS) for said in _group(streams, chatter, group, each, rng)]
    found.sort(key=lambda pair: (pair[1].at, pair[0]))
    return [(group, replace(said, id=number)) for number, (group, said) in enumerate(found, 1)]


def _group(
    streams: Sequence[Stream], chatter: Sequence[Said], group: int, count: int, rng: random.Random
) -> list[Said]:
    """Return one group's messages: its own threads at their own pace, with small talk of others between them."""
    stream = streams[group % len(streams)]
    asked = [said for said in stream.said if said.id in stream.thread][: max(1, count // (CHATTER + 1))]
    found = [replace(said, reply_to=None) for said in asked]
    first, last = asked[0].at - timedelta(hours=1), asked[-1].at + timedelta(hours=8)
    for _ in range(count - len(found)):
        said, member = rng.choice(chatter), rng.randrange(MEMBERS) + 10**6
        at = first + (last - first) * rng.random()
        found.append(replace(said, at=at, member=member, name=f"m{member}", reply_to=None, mentions=()))
    return found


def run(build: Callable[[], Linker], chooser: Topics, said: Talk) -> tuple[float, int]:
    """Return the seconds that messages take, and how many threads they opened; facts are derived as they change."""
    place, memories, opened = build().place, [Memory() for _ in range(GROUPS)], 0
    began = time.process_time()
    for group, one in said:
        memory = memories[group]
        found = place(one, memory)
        thread = found.thread
        if thread == 0:
            opened += 1
            thread = opened
        memory.settle(one, thread, found.role)
        for message, target, role in found.moves:
            memory.move(message, thread if target == 0 else target, Role(role))
        if thread is not None:
            track = memory.tracks[thread]
            row(thread, track.said, track.asker, chooser)
    return time.process_time() - began, opened


def main(count: int) -> None:
    """Print the table: the median of some rounds, in turns."""
    said = talk(count)
    chooser = topics.build(topics.Settings())
    systems: dict[str, Callable[[], Linker]] = {
        "rules": lambda: rules.build(rules.Settings()),
        "linker": lambda: linker.build(linker.Settings()),
    }
    taken: dict[str, list[float]] = {name: [] for name in systems}
    threads = dict.fromkeys(systems, 0)
    for _ in range(ROUNDS):
        for name, build in systems.items():
            seconds, threads[name] = run(build, chooser, said)
            taken[name].append(seconds)
    ratio = median(ours / theirs for ours, theirs in zip(taken["linker"], taken["rules"], strict=True))
    print(f"{len(said)} messages of {GROUPS} groups, median of {ROUNDS} rounds")
    for name, found in taken.items():
        print(f"{name:10}{1e6 * median(found) / len(said):8.0f} µs a message{threads[name]:7} threads")
    print(f"linker / rules {ratio:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 12_000)
