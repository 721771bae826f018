"""What `group list` does: one line for each group, with what it is for."""

from __future__ import annotations

from rich import box
from rich.table import Table

from bot.cli._opening import Desk
from bot.cli._printing import console, put
from handlers._wording.segments import all_called
from storage import groups, segments

HEAD = ("", "group", "platform", "segment")


async def groups_of(desk: Desk) -> None:
    """Print all groups."""
    async with desk.database.read() as store:
        every = await groups.every(store)
        carried = await segments.of_groups(store)
    if not every:
        print("No groups yet.")
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in HEAD:
        table.add_column(name)
    for group in every:
        segment = all_called(carried.get(group.id, []), desk.language)
        table.add_row(str(group.id), group.name or group.key, group.platform, segment)
    put(console(), table)
