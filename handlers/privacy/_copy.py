"""The copy of what is kept about somebody: a JSON file for them alone, and how much of what is in it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import Any

from handlers import Outside, Text
from handlers.privacy._erasing import copy_prefix
from storage import members, privacy
from storage.replies import Body, File


class Texts:
    """The summary, and what the file is called."""

    HEAD = Text(zh="存了你这些：", en="This is kept about you:")
    COUNTS = Text(
        zh="消息 {messages} 条，提问 {threads} 题，帮过的题 {helped} 题，同问 {metoo} 次",
        en="{messages} messages, {threads} questions, {helped} threads you helped in, {metoo} me-toos",
    )
    GROUPS = Text(zh="见过你的群 {groups} 个，账号 {members} 个", en="seen in {groups} groups, {members} accounts")
    RAW = Text(zh="原始记录 {frames} 条，几天后自己删", en="{frames} raw records, which go within days")
    OUT = Text(zh="现在不记你说的话", en="nothing you say is being recorded")
    FILE = Text(
        zh="完整的一份：{name}，一周后删。收不到文件就把这个名字发给管理员",
        en="all of it: {name}, deleted after a week. If no file came, give this name to an admin",
    )


async def write(outside: Outside, member: int, language: str) -> Body:
    """Write everything that is kept about a member's person into a file of its own; return what to send."""
    async with outside.read() as store:
        person = (await members.get(store, member)).person_id
        kept = await privacy.mydata(store, [found.id for found in await members.of_person(store, person)])
    name = f"{copy_prefix(member)}{secrets.token_hex(8)}.json"
    await asyncio.to_thread(_save, outside.files / name, kept)
    label = Texts.FILE.in_language(language, name=name)
    return Body.of(*summary(kept, language)).plus(Body((File(name, label),)))


def _save(file: Path, kept: dict[str, Any]) -> None:
    """Write a file that only this user may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        json.dump(kept, opened, ensure_ascii=False, indent=1, default=str)


def summary(kept: dict[str, Any], language: str) -> list[str]:
    """Return in a few lines how much of what is kept; it stands alone where no file can be sent."""
    counts = {name: len(rows) for name, rows in kept.items()}
    said = {name: counts.get(name, 0) for name in ("messages", "threads", "helped", "metoo", "members", "frames")}
    lines = [
        Texts.HEAD.in_language(language),
        Texts.COUNTS.in_language(language, **said),
        Texts.GROUPS.in_language(language, groups=counts.get("memberships", 0), members=said["members"]),
        Texts.RAW.in_language(language, frames=said["frames"]),
    ]
    return [*lines, *([Texts.OUT.in_language(language)] if kept.get("opted_out") else [])]
