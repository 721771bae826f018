"""`booklet`: what was held in a year, a series or at one event, as a small book."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen
from bot.cli.report import Language, LanguageOption

__all__ = ["Language", "register"]

Year = Annotated[int | None, typer.Option("--year", metavar="YEAR", help="All that was held in a year, 2026.")]
EventNumber = Annotated[str, typer.Option("--event", metavar="EVENT", help="One event by number, E57.")]
SeriesNumber = Annotated[int | None, typer.Option("--series", metavar="SERIES", help="One series by number, 3.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="A .pdf or .md; - is standard output; by default booklet.pdf."),
]
PicturesFolder = Annotated[
    Path | None,
    typer.Option("--pictures", metavar="DIR", help="PNG and JPEG named after events: E57.jpg, E57-2.png, E57/a.jpg."),
]
LessonsFile = Annotated[
    Path | None, typer.Option("--lessons", metavar="FILE", help='What was learnt, in TOML: E57 = ["..."].')
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(booklet)


def booklet(
    context: typer.Context,
    year: Year = None,
    event: EventNumber = "",
    series: SeriesNumber = None,
    out: Out = None,
    pictures: PicturesFolder = None,
    lessons: LessonsFile = None,
    language: LanguageOption = None,
    config: ConfigFile = None,
) -> None:
    """Write what was held into a booklet: what, who, figures, questions, feedback, pictures and lessons.

    Without a choice, of this year. Who asked and who said what is not named; secrets are masked.
    """
    from bot.cli import _booklet
    from bot.cli._opening import perform

    asked = _booklet.Order(year, event, series, out, pictures, lessons, language and language.value)
    perform(chosen(context, config), lambda desk: _booklet.booklet(desk, asked))
