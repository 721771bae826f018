"""The crash loop around due times: a bot that is killed while it posts digests to a platform that often fails.

The clock is a file: each kill comes on a new day, when the daily digests of all groups fall due, so that every edition
carries its day and can be told apart from every other. A quarter of the posts fail: refused, or never answered,
whether they arrived or not. What was posted twice is counted from what the platform showed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from storage import grants, groups, members
from storage.database import Database
from storage.frames import Place
from storage.grants import ADMIN
from storage.outbox import OUTBOX
from tests.kill.loop import Bot, onebot
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.napcat import Connection, _response
from tests.platforms.onebot.world import Member

ADMIN_ID = 20001
FAULTY = 0.25  # of all posts into groups
DAY_ONE = datetime.fromisoformat("2026-11-01T10:00:00+08:00")
FASTER = 300  # seconds of the file's clock in one of the wall's: the spread of five minutes is over in one
FOUND = re.compile(r"补发 (\d+)")


@dataclass
class Verdict:
    """What a run came to; `repeated`, `untold` and `stuck` must be 0."""

    kills: int = 0
    digests: int = 0
    faulty: int = 0
    held: int = 0
    repeated: int = 0
    untold: int = 0
    stuck: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.repeated or self.untold or self.stuck)


class Moody(NapCat):
    """A platform that refuses some posts into groups, and leaves some without an answer."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(token="secret", report_self=False, heartbeat=5)
        self.rng, self.tries, self.faulty, self.is_moody = rng, 0, 0, True

    async def _act(self, socket: Connection, message: str | bytes) -> None:
        asked = json.loads(message)
        if asked.get("action") != "send_group_msg":
            await super()._act(socket, message)
            return
        await self._change(self._count)
        mood = self.rng.random() / FAULTY if self.is_moody else 1
        if mood >= 1:
            await super()._act(socket, message)
            return
        self.faulty += 1
        if mood < 1 / 3:
            await self._send(socket, _response(asked.get("echo"), 1200, "发送失败"))
        elif mood < 2 / 3:
            self._answer(asked["action"], asked["params"], asked.get("echo"))  # posted, and never answered

    def _count(self) -> None:
        self.tries += 1


class Days:
    """A clock in a file, which can be set to the next morning."""

    def __init__(self, file: Path) -> None:
        self.file, self.day = file, DAY_ONE
        self._began = asyncio.get_running_loop().time()
        self.write()

    def next(self) -> None:
        """Let it be 09:00 of the next day."""
        self.day = self.day.replace(hour=9) + timedelta(days=1)
        self._began = asyncio.get_running_loop().time()
        self.write()

    def write(self) -> None:
        """Write down what time it is; whole, for it is being read all the time."""
        spent = (asyncio.get_running_loop().time() - self._began) * FASTER
        partial = self.file.with_suffix(".partial")
        partial.write_text((self.day + timedelta(seconds=min(spent, 60 * 60 * 12))).isoformat(), "utf-8")
        partial.replace(self.file)

    @contextlib.asynccontextmanager
    async def going(self) -> AsyncIterator[Days]:
        """Let time pass."""
        task = asyncio.create_task(self._go())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _go(self) -> None:
        while True:
            self.write()
            await asyncio.sleep(0.05)


async def digest_loop(folder: Path, database_url: str, *, kills: int, count: int = 6, seed: int = 1) -> Verdict:
    """Kill the bot `kills` times while it posts the day's digests, and count what was posted twice or told nobody."""
    rng, verdict = random.Random(seed), Verdict()
    fake = Moody(rng)
    for group in range(1, count + 1):
        fake.world.add_group(group, f"PG {group} 群", [Member(ADMIN_ID, "阿榆")])
    await _appoint(database_url, count)
    async with fake.forward() as url, Days(folder / "clock").going() as days:
        environment = {"XIANGQUN_TESTING": "1", "XIANGQUN_CLOCK_FILE": str(days.file)}
        account = f"{onebot(url)}\nsend_timeout = 0.5"
        bot = Bot(folder, database_url, digest_every="daily 09:00", account=account, environment=environment)
        await bot.start()
        await fake.until(lambda: bool(fake.clients), timeout=120)
        for _ in range(kills):
            tries = fake.tries
            days.next()
            await fake.until(lambda tries=tries: fake.tries > tries, timeout=120)  # type: ignore[misc]
            await asyncio.sleep(rng.uniform(0, 1))
            await bot.kill()
            verdict.kills += 1
            await bot.start()
        fake.is_moody = False
        await _settled(database_url)
        assert await bot.stop() == 0, bot.log()
    await _count(database_url, fake, verdict)
    if not verdict.clean:
        verdict.examples.append(bot.log())
    return verdict


async def _appoint(database_url: str, count: int) -> None:
    """Give every group an admin, so that there is somebody to tell."""
    async with Database.open(database_url) as database, database.write() as store:
        member = await members.ensure(store, "qq", str(ADMIN_ID), "阿榆", DAY_ONE)
        for group in range(1, count + 1):
            found = await groups.ensure(store, Place("qq", str(group), name=f"PG {group} 群"), None)
            await grants.grant(store, member.id, found.id, ADMIN, DAY_ONE, None)


async def _settled(database_url: str) -> None:
    """Wait until nothing waits to be sent, nor is being sent; generously, for the machine may be busy."""
    async with Database.open(database_url) as database, asyncio.timeout(240):
        calm = 0
        while calm < 3:
            await asyncio.sleep(1)
            async with database.read() as store:
                states = await store.scalars(select(OUTBOX.c.state))
            calm = 0 if {"pending", "sending"} & set(states) else calm + 1


async def _count(database_url: str, fake: Moody, verdict: Verdict) -> None:
    async with Database.open(database_url) as database, database.read() as store:
        rows = await store.rows(select(OUTBOX.c.id, OUTBOX.c.state, OUTBOX.c.purpose, OUTBOX.c.attempts))
    shown = Counter((post.where, post.text.split("\n")[0]) for post in fake.posts if post.where.startswith("group:"))
    verdict.digests, verdict.faulty = sum(shown.values()), fake.faulty
    verdict.repeated = sum(count - 1 for count in shown.values())
    verdict.examples += [f"twice: {one}" for one, count in shown.items() if count > 1][:3]
    held = {str(row.id) for row in rows if row.state == "held" and row.purpose == "digest" and row.attempts}
    private = [post.text for post in fake.posts if post.where == f"private:{ADMIN_ID}"]
    told = {number for text in private for number in FOUND.findall(text)}
    verdict.held, verdict.untold = len(held), len(held - told)
    verdict.examples += [f"nobody was told of {post}" for post in sorted(held - told)][:3]
    verdict.stuck = sum(row.state == "sending" for row in rows)
