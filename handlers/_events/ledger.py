"""The books of events as a table for spreadsheets: what each cost and brought; nobody's name. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from handlers import Text
from handlers._sheets import Cell, Table, as_csv
from storage.events import Event
from storage.money import Entry, Kind

KINDS: dict[Kind, Text] = {Kind.COST: Text(zh="支出", en="cost"), Kind.INCOME: Text(zh="收入", en="income")}


class Texts:
    """The head of the table."""

    HEAD = Text(
        zh="编号,活动,标题,日期,类别,金额,币种,说明,记于", en="number,event,title,date,kind,amount,currency,what,told"
    )


def as_file(entries: Sequence[Entry], found: Mapping[int, Event], zone: ZoneInfo, language: str) -> bytes:
    """Return entries as CSV."""
    return as_csv(table(entries, found, zone, language))


def table(entries: Sequence[Entry], found: Mapping[int, Event], zone: ZoneInfo, language: str) -> Table:
    """Return entries as a table: costs below zero, each in its currency; when it was told by the community's clocks."""
    rows: list[list[Cell]] = [list(Texts.HEAD.in_language(language).split(","))]
    for entry in entries:
        event = found[entry.event]
        cents = -entry.cents if entry.kind is Kind.COST else entry.cents
        amount = cents / 100 if cents % 100 else cents // 100
        day = f"{event.starts_at.astimezone(ZoneInfo(event.zone)):%Y-%m-%d}"
        told = [f"M{entry.id}", event.number, event.title, day, KINDS[entry.kind].in_language(language)]
        rows.append([*told, amount, entry.currency, entry.what, f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}"])
    return rows
