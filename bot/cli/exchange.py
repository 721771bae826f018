"""`import`, `export`, `articles`: chat history in; messages, threads and what was learnt out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, GroupName, Since, Until, chosen


class What(StrEnum):
    """What is exported."""

    MESSAGES = "messages"
    THREADS = "threads"


class Form(StrEnum):
    """The formats of exports."""

    CHATLAB = "chatlab"
    CHATLAB_JSONL = "chatlab-jsonl"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    MARKDOWN = "md"


Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Exports of chats, folders or archives of them; - reads a paste."),
]
IntoGroup = Annotated[
    str, typer.Option("--group", metavar="KEY", help="Id of the group, where the file has none; of several, the one.")
]
ImportFormat = Annotated[str, typer.Option("--format", metavar="NAME", help="In place of what the file looks like.")]
Platform = Annotated[
    str, typer.Option("--platform", metavar="NAME", help="Where the file does not tell: wechat, qq...")
]
Zone = Annotated[str, typer.Option("--zone", metavar="ZONE", help="Of times without one; the community's by default.")]
NotBefore = Annotated[str, typer.Option("--since", metavar="DAY", help="Take nothing from before this day.")]
Columns = Annotated[
    str, typer.Option("--columns", metavar="MAP", help="Of a table: time=1,name=2,text=5, by number or by head.")
]
WhatArgument = Annotated[What, typer.Argument(metavar="[messages|threads]", help="What to write out.")]
FormatOption = Annotated[
    Form | None, typer.Option("--format", help="Of messages all but jsonl; of threads jsonl, csv, xlsx.")
]
Kinds = Annotated[str, typer.Option("--kind", metavar="KINDS", help="Of messages: text,image,file... All by default.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER|-", help="Where the files go; - is standard output.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Without it, standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(take_in)
    app.command()(export)
    app.command()(articles)


def take_in(
    context: typer.Context,
    files: Files,
    group: IntoGroup = "",
    form: ImportFormat = "",
    platform: Platform = "",
    zone: Zone = "",
    since: NotBefore = "",
    columns: Columns = "",
    config: ConfigFile = None,
) -> None:
    """Take chat history in; safe to repeat.

    Threads and figures are the same as if it had been heard live. An import that broke off is finished by the next one.
    """
    from bot.cli import _importing
    from bot.cli._opening import perform

    wish = _importing.Wish(group, form, platform, zone, since, columns)
    perform(chosen(context, config), lambda desk: _importing.take_in(desk, files, wish))


def export(
    context: typer.Context,
    what: WhatArgument = What.MESSAGES,
    form: FormatOption = None,
    group: GroupName = None,
    since: Since = None,
    until: Until = None,
    kinds: Kinds = "",
    output: Output = None,
    config: ConfigFile = None,
) -> None:
    """Write messages or threads out.

    Private talk, what was taken back and what opted-out members wrote stays inside.
    """
    from bot.cli import _exchange
    from bot.cli._opening import perform

    wish = _exchange.Wish(what.value, None if form is None else form.value, group, since, until, kinds)
    perform(chosen(context, config), lambda desk: _exchange.export(desk, wish, output))


def articles(context: typer.Context, folder: Folder, config: ConfigFile = None) -> None:
    """Write the reviewed articles as Markdown: one file each, and an index by topic.

    Those of groups that keep their words to themselves stay inside.
    """
    from bot.cli import _articles
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _articles.export(desk, folder))
