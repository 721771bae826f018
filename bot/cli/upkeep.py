"""`migrate`, `backup`, `owner`: what the operator does with the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen

Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 if something is missing.")]
Target = Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(migrate)
    app.command()(backup)
    app.command()(owner)


def migrate(context: typer.Context, check: Check = False, config: ConfigFile = None) -> None:
    """Bring the database to this version."""
    from bot.cli import _upkeep
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _upkeep.migrate(desk, check=check), migrated=False)


def backup(context: typer.Context, file: Target, config: ConfigFile = None) -> None:
    """Copy the database while it is in use.

    The copy is checked before it counts.
    """
    from bot.cli import _upkeep
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _upkeep.backup(desk, file), migrated=False)


def owner(context: typer.Context, config: ConfigFile = None) -> None:
    """Print a code that makes its sender the owner."""
    from bot.cli import _upkeep
    from bot.cli._opening import perform

    perform(chosen(context, config), _upkeep.owner)
