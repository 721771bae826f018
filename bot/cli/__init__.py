"""The command line: one file for each group of commands; what they do is in their `_name.py`, imported when asked for.

Exit codes: 0 all is well, 1 a fault, 2 wrong usage or configuration.
"""

from __future__ import annotations

import sys

import typer

from bot.cli import (
    booklet,
    certificates,
    demo,
    digest,
    events,
    exchange,
    figures,
    groups,
    learning,
    report,
    series,
    setup,
    upkeep,
)
from bot.cli._options import ConfigFile

app = typer.Typer(
    help="Xiangqun 象群: the operations desk of a technical community, living inside its chat groups.",
    epilog="Any key of the configuration can also come from the environment: XIANGQUN__TABLE__KEY.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def begin(context: typer.Context, config: ConfigFile = None) -> None:
    """Remember which configuration was named before the command."""
    context.obj = config


for commands in (
    setup,
    demo,
    exchange,
    figures,
    digest,
    events,
    series,
    groups,
    report,
    certificates,
    booklet,
    learning,
    upkeep,
):
    commands.register(app)


def main() -> None:
    """Run the command line of this process."""
    speak_utf8()
    app(prog_name="python -m bot")


def speak_utf8() -> None:
    """Read and write UTF-8 whatever the system's code page is; what cannot be shown becomes a question mark."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
