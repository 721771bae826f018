"""`stats`, `why`: the figures, and the lists behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, GroupName, Since, Until, Week, chosen


class Form(StrEnum):
    """How figures are printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Form, typer.Option("--format", help="For people, or for programs.")]
FigureName = Annotated[str, typer.Argument(metavar="FIGURE", help="Its name or label; `stats` shows them all.")]
Everything = Annotated[bool, typer.Option("--all", help="List what was left out as well.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(stats)
    app.command()(why)


def stats(
    context: typer.Context,
    group: GroupName = None,
    since: Since = None,
    until: Until = None,
    week: Week = False,
    form: FormatOption = Form.TEXT,
    config: ConfigFile = None,
) -> None:
    """Show every figure and what it was counted from.

    Without a period, of the last seven days, today included.
    """
    from bot.cli import _figures
    from bot.cli._opening import perform

    asked = _figures.Asked(group, since, until, week, form is Form.JSON)
    perform(chosen(context, config), lambda desk: _figures.stats(desk, asked))


def why(
    context: typer.Context,
    figure: FigureName,
    group: GroupName = None,
    since: Since = None,
    until: Until = None,
    week: Week = False,
    everything: Everything = False,
    form: FormatOption = Form.TEXT,
    config: ConfigFile = None,
) -> None:
    """List what is behind a figure.

    These are the very rows that the number was made of.
    """
    from bot.cli import _figures
    from bot.cli._opening import perform

    asked = _figures.Asked(group, since, until, week, form is Form.JSON)
    perform(chosen(context, config), lambda desk: _figures.why(desk, figure, asked, everything=everything))
