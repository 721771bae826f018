"""A year of a large community for measuring figures: made by DuckDB in a moment, then copied as it is into our tables.

60 groups, 40,000 members, one thread in a hundred messages; always the same for a number of messages. What is made is
kept in a folder and used again.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import duckdb

from storage.database import Database
from storage.migrate import upgrade

GROUPS, MEMBERS, PER_GROUP, REGULARS, DAYS = 60, 40_000, 1_200, 150, 364
START = "2025-12-01 00:00:00"  # UTC
ZONE_HOURS = 8  # Asia/Shanghai, which knows no summer time
BATCH = 50_000

# The order is that of what refers to what.
TABLES = {
    "persons": "id, created_at",
    "members": "id, platform, key, name, person_id",
    "groups": "id, platform, key, kind",
    "coverage": "id, group_id, coverage, since",
    "group_sizes": "group_id, day, source, size",
    "messages": "id, group_id, key, member_id, at, received_at, kind, text, mentions, to_bot",
    "daily": "group_id, day, member_id, messages",
    "threads": "id, group_id, asker, first_message, title, topic, imported, asked_at, last_at, first_response_at, "
    "first_responder, first_answer_at, first_answerer, confirmed_at, thanked_at, withdrawn_at, invalid_at, "
    "first_resolved_at, reopened, solver",
    "thread_messages": "message_id, thread_id, role, confidence",
}

# A number between 0 and 1 that is always the same for a row and a purpose.
_CHANCE = "CREATE OR REPLACE MACRO chance(n, salt) AS (hash(n * 1000 + salt) % 1000003) / 1000003.0"

_STEPS = """
CREATE TABLE persons AS SELECT i AS id, TIMESTAMP '{start}' AS created_at FROM range(1, {members} + 1) AS t(i);
CREATE TABLE members AS SELECT id, 'qq' AS platform, id::text AS key, '' AS name, id AS person_id FROM persons;
CREATE TABLE groups AS
  SELECT i AS id, 'qq' AS platform, i::text AS key, 'group' AS kind FROM range(1, {groups} + 1) AS t(i);
CREATE TABLE coverage AS
  SELECT id, id AS group_id, 'full' AS coverage, TIMESTAMP '{start}' - INTERVAL 200 DAY AS since FROM groups;
CREATE TABLE group_sizes AS
  SELECT id AS group_id, (TIMESTAMP '{start}' + to_days(d::int))::date AS day, 'observed' AS source,
    (800 + id * 7 + d)::int AS size
  FROM groups, range(0, {days}) AS t(d);
CREATE TABLE messages AS
  SELECT i AS id, i % {groups} + 1 AS group_id, i::text AS key,
    ((i % {groups}) * 650 + floor(
      CASE WHEN chance(i, 3) < 0.95 THEN {regulars} * pow(chance(i, 1), 2) ELSE {per_group} * chance(i, 1) END
      )::bigint) % {members} + 1 AS member_id,
    TIMESTAMP '{start}' + to_microseconds((i * ({days} * 86400000000.0 / {count}))::bigint) AS at,
    TIMESTAMP '{start}' + to_microseconds((i * ({days} * 86400000000.0 / {count}))::bigint) AS received_at,
    'text' AS kind, '' AS text, '[]' AS mentions, false AS to_bot
  FROM range(1, {count} + 1) AS t(i);
