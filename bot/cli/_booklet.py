"""What `booklet` does: reads what was held, sets it or writes it as Markdown, and says where it lies."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.cli._opening import Desk, RefusalError
from bot.cli._report import STDOUT, sharing, written
from bot.report._booklet import booklet as markdown
from handlers._booklet import Booklet, asking, building, lessons, pictures
from handlers._booklet.pages import pdf
from handlers._drawing.fonts import draw_with

ENDINGS = {".pdf": "pdf", ".md": "md", ".markdown": "md"}
FIRST, LAST = 2000, 2199


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line, as it was typed; None or empty where it was not."""

    year: int | None = None
    event: str = ""
    series: int | None = None
    out: Path | None = None
    pictures: Path | None = None
    lessons: Path | None = None
    language: str | None = None


async def booklet(desk: Desk, order: Order) -> int:
    """Write the booklet and say where it lies; where nothing was held, say that.

    Raises:
        RefusalError: What is asked for is unclear, or a file of it cannot be used.
    """
    draw_with(desk.config.data.fonts)
    form = _form(order.out)
    try:
        found = await _made(desk, _asked(desk, order))
    except building.NothingError as error:
        print(error, file=sys.stderr)
        return 1
    except (lessons.LessonsError, pictures.PicturesError) as error:
        raise RefusalError(str(error)) from error
    for remark in found.remarks:
        print(remark, file=sys.stderr)
    await _put(found, form, order.out or Path(f"booklet.{form}"))
    return 0


def _form(out: Path | None) -> str:
    if out is None or str(out) == STDOUT:
        return "md" if out else "pdf"
    form = ENDINGS.get(out.suffix.lower())
    if form is None:
        raise RefusalError(f"{out} ends in neither .pdf nor .md; a booklet is one of the two.")
    return form


def _asked(desk: Desk, order: Order) -> asking.Order:
    """Return what is asked for; without a choice this year.

    Raises:
        RefusalError: Several are, or an event's number or a year is none.
    """
    if sum(bool(one) for one in (order.year, order.event, order.series)) > 1:
        raise RefusalError("Take one of --year, --event and --series.")
    this = desk.now().astimezone(desk.options.zone).year
    year = order.year if order.event or order.series else order.year or this
    if year is not None and not FIRST <= year <= LAST:
        raise RefusalError(f"--year {year} is no year of ours; write it as {this}.")
    number = re.fullmatch(r"[eE]?(\d{1,9})", order.event)
    if order.event and number is None:
        raise RefusalError(f"--event {order.event} is no number; write it as E57.")
    folder = order.pictures
    return asking.Order(
        options=desk.options,
        language=order.language or desk.language,
        name=desk.config.community.name,
        year=year,
        event=int(number[1]) if number else None,
        series=order.series,
        lessons=lessons.read(order.lessons) if order.lessons else {},
        sharing=sharing(desk),
        pictures=None if folder is None else lambda events: pictures.find(folder, events),
    )


async def _made(desk: Desk, asked: asking.Order) -> Booklet:
    with _progress() as heard:
        async with desk.database.read() as store:
            return await building.make(store, await asking.read(store, asked, desk.now()), heard)


async def _put(found: Booklet, form: str, out: Path) -> None:
    """Write the booklet; the pictures of one in Markdown lie in a folder beside it."""
    if form == "pdf":
        await asyncio.to_thread(written, pdf(found), out)
        print(out)
        return
    if str(out) == STDOUT:
        print(markdown(found), end="")
        return
    folder = out.with_suffix(".pictures")
    if found.pictures:
        folder.mkdir(exist_ok=True)
        for name, picture in found.pictures.items():
            await asyncio.to_thread(written, picture, folder / name)
    await asyncio.to_thread(written, markdown(found, folder.name if found.pictures else "").encode(), out)
    print(out)


@contextmanager
def _progress() -> Iterator[building.Heard]:
    """Show on a terminal how many events are done; elsewhere nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = bar.add_task("events", total=None)
        yield lambda done, of: bar.update(shown, completed=done, total=of)
