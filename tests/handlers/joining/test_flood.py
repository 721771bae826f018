"""Thousands of registrations in a minute: each counts, each group gets one post."""

from __future__ import annotations

import re

import pytest

from storage import registrations
from storage.registrations import Counts
from tests.handlers.joining.conftest import Town
from tests.handlers.joining.flood import frames

pytestmark = pytest.mark.middle


async def test_a_thousand_at_once(town: Town) -> None:
    event = await town.event(capacity=100)
    assert await town.chat.hear(*frames(town, event, 1_000, groups=4)) == []
    async with town.chat.database.read() as store:
        assert await registrations.counts(store, event.id) == Counts(100, 900)
    posts = await town.gathered()
    assert len(posts) == 4
    told = [int(count) for post in posts for count in re.findall(r"等 (\d+) 位", post)]
    assert sum(told) == 1_000
    assert any(post.startswith("E1 报名收到：人 0、人 4、人 8 等 ") for post in posts)
