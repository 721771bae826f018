"""Options that several commands have; light, for `--help` imports it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Configuration in place of config.toml.")
]
GroupName = Annotated[
    str | None, typer.Option("--group", metavar="GROUP", help="One group: its number, name or id on its platform.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="First day of the period, 2026-11-23.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Last day of the period, included.")]
Week = Annotated[bool, typer.Option("--week", help="The last whole week, Monday to Sunday.")]


def chosen(context: typer.Context, config: Path | None) -> Path | None:
    """Return the configuration that was named, before or after the command."""
    named = config or context.obj
    return named if isinstance(named, Path) else None
