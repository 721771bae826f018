"""What `outlets` does: takes the monthly figures of the website and the official account in, from a CSV."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli._opening import Desk, RefusalError
from bot.refusals import near
from storage import outlets
from storage.outlets import FIGURES, Month

STDIN = "-"
MEGABYTE = 1_000_000  # more than that is no list of months
COLUMNS = {
    "month": ("month", "月", "月份", "年月"),
    "source": ("source", "来源", "阵地", "渠道"),
    "members": ("members", "成员", "用户数", "粉丝", "关注"),
    "companies": ("companies", "企业", "企业数", "公司"),
    "daily_visitors": ("dailyusers", "dailyvisitors", "dau", "日活", "日均访客"),
    "page_views": ("pageviews", "pv", "浏览", "浏览量", "阅读", "阅读量"),
    "clicks": ("clicks", "点击", "点击量"),
}
_KNOWN = {name: column for column, names in COLUMNS.items() for name in names}
_MONTH = re.compile(r"(\d{4})(?:-|/|\.|年|)(\d{1,2})月?")
_NUMBER = re.compile(r"\d{1,3}(?:[,，]\d{3})+|\d{1,15}")


async def take_in(desk: Desk, file: Path) -> None:
    """Keep what a file tells, and say what became of it.

    Raises:
        RefusalError: The file is no such table; the text names line and column.
    """
    raw = await asyncio.to_thread(sys.stdin.buffer.read if str(file) == STDIN else file.read_bytes)
    found = months(decoded(raw, file.name), file.name)
    async with desk.database.write() as store:
        known = await outlets.put(store, found, desk.now())
    sources = ", ".join(sorted({month.source for month in found}))
    first, last = min(month.month for month in found), max(month.month for month in found)
    print(f"{file.name}: {len(found)} months of {sources}, {first} to {last}; {known} of them replace what was known")


def decoded(raw: bytes, name: str) -> str:
    """Return the text of a file: UTF-8, or GBK as Excel writes it in China.

    Raises:
        RefusalError: It is neither, or too large.
    """
    if len(raw) > MEGABYTE:
        raise RefusalError(f"{name} has {len(raw):,} bytes; a list of months has fewer than {MEGABYTE:,}.")
    for encoding in ("utf-8-sig", "gbk"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusalError(f"{name} is no text. Save the table as CSV (UTF-8) and try again.")


def months(text: str, name: str) -> list[Month]:
    """Return the months that a table tells of.

    Raises:
        RefusalError: It is none; the text names line and column.
    """
    head = text.partition("\n")[0]
    delimiter = max(",\t;", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns = _columns(next(rows, []), name)
    found: dict[tuple[str, str], int] = {}
    told = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        month = _month(row, columns, f"{name}, line {rows.line_num}")
        if (earlier := found.setdefault((month.month, month.source), rows.line_num)) != rows.line_num:
            raise RefusalError(
                f"{name}, line {rows.line_num}: {month.source} {month.month} stands in line {earlier}, too."
            )
        told.append(month)
    if not told:
        raise RefusalError(f"{name} has no month: no row beneath its head.")
    return told


def _columns(head: Sequence[str], name: str) -> list[str]:
    """Return the column that each heading means."""
    plain = ["".join(cell.lower().replace("_", " ").split()) for cell in head]
    for cell, word in zip(head, plain, strict=True):
        if word not in _KNOWN:
            meant = near(word, _KNOWN) or "."
            raise RefusalError(f"{name}, line 1: there is no column {cell.strip() or '(empty)'}{meant} {_wanted()}")
    columns = [_KNOWN[word] for word in plain]
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice:
        raise RefusalError(f"{name}, line 1: the column {_called(twice)} stands there twice.")
    if missing := [column for column in ("month", "source") if column not in columns]:
        raise RefusalError(f"{name}, line 1: the column {missing[0]} is missing. {_wanted()}")
    return columns


def _wanted() -> str:
    return f"The first line names the columns: {', '.join(_called(column) for column in COLUMNS)}."


def _called(column: str) -> str:
    return "daily users" if column == "daily_visitors" else column.replace("_", " ")


def _month(row: Sequence[str], columns: Sequence[str], where: str) -> Month:
    if len(row) != len(columns):
        raise RefusalError(f"{where}: {len(row)} cells where the first line has {len(columns)}.")
    cells = dict(zip(columns, (cell.strip() for cell in row), strict=True))
    if not cells["source"]:
        raise RefusalError(f"{where}, column source: it is empty; name the website or the account.")
    numbers = {name: _number(cells.get(name, ""), f"{where}, column {_called(name)}") for name in FIGURES}
    return Month(_day(cells["month"], f"{where}, column month"), cells["source"], **numbers)


def _day(text: str, where: str) -> str:
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise RefusalError(f"{where}: {text or '(empty)'} is no month; write it as 2026-10.")
    return f"{found[1]}-{int(found[2]):02}"


def _number(text: str, where: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise RefusalError(f"{where}: {text} is no whole number; write it as 12300, or leave it empty.")
    return int(text.replace(",", "").replace("，", ""))
