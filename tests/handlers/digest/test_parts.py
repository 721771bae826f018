"""Parts of the digest that are pure: what is worth printing, what most mention, the order of names, the layout."""

from __future__ import annotations

import pytest

from handlers import Body, Section
from handlers._threads.worth import Candidate, chosen
from handlers._wording.pinyin import by_pinyin
from handlers.digest._layout import LINES, fitted
from handlers.digest._sections import most_mentioned
from storage.replies import plain

LONG = "先看 pg_replication_slots 有没有没人用的槽，删掉它，空间就回来了。"


def candidate(thread: int, solver: int, people: int = 3, metoo: int = 0, quote: str = LONG) -> Candidate:
    return Candidate(thread, solver, people, metoo, quote)


@pytest.mark.parametrize(
    ("candidates", "limit", "threads"),
    [
        ([candidate(1, 7, people=2), candidate(2, 8, people=5)], 4, [2, 1]),
        ([candidate(1, 7), candidate(2, 8, metoo=3)], 4, [2, 1]),
        ([candidate(1, 7, quote="是的")], 4, []),
        ([candidate(1, 7, quote="关掉 jit 就好，多半是它的锅"), candidate(2, 8, people=2)], 4, [2, 1]),
        ([candidate(n, 7, people=9 - n) for n in range(1, 4)] + [candidate(9, 8, people=2)], 2, [1, 9]),
        ([candidate(n, 7) for n in range(1, 9)], 4, [1, 2, 3, 4]),
        ([candidate(1, 7)], 0, []),
    ],
)
def test_worth_printing(candidates: list[Candidate], limit: int, threads: list[int]) -> None:
    assert [found.thread for found in chosen(candidates, limit)] == threads


@pytest.mark.parametrize(
    ("questions", "found"),
    [
        (["PG 14 升级到 17", "pg14 装不上", "PostgreSQL 14 的包", "别的"], ("PG 14", 3)),
        (["Patroni 切主", "patroni 不选主", "Patroni 配置"], ("Patroni", 3)),
        (["复制槽", "复制槽", "复制槽"], None),  # Chinese words are not cut here, so nothing is claimed
        (["Patroni", "Patroni"], None),  # two is no trend
        (["Patroni"] * 3 + ["x"] * 20, None),  # nor is a small part
        ([], None),
        (["连接 192.168.3.4 超时"] * 5, None),  # an address is masked before anything is counted
    ],
)
def test_what_most_mention(questions: list[str], found: tuple[str, int] | None) -> None:
    assert most_mentioned(questions) == found


def test_names_by_pinyin() -> None:
    names = ["晓舟", "老樊", "Lena", "阿棠", "砚秋", "陆工", "大桥"]
    assert sorted(names, key=by_pinyin) == ["阿棠", "大桥", "老樊", "Lena", "陆工", "晓舟", "砚秋"]


def section(lines: int) -> Section:
    return Section("标题", Body.of(*(f"第 {number} 行" for number in range(lines))).blocks)


def test_what_does_not_fit_is_left_out_whole_and_never_the_end() -> None:
    head, end = Body.of("一", "二"), ("口径", "出口")
    said = plain(fitted(head, [section(20), section(30), section(5)], end)).splitlines()
    assert len(said) <= LINES
    assert said[-2:] == ["口径", "出口"]
    assert said.count("【标题】") == 2


def test_everything_that_fits_is_there() -> None:
    said = plain(fitted(Body.of("一"), [section(3), Section("", Body.of("无标题").blocks)], ["口径"]))
    assert said.splitlines() == ["一", "", "【标题】", "第 0 行", "第 1 行", "第 2 行", "无标题", "", "口径"]
