"""The demo's fortnight: always last week's, and the pipeline makes of it roughly what its author meant."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.demo import _fortnight as fortnight
from bot.demo._lines import View, line
from bot.demo._play import Play
from storage import groups, threads
from storage.database import Database
from storage.frames import Frame
from storage.groups import Coverage
from storage.metrics import week_of
from tests.chat import Chat

pytestmark = pytest.mark.middle

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "sunday"),
    [
        ("2026-11-23T00:00:00+08:00", date(2026, 11, 22)),
        ("2026-11-23T08:00:00+08:00", date(2026, 11, 22)),
        ("2026-11-28T23:59:00+08:00", date(2026, 11, 22)),
        ("2026-11-29T00:00:00+08:00", date(2026, 11, 22)),  # a Sunday is not over yet
        ("2026-11-29T23:59:59+08:00", date(2026, 11, 22)),
        ("2026-11-29T16:00:00+00:00", date(2026, 11, 29)),  # Monday in Shanghai
        ("2027-01-01T12:00:00+08:00", date(2026, 12, 27)),
    ],
)
def test_the_last_day_is_the_last_sunday(now: str, sunday: date) -> None:
    moment = datetime.fromisoformat(now)
    assert fortnight.last_sunday(moment, ZONE) == sunday
    frames = fortnight.frames(sunday, ZONE)
    assert frames[-1].at < moment
    assert week_of(sunday, ZONE) == week_of(moment.astimezone(ZONE).date() - timedelta(days=7), ZONE)
    assert fortnight.monday_after(sunday, ZONE).astimezone(ZONE).isoformat()[11:16] == "09:00"


def test_it_is_told_in_order_and_nothing_is_live() -> None:
    frames = fortnight.frames(date(2026, 11, 22), ZONE)
    assert len(frames) == 399
    assert all(frame.replayed for frame in frames)
    assert [frame.at for frame in frames] == sorted(frame.at for frame in frames)
    assert frames[0].at >= fortnight.beginning(date(2026, 11, 22), ZONE)
    assert len({frame.key for frame in frames}) == 399


async def test_the_play_finds_what_its_author_meant(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    play = Play(sqlite_database, chat.house, NOW)
    moments = [moment async for moment in play.run()]
    assert moments[-1].played == moments[-1].total == 399
    assert [moment.now for moment in moments] == sorted(moment.now for moment in moments)
    scene = await play.scene()
    assert [thread.id for thread in scene.threads] == list(range(1, len(scene.threads) + 1))
    meant = _meant()
    async with sqlite_database.read() as store:
        found = {p.message.key: thread.id for thread in scene.threads for p in await threads.content(store, thread.id)}
        every = await groups.every(store)
        spans = await groups.spans(store, [group.id for group in every], NOW - timedelta(days=30), NOW)
    assert [span.coverage for span in spans] == [Coverage.FULL, Coverage.FULL]
    agreed = _agreement(meant, found)
    assert agreed > 0.75, agreed
    starts = sum(1 for thread in set(meant.values()) if min(k for k in meant if meant[k] == thread) in found)
    assert starts / len(set(meant.values())) > 0.8
    assert chat.replies == []


async def test_a_line_says_when_where_what_and_what_became_of_it(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    play = Play(sqlite_database, chat.house, NOW)
    async for _ in play.run():
        pass
    scene = await play.scene()
    view = View(scene.groups, scene.topics, play.over, ZONE, "zh", 140)
    cells = [line(thread, view) for thread in scene.threads]
    solved = [cell for cell in cells if cell[6] == "解决" and cell[5] and cell[7]]
    assert len(solved) > 15
    assert {cell[6] for cell in cells} >= {"解决", "有答", "没人答", "在等"}
    assert sum(1 for cell in cells if cell[4]) / len(cells) > 0.9
    assert all(cell[0][6:8] in "周一周二周三周四周五周六周日" for cell in cells)


def _meant() -> dict[str, str]:
    rows: list[dict[str, Any]] = [json.loads(text) for text in fortnight.FILE.read_text("utf-8").splitlines()[1:]]
    return {row["key"]: row["thread"] for row in rows if row["thread"]}


def _agreement(meant: dict[str, str], found: dict[str, int]) -> float:
    """Return the share of messages in threads on either side that a one-to-one match of threads agrees on."""
    pairs = Counter((meant[key], found[key]) for key in meant.keys() & found.keys())
    taken: set[object] = set()
    good = 0
    for (theirs, ours), count in pairs.most_common():
        if theirs not in taken and ours not in taken:
            taken |= {theirs, ours}
            good += count
    return good / len(meant.keys() | found.keys())


def test_a_frame_names_its_group_and_message() -> None:
    frame: Frame = fortnight.frames(date(2026, 11, 22), ZONE)[0]
    assert frame.place.name in {"PG 交流一群", "PG 运维与高可用"}
    assert frame.key.startswith(f"m:{frame.place.key}:d")
