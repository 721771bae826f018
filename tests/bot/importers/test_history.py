"""Imports: the same threads and figures as live, nothing twice, in whatever order history comes."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import history
from bot.history import take_in, uncovered
from bot.importers import FormatError, Options
from bot.replay import UNPLACED, Replay
from handlers import Context, Feature, NoSettings, Router
from storage import groups, inbox, messages, metrics, privacy, settings
from storage.database import Database
from storage.frames import Kind, Place
from storage.groups import Coverage, Span
from storage.messages import Stored
from tests.bot.importers import story
from tests.chat import Chat
from tests.postgres import aside

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

PLACE = Place("qq", "demo-g1", name="PG 交流一群")
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
OPTIONS = Options(frozenset({"小象"}))
FIGURES = ("questions", "first_response_time", "response_rate_24h", "close_time", "resolution_rate", "messages", "wau")


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database)


@pytest.fixture
async def replay(chat: Chat) -> Replay:
    return await story.importing(chat.database, chat)


@pytest.fixture(scope="module")
def heard(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a community in which the group's fortnight was heard live."""
    file = tmp_path_factory.mktemp("heard") / "live.db"
    shutil.copyfile(sqlite_template, file)

    async def hear() -> None:
        async with Database.open(f"sqlite:///{file}") as database:
            await story.push(await Chat.open(database), story.told())

    aside(hear)
    return file


@pytest.fixture
async def live(heard: Path, tmp_path: Path) -> AsyncIterator[Chat]:
    """Return a community of the test's own in which the group's fortnight was heard live."""
    file = tmp_path / "live.db"
    await asyncio.to_thread(shutil.copyfile, heard, file)
    async with Database.open(f"sqlite:///{file}") as database:
        yield await Chat.open(database)


async def figures(chat: Chat) -> dict[str, object]:
    week = metrics.week_of(story.SUNDAY, story.ZONE)
    async with chat.database.write() as store:
        group = await groups.at(store, PLACE)
        assert group is not None
        await groups.add_span(store, Span(group.id, Coverage.FULL, week.since - timedelta(days=30), NOW, None))
        scope = metrics.Scope.group(group)
        found = await metrics.compute_all(store, FIGURES, scope, week, NOW, metrics.Options())
    return {name: (value.value, value.n, value.of, dict(value.extra)) for name, value in found.items()}


async def test_an_import_gives_the_threads_and_figures_of_live(chat: Chat, replay: Replay, live: Chat, tmp_path: Path):
    file = story.written(story.told(), tmp_path / "g1.jsonl")
    report = await take_in(file, replay, OPTIONS)
    assert (report.read, report.new, report.quarantined, dict(report.skipped)) == (150, 150, 0, {})
    state = await story.state(chat.database, PLACE, NOW)
    assert len(state) == report.threads > 12
    assert state == await story.state(live.database, PLACE, NOW)
    assert await figures(chat) == await figures(live)


@pytest.mark.middle
async def test_both_engines_make_the_same_of_a_file(postgresql_url: str, live: Chat, tmp_path: Path) -> None:
    async with Database.open(postgresql_url) as database:
        chat = await Chat.open(database)
        replay = await story.importing(database, chat)
        told = story.told()
        for part in (told[90:], told):
            report = await take_in(story.written(part, tmp_path / "g1.jsonl"), replay, OPTIONS)
        assert (report.new, report.duplicate) == (90, 60)
        assert await story.state(database, PLACE, NOW) == await story.state(live.database, PLACE, NOW)


