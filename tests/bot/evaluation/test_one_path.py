"""Live = import = evaluate: what is exported of an imported group are the threads that evaluation scores."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import export
from bot.evaluation._reading import read
from bot.evaluation._running import Run, run
from bot.history import take_in
from bot.importers import Options
from classifiers import linker
from storage import groups
from storage.database import Database
from tests.bot.importers import story
from tests.chat import Chat, topic_classifier

pytestmark = pytest.mark.middle  # a whole group is imported

DATA = Path(__file__).parents[2] / "data" / "zh-chat"
NOW = datetime(2027, 12, 24, 1, tzinfo=UTC)
TYPES = {"text": 0, "image": 1, "sticker": 5, "link": 7, "system": 80}
SAME = {"open": "unanswered", "expired": "unanswered"}


def chatlab(stream: Path, file: Path) -> Path:
    """Write an annotated stream as a ChatLab file, without what was marked and without mention ids."""
    rows = [json.loads(line) for line in stream.read_text("utf-8").splitlines() if line]
    names = {row["member"]: row["name"] for row in rows}
    meta = {"name": rows[0]["group"], "platform": "wechat", "type": "group", "groupId": "g-own"}
    out: list[dict[str, Any]] = [{"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": meta}]
    out += [{"_type": "member", "platformId": key, "accountName": name} for key, name in names.items()]
    for row in rows:
        at = datetime.fromisoformat(row["at"])
        said = {"platformMessageId": row["id"], "sender": row["member"], "accountName": row["name"]}
        said |= {"timestamp": int(at.timestamp()), "type": TYPES.get(row["kind"], 0), "content": row["text"]}
        reply = {"replyToMessageId": row["reply_to"]} if row["reply_to"] else {}
        out.append({"_type": "message", **said, **reply})
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in out), "utf-8")
    return file


@pytest.mark.parametrize("name", ["qq-students", "wx-night"])
async def test_an_import_gives_what_is_scored(sqlite_database: Database, tmp_path: Path, name: str) -> None:
    learned = linker.build(linker.Settings())
    chat = await Chat.open(sqlite_database, linker=learned)
    await take_in(
        chatlab(DATA / f"{name}.jsonl", tmp_path / "x.jsonl"), await story.importing(chat.database, chat), Options()
    )
    async with chat.database.read() as store:
        every = await groups.every(store, None)
        exported = [json.loads(row) async for row in export.thread_rows(store, every, NOW)]
    (stream,) = read(DATA / f"{name}.jsonl", "zh-chat")
    scored = Run()
    run(learned, topic_classifier(), stream, scored)
    ours = sorted(
        (
            [(stream.keys[message], str(scored.placed[message].role)) for message in row.messages],
            row.asked_at,
            row.response_at,
            row.resolved_at,
            SAME.get(row.outcome, row.outcome),
            row.topic,
        )
        for row in scored.rows
    )
    theirs = sorted(
        (
            [(message["id"], message["role"]) for message in row["messages"]],
            *(
                row[key] and datetime.fromisoformat(row[key])
                for key in ("asked_at", "first_response_at", "resolved_at")
            ),
            SAME.get(row["outcome"], row["outcome"]),
            row["topic"],
        )
        for row in exported
    )
    assert len(theirs) == len(ours)
    for their, our in zip(theirs, ours, strict=True):
        assert their == our
