"""What is said in a fake DingTalk: messages as the gateway's callbacks carry them, field by field."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

CORP = "ding1111corp"
ROBOT = "dingkey1"
BOT_ID = "$:LWCP_v1:$robot0000000000000000=="
GROUP, TITLE = "cidStage0001==", "PG 交流 钉钉群"
LIFE = 5400.0  # seconds that a session's webhook lives


def encrypted(member: str) -> str:
    """Return the encrypted id that DingTalk gives a member beside the staff id."""
    return f"$:LWCP_v1:${member.encode().hex()}=="


@dataclass
class World:
    """One organisation with one robot."""

    origin: str = ""  # of the webhooks
    life: float = LIFE
    texts: dict[str, str] = field(default_factory=dict)  # of messages and posts, by key
    posted: set[str] = field(default_factory=set)  # keys that the API gave
    groups: dict[str, str] = field(default_factory=lambda: {GROUP: TITLE})
    staff: set[str] = field(default_factory=lambda: {"m1", "m2", "m3"})
    sessions: dict[str, tuple[str, float]] = field(default_factory=dict)  # session: (where, until)

    def __post_init__(self) -> None:
        start = time.time_ns() // 1000
        self._numbers = itertools.count(start)

    def key(self, kind: str = "msg") -> str:
        """Return an id that nobody had before, also not in an earlier life of the server."""
        return f"{kind}{next(self._numbers)}=="

    def text(
        self, text: str, member: str = "m1", name: str = "阿棠", *, group: str = GROUP, quote: str | None = None
    ) -> dict[str, Any]:
        """Return a text that mentions the bot, which DingTalk takes out and leaves a space for."""
        content: dict[str, Any] = {"content": f" {text}"}
        message = self._message("text", member, name, group, text)
        if quote is not None:
            content |= {"isReplyMsg": True, "repliedMsg": self.replied(quote)}
            message |= {"originalMsgId": quote}
            message |= {"originalProcessQueryKey": quote} if quote in self.posted else {}
        return {**message, "text": content}

    def picture(self, member: str = "m1", name: str = "阿棠", *, group: str = GROUP) -> dict[str, Any]:
        """Return a picture; a robot is told a code with which it could be fetched."""
        content = {"downloadCode": "mIofN681YE3f/+m+NntqpTUhRGJ==", "pictureDownloadCode": "code"}
        return {**self._message("picture", member, name, group, "[图片]"), "content": content}

    def direct(self, text: str, member: str = "m1", name: str = "阿棠") -> dict[str, Any]:
        """Return a text said to the bot in private."""
        message = self._message("text", member, name, "", text)
        for left_out in ("conversationTitle", "isInAtList", "atUsers"):
            message.pop(left_out, None)
        return {**message, "conversationType": "1", "text": {"content": text}}

    def replied(self, key: str) -> dict[str, Any]:
        """Return what a reply tells of the message that it replies to."""
        content = {"text": self.texts.get(key, "")}
        return {"msgId": key, "msgType": "text", "content": content, "senderId": encrypted("m2"), "createdAt": _now()}

    def _message(self, what: str, member: str, name: str, group: str, text: str) -> dict[str, Any]:
        key = self.key()
        self.texts[key] = text
        where = group or f"cidDirect{member}=="
        staff = {"senderStaffId": member} if member in self.staff else {}
        return {
            "conversationId": where,
            "conversationType": "2",
            "conversationTitle": self.groups.get(group, ""),
            "chatbotCorpId": CORP,
            "chatbotUserId": BOT_ID,
            "robotCode": ROBOT,
            "msgId": key,
            "msgtype": what,
            "createAt": _now(),
            "senderNick": name,
            "senderCorpId": CORP,
            "senderId": encrypted(member),
            "senderPlatform": "Mac",
            "isAdmin": False,
            "isInAtList": True,
            "atUsers": [{"dingtalkId": BOT_ID}],
            "openThreadId": where,
            **self.session(group or f"direct:{member}"),
            **staff,
        }

    def session(self, where: str) -> dict[str, Any]:
        """Return a new webhook for a talk, and until when it lives."""
        session, until = self.key("session"), time.time() + self.life
        self.sessions[session] = (where, until)
        url = f"{self.origin}/robot/sendBySession?session={session}"
        return {"sessionWebhook": url, "sessionWebhookExpiredTime": int(until * 1000)}


def _now() -> int:
    return int(time.time() * 1000)
