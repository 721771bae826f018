"""`stats`, `why`, `digest`: the figures, the lists behind them, and the digest made of them."""

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
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print it and do no more; so it is without --post.")]
Post = Annotated[bool, typer.Option("--post", help="Let the running bot post it to the group as well.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(stats)
    app.command()(why)
    app.command()(digest)


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


def digest(
    context: typer.Context,
    group: GroupName = None,
    dry_run: DryRun = False,
    post: Post = False,
    config: ConfigFile = None,
) -> None:
    """Print the digest of the last whole week."""
    from bot.cli import _digest
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _digest.digest(desk, group, post=post and not dry_run))
