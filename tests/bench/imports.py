"""Measures an import of many messages beside a bare insert loop: `python -m tests.bench.imports [MESSAGES] [FOLDER]`.

What is made in a folder that is given stays there; `[MESSAGES] [FOLDER] configured` measures that alone.

The export is made here: one Telegram file of 60 groups, in which the demo's fortnights follow each other, seven times
as dense, by other members each time. Seconds are of the processor, so that a busy machine tells the same. Without a
linker it shows what everything else costs; with the configured one, what an import takes.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import assembly, history
from bot.config import load
from bot.demo import _fortnight as fortnight
from bot.imported import Report
from bot.importers import Options
from bot.importers._text import Source, opened
from bot.importers.telegram import read
from bot.replay import Replay
from classifiers import Memory, Placement, Said
from storage import accounts
from storage.database import Database
from storage.frames import Frame, Message
from storage.migrate import upgrade

NOBODY, RULES, CONFIGURED = "all but the linker", "all, by rules", "all, as configured"
LINKERS = {"nobody": NOBODY, "rules": RULES, "configured": CONFIGURED}
GROUPS = 60
EACH = 100_000  # messages that are told of while they are placed
DENSER = 7
ZONE = ZoneInfo("Asia/Shanghai")
BEGINNING = datetime(2016, 1, 1, 1, tzinfo=UTC)


class Nobody:
    """A linker that opens nothing: what is left is everything else."""

    def place(self, said: Said, memory: Memory) -> Placement:
        return Placement(None)


def write(file: Path, count: int, groups: int = GROUPS) -> None:
    """Write an export of some messages in some groups."""
    told: dict[str, list[Frame]] = {}
    for frame in fortnight.frames(date(2026, 11, 22), ZONE):
        told.setdefault(frame.place.key, []).append(frame)
    stories = list(told.values())
    with file.open("w", encoding="utf-8") as out:
        out.write('{"about": "Telegram", "chats": {"list": [')
        for group in range(groups):
            head = {"name": f"群 {group}", "type": "private_supergroup", "id": 1_000 + group}
            out.write(("," if group else "") + json.dumps(head, ensure_ascii=False)[:-1] + ', "messages": [\n')
            rows = said(stories, group, count // groups)
            out.write(",\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
            out.write("\n]}")
        out.write("]}}")


def said(stories: list[list[Frame]], group: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield the messages of one group: one fortnight after the other."""
    number = told = 0
    while number < count:
        story = stories[(group + told) % len(stories)]
        begins = BEGINNING + timedelta(days=2 * told)
        keys: dict[str, int] = {}
        for frame in story[: count - number]:
            message = frame.content
            assert isinstance(message, Message)
            number += 1
            keys[message.key] = number
            at = begins + (message.at - story[0].at) / DENSER
            who = sum(ord(letter) for letter in message.member) * 100 + told % 9
            yield {
                "id": number, "type": "message", "date_unixtime": str(int(at.timestamp())),
                "from": f"{message.name}{told % 9}", "from_id": f"user{who}", "text": f"{message.text} {told}",
                **({"reply_to_message_id": keys[message.reply_to]} if message.reply_to in keys else {}),
            }  # fmt: skip
        told += 1


def bare(template: Path, file: Path, count: int) -> float:
    """Return the seconds that sqlite3 takes to insert the same rows, parsed beforehand, a thousand at a time."""
    copy = template.with_name("bare.db")
    shutil.copyfile(template, copy)
    columns = "group_id, key, member_id, at, received_at, kind, name, text, reply_to, mentions"
    insert = f"INSERT INTO messages ({columns}) VALUES (1, ?, 1, ?, ?, 'text', ?, ?, ?, '[]')"
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection, opened(file) as source:
        connection.execute("PRAGMA journal_mode=WAL")
        messages = (one for one in read(source.text, Options()) if isinstance(one, Message))
        found = list(islice(messages, count))
        rows = [
            (f"{number}:{m.key}", str(m.at), str(m.at), m.name, m.text, m.reply_to) for number, m in enumerate(found)
        ]
        began = time.process_time()
        for start in range(0, len(rows), 1_000):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, rows[start : start + 1_000])
            connection.execute("COMMIT")
        return time.process_time() - began


