"""Where the fake takes posts: every field is looked at, and what the platform would refuse is refused."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from tests.platforms.qq_official.world import ANSWERS, GROUP, WINDOW, Said, World

LONGEST = 2_000
FIELDS = {"msg_type", "content", "markdown", "media", "keyboard", "message_reference", "msg_id", "event_id", "msg_seq"}
# What the official SDK sends besides, and the platform does not look at: the place once more, and what it has not.
UNREAD = {"group_openid", "openid"}
EMPTY = {"embed", "ark", *FIELDS}
ADDRESS = re.compile(r"https?://|\bwww\.|[A-Za-z0-9]\.(?:com|cn|org|net)\b", re.IGNORECASE)
TAG = re.compile(r"<(?:@|qqbot-|emoji:|faceType)")


@dataclass
class RefusalError(Exception):
    """What the platform answers when it says no."""

    code: int
    message: str
    status: int = 400
    data: Any = None


@dataclass(frozen=True)
class Post:
    """What the bot posted, as it was taken."""

    place: str
    form: str
    text: str
    body: dict[str, Any]
    said: Said
    quote: str | None
    tags: tuple[str, ...] = ()


class Counter:
    """Takes posts and files of one bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.posts: list[Post] = []
        self.files: dict[str, bytes] = {}
        self.audited = False  # posts wait for an audit
        self.refuse = 0  # the code with which every post is refused
        self.answers: list[int] = []  # the number of every answer, taken or not
        self.domains: set[str] = set()  # that may be posted

    def post(self, place: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take a post, or raise `RefusalError`."""
        body = {key: value for key, value in body.items() if value is not None or key not in EMPTY}
        if unknown := body.keys() - FIELDS - UNREAD:
            raise RefusalError(40034001, f"请求参数不合法: {sorted(unknown)}")
        if self.refuse:
            raise RefusalError(self.refuse, "发送失败")
        text = self._text(body)
        self._hang(place, body)
        quote = self._quoted(body)
        said = self.world.add(place, text)
        form = {0: "text", 2: "markdown", 7: "picture"}[body["msg_type"]]
        self.posts.append(Post(place, form, text, body, said, quote, tuple(TAG.findall(text))))
        if self.audited:
            raise RefusalError(
                304023, "push message is waiting for audit now", 202, {"message_audit": {"audit_id": "a1"}}
            )
        return {"id": said.id, "timestamp": self.world.timestamp(), "ext_info": {"ref_idx": said.index}}

    def file(self, place: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take a file, or raise `RefusalError`."""
        if (
            body.keys() - {"file_type", "url", "srv_send_msg", "file_data"} - UNREAD
            or body.get("srv_send_msg") is not False
        ):
            raise RefusalError(40034001, "请求参数不合法")
        if body.get("file_type") not in {1, 2, 3} or ("url" in body) is ("file_data" in body):
            raise RefusalError(40034003, "富媒体文件类型不合法")
        data = b""
        if "file_data" in body:
            try:
                data = base64.b64decode(body["file_data"], validate=True)
            except (binascii.Error, TypeError):
                raise RefusalError(40034004, "文件格式错误") from None
            if body["file_type"] == 1 and not data.startswith((b"\x89PNG", b"\xff\xd8")):
                raise RefusalError(40034004, "文件格式错误")
        name = f"file_info_{place[-4:]}_{len(self.files)}"
        self.files[name] = data
        return {"file_uuid": "u", "file_info": name, "ttl": 3600}

    def _text(self, body: dict[str, Any]) -> str:
        kind = body.get("msg_type")
        text = body.get("content", "")
        if kind == 2:
            text = (body.get("markdown") or {}).get("content", "")
        if kind not in {0, 2, 7} or not isinstance(text, str):
            raise RefusalError(40034002, "消息类型不合法")
        if kind == 7 and (body.get("media") or {}).get("file_info") not in self.files:
            raise RefusalError(40034011, "media 不合法")
        if kind != 7 and not text.strip():
            raise RefusalError(40034012, "消息内容为空")
        if "keyboard" in body and kind != 2:
            raise RefusalError(40034013, "keyboard 不合法")
        if len(text) > LONGEST:
            raise RefusalError(40054007, "消息长度超限")
        if ADDRESS.search(text) and not any(domain in text for domain in self.domains):
            raise RefusalError(40054010, "不允许发送url")
        return text

    def _hang(self, place: str, body: dict[str, Any]) -> None:
        """Look at what a post answers: in time, not too often, each number once; or whether it may come unasked."""
        key, event = body.get("msg_id"), body.get("event_id")
        if key and event:
            raise RefusalError(40034023, "msg_id 与 event_id 冲突")
        if not key and not event:
            if not self.world.proactive:
                raise RefusalError(40034105, "主动消息失败, 无权限")
            return
        found = self.world.said.get(key) if key else self.world.events.get(str(event))
        if found is None or found.place != place:
            raise RefusalError(40034024, "请求参数msg_id无效或越权")
        number = body.get("msg_seq", 1)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**32:
            raise RefusalError(40034022, "msg_seq 不合法")
        self.answers.append(number)
        if number in found.numbers:
            raise RefusalError(40054005, "消息被去重，请检查请求msgseq")
        if self.world.clock() - found.at > WINDOW:
            raise RefusalError(40034005, "回复消息msg_id已过期")
        if found.answers >= ANSWERS:
            raise RefusalError(40034128, "被动回复时间或次数超限")
        found.numbers.add(number)
        found.answers += 1

    def _quoted(self, body: dict[str, Any]) -> str | None:
        reference = body.get("message_reference")
        if reference is None:
            return None
        found = self.world.indexes.get(reference.get("message_id", ""))
        if found is None and reference.get("ignore_get_message_error") is not True:
            raise RefusalError(40034025, "引用消息不存在")
        return found


def place_of(kind: str, key: str) -> str:
    """Return a place as posts name it; only the one group is there."""
    if kind == "groups" and key != GROUP:
        raise RefusalError(40034101, "机器人非群成员")
    return key if kind == "groups" else f"direct:{key}"
