"""What `demo` does: a fresh database, the fortnight, the digest of its last week, and a group to talk in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bot import assembly
from bot.cli import _digest_forms as forms
from bot.cli._digest import told
from bot.cli._opening import Desk, configured, guarded
from bot.cli._printing import console as printer
from bot.cli._printing import put
from bot.cli._report import rendered, sharing, written
from bot.cli._run import on_signals
from bot.clock import system_clock
from bot.config import HOME, Config
from bot.demo import _talk
from bot.demo._fortnight import beginning
from bot.demo._play import Play, Scene
from bot.demo._show import show
from bot.only_one import InUseError, only_one
from handlers import Text
from handlers._drawing.fonts import draw_with
from handlers._reporting import PROGRAM, Asked, Wish
from handlers._reporting.building import build
from handlers.digest import Digest
from storage import migrate
from storage.database import Database
from storage.metrics import week_of
from storage.replies import plain

AT_ONCE = 9  # demos side by side


class Texts:
    """What is said around the play."""

    DIGEST = Text(zh="周一早上 9 点，群里会收到这样一份周报：", en="On Monday at 9 the groups get such a digest:")
    REPORT = Text(
        zh="这两周的报告（一页，离线能看，手机上也行）：{file}",
        en="The report of these two weeks, one page that needs no network: {file}",
    )
    PICTURE = Text(zh="周报也有长图：{file}", en="The digest as a picture: {file}")
    END = Text(zh="数据留在 {file}。接着可以试：", en="All of this lies in {file}. You may try next:")
    INIT = Text(zh="接到你自己的群：", en="To bring it to a group of yours:")


def play(file: Path | None) -> None:
    """Play, show, print, and talk if a person sits there."""
    guarded(lambda: asyncio.run(_demo(configured(file))))


async def _demo(config: Config) -> None:
    language = config.community.language
    with free(config.data.folder) as target:
        async with Database.open(f"sqlite:///{target.as_posix()}") as database:
            play, drawn = await _played(config, database, printer(), target)
            page = await report(play, database, config, target)
        print("\n" + Texts.PICTURE.in_language(language, file=near(drawn)))
        print(Texts.REPORT.in_language(language, file=near(page)), flush=True)
    if sys.stdin is not None and sys.stdin.isatty():
        print("\n" + _talk.Texts.HOW.in_language(language, bot=config.community.bot_name) + "\n", flush=True)
        changed = _talk.configured(config, target.as_posix())
        async with Database.open(changed.database.url.get_secret_value()) as database:
            await _talk.talk(changed, database, on_signals)
    print("\n" + next_steps(config, target))


async def _played(config: Config, database: Database, console: Console, target: Path) -> tuple[Play, Path]:
    classifiers = assembly.classifiers(config)
    await migrate.upgrade(database)
    await assembly.seed(database, classifiers)
    language = config.community.language
    play = Play(database, assembly.house(config, classifiers, {}), system_clock().now())
    scene = await show(play, console, put, language)
    console.print()
    console.print(Texts.DIGEST.in_language(language), style="bold", end="\n\n")
    shown = await digest(play, scene)
    print(plain(shown.body), flush=True)
    draw_with(config.data.fonts)
    drawn = target.with_name(f"{target.stem}-digest.png")
    await asyncio.to_thread(lambda: written(forms.rendered(shown, forms.PNG), drawn))
    return play, drawn


async def digest(play: Play, scene: Scene) -> Digest:
    """Return the digest of both groups over the fortnight's second week, as of the Monday after."""
    week = week_of(play.sunday, play.zone)
    async with play.database.read() as store:
        return await told(play.house, store, list(scene.groups.values()), week, play.over)


async def report(play: Play, database: Database, config: Config, target: Path) -> Path:
    """Write the report of the fortnight beside its database, and return where it lies."""
    desk = Desk(config, database)
    asked = Asked(
        wish=Wish(since=beginning(play.sunday, play.zone).astimezone(play.zone).date().isoformat()),
        options=desk.options,
        language=config.community.language,
        name=config.community.name,
        sharing=sharing(desk),
        program=f"{variable(config, target)} {PROGRAM}",
    )
    async with database.read() as store:
        found = await build(store, asked, play.over)
    page = target.with_name(f"{target.stem}-report.html")
    await asyncio.to_thread(written, rendered(found, "html"), page)
    return page


def variable(config: Config, target: Path) -> str:
    """Return what makes a command of the shell look at the demo's database."""
    file = near(target) if config.file is None else target
    url = f"sqlite:///{file.as_posix()}"
    return f"set XIANGQUN__DATABASE__URL={url} &&" if os.name == "nt" else f"XIANGQUN__DATABASE__URL={url}"


def near(file: Path) -> Path:
    """Return a path as it is seen from the checkout, where it lies inside."""
    return Path(os.path.relpath(file, HOME)) if file.is_relative_to(HOME) else file


@contextlib.contextmanager
def free(folder: Path) -> Iterator[Path]:
    """Hold a demo's file that no other demo is using, and empty it.

    Raises:
        InUseError: Too many demos are running.
    """
    names = ["demo.db", *(f"demo-{number}.db" for number in range(2, AT_ONCE + 1))]
    for name in names:
        target = folder / name
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(only_one(target))
            except InUseError:
                continue
            for end in ("", "-wal", "-shm"):
                target.with_name(target.name + end).unlink(missing_ok=True)
            yield target
            return
    raise InUseError(folder / names[0])


def next_steps(config: Config, target: Path) -> str:
    """Return where the data lies, and commands that look at it."""
    language = config.community.language
    lines = [
        Texts.END.in_language(language, file=near(target)),
        f"  {variable(config, target)} {PROGRAM} stats --week",
        f"  {variable(config, target)} {PROGRAM} why first_response_time --week",
        Texts.INIT.in_language(language),
        "  python3 run.py init",
    ]
    return "\n".join(lines)
