"""Writes messages and threads as people open them: tables for spreadsheets (CSV, XLSX), and Markdown to read.

What may not leave (see `bot/export.py`) is in none of them. A spreadsheet obeys a cell that begins like a formula, so
in CSV such words get an apostrophe in front; XLSX says of each cell that it is text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import export
from bot.export import EVERYTHING, Cut
from handlers._sheets import BOM, CELL, defused
from storage.database import Store
from storage.groups import Group

MESSAGES = ("time", "group", "platform", "group_id", "name", "member", "kind", "text", "id", "reply_to")
THREADS = (
    "thread", "group", "platform", "group_id", "asker", "topic", "asked_at", "first_response_at",
    "first_answer_at", "resolved_at", "outcome", "evidence", "messages",
)  # fmt: skip
SHEET = 1_000_000  # rows; XLSX holds 1,048,576

Row = Sequence[str]


async def messages(store: Store, groups: Sequence[Group], zone: ZoneInfo, cut: Cut = EVERYTHING) -> AsyncIterator[Row]:
    """Yield the head, then the messages of groups; times are the community's, with their offset."""
    yield MESSAGES
    for group in groups:
        if group.is_direct:
            continue
        async for message, known in export.shown(store, group, cut):
            member = "" if message.member_id is None else known[message.member_id].key
            yield (
                local(message.at, zone), group.name or group.key, group.platform, group.key, message.name, member,
                message.kind.value, message.text, export.name_of(message), message.reply_to or "",
            )  # fmt: skip


async def threads(
    store: Store, groups: Sequence[Group], zone: ZoneInfo, now: datetime, cut: Cut = EVERYTHING
) -> AsyncIterator[Row]:
    """Yield the head, then the threads of groups that were asked in a period: who, when, and what became of them."""
    yield THREADS
    async for thread in export.thread_table(store, groups, now):
        asked = datetime.fromisoformat(thread["asked_at"])
        if asked < cut.since or (cut.until is not None and asked >= cut.until):
            continue
        group = thread["group"]
        times = (thread[name] for name in ("asked_at", "first_response_at", "first_answer_at", "resolved_at"))
        yield (
            str(thread["thread"]), group["name"] or group["key"], group["platform"], group["key"],
            thread["asker"] or "", thread["topic"] or "",
            *("" if at is None else local(datetime.fromisoformat(at), zone) for at in times),
            thread["outcome"], thread["evidence"] or "", str(len(thread["messages"])),
        )  # fmt: skip


def local(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as the community's clocks show it, with the offset, so that it can be read back."""
    return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")


async def as_csv(rows: AsyncIterator[Row]) -> AsyncIterator[str]:
    """Yield a table as CSV for Excel, in pieces."""
    yield BOM
    async for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([defused(cell) for cell in row])
        yield line.getvalue()


async def as_markdown(rows: AsyncIterator[Row]) -> AsyncIterator[str]:
    """Yield messages to be read: a heading for each group and day, a paragraph for each message."""
    group = day = ""
    first = True
    async for row in rows:
        if first:
            first = False
            continue
        time, name, text = row[0], row[4] or "—", row[7]
        if row[1] != group:
            group, day = row[1], ""
            yield f"# {_plain(group)}\n\n"
        if time[:10] != day:
            day = time[:10]
            yield f"## {day}\n\n"
        said = "\n".join(f"> {_plain(line)}" for line in text.split("\n"))
        yield f"**{_plain(name)}** {time[11:19]}\n\n{said}\n\n"


def _plain(text: str) -> str:
    """Return a text in which nothing is markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|!~" else sign for sign in text)


async def write_xlsx(rows: AsyncIterator[Row], file: Path) -> int:
    """Write a table as XLSX, row by row, and return how many rows it has; more than a sheet holds go on in the next."""
    from xlsxwriter import Workbook

    count = 0
    head: Row = ()
    sheet = None
    with Workbook(str(file), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        async for row in rows:
            head = head or row
            line = count % SHEET
            if sheet is None or (count and line == 0):
                sheet = book.add_worksheet()
                sheet.freeze_panes(1, 0)
                _put(sheet, 0, head)
            if row is not head:
                count += 1
                _put(sheet, (count - 1) % SHEET + 1, row)
    return count


def _put(sheet: Any, line: int, row: Row) -> None:
    for column, cell in enumerate(row):
        sheet.write_string(line, column, cell[:CELL])
