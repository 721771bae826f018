"""`events`: what the community does together, planned and published from here; files of events in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen

Number = Annotated[str, typer.Argument(metavar="EVENT", help="Its number, E12.")]
Words = Annotated[list[str], typer.Argument(metavar="WORDS...", help="As an admin would write it in a group.")]
Optional = Annotated[list[str] | None, typer.Argument(metavar="[WORDS...]", help="As an admin would write it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, what it would do is shown.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Calendars (.ics) or tables of events (.toml).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be taken, and keep nothing.")]
Publish = Annotated[bool, typer.Option("--publish", help="Publish them, with no post for each; else they are drafts.")]
Zone = Annotated[str, typer.Option("--zone", metavar="ZONE", help="Of times without one; the community's by default.")]
Drafts = Annotated[bool, typer.Option("--drafts", help="Those that are not published, in place of what is coming.")]
Out = Annotated[Path, typer.Argument(metavar="FILE|-", help="Where the calendar goes; - is standard output.")]
Of = Annotated[str, typer.Option("--segment", metavar="SEGMENT", help="general, region/成都 or industry/金融.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    events = typer.Typer(help="Events: plan, publish, move, call off; calendars in and out.", no_args_is_help=True)
    events.command("list")(list_events)
    events.command("import")(take_in)
    for command in (show, add, edit, publish, postpone, cancel, rules, ics):
        events.command()(command)
    app.add_typer(events, name="events")


def list_events(context: typer.Context, drafts: Drafts = False, config: ConfigFile = None) -> None:
    """List what is coming, or the drafts."""
    from bot.cli import _events
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _events.listed(desk, drafts=drafts))


def show(context: typer.Context, event: Number, config: ConfigFile = None) -> None:
    """Show an event."""
    _say(context, config, "events", event)


def add(context: typer.Context, words: Words, config: ConfigFile = None) -> None:
    """Plan an event as a draft: 线上分享《慢 SQL 三板斧》12 月 3 日 20:00 柏舟/苇间数据."""
    _say(context, config, "event_add", " ".join(words))


def edit(context: typer.Context, event: Number, words: Words, config: ConfigFile = None) -> None:
    """Change one thing of an event: edit E12 seats 50."""
    _say(context, config, "event_edit", f"{event} {' '.join(words)}")


def publish(context: typer.Context, event: Number, yes: Yes = False, config: ConfigFile = None) -> None:
    """Show where an event would be announced; with --yes publish it, and let the running bot announce it."""
    _say(context, config, "event_publish", event, yes=yes)


def postpone(context: typer.Context, event: Number, words: Words, yes: Yes = False, config: ConfigFile = None) -> None:
    """Move an event to another time: postpone E12 2026-12-05 14:00; whoever knows of it is told once."""
    _say(context, config, "event_postpone", f"{event} {' '.join(words)}", yes=yes)


def cancel(context: typer.Context, event: Number, yes: Yes = False, config: ConfigFile = None) -> None:
    """Call an event off; whoever knows of it is told once."""
    _say(context, config, "event_cancel", event, yes=yes)


def rules(context: typer.Context, words: Optional = None, yes: Yes = False, config: ConfigFile = None) -> None:
    """Show which events recur; rules R3 except 2026-12-31 leaves a day out, rules R3 end ends one."""
    _say(context, config, "event_rules", " ".join(words or []), yes=yes)


def take_in(
    context: typer.Context,
    files: Files,
    dry_run: DryRun = False,
    publish: Publish = False,
    zone: Zone = "",
    config: ConfigFile = None,
) -> None:
    """Take events out of calendars (.ics) and tables (.toml); safe to repeat.

    What cannot be taken is named with its place in the file, and keeps nothing else out.
    """
    from bot.cli import _events_importing
    from bot.cli._opening import perform

    wish = _events_importing.Asked(dry_run, publish, zone)
    perform(chosen(context, config), lambda desk: _events_importing.take_in(desk, files, wish))


def ics(context: typer.Context, file: Out, segment: Of = "", config: ConfigFile = None) -> None:
    """Write the calendar that the pages offer into a file."""
    from bot.cli import _calendar
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _calendar.write(desk, file, segment))


def _say(context: typer.Context, config: Path | None, name: str, words: str, *, yes: bool = False) -> None:
    from bot.cli import _events
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _events.obey(desk, name, f"{words} yes" if yes else words))
