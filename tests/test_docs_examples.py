"""The examples: each plugin in docs/adding.md and in the contracts is complete, and runs as it stands."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import shutil
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import inspect

from bot import assembly, history, plugins
from bot.app import App
from bot.commands import Vocabulary
from bot.config import load
from bot.importers import Options
from bot.replay import Replay
from classifiers import Guess
from storage import _personal, migrate, privacy, threads, topics
from storage.database import Database
from storage.schema import METADATA
from tests.chat import FEATURES, Chat
from tests.docs_tables import ROOT

pytestmark = pytest.mark.middle

ADDING = (ROOT / "docs/adding.md").read_text("utf-8")
CONTRACTS = ("bot.adapters", "bot.importers", "classifiers", "handlers")
PACKAGES = (*CONTRACTS, "storage")


def of_docs() -> dict[str, str]:
    """Return path and code of every file in docs/adding.md."""
    return dict(re.findall(r"^`(\S+\.py)`\n\n```python\n(.*?)^```", ADDING, re.MULTILINE | re.DOTALL))


def of_contract(package: str) -> tuple[str, str]:
    """Return path and code of the example in a contract's docstring."""
    text = importlib.import_module(package).__doc__ or ""
    found = re.search(r"A whole minimal [\w ]+\(`(\S+\.py)`\)[^\n]*:\n\n((?:(?: {4}[^\n]*)?\n)+)", text)
    assert found, f"{package} shows no whole minimal plugin"
    return found[1], textwrap.dedent(found[2])


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A second set of the packages' folders, for files of an example; nothing of them is left afterwards."""
    known, tables = set(sys.modules), set(METADATA.tables)
    folders = {name: tmp_path.joinpath("checkout", *name.split(".")) for name in PACKAGES}
    for name, folder in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        importlib.import_module(name).__path__.append(str(folder))
    importlib.invalidate_caches()
    yield tmp_path / "checkout"
    for name, folder in folders.items():
        importlib.import_module(name).__path__.remove(str(folder))
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            parent, _, child = name.rpartition(".")
            delattr(sys.modules[parent], child)
            del sys.modules[name]
    for name in set(METADATA.tables) - tables:
        METADATA.remove(METADATA.tables[name])


def put(checkout: Path, path: str, code: str) -> ModuleType:
    """Write a file where its name says, and import it."""
    file = checkout / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code, "utf-8")
    importlib.invalidate_caches()
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert module.__file__ == str(file)
    return module


@asynccontextmanager
async def running(folder: Path, database: Database, text: str) -> AsyncIterator[App]:
    """A whole process of the bot, configured by a text."""
    (folder / "config.toml").write_text(text, "utf-8")
    config = load(folder / "config.toml", {})
    app, stop = App(config, database), asyncio.Event()
    task = asyncio.create_task(app.run(stop))
    try:
        yield app
    finally:
        stop.set()
        async with asyncio.timeout(15):
            await task


async def everything(app: App, posts: int) -> None:
    """Wait until so many posts went out."""
    async with asyncio.timeout(20):
        while sum(outbox.counts[state] for outbox in app.outboxes for state in outbox.counts) < posts:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


# -- the contracts ----------------------------------------------------------------------------------------------------


