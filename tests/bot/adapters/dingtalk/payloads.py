"""Messages as DingTalk's callbacks carry them, with the fields that real ones have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
BOT = "$:LWCP_v1:$bot=="
ALICE = "$:LWCP_v1:$alice=="


def group(**changes: Any) -> dict[str, Any]:
    """Return a text in a group that mentions the bot; a change to None takes a field out."""
    message: dict[str, Any] = {
        "conversationId": "cid1==",
        "conversationType": "2",
        "conversationTitle": "PG 交流 钉钉群",
        "chatbotCorpId": "dingcorp",
        "chatbotUserId": BOT,
        "robotCode": "dingkey",
        "msgId": "msg1==",
        "msgtype": "text",
        "createAt": MS,
        "senderNick": "成都-老樊-DBA",
        "senderCorpId": "dingcorp",
        "senderId": ALICE,
        "senderStaffId": "manager4711",
        "senderPlatform": "Mac",
        "isAdmin": True,
        "isInAtList": True,
        "atUsers": [{"dingtalkId": BOT}],
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=5ecre7",
        "sessionWebhookExpiredTime": MS + 5_400_000,
        "openThreadId": "cid1==",
        "text": {"content": " 主库磁盘满了"},
    }
    return {key: value for key, value in {**message, **changes}.items() if value is not None}


def direct(**changes: Any) -> dict[str, Any]:
    """Return a text in private."""
    return group(conversationType="1", conversationTitle=None, isInAtList=None, atUsers=None, **changes)


def rich(*items: Any, **changes: Any) -> dict[str, Any]:
    """Return a rich text in a group."""
    return group(msgtype="richText", text=None, content={"richText": list(items)}, **changes)


def media(what: str, content: Any, **changes: Any) -> dict[str, Any]:
    """Return something that is no text, in a group."""
    return group(msgtype=what, text=None, content=content, **changes)


def reply(replied: Any, **changes: Any) -> dict[str, Any]:
    """Return a text that replies to another message."""
    return group(text={"content": " 还是不行", "isReplyMsg": True, "repliedMsg": replied}, **changes)
