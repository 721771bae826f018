"""Runs a fake of this folder as a process of its own: `python -m tests.platforms.host telegram --port 8081`.

The orders and what it tells are those of `tests/platforms/stage.py`. A fake that is to be hosted is a class `Fake` in
`tests/platforms/<name>` (a file, or the `fake` of a folder) with what `Hosted` asks for.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Tell = Callable[..., None]


class Hosted(Protocol):
    """What a fake has to have to be hosted; it is made with `Fake(tell)`."""

    mood: str

    def serve(self, port: int = 0) -> AbstractAsyncContextManager[int]:
        """Listen on loopback, and yield the port."""
        ...

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
        """Let a member say something in the one group; return the key of the stored message."""
        ...

    async def odd(self) -> None:
        """Deliver something of a kind that nobody knows."""
        ...


def tell(**words: Any) -> None:
    """Print one object on a line of its own."""
    sys.stdout.write(json.dumps(words, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def host(fake: Hosted, port: int) -> None:
    """Serve, and obey what comes on standard input, until it ends."""
    async with fake.serve(port):
        tell(ready=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            match order.pop("do"):
                case "say":
                    tell(said=await fake.say(**order))
                case "odd":
                    await fake.odd()
                    tell(done="odd")
                case "mood":
                    fake.mood = order["mood"]
                    tell(done="mood")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.platforms.host")
    parser.add_argument("platform")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ahead", type=float, default=0, help="seconds by which its clock is ahead, where it has one")
    options = parser.parse_args()
    try:
        module = importlib.import_module(f"tests.platforms.{options.platform}.fake")
    except ModuleNotFoundError:
        module = importlib.import_module(f"tests.platforms.{options.platform}")
    clock = {"clock": lambda: time.time() + options.ahead} if options.ahead else {}
    asyncio.run(host(module.Fake(tell, **clock), options.port))


if __name__ == "__main__":
    main()
