"""The process in which the WeChat SDK lives: orders come in as JSON lines, what happens goes out likewise.

It is `python -m bot.adapters.wechat._child`. Whatever the SDK prints goes nowhere, for it prints tokens; whatever loop
it stops is this one; whatever file it writes lies in the working folder. It ends when its standard input does, so it
cannot outlive the bot.

The first line in is where to connect: {"endpoint", "token", "seconds", "heartbeat", "patience", "beat"}. Every later
one is an order {"id", "do", ...}, answered by {"id", "ok"} or {"id", "failed", "why"}. By itself the process says
{"on": ...}, last of all {"on": "end", "as", "why"}, where `as` is "away" (nobody listens there), "refused" (the token),
"taken" (by another program), "mute" or "lost".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any
from urllib.parse import urlsplit

from bot.adapters.wechat import _shim

KNOCK_EVERY = 0.5  # seconds

Words = dict[str, Any]
Tell = Callable[..., None]


class Orders:
    """Standard input, read by a thread of its own, so that its end is noticed whatever else goes on here."""

    def __init__(self, lines: IO[bytes]) -> None:
        """Begin to read."""
        self.first: queue.SimpleQueue[Words] = queue.SimpleQueue()
        self._take: Callable[[Words], None] | None = None
        self._ready = threading.Event()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def to(self, take: Callable[[Words], None]) -> None:
        """Hand every order after the first to a function; it is called in the reading thread."""
        self._take = take
        self._ready.set()

    def _read(self, lines: IO[bytes]) -> None:
        try:
            self.first.put(json.loads(lines.readline()))
            for line in lines:
                self._ready.wait()
                if self._take is not None:
                    self._take(json.loads(line))
        finally:
            os._exit(0)


def main() -> None:
    """Keep standard output for ourselves, and live one session."""
    out = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    one = threading.Lock()

    def tell(**words: object) -> None:
        with one:
            out.write(json.dumps(words) + "\n")
            out.flush()

    orders = Orders(sys.stdin.buffer)
    hello, begun = orders.first.get(), threading.Event()
    threading.Thread(target=_beat, args=(hello["beat"], begun, tell), daemon=True).start()
    try:
        end = _live(hello, orders, begun, tell)
    except Exception as error:  # noqa: BLE001 - the one edge of this process: whatever it was, the bot is to know
        end = {"as": "lost", "why": f"{type(error).__name__}: {error}"}
    with contextlib.suppress(OSError):
        tell(on="end", **end | {"why": str(end["why"]).replace(str(hello["token"]), "***")[:300]})
    os._exit(0)


def _beat(seconds: float, begun: threading.Event, tell: Tell) -> None:
    """Give signs of life until a loop does: connecting and importing take their time, which ends by itself."""
    while not begun.wait(seconds):
        tell(on="beat")


def _live(hello: Words, orders: Orders, begun: threading.Event, tell: Tell) -> Words:
    connected, why = _knock(hello)
    if connected is None and hello["patience"]:
        _load()  # while nobody is there anyway
        until = time.monotonic() + hello["patience"]
        while connected is None and time.monotonic() < until:
            time.sleep(KNOCK_EVERY)
            connected, why = _knock(hello)
    if connected is None:
        return {"as": "away", "why": why}
    _load()
    from bot.adapters.wechat._stay import stay

    begun.set()
    return asyncio.run(stay(connected, hello, orders.to, tell))


def _knock(hello: Words) -> tuple[socket.socket | None, str]:
    """Connect. The SDK would knock and connect again, and a gateway that counts would count twice."""
    address = urlsplit(f"//{hello['endpoint']}")
    try:
        connected = socket.create_connection((address.hostname or "", address.port or 80), hello["seconds"])
    except OSError as error:
        return None, error.strerror or type(error).__name__
    connected.setblocking(False)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected, ""


def _load() -> None:
    """Import the SDK, silently."""
    logging.disable(logging.CRITICAL)
    _shim.make_importable()
    import wechaty  # noqa: F401


if __name__ == "__main__":
    main()
