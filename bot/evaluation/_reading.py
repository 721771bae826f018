"""Reads annotated streams: Chinese chats with gold threads, and one message per line with the thread it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bot.evaluation import DataError
from bot.evaluation._irc import read_irc
from bot.importers._names import Names
from classifiers import Said
from classifiers._evaluating.streams import GoldThread, Stream
from classifiers._phrase import Phrase
from storage.sanitize import label, sanitize

OWN = Path(__file__).parents[2] / "tests" / "data" / "zh-chat"
GOLD = "threads.jsonl"
FORMATS = ("irc", "zh-chat", "jsonl")
_BURST = ("question", "detail", "aside")
_AT = Phrase(r"@\S+[\s\u2005]?", r"^[^\s,:]{2,30}[,:]\s")


def read(data: Path, form: str, *, mentions: bool = True, only: str = "*") -> list[Stream]:
    """Return the streams of a folder or file; ids of messages are unique over all of them.

    Args:
        data: What to read.
        form: One of `FORMATS`.
        mentions: Whether mentions, names and reply ids are left in.
        only: Which streams, by name.

    Raises:
        DataError: There is nothing of the kind, or a line is broken.
    """
    try:
        streams = list(read_irc(data)) if form == "irc" else list(_read_rows(data))
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{data} is not readable as {form}: {type(error).__name__}: {error}") from error
    streams = [stream for stream in streams if fnmatch(stream.name, only)]
    if not streams:
        raise DataError(f"{data} holds nothing of the format {form}" + (f" called {only}" if only != "*" else ""))
    return streams if mentions else [without_mentions(stream) for stream in streams]


def without_mentions(stream: Stream) -> Stream:
    """Return a stream in which nobody points at anybody: no mention, no name before a colon, no reply id, no quote."""
    said = [
        replace(one, text=_AT.whole.sub("", one.text), name="", reply_to=None, quote=None, mentions=())
        for one in stream.said
    ]
    return replace(stream, said=tuple(said))


def _read_rows(data: Path) -> Iterator[Stream]:
    beside = data.with_name(GOLD)
    files = [data, *([beside] if beside.exists() else [])] if data.is_file() else sorted(data.rglob("*.jsonl"))
    streams = [path for path in files if not path.name.endswith(GOLD)]
    gold = _gold_of(path for path in files if path.name.endswith(GOLD))
    count = 0
    for path in streams:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        rows = [row for row in rows if isinstance(row, dict) and "at" in row]
        if rows:
            yield _stream(path.stem, rows, gold, count)
        count += len(rows)


def _gold_of(files: Iterable[Path]) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {row["thread"]: row for row in rows}


def _stream(name: str, rows: list[dict[str, Any]], gold: Mapping[str, dict[str, Any]], before: int) -> Stream:
    ids = {str(row["id"]): before + number for number, row in enumerate(rows, 1)}
    told = {ids[str(row["id"])]: row.get("gold") or row for row in rows}
    thread = {number: str(mark["thread"]) for number, mark in told.items() if mark.get("thread") is not None}
    said = tuple(_said(rows, ids))
    stream = Stream(
        name=name,
        said=said,
        keys={number: key for key, number in ids.items()},
        thread=thread,
        roles={number: str(mark["role"]) for number, mark in told.items() if mark.get("role")},
        scored=frozenset(ids.values()),
    )
    order = dict.fromkeys(thread[one.id] for one in said if one.id in thread)
    return replace(stream, threads=tuple(_thread(stream, key, gold.get(key), ids) for key in order))


def _said(rows: list[dict[str, Any]], ids: Mapping[str, int]) -> Iterator[Said]:
    """Yield messages as an import of the same chat gives them: mentions are read from the text, by known names."""
    names, members = Names(), {str(row["member"]): number for number, row in enumerate(rows, 1)}
    for row in rows:
        names.learn(str(row["member"]), label(str(row.get("name") or "")))
    for row in rows:
        kind, number = str(row.get("kind") or "text"), ids[str(row["id"])]
        text, mentions, to_bot = names.understand(sanitize(str(row["text"])).strip())
        yield Said(
            id=number,
            key=str(row["id"]),
            member=None if kind == "system" else members[str(row["member"])],
            at=_second(str(row["at"])),
            text=text,
            name=label(str(row.get("name") or "")),
            kind=kind,
            reply_to=ids.get(str(row.get("reply_to"))),
            mentions=tuple(members[key] for key in mentions),
            to_bot=to_bot,
        )


def _second(at: str) -> datetime:
    """Return a time as exports of groups have it: whole seconds."""
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC).replace(microsecond=0)


def _thread(stream: Stream, key: str, row: Mapping[str, Any] | None, ids: Mapping[str, int]) -> GoldThread:
    """Return a gold thread: from its own row where there is one, else as its messages and roles tell."""
    inside = [said for said in stream.said if stream.thread.get(said.id) == key]
    asker, first = inside[0].member, inside[0].id
    response: int | None
    if row is not None:
        first, response = ids[row["first_message"]], ids.get(row["first_response"] or "")
        asker = next(said.member for said in inside if said.id == first)
    else:
        others = [said.id for said in inside if said.member not in (asker, None)]
        response = next((n for n in others if stream.roles.get(n, "answer") in ("answer", "clarify")), None)
    limit = next((said.at for said in inside if said.id == response), None)
    opens = {
        said.id
        for said in inside
        if said.member == asker
        and (limit is None or said.at <= limit)
        and stream.roles.get(said.id, "question") in _BURST
    }
    known = row or {}
    closed = known.get("resolved_message") or known.get("accepted_answer")
    return GoldThread(
        key=key,
        first=first,
        opens=frozenset(opens | {first}),
        response=response,
        outcome=known.get("outcome"),
        resolved=None if closed is None else ids.get(closed),
        topic=known.get("topic"),
    )
