"""The whole process in one loop: a real adapter, the proved fake of a platform, real databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.config import load
from bot.only_one import InUseError
from storage.database import Database
from storage.messages import MESSAGES
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member

pytestmark = pytest.mark.middle

MEMBERS = tuple(Member(20000 + n, f"群友{n}") for n in range(1, 10))
FEATURES = "[handlers.questions]\n[handlers.lookups]\n[handlers.help]\n"


def configured(folder: Path, database_url: str, adapter: str, features: str = FEATURES) -> Path:
    file = folder / "config.toml"
    file.write_text(
        f'[database]\nurl = "{database_url}"\n[data]\nfolder = "{folder}/data"\n[web]\nport = 0\n'
        f'[adapters.onebot]\naccess_token = "secret"\nlate_after = 0.2\n{adapter}\n{features}',
        "utf-8",
    )
    return file


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[App]:
    loaded = load(config)
    async with Database.open(loaded.database.url.get_secret_value()) as database:
        app, stop = App(loaded, database), asyncio.Event()
        task = asyncio.create_task(app.run(stop))
        try:
            yield app
        finally:
            stop.set()
            async with asyncio.timeout(15):
                await task


def platform(groups: int) -> NapCat:
    fake = NapCat(token="secret", report_self=True, heartbeat=5)
    for group in range(1, groups + 1):
        fake.world.add_group(group, f"PG {group} 群", MEMBERS)
    return fake


async def flood(fake: NapCat, groups: int, messages: int) -> int:
    """Say `messages` things all over the groups, one of them in each group to the bot; return how many of those."""
    at = [{"type": "at", "data": {"qq": str(fake.world.self_id)}}]
    for number in range(messages):
        group, member = number % groups + 1, 20001 + number % 9
        if number // groups == 1:
            ask = [*at, {"type": "text", "data": {"text": " 复制槽把磁盘撑满了，怎么办？"}}]
            await fake.say(group, member, ask)
        else:
            await fake.say(group, member, f"第 {number} 条 早上好")
    return groups


async def until(condition: Callable[[], object], within: float = 240) -> None:
    """Wait for something that the app tells nobody about."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - counters are plain numbers
            await asyncio.sleep(0.02)


async def stored(app: App) -> int:
    async with app.database.read() as store:
        return int(await store.scalar(select(func.count()).select_from(MESSAGES)) or 0)


async def everything_is_in(app: App, messages: int) -> None:
    """Wait until all is stored: what was caught up on after a break counts as work, and comes in twice."""
    await until(lambda: app.dispatch.worked >= messages)
    async with asyncio.timeout(240):
        while await stored(app) < messages:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.1)


async def judge(app: App, fake: NapCat, messages: int, mentions: int) -> None:
    await fake.until(lambda: len(fake.posts) >= mentions, timeout=240)
    await asyncio.sleep(0.5)
    assert await stored(app) == messages
    answered = Counter(post.where for post in fake.posts)
    assert len(answered) == mentions
    assert set(answered.values()) == {1}


FAST = "per_minute_account = 6000\nper_minute_group = 6000\ngap_seconds = 0"


@pytest.mark.parametrize(
    ("groups", "messages"),
    [(3, 60), pytest.param(60, 10_000, marks=[pytest.mark.middle, pytest.mark.timeout(600)])],
)
async def test_forward(sqlite_url: str, tmp_path: Path, groups: int, messages: int) -> None:
    fake = platform(groups)
    async with fake.forward() as url:
        config = configured(tmp_path, sqlite_url, f'mode = "forward"\nurl = "{url}"\n{FAST}')
        async with running(config) as app:
            await fake.until(lambda: bool(fake.clients))
            mentions = await flood(fake, groups, messages)
            await everything_is_in(app, messages)
            await judge(app, fake, messages, mentions)


@pytest.mark.parametrize(
    ("groups", "messages"),
    [(3, 60), pytest.param(60, 10_000, marks=[pytest.mark.middle, pytest.mark.timeout(600)])],
)
async def test_reverse(sqlite_url: str, tmp_path: Path, unused_tcp_port: int, groups: int, messages: int) -> None:
    fake = platform(groups)
    config = configured(tmp_path, sqlite_url, f'mode = "reverse"\nport = {unused_tcp_port}\n{FAST}')
    async with running(config) as app, fake.reverse(f"ws://127.0.0.1:{unused_tcp_port}/onebot/v11/ws"):
        await fake.until(lambda: bool(fake.clients))
        mentions = await flood(fake, groups, messages)
        await everything_is_in(app, messages)
        await judge(app, fake, messages, mentions)


@pytest.mark.middle
async def test_the_same_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    fake = platform(6)
    async with fake.forward() as url:
        config = configured(tmp_path, postgresql_url, f'mode = "forward"\nurl = "{url}"\n{FAST}')
        async with running(config) as app:
            await fake.until(lambda: bool(fake.clients))
            mentions = await flood(fake, 6, 600)
            await everything_is_in(app, 600)
            await judge(app, fake, 600, mentions)


async def test_health_and_figures_are_told(sqlite_url: str, tmp_path: Path) -> None:
    fake = platform(1)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fake.forward())
        config = configured(tmp_path, sqlite_url, f'mode = "forward"\nurl = "{url}"')
        app = await stack.enter_async_context(running(config))
        await fake.until(lambda: bool(fake.clients))
        await fake.say(1, 20001, "早")
        await everything_is_in(app, 1)
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{app.port}"))
        health, metrics = await client.get("/healthz"), await client.get("/metrics")
    assert health.json()["parts"]["onebot"]["state"] == "up"
    assert health.status_code == 200
    assert "xiangqun_frames_worked_total 1.0" in metrics.text


async def test_a_second_process_on_one_file_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    config = configured(tmp_path, sqlite_url, 'mode = "reverse"\nport = 18095')
    async with running(config) as app:
        await until(lambda: app.port)
        with pytest.raises(InUseError, match="Stop it first"):
            async with running(config):
                await asyncio.sleep(1)
