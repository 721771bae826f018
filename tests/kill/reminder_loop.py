"""The crash loop around reminders: a bot on two platforms that is killed while it reminds of events.

The clock is a file, as around digests: each kill comes on a new day, when reminders of two events fall due in every
group: an hour before the one of today, a day before the one of tomorrow. Each event carries its day, so that every
reminder can be told apart from every other. QQ fails often; what was posted twice is counted from what both showed.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from storage import events, grants, groups, members
from storage.database import Database
from storage.events import Kind, Plan
from storage.frames import Place
from storage.grants import ADMIN
from storage.outbox import OUTBOX
from tests.kill.digest_loop import ADMIN_ID, DAY_ONE, FOUND, Days, Moody, Verdict, _settled
from tests.kill.loop import Bot, onebot
from tests.kill.telegram_loop import FIRST_GROUP
from tests.kill.telegram_loop import account as telegram
from tests.platforms.onebot.world import Member
from tests.platforms.telegram.fake import Fake

FEATURES = '[handlers.events]\n[handlers.reminding]\ncard = false\nbefore = ["1d", "1h"]\nprivate = []'


async def reminder_loop(folder: Path, database_url: str, *, kills: int, count: int = 4, seed: int = 1) -> Verdict:
    """Kill the bot `kills` times while it reminds, and count what was posted twice or told nobody."""
    rng, verdict = random.Random(seed), Verdict()
    qq, other = Moody(rng), Fake()
    keys = [str(number) for number in range(1, count + 1)], [str(FIRST_GROUP - number) for number in range(count)]
    for key in keys[0]:
        qq.world.add_group(int(key), f"PG {key} 群", [Member(ADMIN_ID, "阿榆")])
    for key in keys[1]:
        other.world.add_group(int(key), f"PG {key} 群")
    await _prepare(database_url, {"qq": keys[0], "telegram": keys[1]}, kills + 2)
    async with qq.forward() as url, other.serve() as port, Days(folder / "clock").going() as days:
        environment = {"XIANGQUN_TESTING": "1", "XIANGQUN_CLOCK_FILE": str(days.file)}
        account = f"{onebot(url)}\nsend_timeout = 0.5\n{telegram(port)}\n{FEATURES}"
        bot = Bot(folder, database_url, account=account, environment=environment)
        await bot.start()
        await qq.until(lambda: bool(qq.clients), timeout=120)
        for _ in range(kills):
            tries = qq.tries
            days.next()
            await qq.until(lambda tries=tries: qq.tries > tries, timeout=120)  # type: ignore[misc]
            await asyncio.sleep(rng.uniform(0, 1))
            await bot.kill()
            verdict.kills += 1
            await bot.start()
        qq.is_moody = False
        await qq.until(lambda: bool(qq.clients), timeout=120)
        await _settled(database_url)
        assert await bot.stop() == 0, bot.log()
    shown = [(f"qq {post.where}", post.text) for post in qq.posts if post.where.startswith("group:")]
    shown += [(f"telegram {post.chat}", post.text) for post in other.posts]
    private = [post.text for post in qq.posts if post.where == f"private:{ADMIN_ID}"]
    verdict.faulty = qq.faulty
    await _count(database_url, shown, private, verdict)
    if not verdict.clean:
        verdict.examples.append(bot.log())
    return verdict


async def _prepare(database_url: str, keys: dict[str, list[str]], days: int) -> None:
    """Give every group an admin who can be told, and every day two events to remind of: an hour and a day before."""
    async with Database.open(database_url) as database, database.write() as store:
        member = await members.ensure(store, "qq", str(ADMIN_ID), "阿榆", DAY_ONE)
        for platform, theirs in keys.items():
            for key in theirs:
                found = await groups.ensure(store, Place(platform, key, name=f"PG {key} 群"), None)
                await grants.grant(store, member.id, found.id, ADMIN, DAY_ONE, None)
        for plan in _plans(days):
            event = await events.add(store, plan, at=DAY_ONE - timedelta(days=30))
            assert event is not None
            await events.publish(store, event, DAY_ONE - timedelta(days=30))


def _plans(days: int) -> Iterator[Plan]:
    """Yield the events: all that is due on a day falls due at two minutes past nine."""
    nine = DAY_ONE.replace(hour=9, minute=2)
    for day in range(1, days + 1):
        for name, starts, before in (("当天", timedelta(hours=1), "1h"), ("次日", timedelta(days=1), "1d")):
            at = nine + timedelta(days=day) + starts
            times = {"starts_at": at, "ends_at": at + timedelta(hours=1), "zone": "Asia/Shanghai"}
            yield Plan(kind=Kind.TALK, title=f"{name} {day}", reminders=(before,), **times)


async def _count(database_url: str, shown: list[tuple[str, str]], private: list[str], verdict: Verdict) -> None:
    async with Database.open(database_url) as database, database.read() as store:
        rows = await store.rows(select(OUTBOX.c.id, OUTBOX.c.state, OUTBOX.c.purpose, OUTBOX.c.attempts))
    seen = Counter((where, title) for where, text in shown for title in re.findall(r"《([^》]+)》", text))
    verdict.digests = sum(seen.values())
    verdict.repeated = sum(count - 1 for count in seen.values())
    verdict.examples += [f"twice: {one}" for one, count in seen.items() if count > 1][:3]
    held = {str(row.id) for row in rows if row.state == "held" and row.purpose == "reminder" and row.attempts}
    told = {number for text in private for number in FOUND.findall(text)}
    verdict.held, verdict.untold = len(held), len(held - told)
    verdict.examples += [f"nobody was told of {post}" for post in sorted(held - told)][:3]
    verdict.stuck = sum(row.state == "sending" for row in rows)
