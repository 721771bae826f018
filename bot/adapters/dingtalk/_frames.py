"""What DingTalk pushes about messages, as frames: pure functions of the raw object and the time of receipt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dingtalk_stream import AtUser, ChatbotMessage

from bot.adapters._parse import Odd, Raw, identifier, integer, table, words
from bot.adapters.dingtalk import _content
from storage.frames import MENTION_LIMIT, Echo, Frame, GroupKind, Message, Place
from storage.sanitize import label

PLATFORM = "dingtalk"
OUTSIDER = "sid:"
ID_LIMIT = 128  # characters; an encrypted id has some sixty
DIRECT, GROUP = "1", "2"

_EARLIEST = datetime(2001, 9, 9, 2, tzinfo=UTC)  # second 1,000,000,000
_LEEWAY = timedelta(days=1)  # our own clock may be wrong too
_UNREAD = frozenset({"hostingContext", "conversationMsgContext"})  # of a human's delegate; not what was said
_CREDENTIALS = re.compile(r"""((?:session|access_token|ticket|token)=)[^"'\\&\s]+""")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a talk can be answered for a while; whoever knows the address can post, so it is never shown."""

    url: str
    until: datetime

    def __repr__(self) -> str:
        return f"Webhook(***, {self.until})"


def read(raw: Raw) -> ChatbotMessage:
    """Return the SDK's message of a raw object, whatever its fields hold.

    The SDK's `from_dict` raises where a field is not of the type it expects; such fields are put right before.
    """
    tidy = {key: value for key, value in raw.items() if key not in _UNREAD}
    users = raw.get("atUsers")
    tidy["text"], tidy["content"] = _content.opened(raw.get("text")), _content.opened(raw.get("content"))
    tidy["atUsers"] = [user for user in users if isinstance(user, dict)] if isinstance(users, list) else []
    tidy["sessionWebhookExpiredTime"] = integer(raw.get("sessionWebhookExpiredTime")) or 0
    tidy["msgtype"] = words(raw.get("msgtype"))
    return ChatbotMessage.from_dict(tidy)


def to_frame(raw: Raw, now: datetime, bot_name: str = "") -> Frame | Odd:
    """Return what a raw message says, or why it cannot be read.

    Who wrote it is told by ids alone: `isAdmin` and names are no authority. A time that cannot be true is replaced
    by `now` and flagged. `bot_name` is what the bot is called, where its mention still stands in the text.
    """
    message = read(raw)
    key, member = identifier(message.message_id, ID_LIMIT), author(message)
    place = place_of(message, member)
    if place is None or not key:
        return Odd("message without a place" if key else "message without an id")
    at, suspect = _time(message.create_at, now)
    mentioned = _mentioned(message)
    listed = mentioned.pop(_bot(message), None) is not None
    to_bot = message.is_in_at_list is True or listed
    content = _content.read(message.message_type, _body(message), bot_name if to_bot else "")
    frame_key = f"m:{place.key}:{key}"
    if _is_own(message):
        return Frame(frame_key, place, at, Echo(key, content.text))
    reply_to, quote = _replied(message)
    said = Message(
        key=key,
        at=at,
        member=member,
        name=label(words(message.sender_nick)),
        text=content.text,
        kind=content.kind,
        reply_to=reply_to,
        quote=quote,
        mentions=tuple(dict.fromkeys(filter(None, mentioned.values())))[:MENTION_LIMIT],
        to_bot=to_bot,
        flags=content.flags + ("time_suspect",) * suspect + ("unstable",) * member.startswith(OUTSIDER),
    )
    return Frame(frame_key, place, at, said)


def author(message: ChatbotMessage) -> str:
    """Return the member key of whoever wrote a message.

    A staff id counts only within the robot's own organisation: another one may have given the same id to somebody
    else. Everyone else is known by the encrypted sender id, in a key space of its own.
    """
    home, corp = identifier(message.chatbot_corp_id), identifier(message.sender_corp_id)
    is_outside = bool(home) and bool(corp) and home != corp
    return member_key("" if is_outside else message.sender_staff_id, message.sender_id)


def member_key(staff: object, sender: object) -> str:
    """Return the key of a member: the staff id as it is, else `sid:` and the encrypted id; the two never meet."""
    staff_id, sender_id = identifier(staff, ID_LIMIT), identifier(sender, ID_LIMIT)
    if staff_id:
        return f"staff:{staff_id}" if staff_id.startswith((OUTSIDER, "staff:")) else staff_id
    return f"{OUTSIDER}{sender_id}" if sender_id else ""


def staff_id(member: str) -> str:
    """Return the staff id in a member key; empty where it has none."""
    return "" if member.startswith(OUTSIDER) else member.removeprefix("staff:")


def place_of(message: ChatbotMessage, member: str) -> Place | None:
    """Return the group, or the direct with the author; None where a message names neither."""
    kind, key = identifier(message.conversation_type), identifier(message.conversation_id, ID_LIMIT)
    if kind == DIRECT and member:
        return Place(PLATFORM, f"direct:{member}", GroupKind.DIRECT)
    if kind == GROUP and key and not key.startswith("direct:"):
        return Place(PLATFORM, key, name=label(words(message.conversation_title)))
    return None


def webhook(message: ChatbotMessage) -> Webhook | None:
    """Return where the talk of a message can be answered, if it says so and until when."""
    url, until = words(message.session_webhook), message.session_webhook_expired_time
    if not url or not 0 < until < 2**46:
        return None
    return Webhook(url, datetime.fromtimestamp(until / 1000, UTC))


def without_credentials(text: str) -> str:
    """Return what came over the wire as it may be kept: without the addresses by which one can post."""
    return _CREDENTIALS.sub(r"\1***", text)


def _is_own(message: ChatbotMessage) -> bool:
    return bool(_bot(message)) and identifier(message.sender_id, ID_LIMIT) == _bot(message)


def _bot(message: ChatbotMessage) -> str:
    return identifier(message.chatbot_user_id, ID_LIMIT)


def _mentioned(message: ChatbotMessage) -> dict[str, str]:
    """Return the member keys of all who are mentioned, by encrypted id."""
    users: list[AtUser] = message.at_users
    ids = ((identifier(user.dingtalk_id, ID_LIMIT), user) for user in users)
    return {found or f" {number}": member_key(user.staff_id, found) for number, (found, user) in enumerate(ids)}


def _body(message: ChatbotMessage) -> Raw:
    """Return the content: of texts it stands under `text`, of everything else under `content`."""
    if message.message_type == "text":
        return table(message.text.to_dict())
    return table(message.extensions.get("content"))


def _replied(message: ChatbotMessage) -> tuple[str | None, str | None]:
    """Return which message is replied to, and its words.

    A post of the bot is named by the key that DingTalk gave us for it; anything else by its message id.
    """
    replied = next(filter(None, (table(body.get("repliedMsg")) for body in _bodies(message))), Raw())
    more = message.extensions
    named = (more.get("originalProcessQueryKey"), replied.get("msgId"), more.get("originalMsgId"))
    key = next(filter(None, (identifier(one, ID_LIMIT) for one in named)), None)
    if not replied:
        return key, None
    body = _content.opened(replied.get("content"))
    what = words(replied.get("msgType")) or ("richText" if "richText" in body else "text")
    return key, _content.read(what, body).text or None


def _bodies(message: ChatbotMessage) -> list[Raw]:
    text = message.text.to_dict() if message.text is not None else message.extensions.get("text")
    return [table(text), table(message.extensions.get("content"))]


def _time(value: object, now: datetime) -> tuple[datetime, bool]:
    milliseconds = integer(value)
    if milliseconds is not None and 0 <= milliseconds < 2**46:  # within what a datetime can hold
        at = datetime.fromtimestamp(milliseconds / 1000, UTC)
        if _EARLIEST <= at <= now + _LEEWAY:
            return at, False
    return now, True
