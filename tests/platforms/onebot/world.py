"""What lies behind the fake: groups, members and messages, with ids and numbers as QQ and NapCat give them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

Segment = dict[str, Any]


@dataclass(frozen=True)
class Member:
    user_id: int
    nickname: str
    card: str = ""
    role: str = "member"


@dataclass(frozen=True)
class Said:
    """A message as the platform has it; `group_id` 0 is a private talk with `peer`."""

    group_id: int
    user_id: int
    peer: int
    segments: tuple[Segment, ...]
    time: int
    message_id: int
    seq: int


@dataclass
class Group:
    group_id: int
    name: str
    members: dict[int, Member] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    seq: int = 0
    hidden: set[int] = field(default_factory=set)  # message ids that the history does not show


def segments(message: object) -> tuple[Segment, ...]:
    if isinstance(message, str):
        message = [{"type": "text", "data": {"text": message}}]
    assert isinstance(message, list | tuple)
    return tuple(message)


def cq_code(segment: Segment) -> str:
    """One segment in the older form, as NapCat writes it (and independent of how the bot reads it)."""
    if segment["type"] == "text":
        return _escape(segment["data"]["text"])
    data = "".join(f",{key}=" + _escape(str(value)).replace(",", "&#44;") for key, value in segment["data"].items())
    return f"[CQ:{segment['type']}{data}]"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")


class World:
    """One account's view of the platform."""

    def __init__(self, self_id: int, nickname: str, clock: Callable[[], float], *, real_seq: bool) -> None:
        self.self_id, self.nickname, self._clock, self._real_seq = self_id, nickname, clock, real_seq
        self.groups: dict[int, Group] = {}
        self.direct = Group(0, "")
        self._count = 0

    def start(self, count: int) -> None:
        """Begin to count ids there, so that no earlier world gave the same ones."""
        self._count = count

    def add_group(self, group_id: int, name: str = "PG 群", members: tuple[Member, ...] = ()) -> Group:
        me = Member(self.self_id, self.nickname)
        group = self.groups[group_id] = Group(group_id, name, {m.user_id: m for m in (me, *members)})
        return group

    def add(
        self, group_id: int, user_id: int, message: object, *, peer: int = 0, at: float | None = None, skip: int = 0
    ) -> Said:
        """Take a message in; `skip` numbers before it are given to nobody, as if those messages were lost."""
        group = self.groups[group_id] if group_id else self.direct
        group.seq += 1 + skip
        moment = int(self._clock() if at is None else at)
        said = Said(group_id, user_id, peer, segments(message), moment, self._id(), group.seq)
        group.said.append(said)
        return said

    def renamed(self, said: Said) -> Said:
        """The same message under another id, as implementations give it when they see it twice."""
        return replace(said, message_id=self._id())

    def find(self, message_id: int) -> Said | None:
        everyone = [*self.groups.values(), self.direct]
        return next((said for group in everyone for said in group.said if said.message_id == message_id), None)

    def history(self, group_id: int, anchor: int | None, count: int, *, backwards: bool) -> list[Said]:
        """NapCat's way: the latest ones; or from a message, which is included, forwards unless told otherwise."""
        group = self.groups[group_id]
        said = [one for one in group.said if one.message_id not in group.hidden]
        if anchor is None:
            return said[-count:]
        index = next((i for i, one in enumerate(said) if one.message_id == anchor), None)
        if index is None:
            return []
        return said[max(0, index + 1 - count) : index + 1] if backwards else said[index : index + count]

    def event(self, said: Said, form: str) -> dict[str, Any]:
        """The frame that is pushed for a message, and that the history shows."""
        own = said.user_id == self.self_id
        raw = "".join(map(cq_code, said.segments)).strip()
        event: dict[str, Any] = {
            "self_id": self.self_id,
            "user_id": said.user_id,
            "time": said.time,
            "message_id": said.message_id,
            "message_seq": said.message_id,
            "real_id": said.message_id,
            "message_type": "group" if said.group_id else "private",
            "sender": self._sender(said),
            "raw_message": raw,
            "font": 14,
            "sub_type": "normal" if said.group_id else "friend",
            "message": list(said.segments) if form == "array" else raw,
            "message_format": form,
            "post_type": "message_sent" if own else "message",
        }
        if self._real_seq:
            event["real_seq"] = str(said.seq)
        if own:
            event["message_sent_type"] = "self"
        if said.group_id:
            event |= {"group_id": said.group_id, "group_name": self.groups[said.group_id].name}
        else:
            event["target_id"] = said.peer
        return event

    def _sender(self, said: Said) -> dict[str, Any]:
        members = self.groups[said.group_id].members if said.group_id else {}
        member = members.get(said.user_id, Member(said.user_id, f"用户{said.user_id}"))
        sender: dict[str, Any] = {"user_id": said.user_id, "nickname": member.nickname, "card": member.card}
        return sender | ({"role": member.role} if said.group_id else {})

    def _id(self) -> int:
        """A short id as implementations make them: 32 bits of a hash, half of them negative."""
        self._count += 1
        digest = hashlib.md5(f"{self.self_id}|{self._count}".encode()).digest()
        return int.from_bytes(digest[:4], "big", signed=True)
