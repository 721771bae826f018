"""Which solved threads are worth keeping: answers that stand alone, each answerer once before any twice; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

THIN = 12  # an answer of fewer characters tells a reader nothing
FULL = 24  # from here on it is likely to stand alone


@dataclass(frozen=True, slots=True)
class Candidate:
    """A solved thread: who solved it, how many took part, how many said 同问, and the answer as it may be quoted."""

    thread: int
    solver: int | None
    people: int
    metoo: int
    quote: str


def chosen(candidates: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Return the candidates to print: answers that stand alone first, then the threads with most people in them.

    Each answerer comes once before anybody comes twice, so that one person's week does not fill it.
    """
    ranked = sorted(
        (found for found in candidates if len(found.quote) >= THIN),
        key=lambda found: (len(found.quote) < FULL, -found.people, -found.metoo, found.thread),
    )
    turns: dict[int | None, int] = {}
    order: list[tuple[int, Candidate]] = []
    for found in ranked:
        turns[found.solver] = turns.get(found.solver, 0) + 1
        order.append((turns[found.solver], found))
    return [found for _, found in sorted(order, key=lambda pair: pair[0])][:limit]