def parsed(file: Path) -> float:
    """Return the seconds that reading takes."""
    began = time.process_time()
    with opened(file) as source:
        for _ in read(source.text, Options()):
            pass
    return time.process_time() - began


async def taken(template: Path, file: Path, linker: str) -> tuple[float, list[tuple[int, float]], float]:
    """Import it; return the seconds of all, how far it was when, and the seconds of storing alone."""
    copy = template.with_name("import.db")
    shutil.copyfile(template, copy)
    settings = template.with_name("config.toml")
    settings.write_text("" if linker == CONFIGURED else "[classifiers.rules]\n[classifiers.keywords]\n")
    config = load(settings, {})
    house = assembly.house(config, assembly.classifiers(config), {})
    if linker == NOBODY:
        house = replace(house, linker=Nobody())
    marks: list[tuple[int, float]] = []
    stored = 0.0
    async with Database.open(f"sqlite:///{copy}") as database:
        async with database.write() as store:
            account = await accounts.ensure(store, "(import)", "import")
        began = time.process_time()

        def told(report: Report, source: Source | None) -> None:
            nonlocal stored
            now = time.process_time() - began
            if report.placing:
                if marks and report.placed // EACH > marks[-1][0] // EACH:
                    print(f"  {report.placed:,} placed after {now:,.0f} s", flush=True)
                marks.append((report.placed, now))
            else:
                stored = now

        await history.take_in(file, Replay(database, house, account), Options(), told)
        return time.process_time() - began, marks, stored


def rate_of(marks: list[tuple[int, float]], since: int, until: int) -> float:
    """Return messages a second of the processor between two counts of placed messages."""
    times = dict(reversed(marks))
    first = min(count for count in times if count >= since)
    last = min(count for count in times if count >= min(until, max(times)))
    return (last - first) / max(times[last] - times[first], 1e-9)


def main(count: int, folder: Path | None, linkers: Collection[str] = LINKERS) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() if folder is None else nullcontext(folder) as name:
        template, file = Path(name, "template.db"), Path(name, "export.json")
        asyncio.run(_migrated(template))
        write(file, count)
        print(f"{count:,} messages of {GROUPS} groups, {file.stat().st_size / 1e6:,.0f} MB", flush=True)
        yardstick = bare(template, file, min(count, 50_000)) * count / min(count, 50_000)
        _tell("bare insert loop", count, yardstick, yardstick)
        reading = parsed(file)
        _tell("read", count, reading, yardstick)
        for linker in map(LINKERS.__getitem__, linkers):
            began = time.perf_counter()
            seconds, marks, stored = asyncio.run(taken(template, file, linker))
            _tell("read and store", count, stored, yardstick)
            _tell(linker, count, seconds, yardstick)
            print(f"  {time.perf_counter() - began:,.0f} s by the clock on the wall")
            print(f"  memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", flush=True)
            tenth = count // 10
            early, late = rate_of(marks, 0, tenth), rate_of(marks, count - tenth, count)
            print(
                f"  placing {early:,.0f}/s in the first tenth, {late:,.0f}/s in the last: {early / late:.2f}x as long"
            )


def _tell(title: str, count: int, seconds: float, yardstick: float) -> None:
    print(
        f"{title:22}{count / seconds:10,.0f}/s{1e6 * seconds / count:8.0f} µs{seconds / yardstick:8.1f}x",
        flush=True,
    )


async def _migrated(template: Path) -> None:
    async with Database.open(f"sqlite:///{template}") as database:
        await upgrade(database)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if sys.argv[1:] else 50_000,
        Path(sys.argv[2]) if sys.argv[2:] else None,
        sys.argv[3:] or LINKERS,
    )
