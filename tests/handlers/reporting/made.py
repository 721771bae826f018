"""A report made by hand, with something in every part of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers._reporting import (
    Bar,
    Chart,
    Definition,
    Draft,
    Entry,
    Expertise,
    Heat,
    Line,
    Outlet,
    Piece,
    Report,
    Row,
    Table,
    Topic,
    Waiting,
    Why,
)
from handlers._reporting.texts import words
from storage.metrics import Covered, Unit, Value

WHY = Why("提问", "这段时间里提出的问题。")
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]


def line(label: str, shown: str, number: float | None = 143.0, **more: str) -> Line:
    value = Value("questions", Unit.COUNT, 143, number, None, None, None, Covered({}), {}, {})
    said = {"counted": "", "before": "", "growth": "", "note": "", **more}
    return Line("questions", label, shown, why=WHY, number=value, **said)


def bars(*heights: float | None) -> tuple[Bar, ...]:
    named = zip(MONTHS, heights, strict=False)
    return tuple(Bar(str(int(month[5:])), f"{month}: {height or 0:.0%}", height) for month, height in named)


def report(said: str = "复制槽把主库磁盘撑满", language: str = "zh") -> Report:
    """Return a report; `said` stands wherever a member, an admin or an outlet has words in it."""
    entry = Entry(2941, said, said, "11 月 26 日", "复制与高可用", "解决了", ("correct 2941",))
    year = bars(0.4, None, 0.6, 0.5, 0.7, 0.2, 0.0, 0.9, 1.0, 0.8, 0.7, 0.6)
    table = Table(("月", "提问", "首次响应"), tuple(Row(month, ("143 (+12%)", "11 分钟")) for month in MONTHS))
    lines = (
        line("提问", "143", before="之前 128", growth="+12%"),
        line("首次响应", "11 分钟", note="平均 1 小时 06 分，p90 3 小时 40 分", before="之前 14 分钟", growth="-21%"),
        line("流失的常客", "看不到", None),
    )
    return Report(
        language=language,
        title=said,
        span="2026-01-01 至 2026-12-31 · 60 个群",
        news=("143 个问题。", "一半在 11 分钟内有人应。"),
        figures=lines,
        outcomes=(
            Piece("resolved", "解决", 90, 63),
            Piece("inferred", "推断解决", 0, 0),
            Piece("other", "其他", 53, 37),
        ),
        outcomes_why=WHY,
        charts=tuple(Chart("提问", "2026-11 143", "+12%", year) for _ in range(6)),
        steps=replace(table, rows=(*table.rows[:-1], replace(table.rows[-1], dim=True, note="还没过完"))),
        people=lines,
        load=lines,
        topics=(Topic("复制与高可用", 90, year, "2026-11 27（之前 19）", WHY), Topic("其他", 53, year, "", WHY)),
        groups=Table(("群", "提问"), tuple(Row(f"{said} {number}", ("9",)) for number in range(60))),
        footer=("统计看得到的 60 个群。", "口径 v1。"),
        made=date(2026, 12, 31),
        expertise=(Expertise("复制与高可用", (said, "老樊"), ("晓舟",), 2, WHY),),
        waiting=(Waiting(entry, "等了 2 天，同问 4"),),
        drafts=(Draft(entry, f"{said}\n能直接删吗", f"别手删\n{said}", said, "首次响应 11 分钟"),),
        heat=Heat(((0, 3, 9, *[1] * 21),) * 7, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), "最忙", WHY),
        note="内部版",
        thanks=(said, "老樊"),
        outlets=(Outlet(said, table),),
        definitions=(Definition("提问", "这段时间里提出的问题。"),),
        words=words(language, weekly=False),
    )
