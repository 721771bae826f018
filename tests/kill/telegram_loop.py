"""The crash loop on Telegram: kill -9 while a hundred messages a second are said in the bot's groups.

Telegram lives in the test's own loop and keeps what was not confirmed. The verdict is counted from what it was told to
say and what was posted to it, and from the database.
"""

from __future__ import annotations

import asyncio
import random
import tomllib
from collections import Counter
from pathlib import Path

from sqlalchemy import select, text

from storage.database import Database
from storage.messages import MESSAGES
from storage.outbox import OUTBOX
from tests.kill.loop import Bot, Verdict
from tests.platforms.telegram.fake import Fake
from tests.platforms.telegram.stage import TOKEN

PER_SECOND = 100
FIRST_GROUP = -1_001_000_001_000
PATIENCE = 60  # seconds without any progress


def account(port: int) -> str:
    """Return the table of an account that meets the fake and need not keep to Telegram's pace."""
    table = f'[adapters.telegram]\ntoken = "{TOKEN}"\napi = "http://127.0.0.1:{port}"\npoll_timeout = 5\n'
    table += "per_minute_account = 6000\nper_minute_group = 6000\ngap_seconds = 0"
    tomllib.loads(table)
    return table


async def crash_loop(
    folder: Path, database_url: str, *, kills: int, groups: int = 6, seed: int = 1, digest_every: str = "every 2s"
) -> Verdict:
    """Kill the bot `kills` times under load and count what was lost or said twice."""
    rng, verdict, fake = random.Random(seed), Verdict(), Fake()
    numbers = [FIRST_GROUP - number for number in range(groups)]
    for number in numbers:
        fake.world.add_group(number, f"PG {number} 群")
    said: list[tuple[int, str]] = []
    async with fake.serve() as port:
        bot = Bot(folder, database_url, digest_every=digest_every, account=account(port))
        await bot.start()
        await _polled(fake)
        talking = asyncio.create_task(_talk(fake, rng, numbers, said, verdict))
        try:
            for _ in range(kills):
                await asyncio.sleep(rng.uniform(0.1, 2.0))
                await bot.kill()
                verdict.kills += 1
                await asyncio.sleep(rng.uniform(0, 0.3))
                await bot.start()
                await _polled(fake)
        finally:
            talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await fake.until(lambda: not fake.queue.waiting, timeout=120)
        await _worked_off(database_url, fake)
        assert await bot.stop() == 0, bot.log()
    verdict.said = len(said)
    await _count(database_url, fake, said, verdict)
    if not verdict.clean:
        verdict.examples.append(bot.log())
    return verdict


async def _polled(fake: Fake) -> None:
    """Wait until the bot asks for updates once more."""
    polls = fake.calls["getupdates"]
    await fake.until(lambda: fake.calls["getupdates"] > polls, timeout=60)


async def _talk(
    fake: Fake, rng: random.Random, groups: list[int], said: list[tuple[int, str]], verdict: Verdict
) -> None:
    """Say something new a hundred times a second, now and then to the bot, now and then told twice."""
    clock, number = asyncio.get_running_loop().time, 0
    began = clock()
    while True:
        number += 1
        asks = number % 25 == 0  # each time somebody else: one answer per member and minute
        group, member = rng.choice(groups), str(20001 + (number if asks else number % 9))
        verdict.mentions += asks
        words = f"第 {number} 问 复制槽把磁盘撑满了怎么办" if asks else f"第 {number} 条 早上好"
        again = rng.random() < 0.05
        key = await fake.say(words, member=member, name=f"群友{member[-1]}", mention=asks, again=again, chat=group)
        said.append((group, key))
        await asyncio.sleep(max(began + number / PER_SECOND - clock(), 0))


async def _worked_off(database_url: str, fake: Fake) -> None:
    """Wait until nothing is left in the inbox and nothing is answered any more, however slow the machine is."""
    async with Database.open(database_url) as database:
        seen, unchanged = (-1, -1), 0
        while unchanged < (PATIENCE if seen[0] else 3):
            await asyncio.sleep(1)
            async with database.read() as store:
                waiting = int(await store.scalar(text("SELECT count(*) FROM inbox WHERE state = 'new'")) or 0)
            now = (waiting, sum(post.reply_to is not None for post in fake.posts))  # digests go on for ever
            seen, unchanged = now, unchanged + 1 if now == seen else 0


async def _count(database_url: str, fake: Fake, said: list[tuple[int, str]], verdict: Verdict) -> None:
    async with Database.open(database_url) as database, database.read() as store:
        rows = await store.rows(select(MESSAGES.c.group_id, MESSAGES.c.key, MESSAGES.c.text))
        states = Counter(await store.scalars(select(OUTBOX.c.state)))
        digests = select(OUTBOX.c.group_id).where(OUTBOX.c.purpose == "digest", OUTBOX.c.attempts > 0)
        tried = Counter(await store.scalars(digests))
        names = dict(tuple(row) for row in await store.rows(text("SELECT id, key FROM groups")))
    stored = Counter((int(names[row.group_id]), row.key) for row in rows)
    verdict.doubled_rows = sum(count - 1 for count in stored.values())
    missing = [one for one in said if one not in stored]
    verdict.lost = len(missing)
    verdict.examples += [f"lost {one}" for one in missing[:3]]
    quoted = Counter((post.chat, post.reply_to) for post in fake.posts if post.reply_to is not None)
    verdict.answered = len(quoted)
    verdict.doubled_replies = sum(count - 1 for count in quoted.values())
    verdict.examples += [f"answered twice: {key}" for key, count in quoted.items() if count > 1][:3]
    posted = Counter(str(post.chat) for post in fake.posts if post.reply_to is None)
    verdict.digests = sum(posted.values())
    verdict.repeated_digests = sum(max(0, posted[key] - tried[group]) for group, key in names.items())
    verdict.stuck = states["sending"]
