"""What was decided of messages and is not written down yet: a stretch of them is written at once."""

from __future__ import annotations

from storage import derived, moves, threads
from storage.database import Store
from storage.messages import Stored


class Written:
    """Threads that open, places of messages and moves, gathered until `down`; reads those before what is stored."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._opened: dict[int, Stored] = {}
        self._places: dict[int, tuple[int, str, float]] = {}
        self._moves: dict[int, int] = {}

    async def open(self, opener: Stored) -> int:
        """Open a thread with a message and return its number."""
        number = await derived.next_number(self.store, next(reversed(self._opened), None))
        self._opened[number] = opener
        return number

    def place(self, message: int, thread: int, role: str, confidence: float = 1.0) -> None:
        """Put a message into a thread, out of any other."""
        self._places[message] = (thread, role, confidence)

    def moved(self, message: int, by: int) -> None:
        """Note that a message was moved by a later one."""
        self._moves[message] = by

    async def thread_of(self, message: int) -> int | None:
        """Return the thread that a message is in."""
        if message in self._places:
            return self._places[message][0]
        return next((thread for thread, _ in (await threads.places(self.store, [message])).values()), None)

    async def take_out(self, message: int) -> None:
        """Take a message out of its thread."""
        self._places.pop(message, None)
        await threads.take_out(self.store, [message])

    async def down(self) -> None:
        """Write everything down."""
        await derived.open_all(self.store, self._opened)
        places = [(message, *place) for message, place in self._places.items()]
        await threads.place_all(self.store, places)
        await moves.note_all(self.store, self._moves)
        self._opened.clear()
        self._places.clear()
        self._moves.clear()
