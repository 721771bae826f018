"""A community of twelve people: what leaves it names none of them and gives nobody away, in any form."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.report._html import html
from bot.report._markdown import markdown
from bot.report._sheets import sheets
from handlers._reporting import OPEN_SECTIONS, Asked, Edition, Report, Wish, pages
from handlers._reporting.building import build
from handlers._reporting.editions import TooEarlyError
from storage import consents, groups, members, outlets
from storage.database import Database, Store
from storage.metrics import Unit
from storage.outlets import Month
from storage.settings import put
from storage.threads import THREADS
from tests.storage.metrics.world import OPTIONS, SHANGHAI, World, question

pytestmark = pytest.mark.middle  # a whole history for each case, and every form of it

NAMES = [
    "赵一鸣",
    "钱二宝",
    "孙三立",
    "李四维",
    "周五常",
    "吴六合",
    "郑七巧",
    "王八斗",
    "冯九如",
    "陈十全",
    "褚百川",
    "卫千里",
]
KEYS = [f"wxid_{number:02}f7e{number * 7919:05}" for number in range(12)]
GROUPS = {"广场群": NAMES, "运维群": NAMES[:7], "小灶群": NAMES[7:10], "两人群": NAMES[10:]}
TOPICS = ["performance", "replication", "sql", "backup", "install", "types", ""]
SECRET = "老家在凤凰岭三号院"
SINCE = datetime(2026, 8, 1, 2, tzinfo=UTC)
NOW = datetime(2026, 12, 20, tzinfo=UTC)


async def live(store: Store, seed: int) -> None:
    """Let twelve people ask and answer for three months; some of them much more than others."""
    dice, world = random.Random(seed), World(store)
    who = {name: await members.ensure(store, "wechat", key, name, SINCE) for name, key in zip(NAMES, KEYS, strict=True)}
    for key, inside in GROUPS.items():
        group = await world.group(key, platform="wechat")
        for _ in range(dice.randrange(len(inside), 9 * len(inside))):
            asker, solver = dice.sample(inside, 2)
            at = SINCE + timedelta(days=dice.randrange(91), minutes=dice.randrange(600))
            course = dice.choice([{}, {"answered": 1.0}, {"answered": 0.2, "confirmed": 2.0}, {"answered": 30.0}])
            model = replace(question(at=at, topic=dice.choice(TOPICS), **course), title=f"{SECRET}，{asker}问的")
            number = await world.thread(group, who[asker].id, model, solver=who[solver].id if course else None)
            if course:
                await world.answer(number, who[solver].id, at + timedelta(hours=course["answered"]))
            for name in (asker, solver):
                await world.active(group, who[name].id, at.astimezone(SHANGHAI).date())


async def reported(store: Store, edition: Edition, **wish: Any) -> Report:
    order = Asked(Wish(**wish), OPTIONS, name="十二人社区", edition=edition, language="zh")
    return await build(store, order, NOW)


def forms(report: Report) -> str:
    """Return everything that any form of a report says."""
    content = pages.content(report)
    with zipfile.ZipFile(io.BytesIO(sheets(report))) as archive:
        tables = "".join(archive.read(name).decode() for name in archive.namelist())
    return html(report) + markdown(report) + tables + json.dumps(content, ensure_ascii=False)


def counts(report: Report) -> Iterator[int]:
    """Yield every count that is published."""
    for line in (*report.figures, *report.people, *report.load):
        if line.number.unit in {Unit.COUNT, Unit.MEMBERS} and line.number.value is not None:
            yield int(line.number.value)
        yield line.number.n
    yield from (piece.count for piece in report.outcomes)
    for topic in report.topics:
        yield topic.count
        yield from (int(found) for bar in topic.bars for found in re.findall(r": (\d+)$", bar.words))
    for table, columns in ((report.steps, (0, 4, 5)), (report.groups, (0, 4))):
        for row in table.rows:
            yield from (int(row.cells[n].split()[0].replace(",", "")) for n in columns if row.cells[n][0].isdigit())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nobody_of_twelve_is_found(sqlite_database: Database, seed: int) -> None:
    async with sqlite_database.write() as store:
        await live(store, seed)
        for edition in (Edition.PARTNER, Edition.PUBLIC):
            report = await reported(store, edition, month="2026-10")
            said = forms(report)
            for secret in (*NAMES, *KEYS, SECRET, "小灶群", "两人群"):
                assert secret not in said, f"{secret} is published"
            published = sorted(counts(report))
            assert published
            assert all(count % 5 == 0 for count in published)  # so no difference of two is 1, 2, 3 or 4
            assert (report.sections, report.threads, report.heat) == (OPEN_SECTIONS, (), None)
            assert not re.search(r"#\d", said.split("<body>")[1].split("</html>")[1])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_is_left_out_has_five_people_behind_it(sqlite_database: Database, seed: int) -> None:
    async with sqlite_database.write() as store:
        await live(store, seed)
        report = await reported(store, Edition.PARTNER, since="2026-08-01")
        asked = list(await store.rows(select(THREADS.c.asked_at, THREADS.c.group_id, THREADS.c.asker)))
        names = {group.id: group.name for group in await groups.every(store)}
    hidden = {row.head for row in report.steps.rows if not row.cells[0][0].isdigit()}
    lacking = {who for at, _, who in asked if f"{at.astimezone(SHANGHAI):%Y-%m}" in hidden}
    assert not lacking or len(lacking) >= 5
    told = {row.head: row for row in report.groups.rows}
    assert told.keys() <= {"广场群", "运维群", "其他 2 个群", "其他 3 个群"}
    home = {name: name if name in told else next((head for head in told if head not in GROUPS), "") for name in GROUPS}
    hidden = {name for name, head in home.items() if not head or not told[head].cells[0][0].isdigit()}
    lacking = {who for _, group, who in asked if names[group] in hidden}
    assert not lacking or len(lacking) >= 5


async def test_outlets_are_told_in_fives(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        await live(store, 1)
        given = [Month("2026-09", "官网", 12_307, 3, None, 0), Month("2026-10", "官网", 12_311, 4, None, 700)]
        await outlets.put(store, given, NOW)
        inside = await reported(store, Edition.INTERNAL, month="2026-10")
        outside = await reported(store, Edition.PARTNER, month="2026-10")
    assert inside.outlets[0].months.headings == ("月", "成员", "企业", "浏览")
    assert [row.cells for row in inside.outlets[0].months.rows] == [
        ("12,307", "3", "0"),
        ("12,311 (±0%)", "4 (+33%)", "700"),
    ]
    assert [row.cells for row in outside.outlets[0].months.rows] == [
        ("12,305", "< 5", "< 5"),
        ("12,310 (±0%)", "< 5", "700"),
    ]


async def test_only_who_agreed_is_thanked(database: Database) -> None:
    async with database.write() as store:
        await live(store, 1)
        for name in NAMES[:2]:
            found = await members.find(store, "wechat", KEYS[NAMES.index(name)])
            assert found is not None
            await consents.give(store, found.id, consents.NAMED, NOW)
        second = await members.find(store, "wechat", KEYS[1])
        assert second is not None
        await members.sign(store, second.id, False)
        report = await reported(store, Edition.PARTNER, since="2026-08-01")
        assert report.thanks == (NAMES[0],)
        assert NAMES[1] not in forms(report)


async def test_a_group_that_keeps_to_itself_is_not_named(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        await live(store, 1)
        square = next(group for group in await groups.every(store) if group.name == "广场群")
        await put(store, square.id, "questions.sharing", "group", NOW, None)
        assert "广场群" not in forms(await reported(store, Edition.PUBLIC, month="2026-10"))
        order = Asked(Wish(month="2026-10", group=square.key), OPTIONS, name="十二人社区", edition=Edition.PARTNER)
        assert "广场群" not in forms(await build(store, order, NOW, [square]))


async def test_the_public_edition_waits(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        await live(store, 1)
        with pytest.raises(TooEarlyError, match="公开版 2027-01-15 起才出"):
            await reported(store, Edition.PUBLIC, month="2026-12")
        with pytest.raises(TooEarlyError, match="过完了的月份和年份"):
            await reported(store, Edition.PUBLIC, since="2026-08-01")
        early = await reported(store, Edition.PARTNER, month="2026-12")
        assert early.note == "伙伴版 · 2027-01-15 之前请先不公开"
