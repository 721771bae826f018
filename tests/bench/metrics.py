"""How long the figures of a digest take over 60 groups, beside DuckDB over the same rows in the same run.

`python -m tests.bench.metrics [messages] [folder] [--postgresql]` builds a year of a community (kept in the folder for
the next time), checks that both give the same answers, and prints the shortest of some rounds, taken in turns: wall
time, CPU time (of this process, with PostgreSQL's that of its process as well, where Linux tells), and the ratios to
DuckDB. On a machine that is busy with other things only CPU time can be compared. DuckDB answers each figure by a plain
query over messages and threads; ours come with their list, their coverage and n.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from sqlalchemy import func, select

from storage.database import Database, Store
from storage.metrics import Options, Period, Scope, Unit, Value, compute_all, previous, week_of
from tests.bench.community import GROUPS, ZONE_HOURS, built, in_postgresql, in_sqlite
from tests.postgres import running

ZONE, OPTIONS = ZoneInfo("Asia/Shanghai"), Options()
WEEK = week_of(date(2026, 11, 18), ZONE)
NOW = WEEK.until + timedelta(hours=9)
SCOPE = Scope("all", "", tuple(range(1, GROUPS + 1)))
ROUNDS = 5

# The questions of a period as they stand now; what happened later does not exist yet.
_VALID = """(SELECT asked_at, topic, CASE WHEN first_response_at <= {now} THEN first_response_at END AS responded,
    CASE WHEN confirmed_at <= {now} THEN confirmed_at END AS closed
  FROM threads WHERE group_id <= {groups} AND asked_at >= {since} AND asked_at < {until} AND asked_at <= {now}
    AND coalesce(invalid_at > {now}, true) AND coalesce(withdrawn_at > {now}, true))"""
_ANSWERS = """threads t JOIN thread_messages p ON p.thread_id = t.id AND p.role = 'answer'
  JOIN messages s ON s.id = p.message_id JOIN members m ON m.id = s.member_id JOIN members a ON a.id = t.asker"""
_SAID = """messages s JOIN members m ON m.id = s.member_id WHERE s.group_id <= {groups}"""
_WITHIN = """s."at" >= {since} AND s."at" < {until}"""
_TIMES = """SELECT count({at}), quantile_cont(epoch({at} - asked_at), 0.5), quantile_cont(epoch({at} - asked_at), 0.9),
  avg(epoch({at} - asked_at)) FROM """
QUERIES = {
    "questions": f"SELECT count(*) FROM {_VALID}",
    "first_response_time": _TIMES.replace("{at}", "responded") + _VALID,
    "response_rate_24h": f"""SELECT count(*) FILTER (responded - asked_at <= INTERVAL 24 HOUR), count(*)
      FROM {_VALID} WHERE {{now}} - asked_at >= INTERVAL 24 HOUR""",
    "r7": f"""SELECT count(*) FILTER (closed - asked_at <= INTERVAL 7 DAY), count(*)
      FROM {_VALID} WHERE {{now}} - asked_at >= INTERVAL 7 DAY""",
    "close_time": _TIMES.replace("{at}", "closed") + _VALID,
    "topics": f"SELECT topic, count(*) FROM {_VALID} GROUP BY topic",
    "answerers": f"""SELECT count(DISTINCT m.person_id) FROM {_ANSWERS}
      WHERE t.group_id <= {{groups}} AND {_WITHIN} AND a.person_id <> m.person_id""",
    "first_answerers": f"""SELECT count(*) FROM (SELECT min(s."at") AS first FROM {_ANSWERS}
      WHERE a.person_id <> m.person_id GROUP BY m.person_id) WHERE first >= {{since}} AND first < {{until}}""",
    "thanks": """SELECT count(DISTINCT m.person_id) FROM threads t JOIN members m ON m.id = t.solver
      JOIN members a ON a.id = t.asker WHERE t.group_id <= {groups}
      AND confirmed_at >= {since} AND confirmed_at < {until} AND coalesce(invalid_at > {now}, true)
      AND coalesce(withdrawn_at > {now}, true) AND m.person_id <> a.person_id""",
    "active": f"SELECT count(DISTINCT person_id) FROM {_SAID} AND {_WITHIN}",
    "newcomers": f"""SELECT count(*) FROM (SELECT min(s."at") AS first FROM {_SAID} AND s."at" < {{until}}
      GROUP BY person_id) WHERE first >= {{since}}""",
    "messages": f"SELECT s.group_id, count(*) FROM {_SAID} AND {_WITHIN} GROUP BY s.group_id",
    "message_hours": f"""SELECT isodow(s."at" + INTERVAL {ZONE_HOURS} HOUR) || '-'
      || lpad(hour(s."at" + INTERVAL {ZONE_HOURS} HOUR)::text, 2, '0') AS slot, count(*)
      FROM {_SAID} AND {_WITHIN} GROUP BY slot""",
}  # fmt: skip
DIGEST = tuple(name for name in QUERIES if name != "message_hours")  # that one stands in the report
OF_THE_WEEK_BEFORE = ("r7", "close_time")  # a digest tells them of the questions that had their seven days


@dataclass(frozen=True, slots=True)
class Taken:
    """The shortest wall and CPU times of some rounds, seconds."""

    wall: float = math.inf
    cpu: float = math.inf

    def and_then(self, wall: float, cpu: float) -> Taken:
        return Taken(min(self.wall, wall), min(self.cpu, cpu))


def period_of(name: str, week: Period) -> Period:
    return previous(week, ZONE) if name in OF_THE_WEEK_BEFORE else week


def query(name: str, week: Period) -> str:
    period = period_of(name, week)
    moments = {"since": period.since, "until": period.until, "now": NOW}
    return QUERIES[name].format(
        groups=GROUPS, **{key: f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'" for key, moment in moments.items()}
    )


def same(value: Value, rows: list[tuple[Any, ...]]) -> bool:
    """Return whether DuckDB gave the answer that we did."""
    if value.figure in {"topics", "messages", "message_hours"}:
        return {key: count for key, count in value.parts.items() if count} == {str(key): count for key, count in rows}
    if value.unit is Unit.SECONDS:
        ours = (value.n, value.extra["median"], value.extra["p90"], value.extra["mean"])
        return all(math.isclose(a or 0, b or 0, abs_tol=1e-3) for a, b in zip(ours, rows[0], strict=True))
    return rows[0] == ((value.n, value.of) if value.unit is Unit.SHARE else (value.n,))


async def ours(store: Store, names: Iterable[str], week: Period) -> dict[str, Value]:
    """Return figures as a digest asks for them: what is of one period at once."""
    wanted = list(names)
    found: dict[str, Value] = {}
    for period in dict.fromkeys(period_of(name, week) for name in wanted):
        of_it = [name for name in wanted if period_of(name, week) == period]
        found |= await compute_all(store, of_it, SCOPE, period, NOW, OPTIONS)
    return found


async def taken(call: Callable[[], Awaitable[object]], so_far: Taken, other: Path | None = None) -> Taken:
    """Add a round; `other` tells what another process spent."""
    wall, cpu = time.perf_counter(), time.process_time() + spent(other)
    await call()
    return so_far.and_then(time.perf_counter() - wall, time.process_time() + spent(other) - cpu)


def spent(process: Path | None) -> float:
    """Return the CPU seconds of a process; 0 where nobody tells."""
    return int(process.read_text().split()[0]) / 1e9 if process and process.exists() else 0.0


async def backend(store: Store) -> Path | None:
    """Return where Linux tells what the other side of a connection spends."""
    if store.is_sqlite:
        return None
    return Path(f"/proc/{await store.scalar(select(func.pg_backend_pid()))}/schedstat")


async def compare(reference: Any, stores: dict[str, Store]) -> None:
    """Check the answers, then print a line for each figure and for all at once."""
    for name in QUERIES:
        for engine, store in stores.items():
            value = (await ours(store, [name], WEEK))[name]
            assert same(value, reference.execute(query(name, WEEK)).fetchall()), (engine, name, value)
    print("all answers are identical")
    head = "".join(f"{engine + ' ms':>15}{'cpu':>8}{'ratio':>8}{'cpu':>7}" for engine in stores)
    print(f"{'':38}{'duckdb ms':>10}{'cpu':>8}{head}")
    before = previous(WEEK, ZONE)
    for name in QUERIES:
        await line(reference, stores, name, [name], [WEEK])
    await line(reference, stores, "the digest's 12 at once", DIGEST, [WEEK])
    await line(reference, stores, "the same, and of the week before", DIGEST, [WEEK, before])


async def line(reference: Any, stores: dict[str, Store], title: str, names: Iterable[str], weeks: list[Period]) -> None:
    wanted = list(names)

    async def plain() -> None:
        for week in weeks:
            for name in wanted:
                reference.execute(query(name, week)).fetchall()

    def of(store: Store) -> Callable[[], Awaitable[None]]:
        async def call() -> None:
            for week in weeks:
                await ours(store, wanted, week)

        return call

    found = dict.fromkeys(["duckdb", *stores], Taken())
    for _ in range(ROUNDS):
        found["duckdb"] = await taken(plain, found["duckdb"])
        for engine, store in stores.items():
            found[engine] = await taken(of(store), found[engine], await backend(store))
    base = found.pop("duckdb")
    cells = "".join(
        f"{one.wall * 1e3:15.1f}{one.cpu * 1e3:8.1f}{one.wall / base.wall:8.2f}{one.cpu / base.cpu:7.2f}"
        for one in found.values()
    )
    print(f"{title:38}{base.wall * 1e3:10.1f}{base.cpu * 1e3:8.1f}{cells}", flush=True)


async def measure(source: Path, urls: dict[str, str]) -> None:
    """Open everything and compare."""
    async with AsyncExitStack() as opened:
        reference = opened.enter_context(duckdb.connect(str(source), read_only=True))
        stores: dict[str, Store] = {}
        for engine, url in urls.items():
            database = await opened.enter_async_context(Database.open(url))
            stores[engine] = await opened.enter_async_context(database.read())
        await compare(reference, stores)


def main(count: int, folder: Path, *, postgresql: bool) -> None:
    """Build, check and print."""
    source = built(count, folder)
    urls = {"sqlite": f"sqlite:///{in_sqlite(source, folder)}"}
    print(f"{count:,} messages, {GROUPS} groups, DuckDB {duckdb.__version__}")
    if not postgresql:
        asyncio.run(measure(source, urls))
        return
    with running() as server:
        name = server.create()
        try:
            asyncio.run(in_postgresql(source, folder, server.url_of(name)))
            asyncio.run(measure(source, urls | {"postgresql": server.url_of(name)}))
        finally:
            server.drop(name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("messages", nargs="?", type=int, default=1_000_000)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    main(asked.messages, asked.folder, postgresql=asked.postgresql)
