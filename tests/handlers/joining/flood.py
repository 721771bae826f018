"""Many who register at once: their frames, as a platform would bring them."""

from __future__ import annotations

from collections.abc import Iterator

from storage.events import Event
from storage.frames import Frame, Message, Place
from tests.handlers.joining.conftest import Town


def frames(town: Town, event: Event, count: int, groups: int) -> Iterator[Frame]:
    """Yield the frames of so many members who register in some groups at one moment."""
    at = town.chat.clock.now()
    for number in range(count):
        key = f"g{number % groups}"
        message = Message(f"k{number}", at, f"u{number}", f"成都-人{number}-DBA", f"报名 {event.number}", to_bot=True)
        yield Frame(f"m:{key}:{number}", Place("qq", key, name=f"群 {key}"), at, message)
