"""Exports: what is written out comes back as it was, and what is private is never written."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import export
from bot.history import take_in
from bot.importers import Options
from storage import groups, members, privacy
from storage.database import Database
from storage.frames import Kind, Place
from storage.groups import Group
from tests.bot.importers import story
from tests.chat import Chat

pytestmark = pytest.mark.middle

NOW = datetime(2026, 12, 24, 1, tzinfo=UTC)
G1 = Place("qq", "g1", name="群 g1")


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database)


async def talk(chat: Chat) -> None:
    """Let two questions be asked, one of them solved, with a mention, a reply and a picture between."""
    await chat.say("alice", "主库磁盘满了，pg_wal 涨到 200G，能直接删里面的文件吗？")
    question = chat.last
    chat.later(minutes=2)
    await chat.say("alice", "[图片]", kind=Kind.IMAGE)
    chat.later(minutes=3)
    await chat.say("bob", "别删，先看 pg_replication_slots 有没有没人用的槽", reply_to=question, mentions=["alice"])
    chat.later(minutes=20)
    await chat.say("alice", "删了废弃的槽，空间回来了，解决了，谢谢", mentions=["bob"])
    chat.later(hours=2)
    await chat.ask_bot("carol", "pg_dump 报错 permission denied for table，怎么给只读账号授权？")


async def group(chat: Chat, place: Place = G1) -> Group:
    async with chat.database.read() as store:
        found = await groups.at(store, place)
    assert found is not None
    return found


async def written(chat: Chat, *, rows: bool) -> str:
    async with chat.database.read() as store:
        return "".join([piece async for piece in export.chatlab(store, await group(chat), NOW, rows=rows)])


async def threads(chat: Chat) -> list[dict[str, Any]]:
    async with chat.database.read() as store:
        every = await groups.every(store, None)
        return [json.loads(row) async for row in export.thread_rows(store, every, NOW)]


@pytest.fixture
async def empty(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Chat]:
    file = tmp_path / "empty.db"
    await asyncio.to_thread(shutil.copyfile, sqlite_template, file)
    async with Database.open(f"sqlite:///{file}") as database:
        yield await Chat.open(database)


@pytest.mark.parametrize("rows", [True, False])
async def test_an_export_imported_gives_the_same_threads(chat: Chat, empty: Chat, rows: bool, tmp_path: Path) -> None:
    await talk(chat)
    file = tmp_path / "export"
    file.write_text(await written(chat, rows=rows), "utf-8")
    report = await take_in(file, await story.importing(empty.database, empty), Options())
    assert (report.new, dict(report.skipped)) == (5, {})
    assert await story.state(empty.database, G1, NOW) == await story.state(chat.database, G1, NOW)


async def test_an_export_is_what_chatlab_reads(chat: Chat) -> None:
    await talk(chat)
    whole = json.loads(await written(chat, rows=False))
    assert whole["chatlab"] == {"version": "0.0.2", "exportedAt": int(NOW.timestamp()), "generator": "xiangqun"}
    assert whole["meta"] == {"name": "群 g1", "platform": "qq", "type": "group", "groupId": "g1"}
    assert [member["platformId"] for member in whole["members"]] == ["alice", "bob", "carol"]
    assert [message["type"] for message in whole["messages"]] == [0, 1, 25, 0, 0]
    assert whole["messages"][2] == {
        "platformMessageId": "m00003",
        "sender": "bob",
        "accountName": "bob",
        "groupNickname": "bob",
        "timestamp": whole["messages"][2]["timestamp"],
        "type": 25,
        "content": "别删，先看 pg_replication_slots 有没有没人用的槽",
        "replyToMessageId": "m00001",
        "xiangqun": {"mentions": ["alice"], "toBot": False},
    }
    lines = [json.loads(line) for line in (await written(chat, rows=True)).splitlines()]
    assert [line.pop("_type") for line in lines] == ["header", *["member"] * 3, *["message"] * 5]
    assert lines[1:] == [*whole["members"], *whole["messages"]]


async def test_threads_say_what_became_of_them(chat: Chat) -> None:
    await talk(chat)
    solved, waiting = await threads(chat)
    assert [message["id"] for message in solved["messages"]] == ["m00001", "m00002", "m00003", "m00004"]
    assert solved["messages"][0]["role"] == "question"
    assert (solved["outcome"], solved["evidence"], solved["asker"]) == ("resolved", "confirmed", "alice")
    assert solved["asked_at"] == "2026-11-23T01:00:00Z"
    assert solved["first_response_at"] == solved["first_answer_at"] == "2026-11-23T01:05:02Z"
    assert solved["resolved_at"] == "2026-11-23T01:25:03Z"
    assert solved["group"] == {"id": 1, "name": "群 g1", "platform": "qq", "key": "g1"}
    assert (waiting["outcome"], waiting["evidence"], waiting["resolved_at"]) == ("expired", None, None)
    assert waiting["first_response_at"] is waiting["first_answer_at"] is None


async def test_what_is_private_stays(chat: Chat) -> None:
    await talk(chat)
    await chat.say("dora", "这句我马上撤回：密码 hunter2")
    await chat.recall("dora", chat.last)
    await chat.tell("erin", "私聊里的话：索引为什么不走？")
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "frank", NOW)
        await privacy.opt_out(store, "qq", "bob", NOW)
    await chat.say("frank", "我退出记录了，这句不存：慢查询怎么办？")
    told = await written(chat, rows=True) + await written(chat, rows=False) + json.dumps(await threads(chat))
    for secret in ("hunter2", "私聊里的话", "erin", "frank", "退出记录", "bob", "别删"):
        assert secret not in told
    assert "主库磁盘满了" in told


async def test_a_direct_is_refused(chat: Chat) -> None:
    await chat.tell("erin", "你好")
    async with chat.database.read() as store:
        member = await members.find(store, "qq", "erin")
        assert member is not None
        direct = await groups.direct_of(store, member.id)
        assert direct is not None
        with pytest.raises(ValueError, match="private"):
            _ = [piece async for piece in export.chatlab(store, direct, NOW, rows=True)]
