"""`report`, `correct`: the page that a history is worth, and how to put a thread of it right."""

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
ThreadNumber = Annotated[str, typer.Argument(metavar="THREAD", help="Its number, as in #2941.")]
WayArgument = Annotated[Way | None, typer.Argument(metavar="[WAY]", help=" | ".join(Way))]
More = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORDS...]", help="The other thread; words of the message; the topic; solved."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
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
    config: ConfigFile = None,
) -> None:
    """Write one page about what was asked, who answered, and what still waits.

    Without a period, of the twelve months up to today, or up to where the record ends. The page needs no network.
    """
    from bot.cli import _report
    from bot.cli._opening import perform

    asked = _report.Order(month, year, since, group, form and form.value, out, language and language.value)
    file = chosen(context, config)
    perform(file, lambda desk: _report.report(desk, asked, file))


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
