"""What posts hang on: a post into a group or a direct is free while it answers something that was just said there."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

ANSWERS = 5  # to one message, says the platform; the sixth is refused
WINDOW = timedelta(minutes=5)
IN_TIME = WINDOW - timedelta(seconds=10)  # our clock is not the platform's
KEPT = 20  # per place: nobody answers an older one
PLACES = 5_000
REMEMBERED = 20_000


class Memory(OrderedDict[str, str]):
    """A mapping that forgets its oldest entries."""

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


@dataclass(slots=True)
class Anchor:
    """Something that can be answered.

    Attributes:
        kind: `msg_id` for a message, `event_id` for anything else.
        id: Of the message or the event.
        index: The second id of a message, by which it is quoted.
        at: When it was said.
        answers: How many posts hang on it.
    """

    kind: str
    id: str
    index: str
    at: datetime
    answers: int = 0


class Anchors:
    """The latest things said in each place."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, deque[Anchor]] = OrderedDict()
        self._indexes = Memory()

    def note(self, place: str, anchor: Anchor) -> None:
        """Remember what was said; the same thing heard twice is one anchor."""
        kept = self._places.setdefault(place, deque(maxlen=KEPT))
        self._places.move_to_end(place)
        if all(known.id != anchor.id for known in kept):
            kept.append(anchor)
        if anchor.kind == "msg_id":
            self._indexes[anchor.id] = anchor.index
        if len(self._places) > PLACES:
            self._places.popitem(last=False)

    def pick(self, place: str, reply_to: str | None, now: datetime) -> Anchor | None:
        """Return what a post should hang on: the message it answers, else the latest one that may be answered."""
        kept = self._places.get(place, ())
        free = [one for one in kept if one.answers < ANSWERS and now - one.at < IN_TIME]
        named = (one for one in free if reply_to and reply_to in {one.id, one.index})
        return next(named, free[-1] if free else None)

    def index(self, reply_to: str | None) -> str:
        """Return by which id a message is quoted; empty where that is not known."""
        if not reply_to:
            return ""
        return self._indexes.get(reply_to, reply_to if reply_to.startswith("REFIDX_") else "")
