"""`certificates`: results of an event, many at once, each under a number that everybody can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen

Wanted = Annotated[str, typer.Argument(metavar="EVENT", help="Its number, as in E57.")]
Results = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV with name and result; - is standard input.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check the file, and say what would be issued.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Certificates of events: issue many at once.", no_args_is_help=True)
    group.callback()(_several)
    group.command("import")(take_in)
    app.add_typer(group, name="certificates")


def _several() -> None:
    """Certificates of events: issue many at once."""


def take_in(
    context: typer.Context, event: Wanted, file: Results, dry_run: DryRun = False, config: ConfigFile = None
) -> None:
    """Issue a certificate to everybody in a table, and print names and numbers as CSV.

    Columns: name, result (姓名, 结果). Who has one of this event that holds keeps it, so a file can be given again.
    Holders who are known get theirs in private from the bot that runs.
    """
    from bot.cli import _certificates
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _certificates.take_in(desk, event, file, dry_run=dry_run))
