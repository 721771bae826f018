"""`group`: which groups there are, and what people know of those that no bot sees."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen

Wanted = Annotated[str, typer.Argument(metavar="GROUP", help="Its number, name or id on its platform.")]
Size = Annotated[int, typer.Argument(metavar="N", min=0, help="How many members it has.")]
On = Annotated[str, typer.Option("--on", metavar="DAY", help="On which day; today by default.")]
New = Annotated[
    str, typer.Option("--platform", metavar="NAME", help="Make the group, if it is not known yet: wechat...")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Groups: which there are, and what you know of them.", no_args_is_help=True)
    group.command("list")(list_groups)
    group.command()(size)
    app.add_typer(group, name="group")


def list_groups(context: typer.Context, config: ConfigFile = None) -> None:
    """List the groups: number, name, platform, and what they are for."""
    from bot.cli import _listing
    from bot.cli._opening import perform

    perform(chosen(context, config), _listing.groups_of)


def size(
    context: typer.Context, group: Wanted, size: Size, on: On = "", platform: New = "", config: ConfigFile = None
) -> None:
    """Enter how many members a group has, by hand.

    It is shown beside what was observed, and never added to it.
    """
    from bot.cli import _sizes
    from bot.cli._opening import perform

    perform(chosen(context, config), lambda desk: _sizes.enter(desk, group, size, on, platform))
