"""The record of an event: ten lines of what happened and what stays; and where the feature stands among the others."""

from __future__ import annotations

import pytest

from handlers import Feature
from handlers.afterwards import Settings, in_order, router
from storage import events, speaker_questions
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import FEATURES, TALK, After
from tests.handlers.experts.conftest import FEATURES as EXPERTS

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_an_event_of_few(after: After) -> None:
    await after.registers("muzi", "jiangnan", "douzi")
    await after.comes("muzi", "jiangnan")
    await after.ends(hours=2)
    await after.chat.tell("muzi", "5")
    asker = await after.member("muzi")
    async with after.chat.database.write() as store:
        await events.keep_record(store, after.event.id, replay="https://pg.example.org/r/1")
        await speaker_questions.add(store, after.event.id, asker, "怎么迁移", after.chat.clock.now())
    (said,) = await after.chat.ask_bot("hank", "记录 E1")
    assert said.splitlines() == [
        "E1 《象行成都》 · 培训",
        "11 月 26 日 14:00 · 成都 高新区天府五街",
        "讲者：柏舟（苇间数据）",
        "报名 3，签到 2，第一次来 2",
        "评分 1 人，不到 5 人不算平均",
        "提问 1，答了 0",
        "回放 https://pg.example.org/r/1",
    ]


async def test_an_event_of_many_has_a_rate(after: After) -> None:
    everyone = [f"m{number}" for number in range(20)]
    await after.registers(*everyone, private=False)
    await after.comes(*everyone[:15])
    await after.ends(minutes=1)
    (said,) = await after.chat.ask_bot("hank", "/record E1")
    assert said.splitlines()[3] == "报名 20，签到 15（75%，15/20），第一次来 15"


async def test_online_in_english(open_after: Open) -> None:
    after = await open_after(plan=TALK, language="en")
    await after.registers("muzi")
    await after.ends(minutes=1)
    (said,) = await after.chat.ask_bot("hank", "/record E1")
    assert said.splitlines() == [
        "E1 “慢 SQL 三板斧” · Online talk",
        "26 Nov 14:00 · online",
        "Speakers: 柏舟 (苇间数据)",
        "1 registered; nobody checked in",
    ]


async def test_before_it_began_there_is_none(after: After) -> None:
    after.chat.later(days=-1)
    assert await after.chat.ask_bot("hank", "记录 E1") == ["E1 还没开始，记录等它结束再说。"]


async def test_scores_go_before_whoever_hears_private_words(open_after: Open) -> None:
    after = await open_after(features=("afterwards", *EXPERTS))
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    assert (await after.chat.tell("muzi", "5"))[0].startswith("记下了，5 分")


def test_behind_those_it_is_refused() -> None:
    features = [Feature(name, router, Settings()) for name in ("questions", "afterwards")]
    with pytest.raises(ValueError, match="questions"):
        in_order(Settings(), features)
    in_order(Settings(), [Feature(name, router, Settings()) for name in FEATURES])
