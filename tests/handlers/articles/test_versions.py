"""For which versions of PostgreSQL a text holds: what people write, and what only looks like a version."""

from __future__ import annotations

from datetime import date

import pytest

from handlers._articles.versions import coded, come_out, majors, meant, named_in, shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PG 14 上复制槽撑满了磁盘", (1400, 1400)),
        ("pg14", (1400, 1400)),
        ("PostgreSQL 15.3，CentOS 7.9", (1500, 1500)),
        ("postgres-16 起不来", (1600, 1600)),
        ("PG9.6 升级到 13", (906, 1300)),
        ("PostgreSQL 9.6.24", (906, 906)),
        ("从 PG 12 升级到 PG 16", (1200, 1600)),
        ("PG 14 到 16 都有", (1400, 1600)),
        ("镜像从 postgres:14 改成 17，容器一直重启", (1400, 1700)),
        ("PG 13、14、15 都试过", (1300, 1500)),
        ("pg 14-16", (1400, 1600)),
        ("PG 13/14", (1300, 1400)),
        ("PostgreSQL 11 to 17", (1100, 1700)),
        ("v15 上没有这个参数", (1500, 1500)),
        ("数据库版本：13.4", (1300, 1300)),
        ("数据库版本是 17", (1700, 1700)),
        ("version 12.2", (1200, 1200)),
        ("PG 18 之前没有异步 I/O", (1800, 1800)),
        ("PG 版本 14", (1400, 1400)),
        ("PG 14 上跑了 16GB 的表", (1400, 1400)),
        ("PG 14 到 16GB 内存就不够", (1400, 1400)),
        ("PG 19 beta 里好了", (1900, 1900)),
        ("maintenance_work_mem 调到 16GB", None),
        ("12 月 14 号 15 点", None),
        ("Patroni 2.1.4，pgbouncer 1.21", None),
        ("pgvector 0.7，v2 的接口", None),
        ("pg_stat_statements 14 列", None),
        ("PG 99 见", None),
        ("PG 14 个节点", None),
        ("pg 50% 的连接", None),
        ("MySQL 57", None),
        ("", None),
    ],
)
def test_what_a_text_names(text: str, found: tuple[int, int] | None) -> None:
    assert named_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("14 到 16", (1400, 1600)),
        ("v15", (1500, 1500)),
        ("9.6", (906, 906)),
        ("13-17", (1300, 1700)),
        ("PG 14", (1400, 1400)),
        ("都行", None),
        ("3 到 5", None),
    ],
)
def test_what_somebody_means_who_was_asked(text: str, found: tuple[int, int] | None) -> None:
    assert meant(text) == found


@pytest.mark.parametrize("name", ["9.6", "10", "14", "18"])
def test_a_version_and_its_number(name: str) -> None:
    assert shown(coded(name)) == name


def test_majors_came_one_after_the_other() -> None:
    days = [majors()[code] for code in sorted(majors())]
    assert days == sorted(days)
    assert majors()[1300] == date(2020, 9, 24)
    assert majors()[1800] == date(2025, 9, 25)


@pytest.mark.parametrize(
    ("after", "until", "above", "found"),
    [
        (date(2024, 1, 1), date(2024, 12, 31), 1600, 1700),
        (date(2024, 1, 1), date(2025, 12, 31), 1600, 1800),
        (date(2024, 1, 1), date(2024, 12, 31), 1700, None),  # the article knew it
        (date(2025, 10, 1), date(2026, 1, 1), 1400, None),  # its reviewer could know it
        (date(2024, 1, 1), date(2024, 9, 25), 1600, None),  # the day before
    ],
)
def test_what_came_out_since(after: date, until: date, above: int, found: int | None) -> None:
    assert come_out(after, until, above) == found
