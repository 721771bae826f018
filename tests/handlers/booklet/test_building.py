"""What a booklet says of a year, a series and an event, equal to what was counted by hand; nobody is named."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from handlers._booklet import Booklet, Told
from handlers._booklet.asking import NothingError, Order, read
from handlers._booklet.building import make
from storage import events, groups, members, privacy, settings, speaker_questions
from storage.database import Database
from storage.frames import Place
from storage.metrics import Options
from tests.handlers.booklet.held import NOW, year


async def built(database: Database, **wanted: Any) -> Booklet:
    async with database.read() as store:
        return await make(store, await read(store, Order(Options(), name="PG 社区", **wanted), NOW))


async def held(database: Database) -> dict[str, int]:
    async with database.write() as store:
        return await year(store)


def shown(told: tuple[Told, ...]) -> dict[str, str]:
    return {one.label: f"{one.value} {one.note}".strip() for one in told}


@pytest.mark.middle
async def test_the_same_on_each_engine(database: Database) -> None:
    await held(database)
    found = await built(database, year=2026)
    assert shown(found.figures)["活动签到"] == "41 1 场没有签到记录 · 上一年 8"


async def test_a_year(sqlite_database: Database) -> None:
    await held(sqlite_database)
    found = await built(sqlite_database, year=2026, lessons={"E2": ("早到半小时。",), "S1": ("提前两周发。",)})
    assert (found.title, found.span) == ("PG 社区 2026 年活动小册", "2026 年 3 月 7 日到 4 月 16 日")
    assert found.news == (
        "办了 3 场活动。",
        "报名 50 人次，到场 41 人次，其中 31 人第一次来。",
        "讲者来自 2 家企业和机构。",
    )  # fmt: skip
    assert [(chapter.title, chapter.note) for chapter in found.chapters] == [
        ("象行成都", "2 场 · 报名 48 · 到场 41"),
        ("2026 年 4 月", "1 场 · 报名 2 · 1 场没有签到记录"),
    ]
    assert shown(found.figures) == {
        "办过的活动": "3 上一年 1",
        "活动报名": "50 上一年 10",
        "活动签到": "41 1 场没有签到记录 · 上一年 8",
        "到场率": "85% 41/48 · 1 场没有签到记录 · 上一年 8/10",
        "报名没来": "7 1 场没有签到记录 · 上一年 2",
        "第一次来的人": "31 上一年 8",
        "分享的企业": "2 上一年 0",
        "到场的企业": "1 上一年 1",
        "办过活动的城市": "1 上一年 0",
        "活动评分": "4.5 41 人打分 · 上一年 4.5",
        "又来的": "50% 10/20",
    }
    assert {one.label for one in found.definitions} == set(shown(found.figures))
    assert found.chapters[0].lessons == ("提前两周发。",)


async def test_an_event(sqlite_database: Database) -> None:
    made = await held(sqlite_database)
    found = await built(sqlite_database, event=made["first"], lessons={f"E{made['first']}": ("早到半小时。",)})
    assert (found.title, found.figures) == ("象行成都第一轮", ())
    record = found.chapters[0].records[0]
    assert record.when == "2026 年 3 月 7 日 周六 14:00–16:00"
    assert record.where == "成都，创业大厦 3 楼"
    assert shown(record.figures) == {
        "报名": "24 共 40 席", "到场": "20", "到场率": "83% 20/24", "第一次来": "20", "到场企业": "1",
        "评分": "4.5 20 人打分", "提问": "2",
    }  # fmt: skip
    assert record.scores == (10, 10, 0, 0, 0)
    assert [(asked.text, asked.votes) for asked in record.questions] == [
        ("复制槽积压到多少该报警？我们 *** 上已经 200G 了", "4 人想问"),
        ("DDL 怎么同步？", ""),
    ]
    assert record.feedback == ("案例都是线上真出过的，回去就能用。电话 ***",)
    assert record.lessons == ("早到半小时。",)
    assert "m0" not in str(asdict(found))


async def test_words_that_are_kept_inside_are_counted_and_not_quoted(sqlite_database: Database) -> None:
    made = await held(sqlite_database)
    async with sqlite_database.write() as store:
        group = await groups.ensure(store, Place("qq", "g1", name="g1"), None)
        member = (await members.find(store, "qq", "m9") or await members.ensure(store, "qq", "m9", "", NOW)).id
        await speaker_questions.add(store, made["first"], member, "群里问的", NOW - timedelta(days=299), group.id)
        await privacy.opt_out(store, "qq", "m0", NOW)

    async def quoted() -> list[str]:
        record = (await built(sqlite_database, event=made["first"])).chapters[0].records[0]
        assert shown(record.figures)["提问"] == "3"
        assert record.feedback == ()  # m0 alone wrote something
        return [asked.text for asked in record.questions]

    assert await quoted() == ["群里问的", "DDL 怎么同步？"]
    async with sqlite_database.write() as store:
        await settings.put(store, group.id, "questions.sharing", "nobody", NOW, None)
    assert await quoted() == ["DDL 怎么同步？"]


async def test_a_series(sqlite_database: Database) -> None:
    made = await held(sqlite_database)
    found = await built(sqlite_database, series=made["series"])
    assert found.title == "象行成都 · 活动小册"
    assert [record.number for record in found.chapters[0].records] == ["E2", "E3"]
    assert shown(found.figures)["又来的"] == "50% 10/20"
    assert "上一年" not in str(found.figures)
    assert found.chapters[0].records[1].links[0].address == "https://pg.example.org/r/2"


async def test_in_english(sqlite_database: Database) -> None:
    made = await held(sqlite_database)
    found = await built(sqlite_database, year=2026, language="en")
    assert found.news[0] == "3 events."
    record = found.chapters[1].records[0]
    assert (record.when, record.where) == ("Thu 16 Apr 2026 20:00–22:00", "online")
    assert shown(record.figures)["Came"] == "– no check-ins"
    assert made["silent"] == int(record.number[1:])


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"year": 2024}, "2024 年没有办过的活动，没什么可编的。看有哪些：发「活动」。"),
        ({"event": 99}, "没有 E99 这个活动。"),
        ({"series": 9}, "没有第 9 个系列。"),
        ({"event": 5}, "E5 还没结束，等它办完再编。"),
        ({"event": 4}, "E4 取消了，没有可编的。"),
    ],
)
async def test_where_there_is_nothing_it_says_so(sqlite_database: Database, wanted: dict[str, int], said: str) -> None:
    await held(sqlite_database)
    async with sqlite_database.write() as store:
        await events.cancel(store, 4, NOW)
    with pytest.raises(NothingError) as error:
        await built(sqlite_database, **wanted)
    assert str(error.value) == said
