"""The actions of the fake, with NapCat's return codes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.platforms.onebot.world import Member, Said, Segment, World

Params = dict[str, Any]


class ActionError(Exception):
    """An action that fails, with its return code."""

    def __init__(self, wording: str, retcode: int = 1200) -> None:
        super().__init__(wording)
        self.retcode = retcode


@dataclass(frozen=True)
class Post:
    """What the bot posted, where (`group:1`, `private:2`) and when."""

    where: str
    segments: tuple[Segment, ...]
    message_id: int
    at: float

    @property
    def text(self) -> str:
        return "".join(segment["data"]["text"] for segment in self.segments if segment["type"] == "text")


class Actions:
    """Answers actions out of a world; `posted` is told of every message that the bot made."""

    def __init__(self, world: World, form: str, posted: Callable[[Said], None]) -> None:
        self.world, self.form, self.online, self.history = world, form, True, True
        self._posted = posted
        self._known = {
            "get_login_info": self._login_info,
            "get_status": lambda _: {"online": self.online, "good": True, "stat": {}},
            "get_version_info": lambda _: {"app_name": "NapCat.Onebot", "protocol_version": "v11"},
            "get_group_list": self._group_list,
            "get_group_member_info": self._member_info,
            "get_group_member_list": self._member_list,
            "get_group_msg_history": self._history,
            "get_msg": self._get_msg,
            "send_group_msg": self._send_group,
            "send_private_msg": self._send_private,
            "send_msg": self._send,
            "delete_msg": self._delete,
            "upload_private_file": self._upload,
        }

    def __call__(self, action: str, params: Params) -> Any:
        if action not in self._known:
            raise ActionError(f"不支持的Api {action}", 1404)
        return self._known[action](params)

    def _login_info(self, _: Params) -> Any:
        return {"user_id": self.world.self_id, "nickname": self.world.nickname}

    def _group_list(self, _: Params) -> Any:
        return [
            {
                "group_all_shut": 0,
                "group_remark": "",
                "group_id": group.group_id,
                "group_name": group.name,
                "member_count": len(group.members),
                "max_member_count": 2000,
            }
            for group in self.world.groups.values()
        ]

    def _member_info(self, params: Params) -> Any:
        group = self.world.groups.get(int(params["group_id"]))
        member = group.members.get(int(params["user_id"])) if group else None
        if group is None or member is None:
            raise ActionError(f"群({params['group_id']})成员{params['user_id']}不存在")
        return _member(group.group_id, member)

    def _member_list(self, params: Params) -> Any:
        group = self.world.groups.get(int(params["group_id"]))
        if group is None:
            raise ActionError(f"Failed to get group member list for group {params['group_id']}")
        return [_member(group.group_id, member) for member in group.members.values()]

    def _history(self, params: Params) -> Any:
        if not self.history:
            raise ActionError("不支持的Api get_group_msg_history", 1404)
        anchor, group_id = params.get("message_seq"), int(params["group_id"])
        if group_id not in self.world.groups:
            raise ActionError("消息undefined不存在")
        backwards = bool(params.get("reverse_order") or params.get("reverseOrder"))
        start = int(anchor) if anchor not in {None, "", "0", 0} else None
        found = self.world.history(group_id, start, int(params.get("count", 20)), backwards=backwards)
        if not found:
            raise ActionError(f"消息{anchor}不存在")
        return {"messages": [self.world.event(said, self.form) for said in found]}

    def _get_msg(self, params: Params) -> Any:
        said = self.world.find(int(params["message_id"]))
        if said is None:
            raise ActionError("消息不存在")
        return self.world.event(said, self.form)

    def _send_group(self, params: Params) -> Any:
        group_id = int(params["group_id"])
        if group_id not in self.world.groups:
            raise ActionError("发送消息失败")
        return self._post(group_id, 0, params["message"])

    def _send_private(self, params: Params) -> Any:
        return self._post(0, int(params["user_id"]), params["message"])

    def _send(self, params: Params) -> Any:
        return self._send_group(params) if params.get("group_id") else self._send_private(params)

    def _post(self, group_id: int, peer: int, message: object) -> Any:
        if isinstance(message, str):  # CQ codes: no bot worth testing sends them, so they are kept as they are
            message = {"type": "text", "data": {"text": message}}
        listed = [message] if isinstance(message, dict) else message
        if not isinstance(listed, list) or not listed:
            raise ActionError("消息体无法解析, 请检查是否发送了不支持的消息类型")
        for segment in listed:
            if segment["type"] == "image":
                unpacked(segment["data"]["file"])
        said = self.world.add(group_id, self.world.self_id, listed, peer=peer)
        self._posted(said)
        return {"message_id": said.message_id}

    def _upload(self, params: Params) -> Any:
        """Take a file for a member; NapCat takes a path of its own machine too, which no bot elsewhere has."""
        unpacked(params["file"])
        if not params.get("name"):
            raise ActionError("name is required", 1400)
        data = {"file": params["name"], "content": params["file"]}
        said = self.world.add(0, self.world.self_id, [{"type": "file", "data": data}], peer=int(params["user_id"]))
        self._posted(said)
        return {"file_id": f"/{said.message_id}"}

    def _delete(self, params: Params) -> Any:
        said = self.world.find(int(params["message_id"]))
        if said is None:
            raise ActionError(f"Recall failed, message not found: {params['message_id']}")
        for group in (*self.world.groups.values(), self.world.direct):
            group.said = [one for one in group.said if one.message_id != said.message_id]


def unpacked(file: str) -> bytes:
    """Return what a file holds that came within an action; nothing else can be read here."""
    if not file.startswith("base64://"):
        raise ActionError(f"文件不存在: {file[:80]}")
    try:
        return base64.b64decode(file.removeprefix("base64://"), validate=True)
    except binascii.Error:
        raise ActionError("base64 解析失败") from None


def _member(group_id: int, member: Member) -> dict[str, Any]:
    return {
        "group_id": group_id,
        "user_id": member.user_id,
        "nickname": member.nickname,
        "card": member.card,
        "sex": "unknown",
        "age": 0,
        "area": "",
        "level": "1",
        "join_time": 1_600_000_000,
        "last_sent_time": 0,
        "title_expire_time": 0,
        "unfriendly": False,
        "card_changeable": True,
        "is_robot": False,
        "shut_up_timestamp": 0,
        "role": member.role,
        "title": "",
    }
