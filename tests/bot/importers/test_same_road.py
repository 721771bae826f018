"""Exports of any format take the road of what is heard live: the same rows, the same threads, nothing twice."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import history
from bot.adapters.onebot._frames import to_frame
from bot.adapters.telegram._content import Me
from bot.adapters.telegram._frames import Read, to_frames
from bot.filling import fits
from bot.history import Asked, take_in, take_in_each
from bot.importers import BY_NAME, FormatError, Options
from bot.replay import Replay
from storage import groups, members, memberships
from storage.database import Database
from storage.frames import Frame, Kind, Message, Place
from storage.groups import Coverage
from storage.history import pages
from tests.bot.importers import fortnight, story
from tests.bot.importers.golden import FIXTURES, FOLDER, NEED_A_FORMAT, read
from tests.bot.importers.rows import rows_of
from tests.chat import T0, Chat

pytestmark = pytest.mark.middle

OPTIONS = Options(frozenset({"小象"}))


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database)


@pytest.fixture
async def replay(chat: Chat) -> Replay:
    return await story.importing(chat.database, chat)


@pytest.fixture
async def other(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Chat]:
    file = tmp_path / "other.db"
    await asyncio.to_thread(shutil.copyfile, sqlite_template, file)
    async with Database.open(f"sqlite:///{file}") as database:
        yield await Chat.open(database)


@pytest.mark.parametrize("name", FIXTURES)
async def test_each_format_comes_in_once(name: str, replay: Replay) -> None:
    form, options = FIXTURES[name]
    asked = Asked(form if name in NEED_A_FORMAT else "")
    first = [one async for one in take_in_each(FOLDER / name, replay, options, asked=asked)]
    (report,) = [one for one in first if isinstance(one, history.Report)]
    assert (report.format, report.new, report.quarantined) == (form, report.read, 0)
    assert report.read > 0
    before = rows_of(replay.database)
    again = [one async for one in take_in_each(FOLDER / name, replay, options, asked=asked)]
    (repeated,) = [one for one in again if isinstance(one, history.Report)]
    assert (repeated.read, repeated.new) == (report.read, 0)
    assert rows_of(replay.database) == before


async def test_storing_at_once_gives_the_rows_of_hearing_one_by_one(chat: Chat, other: Chat) -> None:
    told = [history.frame(frame.place, frame.content) for frame in story.told()]  # type: ignore[arg-type]
    system = replace(told[3].content, key="sys", member="", name="", kind=Kind.SYSTEM, text="某人进群")
    told.append(history.frame(told[3].place, system))  # type: ignore[arg-type]
    command = replace(told[4].content, key="cmd", text="/help")
    told.append(history.frame(told[4].place, command))  # type: ignore[arg-type]
    place = told[0].place
    at_once, one_by_one = await story.importing(chat.database, chat), await story.importing(other.database, other)
    assert fits(at_once.storing, told)
    await at_once.fill(place, told)
    async with other.database.write() as store:
        await one_by_one._mark(store, place, told)
    await one_by_one._through_inbox(one_by_one.filling, told)
    for replay in (at_once, one_by_one):
        await replay.place(place)
    assert rows_of(chat.database) == rows_of(other.database)


@pytest.mark.parametrize("stretch", [7, 50])
async def test_placing_in_stretches_gives_the_threads_of_placing_at_once(
    stretch: int, chat: Chat, other: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [history.frame(frame.place, frame.content) for frame in story.told()]  # type: ignore[arg-type]
    place = told[0].place
    at_once, in_steps = await story.importing(chat.database, chat), await story.importing(other.database, other)
    for replay in (at_once, in_steps):
        await replay.fill(place, told)
    await at_once.place(place)
    in_steps.stretch = stretch
    await in_steps.place(place)
    assert rows_of(chat.database, versions=False) == rows_of(other.database, versions=False)


@pytest.mark.parametrize("stretch", [7, 50])
async def test_a_process_that_ends_between_stretches_is_gone_on_from(stretch: int, chat: Chat, other: Chat) -> None:
    told = [history.frame(frame.place, frame.content) for frame in story.told()]  # type: ignore[arg-type]
    place = told[0].place
    at_once = await story.importing(chat.database, chat)
    await at_once.fill(place, told)
    await at_once.place(place)
    first = await story.importing(other.database, other)
    await first.fill(place, told)
    for _ in range(200):  # each step by another process, which remembers nothing
        replay = await story.importing(other.database, other)
        replay.stretch = stretch
        if not await replay.place_stretch(place, lambda _: None):
            break
    assert rows_of(chat.database, versions=False) == rows_of(other.database, versions=False)


# -- who is meant ---------------------------------------------------------------------------------------------------


PASTE = """木子 2026-11-02 09:01
主库磁盘满了，pg_wal 能直接删吗？

