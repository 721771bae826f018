"""The play itself: a process that dies at any moment loses nothing that was said and posts nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import outbox
from storage.messages import MESSAGES
from storage.outbox import State
from tests.handlers.events.play import COMMIT, POST, POSTED, WRITE, MortalDatabase, Play, Who

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "lookups", "help")
ALICE, BOB = Who("qq", "alice"), Who("telegram", "bob")


@pytest.fixture
async def mortal(sqlite_url: str) -> AsyncIterator[MortalDatabase]:
    async with MortalDatabase.open(sqlite_url) as database:
        assert isinstance(database, MortalDatabase)
        yield database


async def talk(play: Play) -> None:
    await play.say(ALICE, "主库磁盘满了，能删 pg_wal 吗？", group="成都", to_bot=False)
    await play.say(BOB, "Patroni 切主以后从库跟不上，怎么办？", group="成都", to_bot=False)
    await play.say(ALICE, "还有谁在等", group="成都")
    await play.tell(BOB, "/help")
    await play.say(BOB, "还有谁在等", group="成都")


async def test_two_platforms_over_one_database(mortal: MortalDatabase, tmp_path: Path) -> None:
    play = await Play.open(mortal, tmp_path, features=FEATURES)
    await talk(play)
    assert [len(play.posted("qq", "成都")), len(play.posted("telegram", "成都"))] == [1, 1]
    assert play.posted("qq", "成都")[0].text.startswith("本群还有 1 题在等：\n#1 ")
    assert play.posted("telegram", "成都")[0].text.startswith("本群还有 1 题在等：\n#2 ")
    assert len(play.posted("telegram", who="bob")) == 1


@pytest.mark.parametrize("moment", [WRITE, COMMIT, POST, POSTED])
async def test_it_dies_in_each_moment_and_says_nothing_twice(
    moment: str, mortal: MortalDatabase, tmp_path: Path
) -> None:
    play = await Play.open(mortal, tmp_path, features=FEATURES)
    play.fate.chosen = {moment: range(2, 40, 2)}
    await talk(play)
    assert play.fate.deaths[moment] >= 1
    assert play.started == 1 + play.fate.deaths.total()
    for stage in play.stages.values():
        posts = [(one.place.key, one.text) for one in stage.posted]
        assert len(posts) == len(set(posts))
    async with mortal.read() as store:
        assert len(await store.rows(select(MESSAGES.c.key))) == 5
        assert await outbox.in_state(store, State.SENDING, State.PENDING) == []
