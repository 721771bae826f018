"""The terminal: lines in, posts out, through pipes instead of a keyboard and a screen."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.terminal import Settings, Terminal, said, shown
from bot.app import App
from bot.config import load
from bot.demo._talk import configured
from storage.database import Database
from storage.frames import Frame, GroupKind, Place
from storage.replies import Body, Paragraph, Plain, Quote

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


class Ears:
    """Hears for the test."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        self.groups: list[Place] = []

    def now(self) -> datetime:
        return NOW

    async def online(self, self_id: str, name: str, groups: Any) -> None:
        self.groups = list(groups)

    async def hear(self, frame: Frame) -> None:
        self.frames.put_nowait(frame)


class Screen(io.StringIO):
    """Text that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = asyncio.Event()

    def write(self, text: str) -> int:
        self.changed.set()
        return super().write(text)


class Desk:
    """A terminal whose two ends the test holds."""

    def __init__(self) -> None:
        read, self.keyboard = os.pipe()
        self.source = open(read, "rb", buffering=0)  # noqa: SIM115 - closed by the fixture
        self.screen = Screen()
        self.terminal = Terminal(Settings(), self.source, self.screen)

    def type(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    def end(self) -> None:
        if self.keyboard >= 0:
            os.close(self.keyboard)
        self.keyboard = -1

    async def until(self, what: Callable[[str], bool]) -> str:
        async with asyncio.timeout(20):
            while not what(self.screen.getvalue()):
                self.screen.changed.clear()
                await self.screen.changed.wait()
        return self.screen.getvalue()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    found = Desk()
    yield found
    found.end()
    found.source.close()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("早", ("早", False, False)),
        ("  早\r", ("早", False, False)),
        ("@小象 慢查询怎么看", ("慢查询怎么看", True, False)),
        ("@bot 慢查询怎么看", ("慢查询怎么看", True, False)),
        ("＠Bot\u3000慢查询怎么看", ("慢查询怎么看", True, False)),
        ("谁懂 @小象", ("谁懂", True, False)),
        ("@小象象 你好", ("@小象象 你好", False, False)),
        ("> /owner abc", ("/owner abc", False, True)),
        ("＞删掉我", ("删掉我", False, True)),
        ("\x1b[31m红\x00", ("[31m红", False, False)),
        ("", ("", False, False)),
    ],
)
def test_what_a_line_says(line: str, expected: tuple[str, bool, bool]) -> None:
    assert said(line, "小象") == expected


def test_posts_are_printed_under_a_name() -> None:
    assert shown("小象", "一\n\n二", private=False) == "小象: 一\n\n  二\n"
    assert shown("小象", "一", private=True) == "小象（私聊）: 一\n"


async def test_lines_become_messages_of_one_member(desk: Desk) -> None:
    ears = Ears()
    running = asyncio.create_task(desk.terminal.run(ears))  # type: ignore[arg-type]
    desk.type("主库\n磁盘满了\n\n> 悄悄")
    desk.type("话\n没有换行")
    desk.end()
    async with asyncio.timeout(20):
        frames = [await ears.frames.get() for _ in range(4)]
        await desk.terminal.ended.wait()
    messages: list[Any] = [frame.content for frame in frames]
    assert [message.text for message in messages] == ["主库", "磁盘满了", "悄悄话", "没有换行"]
    assert [frame.place.kind for frame in frames] == [GroupKind.GROUP, GroupKind.GROUP, GroupKind.DIRECT, "group"]
    assert {message.member for message in messages} == {"me"}
    keys = [int(message.key) for message in messages]
    assert keys == sorted(set(keys))
    assert [place.key for place in ears.groups] == ["terminal"]
    running.cancel()


async def test_a_body_is_plain_text(desk: Desk) -> None:
    body = Body((Paragraph((Plain("以前解决过：\x1b[2J"),)), Quote("别删")))
    payloads = desk.terminal.render(body)
    first = await desk.terminal.send(desk.terminal.place, payloads[0], None)
    second = await desk.terminal.send(desk.terminal.place, "再见", None)
    assert first != second
    assert "「别删」" in desk.screen.getvalue()
    assert await desk.terminal.probe() == []


async def test_a_talk_through_the_whole_process(desk: Desk, sqlite_url: str, tmp_path: Path) -> None:
    base = load(None, {"XIANGQUN__DATA__FOLDER": str(tmp_path)})
    config = configured(base, sqlite_url.removeprefix("sqlite:///"))
    async with Database.open(sqlite_url) as database:
        app, stop = App(config, database), asyncio.Event()
        terminal = app.adapters["terminal"]
        assert isinstance(terminal, Terminal)
        terminal.source, terminal.sink = desk.source, desk.screen
        running = asyncio.create_task(app.run(stop))
        desk.type("复制槽把磁盘撑满了，怎么办？\n")
        desk.type("/help\n")
        await desk.until(lambda text: "小象: " in text)
        desk.type("@小象 解决了\n")
        await desk.until(lambda text: "#1 结了" in text)
        desk.end()
        async with asyncio.timeout(20):
            await terminal.ended.wait()
            stop.set()
            await running
