"""`digest`: the digest as the bot would post it, in each of its forms."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, GroupName, chosen


class Form(StrEnum):
    """What a digest is written as."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    PNG = "png"
    ALL = "all"


WeekName = Annotated[
    str, typer.Option("--week", metavar="WEEK", help="An ISO week, 2026-W47; by default the last whole one.")
]
FormatOption = Annotated[
    Form,
    typer.Option(
        "--format", help="As WeChat and QQ get it, as DingTalk, as Telegram, as one picture; or a file of each."
    ),
]
Dark = Annotated[bool, typer.Option("--dark", help="Draw the picture in light letters on a dark ground.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="A file, or a folder for all; by default text is printed."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print it and do no more; so it is without --post.")]
Post = Annotated[bool, typer.Option("--post", help="Let the running bot post it to the group as well.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(digest)


def digest(
    context: typer.Context,
    group: GroupName = None,
    week: WeekName = "",
    form: FormatOption = Form.TEXT,
    dark: Dark = False,
    out: Out = None,
    dry_run: DryRun = False,
    post: Post = False,
    config: ConfigFile = None,
) -> None:
    """Show the digest of a week, as text or as the picture of it."""
    from bot.cli import _digest
    from bot.cli._opening import perform

    order = _digest.Order(group, week, form.value, out, dark, post and not dry_run)
    perform(chosen(context, config), lambda desk: _digest.digest(desk, order))
