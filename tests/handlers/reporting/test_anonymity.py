"""What may be told to strangers: tables of cases, and a search for what subtraction would give away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers._reporting.anonymity import Cell, K, concentration, counted, cut, hidden, merged, opened
from storage.metrics import Covered, Missing, Row, Told, Unit, Value


def cell(*people: int, count: int = 0) -> Cell:
    return Cell(count or len(people), frozenset(people))


def many(number: int, first: int = 1, count: int = 0) -> Cell:
    return cell(*range(first, first + number), count=count)


@pytest.mark.parametrize(("count", "told"), [(0, 0), (4, 0), (5, 5), (9, 5), (12, 10), (147_649, 147_645)])
def test_counts_are_cut_down(count: int, told: int) -> None:
    assert cut(count) == told


@pytest.mark.parametrize(
    ("cells", "alone", "rest"),
    [
        ({"a": many(9), "b": many(6, 20)}, {"a", "b"}, None),
        ({"a": many(9), "b": many(3, 20), "c": many(2, 30)}, {"a"}, 5),  # small ones are one
        ({"a": many(9), "b": many(6, 20), "c": many(2, 30)}, {"a"}, 8),  # and take the next smallest with them
        ({"a": many(9), "b": many(2)}, set(), 9),  # the two are among the nine: nothing stands beside them
        ({"a": many(4, count=400)}, set(), None),  # many questions of few people
        ({"a": many(3), "b": many(1, 50)}, set(), None),
        ({}, set(), None),
    ],
)
def test_small_cells_are_merged(cells: dict[str, Cell], alone: set[str], rest: int | None) -> None:
    kept, other = merged(cells)
    assert set(kept) == alone
    assert (None if other is None else len(other.people)) == rest


def test_what_may_not_stand_alone_is_merged_however_large() -> None:
    kept, other = merged({"a": many(9), "secret": many(30, 50)}, keep=["a"])
    assert (set(kept), other) == ({"a"}, many(30, 50))


@pytest.mark.parametrize(
    ("cells", "lines", "gone"),
    [
        ({"a": many(9), "b": many(6, 20)}, ["ab"], ""),
        ({"a": many(9), "b": many(6, 20), "c": many(2, 30)}, ["abc"], "bc"),  # else the total less a and b is c
        ({"a": many(9), "b": many(6, 20), "c": many(2, 30)}, [], "c"),  # no total is told
        ({"a": many(9), "b": many(3, 20), "c": many(2, 30)}, ["abc"], "bc"),  # five together hide each other
        ({"a": many(9), "b": many(3, 20), "c": many(2, 20)}, ["abc"], "abc"),  # the same three are no five
        ({"a": many(9), "b": Cell(0, frozenset())}, ["ab"], "b"),  # nobody is behind nothing
        # too few in a row and in a column: both lose another cell; the fourth can stay, for enough people miss there
        ({"a": many(2), "b": many(6, 10), "c": many(9, 20), "d": many(7, 30)}, ["ab", "cd", "ac", "bd"], "abc"),
    ],
)
def test_what_could_be_worked_out_is_hidden(cells: dict[str, Cell], lines: list[str], gone: str) -> None:
    assert hidden(cells, lines) == set(gone)


CALM = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

cells_of = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.frozensets(st.integers(1, 12), max_size=9), max_size=16
)


@CALM
@given(cells_of)
def test_no_line_gives_away_fewer_than_five(found: dict[tuple[int, int], frozenset[int]]) -> None:
    cells = {key: Cell(2 * len(people), people) for key, people in found.items()}
    lines = [[key for key in cells if key[side] == number] for side in (0, 1) for number in range(4)]
    gone = hidden(cells, lines)
    assert all(len(cells[key].people) >= K for key in cells.keys() - gone)
    for line in lines:
        lacking = people_of(cells[key] for key in line if key in gone)
        assert len(lacking) == 0 or len(lacking) >= K or gone.issuperset(line)


@CALM
@given(st.dictionaries(st.integers(0, 9), st.frozensets(st.integers(1, 12), max_size=9)))
def test_nobody_is_left_over_by_merging(found: dict[int, frozenset[int]]) -> None:
    cells = {key: Cell(len(people), people) for key, people in found.items()}
    kept, rest = merged(cells)
    assert all(one.is_told for one in kept.values())
    left = people_of(one for key, one in cells.items() if key not in kept)
    assert rest is None or (rest.is_told and rest.people == left)
    assert rest is not None or not left or not kept


def people_of(cells: Iterable[Cell]) -> frozenset[int]:
    return frozenset[int]().union(*(one.people for one in cells))


# -- figures ----------------------------------------------------------------------------------------------------------

NOTHING = Covered({})


def value(unit: Unit, number: float | None, n: int = 0, of: int | None = None) -> Value:
    missing = None if number is not None else Missing.NOT_OBSERVABLE
    return Value("x", unit, n, number, of, missing, None, NOTHING, {"mean": 7.0}, {"part": 3})


def rows(unit: Unit, *values: tuple[int, float | None]) -> list[Row]:
    return [Row(True, "x", number, person=person) for person, number in values]


def shares(yes: int, no: int, *, first: int = 1) -> list[Row]:
    told = [*((person, 1.0) for person in range(first, first + yes)), *((99 + person, 0.0) for person in range(no))]
    return rows(Unit.SHARE, *told)


@pytest.mark.parametrize(
    ("found", "behind", "told"),
    [
        (value(Unit.COUNT, 12, 12), rows(Unit.COUNT, *((person, 1) for person in range(12))), 10),
        (value(Unit.COUNT, 12, 12), rows(Unit.COUNT, *((1, 1) for _ in range(12))), None),  # one asked all of it
        (value(Unit.SECONDS, 243.7, 9, 11), rows(Unit.SECONDS, *((person, 60) for person in range(9))), 240),
        (value(Unit.SECONDS, 4.2, 9, 11), rows(Unit.SECONDS, *((person, 4) for person in range(9))), 60),
        (value(Unit.SECONDS, 240, 4, 9), rows(Unit.SECONDS, *((n, 60) for n in range(4)), (7, None), (8, None)), None),
        (value(Unit.SHARE, 17 / 24, 17, 24), shares(17, 7), 0.71),
        (value(Unit.SHARE, 22 / 24, 22, 24), shares(22, 2), None),  # two who waited could be told apart
        (value(Unit.SHARE, 1.0, 24, 24), shares(24, 0), None),
        (value(Unit.SHARE, 9 / 16, 9, 16), shares(9, 7), None),  # of few there is no per cent
        (value(Unit.COUNT, None), [], None),
    ],
)
def test_figures_of_threads(found: Value, behind: list[Row], told: float | None) -> None:
    safe = opened(Told(found, behind), lambda row: row.person)
    assert safe.value == told
    assert (safe.of, safe.extra, safe.parts) == (None, {}, {})
    assert safe.n % K == 0
    assert (safe.value is None) == (safe.missing is not None)


def test_what_nobody_saw_is_not_called_few() -> None:
    unseen = opened(Told(value(Unit.COUNT, None), []), lambda row: row.person)
    assert unseen.missing is Missing.NOT_OBSERVABLE
    nobody = replace(value(Unit.SECONDS, None), missing=Missing.NOTHING)  # that none of three was answered is of three
    assert opened(Told(nobody, []), lambda row: row.person).missing is Missing.WITHHELD
    few = opened(Told(value(Unit.COUNT, 3, 3), rows(Unit.COUNT, (1, 1))), lambda row: row.person)
    assert few.missing is Missing.WITHHELD


@pytest.mark.parametrize(("people", "told"), [(0, None), (4, None), (5, 5), (14, 10)])
def test_people_are_counted_in_fives(people: int, told: float | None) -> None:
    assert counted(value(Unit.MEMBERS, people, people)).value == told


@pytest.mark.parametrize(("answerers", "told"), [(9, None), (10, 0.49)])
def test_the_five_who_answered_most_have_others_beside_them(answerers: int, told: float | None) -> None:
    assert concentration(replace(value(Unit.SHARE, 0.492, 32, 65)), answerers).value == told
