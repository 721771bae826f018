"""What the sub-folders of the watched folder stand for: a group or a platform that files in them do not tell.

`exports/PG 夜谈/paste.txt` is of the group that is called so, or has that key; `exports/wechat/table.csv` is of that
platform; `exports/wechat/PG 夜谈/` says both, for a name that groups on several platforms have. Any other sub-folder,
and one that a format is spread over, is an export itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.importers import Options
from bot.importers._inputs import spread
from storage.groups import Group

PLATFORMS = frozenset({"dingtalk", "discord", "qq", "slack", "telegram", "wechat"})


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder that exports are laid into, by its path, and what they are told by lying there; empty says nothing."""

    path: Path
    platform: str = ""
    group: str = ""

    def told(self, options: Options) -> Options:
        """Return the options of what lies here."""
        return replace(options, platform=self.platform or options.platform, group=self.group or options.group)


def shelves(folder: Path, groups: Sequence[Group], kept: Collection[str] = ()) -> Iterator[Shelf]:
    """Yield a watched folder and those in it that stand for something; `kept` are names that never do."""
    yield Shelf(folder)
    platforms = PLATFORMS | {group.platform for group in groups}
    for found in _folders(folder, kept):
        if found.name in platforms:
            yield Shelf(found, found.name)
            yield from _of_groups(found, [group for group in groups if group.platform == found.name])
    yield from _of_groups(folder, groups, {*kept, *platforms})


def _of_groups(folder: Path, groups: Sequence[Group], kept: Collection[str] = ()) -> Iterator[Shelf]:
    for found in _folders(folder, kept):
        called = [group for group in groups if found.name in {group.key, group.name}]
        if len(called) == 1 and not spread(found):
            yield Shelf(found, called[0].platform, called[0].key)


def _folders(folder: Path, kept: Collection[str]) -> list[Path]:
    return sorted(
        found
        for found in folder.iterdir()
        if found.is_dir() and not found.is_symlink() and not found.name.startswith(".") and found.name not in kept
    )
