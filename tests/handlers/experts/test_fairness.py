"""Whose turn it is: fair shares over many questions, nobody twice in a row, the same for the same facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers._experts.fairness import Asked, Load, choose, loads, parts

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

T0 = datetime(2026, 11, 23, 1, tzinfo=UTC)
QUESTIONS = 50
SKILL = st.floats(0.2, 1.0)


def routed(skills: Mapping[int, float], away: Mapping[int, set[int]] | None = None) -> list[int | None]:
    """Ask about many questions, six hours apart, and return whom; `away` says who cannot be asked about which."""
    history: list[Asked] = []
    chosen: list[int | None] = []
    agreed = dict.fromkeys(skills, T0 - timedelta(days=1))
    for number in range(QUESTIONS):
        free = {p: skill for p, skill in skills.items() if p not in (away or {}).get(number, set())}
        person = choose(free, loads(history, {"sql": skills}, agreed), history, number)
        chosen.append(person)
        if person is not None:
            history.append(Asked(person, number, "sql", T0 + timedelta(hours=6 * number)))
    return chosen


@given(st.dictionaries(st.integers(1, 30), SKILL, min_size=3, max_size=10))
def test_over_fifty_questions_nobody_is_asked_half_as_much_again_as_their_share(skills: dict[int, float]) -> None:
    assume(max(parts(skills).values()) <= 0.5)  # else others step in, for nobody is asked twice in a row
    asked = Counter(routed(skills))
    for person, part in parts(skills).items():
        assert asked[person] <= ceil(1.5 * part * QUESTIONS)


@given(
    st.dictionaries(st.integers(1, 12), SKILL, min_size=2, max_size=8),
    st.dictionaries(st.integers(0, QUESTIONS - 1), st.sets(st.integers(1, 12))),
)
def test_nobody_twice_in_a_row_while_another_could_and_nobody_who_is_away(
    skills: dict[int, float], away: dict[int, set[int]]
) -> None:
    chosen = routed(skills, away)
    assert chosen == routed(skills, away)
    last = None
    for number, person in enumerate(chosen):
        free = skills.keys() - away.get(number, set())
        assert (person in free) if free else person is None
        if person is not None:
            assert person != last or free == {person}
            last = person


@pytest.mark.parametrize("count", [4, 5, 10])
def test_equals_are_asked_as_often(count: int) -> None:
    asked = Counter(routed(dict.fromkeys(range(1, count + 1), 0.5)))
    assert max(asked.values()) - min(asked.values()) <= 1


def test_who_agreed_later_owes_nothing_for_before() -> None:
    history = [Asked(1, n, "sql", T0 + timedelta(hours=n)) for n in range(4)]
    load = loads(history, {"sql": {1: 0.5, 2: 0.5}}, {1: T0, 2: T0 + timedelta(hours=2)})
    assert load == {1: Load(4, 3.0), 2: Load(0, 1.0)}
    assert load[1].lag == -1.0


def test_everybody_who_was_asked_about_the_question_before_is_left_out_while_somebody_else_is_there() -> None:
    history = [Asked(p, 7, "sql", T0 + timedelta(minutes=p)) for p in (1, 2)]
    equals = {1: 0.5, 2: 0.5, 3: 0.5}
    behind = {1: Load(0, 9.0), 2: Load(0, 5.0), 3: Load(9, 0.0)}
    assert choose(equals, behind, history, 8) == 3
    assert choose({1: 0.5, 2: 0.5}, behind, history, 8) == 1
    assert choose({2: 0.5}, behind, history, 8) == 2
    assert choose({}, behind, history, 8) is None


def test_without_any_skill_the_parts_are_equal() -> None:
    assert parts({1: 0.0, 2: 0.0}) == {1: 0.5, 2: 0.5}
