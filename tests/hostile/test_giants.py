"""Messages as long as a platform lets them be: what was missed is read back, however much that is at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.front import Front, standing, until, up

pytestmark = pytest.mark.middle

LONGEST = 4_500  # characters that QQ takes
PAGE = 30  # messages that one question for the history brings


async def back(front: Front, connections: int) -> None:
    """Wait until the platform is connected for the n-th time, and everything is well."""
    await front.fake.until(lambda: front.fake.connections == connections and front.fake.clients)
    await until(lambda: up(front.app))


async def test_a_page_of_history_larger_than_a_mebibyte(sqlite_url: str, tmp_path: Path) -> None:
    """One member can fill a page so; the account must not go deaf for that, in this group or in any other."""
    async with standing(sqlite_url, tmp_path) as front:
        group, other = front.group(), front.group()
        await front.still_hears(group)
        await front.still_hears(other)
        front.fake.faults.lose = 1
        for _ in range(PAGE):
            await front.fake.say(group, 20001, "🐘" * LONGEST)
        front.fake.faults.lose = 0
        await front.fake.cut()
        await back(front, 2)
        assert [row.text for row in await front.rows(group)] == ["🐘" * LONGEST] * PAGE
        await front.still_hears(other)
        assert front.fake.connections == 2
