"""A group in the terminal, with one member: to try the bot without a platform.

What is typed is said in the group; `@小象 ` (or `@bot `) in front speaks to the bot, and `>` in front speaks to it in
private, where codes belong. What it posts is printed. At the end of the input (Ctrl-D) nobody speaks any more.
"""

from __future__ import annotations

import asyncio
import codecs
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from pydantic import BaseModel, ConfigDict, Field

from bot.adapters import Ability, Delivery, Ear, Rate, Roll
from storage.frames import TEXT_LIMIT, Frame, GroupKind, Message, Place
from storage.replies import Body, plain
from storage.sanitize import label, sanitize

PLATFORM = "terminal"
MEMBER = "me"
SELF = "bot"
INDENT = "  "


class Settings(BaseModel):
    """The table `[adapters.terminal]`.

    Attributes:
        name: What you are called there.
        group: What the group is called.
        bot_name: What the bot is called there; `@bot` is understood as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("我", min_length=1, max_length=40)
    group: str = Field("终端", min_length=1, max_length=40)
    bot_name: str = Field("小象", min_length=1, max_length=20)


class Source(Protocol):
    """Where bytes come from; an unbuffered file."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Return what there is, waiting for it; nothing at the end."""
        ...


class Terminal:
    """The one account in a terminal."""

    platform = PLATFORM
    abilities = frozenset({Ability.SEE_ALL, Ability.PUSH, Ability.DIRECT, Ability.STABLE_IDS, Ability.SAME_IDS})
    delivery = Delivery.LOST  # nobody types while it is away
    rate = Rate(per_minute_group=600, per_minute_account=600)
    wider = ""

    def __init__(self, settings: Settings, source: Source | None = None, sink: TextIO | None = None) -> None:
        """Take the settings; without other streams, lines come from standard input and posts go to standard output."""
        self.settings = settings
        self.source = source
        self.sink = sink
        self.place = Place(PLATFORM, "terminal", name=settings.group)
        self.direct = Place(PLATFORM, f"direct:{MEMBER}", GroupKind.DIRECT, settings.name)
        self.ended = asyncio.Event()
        self.last = 0
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._reading = False

    async def run(self, ear: Ear) -> None:
        """Hear what is typed; stay when the input has ended, for there may still be something to print."""
        self._read(asyncio.get_running_loop())
        await ear.online(SELF, self.settings.bot_name, [self.place])
        while (line := await self._lines.get()) is not None:
            frame = self.to_frame(line, ear)
            if frame is not None:
                await ear.hear(frame)
        self.ended.set()
        await asyncio.Event().wait()

    def to_frame(self, line: str, ear: Ear) -> Frame | None:
        """Return what a typed line says; None where it is empty."""
        text, spoken_to, private = said(line, self.settings.bot_name)
        if not text:
            return None
        at = ear.now()
        # Keys are milliseconds, so that they rise also from one start to the next.
        self.last = max(self.last + 1, int(at.timestamp() * 1000))
        place = self.direct if private else self.place
        message = Message(
            str(self.last), at, MEMBER, label(self.settings.name), text[:TEXT_LIMIT], to_bot=spoken_to or private
        )
        return Frame(f"m:{place.key}:{message.key}", place, at, message)

    def render(self, body: Body) -> list[str]:
        """Return a body as plain text."""
        return [plain(body)]

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Print a post."""
        sink = self.sink or sys.stdout
        sink.write(shown(self.settings.bot_name, payload, private=place.kind is GroupKind.DIRECT))
        sink.flush()
        self.last += 1
        return str(self.last)

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return that you and the bot are two; the bot does not count."""
        return [Roll(self.place, 1, {MEMBER: label(self.settings.name)} if cards else {})]

    async def probe(self) -> list[str]:
        """Return nothing: a terminal is always there."""
        return []

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read in a thread that nobody waits for at the end: a read from a terminal cannot be broken off."""
        if not self._reading:
            self._reading = True
            source = self.source or keyboard()
            threading.Thread(target=pump, args=(source, self._put(loop)), daemon=True).start()

    def _put(self, loop: asyncio.AbstractEventLoop) -> Callable[[str | None], None]:
        def put(line: str | None) -> None:
            loop.call_soon_threadsafe(self._lines.put_nowait, line)

        return put


def said(line: str, bot_name: str) -> tuple[str, bool, bool]:
    """Return the text of a typed line, whether it speaks to the bot, and whether in private."""
    text = sanitize(line).strip()
    private = text.startswith((">", "》", "＞"))
    text = text[1:].lstrip() if private else text
    own = re.compile(rf"[@＠](?:{re.escape(bot_name)}|bot)(?:\s+|$)", re.IGNORECASE)
    bare = own.sub("", text, count=1).strip()
    return bare, bare != text, private


def shown(name: str, text: str, *, private: bool) -> str:
    """Return a post as it is printed: who says it, and its lines under each other."""
    head, *rest = text.split("\n")
    lines = [f"{name}{'（私聊）' if private else ''}: {head}", *(f"{INDENT}{line}" if line else "" for line in rest)]
    return "\n".join(lines) + "\n"


def pump(source: Source, put: Callable[[str | None], None]) -> None:
    """Read bytes until the end and put each line, then None; to be run in a thread."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    waiting = ""
    try:
        while data := source.read(4096):
            *whole, waiting = (waiting + decoder.decode(data)).split("\n")
            for line in whole:
                put(line)
        if waiting:
            put(waiting)
        put(None)
    except RuntimeError:  # the loop is gone: nobody listens any more
        return


def keyboard() -> Source:
    """Return standard input, unbuffered: a thread that waits in a buffered read would hold its lock at the end."""
    return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)


def build(settings: Settings, name: str, folder: Path) -> Terminal:
    """Return the account on the process's own terminal."""
    return Terminal(settings)
