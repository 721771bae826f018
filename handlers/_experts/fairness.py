"""Whose turn it is: a fair share of being asked, weighed by skill; pure, and the same for the same facts.

Every question that somebody was asked about owes each expert who knew its topic, and had agreed by then, a part of
being asked: their skill over the skills of all of them. What an expert was owed over the last weeks less how often
they were asked is how far they lag behind; the next question goes to whoever lags farthest once their part of it is
owed as well (a deficit round robin, Shreedhar & Varghese, SIGCOMM 1995). Among equals it is whoever was asked longest
ago. Nobody is asked twice in a row while somebody else can be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody was asked about a thread on a topic."""

    person: int
    thread: int
    topic: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """How often a person was asked, and how often it would have been their part."""

    asked: int
    due: float

    @property
    def lag(self) -> float:
        """How far behind their part they are; below 0, who was asked more."""
        return self.due - self.asked


def loads(
    history: Iterable[Asked], able: Mapping[str, Mapping[int, float]], agreed: Mapping[int, datetime]
) -> dict[int, Load]:
    """Return everybody's load.

    Args:
        history: Who was asked, in the weeks that count.
        able: By topic, the persons who know it with their skills.
        agreed: Since when each agreed to be asked.
    """
    due: dict[int, float] = defaultdict(float)
    asked: Counter[int] = Counter()
    for one in history:
        asked[one.person] += 1
        there = {p: skill for p, skill in able.get(one.topic, {}).items() if agreed[p] <= one.at}
        for person, part in parts(there).items():
            due[person] += part
    return {person: Load(asked[person], due[person]) for person in agreed}


def parts(skills: Mapping[int, float]) -> dict[int, float]:
    """Return each person's part of one question: their skill over everybody's; equal parts where nobody has any."""
    whole = sum(skills.values())
    return {person: skill / whole if whole else 1 / len(skills) for person, skill in skills.items()}


def choose(
    candidates: Mapping[int, float], load: Mapping[int, Load], history: Collection[Asked], thread: int
) -> int | None:
    """Return who is asked about a thread: of those who can be, whoever lags farthest behind; None where none can be.

    Whoever was asked about the question before this one is left out while others can be, else at least whoever was
    asked last.
    """
    before = [one for one in history if one.thread != thread]
    previous = {one.person for one in before if one.thread == before[-1].thread}
    last = {one.person for one in before[-1:]}
    fresh = next((left for out in (previous, last) if (left := candidates.keys() - out)), set(candidates))
    if not fresh:
        return None
    latest = {one.person: one.at for one in history}
    part = parts(candidates)

    def turn(person: int) -> tuple[float, datetime, int]:
        lag = load[person].lag if person in load else 0.0
        return (-round(lag + part[person], 9), latest.get(person, NEVER), person)

    return min(fresh, key=turn)
