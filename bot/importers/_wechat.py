"""What WeChat's messages are, by the numbers and by the words in which exports of it say so."""

from __future__ import annotations

import re
from collections.abc import Mapping

from storage.frames import Kind

PLATFORM = "wechat"
SYSTEM_MEMBERS = {"系统消息", "系统"}
ROOM = "@chatroom"  # how the ids of groups end

APP, QUOTE = 49, 57
NUMBERS: Mapping[int, tuple[Kind, str]] = {
    1: (Kind.TEXT, ""),
    3: (Kind.IMAGE, "[图片]"),
    34: (Kind.VOICE, "[语音]"),
    42: (Kind.LINK, "[名片]"),
    43: (Kind.VIDEO, "[视频]"),
    47: (Kind.STICKER, "[动画表情]"),
    48: (Kind.LINK, "[位置]"),
    49: (Kind.LINK, "[链接]"),
    50: (Kind.OTHER, "[通话]"),
    10000: (Kind.SYSTEM, ""),
    10002: (Kind.SYSTEM, ""),
}
# Of messages of type 49, by their subtype.
APPS: Mapping[int, tuple[Kind, str]] = {
    1: (Kind.LINK, "[链接]"),
    4: (Kind.LINK, "[链接]"),
    5: (Kind.LINK, "[链接]"),
    6: (Kind.FILE, "[文件]"),
    8: (Kind.STICKER, "[动画表情]"),
    19: (Kind.FORWARD, "[聊天记录]"),
    24: (Kind.LINK, "[笔记]"),
    33: (Kind.LINK, "[小程序]"),
    36: (Kind.LINK, "[小程序]"),
    51: (Kind.LINK, "[视频号]"),
    57: (Kind.TEXT, "[引用]"),
    62: (Kind.STICKER, "[拍一拍]"),
    63: (Kind.LINK, "[视频号]"),
    87: (Kind.TEXT, "[群公告]"),
    92: (Kind.LINK, "[音乐]"),
    2000: (Kind.OTHER, "[转账]"),
    2001: (Kind.OTHER, "[红包]"),
    2003: (Kind.OTHER, "[红包]"),
}
# By what a word begins with: 文本, 文本消息 and so on; the longer ones first.
_WORDS: tuple[tuple[str, tuple[Kind, str]], ...] = (
    ("文本", (Kind.TEXT, "")),
    ("引用", (Kind.TEXT, "[引用]")),
    ("图片", (Kind.IMAGE, "[图片]")),
    ("语音通话", (Kind.OTHER, "[通话]")),
    ("语音", (Kind.VOICE, "[语音]")),
    ("视频号", (Kind.LINK, "[视频号]")),
    ("视频通话", (Kind.OTHER, "[通话]")),
    ("音视频通话", (Kind.OTHER, "[通话]")),
    ("视频", (Kind.VIDEO, "[视频]")),
    ("文件", (Kind.FILE, "[文件]")),
    ("动画表情", (Kind.STICKER, "[动画表情]")),
    ("表情", (Kind.STICKER, "[动画表情]")),
    ("拍一拍", (Kind.STICKER, "[拍一拍]")),
    ("聊天记录", (Kind.FORWARD, "[聊天记录]")),
    ("合并转发", (Kind.FORWARD, "[聊天记录]")),
    ("名片", (Kind.LINK, "[名片]")),
    ("位置", (Kind.LINK, "[位置]")),
    ("卡片式链接", (Kind.LINK, "[链接]")),
    ("链接", (Kind.LINK, "[链接]")),
    ("分享链接", (Kind.LINK, "[链接]")),
    ("图文", (Kind.LINK, "[链接]")),
    ("小程序", (Kind.LINK, "[小程序]")),
    ("音乐", (Kind.LINK, "[音乐]")),
    ("群公告", (Kind.TEXT, "[群公告]")),
    ("红包", (Kind.OTHER, "[红包]")),
    ("转账", (Kind.OTHER, "[转账]")),
    ("通话", (Kind.OTHER, "[通话]")),
    ("系统", (Kind.SYSTEM, "")),
    ("撤回", (Kind.SYSTEM, "[撤回]")),
)
UNKNOWN = (Kind.OTHER, "[unsupported:other]")
_MARKUP = re.compile(r"\s*(?:<\?xml|<msg\b|<appmsg\b|<sysmsg\b|<voipmsg\b)")


def of_number(kind: int, part: int) -> tuple[Kind, str]:
    """Return what a message is by its type and subtype, and what stands for it where it has no words."""
    return APPS.get(part, NUMBERS[APP]) if kind == APP else NUMBERS.get(kind, UNKNOWN)


def of_word(word: str) -> tuple[Kind, str]:
    """Return what a message is by the word for its type, and what stands for it where it has no words."""
    return next((what for beginning, what in _WORDS if word.startswith(beginning)), UNKNOWN)


def readable(text: str) -> str:
    """Return a text, or nothing where it is the platform's own markup."""
    return "" if _MARKUP.match(text) else text
