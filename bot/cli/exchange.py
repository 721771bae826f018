"""`import`, `export`: chat history in, and messages or threads out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, GroupName, chosen


class What(StrEnum):
    """What is exported."""

    MESSAGES = "messages"
    THREADS = "threads"


class Form(StrEnum):
    """The formats of exports."""

    CHATLAB = "chatlab"
    CHATLAB_JSONL = "chatlab-jsonl"
    JSONL = "jsonl"


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="ChatLab JSON or JSONL, also packed with gzip.")]
IntoGroup = Annotated[str, typer.Option("--group", metavar="KEY", help="Id of the group, where the file has none.")]
WhatArgument = Annotated[What, typer.Argument(metavar="[messages|threads]", help="What to write out.")]
FormatOption = Annotated[
    Form | None, typer.Option("--format", help="Of messages chatlab or chatlab-jsonl, of threads jsonl.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Without it, standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(take_in)
    app.command()(export)


def take_in(context: typer.Context, files: Files, group: IntoGroup = "", config: ConfigFile = None) -> None:
    """Take chat history in; safe to repeat.

    Threads and figures are the same as if it had been heard live.
    """
    from bot.cli import _exchange
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _exchange.take_in(desk, files, group))


def export(
    context: typer.Context,
    what: WhatArgument = What.MESSAGES,
    form: FormatOption = None,
    group: GroupName = None,
    output: Output = None,
    config: ConfigFile = None,
) -> None:
    """Write messages or threads out.

    Private talk, what was taken back and what opted-out members wrote stays inside.
    """
    from bot.cli import _exchange
    from bot.cli._opening import perform

    wanted = None if form is None else form.value
    perform(chosen(context, config), lambda desk: _exchange.export(desk, what.value, wanted, group, output))