async def test_the_examples_of_the_contracts_run_together(
    checkout: Path, sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("bot.adapters", "classifiers", "handlers"):
        put(checkout, *of_contract(package))
    (tmp_path / "lines.txt").write_text("SELECT 1 很慢，怎么办\n/dice\n", "utf-8")
    text = f'[web]\nenabled = false\n[adapters.pipe]\npath = "{tmp_path.as_posix()}/lines.txt"\n'
    text += "[handlers.questions]\n[handlers.dice]\nsides = 2\n[classifiers.rules]\n[classifiers.first_word]\n"
    async with running(tmp_path, sqlite_database, text) as app:
        await everything(app, 1)
    assert capsys.readouterr().out.splitlines()[-1] in {"1 点。", "2 点。"}
    async with sqlite_database.read() as store:
        thread = await threads.find(store, 1)
    assert thread is not None
    assert thread.topic == "sql"


async def test_the_example_of_the_importers_reads(checkout: Path, sqlite_database: Database, tmp_path: Path) -> None:
    put(checkout, *of_contract("bot.importers"))
    file = tmp_path / "history"
    file.write_text("2026-11-23T09:00:00+08:00 alice 早\nnonsense\n2026-11-23T09:01:00+08:00 bob 早 啊\n", "utf-8")
    report = await imported(sqlite_database, file, Options())
    assert (report.format, report.read, report.new, sum(report.skipped.values())) == ("lines", 2, 2, 1)


async def imported(database: Database, file: Path, options: Options) -> history.Report:
    chat = await Chat.open(database)
    replay = Replay(database, chat.house, chat.account)
    return await history.take_in(file, replay, options)


# -- docs/adding.md ---------------------------------------------------------------------------------------------------


def test_every_example_is_tried() -> None:
    tried = {"bot/adapters/lines.py", "bot/importers/commas.py", "classifiers/prefixes.py", "handlers/clock.py"}
    tried |= {"handlers/arrivals.py", "handlers/bookmarks.py", "storage/bookmarks.py"}
    tried |= {"storage/migrations/versions/0002_bookmarks.py"}
    assert set(of_docs()) == tried


async def test_a_platform(checkout: Path, sqlite_database: Database, tmp_path: Path) -> None:
    put(checkout, "bot/adapters/lines.py", of_docs()["bot/adapters/lines.py"])
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def platform(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = [{"id": 1, "from": "alice", "text": "@bot 复制槽把磁盘撑满了，怎么办"}, {"id": 2}]
        for raw in said:
            writer.write(json.dumps(raw).encode() + b"\n")
        while line := await reader.readline():
            heard.put_nowait(json.loads(line)["text"])
        writer.close()

    server = await asyncio.start_server(platform, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    text = f"[web]\nenabled = false\n[adapters.lines]\nport = {port}\n[handlers.questions]\n"
    async with server, running(tmp_path, sqlite_database, text) as app:
        async with asyncio.timeout(20):
            assert "#1" in await heard.get()
        assert app.ears[0].oddities == 1
        assert await app.adapters["lines"].probe() == []
    assert len(await app.adapters["lines"].probe()) == 1


async def test_an_importer(checkout: Path, sqlite_database: Database, tmp_path: Path) -> None:
    put(checkout, "bot/importers/commas.py", of_docs()["bot/importers/commas.py"])
    file = tmp_path / "history.csv"
    rows = ['2026-11-23 09:00:00,alice,"复制槽把磁盘撑满了，怎么办"', "2026-11-23T01:05:00Z,bob,先删没用的槽", "x,y,z"]
    file.write_text("\n".join(["time,member,text", *rows]), "utf-8")
    first = await imported(sqlite_database, file, Options(group="g1"))
    again = await imported(sqlite_database, file, Options(group="g1"))
    assert (first.read, first.new, first.threads, dict(first.skipped)) == (2, 2, 1, {"is not: time, member, text": 1})
    assert (again.read, again.new) == (2, 0)
    assert first.first_at == datetime.fromisoformat("2026-11-23T01:00:00Z")


async def test_a_classifier(checkout: Path, sqlite_database: Database, tmp_path: Path) -> None:
    put(checkout, "classifiers/prefixes.py", of_docs()["classifiers/prefixes.py"])
    (tmp_path / "config.toml").write_text(section("A classifier"), "utf-8")
    found = assembly.classifiers(load(tmp_path / "config.toml", {}))
    assert found.chooser.topic("SELECT 1") == [Guess("sql", 0.9)]
    assert found.chooser.topic("在吗") == []
    await assembly.seed(sqlite_database, found)
    async with sqlite_database.read() as store:
        assert set(await topics.every(store)) == {"sql", "other"}


async def test_a_feature(checkout: Path, sqlite_database: Database, tmp_path: Path) -> None:
    put(checkout, "handlers/clock.py", of_docs()["handlers/clock.py"])
    (tmp_path / "config.toml").write_text(section("A feature"), "utf-8")
    assert Vocabulary(assembly.features(load(tmp_path / "config.toml", {}))).parse("/clock", spoken_to=False)
    chat = await Chat.open(sqlite_database, features=(*FEATURES, "clock"))
    await chat.make_admin("root")
    assert await chat.say("alice", "/clock") == ["现在 09:00。"]
    await chat.say("root", "/settings clock.seconds on")
    assert await chat.ask_bot("alice", "几点") == ["现在 09:00:03。"]


async def test_a_digest_section(checkout: Path, sqlite_database: Database) -> None:
    put(checkout, "handlers/arrivals.py", of_docs()["handlers/arrivals.py"])
    tables: dict[str, dict[str, Any]] = {"digest": {"sections": ["figures", "arrivals"]}, "arrivals": {"at_least": 2}}
    chat = await Chat.open(sqlite_database, features=(*FEATURES, "arrivals"), tables=tables)
    await chat.make_admin("root")
    for who in ("alice", "bob"):
        await chat.join(who)
    await chat.say("alice", "复制槽把磁盘撑满了，怎么办")
    chat.later(days=7)
    shown = await chat.say("root", "/digest preview")
    assert "【新来的】\n这一周进群 2 人，欢迎。" in "\n".join(shown)


async def test_a_feature_with_rows(checkout: Path, tmp_path: Path) -> None:
    noun = put(checkout, "storage/bookmarks.py", of_docs()["storage/bookmarks.py"])
    put(checkout, "handlers/bookmarks.py", of_docs()["handlers/bookmarks.py"])
    async with Database.open(f"sqlite:///{tmp_path}/rows.db") as database:
        assert (await migrate.upgrade(database, migrations(tmp_path)))[-1] == "0002_bookmarks"
        assert await columns(database, "bookmarks") == {column.name for column in noun.BOOKMARKS.columns}
        chat = await Chat.open(database, features=(*FEATURES, "bookmarks"))
        await chat.say("alice", "复制槽把磁盘撑满了，怎么办")
        assert await chat.ask_bot("bob", "收藏 1") == ["#1 收好了，发「我的收藏」看全部。"]
        assert (await chat.say("bob", "/kept"))[0].startswith("#1 ")
        assert await chat.say("alice", "/kept") == ["还没收藏过。看到好的题，发「收藏 编号」。"]
        assert "bookmarks" in {place.table.name for place in _personal.places()}
        async with database.write() as store:
            (bob,) = await store.scalars(noun.select(noun.BOOKMARKS.c.member_id))
            assert (await privacy.mydata(store, [bob]))["bookmarks"]
            await privacy.forget(store, [bob], chat.clock.now())
            assert await noun.of_member(store, bob) == []


def migrations(folder: Path) -> Path:
    """Return a copy of the migrations with the example's behind them."""
    copy = folder / "migrations"
    shutil.copytree(migrate.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    newest = sorted(path.stem for path in (copy / "versions").glob("*.py"))[-1]
    code = of_docs()["storage/migrations/versions/0002_bookmarks.py"]
    changed = re.sub(r'^down_revision = ".*"$', f'down_revision = "{newest}"', code, flags=re.MULTILINE)
    (copy / "versions" / "0002_bookmarks.py").write_text(changed, "utf-8")
    return copy


async def columns(database: Database, table: str) -> set[str]:
    async with database.read() as store:

        def named(connection: Any) -> set[str]:
            return {column["name"] for column in inspect(connection).get_columns(table)}

        return await store.connection.run_sync(named)


def section(heading: str) -> str:
    """Return the configuration that a section of docs/adding.md shows."""
    found = re.search(rf"^## {heading}\n.*?^```toml\n(.*?)^```", ADDING, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_every_configuration_is_of_a_plugin_that_is_shown() -> None:
    tables = set(re.findall(r"^\[(\w+\.\w+)\]$", ADDING, re.MULTILINE))
    shown = {".".join(Path(path).with_suffix("").parts[-2:]) for path in of_docs()}
    there = {f"{kind}.{name}" for kind in plugins.PACKAGES for name in plugins.available(kind)}  # type: ignore[arg-type]
    assert tables <= shown | there


# -- docs/testing.md --------------------------------------------------------------------------------------------------


async def test_the_example_of_the_dialog_driver_passes(sqlite_database: Database) -> None:
    text = (ROOT / "docs/testing.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/testing.md", "exec"), names)
    (test,) = (found for name, found in names.items() if name.startswith("test_"))
    await test(sqlite_database)
