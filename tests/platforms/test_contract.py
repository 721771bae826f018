"""The contract of the adapters, the same for every platform: the whole bot against a real server that behaves, or not.

Each platform's server is a process of its own (`stage.py`), so it can be killed; the bot is the whole bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.adapters import Ability
from bot.plugins import NoSettings
from bot.supervisor import State
from handlers import Feature, Router
from storage.frames import Kind
from storage.inbox import INBOX
from storage.inbox import State as InboxState
from tests.lag import HELD_UP, lag, p99
from tests.platforms.houses import House, configured, running, until
from tests.platforms.recorder import free_port
from tests.platforms.stage import Server, Stage, served

pytestmark = [pytest.mark.middle, pytest.mark.timeout(240)]

PLATFORMS = ("telegram", "dingtalk", "wechat", "onebot", "qq_official", "webhook")
STAGES: Mapping[str, Stage] = {
    name: importlib.import_module(f"tests.platforms.{name}.stage").STAGE for name in PLATFORMS
}
HEARING = [stage for stage in STAGES.values() if not stage.push_only]
QUESTION = "复制槽把磁盘撑满了，怎么办？"
STOP_SECONDS = 8.0  # three are promised, on a machine with nothing else to do

every = pytest.mark.parametrize("stage", HEARING, ids=lambda stage: stage.adapter)


@pytest.fixture(autouse=True)
def nothing_is_written_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Live in a folder of its own, and look afterwards what lies there."""
    monkeypatch.chdir(tmp_path)
    home = {path.name for path in Path.home().iterdir()}
    yield
    assert {path.name for path in tmp_path.iterdir()} <= {"config.toml", "data", "db"}
    assert {path.name for path in Path.home().iterdir()} - home <= {".cache", ".npm", ".config"}


@contextlib.asynccontextmanager
async def played(stage: Stage, folder: Path, **more: object) -> AsyncIterator[tuple[Server, House]]:
    """A platform's server, and the bot that is connected to it."""
    async with served(stage, free_port()) as server, alone(stage, folder, server.port, **more) as house:
        await house.up(stage.adapter)
        yield server, house


@contextlib.asynccontextmanager
async def alone(stage: Stage, folder: Path, port: int, *, wrong: bool = False, **more: object) -> AsyncIterator[House]:
    """The bot, with one account that looks for its server on a port; it stops in time."""
    table = dict((stage.wrong if wrong and stage.wrong else stage.table)(port), **more)
    async with running(configured(folder, database(folder), {stage.adapter: table})) as house:
        yield house
        began = time.monotonic()
    assert time.monotonic() - began < STOP_SECONDS


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'xiangqun.db'}"


# -- in and out -------------------------------------------------------------------------------------------------------


