"""Carries one post to Telegram, and says what it means when that fails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.adapters import DeliveryError, Outcome
from bot.adapters._http import NOTHING_LEFT
from bot.adapters.telegram._api import REFUSED, UNREADABLE, Api, WaitError, told
from bot.adapters.telegram._posts import Post, caption, is_plain_name, text_of

PHOTO_LIMIT, FILE_LIMIT = 10 * 2**20, 50 * 2**20  # bytes that Telegram takes
# What Telegram answers, in words for the operator.
_WORDS = {
    "TOPIC_CLOSED": "the topic is closed: open it again in the group",
    "TOPIC_DELETED": "the topic is gone",
    "message thread not found": "the topic is gone",
    "not enough rights": "the bot may not write there: let it, in the group's permissions",
    "CHAT_WRITE_FORBIDDEN": "the bot may not write there: let it, in the group's permissions",
    "chat not found": "Telegram knows no such group or member, or the bot is not in it",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a post goes: the chat, the message it replies to, and the topic of a forum."""

    chat: int
    private: bool
    reply_to: int | None = None
    topic: int | None = None


async def send(api: Api, folder: Path, target: Target, post: Post) -> int:
    """Post and return the number of the message.

    Raises:
        ChatMigrated: The group has another id now, and nothing was posted.
        DeliveryError: It was not, or may not have been, posted.
    """
    try:
        async with asyncio.timeout(api.settings.send_timeout):
            message = await _carry(api.bot, folder, target, post)
    except ChatMigrated:
        raise
    except TimeoutError as error:
        raise DeliveryError(Outcome.UNKNOWN, "Telegram did not answer in time") from error
    except (TelegramError, *UNREADABLE) as error:
        raise delivery_error(error) from error
    return message.message_id


def delivery_error(error: Exception) -> DeliveryError:
    """Say what a failed post means: surely not posted, refused, or nobody knows."""
    match error:
        case WaitError(wait=wait):
            return DeliveryError(Outcome.NOT_SENT, told(error), retry_after=wait)
        case InvalidToken():
            return DeliveryError(Outcome.NOT_SENT, REFUSED)
        case Conflict():
            return DeliveryError(Outcome.NOT_SENT, told(error))
        case Forbidden():
            return DeliveryError(Outcome.REFUSED, told(error))
        case BadRequest():
            why = next((words for sign, words in _WORDS.items() if sign.lower() in str(error).lower()), told(error))
            return DeliveryError(Outcome.REFUSED, why)
        case NetworkError() if isinstance(error.__cause__, (*NOTHING_LEFT, httpx.ProxyError)):
            return DeliveryError(Outcome.NOT_SENT, told(error))
        case _:
            return DeliveryError(Outcome.UNKNOWN, told(error))


async def _carry(bot: Bot, folder: Path, target: Target, post: Post) -> Message:
    where: dict[str, Any] = {
        "chat_id": target.chat,
        "message_thread_id": target.topic,
        "reply_markup": _keyboard(post),
        "parse_mode": "HTML",
    }
    if target.reply_to is not None:
        where["reply_parameters"] = ReplyParameters(target.reply_to, allow_sending_without_reply=True)
    if "picture" in post and (data := await _content(folder, str(post["picture"]), PHOTO_LIMIT)):
        return await bot.send_photo(photo=data, filename=str(post["picture"]), caption=caption(post), **where)
    if "file" in post and target.private and (data := await _content(folder, str(post["file"]), FILE_LIMIT)):
        return await bot.send_document(document=data, filename=str(post["file"]), caption=caption(post), **where)
    return await bot.send_message(
        text=text_of(post), link_preview_options=LinkPreviewOptions(is_disabled=True), **where
    )


def _keyboard(post: Post) -> InlineKeyboardMarkup | None:
    rows: Any = post.get("buttons")
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


async def _content(folder: Path, name: str, limit: int) -> bytes | None:
    """Return what a file of ours holds; None where it is gone, too large, or none of ours."""
    return await asyncio.to_thread(_read, folder / "files", name, limit)


def _read(folder: Path, name: str, limit: int) -> bytes | None:
    try:
        file = (folder / name).resolve(strict=True)
        if not is_plain_name(name) or file.parent != folder.resolve() or not 0 < file.stat().st_size <= limit:
            return None
        return file.read_bytes()
    except (OSError, ValueError):
        return None
