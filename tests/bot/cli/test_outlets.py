"""Monthly figures of website and official account: what is read, what is refused and where, what replaces what."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli._opening import RefusalError
from bot.cli._outlets import decoded, months, take_in
from storage import outlets
from storage.database import Database
from storage.outlets import Month
from tests.bot.report.stage import desk

HEAD = "month,source,members,page views\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEAD + "2026-10,官网,12310,89700\n", [Month("2026-10", "官网", 12310, None, None, 89700)]),
        (HEAD + '2026/9, 官网 ,"12,000",\n', [Month("2026-09", "官网", 12000)]),
        ("月份;来源;企业;日活;点击\n2026年1月;公众号;;1900;5", [Month("2026-01", "公众号", None, None, 1900, None, 5)]),
        ("Source\tMonth\tDaily Users\n官网\t202610\t7\n\n", [Month("2026-10", "官网", daily_visitors=7)]),
        (HEAD + "2026-10,官网,1,2\n2026-10,公众号,3,4\n", [
            Month("2026-10", "官网", 1, page_views=2), Month("2026-10", "公众号", 3, page_views=4),
        ]),
    ],
)  # fmt: skip
def test_months_are_read(text: str, found: list[Month]) -> None:
    assert months(text, "x.csv") == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "x.csv, line 1: the column month is missing. The first line names the columns: month, source,"),
        ("month,source,likes\n", "x.csv, line 1: there is no column likes; did you mean clicks? The first line names"),
        ("month,source,好看\n", "x.csv, line 1: there is no column 好看. The first line names"),
        ("month,source,member\n", "x.csv, line 1: there is no column member; did you mean members?"),
        ("month,source,月份\n", "x.csv, line 1: the column month stands there twice."),
        ("source,members\n", "x.csv, line 1: the column month is missing."),
        (HEAD, "x.csv has no month: no row beneath its head."),
        (HEAD + "2026-13,官网,1,2\n", "x.csv, line 2, column month: 2026-13 is no month; write it as 2026-10."),
        (
            HEAD + "2026-10,官网,1.2万,2\n",
            "x.csv, line 2, column members: 1.2万 is no whole number; write it as 12300,",
        ),
        (HEAD + "2026-10,官网,1,-2\n", "x.csv, line 2, column page views: -2 is no whole number;"),
        (HEAD + "2026-10,,1,2\n", "x.csv, line 2, column source: it is empty; name the website or the account."),
        (HEAD + "2026-10,官网,1\n", "x.csv, line 2: 3 cells where the first line has 4."),
        (HEAD + "2026-10,官网,1,2\n2026年10月,官网,3,4\n", "x.csv, line 3: 官网 2026-10 stands in line 2, too."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, why: str) -> None:
    with pytest.raises(RefusalError) as refused:
        months(text, "x.csv")
    assert str(refused.value).startswith(why)


def test_files_of_excel_are_read_and_pictures_are_not() -> None:
    assert decoded("月份".encode("gbk"), "x.csv") == decoded("\ufeff月份".encode(), "x.csv") == "月份"
    with pytest.raises(RefusalError, match="is no text"):
        decoded(b"\x89PNG\r\n\xff\xff", "x.csv")
    with pytest.raises(RefusalError, match="fewer than 1,000,000"):
        decoded(b"1" * 1_000_001, "x.csv")


async def test_what_is_given_again_replaces(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"{HEAD}2026-09,官网,1,2\n2026-10,官网,3,4\n", "utf-8")
    await take_in(desk(sqlite_database), file)
    file.write_text(f"{HEAD}2026-10,官网,5,\n2026-10,公众号,6,7\n", "utf-8")
    await take_in(desk(sqlite_database), file)
    assert capsys.readouterr().out.splitlines() == [
        "x.csv: 2 months of 官网, 2026-09 to 2026-10; 0 of them replace what was known",
        "x.csv: 2 months of 公众号, 官网, 2026-10 to 2026-10; 1 of them replace what was known",
    ]
    file.write_text(f"{HEAD}2026-10,官网,9,9\n2026-1x,官网,9,9\n", "utf-8")
    with pytest.raises(RefusalError):
        await take_in(desk(sqlite_database), file)
    async with sqlite_database.read() as store:
        assert await outlets.every(store) == [
            Month("2026-10", "公众号", 6, page_views=7),
            Month("2026-09", "官网", 1, page_views=2),
            Month("2026-10", "官网", 5),  # a figure that is not given any more is not known any more
        ]
        assert [month.month for month in await outlets.every(store, "2026-10", "2026-12")] == ["2026-10", "2026-10"]
