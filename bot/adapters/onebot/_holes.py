"""Holes in the numbers of a group's messages: what was posted but never came."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

OWN_LIMIT = 1_000
RESTART = 1_000_000  # a jump this wide, up or down, is a new count and no loss


@dataclass(frozen=True, slots=True)
class Hole:
    """Consecutive numbers that are missing, the times of the messages around them (UTC), and our own among them."""

    first: int
    last: int
    since: datetime
    until: datetime
    own: int = 0

    @property
    def size(self) -> int:
        """Return how many messages of others are missing."""
        return self.last - self.first + 1 - self.own

    def without(self, number: int) -> list[Hole]:
        """Return what is left of the hole when a number in it turns up."""
        if not self.first <= number <= self.last:
            return [self]
        left = [replace(self, last=number - 1)] if number > self.first else []
        return left + ([replace(self, first=number + 1)] if number < self.last else [])


class Numbers:
    """The numbers of one group: which came last, and which are missing below it.

    The bot's own posts take numbers too, and an implementation may keep them to itself: `posted` says that one
    was made, so that the hole it leaves explains itself. A post explains only what is above the numbers that
    were known when it was sent.
    """

    def __init__(self, high: int | None = None, at: datetime | None = None) -> None:
        self.high = high
        self.holes: list[Hole] = []
        self._at = at
        self._own: dict[str, int] = {}  # message id: highest number known before it
        self._echoed: deque[str] = deque(maxlen=OWN_LIMIT)

    def resume(self, high: int | None, at: datetime) -> None:
        """Begin again after a gap in listening: `high` is the highest number known to be stored."""
        self.high, self._at = high, at
        self.holes = [hole for hole in self.holes if high is not None and hole.last < high]

    def came(self, number: int, at: datetime) -> bool:
        """Note a number; True if it leaves a new hole below it."""
        below, since = self.high, self._at or at
        if below is None or abs(number - below) > RESTART:
            self.high, self._at = number, at
            return False
        if number <= below:
            self.holes = [left for hole in self.holes for left in hole.without(number)]
            return False
        self.high, self._at = number, at
        if number > below + 1:
            self.holes.append(Hole(below + 1, number - 1, min(since, at), at))
        return number > below + 1

    def posted(self, message_id: str, above: int | None) -> None:
        """Note a post of our own whose number is not known, but is higher than `above`."""
        if above is not None and message_id not in self._echoed and len(self._own) < OWN_LIMIT:
            self._own[message_id] = above

    def echoed(self, message_id: str) -> None:
        """Note that a post of our own came back with its number."""
        self._echoed.append(message_id)
        self._own.pop(message_id, None)

    def unexplained(self) -> bool:
        """Say whether something is missing that is not our own; holes of our posts alone are forgotten."""
        for hole in list(self.holes):
            own = self._posts_in(hole)
            if len(own) == hole.size:
                self.holes.remove(hole)
                self._drop(own)
        return bool(self.holes)

    def take(self, below: int) -> list[Hole]:
        """Return the holes below a number that our own posts do not account for, and forget them."""
        self.unexplained()
        taken = [hole for hole in self.holes if hole.last < below]
        self.holes = [hole for hole in self.holes if hole.last >= below]
        found = []
        for hole in taken:
            own = self._posts_in(hole)
            self._drop(own)
            found.append(replace(hole, own=len(own)))
        return found

    def _posts_in(self, hole: Hole) -> list[str]:
        return [post for post, above in self._own.items() if above < hole.last][: hole.size]

    def _drop(self, posts: list[str]) -> None:
        for post in posts:
            del self._own[post]
