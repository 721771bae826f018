"""How long figures take over a year of a large community, as ratios to a plain SQL count in the same run.

`python tests/bench/metrics.py [threads] [url]` builds the rows in a fresh SQLite file (or the empty database at a
URL), then prints a table. Numbers differ by machine, ratios less so.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Table, func, select, text

from storage.activity import DAILY
from storage.database import Database, Store
from storage.groups import COVERAGE, GROUPS
from storage.members import MEMBERS, PERSONS
from storage.messages import MESSAGES
from storage.metrics import FIGURES, Options, Period, Scope, compute_all, evaluate, load, previous, week_of, year_of
from storage.metrics._cases import load_cases
from storage.migrate import upgrade
from storage.threads import THREAD_MESSAGES, THREADS

GROUP_COUNT, MEMBER_COUNT, DAYS, ROUNDS, BATCH = 60, 40_000, 364, 7, 5_000
START = datetime(2025, 12, 1, tzinfo=UTC)
NOW = START + timedelta(days=DAYS, hours=9)
ZONE = ZoneInfo("Asia/Shanghai")
OF_THREADS = [name for name, found in FIGURES.items() if found.load is load_cases]
WEEK = week_of(date(2026, 11, 25), ZONE)
DIGEST = [
    "questions", "first_response_time", "response_rate_24h", "r7", "topics", "answerers", "first_answerers", "thanks",
    "active",
]  # fmt: skip

Row = dict[str, Any]


def thread_rows(count: int, dice: random.Random) -> Iterator[tuple[Row, list[Row], list[Row]]]:
    """Yield (thread, its messages, their places): one question and one to four answers, most of them in time."""
    message = 0
    for number in range(1, count + 1):
        asked = START + timedelta(seconds=dice.uniform(0, DAYS * 86400))
        group, asker = dice.randrange(1, GROUP_COUNT + 1), dice.randrange(1, MEMBER_COUNT + 1)
        answers = sorted(asked + timedelta(seconds=dice.expovariate(1 / 7200)) for _ in range(dice.randrange(5)))
        first, close = (answers[0], answers[-1]) if answers else (None, None)
        solved = close + timedelta(minutes=9) if close and dice.random() < 0.6 else None
        members = [asker, *(int(dice.paretovariate(0.7)) % MEMBER_COUNT + 1 for _ in answers)]
        ids = range(message + 1, message + 2 + len(answers))
        message = ids[-1]
        moments = [asked, *answers]
        thread = {
            "id": number, "group_id": group, "asker": asker, "first_message": ids[0], "title": "题",
            "topic": dice.choice(["wal", "plan", "ha", ""]), "asked_at": asked, "last_at": solved or close or asked,
            "first_response_at": first, "first_answer_at": first, "confirmed_at": solved, "first_resolved_at": solved,
            "solver": members[-1] if solved else None, "imported": False, "reopened": 0,
        }  # fmt: skip
        messages = [
            {
                "id": key, "group_id": group, "key": str(key), "member_id": member, "at": at, "received_at": at,
                "kind": "text", "text": "", "mentions": [], "to_bot": False,
            }
            for key, member, at in zip(ids, members, moments, strict=True)
        ]  # fmt: skip
        roles = ["question", *["answer"] * len(answers)]
        places = [{"message_id": key, "thread_id": number, "role": role} for key, role in zip(ids, roles, strict=True)]
        yield thread, messages, places


def daily_rows(dice: random.Random) -> Iterator[Row]:
    """Yield the roll-up: on every day some twenty to eighty of each group's members."""
    for group in range(1, GROUP_COUNT + 1):
        inside = dice.sample(range(1, MEMBER_COUNT + 1), 1_000)
        for day in range(DAYS + 1):
            for member in dice.sample(inside, dice.randrange(20, 80)):
                yield {
                    "group_id": group,
                    "day": date(2025, 12, 1) + timedelta(days=day),
                    "member_id": member,
                    "messages": 3,
                }


