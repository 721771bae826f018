"""The supervisor: how often it tries, how much it says, what it shows, and that nothing but a cancel ends it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.adapters import AuthError
from bot.supervisor import LONGEST_PAUSE, Board, Part, State, pause, supervise


class Time:
    """A clock that only sleeping moves; it ends the test's supervisor when its span is over."""

    def __init__(self, span: float) -> None:
        self.now, self.span = 0.0, span

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)
        if self.now >= self.span:
            raise asyncio.CancelledError


async def watch(
    time: Time, life: Callable[[Part], Awaitable[None]], seed: int = 1
) -> tuple[Part, list[float], list[dict[str, object]]]:
    """Supervise for the span of the clock; return the part, when each life began, and the lines logged."""
    part, began = Board(time).part("qq"), []

    async def one() -> None:
        began.append(time.now)
        await life(part)

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await supervise(part, one, rng=random.Random(seed), sleep=time.sleep)
    return part, began, lines


async def refuses(_: Part) -> None:
    raise ConnectionRefusedError(111, "refused")


@pytest.mark.parametrize(
    ("failures", "least", "most"),
    [(1, 0.5, 1), (2, 1, 2), (3, 2, 4), (6, 16, 32), (7, 30, 60), (8, 30, 60), (10_000, 30, 60)],
)
def test_pause(failures: int, least: float, most: float) -> None:
    assert pause(failures, 0.0) == least
    assert pause(failures, 1.0) == most


@pytest.mark.parametrize("seed", range(20))
async def test_a_platform_that_is_down_is_tried_ten_times_at_most_in_the_first_minute(seed: int) -> None:
    _, began, lines = await watch(Time(3600), refuses, seed)
    assert len([at for at in began if at <= 60]) <= 10
    gaps = [b - a for a, b in pairwise(began)]
    assert max(gaps) <= LONGEST_PAUSE
    assert len(lines) <= 5 + 60
    assert len([line for line in lines if line["times"] <= 5]) == 5  # type: ignore[operator]


async def test_a_platform_that_accepts_and_closes_is_no_healthier() -> None:
    async def closes(part: Part) -> None:
        part.up()

    part, began, lines = await watch(Time(60), closes)
    assert len(began) <= 10
    assert {line["why"] for line in lines} == {"the connection ended"}
    assert part.state is State.STOPPED


async def test_a_healthy_minute_starts_the_pauses_afresh() -> None:
    time = Time(2000)

    async def lives(part: Part) -> None:
        if part.lives > 6:
            part.up()
            time.now += 61
        raise ConnectionResetError(104, "reset")

    _, began, _ = await watch(time, lives)
    gaps = [b - a for a, b in pairwise(began)]
    assert gaps[5] > 15
    assert all(61.5 <= gap <= 62 for gap in gaps[6:])


async def test_a_long_wait_without_a_connection_is_not_health() -> None:
    time = Time(2000)

    async def hangs(_: Part) -> None:
        time.now += 120
        raise TimeoutError("no answer")

    _, began, _ = await watch(time, hangs)
    assert began[-1] - began[-2] > 140


async def test_wrong_credentials_are_tried_slowly_and_told_each_time() -> None:
    async def unknown(_: Part) -> None:
        raise ExceptionGroup("task group", [AuthError("1403")])

    part, began, lines = await watch(Time(3000), unknown)
    assert all(450 <= b - a <= 750 for a, b in pairwise(began))
    assert [line["log_level"] for line in lines] == ["error"] * len(began)
    assert part.error == "AuthError: 1403"


async def test_the_state_can_be_seen_while_it_waits() -> None:
    board = Board(lambda: 5.0)
    part = board.part("qq")
    board.part("web", essential=False)
    gate = asyncio.Event()

    async def pauses(_: float) -> None:
        gate.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(supervise(part, lambda: refuses(part), rng=random.Random(1), sleep=pauses))
    await gate.wait()
    assert part.state is State.WAITING
    assert board.report()["qq"] == {"state": "waiting", "seconds": 0, "lives": 1, "essential": True}
    assert not board.well()
    part.up()
    assert board.well()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert part.state is State.STOPPED


async def test_a_cancel_ends_a_life_at_once() -> None:
    part = Part("qq", lambda: 0.0)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def stays() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(supervise(part, stays, rng=random.Random(1)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_one_broken_part_does_not_touch_another() -> None:
    time, heard = Time(100_000), 0
    board = Board(time)

    async def breaks() -> None:
        raise KeyError("a bug")

    async def hears() -> None:
        nonlocal heard
        board.parts["ours"].up()
        while True:
            heard += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(supervise(board.part("ours"), hears, rng=random.Random(1)))
    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await supervise(board.part("broken"), breaks, rng=random.Random(1), sleep=time.sleep)
    assert board.parts["broken"].lives >= 100
    assert board.parts["ours"].lives == 1
    assert heard >= 100
    assert len([line for line in lines if line.get("exc_info")]) == 1
    other.cancel()


async def test_a_part_that_waits_for_nobody_is_up_from_its_first_moment_and_after_each_fall() -> None:
    time, seen = Time(30), []
    part = Part("inbox", time)

    async def breaks() -> None:
        seen.append(part.state)
        raise KeyError("a bug")

    with capture_logs(), pytest.raises(asyncio.CancelledError):
        await supervise(part, breaks, rng=random.Random(1), sleep=time.sleep, up_at_once=True)
    assert len(seen) > 3
    assert set(seen) == {State.UP}


async def test_what_was_said_before_the_first_life_stands() -> None:
    part, begun = Part("inbox", lambda: 0.0), asyncio.Event()
    part.up()

    async def stays() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(supervise(part, stays, rng=random.Random(1)))
    await begun.wait()
    assert part.state is State.UP
    task.cancel()
