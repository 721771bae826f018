from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifiers._similar.index import Index
from classifiers._similar.likeness import by_topic, likeness
from classifiers._similar.meaning import SHIPPED, fit, load, save, shipped
from classifiers._similar.terms import asked_terms, say, terms

TEXTS = {
    1: ("主库磁盘快满了，pg_wal 目录涨到 300G", "别手删，先看 pg_replication_slots 里没人用的复制槽"),
    2: ("autovacuum 追不上大表，死元组越来越多", "给那张表单独调高 autovacuum_vacuum_cost_limit"),
    3: ("新建的用户建表报 permission denied for schema public", "15 起 public 默认不让建表，grant create 给它"),
    4: ("how do I cancel a long running query", "use pg_cancel_backend with the pid"),
}


@pytest.fixture
def index() -> Index:
    found = Index()
    for key, (asked, answered) in TEXTS.items():
        found.put(key, 1 + key % 2, asked, answered)
    return found


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("pg_wal 涨到 200 多 G，磁盘要满了", 1),
        ("没人用的复制槽可以删吗", 1),
        ("死元组一直降不下来", 2),
        ("permissions on schema public", 3),
        ("cancelling a query that runs for hours", 4),
    ],
)
def test_the_text_that_fits_comes_first(index: Index, text: str, key: int) -> None:
    assert index.find(text, [1, 2])[0].key == key


@pytest.mark.parametrize("text", ["", "怎么办", "在吗", "鲸落"])
def test_what_says_nothing_finds_nothing(index: Index, text: str) -> None:
    assert index.find(text, [1, 2]) == []


def test_only_what_may_be_seen_is_found(index: Index) -> None:
    assert [hit.key for hit in index.find("磁盘快满了", [1])] == []
    assert index.find("磁盘快满了", [2])[0].key == 1
    assert all(hit.key != 1 for hit in index.find("磁盘快满了", [1, 2], leave_out=[1]))
    assert index.find("磁盘快满了", []) == []


def test_a_text_is_replaced_and_taken_out(index: Index) -> None:
    index.put(1, 1, "触发器里拿旧值")
    assert index.find("磁盘快满了", [1, 2]) == []
    assert index.find("触发器的旧值", [1])[0].key == 1
    index.remove(1)
    index.remove(1)
    assert 1 not in index
    assert len(index) == 3
    assert index.find("触发器的旧值", [1]) == []
    assert index.wasted() == pytest.approx(2 / 5)


def test_the_scores_are_those_of_the_formula() -> None:
    """Two texts, one term: Robertson's BM25 with k1 = 1.5, b = 0.75 and an idf that is never negative."""
    found = Index()
    found.put(1, 1, "lock")
    found.put(2, 1, "vacuum tuning vacuum")
    lexical, cosine = found.scores("vacuum")
    sizes = [sum(terms(text).values()) for text in ("lock", "vacuum tuning vacuum")]
    spread = 1.5 * (0.25 + 0.75 * sizes[1] / (sum(sizes) / 2))
    rare = np.log(1 + 1.5 / 1.5)
    weights = {term: say(term) for term in asked_terms("vacuum")}
    assert lexical[0] == cosine[0] == 0
    assert lexical[1] == pytest.approx(sum(rare * w * 2 * 2.5 / (2 + spread) for w in weights.values()), rel=1e-5)
    damped = {term: 1 + np.log(count) for term, count in terms("vacuum tuning vacuum").items()}
    length = np.sqrt(sum(value**2 for value in damped.values()))
    assert cosine[1] == pytest.approx(sum(rare * damped[term] for term in weights) / length, rel=1e-5)


def test_an_index_does_not_depend_on_the_order(index: Index) -> None:
    other = Index()
    for key in reversed(TEXTS):
        other.put(key, 1 + key % 2, *TEXTS[key])
    for text in ("磁盘快满了", "死元组", "query"):
        assert dict(index.find(text, [1, 2])) == dict(other.find(text, [1, 2]))


