"""Certificates from a table: what is read, what is refused and where, what is issued once."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import _certificates
from bot.cli._certificates import Result, results, take_in
from bot.cli._opening import RefusalError
from storage import certificates, errands, events, members, registrations
from storage.certificates import holds
from storage.database import Database
from storage.events import Kind, Plan
from storage.registrations import Source, State
from tests.bot.report.stage import desk
from tests.storage.rows import a_direct

HEAD = "name,result\n"
NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
PLAN = Plan(kind=Kind.TRAINING, title="象行成都", starts_at=NOW - timedelta(days=1), ends_at=NOW, zone="Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEAD + "木子,通过\n江南, 优秀 \n", [Result("木子", "通过"), Result("江南", "优秀")]),
        ("结果;姓名\n通过;Lena  Wang\n\n", [Result("Lena Wang", "通过")]),
        ('Name\tResult\n"木,子"\t通过\n', [Result("木,子", "通过")]),
    ],
)
def test_rows_are_read(text: str, found: list[Result]) -> None:
    assert results(text, "x.csv") == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "x.csv, line 1: the column name or 姓名 must stand there once."),
        ("name,name\n", "x.csv, line 1: the column name or 姓名 must stand there once."),
        ("name\n木子\n", "x.csv, line 1: the column result or 结果 must stand there once."),
        (HEAD, "x.csv has 0 rows; 1 to 10,000 can be issued at once."),
        (HEAD + "木子\n", "x.csv, line 2: 1 cells where the first line has 2."),
        (HEAD + "木子,通过\n,通过\n江南,\n", "x.csv, line 3: the name is empty.\nx.csv, line 4: the result is empty."),
        (HEAD + f"{'木' * 41},通过\n", "x.csv, line 2: the name has 41 characters; 40 are the most."),
        (HEAD + "木子\n" * 30, "x.csv, line 2: 1 cells"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, why: str) -> None:
    with pytest.raises(RefusalError) as refused:
        results(text, "x.csv")
    assert str(refused.value).startswith(why)


async def an_event(database: Database, plan: Plan = PLAN) -> int:
    """Publish an event for which one member registered who talks to the bot in private, and return its number."""
    async with database.write() as store:
        number = await events.add(store, plan, at=NOW)
        assert number is not None
        await events.publish(store, number, NOW)
        muzi = await members.ensure(store, "qq", "1", "木子", NOW)
        await a_direct(store, muzi)
        values = {"state": State.IN, "at": NOW, "changed_at": NOW, "source": Source.PRIVATE}
        await registrations.put(store, number, muzi.id, values)
    return number


async def test_each_is_issued_once_and_sent_to_whom_we_know(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_certificates, "PORTION", 2)
    number = await an_event(sqlite_database)
    file = tmp_path / "r.csv"
    file.write_text(HEAD + "木子,通过\n江南,优秀\n=1+1,通过\n", "utf-8")
    at = desk(sqlite_database, NOW)
    await take_in(at, f"E{number}", file, dry_run=True)
    assert capsys.readouterr().out == "r.csv: 3 rows are well; E1 has 0 certificates. Nothing was issued.\n"
    await take_in(at, f"E{number}", file, dry_run=False)
    printed = capsys.readouterr()
    rows = list(csv.reader(printed.out.splitlines()))
    assert [row[0] for row in rows] == ["name", "木子", "江南", "'=1+1"]
    assert all(holds(row[1]) for row in rows[1:])
    assert printed.err == "r.csv: 3 issued, 0 were there before\n"
    await take_in(at, str(number), file, dry_run=False)
    assert capsys.readouterr().err == "r.csv: 0 issued, 3 were there before\n"
    async with sqlite_database.read() as store:
        issued = await certificates.of_event(store, number)
        assert [one.member is not None for one in issued] == [True, False, False]
        assert await errands.is_known(store, f"afterwards:certificate:{issued[0].number}")


@pytest.mark.parametrize(
    ("wanted", "why"), [("E99", "There is no event E99"), ("x", "There is no event x"), ("E1", "E1 was not held yet")]
)
async def test_only_of_what_was_held(sqlite_database: Database, tmp_path: Path, wanted: str, why: str) -> None:
    later = timedelta(days=30)
    await an_event(sqlite_database, replace(PLAN, starts_at=NOW + later, ends_at=NOW + 2 * later))
    file = tmp_path / "r.csv"
    file.write_text(HEAD + "木子,通过\n", "utf-8")
    with pytest.raises(RefusalError, match=why):
        await take_in(desk(sqlite_database, NOW), wanted, file, dry_run=False)
