"""Reads what Slack exports of a workspace: an archive, or its folder unpacked.

Seen in Slack's own documentation and in many exports: `users.json`, `channels.json` and, in larger exports,
`groups.json` (private ones), `dms.json` and `mpims.json`; a folder by each one's name (or id) with a file for each
day, an array of messages; `ts` is a message's id and its second; `thread_ts` is that of the message replied to;
mentions are `<@U123>`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.importers import Folder, FormatError, Found, Noted, Options, Skipped
from bot.importers._fields import RowError, ident, seconds, table, words
from bot.importers._json import BrokenError, walk
from bot.importers._names import Names
from bot.importers._rows import TAKEN_BACK, Row, Rows, checked
from storage.frames import Kind, Message, Place
from storage.sanitize import label

PLATFORM = "slack"
USERS, LISTS = "users.json", ("channels.json", "groups.json")
SPOKEN = {"", "bot_message", "file_share", "me_message", "thread_broadcast", "file_comment"}
_DAY = re.compile(r"(?P<folder>[^/]+)/\d{4}-\d{2}-\d{2}\.json")
_SIGN = re.compile(r"<(?P<sign>[@#!]?)(?P<what>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")


def owns(names: Sequence[str]) -> bool:
    """Say whether files of these names are of this format, together."""
    return USERS in names and "channels.json" in names and any(map(_DAY.fullmatch, names))


def gather(folder: Folder, options: Options) -> Iterator[Found]:
    """Yield what the files hold, group by group and day by day; private talks are left out.

    Raises:
        FormatError: The lists of members and groups cannot be read.
    """
    names = folder.names()
    people = Names(options.own_names, options.own_ids)
    called = {}
    for row in _list(folder, USERS):
        profile = table(row.get("profile"))
        member = ident(row.get("id"))
        shown = (profile.get("display_name"), profile.get("real_name"), row.get("real_name"), row.get("name"))
        called[member] = next((label(words(name)) for name in shown if name), member)
        people.learn(member, called[member])
    days: dict[str, list[str]] = {}
    for name in names:
        if found := _DAY.fullmatch(name):
            days.setdefault(found["folder"], []).append(name)
    for each in (one for file in LISTS if file in names for one in _list(folder, file)):
        key, name = ident(each.get("id")), label(words(each.get("name")))
        files = [*days.pop(words(each.get("name")), []), *days.pop(key, [])]
        if key and files and options.takes(key, name):
            yield Place(PLATFORM, key, name=name)
            yield from _Group(options, people, called).read(folder, sorted(files))
    if days:
        yield Noted(f"private talks in it were left out: {len(days)}")


def _list(folder: Folder, name: str) -> list[Mapping[str, Any]]:
    try:
        with folder.opened(name) as file:
            return [table(element.value) for element in walk(file, frozenset())]
    except BrokenError as error:
        raise FormatError(f"{name} cannot be read from line {error.line} on; is the export whole?") from None


class _Group:
    """One group while its days are read."""

    def __init__(self, options: Options, people: Names, called: dict[str, str]) -> None:
        self.rows = Rows(options, people)
        self.rows.called = called

    def read(self, folder: Folder, files: Sequence[str]) -> Iterator[Found]:
        """Yield the messages of the days."""
        for name in files:
            with folder.opened(name) as file:
                try:
                    for element in walk(file, frozenset()):
                        found = checked(element.line, element.value, self.message)
                        yield replace(found, file=name) if isinstance(found, Skipped) else found
                except BrokenError as error:
                    yield Skipped(error.line, error.why, name)

    def message(self, row: Mapping[str, Any]) -> Message:
        """Return the message of a row.

        Raises:
            RowError: It has no time or sender, was taken back, or is the bot's own post.
        """
        key, what = ident(row.get("ts")), words(row.get("subtype"))
        at = self._at(key)
        if what == "tombstone" or row.get("hidden") is True:
            raise RowError(TAKEN_BACK)
        text, named = self._plain(words(row.get("text")))
        if what not in SPOKEN:
            return self.rows.message(Row(at, "", "", text, kind=Kind.SYSTEM, stand_in=f"[{label(what, 40)}]", key=key))
        files = [table(one) for one in row["files"]] if isinstance(row.get("files"), list) else []
        shown = [_attached(one) for one in files]
        profile, thread = table(row.get("user_profile")), ident(row.get("thread_ts"))
        member = ident(row.get("user")) or ident(row.get("bot_id"))
        name = self.rows.called.get(member) or words(profile.get("display_name")) or words(row.get("username"))
        text, mentions, to_bot = self.rows.names.understand(text)
        return self.rows.message(
            Row(
                at,
                member,
                name or member,
                " ".join(part for part in (text.strip(), *(part for _, part in shown)) if part),
                kind=Kind.TEXT if text.strip() or not shown else shown[0][0],
                stand_in="[unsupported:blocks]",
                key=key,
                reply_to="" if thread == key else thread,
                mentions=(*named, *mentions),
                to_bot=to_bot,
                flags=("bot",) * (what == "bot_message" or "bot_id" in row),
            )
        )

    def _at(self, key: str) -> datetime:
        whole, _, part = key.partition(".")
        at = seconds(whole, self.rows.options.until)
        return at.replace(microsecond=int(part[:6].ljust(6, "0"))) if part.isdigit() else at.astimezone(UTC)

    def _plain(self, text: str) -> tuple[str, list[str]]:
        """Return a text without its signs, and whom it mentions."""
        named: list[str] = []

        def shown(found: re.Match[str]) -> str:
            if found["sign"] == "@":
                named.append(found["what"])
                return f"@{self.rows.called.get(found['what'], found['label'] or found['what'])}"
            if found["sign"] == "#":
                return f"#{found['label'] or found['what']}"
            if found["sign"] == "!":
                return f"@{found['label'] or found['what']}"
            titled = found["label"] and found["label"] != found["what"]
            return f"{found['label']} ({found['what']})" if titled else found["what"]

        return html.unescape(_SIGN.sub(shown, text)), named


def _attached(one: Mapping[str, Any]) -> tuple[Kind, str]:
    name = label(words(one.get("name")) or words(one.get("title")), 200)
    picture = words(one.get("mimetype")).startswith("image/")
    return (Kind.IMAGE, "[图片]") if picture else (Kind.FILE, f"[文件] {name}".rstrip())
