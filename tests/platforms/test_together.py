"""One bot on all platforms at once: each hears, answers, and gets its weekly digest in its own form, once."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.adapters import Ability
from storage.groups import COVERAGE, GROUPS, Coverage
from storage.threads import THREADS
from tests.platforms.houses import House, ShiftedClock, configured, running
from tests.platforms.recorder import free_port
from tests.platforms.stage import Server, Stage, served

pytestmark = [pytest.mark.middle, pytest.mark.timeout(240)]

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUESTIONS = {
    "telegram": "复制槽把磁盘撑满了，怎么清理？",
    "dingtalk": "pg_upgrade 之后统计信息没了，要手动 analyze 吗？",
    "wechat": "请教一下 autovacuum 总是追不上，哪个参数先调？",
    "onebot": "pg_wal 涨到 200G 了，能直接删吗？",
    "qq_official": "timescaledb 的压缩策略怎么改成 7 天？",
}
WEEKLY = ("周报",)
MORE = "[outbox]\npreview = false\nweekly_budget = 10\n"


def next_monday(now: datetime) -> datetime:
    """Return a minute past nine on the Monday after the week of `now`, in Shanghai."""
    local = now.astimezone(SHANGHAI)
    day = local.date() + timedelta(days=7 - local.weekday())
    return datetime.combine(day, time(9, 1), SHANGHAI).astimezone(UTC)


async def open_all(stack: contextlib.AsyncExitStack, ahead: timedelta) -> dict[str, Server]:
    """Start every server; the robot behind the webhook, which checks the time of a post, lives on the digest's day."""
    servers = {}
    for name in (*QUESTIONS, "webhook"):
        stage: Stage = importlib.import_module(f"tests.platforms.{name}.stage").STAGE
        if stage.push_only:
            command = [*stage.command(port := free_port()), "--ahead", str(ahead.total_seconds())]
            stage = replace(stage, command=lambda _, command=command: command)  # type: ignore[misc]
            servers[name] = await stack.enter_async_context(served(stage, port))
        else:
            servers[name] = await stack.enter_async_context(served(stage, free_port()))
    return servers


def digests(server: Server) -> list[str]:
    return [str(post["form"]) for post in server.posts if any(word in str(post["text"]) for word in WEEKLY)]


async def test_each_platform_hears_answers_and_gets_its_digest_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clock = ShiftedClock()
    async with contextlib.AsyncExitStack() as stack:
        servers = await open_all(stack, ahead := next_monday(clock.now()) - clock.now())
        tables = {name: server.stage.table(server.port) for name, server in servers.items()}
        config = configured(tmp_path, f"sqlite:///{tmp_path / 'data' / 'xiangqun.db'}", tables, MORE)
        async with running(config, clock=clock) as house:
            await house.up(*servers, within=60)
            await ask_everywhere(servers, house)
            await threads_have_the_right_coverage(servers, house)
            clock.shift = ahead
            await digests_arrive(servers)
        async with running(config, clock=clock) as house:  # started anew, within the same hour
            await house.up(*servers, within=60)
            await asyncio.sleep(5)
        for name, server in servers.items():
            print(f"{name}: {len(server.posts)} posts, digest as {digests(server)}")
            assert len(digests(server)) == 1, name


async def ask_everywhere(servers: dict[str, Server], house: House) -> None:
    for name, question in QUESTIONS.items():
        server = servers[name]
        key = await server.say(question, member="m1", name="阿棠", mention=True)
        await house.stored(server.stage.platform, 1)
        await server.until(lambda server=server: server.posts)  # type: ignore[misc]
        assert key
        assert len(server.posts) == 1


async def threads_have_the_right_coverage(servers: dict[str, Server], house: House) -> None:
    query = (
        select(GROUPS.c.platform, COVERAGE.c.coverage)
        .join(THREADS, THREADS.c.group_id == GROUPS.c.id)
        .join(COVERAGE, COVERAGE.c.group_id == GROUPS.c.id)
        .where(COVERAGE.c.until.is_(None))
    )
    async with house.app.database.read() as store:
        found = sorted((row[0], row[1]) for row in await store.rows(query))
    expected = []
    for name in QUESTIONS:
        everything = Ability.SEE_ALL in house.app.adapters[name].abilities
        expected.append((servers[name].stage.platform, Coverage.FULL if everything else Coverage.MENTIONS))
    print(f"threads and what is seen of their groups: {found}")
    assert found == sorted(expected)


async def digests_arrive(servers: dict[str, Server]) -> None:
    for name, server in servers.items():
        print(f"waiting for the digest of {name}")
        await server.until(lambda server=server: digests(server), 60)  # type: ignore[misc]
        assert set(digests(server)) <= server.stage.forms
