"""How long the report takes over a year of a large community: `python -m tests.bench.report [messages] [file]`.

Builds the rows in a fresh SQLite file (or takes the one that is there), writes the report of its last twelve months,
and prints how long each part of it took. Over 1,000,000 messages of 60 groups it may take 20 seconds.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, text

from bot.report._html import html
from bot.report._markdown import markdown
from classifiers import topics as classifier
from handlers._reporting import Asked, Wish
from handlers._reporting.building import build
from handlers._reporting.pages import pdf
from storage import topics
from storage.activity import DAILY
from storage.database import Database, Store
from storage.groups import COVERAGE, GROUPS
from storage.members import MEMBERS, PERSONS
from storage.memberships import MEMBERSHIPS
from storage.messages import MESSAGES
from storage.metrics import Options
from storage.migrate import upgrade
from storage.threads import THREAD_MESSAGES, THREADS

GROUP_COUNT, MEMBER_COUNT, DAYS = 60, 30_000, 365
START = datetime(2025, 11, 25, tzinfo=UTC)
NOW = START + timedelta(days=DAYS, hours=9)
ZONE = ZoneInfo("Asia/Shanghai")
SHARE_OF_THREADS = 17  # messages for each thread
SAID = "主库磁盘满了，pg_wal 涨到 200G，能直接删里面的文件吗，删了会不会起不来"
BUDGET = 20.0
BATCH = 5_000

Row = dict[str, Any]


def message(number: int, group: int, member: int, at: datetime) -> Row:
    return {
        "id": number, "group_id": group, "key": str(number), "member_id": member, "at": at, "received_at": at,
        "kind": "text", "name": f"成员{member}", "text": SAID, "mentions": [], "to_bot": False, "replayed": True,
    }  # fmt: skip


def threads(count: int, keys: list[str], dice: random.Random) -> Iterator[tuple[Row, list[Row], list[Row]]]:
    """Yield (thread, its messages, their places)."""
    number = 0
    for thread in range(1, count + 1):
        asked = moment(dice)
        group, asker = dice.randrange(1, GROUP_COUNT + 1), dice.randrange(1, MEMBER_COUNT + 1)
        answers = sorted(asked + timedelta(seconds=dice.expovariate(1 / 7200)) for _ in range(dice.randrange(5)))
        first, close = (answers[0], answers[-1]) if answers else (None, None)
        solved = close + timedelta(minutes=9) if close and dice.random() < 0.6 else None
        people = [asker, *(int(dice.paretovariate(0.7)) % MEMBER_COUNT + 1 for _ in answers)]
        ids = range(number + 1, number + 2 + len(answers))
        number = ids[-1]
        row = {
            "id": thread, "group_id": group, "asker": asker, "first_message": ids[0], "title": SAID[:20],
            "topic": dice.choice([*keys, ""]), "asked_at": asked, "last_at": solved or close or asked,
            "first_response_at": first, "first_answer_at": first, "confirmed_at": solved, "first_resolved_at": solved,
            "solver": people[-1] if answers else None, "accepted": ids[-1] if answers else None,
            "imported": True, "reopened": 0,
        }  # fmt: skip
        said = [message(key, group, who, at) for key, who, at in zip(ids, people, [asked, *answers], strict=True)]
        roles = ["question", *["answer"] * len(answers)]
        yield (
            row,
            said,
            [{"message_id": key, "thread_id": thread, "role": role} for key, role in zip(ids, roles, strict=True)],
        )


def moment(dice: random.Random) -> datetime:
    day, hour = dice.randrange(DAYS), min(23, max(0, int(dice.gauss(7, 4))))
    return START + timedelta(days=day, hours=hour, seconds=dice.uniform(0, 3600))


def chatter(first: int, until: int, dice: random.Random) -> Iterator[Row]:
    """Yield messages outside of threads; a group has some 1,500 who speak, a few of them much."""
    for number in range(first, until + 1):
        group = dice.randrange(1, GROUP_COUNT + 1)
        member = (group * 499 + int(dice.paretovariate(0.5)) % 1500) % MEMBER_COUNT + 1
        yield message(number, group, member, moment(dice))


async def insert(store: Store, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows in batches."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        await store.execute(table.insert(), batch)


async def fill(database: Database, count: int) -> None:
    """Build the year."""
    dice = random.Random(1)
    tree = [topics.Topic(t.key, t.zh, t.en, t.parent or "") for t in classifier.build(classifier.Settings()).tree()]
    daily: Counter[tuple[int, date, int]] = Counter()

    def noted(rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            daily[row["group_id"], row["at"].astimezone(ZONE).date(), row["member_id"]] += 1
            yield row

    async with database.write() as store:
        await topics.seed(store, tree)
        everybody = range(1, MEMBER_COUNT + 1)
        await insert(store, PERSONS, ({"id": n, "created_at": START} for n in everybody))
        people = ({"id": n, "platform": "wechat", "key": str(n), "person_id": n, "name": f"成员{n}"} for n in everybody)
        await insert(store, MEMBERS, people)
        places = range(1, GROUP_COUNT + 1)
        named = ({"id": n, "platform": "wechat", "key": str(n), "kind": "group", "name": f"PG {n} 群"} for n in places)
        await insert(store, GROUPS, named)
        spans = ({"id": n, "group_id": n, "coverage": "imported", "since": START, "until": NOW} for n in places)
        await insert(store, COVERAGE, spans)
        made = list(threads(count // SHARE_OF_THREADS, [topic.key for topic in tree], dice))
        await insert(store, MESSAGES, noted(row for _, said, _ in made for row in said))
        await insert(store, MESSAGES, noted(chatter(made[-1][1][-1]["id"] + 1, count, dice)))
        await insert(store, THREADS, (thread for thread, _, _ in made))
        await insert(store, THREAD_MESSAGES, (row for _, _, placed in made for row in placed))
        rows = ({"group_id": g, "day": d, "member_id": m, "messages": n} for (g, d, m), n in daily.items())
        await insert(store, DAILY, rows)
        cards = ({"group_id": g, "member_id": m, "name": f"成员{m}"} for g, m in {(g, m) for g, _, m in daily})
        await insert(store, MEMBERSHIPS, cards)
    async with database.raw() as connection:
        await connection.execute(text("ANALYZE"))


async def main(count: int, file: Path) -> None:
    """Build, report and print."""
    async with Database.open(f"sqlite:///{file}") as database:
        if not await asyncio.to_thread(file.exists):
            await upgrade(database)
            began = perf_counter()
            await fill(database, count)
            print(f"{count:,} messages built in {perf_counter() - began:.0f} s", flush=True)
        began = last = perf_counter()

        def told(what: str) -> None:
            nonlocal last
            print(f"  {what:40}{perf_counter() - last:6.2f} s", flush=True)
            last = perf_counter()

        async with database.read() as store:
            asked = Asked(Wish(), Options(ZONE), language="zh", name="")
            report = await build(store, asked, NOW, told=told)
        pages = html(report), markdown(report)
        told("two renderers")
        document = pdf(report)
        told(f"the PDF, {len(document) / 1024:,.0f} kB")
        took, memory = perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sizes = ", ".join(f"{len(page) / 1024:,.0f} k characters" for page in pages)
        print(f"report: {took:.1f} s of {BUDGET:.0f}, {memory:,.0f} MB, {sizes}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        named = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder, "bench.db")
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, named))