老樊 2026-11-02 09:03
@木子 别删，先看复制槽

双胞胎 2026-11-02 09:04
我也遇到过
"""


async def known(chat: Chat, group: str, *called: tuple[str, str]) -> None:
    async with chat.database.write() as store:
        found = await groups.ensure(store, Place("wechat", group, name="PG 夜谈"), None)
        for key, name in called:
            member = await members.ensure(store, "wechat", key, name, chat.clock.now())
            await memberships.saw(store, found.id, member.id, name, chat.clock.now())


async def test_a_name_stands_for_the_one_who_carries_it(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    await known(chat, "g@chatroom", ("w1", "木子"), ("w2", "双胞胎"), ("w3", "双胞胎"))
    file = tmp_path / "paste.txt"
    file.write_text(PASTE, "utf-8")
    report = await take_in(file, replay, replace(OPTIONS, group="g@chatroom"))
    assert (report.new, report.matched, report.ambiguous) == (3, {"木子"}, {"双胞胎"})
    async with chat.database.read() as store:
        group = await groups.at(store, Place("wechat", "g@chatroom"))
        assert group is not None
        stored = [message async for page in pages(store, group.id) for message in page]
        authors = await members.several(store, [message.member_id for message in stored if message.member_id])
    keys = [authors[message.member_id].key for message in stored if message.member_id]
    assert keys == ["w1", f"{BY_NAME}老樊", f"{BY_NAME}双胞胎"]
    assert [authors_of(message.mentions, authors) for message in stored] == [[], ["w1"], []]
    file.write_text(PASTE + "\n木子 2026-11-02 09:20\n解决了，谢谢\n", "utf-8")
    longer = await take_in(file, replay, replace(OPTIONS, group="g@chatroom"))
    assert (longer.read, longer.new) == (4, 1)


def authors_of(mentions: Iterable[int], known: dict[int, members.Member]) -> list[str]:
    return [known[member].key for member in mentions]


async def test_a_group_is_found_by_its_name(chat: Chat, replay: Replay) -> None:
    async with chat.database.write() as store:
        await groups.ensure(store, Place("qq", "900800700", name="PG 夜谈"), None)
    report = await take_in(FOLDER / "qq.txt", replay, OPTIONS)
    assert [place.key for place in report.places] == ["900800700"]
    async with chat.database.write() as store:
        await groups.ensure(store, Place("qq", "1", name="PG 夜谈"), None)
    with pytest.raises(FormatError, match="--group KEY: 900800700, 1"):
        await take_in(FOLDER / "qq.txt", replay, OPTIONS)


async def test_a_group_that_only_has_a_name_is_kept_under_it(replay: Replay) -> None:
    report = await take_in(FOLDER / "qq.txt", replay, OPTIONS)
    assert [place.key for place in report.places] == [f"{BY_NAME}PG 夜谈"]
    assert (await take_in(FOLDER / "qq.txt", replay, OPTIONS)).new == 0


# -- overlaps -------------------------------------------------------------------------------------------------------


async def test_two_formats_of_one_group_add_up_to_one(chat: Chat, replay: Replay) -> None:
    """Ids of the server's in one, none in the others: what is alike in a second is the same."""
    weflow = await take_in(FOLDER / "weflow.json", replay, OPTIONS)
    assert weflow.new == 8
    table = await take_in(FOLDER / "chatlog.csv", replay, OPTIONS)
    new = {'别删，先看\npg_replication_slots, "真的"', "[链接] 复制槽 https://pg.example.org/slots", "解决了，谢谢"}
    assert table.read - table.new == 2
    assert table.new == len(new)
    assert (await take_in(FOLDER / "echotrace.json", replay, OPTIONS)).new == 1
    assert (await take_in(FOLDER / "weflow.json", replay, OPTIONS)).new == 0
    async with chat.database.read() as store:
        group = await groups.at(store, Place("wechat", "4455@chatroom"))
        assert group is not None
        spans = await groups.spans(store, [group.id], weflow.first_at, weflow.last_at)  # type: ignore[arg-type]
    assert {span.coverage for span in spans} == {Coverage.IMPORTED}