async def test_a_second_import_adds_nothing(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    file = story.written(story.told(), tmp_path / "g1.jsonl")
    await take_in(file, replay, OPTIONS)
    async with chat.database.read() as store:
        before = await inbox.count(store)
    state = await story.state(chat.database, PLACE, NOW)
    again = await take_in(file, replay, OPTIONS)
    assert (again.read, again.new, again.duplicate) == (150, 0, 150)
    async with chat.database.read() as store:
        assert await inbox.count(store) == before
        group = await groups.at(store, PLACE)
        assert group is not None
        spans = await groups.spans(store, [group.id], NOW - timedelta(days=365), NOW)
    assert [span.coverage for span in spans] == [Coverage.IMPORTED]
    assert await story.state(chat.database, PLACE, NOW) == state


async def test_importing_what_was_heard_live_adds_nothing(live: Chat, tmp_path: Path) -> None:
    state = await story.state(live.database, PLACE, NOW)
    replay = await story.importing(live.database, live)
    report = await take_in(story.written(story.told(), tmp_path / "g1.jsonl"), replay, OPTIONS)
    assert (report.read, report.new) == (150, 0)
    assert await story.state(live.database, PLACE, NOW) == state


async def test_a_file_without_ids_adds_nothing_to_what_was_heard_live(live: Chat, tmp_path: Path) -> None:
    file = story.written(story.told(), tmp_path / "g1.jsonl")
    file.write_text(re.sub('"platformMessageId": "[^"]*", ', "", file.read_text("utf-8")), "utf-8")
    replay = await story.importing(live.database, live)
    report = await take_in(file, replay, OPTIONS)
    assert (report.read, report.new) == (150, 0)


async def test_a_file_without_ids_comes_in_once_and_keeps_twins(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    told = story.told()
    file = story.written([*told[:60], told[59], told[59]], tmp_path / "g1.jsonl")
    file.write_text(re.sub('"platformMessageId": "[^"]*", ', "", file.read_text("utf-8")), "utf-8")
    assert (await take_in(file, replay, OPTIONS)).new == 62
    assert (await take_in(file, replay, OPTIONS)).new == 0


@pytest.mark.parametrize("cut", [40, 100])
async def test_history_from_before_live_gives_what_hearing_all_gives(
    cut: int, chat: Chat, replay: Replay, live: Chat, tmp_path: Path
) -> None:
    told = story.told()
    await story.push(chat, told[cut:])
    assert await story.state(chat.database, PLACE, NOW) != await story.state(live.database, PLACE, NOW)
    report = await take_in(story.written(told, tmp_path / "g1.jsonl"), replay, OPTIONS)
    assert report.new == cut
    assert await story.state(chat.database, PLACE, NOW) == await story.state(live.database, PLACE, NOW)


async def test_parts_may_come_in_any_order(chat: Chat, replay: Replay, live: Chat, tmp_path: Path) -> None:
    told = story.told()
    parts = [told[110:], told[:60], told[40:130]]
    for number, part in enumerate(parts):
        await take_in(story.written(part, tmp_path / f"{number}.jsonl"), replay, OPTIONS)
    assert await story.state(chat.database, PLACE, NOW) == await story.state(live.database, PLACE, NOW)


async def test_rows_in_the_wrong_order_are_put_right(
    chat: Chat, replay: Replay, live: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BATCH", 40)
    await take_in(story.written(story.told()[::-1], tmp_path / "g1.jsonl"), replay, OPTIONS)
    assert await story.state(chat.database, PLACE, NOW) == await story.state(live.database, PLACE, NOW)


async def test_feeding_one_by_one_ends_alike(chat: Chat, replay: Replay, live: Chat) -> None:
    await replay.feed([history.frame(frame.place, frame.content) for frame in story.told()])  # type: ignore[arg-type]
    assert await story.state(chat.database, PLACE, NOW) == await story.state(live.database, PLACE, NOW)


async def test_what_a_crash_left_unplaced_is_placed_by_the_next_import(
    chat: Chat, replay: Replay, live: Chat, tmp_path: Path
) -> None:
    frames = [history.frame(frame.place, frame.content) for frame in story.told()]  # type: ignore[arg-type]
    await replay.fill(PLACE, frames[70:])
    await replay.fill(PLACE, frames[:70])
    async with chat.database.read() as store:
        group = await groups.at(store, PLACE)
        assert group is not None
        assert datetime.fromisoformat(await settings.get(store, group.id, UNPLACED)) == frames[0].at
    assert await story.state(chat.database, PLACE, NOW) == []
    again = await story.importing(chat.database, chat)
    report = await take_in(story.written(story.told(), tmp_path / "g1.jsonl"), again, OPTIONS)
    assert report.new == 0
    assert await story.state(chat.database, PLACE, NOW) == await story.state(live.database, PLACE, NOW)
    async with chat.database.read() as store:
        assert await settings.get(store, group.id, UNPLACED) is None


async def test_an_import_listens_nowhere_and_posts_nothing(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    await take_in(story.written(story.told(), tmp_path / "g1.jsonl"), replay, OPTIONS)
    assert chat.replies == await chat.tick() == []
    async with chat.database.read() as store:
        group = await groups.at(store, PLACE)
    assert group is not None
    assert group.account_id is None
    assert await chat.say("m01", "早", group=PLACE.key) == []
    async with chat.database.read() as store:
        group = await groups.at(store, PLACE)
    assert group is not None
    assert group.account_id == chat.account.id


async def test_commands_in_history_are_not_obeyed(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    told = story.told()[:1]
    file = story.written(told, tmp_path / "g1.jsonl")
    file.write_text(file.read_text("utf-8").replace("早，新的一周", "/help"), "utf-8")
    assert (await take_in(file, replay, OPTIONS)).new == 1
    assert await chat.tick() == []


async def test_of_an_opted_out_member_only_key_and_time_are_kept(chat: Chat, replay: Replay, tmp_path: Path) -> None:
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "m01", NOW)
    await take_in(story.written(story.told()[:1], tmp_path / "g1.jsonl"), replay, OPTIONS)
    async with chat.database.read() as store:
        group = await groups.at(store, PLACE)
        assert group is not None
        stored = await messages.find(store, group.id, "d001")
    assert stored is not None
    assert (stored.kind, stored.text, stored.name, stored.member_id) == (Kind.WITHHELD, "", "", None)


async def test_a_file_that_breaks_off_gives_what_came_before(
    chat: Chat, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BATCH", 100)
    file = story.written(story.told(), tmp_path / "g1.jsonl")
    with file.open("a", encoding="utf-8") as rows:
        rows.write('{"_type": "header", "meta": null}\n')
    report = await take_in(file, replay, OPTIONS)
    assert "no meta" in report.broken
    assert report.threads > 0
    async with chat.database.read() as store:
        assert await inbox.count(store) == {"done": story.MESSAGES}


async def test_one_message_that_cannot_be_worked_off_keeps_no_other_out(chat: Chat, tmp_path: Path) -> None:
    router = Router(NoSettings)

    @router.message
    async def stumble(message: Stored, ctx: Context[NoSettings]) -> None:
        if message.key == "d005":
            raise ArithmeticError(message.key)

    chat.house = replace(chat.house, features=[*chat.house.features, Feature("stumble", router, NoSettings())])
    replay = await story.importing(chat.database, chat)
    report = await take_in(story.written(story.told()[:40], tmp_path / "g1.jsonl"), replay, OPTIONS)
    assert (report.read, report.quarantined) == (40, 1)
    async with chat.database.read() as store:
        assert await inbox.count(store) == {"done": 39, "quarantined": 1}
        group = await groups.at(store, PLACE)
        assert group is not None
        assert await messages.find(store, group.id, "d005") is None
    assert report.threads > 0


async def test_a_file_that_is_none_is_refused(replay: Replay, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("hello")
    with pytest.raises(FormatError, match="chatlab"):
        await take_in(file, replay, OPTIONS)
    with pytest.raises(FormatError, match="cannot be opened"):
        await take_in(tmp_path / "missing", replay, OPTIONS)


def _at(hour: int) -> datetime:
    return datetime(2026, 11, 1, hour, tzinfo=UTC)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], [(_at(2), _at(8) + SECOND)]),
        ([(Coverage.FULL, _at(0), None)], []),
        ([(Coverage.FULL, _at(4), _at(6))], [(_at(2), _at(4)), (_at(6), _at(8) + SECOND)]),
        ([(Coverage.FULL, _at(1), _at(3))], [(_at(3), _at(8) + SECOND)]),
        ([(Coverage.IMPORTED, _at(2), _at(8) + SECOND)], []),
        ([(Coverage.MENTIONS, _at(0), None)], [(_at(2), _at(8) + SECOND)]),
        ([(Coverage.NONE, _at(4), _at(5))], [(_at(2), _at(8) + SECOND)]),
        ([(Coverage.FULL, _at(6), None), (Coverage.IMPORTED, _at(1), _at(5))], [(_at(5), _at(6))]),
    ],
)
def test_coverage_is_added_where_nothing_is_known(
    known: list[tuple[Coverage, datetime, datetime | None]], expected: list[tuple[datetime, datetime]]
) -> None:
    spans = [Span(1, coverage, since, until, None) for coverage, since, until in known]
    assert uncovered(spans, _at(2), _at(8)) == expected
