from __future__ import annotations

from pathlib import Path

import pytest

from classifiers._lexicon import Lexicon
from classifiers.keywords import Settings, build

KEYS = [
    "sql",
    "types_functions",
    "performance",
    "transactions",
    "replication_ha",
    "backup_recovery",
    "install_upgrade",
    "configuration",
    "security",
    "monitoring_maintenance",
    "pl_triggers",
    "extensions_fdw",
    "client_drivers",
]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("每个部门工资最高的三个人用窗口函数怎么写", "sql"),
        ("timestamptz 存进去少了八小时，时区要怎么设", "types_functions"),
        ("explain 里走了 seq scan，索引没用上，很慢", "performance"),
        ("两个会话互相等，报 deadlock detected", "transactions"),
        ("主从延迟一直涨，复制槽也不动", "replication_ha"),
        ("pgbackrest 恢复到昨天的时间点 PITR 失败", "backup_recovery"),
        ("pg_upgrade 从 13 升级到 17 报错", "install_upgrade"),
        ("shared_buffers 和 max_connections 这些参数怎么调", "configuration"),
        ("no pg_hba.conf entry for host, 认证失败", "security"),
        ("autovacuum 跟不上，死元组越来越多，表膨胀", "monitoring_maintenance"),
        ("写了个触发器，plpgsql 里 raise notice 不打印", "pl_triggers"),
        ("create extension vector 装不上 pgvector", "extensions_fdw"),
        ("jdbc 连接池 hikari 老是超时", "client_drivers"),
        ("how to create a logical replication slot on a standby", "replication_ha"),
    ],
)
def test_topic(text: str, topic: str) -> None:
    assert build(Settings()).topic(text)[0].topic == topic


@pytest.mark.parametrize("text", ["", "中午吃什么", "哈哈哈哈", "see you tomorrow"])
def test_it_abstains(text: str) -> None:
    assert build(Settings(threshold=0.3)).topic(text) == []


def test_the_shipped_tree() -> None:
    tree = build(Settings()).tree()
    assert [topic.key for topic in tree] == KEYS
    assert next(topic.zh for topic in tree if topic.key == "replication_ha") == "复制与高可用"
    assert all(topic.zh and topic.en and topic.parent is None for topic in tree)


def test_nested_topics(tmp_path: Path) -> None:
    file = tmp_path / "tree.toml"
    file.write_text(
        '[net]\nzh = "网络"\nen = "Network"\n[net.keywords]\n2 = ["端口"]\n'
        '[net.topics.dns]\nzh = "域名"\nen = "DNS"\n[net.topics.dns.keywords]\n3 = ["解析"]\n',
        encoding="utf-8",
    )
    found = build(Settings(tree=file))
    assert [(topic.key, topic.parent) for topic in found.tree()] == [("net", None), ("dns", "net")]
    assert [guess.topic for guess in found.topic("域名解析不了")] == ["dns", "net"]
    assert [guess.topic for guess in found.topic("端口不通")] == ["net"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("x = [", ["is not TOML"]),
        ("", ["holds no topic"]),
        ('a = "b"', ["a is not a table"]),
        ('[Bad-Key]\nzh = "a"\nen = "b"', ["[Bad-Key]", "a-z"]),
        ('[a]\nen = "b"', ["[a] zh is missing"]),
        ('[a]\nzh = "a"\nen = "b"\nkeyword = 1', ["[a] keyword is unknown"]),
        ('[a]\nzh = "a"\nen = "b"\n[a.keywords]\nmuch = ["x"]', ["[a.keywords] much is no weight"]),
        ('[a]\nzh = "a"\nen = "b"\n[a.keywords]\n3 = "x"', ["[a.keywords] 3 is no list"]),
        ('[a]\nzh = "a"\nen = "b"\n[a.topics.a]\nzh = "a"\nen = "b"', ["[a] stands twice"]),
    ],
)
def test_a_broken_tree_says_where(tmp_path: Path, content: str, words: list[str]) -> None:
    file = tmp_path / "tree.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"tree\.toml") as caught:
        build(Settings(tree=file))
    assert all(word in str(caught.value) for word in words)


def test_a_missing_tree_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        build(Settings(tree=tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("max_connections 设多少", {"max_connections", "connections"}),
        ("disconnections", set()),
        ("left join 很慢", {"left join"}),
        ("leftjoin", set()),
        ("逻辑复制槽没了", {"逻辑复制槽"}),
    ],
)
def test_lexicon(text: str, hits: set[str]) -> None:
    assert Lexicon(["max_connections", "connections", "left join", "逻辑复制槽"]).find(text) == hits
