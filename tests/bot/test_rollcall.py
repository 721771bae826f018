"""The roll-call: group sizes as the platform tells them, and an account that says when it is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.supervisor import State
from storage import groups
from tests.bot.test_app import configured, platform, running, until

pytestmark = pytest.mark.middle


async def test_sizes_are_counted_and_a_lost_connection_is_told(
    sqlite_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    fake = platform(2)
    config = configured(tmp_path, sqlite_url, f'mode = "reverse"\nport = {unused_tcp_port}')
    async with running(config) as app:
        async with fake.reverse(f"ws://127.0.0.1:{unused_tcp_port}/onebot/v11/ws"):
            await until(lambda: "onebot" in app.board.parts and app.board.parts["onebot"].state is State.UP)
            await app.rollcall.count(app.ears[0])
            day = app.clock.now().astimezone(app.house.community.zone).date()
            async with app.database.read() as store:
                sizes = [await groups.size_on(store, group.id, day) for group in await groups.every(store)]
        await until(lambda: app.board.parts["onebot"].state is State.WAITING)
    assert sizes == [10, 10]
