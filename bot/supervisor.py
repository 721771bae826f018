"""Keeps each connection alive by itself: connects again, backs off, grows quiet, and lets its state be seen.

One life is one call: connect, say `up()`, stay. However it ends, the next life begins after a pause that doubles
from 1 to 60 seconds and falls back only after a healthy minute. So a platform that accepts and closes is tried at
most 8 times in the first minute, and one broken platform never touches another.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from bot.adapters import AuthError

log = structlog.stdlib.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
HEALTHY_AFTER = 60.0
SAME_ERRORS = 5
LOG_EVERY = 60.0
REFUSED_PAUSE = 600.0

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class State(StrEnum):
    """Where a part stands."""

    STARTING = "starting"
    UP = "up"
    WAITING = "waiting"  # it ended; the next life begins after a pause
    AUTH_FAILED = "auth_failed"  # its credentials are wrong: a person has to act
    STOPPED = "stopped"


@dataclass(slots=True)
class Part:
    """One part of the process as `/healthz` and `doctor` see it.

    Attributes:
        name: Of the account or duty.
        clock: Monotonic seconds.
        essential: Without it the process counts as unhealthy.
        state: Where it stands, since `since`.
        lives: How often it was started.
        error: What ended the latest life: a class and its text, for the operator.
    """

    name: str
    clock: Clock
    essential: bool = True
    state: State = State.STARTING
    since: float = field(init=False)
    lives: int = 0
    error: str = ""

    def __post_init__(self) -> None:
        self.since = self.clock()

    def up(self) -> None:
        """Say that the connection stands and is authorised."""
        self.turn(State.UP)

    def turn(self, state: State) -> None:
        """Enter a state; entering it again changes nothing."""
        if state is not self.state:
            self.state, self.since = state, self.clock()

    def healthy_time(self) -> float:
        """Return for how many seconds it has been up."""
        return self.clock() - self.since if self.state is State.UP else 0.0


class Board:
    """All parts of the process."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.parts: dict[str, Part] = {}

    def part(self, name: str, *, essential: bool = True) -> Part:
        """Return a new part, shown from now on."""
        self.parts[name] = Part(name, self.clock, essential)
        return self.parts[name]

    def well(self) -> bool:
        """Whether every essential part is up."""
        return all(part.state is State.UP for part in self.parts.values() if part.essential)

    def report(self) -> dict[str, dict[str, object]]:
        """Return the state of each part; no error texts, for anyone may ask."""
        return {
            part.name: {
                "state": part.state.value,
                "seconds": round(self.clock() - part.since),
                "lives": part.lives,
                "essential": part.essential,
            }
            for part in self.parts.values()
        }


def pause(failures: int, chance: float) -> float:
    """Return the seconds before the next life, after so many failures in a row; `chance` is in 0..1.

    Half of it is fixed and half is jitter, so that accounts that fell together do not come back together.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 16))
    return longest / 2 + longest / 2 * chance


class Chronicle:
    """Decides which failures are worth a line: each, until one has come five times; then one a minute."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.latest = ""
        self.times = 0
        self.silent = 0
        self.told_at = float("-inf")

    def tell(self, error: str) -> int | None:
        """Take a failure in and return how many were left out before it, or None to leave this one out too."""
        self.times = self.times + 1 if error == self.latest else 1
        self.latest = error
        if self.times > SAME_ERRORS and self.clock() - self.told_at < LOG_EVERY:
            self.silent += 1
            return None
        self.told_at, left_out, self.silent = self.clock(), self.silent, 0
        return left_out


async def supervise(
    part: Part,
    life: Callable[[], Awaitable[None]],
    *,
    rng: random.Random,
    sleep: Sleep = asyncio.sleep,
    up_at_once: bool = False,
) -> None:
    """Live one life after the other until cancelled; nothing else ends it.

    After `AuthError` the next life begins ten minutes later, for only a person can mend that. `up_at_once` is for a
    life that waits for nobody: it counts as up from its first moment.
    """
    chronicle, failures = Chronicle(part.clock), 0
    try:
        while True:
            if part.lives or up_at_once:
                part.turn(State.UP if up_at_once else State.STARTING)
            part.lives += 1
            error = await _live(life)
            _end_if_cancelled()
            failures = 1 if part.healthy_time() >= HEALTHY_AFTER else failures + 1
            refused = isinstance(error, AuthError)
            part.error = _words(error)
            part.turn(State.AUTH_FAILED if refused else State.WAITING)
            wait = REFUSED_PAUSE * (0.75 + rng.random() / 2) if refused else pause(failures, rng.random())
            _log(chronicle, part, error, wait)
            await sleep(wait)
    finally:
        part.turn(State.STOPPED)


async def _live(life: Callable[[], Awaitable[None]]) -> Exception | None:
    try:
        await life()
    except Exception as error:  # noqa: BLE001 - the one edge: whatever ends a life, the other parts live on
        return _cause(error)
    return None


def _end_if_cancelled() -> None:
    """Go on with a cancellation that a life turned into an error of its own on its way out."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _cause(error: Exception) -> Exception:
    """Return the error itself where task groups have wrapped it."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _words(error: Exception | None) -> str:
    return f"{type(error).__name__}: {error}"[:300] if error else "the connection ended"


def _log(chronicle: Chronicle, part: Part, error: Exception | None, wait: float) -> None:
    left_out = chronicle.tell(part.error)
    if left_out is None:
        return
    facts: dict[str, object] = {"part": part.name, "why": part.error, "again_in": round(wait), "times": chronicle.times}
    if left_out:
        facts["not_told"] = left_out
    if chronicle.times == SAME_ERRORS:
        facts["from_now_on"] = "one line a minute"
    if part.state is State.AUTH_FAILED:
        log.error("refused: check the credentials", **facts)
    elif error is None or isinstance(error, OSError):
        log.warning("connection lost", **facts)
    else:
        # Neither the platform nor the network: a bug, so its place is worth knowing, once.
        log.error("connection broke", **facts, exc_info=error if chronicle.times == 1 else None)
