"""The same year looked at by four processes at once on PostgreSQL: each reminder exactly once."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.database import Database
from tests.handlers.reminding.community import a_group, turn
from tests.handlers.reminding.test_year import begun, compared, happen, happening, sent
from tests.handlers.reminding.year import year

ROOT = Path(__file__).parents[3]
PROCESSES = 4


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(25, marks=pytest.mark.middle),
        pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
async def test_four_processes_say_each_reminder_once(postgresql_url: str, tmp_path: Path, count: int) -> None:
    found, clock = year(count, seed=8), tmp_path / "now"
    async with Database.open(postgresql_url) as database:
        chat = await begun(database, found)
        group = await a_group(chat)
        async with looking(postgresql_url, clock, chat.clock.now().isoformat()) as processes:
            for moment, happens in happening(found):
                chat.clock.time = moment
                if happens is not None:
                    await happen(chat, group, *happens)
                    continue
                await asyncio.to_thread(clock.write_text, moment.isoformat(), "utf-8")
                await all_look(processes)
                async with turn(chat, group) as (opened_turn, _):
                    await sent(opened_turn)
        await compared(chat, found)


@asynccontextmanager
async def looking(url: str, clock: Path, now: str) -> AsyncIterator[Sequence[Process]]:
    """Start processes that look when they are told to; end them by closing what they read."""
    await asyncio.to_thread(clock.write_text, now, "utf-8")
    environment = {**os.environ, "XIANGQUN_TESTING": "1", "XIANGQUN_CLOCK_FILE": str(clock)}
    command = (sys.executable, "-m", "tests.handlers.reminding.looking", url)
    processes = []
    try:
        for _ in range(PROCESSES):
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE)
            processes.append(process)
            assert await heard(process) == "ready"
        yield processes
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
        await asyncio.gather(*(process.wait() for process in processes))


async def all_look(processes: Sequence[Process]) -> None:
    """Let all processes look at the same time."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"look\n")
    assert {await heard(process) for process in processes} == {"looked"}


async def heard(process: Process) -> str:
    """Return the next line that a process says."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()
