"""The load of being asked, as admins see it: in private, by topic, with what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.turn import Turn
from handlers._experts import load
from storage import groups
from storage.frames import Place
from tests.handlers.experts.conftest import Circle

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

QUESTION = "PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来？"


async def told(circle: Circle) -> list[str]:
    feature = circle.chat.house.features[0]
    async with circle.chat.database.write() as store:
        turn = Turn(circle.chat.house, store, circle.chat.account, circle.chat.clock.now())
        here = await groups.ensure(store, Place("qq", "g1"), circle.chat.account.id)
        return await load.lines(await turn.context(feature, here), circle.chat.clock.now() - timedelta(days=7))


async def test_admins_see_who_agreed_and_what_came_of_it(circle: Circle) -> None:
    assert await told(circle) == []
    await circle.chat.make_admin("root")
    assert await circle.chat.tell("root", "专家名单") == ["还没有人说「可以找我」。谁愿意，私聊我发这句就行。"]
    await circle.agree("陆工", "老樊")
    await circle.route(await circle.question("木子", QUESTION))
    first = circle.asked()
    await circle.answer(first, "先看 pg_replication_slots 还有没有")
    await circle.route(await circle.question("大桥", QUESTION))
    second = circle.asked()
    await circle.chat.tell(second, "换人")
    assert await circle.chat.tell("root", "专家名单") == [
        "愿意被请的 2 位，近 28 天请了 2 次，答 1，换人 1。括号里是请/答：\n"
        f"复制与高可用：陆工（1/{int(first == '陆工')}）、老樊（1/{int(first == '老樊')}）"
    ]
    assert await told(circle) == [f"私下请人答题 2 次，答了 1，换人 1；请{first}最多，1 次"]


async def test_nobody_else_sees_it_and_not_in_a_group(circle: Circle) -> None:
    await circle.chat.make_admin("root")
    assert (await circle.chat.tell("陆工", "专家名单"))[0].startswith("这个要群管理员来发。")
    assert (await circle.chat.say("陆工", "/experts"))[0].startswith("这个要群管理员来发。")
    (private,) = await circle.chat.say("root", "/experts")
    assert "私聊" in private
