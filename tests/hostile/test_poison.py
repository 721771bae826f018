"""Frames that no database takes, should an adapter ever hand one over: put aside, and nobody else's is lost."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from storage.frames import Frame, Message, Place
from tests.hostile.front import CANARY, Front, standing

pytestmark = pytest.mark.middle


@pytest.fixture
def quiet_log() -> None:
    """Let each of these be told as an error; what is told is looked at below."""


def frame(front: Front, group: int, number: int, text: str) -> Frame:
    message = Message(f"k{number}", front.clock.now(), "20001", "樊", text)
    return Frame(f"m:{group}:k{number}", Place("qq", str(group)), message.at, message)


async def poisoned_among_good(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    group, ear = front.group(), front.app.ears[0]
    bad = [
        frame(front, group, 1, f"\ud83d {CANARY}"),
        replace(frame(front, group, 2, CANARY), key="m:\ud83d"),
        replace(frame(front, group, 3, CANARY), place=Place("qq", "\udc00", name=CANARY)),
    ]
    good = [frame(front, group, number, f"好 {number}") for number in range(10, 40)]
    before = len(await front.quarantined())
    async with asyncio.timeout(10):
        await asyncio.gather(*(ear.hear(one) for one in [*good[:15], *bad, *good[15:]]))
    assert [row.text for row in await front.rows(group)] == [f"好 {number}" for number in range(10, 40)]
    aside = (await front.quarantined())[before:]
    assert len(aside) == len(bad)
    assert all(why.startswith("not stored: ") and CANARY not in raw for raw, why in aside)
    assert front.app.board.parts["inbox"].lives == 1
    assert CANARY not in caplog.text + front.log.getvalue()


async def test_a_frame_that_cannot_be_stored(sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with standing(sqlite_url, tmp_path) as front:
        await poisoned_among_good(front, caplog)


@pytest.mark.middle
async def test_the_same_on_postgresql(postgresql_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with standing(postgresql_url, tmp_path) as front:
        await poisoned_among_good(front, caplog)
