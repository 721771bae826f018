"""Measures the storage of messages on SQLite beside plain sqlite3, in one run: `python -m tests.bench.messages`.

Transactions of 50, as the message path has them. Each row of the table is what one more step costs; the last column
is how many times longer it takes than sqlite3's own executemany with the same rows, which is what the disk allows.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from storage import accounts, activity, groups, inbox, members, memberships, messages, search, threads
from storage.database import Database, Store
from storage.frames import Message, Place
from storage.inbox import Received
from storage.migrate import upgrade

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BATCH, ROUNDS = 50, 5
WORDS = [
    "生产库", "死锁", "复制槽", "逻辑复制", "pg_wal", "升级", "慢查询", "索引", "vacuum", "连接数", "主从", "延迟",
    "怎么", "办", "有人", "遇到过", "吗", "谢谢", "解决了",
]  # fmt: skip
Step = Callable[[Store, list[Message], int], Awaitable[None]]


def made(count: int, offset: int) -> list[Message]:
    """Return messages of some 35 characters by 500 members."""
    rng = random.Random(offset)
    return [
        Message(
            f"seq:{offset + n}",
            T0 + timedelta(seconds=offset + n),
            str(rng.randrange(500)),
            "某人",
            " ".join(rng.choices(WORDS, k=10)),
        )
        for n in range(count)
    ]


async def looked_up(store: Store, batch: list[Message], group: int) -> list[int]:
    """Return the members of a batch, each looked up once, as the message path does."""
    known: dict[str, int] = {}
    for message in batch:
        if message.member not in known:
            known[message.member] = (await members.ensure(store, "qq", message.member, message.name, message.at)).id
    return [known[message.member] for message in batch]


async def whole_path(store: Store, batch: list[Message], _: int) -> None:
    """Store a batch as a turn does: group, members, messages one by one, places, roll-ups, names."""
    group = await groups.ensure(store, Place("qq", "1", name="群"), 1)
    authors = await looked_up(store, batch, group.id)
    active: dict[tuple[int, date, int], int] = {}
    for message, member in zip(batch, authors, strict=True):
        stored = await messages.add(store, group.id, message, member=member, mentions=(), received_at=T0)
        if stored is not None:
            await threads.place(store, stored.id, 1, "aside")
        key = (group.id, message.at.date(), member)
        active[key] = active.get(key, 0) + 1
    await activity.note(store, active)
    seen = {(group.id, member): (group.id, member, m.name, m.at) for m, member in zip(batch, authors, strict=True)}
    await memberships.saw_all(store, seen.values())


async def one_by_one(store: Store, batch: list[Message], group: int) -> None:
    """Store and index a batch, message by message."""
    for message in batch:
        await messages.add(store, group, message, member=1, mentions=(), received_at=T0)


async def frames(store: Store, batch: list[Message], _: int) -> None:
    """Store a batch of frames in the inbox."""
    rows = [Received(1, m.key, "qq:1", m.member, m.text * 8, m.at) for m in batch]
    await inbox.put(store, rows)


STEPS: dict[str, Step] = {"inbox.put": frames, "messages.add": one_by_one, "the whole path": whole_path}


async def measured(url: str, step: Step, count: int, offset: int) -> float:
    """Return the seconds that a step takes for some messages in transactions of 50."""
    async with Database.open(url) as database:
        async with database.write() as store:
            account = await accounts.ensure(store, "qq", "qq")
            group = await groups.ensure(store, Place("qq", "1", name="群"), account.id)
            member = await members.ensure(store, "qq", "0", "某人", T0)
            opener = await messages.add(
                store, group.id, made(1, -offset)[0], member=member.id, mentions=(), received_at=T0
            )
            if opener is not None:
                await threads.open_thread(store, opener, title="", imported=False)
        batches = [made(BATCH, offset + n) for n in range(0, count, BATCH)]
        began = time.perf_counter()
        for batch in batches:
            async with database.write() as store:
                await step(store, batch, group.id)
        return time.perf_counter() - began


def plain(file: Path, count: int, offset: int, *, indexed: bool) -> float:
    """Return the seconds that sqlite3 takes for the same messages, same table, with or without the index of terms."""
    columns = "group_id, key, member_id, at, received_at, kind, name, text, mentions"
    insert = f"INSERT INTO messages ({columns}) VALUES (1, ?, 1, ?, ?, 'text', '某人', ?, '[]')"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        batches = [made(BATCH, offset + n) for n in range(0, count, BATCH)]
        began = time.perf_counter()
        for batch in batches:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, [(m.key, str(m.at), str(m.at), m.text) for m in batch])
            if indexed:
                last = connection.execute("SELECT max(id) FROM messages").fetchone()[0]
                rows = [(last - BATCH + 1 + n, " ".join(search.terms(m.text))) for n, m in enumerate(batch)]
                connection.executemany("INSERT INTO message_terms (rowid, terms) VALUES (?, ?)", rows)
            connection.execute("COMMIT")
        return time.perf_counter() - began


def main(count: int, folder: Path | None) -> None:
    """Print the table: the median of some rounds, the yardsticks measured in the same rounds."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        template = Path(name) / "template.db"
        asyncio.run(_migrated(f"sqlite:///{template}"))
        taken: dict[str, list[float]] = {}
        for number in range(ROUNDS):
            offset = (number + 1) * 10_000_000
            for title, indexed in (("sqlite3 executemany", False), ("sqlite3 executemany + terms", True)):
                file = _fresh(template)
                _seed(file)
                taken.setdefault(title, []).append(plain(file, count, offset, indexed=indexed))
            for title, step in STEPS.items():
                file = _fresh(template)
                taken.setdefault(title, []).append(asyncio.run(measured(f"sqlite:///{file}", step, count, offset)))
    yardstick = sorted(taken["sqlite3 executemany"])[ROUNDS // 2]
    print(f"{count} messages, {BATCH} per transaction, median of {ROUNDS} rounds")
    for title, seconds in taken.items():
        median = sorted(seconds)[ROUNDS // 2]
        print(f"{title:30}{count / median:10,.0f}/s{1e6 * median / count:8.0f} µs{median / yardstick:8.1f}x")


async def _migrated(url: str) -> None:
    async with Database.open(url) as database:
        await upgrade(database)


def _fresh(template: Path) -> Path:
    file = template.with_name("run.db")
    for old in template.parent.glob("run.db*"):
        old.unlink()
    shutil.copyfile(template, file)
    return file


def _seed(file: Path) -> None:
    asyncio.run(measured(f"sqlite:///{file}", one_by_one, 0, 0))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5_000, Path(sys.argv[2]) if sys.argv[2:] else None)
