"""The crash loop: a real bot process that is killed again and again while a harsh platform talks to it.

The platform lives in the test's own loop (`tests/platforms/onebot/fake.py`) and remembers everything that was said and
posted; the verdict is counted from what it knows and from the database, never from what the bot says of itself.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import select, text

from storage.database import Database
from storage.messages import MESSAGES
from storage.outbox import OUTBOX
from tests.platforms.onebot.actions import Post
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member

HOME = Path(__file__).parents[2]
TALKERS, ASKERS = 9, 180  # one answer per member and minute: so many askers that each comes later again
MEMBERS = tuple(Member(20000 + n, f"群友{n}") for n in range(1, 1 + TALKERS + ASKERS))


@dataclass
class Verdict:
    """What a run came to; everything but `kills`, `said` and `digests` must be 0."""

    kills: int = 0
    said: int = 0
    mentions: int = 0
    answered: int = 0
    digests: int = 0
    lost: int = 0
    doubled_rows: int = 0
    doubled_replies: int = 0
    repeated_digests: int = 0
    stuck: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled_rows or self.doubled_replies or self.repeated_digests or self.stuck)


class Bot:
    """A bot process with a configuration of its own; its account is OneBot's unless another table is given."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        platform_url: str = "",
        *,
        digest_every: str = "",
        account: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.environment = {"PYTHONUNBUFFERED": "1", **(environment or {})}
        self.config = folder / "config.toml"
        account = account or onebot(platform_url)
        self.config.write_text("\n".join(_config(folder, database_url, account, digest_every)), "utf-8")
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        log = (self.folder / "bot.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "--config", str(self.config), "run",
            cwd=HOME, stdout=log, stderr=log, env=os.environ | self.environment,
        )  # fmt: skip
        log.close()

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 15)

    def log(self) -> str:
        return (self.folder / "bot.log").read_text("utf-8", "replace")[-4000:]


def onebot(platform_url: str) -> str:
    """Return the table of a OneBot account."""
    table = f'[adapters.onebot]\nmode = "forward"\nurl = "{platform_url}"\naccess_token = "secret"\n'
    return table + "per_minute_account = 6000\nper_minute_group = 6000\ngap_seconds = 0\nlate_after = 0.2"


def _config(folder: Path, database_url: str, account: str, digest_every: str) -> Iterator[str]:
    yield f'[database]\nurl = "{database_url}"'
    yield f'[data]\nfolder = "{folder}/data"'
    yield "[web]\nenabled = false"
    yield "[outbox]\npreview = false\nweekly_budget = 100000"
    yield account
    yield "[handlers.questions]\n[handlers.lookups]\n[handlers.help]\n[handlers.stats]"
    if digest_every:
        yield f'[handlers.digest]\nwhen = "{digest_every}"'


async def crash_loop(
    folder: Path, database_url: str, *, kills: int, groups: int = 6, seed: int = 1, digest_every: str = "every 2s"
) -> Verdict:
    """Kill the bot `kills` times under load and count what was lost or said twice."""
    rng, verdict = random.Random(seed), Verdict()
    fake = NapCat(token="secret", report_self=True, heartbeat=5)
    fake.faults.duplicate = fake.faults.reorder = 0.2
    fake.faults.delay = 0.05
    for group in range(1, groups + 1):
        fake.world.add_group(group, f"PG {group} 群", MEMBERS)
    async with fake.forward() as url:
        bot = Bot(folder, database_url, url, digest_every=digest_every)
        await bot.start()
        await fake.until(lambda: bool(fake.clients), timeout=30)
        talking = asyncio.create_task(_talk(fake, rng, groups, verdict))
        try:
            for _ in range(kills):
                await fake.until(lambda: bool(fake.clients), timeout=30)
                await asyncio.sleep(rng.uniform(0.1, 2.0))
                await bot.kill()
                verdict.kills += 1
                await asyncio.sleep(rng.uniform(0, 0.3))
                await bot.start()
            await fake.until(lambda: bool(fake.clients), timeout=30)
        finally:
            talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        fake.faults = type(fake.faults)()
        await _settled(database_url, fake)
        assert await bot.stop() == 0, bot.log()
    await _count(database_url, fake, verdict)
    if not verdict.clean:
        verdict.examples.append(bot.log())
    return verdict


async def _talk(fake: NapCat, rng: random.Random, groups: int, verdict: Verdict) -> None:
    """Say something new all the time, now and then to the bot."""
    number = 0
    while True:
        number += 1
        group, member = rng.randint(1, groups), 20001 + number % TALKERS
        if number % 25 == 0:
            verdict.mentions += 1
            member = 20001 + TALKERS + verdict.mentions % ASKERS
            said = [{"type": "at", "data": {"qq": str(fake.world.self_id)}}]
            said += [{"type": "text", "data": {"text": f" 第 {number} 问 复制槽把磁盘撑满了怎么办"}}]
            await fake.say(group, member, said)
        else:
            await fake.say(group, member, f"第 {number} 条 早上好")
        await asyncio.sleep(rng.uniform(0, 0.08))


class Posting(Protocol):
    """A platform that remembers what was posted."""

    @property
    def posts(self) -> Sized:
        """What was posted so far."""
        ...


async def _settled(database_url: str, fake: Posting) -> None:
    """Wait until the bot has taken in what the platform still offers, and has worked it off."""
    async with Database.open(database_url) as database:
        last = (-1, -1)
        for _ in range(120):
            await asyncio.sleep(1)
            async with database.read() as store:
                waiting = int(await store.scalar(text("SELECT count(*) FROM inbox WHERE state = 'new'")) or 0)
                stored = int(await store.scalar(text("SELECT count(*) FROM messages")) or 0)
            if waiting == 0 and (stored, len(fake.posts)) == last:
                return
            last = (stored, len(fake.posts))


async def _count(database_url: str, fake: NapCat, verdict: Verdict) -> None:
    async with Database.open(database_url) as database, database.read() as store:
        rows = await store.rows(select(MESSAGES.c.group_id, MESSAGES.c.seq, MESSAGES.c.text))
        states = Counter(await store.scalars(select(OUTBOX.c.state)))
        digests = select(OUTBOX.c.group_id).where(OUTBOX.c.purpose == "digest", OUTBOX.c.attempts > 0)
        tried = Counter(await store.scalars(digests))
        names = dict(tuple(row) for row in await store.rows(text("SELECT id, key FROM groups")))
    stored = Counter((names[row.group_id], row.seq) for row in rows)
    verdict.doubled_rows = sum(count - 1 for count in stored.values())
    for group in fake.world.groups.values():
        offered = [said for said in group.said if said.user_id != fake.world.self_id]
        verdict.said += len(offered)
        missing = [said for said in offered if (str(group.group_id), said.seq) not in stored]
        verdict.lost += len(missing)
        verdict.examples += [f"lost {group.group_id}:{said.seq} {said.segments}" for said in missing[:3]]
    quoted = Counter(quote for post in fake.posts if (quote := _quoted(post)))
    verdict.answered = len(quoted)
    verdict.doubled_replies = sum(count - 1 for count in quoted.values())
    verdict.examples += [f"answered twice: {key}" for key, count in quoted.items() if count > 1][:3]
    posted = Counter(post.where for post in fake.posts if not _quoted(post))
    verdict.digests = sum(posted.values())
    for group, key in names.items():
        verdict.repeated_digests += max(0, posted[f"group:{key}"] - tried[group])
    verdict.stuck = states["sending"]


def _quoted(post: Post) -> str:
    return next((segment["data"]["id"] for segment in post.segments if segment["type"] == "reply"), "")
