"""`demo`: an invented fortnight of two groups, and a group to talk in."""

from __future__ import annotations

import typer

from bot.cli._options import ConfigFile, chosen


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(context: typer.Context, config: ConfigFile = None) -> None:
    """Play an invented fortnight of two groups.

    Shows what the bot makes of it; on a terminal there is then a group to talk in.
    """
    from bot.cli._demo import play

    play(chosen(context, config))
