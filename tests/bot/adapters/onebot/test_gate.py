"""The gate and the lane: nothing overtakes, nothing grows without bound, a failure is heard of."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.onebot._gate import Gate, Lane, Pushed


class Passed:
    def __init__(self, limit: int = 10_000) -> None:
        self.texts: list[str] = []
        self.gate = Gate(self._pass, limit)

    async def _pass(self, pushed: Pushed) -> None:
        await asyncio.sleep(0)
        self.texts.append(pushed.text)

    async def put(self, group: str, text: str) -> None:
        await self.gate.put(Pushed(group, {"message_id": text}, text))


async def test_everything_is_held_until_the_gate_opens_and_keeps_its_order() -> None:
    passed = Passed()
    for n in range(10):
        await passed.put(str(n % 2), str(n))
    assert passed.texts == []
    await passed.gate.open([])
    assert passed.texts == [str(n) for n in range(10)]
    await passed.put("1", "10")
    assert passed.texts[-1] == "10"


async def test_a_group_waits_alone() -> None:
    passed = Passed()
    for n in range(6):
        await passed.put(str(n % 2), str(n))
    await passed.gate.open(["1"])
    await passed.put("1", "6")
    assert passed.texts == ["0", "2", "4"]
    assert passed.gate.ids("1") == {"1", "3", "5", "6"}
    await passed.gate.release("1")
    assert passed.texts == ["0", "2", "4", "1", "3", "5", "6"]
    assert passed.gate.ids("1") == set()


async def test_what_comes_while_a_group_is_released_stays_behind() -> None:
    passed = Passed()
    for n in range(20):
        await passed.put("1", str(n))
    opening = asyncio.ensure_future(passed.gate.open([]))
    await asyncio.sleep(0)
    await passed.put("1", "20")
    await opening
    assert passed.texts == [str(n) for n in range(21)]


async def test_a_flood_that_cannot_be_held_ends_the_connection() -> None:
    passed = Passed(limit=100)
    for _ in range(10):
        await passed.put("1", "x" * 10)
    with pytest.raises(ConnectionError, match="too much"):
        await passed.put("1", "x")


async def test_a_lane_begins_in_order_and_is_never_too_wide() -> None:
    began: list[int] = []
    free = asyncio.Event()

    async def store(n: int) -> None:
        began.append(n)
        await free.wait()

    async def fill() -> None:
        for n in range(10):
            await lane.put(store(n))

    lane = Lane(bound=4)
    filling = asyncio.ensure_future(fill())
    for _ in range(10):
        await asyncio.sleep(0)
    assert began == [0, 1, 2, 3]
    free.set()
    await filling
    await lane.settle(1)
    assert began == list(range(10))


async def test_a_lane_tells_of_a_failure_and_gives_up_what_hangs() -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    lane = Lane()
    await lane.put(asyncio.Event().wait())  # type: ignore[arg-type]
    await lane.put(fail())
    with pytest.raises(RuntimeError, match="broken"):
        await lane.failure()
    await asyncio.wait_for(lane.settle(0.01), 20)
