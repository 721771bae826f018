"""`init`, `doctor`, `run`: from nothing to a running bot."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen

Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing; take what is suggested.")]
Offline = Annotated[bool, typer.Option("--offline", help="Check the configuration alone; connect to nothing.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(doctor)
    app.command()(run)


def init(context: typer.Context, yes: Yes = False, config: ConfigFile = None) -> None:
    """Ask a few questions and write config.toml."""
    from bot.cli import _init
    from bot.cli._opening import guarded

    guarded(lambda: _init.init(chosen(context, config), ask=not yes))


def doctor(context: typer.Context, offline: Offline = False, config: ConfigFile = None) -> None:
    """Say what is well, what is not, and what to do.

    Looks at configuration, database, search, clock, disk, each platform and each group.
    """
    from bot.cli import _doctor

    code = _doctor.doctor(chosen(context, config), offline=offline)
    if code:
        raise typer.Exit(code)


def run(context: typer.Context, config: ConfigFile = None) -> None:
    """Run the bot until it is stopped (Ctrl-C, SIGTERM)."""
    from bot.cli import _run

    _run.run(chosen(context, config))
