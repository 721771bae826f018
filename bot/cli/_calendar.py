"""What `events ics` does: writes the calendar that the pages offer into a file, or out."""

from __future__ import annotations

import sys
from pathlib import Path

from bot import assembly
from bot.calendars import _writing as calendars
from bot.cli._opening import Desk, RefusalError
from bot.pages import KINDS, _feeds
from storage.segments import Kind, Segment

OUT = Path("-")


async def write(desk: Desk, file: Path, wanted: str) -> None:
    """Write the calendar of all events, or of those for a segment: `general`, `region/成都`, `industry/金融`.

    Raises:
        RefusalError: There is no such segment.
        OSError: The file cannot be written.
    """
    community, segment = assembly.community(desk.config), _segment(wanted)
    async with desk.database.read() as store:
        found = _feeds.chosen(await _feeds.listed(store, desk.now()), segment)
        known = await _feeds.exists(store, segment, found)
    if not known:
        raise RefusalError(f"--segment {wanted}: no group and no event has it.")
    title = _feeds.name(community, segment)
    content = calendars.calendar(found, name=title, language=community.language, url=community.url)
    if file == OUT:
        sys.stdout.buffer.write(content)
        return
    file.write_bytes(content)  # noqa: ASYNC240 - a command: there is nobody else to hold up
    print(f"{file}: {len(found)} events", file=sys.stderr)


def _segment(wanted: str) -> Segment | None:
    kind, _, value = wanted.partition("/")
    if not wanted:
        return None
    if wanted == Kind.GENERAL:
        return Segment(Kind.GENERAL)
    if kind in KINDS and value:
        return Segment(KINDS[kind], value)
    raise RefusalError(f"--segment {wanted}: write it as general, region/成都 or industry/金融.")
