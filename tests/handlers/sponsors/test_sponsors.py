"""Money and sponsors by command, in private and for admins alone; the books and the proof as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errands import Errands
from storage import events, money
from storage.database import Database
from storage.events import Kind, Plan
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

FEATURES = ("questions", "series", "sponsors", "settings", "help")
AT = datetime(2026, 12, 5, 6, tzinfo=UTC)
TOUR = Plan(
    kind=Kind.TOUR, title="象行成都", starts_at=AT, ends_at=AT + timedelta(hours=3), zone="Asia/Shanghai", city="成都"
)  # fmt: skip


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("muzi")
    async with opened.database.write() as store:
        await events.add(store, TOUR, at=opened.clock.now())
    return opened


async def one(chat: Chat, text: str, who: str = "muzi") -> str:
    found = await chat.tell(who, text)
    assert len(found) == 1, found
    return found[0]


async def test_costs_and_income_are_kept_and_summed_up(chat: Chat) -> None:
    assert (await one(chat, "记账 E1 支出 300 场地")).splitlines() == [
        "记下 M1：E1 支出 300 元，场地。", "这场：支出 300 元，收入 0 元，结余 -300 元",
    ]  # fmt: skip
    assert "收入 12,000 元，门票" in await one(chat, "记账 e1 收入 1.2 万 门票")
    assert "支出 300 元，万达广场" in await one(chat, "记账 E1 支出 300 万达广场")
    said = (await one(chat, "/money E1 cost USD 99.50 hosting")).splitlines()
    assert said[1:] == [
        "这场：支出 600 元，收入 12,000 元，结余 11,400 元", "这场：支出 99.50 USD，收入 0 USD，结余 -99.50 USD",
    ]  # fmt: skip
    said = (await one(chat, "记账 E1")).splitlines()
    assert said[0] == "E1：支出 600 元，收入 12,000 元，结余 11,400 元"
    assert said[2] == "M1 支出 300 元，场地，11 月 23 日"
    assert said[-1] == "共 4 笔，全部：「记账 导出 E1」。"
    assert await one(chat, "记账 删 M3") == "M3 删了：支出 300 元，万达广场。"
    assert "没有 M3 这一笔" in await one(chat, "记账 删 M3")


@pytest.mark.middle
@pytest.mark.parametrize("amount", ["-300", "NaN", "1e5", "0", "1000000000000000000", "5,00", "三百", ""])
async def test_an_amount_that_is_none(chat: Chat, amount: str) -> None:
    assert (await one(chat, f"记账 E1 支出 {amount} 场地")).startswith("没看懂多少钱。")
    async with chat.database.read() as store:
        assert await money.of_event(store, 1) == []


@pytest.mark.middle
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("记账 E9 支出 300 场地", "没有 E9 这个活动"),
        ("记账 拉萨", "没有「拉萨」的系列"),
        ("记账 E1", "E1 还没记过账。"),
        ("记账 E1 支出 300 " + "长" * 61, "说明最多 60 个字"),
        ("赞助 E9 苇间数据 展位", "没有 E9 这个活动"),
        ("赞助 E1 苇间数据 广告位 5000", "「赞助 E57 苇间数据 展位 5000」"),
        ("赞助 E1 苇间数据 展位 -5000", "没看懂多少钱。"),
        ("赞助 E1 苇间数据 展位 1000000000000000000", "没看懂多少钱。"),
        ("赞助 E1 @所有人 展位 5000", "我从不 @ 全体"),
        ("赞助 E1", "E1 还没有赞助。"),
        ("已展示 S9 门口", "没有 S9 这个赞助"),
        ("赞助证明 S9", "没有 S9 这个赞助"),
        ("赞助 取消 S9", "没有 S9 这个赞助"),
    ],
)
async def test_what_cannot_be_meant_is_told_kindly(chat: Chat, text: str, said: str) -> None:
    assert said in await one(chat, text)


@pytest.mark.middle
@pytest.mark.parametrize("text", ["记账 E1", "赞助 E1", "已展示 S1 门口", "赞助证明 S1"])
async def test_money_is_the_admins_and_private(chat: Chat, text: str) -> None:
    await one(chat, "赞助 E1 苇间数据 展位 5000")
    await chat.say("bob", "大家好")
    assert await chat.tell("bob", text) == ["这个要群管理员来发。"]
    assert "5,000" not in (await chat.ask_bot("bob", text))[0]
    said = (await chat.ask_bot("muzi", text))[0]
    assert "私聊" in said
    assert "5,000" not in said


async def test_sponsors_are_kept_shown_and_let_go(chat: Chat) -> None:
    assert await one(chat, "赞助 E1 苇间数据 展位 5000") == (
        "记下 S1：苇间数据 赞助 E1 的展位 5,000 元。展示过了回「已展示 S1 在哪」。"
    )
    assert (await one(chat, "赞助 E1 云麓 科技 冠名 2 万 主会场")).splitlines()[
        1
    ] == "公布时写上谁冠名；名字要上标题：「改活动 E1 标题 …」。"
    assert "的议题，《零停机升级》" in await one(chat, "赞助 E1 苇间数据 议题 《零停机升级》")
    assert "的文章 3,000 元，两篇" in await one(chat, "/sponsor E1 苇间数据有限公司 article 两篇 3000")
    assert (await one(chat, "赞助 E1")).splitlines()[:4] == [
        "E1 的赞助：",
        "S1 苇间数据 展位 5,000 元，还没展示",
        "S2 云麓 科技 冠名 20,000 元，主会场，还没展示",
        "S3 苇间数据 议题，《零停机升级》，还没展示",
    ]
    assert await one(chat, "已展示 s1 签到处左侧，易拉宝两个") == (
        "S1 记为已展示：签到处左侧，易拉宝两个。回执：「赞助证明 S1」。"
    )
    assert "S1 苇间数据 展位 5,000 元，已展示" in await one(chat, "赞助 E1")
    assert await one(chat, "赞助 取消 S3") == "S3 不算了：苇间数据 的议题。"
    async with chat.database.read() as store:
        assert await money.named(store, 1) == ["云麓 科技"]
        assert [one.company_name for one in await money.sponsorships(store, 1)] == ["苇间数据", "云麓 科技", "苇间数据"]
        assert await money.of_event(store, 1) == []  # a promise is no income


async def test_an_announcement_tells_whose_name_it_bears(open_chat: OpenChat) -> None:
    chat = await open_chat(features=("events", *FEATURES))
    await chat.make_admin("muzi")
    async with chat.database.write() as store:
        await events.add(store, TOUR, at=chat.clock.now())
    await one(chat, "赞助 E1 云麓科技 冠名 2 万")
    said = await chat.tell("muzi", "公布 E1 发")
    assert "云麓科技冠名" in said[-1].splitlines()


@pytest.mark.middle
async def test_the_sums_of_a_series(chat: Chat) -> None:
    await one(chat, "开系列 武汉 2027-03-06")
    await one(chat, "记账 E2 支出 1000 场地")
    await one(chat, "记账 E5 收入 1 万 门票")
    assert (await one(chat, "记账 武汉")).splitlines() == [
        "合计：支出 1,000 元，收入 10,000 元，结余 9,000 元",
        "E2：支出 1,000 元，收入 0 元，结余 -1,000 元",
        "E5：支出 0 元，收入 10,000 元，结余 10,000 元",
        "共 2 笔，全部：「记账 导出 武汉」。",
    ]


def only(files: Path) -> Path:
    """Return the one file that was written."""
    (file,) = files.iterdir()
    return file


@pytest.mark.middle
async def test_both_engines_add_up_alike(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await chat.make_admin("muzi")
    await one(chat, "开系列 New York 2027-03-06")
    for number, amount in ((1, "10亿"), (1, "0.01"), (2, "USD 300")):
        await one(chat, f"记账 E{number} 支出 {amount} 场地")
    assert (await one(chat, "/money New York")).splitlines()[:2] == [
        "合计：支出 1,000,000,000.01 元，收入 0 元，结余 -1,000,000,000.01 元",
        "合计：支出 300 USD，收入 0 USD，结余 -300 USD",
    ]
    assert "第 1 轮的目标：签到 50" in await one(chat, "目标 New York 1 签到 50")
    assert (await one(chat, "待办 New York")).startswith("还没办的 21 条")


async def worked(chat: Chat, files: Path) -> list[str]:
    """Do what errands there are, and return what was posted."""
    errands = Errands(chat.database, chat.house, chat.clock, files, lambda: None)
    while await errands.work():
        pass
    await chat.outbox.drain()
    return chat.replies


@pytest.mark.middle
async def test_the_books_come_as_a_file(chat: Chat, tmp_path: Path) -> None:
    await one(chat, "记账 E1 支出 300.50 =SUM(A1)")
    await one(chat, "记账 E1 收入 5000 门票")
    assert await one(chat, "记账 导出 E1") == "在写，好了私聊发你。"
    said = await worked(chat, tmp_path / "files")
    assert said[0].startswith("E1 的账，2 笔\n[账目.csv")
    file = only(tmp_path / "files")
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_text("utf-8-sig").splitlines() == [
        "编号,活动,标题,日期,类别,金额,币种,说明,记于",
        "M1,E1,象行成都,2026-12-05,支出,-300.5,CNY,'=SUM(A1),2026-11-23 09:00",
        "M2,E1,象行成都,2026-12-05,收入,5000,CNY,门票,2026-11-23 09:00",
    ]


@pytest.mark.middle
async def test_the_proof_comes_as_a_file(database: Database, tmp_path: Path) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await chat.make_admin("muzi")
    async with chat.database.write() as store:
        await events.add(store, replace(TOUR, title="[成都](x) *"), at=chat.clock.now())
    await one(chat, "赞助 E1 苇间数据 展位 5000")
    assert await one(chat, "赞助证明 S1") == "在写，好了私聊发你。"
    said = await worked(chat, tmp_path / "files")
    assert said[0].startswith("苇间数据 在 E1 的回执，只有数字")
    file = only(tmp_path / "files")
    assert file.read_bytes().startswith(b"%PDF-")


@pytest.mark.middle
async def test_a_proof_of_what_was_let_go_is_not_written(chat: Chat, tmp_path: Path) -> None:
    await one(chat, "赞助 E1 苇间数据 展位 5000")
    await one(chat, "赞助证明 S1")
    await one(chat, "赞助 取消 S1")
    assert await worked(chat, tmp_path / "files") == []


@pytest.mark.middle
async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES, language="en")
    await chat.make_admin("muzi")
    async with chat.database.write() as store:
        await events.add(store, TOUR, at=chat.clock.now())
    assert (await one(chat, "/money E1 cost 300 venue")).splitlines()[0] == "M1: E1 cost 300 CNY, venue."
    assert (await one(chat, "/sponsor E1 Acme booth USD 300")).startswith("S1: Acme sponsors the booth of E1, 300 USD.")
    assert (await one(chat, "/sponsor E1")).splitlines()[1] == "S1 Acme booth, 300 USD, not shown yet"
