"""`series` and `sponsors`: rounds with their to-dos and goals, books, sponsors and their proofs, from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen

City = Annotated[str, typer.Argument(metavar="CITY", help="Of the series.")]
AnyCity = Annotated[str, typer.Argument(metavar="[CITY]", help="Of the series; without, all are listed.")]
Words = Annotated[list[str], typer.Argument(metavar="WORDS...", help="As an admin would write it.")]
Optional = Annotated[list[str] | None, typer.Argument(metavar="[WORDS...]", help="As an admin would write it.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="As it is listed: T12, or S3.")]
Wanted = Annotated[str, typer.Argument(metavar="EVENT|CITY", help="An event, E57, or the series of a city.")]
Out = Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    series = typer.Typer(help="Series of events: rounds, to-dos, goals.", no_args_is_help=True)
    for command in (show, start, shift, end, template, todo, finish, goal):
        series.command()(command)
    sponsors = typer.Typer(help="What events cost and bring, and their sponsors.", no_args_is_help=True)
    for about in (money, books, sponsor, shown, proof):
        sponsors.command()(about)
    app.add_typer(series, name="series")
    app.add_typer(sponsors, name="sponsors")


def show(context: typer.Context, city: AnyCity = "", config: ConfigFile = None) -> None:
    """List all series, or show the rounds of one: who came, who came back, what is left to do."""
    _say(context, config, "series", city)


def start(context: typer.Context, words: Words, config: ConfigFile = None) -> None:
    """Plan a series as drafts: start Chengdu 2027-03-06 14:00-17:00 TITLE."""
    _say(context, config, "series_start", " ".join(words))


def shift(context: typer.Context, city: City, config: ConfigFile = None) -> None:
    """Move the rounds after one that moved; whoever was told of them is told once."""
    _say(context, config, "series", f"shift {city}")


def end(context: typer.Context, city: City, config: ConfigFile = None) -> None:
    """End a series: nobody is reminded of its to-dos any more."""
    _say(context, config, "series", f"end {city}")


def template(context: typer.Context, words: Optional = None, config: ConfigFile = None) -> None:
    """Show what a series is made of; template add T-14 banner, template drop LINE, template reset change it."""
    _say(context, config, "series", f"template {' '.join(words or [])}".strip())


def todo(context: typer.Context, words: Optional = None, config: ConfigFile = None) -> None:
    """List what is to be done, of all, a city or an event; todo E57 T-14 banner adds something."""
    _say(context, config, "todo", " ".join(words or []))


def finish(context: typer.Context, number: Number, config: ConfigFile = None) -> None:
    """Say that a to-do is done."""
    _say(context, config, "finish", number)


def goal(context: typer.Context, words: Words, config: ConfigFile = None) -> None:
    """Show the goals of a series, or set or record one: goal Chengdu 2 checked in 40."""
    _say(context, config, "goal", " ".join(words))


def money(context: typer.Context, words: Words, config: ConfigFile = None) -> None:
    """Show what an event or a series cost and brought, or keep something: money E57 cost 300 venue."""
    if words[0].lower() in {"export", "导出"}:
        raise typer.BadParameter("write it into a file: sponsors books EVENT|CITY FILE")
    _say(context, config, "money", " ".join(words), of="sponsors")


def books(context: typer.Context, wanted: Wanted, file: Out, config: ConfigFile = None) -> None:
    """Write the books of an event or a series as CSV."""
    from bot.cli import _sponsors
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _sponsors.books(desk, wanted, file))


def sponsor(context: typer.Context, words: Words, config: ConfigFile = None) -> None:
    """Show the sponsors of an event, or keep one: sponsor E57 Acme booth 5000."""
    _say(context, config, "sponsor", " ".join(words), of="sponsors")


def shown(context: typer.Context, number: Number, words: Words, config: ConfigFile = None) -> None:
    """Say that a sponsor was shown, and where: shown S3 two banners at the door."""
    _say(context, config, "shown", f"{number} {' '.join(words)}", of="sponsors")


def proof(context: typer.Context, number: Number, file: Out, config: ConfigFile = None) -> None:
    """Write the proof for a sponsor as a PDF: what was shown where, to how many; of nobody by name."""
    from bot.cli import _sponsors
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _sponsors.proof(desk, number, file))


def _say(context: typer.Context, config: Path | None, name: str, words: str, *, of: str = "series") -> None:
    from bot.cli import _events
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _events.obey(desk, name, words, of))
