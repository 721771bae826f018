"""Numbers and the holes between them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.onebot._holes import Hole, Numbers

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return T0 + timedelta(seconds=seconds)


def listen(numbers: Numbers, *came: int) -> list[bool]:
    return [numbers.came(number, at(number)) for number in came]


def test_what_comes_in_order_leaves_no_hole() -> None:
    numbers = Numbers(4, at(4))
    assert listen(numbers, 5, 6, 6, 5, 7) == [False] * 5
    assert numbers.take(8) == []


def test_a_hole_has_the_times_around_it() -> None:
    numbers = Numbers()
    assert listen(numbers, 5, 9, 10) == [False, True, False]
    assert numbers.take(11) == [Hole(6, 8, at(5), at(9))]
    assert numbers.take(11) == []


def test_late_ones_close_it() -> None:
    numbers = Numbers(4, at(4))
    listen(numbers, 9, 6, 8)
    assert [(hole.first, hole.last) for hole in numbers.holes] == [(5, 5), (7, 7)]
    listen(numbers, 7, 5)
    assert not numbers.unexplained()


def test_only_holes_below_are_taken() -> None:
    numbers = Numbers(1, at(1))
    listen(numbers, 3, 7)
    assert [hole.first for hole in numbers.take(3)] == [2]
    assert [hole.first for hole in numbers.take(8)] == [4]


def test_our_own_posts_explain_holes_above_what_was_known_before_them() -> None:
    numbers = Numbers(4, at(4))
    numbers.posted("a", 4)
    listen(numbers, 6)
    assert not numbers.unexplained()
    listen(numbers, 8)  # 7 is lost
    numbers.posted("b", 8)
    assert numbers.unexplained()
    (hole,) = numbers.take(9)
    assert (hole.first, hole.size) == (7, 1)
    listen(numbers, 10)
    assert not numbers.unexplained()


def test_a_hole_may_be_ours_in_part() -> None:
    numbers = Numbers(4, at(4))
    numbers.posted("a", 4)
    listen(numbers, 8)
    assert numbers.unexplained()
    assert [hole.size for hole in numbers.take(9)] == [2]


@pytest.mark.parametrize("echo_first", [True, False])
def test_a_post_that_came_back_explains_nothing_more(echo_first: bool) -> None:
    numbers = Numbers(4, at(4))
    for step in ("echo", "post") if echo_first else ("post", "echo"):
        if step == "echo":
            numbers.echoed("a")
            listen(numbers, 5)
        else:
            numbers.posted("a", 4)
    listen(numbers, 7)
    assert numbers.unexplained()


def test_a_new_count_is_no_loss() -> None:
    numbers = Numbers(5_000_000, at(0))
    assert listen(numbers, 3, 4, 9_000_000) == [False] * 3
    assert numbers.holes == []


def test_resuming_keeps_the_holes_below_what_is_stored() -> None:
    numbers = Numbers(1, at(1))
    listen(numbers, 3, 9)
    numbers.resume(5, at(5))
    assert [(hole.first, hole.last) for hole in numbers.holes] == [(2, 2)]
    listen(numbers, 6)
    assert len(numbers.holes) == 1


@settings(deadline=None)
@given(st.sets(st.integers(1, 60), min_size=1), st.integers(0, 10_000))
def test_holes_are_exactly_what_did_not_come(came: set[int], seed: int) -> None:
    order = sorted(came)
    random.Random(seed).shuffle(order)
    numbers = Numbers(0, at(0))
    listen(numbers, *order)
    missing = {number for hole in numbers.holes for number in range(hole.first, hole.last + 1)}
    assert missing == set(range(1, max(came))) - came
    assert sum(hole.size for hole in numbers.take(100)) == len(missing)
