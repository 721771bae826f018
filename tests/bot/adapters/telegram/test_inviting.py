"""Links into groups, for one member and a week, against the fake Bot API."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.adapters import Ability, DeliveryError, Inviting, Outcome
from storage.frames import Place
from tests.bot.adapters.telegram.staging import PLACE, stage, telegram
from tests.platforms.telegram.fake import GROUP, ME, Fake


async def test_a_link_is_for_one_member_and_ends_in_a_week() -> None:
    fake = Fake()
    fake.world.chat(GROUP).statuses[ME] = "administrator"
    async with stage(fake) as on:
        assert isinstance(on.adapter, Inviting)
        assert Ability.INVITE in on.adapter.abilities
        first, second = await on.adapter.invite(PLACE), await on.adapter.invite(PLACE)
        asked = [given for method, given in fake.requests if method == "createchatinvitelink"]
        now = on.ear.now()
    assert first != second
    assert first.startswith("https://t.me/+")
    assert [given["member_limit"] for given in asked] == [1, 1]
    ends = datetime.fromtimestamp(asked[0]["expire_date"], now.tzinfo)
    assert abs(ends - now - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize("place", [PLACE, Place("telegram", "-1009999999999")], ids=["no admin", "nowhere"])
async def test_where_the_bot_may_not_invite_there_is_no_link(place: Place) -> None:
    async with stage(Fake()) as on:
        with pytest.raises(DeliveryError) as refused:
            await on.adapter.invite(place)
    assert refused.value.outcome is Outcome.REFUSED


async def test_a_bot_that_was_put_out_makes_none() -> None:
    fake = Fake()
    async with stage(fake) as on:
        fake.world.chat(GROUP).statuses[ME] = "kicked"
        with pytest.raises(DeliveryError) as refused:
            await on.adapter.invite(PLACE)
    assert refused.value.outcome is Outcome.REFUSED


async def test_without_a_connection_it_is_tried_later() -> None:
    with pytest.raises(DeliveryError) as away:
        await telegram(1).invite(PLACE)
    assert away.value.outcome is Outcome.NOT_SENT


async def test_a_group_that_moved_is_tried_later() -> None:
    fake = Fake()
    fake.world.chat(GROUP).moved_to = -1001000000999
    async with stage(fake) as on:
        with pytest.raises(DeliveryError) as away:
            await on.adapter.invite(PLACE)
    assert away.value.outcome is Outcome.NOT_SENT
