"""Lets the bot hear a thousand messages and prints what was imported by then: `python -m tests.bot.thousand`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from bot.assembly import classifiers
from bot.config import load
from storage.database import Database
from storage.frames import Frame, Kind, Message, Place
from tests.chat import Chat

COUNT, AT_ONCE = 1_000, 50
STREAMS = Path(__file__).parents[1] / "data" / "zh-chat"


def frames() -> Iterator[Frame]:
    """Yield the messages of our own streams, each a group of its own."""
    for stream in sorted(STREAMS.glob("*.jsonl")):
        for line in stream.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "at" not in row or stream.stem.endswith("-held"):
                break
            place, at = Place("qq", stream.stem, name=stream.stem), datetime.fromisoformat(row["at"])
            said = Message(row["id"], at, row["member"], row["name"], row["text"], kind=Kind(row["kind"]))
            yield Frame(f"m:{row['id']}", place, at, said)


async def main(url: str, config: Path) -> None:
    """Put the messages and a question to the bot through the whole road, with the classifiers that are configured."""
    heard = list(islice(frames(), COUNT))
    async with Database.open(url) as database:
        chat = await Chat.open(database, linker=classifiers(load(config)).linker)
        for start in range(0, COUNT, AT_ONCE):
            chat.clock.time = heard[start].at
            await chat.hear(*heard[start : start + AT_ONCE])
        chat.later(days=1)
        replies = await chat.ask_bot("somebody", "pg_wal 把磁盘撑满了，能直接删里面的文件吗")
    print(json.dumps({"heard": len(heard), "replies": replies, "modules": sorted(sys.modules)}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
