"""Skills: what answers and words are worth, on a topic and near it, now and years ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers._experts.skills import mean, near, skills
from storage.experts import Tried
from storage.topics import Topic

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TREE = {
    t.key: t
    for t in (Topic("ops", "运维", "Operations"), Topic("ha", "高可用", "HA", "ops"), Topic("sql", "SQL", "SQL"))
}
TREE |= {t.key: t for t in (Topic("backup", "备份", "Backup", "ops"), Topic("patroni", "Patroni", "Patroni", "ha"))}


def tried(person: int, *, accepted: bool = True, topic: str = "ha", days: float = 0, count: int = 1) -> list[Tried]:
    return [Tried(topic, person, NOW - timedelta(days=days), accepted, n) for n in range(count)]


@pytest.mark.parametrize(
    ("topic", "weights"),
    [
        ("ha", {"ha": 1, "ops": 0.5, "patroni": 0.5}),
        ("ops", {"ops": 1, "ha": 0.5, "backup": 0.5, "patroni": 0.25}),
        ("patroni", {"patroni": 1, "ha": 0.5, "ops": 0.25}),
        ("sql", {"sql": 1}),
        ("gone", {"gone": 1}),
    ],
)
def test_topics_on_one_line_count_in_part(topic: str, weights: dict[str, float]) -> None:
    assert near(topic, TREE) == weights


def test_a_tree_that_bites_its_tail_ends() -> None:
    assert near("a", {"a": Topic("a", "a", "a", "b"), "b": Topic("b", "b", "b", "a"), "c": Topic("c", "c", "c")})


def test_few_answers_are_shrunk_towards_everybodys() -> None:
    given = [*tried(1, count=16), *tried(2, count=2), *tried(3, accepted=False, count=6)]
    found = skills(near("ha", TREE), given, {}, 0.75, NOW)
    assert found[1].value == pytest.approx((16 + 4 * 0.75) / 20)
    assert found[2].value == pytest.approx((2 + 4 * 0.75) / 6)
    assert found[3].value == pytest.approx((0 + 4 * 0.75) / 10)
    assert found[1].value > found[2].value > found[3].value
    assert [found[person].known for person in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(("days", "evidence"), [(0, 1.0), (180, 0.5), (360, 0.25)])
def test_an_answer_is_worth_half_after_half_a_year(days: float, evidence: float) -> None:
    found = skills(near("ha", TREE), tried(1, days=days), {}, 0.5, NOW)
    assert found[1].evidence == pytest.approx(evidence)
    assert found[1].known is (evidence >= 0.5)


def test_a_word_is_worth_two_answers_and_less_on_topics_beside() -> None:
    said = {1: frozenset({"ha"}), 2: frozenset({"ops"}), 3: frozenset({"patroni", "sql"}), 4: frozenset({"backup"})}
    found = skills(near("ha", TREE), tried(5, accepted=False), said, 0.5, NOW)
    assert {person: skill.evidence for person, skill in found.items()} == {1: 2.0, 2: 1.0, 3: 1.0, 5: 0.0}
    assert [person for person, skill in found.items() if skill.known] == [1, 2, 3]
    assert found[1].value > found[2].value


def test_answers_on_another_line_are_nothing() -> None:
    assert skills(near("sql", TREE), tried(1), {}, 0.5, NOW) == {}


def test_the_mean_is_that_of_the_line() -> None:
    rates = {"ha": (10, 8), "ops": (20, 2), "backup": (100, 100)}
    assert mean(near("ha", TREE), rates) == pytest.approx((8 + 0.5 * 2) / (10 + 0.5 * 20))
    assert mean(near("sql", TREE), rates) == 0.0