@every
async def test_what_is_said_is_stored_as_it_was_said_and_answered_once(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        able = house.app.adapters[stage.adapter].abilities
        asked = await server.say(QUESTION, member="m1", name="阿棠", mention=True)
        await server.until(lambda: server.posts)
        (row,) = await house.stored(stage.platform, 1)
        assert (row.key, row.text, row.to_bot, row.name) == (asked, QUESTION, True, "阿棠")
        assert server.posts[0]["key"]
        if Ability.QUOTE in able:
            assert server.posts[0]["quote"] == asked

        quoting = await server.say("我也遇到过，先看 restart_lsn", member="m2", name="老樊", quote=asked, mention=True)
        picture = await server.say("", member="m2", name="老樊", picture=True, mention=True)
        rows = {row.key: row for row in await house.stored(stage.platform, 3)}
        if Ability.QUOTE_IN in able:
            assert asked in {rows[quoting].reply_to} or QUESTION[:6] in (rows[quoting].quote or "")
        if Ability.PICTURE_IN in able:
            assert rows[picture].kind == Kind.IMAGE
        await asyncio.sleep(1)
        assert len(await house.rows(stage.platform)) == 3  # what the bot posted is nobody's message
        assert sum(post["text"] == server.posts[0]["text"] for post in server.posts) == 1


@every
async def test_a_command_of_a_stranger_is_denied_and_chatter_is_not_answered(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        able = house.app.adapters[stage.adapter].abilities
        if Ability.SEE_ALL in able:
            await server.say("早上好，今天真冷", member="m3", name="晓舟")
        await server.say("/digest now", member="m3", name="群主", mention=True)
        await server.until(lambda: server.posts)
        await asyncio.sleep(0.5)
        assert len(server.posts) == 1


@every
async def test_the_same_message_twice_is_one(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        await server.say(QUESTION, member="m1", mention=True, again=True)
        await server.say("谢谢", member="m1", mention=True)
        rows = await house.stored(stage.platform, 2)
        await server.until(lambda: server.posts)
        await asyncio.sleep(1)
        assert [row.text for row in rows] == [QUESTION, "谢谢"]
        assert len(await house.rows(stage.platform)) == 2
        assert len([text for text in server.texts() if text == server.texts()[0]]) == 1


@every
async def test_what_nobody_knows_is_kept_and_told_once(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        before = len(house.log.lines)
        for _ in range(5):
            await server.odd()
        await server.say(QUESTION, member="m1", mention=True)
        await house.stored(stage.platform, 1)
        async with house.app.database.read() as store:
            kept = await store.rows(INBOX.select().where(INBOX.c.state == InboxState.QUARANTINED))
        assert house.app.ears[0].oddities >= 1
        assert kept
        assert len(house.log.lines) - before <= 3
        assert house.state(stage.adapter) is State.UP


@every
async def test_a_feature_that_breaks_loses_nothing(stage: Stage, tmp_path: Path) -> None:
    """The turn in which it broke never happened; the next one does all of it, once."""
    router, broken = Router(NoSettings), []

    @router.message
    async def breaks_once(*_: object) -> None:
        if not broken:
            broken.append(True)
            raise RuntimeError("broken on purpose")

    async with played(stage, tmp_path) as (server, house):
        house.app.house.features.append(Feature("breaks", router, NoSettings()))  # type: ignore[attr-defined]
        await server.say(QUESTION, member="m1", mention=True)
        await server.until(lambda: server.posts)
        await house.stored(stage.platform, 1)
        await asyncio.sleep(0.5)
        assert broken
        assert len(server.posts) == 1


# -- trouble ----------------------------------------------------------------------------------------------------------


@every
async def test_a_server_that_was_killed_is_found_again(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        await server.say("先问好", member="m1", mention=True)
        await house.stored(stage.platform, 1)
        await server.kill()
        await asyncio.sleep(3)
        await server.start()
        began = time.monotonic()
        await house.up(stage.adapter, within=60)
        await server.say(QUESTION, member="m1", mention=True)
        rows = await house.stored(stage.platform, 2, within=60)
        print(f"{stage.adapter}: messages flow again {time.monotonic() - began:.1f} s after the server was back")
        assert [row.text for row in rows] == ["先问好", QUESTION]


@every
async def test_without_a_server_the_bot_starts_and_stops(stage: Stage, tmp_path: Path) -> None:
    async with alone(stage, tmp_path, free_port()) as house:
        await until(lambda: stage.adapter in house.app.board.parts)
        await until(lambda: house.state(stage.adapter) in {State.WAITING, State.STARTING})
        await asyncio.sleep(2)
        assert house.state(stage.adapter) is not State.UP
        assert len(house.log.lines) <= 20


@every
async def test_a_server_that_accepts_and_never_answers_holds_up_nobody(stage: Stage, tmp_path: Path) -> None:
    async with served(stage, free_port()) as server:
        await server.mood("mute")
        async with alone(stage, tmp_path, server.port) as house, lag() as lags:
            await asyncio.sleep(5)
            assert house.state(stage.adapter) is not State.UP
        print(f"{stage.adapter}: p99 of the loop's lag {p99(lags) * 1000:.1f} ms")
        assert p99(lags) < HELD_UP


@every
async def test_a_wrong_credential_is_told_and_not_tried_again_at_once(stage: Stage, tmp_path: Path) -> None:
    assert stage.wrong is not None
    async with (
        served(stage, free_port()) as server,
        alone(stage, tmp_path, server.port, wrong=True) as house,
    ):
        await until(lambda: house.state(stage.adapter) is State.AUTH_FAILED)
        tries = server.connects
        await asyncio.sleep(3)
        assert house.state(stage.adapter) is State.AUTH_FAILED
        assert server.connects == tries
        told = [line for line in house.log.lines if "credentials" in line]
        assert len(told) == 1


@every
async def test_a_platform_that_asks_to_wait_is_obeyed(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        await server.mood("limited")
        began = time.monotonic()
        await server.say(QUESTION, member="m1", mention=True)
        await server.until(lambda: server.posts)
        waited = time.monotonic() - began
        await asyncio.sleep(1.5)
        print(f"{stage.adapter}: posted after {waited:.1f} s")
        assert len(server.posts) == 1
        assert house.state(stage.adapter) is State.UP


@every
async def test_a_post_without_an_answer_does_not_hold_up_the_end(stage: Stage, tmp_path: Path) -> None:
    async with played(stage, tmp_path) as (server, house):
        await server.say(QUESTION, member="m1", mention=True)
        await house.stored(stage.platform, 1)
        await server.mood("mute")
        await server.say(QUESTION, member="m2", mention=True)
        await asyncio.sleep(0.5)  # whether it came through or not: the end is in time, which `alone` looks at


# -- all at once ------------------------------------------------------------------------------------------------------


async def all_served(stack: contextlib.AsyncExitStack) -> dict[str, Server]:
    servers = {}
    for stage in HEARING:
        servers[stage.adapter] = await stack.enter_async_context(served(stage, free_port()))
    return servers


def tables(servers: Mapping[str, Server]) -> dict[str, Mapping[str, Any]]:
    return {name: server.stage.table(server.port) for name, server in servers.items()}


async def test_servers_that_close_at_once_are_tried_ten_times_in_the_first_minute(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        servers = await all_served(stack)
        for server in servers.values():
            await server.mood("closing")
        config = configured(tmp_path, database(tmp_path), tables(servers))
        house = await stack.enter_async_context(running(config))
        await asyncio.sleep(60)
        for name, server in servers.items():
            lines = [line for line in house.log.lines if name in line]
            print(f"{name}: {server.connects} connects, {len(lines)} lines in the first minute")
            assert server.connects <= 10, name
            assert len(lines) <= 20, name


async def test_servers_that_are_back_after_seventy_seconds_are_found(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        servers = await all_served(stack)
        house = await stack.enter_async_context(running(configured(tmp_path, database(tmp_path), tables(servers))))
        await house.up(*servers, within=60)
        for server in servers.values():
            await server.kill()
        await asyncio.sleep(70)
        for server in servers.values():
            await server.start()
        await house.up(*servers, within=75)
        for name, server in servers.items():
            await server.say(QUESTION, member="m1", mention=True)
            await house.stored(server.stage.platform, 1, within=30)
            await server.until(lambda server=server: server.posts, 30)  # type: ignore[misc]
            print(f"{name}: {house.app.board.parts[name].lives} lives")


@every
async def test_one_broken_platform_does_not_slow_another(stage: Stage, tmp_path: Path) -> None:
    other = STAGES["onebot" if stage.adapter != "onebot" else "telegram"]
    async with contextlib.AsyncExitStack() as stack:
        broken = await stack.enter_async_context(served(stage, free_port()))
        well = await stack.enter_async_context(served(other, free_port()))
        await broken.mood("mute")
        both = {stage.adapter: stage.table(broken.port), other.adapter: other.table(well.port)}
        house = await stack.enter_async_context(running(configured(tmp_path, database(tmp_path), both)))
        await house.up(other.adapter)
        await well.say("早", member="m1", mention=True)  # what comes first may wait for what was missed
        await house.stored(other.platform, 1)
        waits = []
        for number in range(20):
            began = time.monotonic()
            await well.say(f"{QUESTION} {number}", member=f"m{number}", mention=True)
            await house.stored(other.platform, number + 2)
            waits.append(time.monotonic() - began)
        print(f"with {stage.adapter} broken, {other.adapter} takes {max(waits) * 1000:.0f} ms at most to store")
        assert sorted(waits)[len(waits) // 2] < 1  # whoever waited for the other would wait each time


def test_every_adapter_has_a_stage() -> None:
    folder = Path(__file__).parents[2] / "bot" / "adapters"
    names = {path.stem for path in folder.iterdir() if not path.name.startswith(("_", "."))}
    assert names - {"terminal"} == set(PLATFORMS)
    assert os.fspath(folder)