async def test_since_leaves_out_what_is_older(replay: Replay) -> None:
    since = (await take_in(FOLDER / "weflow.json", replay, replace(OPTIONS, group="x@chatroom"))).first_at
    assert since is not None
    asked = Asked(since=since + timedelta(minutes=10))
    found = [one async for one in take_in_each(FOLDER / "weflow.json", replay, OPTIONS, asked=asked)]
    (report,) = [one for one in found if isinstance(one, history.Report)]
    assert (report.read, report.skipped["is from before the day that was asked for"]) == (2, 6)


async def test_two_alike_in_one_second_stay_two_in_any_overlap(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    export = json.loads((FOLDER / "weflow.json").read_text("utf-8"))
    for row in export["messages"]:
        row.pop("platformMessageId", None)
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(export), "utf-8")
    assert (await take_in(FOLDER / "weflow.json", replay, OPTIONS)).new == 8
    assert (await take_in(bare, replay, OPTIONS)).new == 0


# -- what adapters and exports call the same --------------------------------------------------------------------------


def as_heard_on_qq() -> Message:
    raw = {
        "post_type": "message", "message_type": "group", "self_id": 99999, "group_id": 900800700, "user_id": 20002,
        "message_id": -1234, "real_seq": "501", "time": 1793581265, "sender": {"card": "木子"},
        "message": [{"type": "text", "data": {"text": "主库磁盘满了，pg_wal 能直接删吗？"}}],
    }  # fmt: skip
    frame = to_frame(raw, "99999", T0)
    assert isinstance(frame, Frame)
    assert frame.place == Place("qq", "900800700")
    return said(frame)


def as_heard_on_telegram() -> Message:
    chat = {"id": -1001500000001, "type": "supergroup", "title": "PG 夜谈"}
    sender = {"id": 102, "is_bot": False, "first_name": "木子"}
    text = "主库磁盘满了，pg_wal 能直接删吗？"
    message = {"message_id": 2, "date": 1793581265, "chat": chat, "from": sender, "text": text}
    read_back = to_frames({"update_id": 1, "message": message}, Me("99999", "xq_bot"), T0)
    assert isinstance(read_back, Read)
    assert read_back.frames[0].place == Place("telegram", "-1001500000001", name="PG 夜谈")
    return said(read_back.frames[0])


def said(frame: Frame) -> Message:
    assert isinstance(frame.content, Message)
    return frame.content


@pytest.mark.parametrize(
    ("name", "heard"), [("qq_v5.json", as_heard_on_qq), ("telegram_one.json", as_heard_on_telegram)]
)
def test_an_export_knows_messages_by_the_ids_of_the_adapter(name: str, heard: Callable[[], Message]) -> None:
    _, found = read(FOLDER / name, FIXTURES[name][1])
    live = heard()
    same = [one for one in found if isinstance(one, Message) and one.key == live.key]
    assert [(one.at, one.member, one.name, one.text) for one in same] == [(live.at, live.member, live.name, live.text)]


# -- the seam ---------------------------------------------------------------------------------------------------------


@pytest.mark.middle
@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("cut", [33, 90])
async def test_a_longer_export_mends_the_threads_at_the_seam(
    cut: int, ids: bool, chat: Chat, other: Chat, tmp_path: Path
) -> None:
    name, messages = next(iter(fortnight.told().items()))
    messages = messages[: story.MESSAGES]

    def export(some: list[Message]) -> Path:
        rows = fortnight.as_weflow(name, some)
        for row in rows["messages"]:
            row.pop("platformMessageId" if not ids else "", None)
            row.pop("replyToMessageId" if not ids else "", None)
        file = tmp_path / "export.json"
        file.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
        return file

    in_parts, at_once = await story.importing(chat.database, chat), await story.importing(other.database, other)
    await take_in(export(messages[: cut + 15]), in_parts, OPTIONS)
    longer = await take_in(export(messages[cut:]), in_parts, OPTIONS)
    assert (longer.read, longer.new) == (len(messages) - cut, len(messages) - cut - 15)
    whole = await take_in(export(messages), at_once, OPTIONS)
    now = messages[-1].at + timedelta(days=1)
    (place,) = whole.places
    assert await story.state(chat.database, place, now) == await story.state(other.database, place, now)
