"""What happened in a play, counted by hand: seats, waiting list, who came, who was new. Knows nothing of the bot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass
class Round:
    """One event as its organiser would keep it in a notebook; people are persons, not accounts."""

    seats: int
    inside: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    promoted: list[str] = field(default_factory=list)
    came: set[str] = field(default_factory=set)
    asked: int = 0
    scores: dict[str, int] = field(default_factory=dict)

    def join(self, person: str) -> None:
        """Take a seat, or a place in line; who has one keeps it."""
        if person not in self.inside and person not in self.waiting:
            (self.inside if len(self.inside) < self.seats else self.waiting).append(person)

    def leave(self, person: str) -> None:
        """Give a seat back; who waits longest gets it."""
        self.left.append(person)
        self.inside.remove(person)
        if self.waiting:
            self.promoted.append(self.waiting.pop(0))
            self.inside.append(self.promoted[-1])

    def come(self, person: str) -> None:
        """Check in; who was still in line has a seat now."""
        if person in self.waiting:
            self.waiting.remove(person)
            self.inside.append(person)
        self.came.add(person)

    @property
    def attended(self) -> set[str]:
        """Those of the registered who came."""
        return self.came & set(self.inside)


@dataclass
class Ledger:
    """All rounds, by their number."""

    rounds: dict[int, Round] = field(default_factory=dict)

    def first_timers(self, number: int) -> set[str]:
        """Return who came to this round and to none before."""
        before = [one.came for earlier, one in self.rounds.items() if earlier < number]
        return self.rounds[number].came - set().union(*before)

    def carried(self, number: int) -> set[str]:
        """Return who came to this round and to the next one."""
        return self.rounds[number].came & self.rounds[number + 1].came

    def totals(self) -> Mapping[str, int]:
        """Return the sums over all rounds that were held."""
        every = list(self.rounds.values())
        return {
            "held": len(every),
            "registered": sum(len(one.inside) for one in every),
            "came": sum(len(one.came) for one in every),
            "attended": sum(len(one.attended) for one in every),
            "first": sum(len(self.first_timers(number)) for number in self.rounds),
            "absent": sum(len(one.inside) - len(one.attended) for one in every),
            "persons": len(set().union(*(one.came for one in every))),
        }

    def __iter__(self) -> Iterator[Round]:
        return iter(self.rounds.values())
