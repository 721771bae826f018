"""What is kept from message to message, or reckoned once, changes nothing: the long way round gives the same."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from classifiers import MEMORY_SPAN, Linker, Memory, Placement, Role, Said, linker, rules
from classifiers._linker.linear import Linear
from tests.classifiers.dialogs import CHATS, chat

T0 = datetime(2026, 11, 1, tzinfo=UTC)
LINKERS = {"rules": lambda: rules.build(rules.Settings()), "linker": lambda: linker.build(linker.Settings())}


def play(one: Linker, *, forgetful: bool) -> list[Placement]:
    """Return the places of a day's messages; a forgetful memory has kept nothing of its threads but what was said."""
    memory, opened, found = Memory(), 0, []
    for line in chat((CHATS / "weekday.txt").read_text(encoding="utf-8")):
        if forgetful:
            for track in memory.tracks.values():
                track.extra.clear()
        place = one.place(line.said, memory)
        found.append(place)
        opened += place.thread == 0
        thread = opened if place.thread == 0 else place.thread
        memory.settle(line.said, thread, place.role)
        for message, target, role in place.moves:
            memory.move(message, thread if target == 0 else target, role)
    return found


@pytest.mark.middle
@pytest.mark.parametrize("name", LINKERS)
def test_what_is_kept_of_threads_and_texts_changes_no_place(name: str) -> None:
    kept = LINKERS[name]()
    first = play(kept, forgetful=False)
    assert play(LINKERS[name](), forgetful=True) == first
    assert play(kept, forgetful=False) == first, "what is remembered of texts is what was read"


def test_a_memory_forgets_as_if_it_asked_every_thread_each_time() -> None:
    dice, memory, naive = random.Random(7), Memory(), dict[int, list[Said]]()
    at, moved = T0, 0
    for number in range(1, 1_500):
        at += timedelta(minutes=dice.expovariate(1 / 90))
        said = Said(number, str(number), 1, at, "在吗")
        thread = dice.choice([None, number, *list(naive)[-4:]])
        memory.settle(said, thread, Role.ASIDE)
        if thread is not None:
            naive.setdefault(thread, []).append(said)
        naive = {one: held for one, held in naive.items() if at - held[-1].at <= MEMORY_SPAN}
        if naive and dice.random() < 0.2:
            source, target = dice.choice(list(naive)), dice.choice([None, *naive])
            one = naive[source].pop()
            memory.move(one.id, target, Role.ASIDE)
            if not naive[source]:
                del naive[source]
            if target in naive:
                naive[target] = sorted([*naive[target], one], key=lambda said: said.order)
            moved += 1
        assert {one: [said for said, _ in track.said] for one, track in memory.tracks.items()} == naive
        assert all(track.last_at == track.said[-1][0].at for track in memory.tracks.values())
    assert moved > 100


def test_tokens_behind_a_sign_count_as_if_they_were_written_so() -> None:
    terms = ("库", "满", "A库", "A慢", "O满")
    dice = np.random.default_rng(1)
    idf, weight, told, bias = (dice.normal(size=shape).astype(np.float32) for shape in (5, (5, 3), (2, 3), 3))
    model = Linear(("x", "y", "z"), terms, idf, weight, told, bias)
    said, features = ["库", "库", "慢", "满"], np.array([0.5, 2.0])
    written = Counter([*said, *(f"A{token}" for token in said)])
    assert np.array_equal(model.logs(Counter(said), features, "A"), model.logs(written, features))
