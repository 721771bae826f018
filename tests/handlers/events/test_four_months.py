"""A series over four months on two platforms: what the bot counts and posts is what was counted by hand, each once.

Once in peace, where nothing may be missing; and once with a process that dies fifty times, where nothing may be said
twice, nothing that was said to the bot may be lost, and what nobody knows of is held back and told to an admin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bot.outbox import IN_FLIGHT
from tests.handlers.events import verdict
from tests.handlers.events.play import COMMIT, POST, POSTED, WRITE, MortalDatabase, Play
from tests.handlers.events.story import ADMIN, FEATURES, TABLES, WALK_IN, Story, person

pytestmark = [pytest.mark.middle, pytest.mark.timeout(900)]

KILLS = {WRITE: 12, COMMIT: 12, POST: 13, POSTED: 13}
AMONG = {WRITE: 11_000, COMMIT: 11_000, POST: 1_400, POSTED: 1_400}  # so many of each there are at least
SEED = 57
PRIVATELY = {  # what who registered for the first round reads in private, each once
    "moved": r"^《象行成都 · 第一轮 城市行》改到 本周日 14:00",
    "a day before": r"^明天 14:00 见：《象行成都 · 第一轮",
    "an hour before": r"^一小时后见，今天 14:00：《象行成都 · 第一轮",
    "feedback": r"^《象行成都 · 第一轮 城市行》怎么样？",
}


@pytest.fixture
async def play(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Play]:
    engine = getattr(request, "param", "sqlite")
    async with MortalDatabase.open(request.getfixturevalue(f"{engine}_url")) as database:
        assert isinstance(database, MortalDatabase)
        yield await Play.open(database, tmp_path, features=FEATURES, tables=TABLES)


async def told(play: Play) -> Story:
    """Play all of it, from the start of the series to what is left to do after the summit."""
    story = Story(play)
    await story.opening()
    await story.carriers()
    await story.start()
    await story.first_round()
    await story.later_round(2, 60, ("2026-12-20", "2027-01-09", "2027-01-10"), 40)
    await story.later_round(3, 60, ("2027-01-20", "2027-02-13", "2027-02-14"), 40)
    await story.later_round(4, 80, ("2027-02-20", "2027-03-13", "2027-03-14"), 60)
    await story.ending()
    return story


async def test_four_months_are_as_counted_by_hand(play: Play) -> None:
    story = await told(play)
    assert await verdict.known(play) == verdict.expected(story.ledger)
    assert await verdict.figures(play) == pytest.approx(verdict.by_hand(story.ledger))
    assert await verdict.twice(play) == verdict.unasked_twice(play) == verdict.unposted(play) == []
    assert await verdict.in_doubt(play) == 0
    assert set(verdict.carried(play).values()) == {1}
    let_in = verdict.told_privately(play, "的入口，一周内有效，只能用一次：\nhttps://")
    assert story.yes
    assert let_in == Counter(story.yes)
    first = story.ledger.rounds[1]
    for what, pattern in PRIVATELY.items():
        read = verdict.told_privately(play, pattern)
        assert set(read.values()) == {1}, what
        persons = [person(who) for who in read]
        assert len(persons) == len(set(persons)), what
        assert set(persons) <= {*first.inside, *first.waiting, WALK_IN.key} - set(first.left), what


ENGINES = [("sqlite", SEED), pytest.param("postgresql", SEED, marks=pytest.mark.long)]
MORE = [pytest.param("sqlite", seed, marks=pytest.mark.long) for seed in range(1, 6)]


@pytest.mark.parametrize(("play", "seed"), [*ENGINES, *MORE], indirect=["play"])
async def test_fifty_kills_between_lose_and_repeat_nothing(play: Play, seed: int) -> None:
    rng = Random(seed)
    play.fate.chosen = {what: set(rng.sample(range(1, AMONG[what]), count)) for what, count in KILLS.items()}
    story = await told(play)
    assert play.fate.deaths == KILLS
    assert await verdict.known(play) == verdict.expected(story.ledger)
    assert await verdict.figures(play) == pytest.approx(verdict.by_hand(story.ledger))
    assert await verdict.twice(play) == verdict.unasked_twice(play) == []
    for what, pattern in PRIVATELY.items():
        assert set(verdict.told_privately(play, pattern).values()) == {1}, what
    assert set(verdict.carried(play).values()) <= {0, 1}
    held = await verdict.held_back(play)
    assert len(verdict.unposted(play)) <= len(held)
    assert await verdict.in_doubt(play) <= IN_FLIGHT * sum(KILLS.values())
    assert held <= verdict.told_of(play, ADMIN)
