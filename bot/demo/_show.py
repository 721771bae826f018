"""Shows the play: live at a pace that can be followed on a terminal, as one table anywhere else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text as Line

from bot.demo import _lines as lines
from bot.demo._play import Moment, Play, Scene
from handlers import Text

SECONDS = 17.0  # that the fortnight takes on a terminal
PICTURES_PER_SECOND = 8
ROWS_BESIDE = 6  # of the terminal, that the threads do not get

Put = Callable[[Console, RenderableType], None]


class Texts:
    """What is said around the play."""

    INTRO = Text(
        zh="两个虚构的群，两个星期，按真实的流程放一遍。群里没人用话题串，下面的问答都是从聊天里拼出来的。",
        en="Two invented groups, two weeks, through the real road. Nobody there uses threads; these are put together.",
    )
    PROGRESS = Text(
        zh="{moment} · {played}/{total} 条消息 · {threads} 题",
        en="{moment} · {played}/{total} messages · {threads} threads",
    )


async def show(play: Play, console: Console, put: Put, language: str) -> Scene:
    """Play the fortnight and show it; return what is there at its end."""
    put(console, Line(Texts.INTRO.in_language(language), style="bold", overflow="fold"))
    if console.is_terminal:
        await _live(play, console, language)
    else:
        async for _ in play.run():
            pass
    scene = await play.scene()
    put(console, _table(scene, play, play.over, len(scene.threads), console, language))
    return scene


async def _live(play: Play, console: Console, language: str) -> None:
    began, drawn = time.monotonic(), 0.0
    with Live(console=console, auto_refresh=False, transient=True) as live:
        async for moment in play.run():
            if time.monotonic() - drawn > 1 / PICTURES_PER_SECOND:
                live.update(_picture(await play.scene(), play, moment, console, language), refresh=True)
                drawn = time.monotonic()
            due = began + SECONDS * moment.played / moment.total
            await asyncio.sleep(max(0.0, due - time.monotonic()))


def _picture(scene: Scene, play: Play, moment: Moment, console: Console, language: str) -> RenderableType:
    head = Texts.PROGRESS.in_language(
        language,
        moment=lines.moment(moment.now, play.zone, language),
        played=moment.played,
        total=moment.total,
        threads=len(scene.threads),
    )
    rows = max(5, console.height - ROWS_BESIDE)
    return Group(_table(scene, play, moment.now, rows, console, language), Line(head, style="bold"))


def _table(scene: Scene, play: Play, now: datetime, rows: int, console: Console, language: str) -> Table:
    view = lines.View(scene.groups, scene.topics, now, play.zone, language, console.width)
    return lines.table(scene.threads[-rows:], view)
