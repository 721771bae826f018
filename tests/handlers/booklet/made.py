"""A booklet made by hand: a series of two rounds, a month with a full event and a poor one, and closing numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from handlers._booklet import Asked, Booklet, Chapter, Definition, Link, Person, Record, Told
from handlers._booklet.texts import words

FIGURES = (
    Told("报名", "40", "共 40 席"), Told("到场", "33"), Told("到场率", "80%", "32/40"), Told("第一次来", "9"),
    Told("到场企业", "12"), Told("评分", "4.6", "19 人打分"), Told("提问", "11"),
)  # fmt: skip
ASKED = (
    Asked("上生产前，复制槽的积压到多少该报警？", "7 人想问"),
    Asked("主备切换之后，逻辑订阅要重建吗，还是有办法接着走？", "5 人想问"),
    Asked("DDL 怎么同步？", "2 人想问"),
    Asked("多表初始同步时锁得久，有没有分批的办法，比如先导快照再补增量，这样业务能一直写？"),
)
SAID = (
    "案例都是线上真出过的，回去就能用。",
    "场地有点小，后排看不清屏幕。",
    "希望下次留一小时动手。",
)


def record(said: str = "", number: int = 57, pictures: tuple[str, ...] = ()) -> Record:
    """Return an event with something in every part of it; `said` stands wherever somebody has words in it."""
    return Record(
        number=f"E{number}",
        title=said or "逻辑复制上生产前要过的五道坎",
        kind="城市行",
        when="2026 年 12 月 5 日 周六 14:00–17:30",
        where=said or "成都，高新区天府五街创业大厦 3 楼",
        people=(
            Person(said or "柏舟", said or "苇间数据", said or "线上跑着 400 多套逻辑复制"),
            Person("Lena Wang", "青石银行"),
        ),
        hosts=(said or "云上物流", "启明大学"),
        summary=said
        or "从一次真实的切换事故讲起：复制槽、序列、大事务、DDL 和监控。讲者带来了现场的时间线，"
        "以及后来补上的五条检查。适合正要做双活，或者被复制槽坑过的人。",
        figures=FIGURES,
        scores=(13, 5, 1, 0, 0),
        questions=(*ASKED, Asked(said)) if said else ASKED,
        more="另有 7 个问题",
        feedback=(*SAID, said) if said else SAID,
        links=(Link("回放", "https://pg.example.org/r/55"), Link("讲稿", "https://pg.example.org/s/55.pdf")),
        lessons=("签到码写在门口的白板上，比投屏快。", said or "茶歇放在第二讲之后，走的人少一半。"),
        pictures=pictures,
    )


def poor(number: int, title: str = "慢 SQL 三板斧") -> Record:
    """Return an event of which little is known."""
    return Record(
        number=f"E{number}", title=title, kind="线上分享", when="2026 年 12 月 3 日 周四 20:00–21:00", where="线上",
        people=(Person("阿棠"),), figures=(Told("报名", "23"), Told("到场", "–", "没有签到记录")),
        links=(Link("回放", "https://pg.example.org/r/54"),),
    )  # fmt: skip


def booklet(said: str = "", language: str = "zh", pictures: Mapping[str, bytes] | None = None) -> Booklet:
    """Return a booklet; `said` stands wherever a member or an admin has words in it."""
    held = dict(pictures or {})
    return Booklet(
        title="PG 中文社区 2026 年活动小册",
        span="2026 年 3 月 5 日到 12 月 19 日",
        note="依据报名、签到和反馈的记录，口径第 1 版",
        language=language,
        made=date(2026, 12, 31),
        news=("办了 4 场活动，走过 2 个城市。", "报名 126 人次，到场 99 人次，其中 27 人第一次来。"),
        chapters=(
            Chapter(said or "象行成都", "2 场 · 报名 80 · 到场 66",
                    (record(said), record(number=61, pictures=tuple(held))), (said or "第二轮提前两周发。",)),
            Chapter("2026 年 12 月", "3 场 · 报名 69 · 2 场没有签到记录",
                    (poor(54), poor(55, "五道坎"), record(number=58))),
        ),
        figures=(
            Told("办过的活动", "4", "上一年 3"), Told("活动报名", "126"), Told("活动签到", "99", "2 场没有签到记录"),
            Told("到场率", "81%", "65/80"), Told("活动评分", "4.6", "38 人打分 · 上一年 4.4"),
        ),
        cities=(Told("成都", "3 场"), Told("西安", "1 场")),
        lessons=("明年每季度一次线下。",),
        definitions=(Definition("办过的活动", "这段时间里开始、已经结束、没有取消的活动。"),
                     Definition("到场率", "有席位的报名里签到了的占多少；只看有人签到的活动。")),
        words=words(language),
        pictures=held,
    )  # fmt: skip
