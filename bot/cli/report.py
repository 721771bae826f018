"""`report`, `outlets`, `correct`: what a history is worth on paper, what stands beside it, how to put it right."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, GroupName, chosen


class Form(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MARKDOWN = "md"
    PDF = "pdf"
    CSV = "csv"


class Readers(StrEnum):
    """For whom it is."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"


class Language(StrEnum):
    """What it is written in."""

    ZH = "zh"
    EN = "en"


class Way(StrEnum):
    """What can be put right about a thread."""

    NOT_A_QUESTION = "not-a-question"
    QUESTION = "question"
    MERGE = "merge"
    SPLIT = "split"
    TOPIC = "topic"
    OUTCOME = "outcome"
    UNDO = "undo"


Month = Annotated[str, typer.Option("--month", metavar="MONTH", help="One month, 2026-11.")]
Year = Annotated[str, typer.Option("--year", metavar="YEAR", help="One year, 2026.")]
Since = Annotated[str, typer.Option("--since", metavar="DAY", help="From this day to today, 2026-11-23.")]
FormatOption = Annotated[Form | None, typer.Option("--format", help="By default what --out ends in, else html.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="- is standard output; by default report.html.")
]
LanguageOption = Annotated[Language | None, typer.Option("--language", help="By default the community's.")]
EditionOption = Annotated[
    Readers, typer.Option("--edition", help="Partner and public name nobody and tell of no fewer than 5 people.")
]
OutletsFile = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV; - is standard input.")]
ThreadNumber = Annotated[str, typer.Argument(metavar="THREAD", help="Its number, as in #2941.")]
WayArgument = Annotated[Way | None, typer.Argument(metavar="[WAY]", help=" | ".join(Way))]
More = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORDS...]", help="The other thread; words of the message; the topic; solved."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command()(outlets)
    app.command()(correct)


def report(
    context: typer.Context,
    month: Month = "",
    year: Year = "",
    since: Since = "",
    group: GroupName = None,
    form: FormatOption = None,
    out: Out = None,
    language: LanguageOption = None,
    edition: EditionOption = Readers.INTERNAL,
    config: ConfigFile = None,
) -> None:
    """Write down what was asked, who answered, and what still waits.

    Without a period, of the twelve months up to today, or up to where the record ends. One page that needs no network;
    with --format pdf a document to hand on, with csv a ZIP of tables.
    """
    from bot.cli import _report
    from bot.cli._opening import perform

    spoken = language and language.value
    asked = _report.Order(month, year, since, group, form and form.value, out, spoken, edition.value)
    file = chosen(context, config)
    perform(file, lambda desk: _report.report(desk, asked, file))


def outlets(context: typer.Context, file: OutletsFile, config: ConfigFile = None) -> None:
    """Take in monthly figures of your website and your official account, for the report.

    Columns: month, source, and any of members, companies, daily users, page views, clicks (月份, 来源, 成员, 企业,
    日活, 浏览, 点击). What is given again replaces what was given before.
    """
    from bot.cli import _outlets
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _outlets.take_in(desk, file))


def correct(
    context: typer.Context,
    thread: ThreadNumber,
    way: WayArgument = None,
    words: More = None,
    config: ConfigFile = None,
) -> None:
    """Put a thread right as an admin of its group does there; without a way, show it.

    not-a-question and question; merge OTHER; split WORDS of the message that opens a thread of its own;
    topic NAME; outcome solved [WORDS of the answer]; undo takes the last correction from here back.
    """
    from bot.cli import _correct
    from bot.cli._opening import perform

    said = " ".join(words or ())
    perform(chosen(context, config), lambda desk: _correct.correct(desk, thread, way and way.value, said))
