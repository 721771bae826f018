"""Frames as implementations push them: what a mutation begins with."""

from __future__ import annotations

import json
from typing import Any

SELF, AT = 10001, 1_795_395_600
SENDER = {"user_id": 20001, "nickname": "老樊", "card": "成都-老樊-DBA", "role": "member", "sex": "unknown", "age": 0}
CARD = json.dumps({"app": "com.tencent.structmsg", "prompt": "[分享] 复制槽", "meta": {"news": {"title": "x"}}})
BUNDLE = json.dumps({"app": "com.tencent.multimsg", "prompt": "[聊天记录]", "meta": {"detail": {"news": []}}})


def _segment(what: str, **data: object) -> dict[str, Any]:
    return {"type": what, "data": data}


def _text(words: str) -> dict[str, Any]:
    return _segment("text", text=words)


FORWARDED = [{"message": [_text("/digest now")], "sender": SENDER}]
SEGMENTS: tuple[list[dict[str, Any]], ...] = (
    [_text("主库磁盘满了，能删 pg_wal 吗")],
    [_segment("at", qq=str(SELF), name="小象"), _text(" 复制槽撑满了磁盘怎么办")],
    [_segment("reply", id="77", seq=3), _segment("at", qq="20002"), _text(" 别删")],
    [_segment("at", qq="all"), _segment("face", id="14", raw={"faceIndex": 14})],
    [_segment("image", file="A.png", url="http://127.0.0.1:1/x", sub_type=0, summary="")],
    [_segment("mface", emoji_id="1", summary="[赞]"), _segment("dice", result="3")],
    [_segment("file", file="慢 SQL.txt", file_size="12", file_id="/x")],
    [_segment("record", file="a.amr"), _segment("video", file="a.mp4")],
    [_segment("json", data=CARD)],
    [_segment("json", data=BUNDLE)],
    [_segment("forward", id="9", content=FORWARDED)],
    [_segment("share", url="http://x", title="标题"), _segment("location", lat="1", lon="2")],
    [_segment("markdown", content="**x**"), _segment("keyboard", rows=[])],
    [_text("/solved 1")],
)


def recorded() -> list[dict[str, Any]]:
    """Return one frame of each kind, in the groups 1 to 3 and in private."""
    frames = [_message(number, segments) for number, segments in enumerate(SEGMENTS, 1)]
    frames.append(
        _message(101, "[CQ:at,qq=10001] 磁盘满了[CQ:image,file=a.png,url=http://x&#44;y]", message_format="string")
    )
    private = _message(102, SEGMENTS[0], message_type="private", sub_type="friend", target_id=20001)
    frames += [{key: value for key, value in private.items() if key not in {"group_id", "group_name", "real_seq"}}]
    frames.append(_message(103, SEGMENTS[0], post_type="message_sent", user_id=SELF, message_sent_type="self"))
    frames.append(
        _message(104, SEGMENTS[0], sub_type="anonymous", user_id=80_000_000, anonymous={"id": 1, "name": "匿名"})
    )
    frames += [_notice("group_recall", message_id=1, operator_id=20001), _notice("friend_recall", message_id=2)]
    frames += [
        _notice("group_increase", sub_type="invite", operator_id=20002),
        _notice("group_decrease", sub_type="kick"),
    ]
    frames += [
        _notice("group_upload", file={"id": "/x", "name": "a.txt", "size": 1}),
        _notice("notify", sub_type="poke"),
    ]
    frames += [_notice("group_card", card_new="新", card_old="旧"), _notice("group_ban", duration=60)]
    frames.append({**_envelope("request"), "request_type": "group", "sub_type": "invite", "flag": "f", "comment": "c"})
    frames.append({**_envelope("meta_event"), "meta_event_type": "lifecycle", "sub_type": "enable"})
    frames.append(
        {
            **_envelope("meta_event"),
            "meta_event_type": "heartbeat",
            "interval": 5000,
            "status": {"online": True, "good": True},
        }
    )
    frames.append(
        {"status": "ok", "retcode": 0, "data": {"message_id": 5}, "message": "", "wording": "", "echo": "99999"}
    )
    return frames  # fmt: skip


def _envelope(what: str) -> dict[str, Any]:
    return {"time": AT, "self_id": SELF, "post_type": what}


def _message(number: int, message: object, **more: object) -> dict[str, Any]:
    group = number % 3 + 1
    return {
        **_envelope("message"), "message_type": "group", "sub_type": "normal", "message_id": number * 7919,
        "message_seq": number, "real_id": number, "real_seq": str(number), "group_id": group, "user_id": 20001,
        "group_name": f"PG {group} 群", "sender": SENDER, "raw_message": "x", "font": 14, "message": message,
        "message_format": "array", **more,
    }  # fmt: skip


def _notice(what: str, **more: object) -> dict[str, Any]:
    return {**_envelope("notice"), "notice_type": what, "group_id": 1, "user_id": 20001, **more}
