"""The watched folder: what is settled comes in by itself, is moved, and has a report beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.config import Imports
from bot.watching import TRIES, Watcher
from storage import groups
from storage.database import Database
from storage.frames import Place
from tests.bot.cli.process import environment
from tests.bot.importers.golden import FOLDER
from tests.chat import Chat

pytestmark = pytest.mark.middle


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database)


@pytest.fixture
def watcher(chat: Chat, tmp_path: Path) -> Watcher:
    settings = Imports(watch=tmp_path / "exports", settle_seconds=10)
    (tmp_path / "exports").mkdir()
    return Watcher(chat.database, chat.house, settings, "小象", chat.clock)


def folder_of(watcher: Watcher) -> Path:
    assert watcher.settings.watch is not None
    return watcher.settings.watch


def lies(watcher: Watcher) -> list[str]:
    folder = folder_of(watcher)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def test_a_settled_file_comes_in_and_is_moved(watcher: Watcher, chat: Chat) -> None:
    shutil.copyfile(FOLDER / "weflow.json", folder_of(watcher) / "weflow.json")
    assert await watcher.look() == 0  # seen for the first time: it may still grow
    chat.later(seconds=9)
    assert await watcher.look() == 0
    with (folder_of(watcher) / "weflow.json").open("a", encoding="utf-8") as file:
        file.write("\n")
    chat.later(seconds=9)
    assert await watcher.look() == 0
    chat.later(seconds=10)
    assert await watcher.look() == 1
    assert lies(watcher) == ["done/weflow.json", "done/weflow.json.report.txt"]
    told = (folder_of(watcher) / "done/weflow.json.report.txt").read_text("utf-8")
    assert "weflow.json (weflow): PG 夜谈 (wechat)" in told
    assert "read 8, new 8, known already 0, skipped 1" in told
    async with chat.database.read() as store:
        assert await groups.at(store, Place("wechat", "4455@chatroom")) is not None


async def settled(watcher: Watcher, chat: Chat) -> int:
    await watcher.look()
    chat.later(seconds=11)
    return await watcher.look()


async def test_what_cannot_be_read_goes_to_failed_and_keeps_nothing_out(watcher: Watcher, chat: Chat) -> None:
    folder = folder_of(watcher)
    (folder / "a.txt").write_text("no chat at all", "utf-8")
    (folder / "paste.txt").write_text((FOLDER / "pasted.txt").read_text("utf-8"), "utf-8")
    (folder / "half.json").write_text((FOLDER / "weflow.json").read_text("utf-8")[:1500], "utf-8")
    shutil.copyfile(FOLDER / "qq_v5.json", folder / "qq.json")
    assert await settled(watcher, chat) == 4
    assert [name for name in lies(watcher) if not name.endswith(".report.txt")] == [
        "done/half.json", "done/qq.json", "failed/a.txt", "failed/paste.txt",
    ]  # fmt: skip
    assert "none of the formats" in (folder / "failed/a.txt.report.txt").read_text("utf-8")
    assert "--group KEY" in (folder / "failed/paste.txt.report.txt").read_text("utf-8")
    assert "breaks off" in (folder / "done/half.json.report.txt").read_text("utf-8")


async def test_a_folder_and_an_archive_come_in_as_one(watcher: Watcher, chat: Chat) -> None:
    folder = folder_of(watcher)
    shutil.copytree(FOLDER / "qq_chunks", folder / "qq_chunks")
    shutil.make_archive(str(folder / "slack"), "zip", FOLDER / "slack")
    assert await settled(watcher, chat) == 2
    assert {"done/qq_chunks.report.txt", "done/slack.zip", "done/slack.zip.report.txt"} <= set(lies(watcher))


async def test_the_same_name_again_replaces_nothing(watcher: Watcher, chat: Chat) -> None:
    for _ in range(2):
        shutil.copyfile(FOLDER / "discord.json", folder_of(watcher) / "discord.json")
        assert await settled(watcher, chat) == 1
    assert [name for name in lies(watcher) if name.endswith(".json")] == ["done/discord-2.json", "done/discord.json"]
    assert "new 0, known already 6" in (folder_of(watcher) / "done/discord-2.json.report.txt").read_text("utf-8")


async def test_links_and_what_is_being_written_are_left(watcher: Watcher, chat: Chat) -> None:
    folder = folder_of(watcher)
    os.symlink(FOLDER / "weflow.json", folder / "link.json")
    shutil.copyfile(FOLDER / "weflow.json", folder / "weflow.json.crdownload")
    (folder / ".hidden.json").write_text("{}", "utf-8")
    assert await settled(watcher, chat) == 0


async def test_a_file_at_which_it_always_fails_is_put_aside(watcher: Watcher, chat: Chat) -> None:
    shutil.copyfile(FOLDER / "weflow.json", folder_of(watcher) / "weflow.json")
    watcher.tries[folder_of(watcher) / "weflow.json"] = TRIES
    assert await settled(watcher, chat) == 1
    assert lies(watcher)[0] == "failed/weflow.json"


async def known(chat: Chat, *places: Place) -> None:
    async with chat.database.write() as store:
        for place in places:
            await groups.ensure(store, place, None)


PG_WECHAT, PG_QQ = Place("wechat", "4455@chatroom", name="PG 夜谈"), Place("qq", "900800700", name="PG 夜谈")


@pytest.mark.parametrize(
    ("where", "places"),
    [
        ("PG 夜谈", [PG_WECHAT]), ("4455@chatroom", [PG_WECHAT, PG_QQ]), ("wechat/PG 夜谈", [PG_WECHAT, PG_QQ]),
    ],
)  # fmt: skip
async def test_a_sub_folder_says_which_group(where: str, places: list[Place], watcher: Watcher, chat: Chat) -> None:
    await known(chat, *places)
    (folder_of(watcher) / where).mkdir(parents=True)
    for name in ("pasted.txt", "memotrace_new.csv"):
        shutil.copyfile(FOLDER / name, folder_of(watcher) / where / name)
    assert await settled(watcher, chat) == 2
    assert lies(watcher) == [
        f"done/{where}/memotrace_new.csv", f"done/{where}/memotrace_new.csv.report.txt",
        f"done/{where}/pasted.txt", f"done/{where}/pasted.txt.report.txt",
    ]  # fmt: skip
    told = (folder_of(watcher) / f"done/{where}/pasted.txt.report.txt").read_text("utf-8")
    assert told.startswith("pasted.txt (pasted): PG 夜谈 (wechat)\n")
    assert (folder_of(watcher) / where).is_dir()  # the next export may be laid there


async def test_a_name_that_two_groups_have_says_nothing(watcher: Watcher, chat: Chat) -> None:
    await known(chat, PG_WECHAT, PG_QQ)
    (folder_of(watcher) / "PG 夜谈").mkdir()
    shutil.copyfile(FOLDER / "pasted.txt", folder_of(watcher) / "PG 夜谈/pasted.txt")
    assert await settled(watcher, chat) == 1
    assert "--group KEY" in (folder_of(watcher) / "failed/PG 夜谈.report.txt").read_text("utf-8")


async def test_a_sub_folder_says_which_platform(watcher: Watcher, chat: Chat) -> None:
    (folder_of(watcher) / "wechat").mkdir()
    table = "time,name,text,group\n2026-11-02 09:01,木子,早,g1\n"
    (folder_of(watcher) / "wechat/table.csv").write_text(table, "utf-8")
    assert await settled(watcher, chat) == 1
    report = (folder_of(watcher) / "done/wechat/table.csv.report.txt").read_text("utf-8")
    assert report.startswith("table.csv (table): g1 (wechat)\n")


async def test_an_export_that_is_a_folder_stays_one_whatever_it_is_called(watcher: Watcher, chat: Chat) -> None:
    await known(chat, PG_QQ)
    shutil.copytree(FOLDER / "qq_chunks", folder_of(watcher) / "PG 夜谈")
    assert await settled(watcher, chat) == 1
    assert "(qq_chat_exporter): PG 夜谈 (qq)" in (folder_of(watcher) / "done/PG 夜谈.report.txt").read_text("utf-8")


async def test_without_a_folder_nothing_is_looked_at(chat: Chat) -> None:
    assert await Watcher(chat.database, chat.house, Imports(), "小象", chat.clock).look() == 0


@pytest.mark.middle
def test_a_running_bot_takes_in_what_is_laid_there(tmp_path: Path) -> None:
    tables = '[web]\nenabled = false\n[imports]\nwatch = "exports"\nsettle_seconds = 1\n[handlers.questions]\n'
    (tmp_path / "config.toml").write_text(tables + "[classifiers.rules]\n[classifiers.keywords]\n")
    (tmp_path / "exports").mkdir()
    shutil.copyfile(FOLDER / "weflow.json", tmp_path / "exports/weflow.json")
    command = [sys.executable, "-P", "-m", "bot", "--config", str(tmp_path / "config.toml"), "run"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path), stdout=log, stderr=log)
    report, until = tmp_path / "exports/done/weflow.json.report.txt", time.monotonic() + 90
    try:
        while not report.exists() and process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
    finally:
        process.terminate()
    assert process.wait(30) == 0, (tmp_path / "log").read_text("utf-8")
    assert "read 8, new 8" in report.read_text("utf-8")
    assert "主库磁盘满了" not in (tmp_path / "log").read_text("utf-8")
