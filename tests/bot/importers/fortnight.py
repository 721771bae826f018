"""The demo's fortnight as each of three formats would export it, and as it is heard live: the same messages each way.

Left out of all is what one of them cannot carry: a link's kind (Telegram has it as words), parts of a second, commands.
Replies, mentions, pictures and stickers are in all of them; ids are numbers, as Telegram's are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.demo import _fortnight as demo
from storage.frames import Frame, Kind, Message, Place
from tests.bot.importers.story import SUNDAY, ZONE

BOT = "小象"
KINDS = {Kind.TEXT: Kind.TEXT, Kind.LINK: Kind.TEXT, Kind.IMAGE: Kind.IMAGE, Kind.STICKER: Kind.STICKER}
BACK, GONE = (135, 133, 131, 130, 128), (45, 43, 41, 40, 38)  # days before on which some members spoke
QUESTION, ANSWER = "逻辑复制的订阅端怎么跳过一条冲突的事务？", "看一下 alter subscription ... skip"

Rows = Sequence[Message]
Writer = Callable[[str, Rows], Any]


def number_of(member: str) -> str:
    """Return a number that stands for a member, as ids are in Telegram."""
    return str(sum(ord(letter) * 1000**place for place, letter in enumerate(member)))


def told() -> dict[str, list[Message]]:
    """Return the messages of each group by its name, in their order, as every format can carry them."""
    names = {place.key: place.name for place in demo.places().values()}
    found: dict[str, list[Message]] = {name: [] for name in names.values()}
    ids: dict[str, str] = {}
    for number, frame in enumerate(demo.frames(SUNDAY, ZONE), 1_001):
        said = _said(frame)
        ids[said.key] = str(number)
        found[names[frame.place.key]].append(
            replace(
                said,
                key=ids[said.key],
                member=number_of(said.member),
                kind=KINDS[said.kind],
                reply_to=None if said.reply_to is None else ids[said.reply_to],
                mentions=tuple(map(number_of, said.mentions)),
            )
        )
    return {name: [*_before(messages), *messages, *_to_the_bot(messages)] for name, messages in found.items()}


def _before(messages: Rows) -> list[Message]:
    """Return what was said long before: by two who are back in the fortnight, and by one who is gone since."""
    first, second = messages[0], next(message for message in messages if message.member != messages[0].member)
    gone = replace(first, member=number_of("m99"), name="拉萨-阿措-实习")
    spoken = [*((one, day) for day in BACK for one in (first, second)), *((gone, day) for day in GONE)]
    return [
        replace(one, key=f"{number}{first.key}", at=one.at - timedelta(days=day), text="早", reply_to=None, mentions=())
        for number, (one, day) in enumerate(spoken, 10)
    ]


def _to_the_bot(messages: Rows) -> list[Message]:
    """Return a question that mentions the bot, and its answer by somebody else: the fortnight's end."""
    asker = messages[0]
    answerer = next(message for message in messages if message.member != asker.member)
    at = messages[-1].at
    return [
        replace(asker, key=f"81{asker.key}", at=at + timedelta(minutes=5), text=QUESTION, to_bot=True),
        replace(answerer, key=f"82{asker.key}", at=at + timedelta(minutes=9), text=ANSWER, to_bot=False),
    ]


def frames(groups: Mapping[str, Rows], platform: str = "qq") -> list[Frame]:
    """Return the messages of all groups as they are heard live."""
    places = {name: Place(platform, f"live-{number}", name=name) for number, name in enumerate(groups)}
    found = [
        Frame(f"m:{places[name].key}:{message.key}", places[name], message.at, message)
        for name, messages in groups.items()
        for message in messages
    ]
    return sorted(found, key=lambda frame: (frame.at, len(frame.key), frame.key))


def _said(frame: Frame) -> Message:
    assert isinstance(frame.content, Message)
    return frame.content


def _words(message: Message) -> str:
    """Return the text as a file has it: with the mention of the bot that an adapter takes out."""
    return f"@{BOT} {message.text}" if message.to_bot else message.text


# -- the formats ------------------------------------------------------------------------------------------------------


def as_telegram(name: str, messages: Rows) -> Any:
    """Return a group as Telegram Desktop writes it: who is mentioned by name stands in the text as an entity."""
    names = {message.member: message.name for message in messages}
    rows = [
        {"id": int(said.key), "type": "message", "date_unixtime": _second(said), "from": said.name}
        | {"from_id": f"user{said.member}", "text": _entities(said, names)}
        | ({"reply_to_message_id": int(said.reply_to)} if said.reply_to else {})
        | {Kind.IMAGE: {"photo": "photos/1.jpg"}, Kind.STICKER: {"media_type": "sticker"}}.get(said.kind, {})
        for said in messages
    ]
    return {"name": name, "type": "private_supergroup", "id": len(name), "messages": rows}


def _second(message: Message) -> str:
    return str(int(message.at.timestamp()))


def _entities(message: Message, names: Mapping[str, str]) -> Any:
    if message.kind is not Kind.TEXT:
        return ""
    parts: list[Any] = [_words(message)]
    for member in message.mentions:
        before, sign, behind = str(parts.pop()).partition(f"@{names[member]}")
        parts += [before, {"type": "mention_name", "text": sign, "user_id": int(member)}, behind]
    return parts[0] if len(parts) == 1 else parts


def as_weflow(name: str, messages: Rows) -> Any:
    """Return a group as WeFlow writes it, in the compact form: its members stand in front."""
    members = {message.member: message.name for message in messages}
    numbers = {member: number for number, member in enumerate(members)}
    senders = [
        {"senderID": number, "accountId": member, "displayName": members[member]} for member, number in numbers.items()
    ]
    rows = [
        {"localId": place, "createTime": int(said.at.timestamp()), "senderID": numbers[said.member]}
        | {"type": {Kind.IMAGE: "图片消息", Kind.STICKER: "动画表情"}.get(said.kind, "文本消息")}
        | {"content": _words(said), "platformMessageId": said.key}
        | ({"replyToMessageId": said.reply_to} if said.reply_to else {})
        for place, said in enumerate(messages)
    ]
    session = {"wxid": f"{len(name)}@chatroom", "nickname": name, "type": "群聊"}
    return {"weflow": {}, "session": session, "senders": senders, "messages": rows}


def as_chatlab(name: str, messages: Rows) -> Any:
    """Return a group as ChatLab has it: its members stand in front."""
    members = {message.member: message.name for message in messages}
    rows = [
        {"platformMessageId": said.key, "timestamp": int(said.at.timestamp()), "content": _words(said)}
        | {"type": {Kind.IMAGE: 1, Kind.STICKER: 5}.get(said.kind, 0), "sender": said.member, "accountName": said.name}
        | ({"replyToMessageId": said.reply_to} if said.reply_to else {})
        for said in messages
    ]
    meta = {"name": name, "platform": "qq", "type": "group", "groupId": str(len(name))}
    listed = [{"platformId": member, "accountName": called} for member, called in members.items()]
    return {"chatlab": {"version": "0.0.2"}, "meta": meta, "members": listed, "messages": rows}


WRITERS: Mapping[str, Writer] = {"telegram": as_telegram, "weflow": as_weflow, "chatlab": as_chatlab}


def write(form: str, groups: Mapping[str, Iterable[Message]], folder: Path) -> list[Path]:
    """Write each group as a file of a format, and return the files."""
    files = []
    for number, (name, messages) in enumerate(groups.items()):
        files.append(folder / f"{form}-{number}.json")
        files[-1].write_text(json.dumps(WRITERS[form](name, list(messages)), ensure_ascii=False), "utf-8")
    return files
