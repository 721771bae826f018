"""Chats for the linker's tests: lines of text -> messages, and how much a replay agrees with their threads."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifiers import Role, Said
from classifiers._replay import replay
from classifiers.rules import Settings, build

BEGIN = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CHATS = Path(__file__).with_name("chats")
FORTNIGHT = Path(__file__).parents[2] / "bot" / "demo" / "fortnight.jsonl"


@dataclass(frozen=True)
class Line:
    said: Said
    thread: str | None
    role: str = ""
    topic: str = ""  # of the thread, where this message opens one


def chat(lines: str) -> list[Line]:
    """Read `minutes | member | thread or - | text`; `@name` mentions, a text `>n text` replies to line n."""
    rows = [line.split("|", 3) for line in lines.strip().splitlines() if not line.startswith("#")]
    members: dict[str, int] = {}
    for _, name, _, _ in rows:
        members.setdefault(name.strip(), len(members) + 1)
    found = []
    for number, (minutes, name, thread, text) in enumerate(rows, 1):
        aim, text = _aim(text.strip())
        kind = {"[图片]": "image", "[动画表情]": "sticker"}.get(text, "text")
        said = Said(
            id=number,
            key=str(number),
            member=members[name.strip()],
            at=BEGIN + timedelta(minutes=float(minutes)),
            text=text.replace("⏎", "\n"),
            name=name.strip(),
            kind=kind,
            reply_to=aim,
            mentions=tuple(member for known, member in members.items() if f"@{known}" in text),
        )
        found.append(Line(said, None if thread.strip() == "-" else thread.strip()))
    return found


def cases(text: str) -> dict[str, tuple[list[Line], dict[int, Role]]]:
    """Read talks headed `## name`, whose lines have a role (or nothing) before the text."""
    found = {}
    for part in text.split("## ")[1:]:
        name, *rows = part.strip().splitlines()
        fields = [row.split("|", 4) for row in rows]
        lines = chat("\n".join("|".join((*row[:3], row[4])) for row in fields))
        found[name] = lines, {number: Role(row[3]) for number, row in enumerate(fields, 1) if row[3]}
    return found


def fortnight(group: str) -> list[Line]:
    """Read a group of the demo, with threads, roles and topics as its author meant them."""
    rows = [json.loads(line) for line in FORTNIGHT.read_text(encoding="utf-8").splitlines()[1:]]
    rows = [row for row in rows if row["group"] == group]
    ids = {row["key"]: number for number, row in enumerate(rows, 1)}
    members: dict[str, int] = {}
    found = []
    for row in rows:
        hours, minutes, seconds = map(int, row["time"].split(":"))
        said = Said(
            id=ids[row["key"]],
            key=row["key"],
            member=members.setdefault(row["member"], len(members) + 1),
            at=BEGIN + timedelta(days=row["day"], hours=hours, minutes=minutes, seconds=seconds),
            text=row["text"],
            name=row["name"],
            kind=row["kind"],
            reply_to=ids.get(row["reply_to"]),
            mentions=tuple(members.setdefault(member, len(members) + 1) for member in row["mentions"]),
        )
        found.append(Line(said, row["thread"], row["role"], row.get("topic") or ""))
    return found


def _aim(text: str) -> tuple[int | None, str]:
    if not text.startswith(">"):
        return None, text
    number, rest = text[1:].split(" ", 1)
    return int(number), rest


def places(lines: list[Line]) -> dict[int, tuple[int | None, Role]]:
    """Return message id -> (thread, role) as the rules see it."""
    found = replay(build(Settings()), [line.said for line in lines])
    return {message: (thread, role) for message, thread, role in found}


def agreement(lines: list[Line]) -> float:
    """Return how well the rules agree with the threads that the author of a chat meant (see `share`)."""
    seen = places(lines)
    return share([(line.thread, seen[line.said.id][0]) for line in lines])


def matching(pairs: list[tuple[str | None, int | None]]) -> dict[str, int]:
    """Return true thread -> thread found, for (true, found) of each message; the largest overlaps match first."""
    both = Counter((gold, ours) for gold, ours in pairs if gold and ours)
    match: dict[str, int] = {}
    for gold, ours in sorted(both, key=lambda pair: (-both[pair], str(pair))):
        if gold not in match and ours not in match.values():
            match[gold] = ours
    return match


def share(pairs: list[tuple[str | None, int | None]]) -> float:
    """Return the share of messages inside threads on either side that a one-to-one match of threads agrees on."""
    match = matching(pairs)
    good = sum(1 for gold, ours in pairs if gold and ours and match.get(gold) == ours)
    return good / max(1, sum(1 for gold, ours in pairs if gold or ours))