async def insert(store: Store, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows in batches."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            await store.execute(table.insert(), batch)
            batch = []
    if batch:
        await store.execute(table.insert(), batch)


async def fill(database: Database, count: int) -> None:
    """Build the year."""
    dice = random.Random(1)
    async with database.write() as store:
        await insert(store, PERSONS, ({"id": n, "created_at": START} for n in range(1, MEMBER_COUNT + 1)))
        people = ({"id": n, "platform": "qq", "key": str(n), "person_id": n} for n in range(1, MEMBER_COUNT + 1))
        await insert(store, MEMBERS, people)
        places = range(1, GROUP_COUNT + 1)
        await insert(store, GROUPS, ({"id": n, "platform": "qq", "key": str(n), "kind": "group"} for n in places))
        await insert(store, COVERAGE, ({"id": n, "group_id": n, "coverage": "full", "since": START} for n in places))
        await insert(store, DAILY, daily_rows(dice))
        made = list(thread_rows(count, dice))
        await insert(store, MESSAGES, (row for _, messages, _ in made for row in messages))
        await insert(store, THREADS, (thread for thread, _, _ in made))
        await insert(store, THREAD_MESSAGES, (row for _, _, placed in made for row in placed))
    async with database.raw() as connection:
        await connection.execute(text("ANALYZE"))


async def median_of(call: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    """Return the median of several rounds, milliseconds; the first one warms up and does not count."""
    await call()
    taken = []
    for _ in range(rounds):
        begin = perf_counter()
        await call()
        taken.append((perf_counter() - begin) * 1000)
    return statistics.median(taken)


async def measure(store: Store) -> None:
    """Print the table."""
    options, groups = Options(), tuple(range(1, GROUP_COUNT + 1))
    one, every = Scope("one", "", (7,)), Scope("all", "", groups)

    def count(scope: Scope, period: Period) -> Callable[[], Awaitable[object]]:
        query = select(func.count(), func.min(THREADS.c.first_response_at)).where(
            THREADS.c.group_id.in_(scope.groups), THREADS.c.asked_at >= period.since, THREADS.c.asked_at < period.until
        )
        return lambda: store.rows(query)

    def figures(names: Sequence[str], scope: Scope, *periods: Period) -> Callable[[], Awaitable[object]]:
        async def call() -> None:
            for period in periods:
                await compute_all(store, names, scope, period, NOW, options)

        return call

    year = year_of(date(2026, 6, 1), ZONE)
    drawn = await load(store, every, WEEK)
    before = previous(WEEK, ZONE)

    async def pure() -> object:
        return evaluate(OF_THREADS, drawn, NOW, options)

    table = [
        ("one group, a week: plain count", count(one, WEEK), ROUNDS),
        ("one group, a week: figures of threads", figures(OF_THREADS, one, WEEK), ROUNDS),
        ("one group, a week: what a digest prints", figures(DIGEST, one, WEEK), ROUNDS),
        ("one group, a week and the one before: the same", figures(DIGEST, one, WEEK, before), ROUNDS),
        ("one group, a week: every figure", figures(list(FIGURES), one, WEEK), ROUNDS),
        ("all groups, a week: plain count", count(every, WEEK), ROUNDS),
        ("all groups, a week: figures of threads", figures(OF_THREADS, every, WEEK), ROUNDS),
        ("all groups, a week: the same, from a sample", pure, ROUNDS),
        ("all groups, a week: what a digest prints", figures(DIGEST, every, WEEK), ROUNDS),
        ("all groups, a week: every figure", figures(list(FIGURES), every, WEEK), ROUNDS),
        *(
            (f"all groups, a week: {name}", figures([name], every, WEEK), 3)
            for name in ("answerers", "thanks", "active", "mau", "bot_response_time")
        ),
        ("all groups, a year: plain count", count(every, year), 3),
        ("all groups, a year: figures of threads", figures(OF_THREADS, every, year), 1),
        ("all groups, a year: every figure", figures(list(FIGURES), every, year), 1),
    ]
    plain = 1.0
    print(f"{'':55}{'ms':>10}{'/ plain':>10}")
    for label, call, rounds in table:
        taken = await median_of(call, rounds)
        plain = taken if label.endswith("plain count") else plain
        print(f"{label:55}{taken:10.1f}{taken / plain:10.1f}", flush=True)


async def main(count: int, url: str) -> None:
    """Build, count and print."""
    async with Database.open(url) as database:
        await upgrade(database)
        begin = perf_counter()
        await fill(database, count)
        print(f"{count:,} threads built in {perf_counter() - begin:.0f} s")
        async with database.read() as store:
            print(f"{await store.scalar(select(func.count()).select_from(DAILY)):,} rows of activity")
            await measure(store)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        threads = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
        asyncio.run(main(threads, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/bench.db"))
