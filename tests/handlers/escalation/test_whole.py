"""From a question that nobody can answer to the one who is told of the answer, on a moving clock."""

from __future__ import annotations

import pytest

from storage import rungs, threads
from storage.database import Database
from storage.rungs import Rung
from tests.chat import Posted
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle

FEATURES = ("experts", "questions", "lookups", "corrections", "escalation", "posting", "settings", "help")
MONDAY = "2026-11-23T09:00:00+08:00"
LOST = "PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来？"
ADVICE = "先别重建订阅，看 pg_replication_slots 还有没有同名的槽。"


async def opened(database: Database) -> Town:
    """Open a town with two experts on replication, who agreed to be asked."""
    town = await Town.open(database, at=MONDAY, features=FEATURES)
    for expert in ("陆工", "晓舟"):
        await town.chat.say(expert, "早")
        await town.chat.tell(expert, "可以找我")
        await town.chat.tell(expert, "擅长 复制与高可用")
    return town


async def passed(town: Town, hours: float) -> list[Posted]:
    """Let hours pass, a quarter at a time, and return what was posted."""
    before = len(town.chat.adapter.posted)
    for _ in range(int(hours * 4)):
        town.chat.later(minutes=15)
        await town.chat.tick()
    return town.chat.adapter.posted[before:]


async def test_the_whole_ladder(database: Database) -> None:
    town = await opened(database)
    chat = town.chat
    (asked,) = await chat.ask_bot("木子", LOST)
    assert "记为 #1" in asked
    question = chat.last
    await town.reply("豆子", "同问", question)
    (shown,) = [post for post in await passed(town, 8.25) if post.place.key == "g1"]
    assert shown.text.startswith("求助榜")
    assert "同问 1" in shown.text
    private = [post for post in chat.adapter.posted if "请你看一眼" in post.text]
    (first,) = [post.place.key.removeprefix("direct:") for post in private]
    await chat.tell(first, ADVICE, reply_to=private[0].key)
    (carried,) = [post for post in chat.adapter.posted if ADVICE in post.text and post.place.key == "g1"]
    assert carried.reply_to == question
    assert [post.text for post in await passed(town, 15.5)] == []  # at night nothing is said
    (nudge,) = await passed(town, 9)
    assert nudge.text == (
        f"@木子 昨天你问的「{LOST}」，{first}说「{ADVICE}」，后来好了吗？\n"
        "好了回「解决了」，没好回「没解决」。不回也没事，我不再问了。"
    )
    assert nudge.reply_to == question
    solved = await chat.say("木子", "解决了", reply_to=nudge.key)
    told = [*solved, *(post.text for post in await passed(town, 20))]
    assert len([text for text in told if text.startswith("#1 结了，")]) == 1
    assert len([text for text in told if "同问的 #1 解决了" in text and ADVICE in text]) == 1
    assert len(told) == 2
    assert await passed(town, 24) == []


async def test_a_second_expert_after_a_day_and_never_a_fourth(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    for expert in ("老樊", "阿棠"):
        await town.chat.tell(expert, "可以找我")
        await town.chat.tell(expert, "擅长 复制与高可用")
    await town.ask("木子", LOST)
    times: list[tuple[str, str]] = []
    for _ in range(6 * 24 * 2):
        before = len(town.chat.adapter.posted)
        town.chat.later(minutes=30)
        await town.chat.tick()
        new = [post for post in town.chat.adapter.posted[before:] if post.place.key.startswith("direct:")]
        times += [(f"{town.chat.clock.now():%d %H}", post.place.key) for post in new]
    assert [when for when, _ in times] == ["23 13", "24 13", "25 13"]
    assert len({where for _, where in times}) == 3
    async with sqlite_database.read() as store:
        done = (await rungs.done(store, [1]))[1]
    assert [(one.rung, one.nth) for one in done if one.rung is Rung.EXPERT] == [(Rung.EXPERT, n) for n in (1, 2, 3)]


async def test_experts_off_and_nobody_is_asked(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.chat.say("ayu", "/settings escalation.experts_after 0")
    await town.chat.say("ayu", "/settings escalation.board_after 0")
    await town.ask("木子", LOST)
    told = await passed(town, 30)
    assert [post.place.key for post in told] == ["direct:ayu"] * len(told)
    async with sqlite_database.read() as store:
        (found,) = (await threads.several(store, [1])).values()
    assert found.facts.first_answer_at is None


async def test_who_asked_without_a_name_is_nudged_in_private(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at=MONDAY, features=("ask", *FEATURES))
    await town.chat.say("木子", "早")
    town.chat.later(minutes=1)
    await town.chat.tell("木子", f"问 {LOST}")
    await town.chat.tell("木子", "匿名")
    (carried,) = [post for post in town.chat.adapter.posted if post.place.key == "g1"]
    (shown,) = [post for post in await passed(town, 9) if post.place.key == "g1"]
    assert shown.text.startswith("求助榜")
    await town.chat.say("老樊", ADVICE, reply_to=carried.key)
    nudges = [post for post in await passed(town, 30) if "后来好了吗" in post.text]
    assert [(post.place.key, post.text.splitlines()[0]) for post in nudges] == [
        ("direct:木子", f"昨天你问的「{LOST}」，老樊说「{ADVICE}」，后来好了吗？")
    ]
    assert (await town.chat.tell("木子", "解决了", reply_to=nudges[0].key))[0].startswith("#1 结了，")
    assert not any("木子" in post.text for post in town.chat.adapter.posted if post.place.key == "g1")