def test_likeness() -> None:
    asked = "主库磁盘快满了，pg_wal 目录涨到 300G"
    assert likeness(asked, asked, lambda _: 4.0) == pytest.approx(1)
    assert 0 < likeness(asked, "pg_wal 涨了", lambda _: 4.0) < 1
    assert likeness("死锁", "死锁", lambda _: 1.0) < 0.5  # two short texts are alike by accident
    assert likeness(asked, "触发器", lambda _: 4.0) == likeness("", asked, lambda _: 4.0) == 0


def test_a_topic_says_something_about_it() -> None:
    assert by_topic(0.2, "sql", "sql") > by_topic(0.2, "", "sql") == 0.2 > by_topic(0.2, "security", "sql")
    assert by_topic(0.9, "sql", "sql") == 1


def test_what_makes_a_question_says_nothing() -> None:
    assert set(asked_terms("请问复制槽怎么删")) == set(asked_terms("复制槽 删"))
    assert asked_terms("怎么办")  # nothing else is left


# -- over languages ---------------------------------------------------------------------------------------------------

ABROAD = {
    1: "索引膨胀了，有没有不锁表的重建办法",
    2: "两个更新互相等，报死锁，怎么查是哪个会话",
    3: "备库落后主库几个小时",
    4: "触发器里怎么拿到旧值",
    5: "how to restore a single table from a dump",
}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("how can I rebuild a bloated index without locking the table", 1),
        ("deadlock between two updates, how to find the sessions", 2),
        ("my standby lags behind the primary for hours", 3),
        ("怎么从转储里只恢复一张表", 5),
    ],
)
def test_a_question_finds_what_was_asked_in_another_language(text: str, key: int) -> None:
    index = Index(shipped())
    for number, asked in ABROAD.items():
        index.put(number, 1, asked)
    found = {hit.key for hit in index.find(text, [1])}
    assert key in found
    assert max(found, key=lambda number: index.likeness(text, ABROAD[number])) == key


def test_what_a_program_said_is_found_word_for_word() -> None:
    index = Index(shipped())
    index.put(1, 1, "建表报 ERROR: permission denied for schema public 怎么办")
    index.put(2, 1, "怎么给用户授权访问模式")
    assert index.find("ERROR: permission denied for schema public", [1])[0].key == 1


def test_a_space_survives_a_file(tmp_path: Path) -> None:
    aligned = [(f"复制槽 {n} 落后", f"replication slot {n} lags") for n in range(30)]
    aligned += [(f"死锁 {n} 检测", f"deadlock {n} detected") for n in range(30)]
    space = fit(aligned, dimensions=4)
    save(space, tmp_path / "space.npz")
    kept = load(tmp_path / "space.npz")
    assert kept.terms == space.terms
    np.testing.assert_allclose(kept.place("replication slot lags"), space.place("replication slot lags"), atol=1e-3)
    assert kept.place("replication slot lags") @ kept.place("复制槽落后") > 0.9
    assert not kept.place("鲸").any()
    (tmp_path / "none.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="holds no space of meaning"):
        load(tmp_path / "none.npz")


def test_what_a_program_said_is_compared_by_its_words_in_any_language() -> None:
    index = Index(shipped())
    error = 'ERROR:  could not resize shared memory segment "/PostgreSQL.18" to 16777216 bytes: No space left on device'
    told, asked, tale = f"K8s 里跑大查询报这个\n{error}", "how do I cancel a long running query", "主库磁盘快满了怎么办"
    same, foreign, own = index.alike(error, [told, tale, asked])
    assert same.words > 0.5
    assert foreign.words < 0.1 <= same.words
    assert own.meaning == 0  # one language: its words say it
    assert [like.words for like in index.alike(asked, [tale])] == [0]
    assert index.likeness(error, told) == max(same)


def test_the_shipped_space_is_small_and_has_a_card() -> None:
    card = SHIPPED.with_suffix(".md").read_text("utf-8")
    assert SHIPPED.stat().st_size < 1_200_000
    assert all(word in card for word in ("Data", "Licence", "Date", "Scores", "Size"))
