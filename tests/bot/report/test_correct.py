"""Corrections from the command line: the very effects of the admins' commands, and no rights that stay behind."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from sqlalchemy import select

from bot.cli import _correct
from bot.cli._opening import RefusalError
from storage import groups, messages, threads
from storage.database import Database
from storage.grants import AUDIT, GRANTS
from storage.pins import PINS
from tests.bot.report.stage import desk
from tests.chat import Chat

pytestmark = pytest.mark.middle

QUESTION = "主库磁盘满了，pg_wal 涨到 200G，能直接删里面的文件吗"
ANSWER = "别删，先看 pg_replication_slots 有没有没人用的槽"


async def talk(database: Database) -> Chat:
    """Make the same two threads each time: #1 answered, #2 of another asker."""
    chat = await Chat.open(database)
    await chat.make_admin("ann")
    await chat.say("alice", QUESTION)
    asked = chat.last
    chat.later(minutes=4)
    await chat.say("bob", ANSWER, reply_to=asked)
    chat.later(hours=3)
    await chat.say("carol", "autovacuum 一直不跑是怎么回事")
    chat.later(hours=2)
    return chat


async def standing(database: Database) -> list[Any]:
    """Return what is known of all threads and pins, but for who pinned."""
    async with database.read() as store:
        group = next(iter(await groups.every(store)))
        found = [await threads.find(store, number) for number in range(1, 6)]
        places = [(p.thread, p.role, p.message.text) for t in found if t for p in await threads.content(store, t.id)]
        pins = await store.rows(select(PINS.c.kind, PINS.c.value, PINS.c.thread_id, PINS.c.message_id, PINS.c.group_id))
        heads = [(t.id, t.topic, t.duplicate_of, t.facts.endorsed_at, bool(t.facts.invalid_at)) for t in found if t]
        return [group.id, heads, places, sorted(map(str, pins))]


async def said_by_admin(chat: Chat, command: str) -> str:
    return "\n".join(await chat.say("ann", command))


WAYS = [
    ("not-a-question", "", ["/close 1 invalid"]),
    ("question", "", ["/close 1 valid"]),
    ("outcome", "solved", ["/close 1"]),
    ("outcome", "not-a-question", ["/close 1 invalid"]),
    ("topic", "备份与恢复", ["/topic 1 备份与恢复"]),
    ("merge", "2", ["/merge 1 2"]),
    ("merge", "#2", ["/merge 1 2"]),
    ("split", "pg_replication_slots", ["/split 1 pg_replication_slots"]),
]


@pytest.mark.parametrize(("way", "words", "commands"), WAYS)
async def test_the_same_as_in_the_group(
    sqlite_url: str, tmp_path: Any, way: str, words: str, commands: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), tmp_path / "other.db")
    async with Database.open(sqlite_url) as one, Database.open(f"sqlite:///{tmp_path}/other.db") as other:
        chat, elsewhere = await talk(one), await talk(other)
        said = [await said_by_admin(elsewhere, command) for command in commands]
        moment = elsewhere.clock.now()
        assert await _correct.correct(desk(one, moment, chat.house), "#1", way, words) == 0
        assert capsys.readouterr().out.strip() == said[-1].strip()
        mine, theirs = await standing(one), await standing(other)
        theirs[2] = [row for row in theirs[2] if not row[2].startswith("/")]
        assert mine == theirs
        assert chat.replies == []


async def test_an_answer_is_accepted_by_its_words_and_taken_back(
    sqlite_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = await talk(sqlite_database)
    own = desk(sqlite_database, chat.clock.now(), chat.house)
    await _correct.correct(own, "1", "outcome", "solved REPLICATION_slots")
    async with sqlite_database.read() as store:
        found = await threads.find(store, 1)
        assert found is not None
        assert (await messages.get(store, found.facts.accepted or 0)).text == ANSWER
        assert found.verdict(chat.clock.now()).outcome == "resolved"
    await _correct.correct(own, "1", "undo", "")
    assert "撤销" in capsys.readouterr().out
    async with sqlite_database.read() as store:
        found = await threads.find(store, 1)
        assert found is not None
        assert found.verdict(chat.clock.now()).outcome == "answered"


async def test_no_right_stays_and_all_is_written_down(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    await _correct.correct(desk(sqlite_database, chat.clock.now(), chat.house), "1", "not-a-question", "")
    async with sqlite_database.read() as store:
        holders = await store.scalars(select(GRANTS.c.member_id).distinct())
        acts = await store.rows(select(AUDIT.c.act, AUDIT.c.decision))
    assert len(holders) == 1  # ann
    assert ("close", "done") in [tuple(row) for row in acts]


@pytest.mark.parametrize(
    ("number", "way", "words", "said"),
    [
        ("99", "not-a-question", "", "There is no #99"),
        ("x", "not-a-question", "", "x is no number"),
        ("9" * 30, "undo", "", "is no number"),
        ("1", "merge", "", "is no number"),
        ("1", "merge", "99", "#99"),
        ("1", "merge", "1", "同一题"),
        ("1", "split", "", "needs words"),
        ("1", "split", "没有这样的话", "没有这样的话"),
        ("1", "topic", "  ", "needs words"),
        ("1", "topic", "天气", "天气"),
        ("1", "outcome", "", "An outcome that can be set"),
        ("1", "outcome", "expired", "An outcome that can be set"),
        ("1", "outcome", "solved 没有这样的话", "No message of #1"),
        ("2", "outcome", "solved", "没人答过"),
        ("1", "undo", "", "没有可撤销"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(
    sqlite_database: Database, number: str, way: str, words: str, said: str
) -> None:
    chat = await talk(sqlite_database)
    before = await standing(sqlite_database)
    with pytest.raises(RefusalError, match=said.replace("#", r"\#")):
        await _correct.correct(desk(sqlite_database, chat.clock.now(), chat.house), number, way, words)
    assert await standing(sqlite_database) == before
    async with sqlite_database.read() as store:
        assert len(await store.scalars(select(GRANTS.c.member_id).distinct())) == 1


async def test_a_thread_is_shown_masked_with_what_can_be_said(
    sqlite_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.say("alice", "连不上，password=hunter2secret 怎么办")
    await _correct.correct(desk(sqlite_database, chat.clock.now(), chat.house), "1", None, "")
    shown = capsys.readouterr().out
    assert "hunter2secret" not in shown
    assert "***" in shown
    for way in ("not-a-question", "merge", "split", "topic", "outcome", "undo"):
        assert f"correct 1 {way}" in shown
