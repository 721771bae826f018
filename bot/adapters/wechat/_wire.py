"""The bot's end of the pipe to the SDK's process: started, spoken to in JSON lines, and killed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.adapters import AuthError
from bot.adapters._parse import Odd, Raw, integer, parse, table, words

CHILD = "bot.adapters.wechat._child"
ROOT = Path(__file__).parents[3]
LINE_LIMIT = 16 * 2**20  # bytes; the cards of a large group are one line
WAITING = 1_000  # what may wait to be stored; beyond it the process is read no further
# What the process gets of our environment: how to find libraries, talk to the system, and nothing of ours.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Meeting:
    """Where the gateway is and how it is to be treated; the process is told on its first line. Times in seconds.

    Attributes:
        endpoint: Host and port.
        token: The gateway's; it stands in no argument and no variable of a process.
        seconds: How long an answer may take.
        heartbeat: How long it may be silent before it is asked for a sign of life.
        patience: How long to knock where nobody listens; 0: once.
        beat: How often the process shows that it lives.
        silence: How long it may say nothing.
    """

    endpoint: str
    token: str = field(repr=False)
    seconds: float
    heartbeat: float
    patience: float = 0.0
    beat: float = 2.0
    silence: float = 20.0


class LostError(ConnectionError):
    """The session is over."""


class AwayError(LostError):
    """Nobody listens at the endpoint."""


class MuteError(LostError):
    """The gateway takes connections and does not answer."""


class TakenError(LostError):
    """Another program is connected to the gateway; there can be one only."""


class NotWrittenError(LostError):
    """The session was over before an order was written."""


class OrderError(Exception):
    """An order failed; `kind` is `not_sent`, `limited`, `refused` or `unknown`."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


_ENDS = {"away": AwayError, "mute": MuteError, "taken": TakenError}


class Link:
    """One process and the session in it. `read` has to run for the other calls to return."""

    def __init__(self, process: Process, meeting: Meeting) -> None:
        """Take a process over that has just begun."""
        self.silent: float | None = None  # for how many seconds the gateway had been silent at the latest beat
        self._process = process
        self._meeting = meeting
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Raw]] = {}
        self._heard: asyncio.Queue[Raw | Odd | Exception] = asyncio.Queue(WAITING)
        self._over = False

    async def greet(self) -> None:
        """Say where to connect."""
        hello = {key: getattr(self._meeting, key) for key in ("endpoint", "seconds", "heartbeat", "patience", "beat")}
        await self._write({**hello, "token": self._meeting.token})

    async def hear(self) -> Raw | Odd:
        """Return the next thing that happened; what came before the end is told before the end.

        Raises:
            AuthError: The gateway refused the token.
            LostError: The session is over.
        """
        heard = await self._heard.get()
        if isinstance(heard, Exception):
            raise heard
        return heard

    async def call(self, do: str, *, timeout: float, **order: object) -> object:
        """Give an order and return what came of it.

        Raises:
            NotWrittenError: The process never got it.
            LostError, TimeoutError: Nobody knows what became of it.
            OrderError: It failed.
        """
        if self._over or self._process.stdin is None or self._process.stdin.is_closing():
            raise NotWrittenError("not connected")
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                await self._write({"id": number, "do": do, **order})
                return self._result(await answer)
        except TimeoutError:
            raise TimeoutError(f"the gateway did not answer within {timeout:g} s") from None
        finally:
            del self._answers[number]
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # seen, also when nobody waits any more

    async def read(self) -> None:
        """Take in what the process says, until it is over."""
        try:
            end = await self._read()
        except TimeoutError:
            end = LostError(f"the process gave no sign of life for {self._meeting.silence:g} s")
        except ValueError:
            end = LostError(f"the process said more than {LINE_LIMIT // 2**20} MiB at once")
        finally:
            self._give_up()  # also when it is told to stop: a post that waits would hold up everybody
        await self._heard.put(end)

    def _give_up(self) -> None:
        self._over = True
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LostError("the session ended before the answer came"))

    async def _read(self) -> Exception:
        assert self._process.stdout is not None  # noqa: S101 - it was started with pipes
        while True:
            async with asyncio.timeout(self._meeting.silence):
                line = await self._process.stdout.readline()
            if not line:
                return LostError(f"the process ended with {await self._process.wait()}")
            said = parse(line.decode("utf-8", "replace"))
            if isinstance(said, Odd):
                await self._heard.put(said)
            elif said.get("on") == "end":
                return self._end(said)
            elif "on" not in said:
                answer = self._answers.get(integer(said.get("id")) or 0)
                if answer is not None and not answer.done():
                    answer.set_result(said)
            elif said.get("on") == "beat":
                silent = said.get("silent")
                self.silent = silent if isinstance(silent, float) else self.silent
            else:
                await self._heard.put(said)

    def _end(self, said: Raw) -> Exception:
        if said.get("as") == "refused":
            return AuthError("the gateway refused the token")
        kind = _ENDS.get(words(said.get("as")), LostError)
        return kind(self._scrubbed(words(said.get("why"))) or "the session ended")

    def _result(self, said: Raw) -> object:
        if "failed" in said:
            raise OrderError(words(said["failed"]), self._scrubbed(words(said.get("why"))))
        return said.get("ok")

    def _scrubbed(self, why: str) -> str:
        """Return an error text without the token, which gateways repeat when they refuse it."""
        return why.replace(self._meeting.token, "***")

    async def _write(self, said: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was started with pipes
        try:
            self._process.stdin.write(json.dumps(said).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise LostError("the process is gone") from None


@contextlib.asynccontextmanager
async def linked(meeting: Meeting, folder: Path) -> AsyncIterator[Link]:
    """Start the SDK's process in a folder, yield the link to it, and kill it at the end."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", CHILD,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE_LIMIT,
        cwd=folder, env=environment(folder, os.environ), start_new_session=True,
    )  # fmt: skip
    link = Link(process, meeting)
    reading = asyncio.create_task(link.read())
    try:
        with contextlib.suppress(LostError):  # why, the reader is about to find
            await link.greet()
        yield link
    finally:
        reading.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it has nothing to save
        await asyncio.gather(reading, return_exceptions=True)
        await process.communicate()


def environment(folder: Path, ours: os._Environ[str] | dict[str, str]) -> dict[str, str]:
    """Return the environment of the process: every file that a library writes by itself falls into the folder."""
    passed = {key: ours[key] for key in PASSED_ON if key in ours}
    own = str(folder)
    return passed | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": own,
        "TMPDIR": own,
        "XDG_CACHE_HOME": own,
        "CACHE_DIR": str(folder / ".wechaty"),
        "WECHATY_LOG": "error",
    }


def rows(value: object) -> list[Raw]:
    """Return the objects in a list, whatever else stands in it."""
    return [table(row) for row in value if isinstance(row, dict)] if isinstance(value, list) else []
