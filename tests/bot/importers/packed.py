"""Exports of any size in three formats, each held another way: a zip archive, a gzip file, a folder of chunks."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.demo import _fortnight as demo
from tests.bench.imports import said, write
from tests.bot.importers.story import SUNDAY, ZONE

CHUNK = 400  # messages


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Yield messages of one group, as Telegram has them: one fortnight after the other."""
    yield from said([demo.frames(SUNDAY, ZONE)], 0, count)


def _of_chatlab(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "_type": "message", "platformMessageId": str(row["id"]), "timestamp": int(row["date_unixtime"]), "type": 0,
        "sender": row["from_id"], "accountName": row["from"], "content": row["text"],
        "replyToMessageId": str(row.get("reply_to_message_id", "")),
    }  # fmt: skip


def _of_qq(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]), "seq": str(row["id"]), "timestamp": int(row["date_unixtime"]) * 1000, "type": "text",
        "sender": {"uid": row["from_id"], "uin": row["from_id"], "name": row["from"]},
        "content": {"text": row["text"], "elements": [{"type": "text", "data": {"text": row["text"]}}]},
    }  # fmt: skip


def zipped(folder: Path, count: int) -> Path:
    """Write an archive of a whole account of Telegram, three groups."""
    write(folder / "result.json", count, groups=3)
    packed = folder / "telegram.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "result.json", "DataExport/result.json")
    return packed


def gzipped(folder: Path, count: int) -> Path:
    """Write one group as packed ChatLab lines."""
    head = {
        "_type": "header",
        "chatlab": {"version": "0.0.2"},
        "meta": {"platform": "qq", "groupId": "7", "name": "PG"},
    }
    packed = folder / "chatlab.jsonl.gz"
    with gzip.open(packed, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in (head, *map(_of_chatlab, rows(count))))
    return packed


def chunked(folder: Path, count: int) -> Path:
    """Write one group as the folder of chunks of qq-chat-exporter."""
    made = folder / "qq_chunks"
    (made / "chunks").mkdir(parents=True)
    every, listed = list(map(_of_qq, rows(count))), []
    for number, first in enumerate(range(0, count, CHUNK)):
        some = every[first : first + CHUNK]
        name = f"c{number:06}.jsonl"
        listed.append({"index": number, "fileName": name, "relativePath": f"chunks/{name}", "count": len(some)})
        (made / "chunks" / name).write_text("".join(json.dumps(row) + "\n" for row in some), "utf-8")
    manifest = {
        "metadata": {"name": "QQChatExporter V5", "version": "5.5.0", "format": "chunked-jsonl"},
        "chatInfo": {"name": "PG", "type": "group", "peerUid": "900800700"},
        "chunked": {"format": "jsonl", "chunksDir": "chunks", "chunkFileExt": ".jsonl", "chunks": listed},
    }
    (made / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return made


EXPORTS: Mapping[str, Callable[[Path, int], Path]] = {"zip": zipped, "gzip": gzipped, "folder": chunked}
