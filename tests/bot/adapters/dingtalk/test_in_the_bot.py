"""The whole bot beside a fake DingTalk and a webhook: a question is answered, and both groups get the digest."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import load
from storage import groups
from storage.database import Database
from storage.groups import Coverage
from tests.platforms.dingtalk import stage as dingtalk_stage
from tests.platforms.dingtalk.fake import Fake as Dingtalk
from tests.platforms.dingtalk.world import GROUP
from tests.platforms.webhook import stage as webhook_stage
from tests.platforms.webhook.fake import Fake as Webhook

pytestmark = pytest.mark.middle


CONFIG = """\
[web]
enabled = false
[outbox]
preview = false
[handlers.questions]
[handlers.lookups]
[handlers.stats]
[handlers.digest]
when = "every 5s"
"""


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def toml(name: str, table: Mapping[str, Any]) -> str:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines = [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items() if key not in inner)]
    return "\n".join([*lines, *(toml(f"{name}.{key}", value) for key, value in inner.items())])


@contextlib.asynccontextmanager
async def running(folder: Path, database: Database, text: str) -> AsyncIterator[App]:
    """The bot with its data in a folder, stopped in less than five seconds."""
    (folder / "config.toml").write_text(text, "utf-8")
    app, stop = App(load(folder / "config.toml", {}), database), asyncio.Event()
    task = asyncio.create_task(app.run(stop))
    try:
        yield app
    finally:
        stop.set()
        async with asyncio.timeout(8):
            await task


async def test_a_question_and_the_digests(sqlite_database: Database, tmp_path: Path) -> None:
    ding, hook = Dingtalk(), Webhook()
    async with ding.serve() as ding_port, hook.serve() as hook_port:
        text = CONFIG + toml("adapters.dingtalk", dingtalk_stage.table(ding_port)) + "\n"
        text += toml("adapters.notices", {"adapter": "webhook", **webhook_stage.table(hook_port)})
        async with running(tmp_path, sqlite_database, text):
            await ding.connected()
            await ding.say("pg_wal 涨到 200 多 G 了，磁盘快满，能直接删里面的文件吗？", mention=True)
            await ding.until(lambda: ding.posts, timeout=20)
            assert (ding.posts[0].road, ding.posts[0].form, ding.posts[0].where) == ("webhook", "text", GROUP)
            await ding.until(lambda: any("周报" in post.text for post in ding.posts[1:]), timeout=20)
            await hook.until(lambda: hook.posts, timeout=20)
            assert "周报" in hook.posts[0].text
            async with sqlite_database.read() as store:
                by_key = {group.key: group for group in await groups.every(store)}
                span = await groups.spans(
                    store, [group.id for group in by_key.values()], datetime(1970, 1, 1, tzinfo=UTC), datetime.now(UTC)
                )
            assert [(one.group_id, one.coverage) for one in span] == [(by_key[GROUP].id, Coverage.MENTIONS)]
            assert by_key["notices"].name == "伙伴群"
    assert written(tmp_path) <= {"config.toml", "data", *(f"xiangqun.db{end}" for end in ("", "-wal", "-shm", ".lock"))}
