"""Agreeing: consent in so many words and in private, limits of one's own, topics, and stopping."""

from __future__ import annotations

import pytest

from handlers.experts import Settings, in_order
from storage import experts, members
from tests.chat import load_features
from tests.handlers.experts.conftest import Circle

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_who_agrees_is_told_the_limits_and_the_way_out(circle: Circle) -> None:
    assert await circle.chat.tell("老樊", "当专家") == ["你还没说过「可以找我」。说了我才会来问你，不说就不问。"]
    assert await circle.chat.tell("老樊", "可以找我") == [
        "好，记下了。群里没人答上、你又熟的题，我私聊问你，不在群里 @。\n"
        "7 天最多 3 次，两次至少隔 48 小时，22:00–09:00 不打扰。\n"
        "不想了发「别找我」，歇歇发「歇一周」，改次数发「当专家 每周 2」。\n"
        "擅长什么，说一声我请得准：「擅长 SQL 写法」。"
    ]
    assert await circle.chat.tell("老樊", "别找我") == ["好，不来问你了。谢谢你帮过的忙。"]
    assert await circle.chat.tell("老樊", "/expert off") == ["你没说过「可以找我」，我本来就不会来问你。"]


async def test_in_a_group_it_says_where_to_say_so(circle: Circle) -> None:
    (told,) = await circle.chat.ask_bot("老樊", "可以找我")
    assert len(told.splitlines()) == 1
    async with circle.chat.database.read() as store:
        assert await experts.every(store) == {}


async def test_limits_of_ones_own(circle: Circle) -> None:
    await circle.agree("老樊", topic="")
    assert await circle.chat.tell("老樊", "/expert cap 2") == ["好，7 天最多问你 2 次。"]
    assert await circle.chat.tell("老樊", "当专家 免扰 12:00-14:00") == ["好，12:00–14:00 不打扰，夜里本来就不打扰。"]
    assert await circle.chat.tell("老樊", "当专家 免扰 25:00-26:00") == [
        "时段这样写：「当专家 免扰 12:00-14:00」，不要了发「当专家 免扰 无」。"
    ]
    assert await circle.chat.tell("老樊", "歇一周") == [
        "好，歇到 11 月 30 日，到时我再来。想早点回来，发「可以找我」。"
    ]
    assert (await circle.chat.tell("老樊", "当专家"))[0].splitlines()[:3] == [
        "你说过可以找你，这 7 天问了你 0 次。",
        "7 天最多 2 次，两次至少隔 48 小时，22:00–09:00、12:00–14:00 不打扰。",
        "现在歇着，到 11 月 30 日。",
    ]
    assert await circle.chat.tell("老樊", "当专家 免扰 无") == ["好，只留夜里不打扰。"]
    assert (await circle.chat.tell("老樊", "可以找我"))[0].startswith("好，记下了。")
    async with circle.chat.database.read() as store:
        (found,) = (await experts.every(store)).values()
    assert (found.weekly_cap, found.rest_until, found.quiet) == (2, None, None)


async def test_who_agrees_from_another_account_is_asked_there(circle: Circle) -> None:
    await circle.agree("老樊", topic="")
    await circle.chat.tell("老樊", "/expert cap 2")
    await circle.chat.tell("老樊", "当专家 免扰 12:00-14:00")
    await circle.chat.say("樊工", "早")
    now = circle.chat.clock.now()
    async with circle.chat.database.write() as store:
        one, other = [await members.ensure(store, "qq", who, who, now) for who in ("老樊", "樊工")]
        await members.link(store, other.id, one.id, now)
    assert (
        "7 天最多 2 次，两次至少隔 48 小时，22:00–09:00、12:00–14:00 不打扰。"
        in (await circle.chat.tell("樊工", "可以找我"))[0]
    )
    async with circle.chat.database.read() as store:
        (found,) = (await experts.every(store)).values()
    assert (found.member, found.weekly_cap) == (other.id, 2)
    assert await circle.chat.tell("老樊", "别找我") == ["好，不来问你了。谢谢你帮过的忙。"]
    async with circle.chat.database.read() as store:
        assert await experts.every(store) == {}


@pytest.mark.parametrize("said", ["擅长 高可用 备份", "/skill 复制与高可用、备份"])
async def test_topics_are_said_by_name(circle: Circle, said: str) -> None:
    await circle.agree("老樊", topic="")
    told = (await circle.chat.tell("老樊", said))[0]
    assert told == "记下了，你擅长：备份与恢复、复制与高可用。"


async def test_topics_are_taken_back_shown_and_unknown_ones_refused(circle: Circle) -> None:
    assert (await circle.chat.tell("老樊", "擅长"))[0].startswith("你还没说擅长什么。这样写：「擅长 ")
    await circle.agree("老樊")
    assert await circle.chat.tell("老樊", "擅长") == [
        "你说过擅长：复制与高可用。\n去掉一个：「擅长 去掉 复制与高可用」。"
    ]
    assert "没有「复高」这个主题" in (await circle.chat.tell("老樊", "擅长 复高"))[0]
    assert await circle.chat.tell("老樊", "/skill drop 复制与高可用") == ["去掉了：复制与高可用。"]
    assert await circle.chat.tell("老樊", "/skill drop 复制与高可用") == ["你没说过擅长这些。"]


async def test_answers_that_were_accepted_teach_topics(circle: Circle) -> None:
    number = await circle.question("木子", "备库追不上主库怎么办？")
    key = circle.chat.last
    said = await circle.town.reply("老樊", "先看 wal_receiver 和网络", key)
    await circle.town.reply("木子", "好了", said)
    assert await circle.chat.tell("老樊", "擅长") == ["答好过题、我也会来问的：复制与高可用。"]
    assert number == 1


def test_the_table_stands_before_those_that_answer_private_words() -> None:
    experts_first = load_features(("experts", "questions"))
    in_order(Settings(), experts_first)
    with pytest.raises(ValueError, match=r"stands behind \[handlers.questions\]; put it in front"):
        in_order(Settings(), experts_first[::-1])