CREATE TABLE opened AS
  SELECT r.t AS id, m.id AS first_message, m.group_id, m.member_id AS asker, m.at
  FROM (SELECT t, t * 100 - 60 + (hash(t) % 60)::bigint AS first FROM range(1, {count} // 100 + 1) AS r(t)) r
  JOIN messages m ON m.id = r.first;
CREATE TABLE thread_messages AS
  SELECT message_id, thread_id, role, 1::double AS confidence FROM (
    SELECT first_message AS message_id, id AS thread_id, 'question' AS role, 0 AS place FROM opened
    UNION ALL
    SELECT m.id, o.id, CASE WHEN chance(m.id, 2) < 0.2 THEN 'clarify' ELSE 'answer' END, 1
    FROM (SELECT id, asker, first_message + {groups} * (1 + floor(40 * pow(chance(id, 10 + k), 2)))::bigint AS said
          FROM opened CROSS JOIN range(0, 4) AS n(k) WHERE chance(id, 20 + k) < 0.55) o
    JOIN messages m ON m.id = o.said WHERE m.member_id <> o.asker)
  QUALIFY row_number() OVER (PARTITION BY message_id ORDER BY place, thread_id) = 1;
CREATE TABLE threads AS
  WITH found AS (
    SELECT o.id,
      min(m.at) FILTER (role <> 'question') AS responded, arg_min(m.member_id, m.at) FILTER (role <> 'question') AS by1,
      min(m.at) FILTER (role = 'answer') AS answered, arg_min(m.member_id, m.at) FILTER (role = 'answer') AS by2,
      max(m.at) AS last, arg_max(m.member_id, m.at) FILTER (role = 'answer') AS solver
    FROM opened o JOIN thread_messages p ON p.thread_id = o.id JOIN messages m ON m.id = p.message_id GROUP BY o.id)
  SELECT o.id, group_id, asker, first_message, 'question' AS title,
    CASE floor(chance(o.id, 30) * 9)::int WHEN 0 THEN '' ELSE 'topic' || floor(chance(o.id, 30) * 9)::int END AS topic,
    false AS imported, o.at AS asked_at, last AS last_at, responded AS first_response_at, by1 AS first_responder,
    answered AS first_answer_at, by2 AS first_answerer,
    CASE WHEN answered IS NOT NULL AND chance(o.id, 31) < 0.5 THEN last + INTERVAL 9 MINUTE END AS confirmed_at,
    CASE WHEN answered IS NOT NULL AND chance(o.id, 31) > 0.9 THEN last + INTERVAL 3 MINUTE END AS thanked_at,
    CASE WHEN answered IS NULL AND chance(o.id, 32) < 0.05 THEN last + INTERVAL 1 MINUTE END AS withdrawn_at,
    CASE WHEN chance(o.id, 33) < 0.02 THEN last + INTERVAL 1 HOUR END AS invalid_at,
    CASE WHEN answered IS NOT NULL AND chance(o.id, 31) < 0.5 THEN last + INTERVAL 9 MINUTE END AS first_resolved_at,
    0 AS reopened, CASE WHEN chance(o.id, 31) < 0.5 THEN solver END AS solver
  FROM opened o JOIN found USING (id);
CREATE TABLE daily AS
  SELECT group_id, ("at" + INTERVAL {zone_hours} HOUR)::date AS day, member_id, count(*)::int AS messages
  FROM messages GROUP BY ALL;
"""


def built(count: int, folder: Path) -> Path:
    """Return DuckDB's file with the rows of a community of so many messages."""
    file = folder / f"community-{count}.duckdb"
    if not file.exists():
        partial = file.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        with duckdb.connect(str(partial)) as connection:
            connection.execute(_CHANCE)
            values = {"start": START, "members": MEMBERS, "groups": GROUPS, "per_group": PER_GROUP, "days": DAYS}
            values |= {"regulars": REGULARS}
            for step in _STEPS.format(**values, zone_hours=ZONE_HOURS, count=count).split(";"):
                if step.strip():
                    connection.execute(step)
        partial.rename(file)
    return file


def in_sqlite(source: Path, folder: Path) -> Path:
    """Return our SQLite file with the same rows, its indexes made afterwards."""
    file = source.with_suffix(".db")
    if file.exists():
        return file
    partial = folder / f"{file.name}.partial"
    partial.unlink(missing_ok=True)
    asyncio.run(_migrated(f"sqlite:///{partial}"))
    with closing(sqlite3.connect(partial)) as target, duckdb.connect(str(source), read_only=True) as origin:
        target.execute("PRAGMA synchronous=OFF")
        indexes = target.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            target.execute(f'DROP INDEX "{name}"')
        for table, columns in TABLES.items():
            _copied(origin, target, table, columns)
        for _, definition in indexes:
            target.execute(definition)
        target.execute("ANALYZE")
        target.commit()
    partial.rename(file)
    return file


def _copied(origin: Any, target: sqlite3.Connection, table: str, columns: str) -> None:
    found = origin.execute(f"SELECT {_listed(origin, table, columns, '')} FROM {table} ORDER BY ALL")
    marks = ", ".join("?" * len(columns.split(",")))
    while rows := found.fetchmany(BATCH):
        target.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
    target.commit()


def _listed(origin: Any, table: str, columns: str, offset: str) -> str:
    """Return the columns as they are written: moments as text with an offset from UTC, days as text."""
    kinds = {row[0]: row[1] for row in origin.execute(f"DESCRIBE {table}").fetchall()}
    forms = {"TIMESTAMP": f"strftime({{}}, '%Y-%m-%d %H:%M:%S.%f{offset}')", "DATE": "{}::text"}
    names = [f'"{name.strip()}"' for name in columns.split(",")]
    return ", ".join(f"{forms.get(kinds[name.strip(chr(34))], '{}').format(name)} AS {name}" for name in names)


async def in_postgresql(source: Path, folder: Path, url: str) -> None:
    """Fill an empty database of PostgreSQL with the same rows."""
    await _migrated(url)
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # no foreign key is looked up row by row
        for table, columns in TABLES.items():
            file = folder / f"{table}.csv"
            await asyncio.to_thread(_as_csv, source, table, columns, file)
            names = [name.strip() for name in columns.split(",")]
            await connection.copy_to_table(table, source=str(file), columns=names, format="csv")
            file.unlink()
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _as_csv(source: Path, table: str, columns: str, file: Path) -> None:
    with duckdb.connect(str(source), read_only=True) as origin:
        listed = _listed(origin, table, columns, "+00")
        origin.execute(f"COPY (SELECT {listed} FROM {table}) TO '{file}' (FORMAT csv, HEADER false)")


async def _migrated(url: str) -> None:
    async with Database.open(url) as database:
        await upgrade(database)


if __name__ == "__main__":
    where = Path(sys.argv[2])
    print(in_sqlite(built(int(sys.argv[1]), where), where))
