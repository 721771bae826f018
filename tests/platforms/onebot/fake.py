"""The fake OneBot implementation as a process of its own: from a script (`play.py`), or on the contract's stage.

`python -m tests.platforms.onebot.fake --port 3001 --groups 3`, or `python -m tests.platforms.host onebot --port 3001`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection

from tests.platforms.onebot.napcat import Faults, NapCat
from tests.platforms.onebot.world import Member, Said

__all__ = ["GROUP", "TOKEN", "Fake", "Faults", "NapCat"]

GROUP, TOKEN = 700, "the-token-of-the-stage"
LATE = 1.0  # seconds after which a post is answered in the mood "limited": the platform has no word for waiting


class Fake(NapCat):
    """One account in one group, which tells of what it sees."""

    def __init__(self, tell: Callable[..., None]) -> None:
        super().__init__(token=TOKEN, report_self=True, real_seq=False)
        self._tell = tell
        self._mood = "well"
        self.world.start(int(time.time() * 1000))  # so that one that was killed and started anew gives no id twice
        self.world.add_group(GROUP, "PG 群")

    @property
    def mood(self) -> str:
        """How it behaves; see `tests/platforms/stage.py`."""
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        self._mood = mood
        self.faults.stopped = mood == "mute"
        self.faults.slow_acts = LATE if mood == "limited" else 0

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on loopback, and yield the port."""
        async with self.forward(port=port) as url:
            yield int(url.rpartition(":")[2])

    async def say(
        self,
        text: str,
        *,
        member: str = "m1",
        name: str = "阿棠",
        mention: bool = False,
        quote: str | None = None,
        picture: bool = False,
        again: bool = False,
    ) -> str:
        """Let a member say something in the group; return the key under which it will be stored."""
        user_id = 20_000 + int(member.removeprefix("m"))
        self.world.groups[GROUP].members[user_id] = Member(user_id, name)
        segments: list[dict[str, Any]] = []
        if quote is not None:
            segments.append({"type": "reply", "data": {"id": quote}})
        if mention:
            segments.append({"type": "at", "data": {"qq": str(self.world.self_id)}})
        if text:
            segments.append({"type": "text", "data": {"text": (" " if mention else "") + text}})
        if picture:
            image = {"file": "1.png", "url": "https://gchat.example.org/1", "sub_type": 0}
            segments.append({"type": "image", "data": image})
        said = self.world.add(GROUP, user_id, segments)
        for _ in range(2 if again else 1):
            await self.push(self.world.event(said, "array"))
        return str(said.message_id)

    async def odd(self) -> None:
        """Deliver something of a kind that nobody knows."""
        await self.notice("group_dance", group_id=GROUP, user_id=20_001)

    async def _attend(self, socket: ServerConnection) -> None:
        self._tell(connects=self.connections + 1)
        if self.mood == "closing":
            self.connections += 1
            await socket.close()
            return
        await super()._attend(socket)

    async def _act(self, socket: Connection, message: str | bytes) -> None:
        await super()._act(socket, message)
        if self.mood == "limited" and '"send_' in str(message):
            self.mood = "well"

    def _note_post(self, said: Said) -> None:
        super()._note_post(said)
        form, quote = "text", None
        for segment in said.segments:
            form = "picture" if segment["type"] == "image" else form
            quote = segment["data"]["id"] if segment["type"] == "reply" else quote
        self._tell(post={"text": self.posts[-1].text, "key": str(said.message_id), "form": form, "quote": quote})


if __name__ == "__main__":
    from tests.platforms.onebot.play import main

    main()
