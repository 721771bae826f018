"""What the fake Bot API answers to each method, and what it refuses, in Telegram's words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.platforms.telegram import markup
from tests.platforms.telegram.world import Chat, Raw

if TYPE_CHECKING:
    from tests.platforms.telegram.fake import Fake

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT = 4096, 1024, 64


class RefusalError(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, words: str, **parameters: object) -> None:
        super().__init__(words)
        self.answer = {"ok": False, "error_code": code, "description": words}
        if parameters:
            self.answer["parameters"] = parameters


@dataclass(frozen=True)
class Upload:
    """A file that came along."""

    name: str
    data: bytes


@dataclass
class Post:
    """Something that the bot posted."""

    chat: int
    key: str
    text: str
    form: str
    source: str
    entities: list[Raw] = field(default_factory=list)
    reply_to: int | None = None
    topic: int | None = None
    buttons: list[list[Raw]] = field(default_factory=list)
    file: Upload | None = None


# What each method takes: a name and how it is read; `!` is needed.
WHERE = {
    "chat_id": "int!", "message_thread_id": "int", "parse_mode": "str", "reply_parameters": "json",
    "reply_markup": "json", "disable_notification": "bool", "protect_content": "bool",
}  # fmt: skip
TAKES: dict[str, dict[str, str]] = {
    "getme": {},
    "getupdates": {"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "json"},
    "getwebhookinfo": {},
    "setwebhook": {
        "url": "str!", "secret_token": "str", "allowed_updates": "json", "drop_pending_updates": "bool",
        "max_connections": "int",
    },
    "deletewebhook": {"drop_pending_updates": "bool"},
    "sendmessage": {**WHERE, "text": "str!", "entities": "json", "link_preview_options": "json"},
    "sendphoto": {**WHERE, "photo": "file!", "caption": "str"},
    "senddocument": {**WHERE, "document": "file!", "caption": "str", "disable_content_type_detection": "bool"},
    "editmessagetext": {
        "chat_id": "int!", "message_id": "int!", "text": "str!", "parse_mode": "str", "link_preview_options": "json",
        "reply_markup": "json",
    },
    "getmycommands": {"language_code": "str", "scope": "json"},
    "setmycommands": {"commands": "json!", "language_code": "str", "scope": "json"},
    "getchat": {"chat_id": "int!"},
    "getchatmembercount": {"chat_id": "int!"},
    "createchatinvitelink": {
        "chat_id": "int!", "name": "str", "expire_date": "int", "member_limit": "int", "creates_join_request": "bool",
    },
    "getchatmember": {"chat_id": "int!", "user_id": "int!"},
    "answercallbackquery": {"callback_query_id": "str!", "text": "str", "show_alert": "bool", "cache_time": "int"},
    "getfile": {"file_id": "str!"},
    "close": {}, "logout": {},
}  # fmt: skip


def parameters(method: str, given: Mapping[str, object]) -> dict[str, Any]:
    """Return what a request says, read; stricter than Telegram, which overlooks what it does not know.

    Raises:
        RefusalError: A parameter is unknown, missing, or none of its kind.
    """
    takes, found = TAKES[method], dict[str, Any]()
    for name, value in given.items():
        if name not in takes:
            raise RefusalError(400, f"Bad Request: {method} takes no {name}")
        found[name] = _value(name, takes[name].rstrip("!"), value)
    if missing := [name for name, kind in takes.items() if kind.endswith("!") and name not in found]:
        raise RefusalError(400, f"Bad Request: {missing[0]} is empty")
    return found


def _value(name: str, kind: str, value: object) -> object:
    if kind == "file" or (kind == "str" and isinstance(value, str)):
        return value
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    fits = {"int": isinstance(read, int) and not isinstance(read, bool), "bool": isinstance(read, bool), "json": True}
    if not fits.get(kind) or read is None:
        raise RefusalError(400, f"Bad Request: can't parse {name}")
    return read


# -- who and where -----------------------------------------------------------------------------------------------------


async def get_me(fake: Fake, _: Raw) -> Raw:
    fake.connects += 1
    fake.tell(connects=fake.connects)
    abilities = {"can_join_groups": fake.joins, "supports_inline_queries": False, "has_main_web_app": False}
    return {
        **fake.world.me,
        **abilities,
        "can_connect_to_business": False,
        "can_read_all_group_messages": not fake.private,
    }


async def get_chat(fake: Fake, given: Raw) -> Raw:
    return fake.world.full(_chat(fake, given["chat_id"]).id)


async def get_chat_member_count(fake: Fake, given: Raw) -> int:
    statuses = _chat(fake, given["chat_id"]).statuses.values()
    return sum(status not in {"left", "kicked"} for status in statuses)


async def get_chat_member(fake: Fake, given: Raw) -> Raw:
    chat = _known(fake, given["chat_id"])
    if chat.moved_to:
        raise _upgraded(chat)
    return fake.world.membership(chat.id, given["user_id"])


async def create_chat_invite_link(fake: Fake, given: Raw) -> Raw:
    chat = _chat(fake, given["chat_id"])
    if chat.type == "private" or chat.statuses.get(fake.world.me["id"]) != "administrator":
        raise RefusalError(400, "Bad Request: not enough rights to manage chat invite link")
    if not 1 <= given.get("member_limit", 1) <= 99999:
        raise RefusalError(400, "Bad Request: MEMBER_LIMIT_INVALID")
    fake.links += 1
    limits = {key: given[key] for key in ("expire_date", "member_limit") if key in given}
    flags = dict.fromkeys(("creates_join_request", "is_primary", "is_revoked"), False)
    return {"invite_link": f"https://t.me/+{fake.links:016d}", "creator": fake.world.me, **flags, **limits}


async def get_my_commands(fake: Fake, given: Raw) -> list[Raw]:
    return fake.commands.get(given.get("language_code", ""), [])


async def set_my_commands(fake: Fake, given: Raw) -> bool:
    for command in given["commands"]:
        name, text = command.get("command", ""), command.get("description", "")
        if not name.isascii() or not name.replace("_", "").isalnum() or name != name.lower() or len(name) > 32:
            raise RefusalError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(text) <= 256:
            raise RefusalError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    fake.commands[given.get("language_code", "")] = given["commands"]
    return True


async def answer_callback_query(fake: Fake, given: Raw) -> bool:
    if given["callback_query_id"] not in fake.queries:
        raise RefusalError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    fake.queries[given["callback_query_id"]] = True
    return True


async def get_file(fake: Fake, given: Raw) -> Raw:
    return {"file_id": given["file_id"], "file_unique_id": given["file_id"], "file_path": "photos/file_1.jpg"}


# -- posts -------------------------------------------------------------------------------------------------------------


async def send_message(fake: Fake, given: Raw) -> Raw:
    shown = _shown(given.get("text", ""), given, TEXT_LIMIT, "message is too long")
    if not shown.text.strip():
        raise RefusalError(400, "Bad Request: message text is empty")
    form = "html" if given.get("parse_mode", "").upper() == "HTML" else "text"
    content = {"text": shown.text} | ({"entities": shown.entities} if shown.entities else {})
    return _posted(fake, given, Post(0, "", shown.text, form, given["text"], shown.entities), **content)


async def send_photo(fake: Fake, given: Raw) -> Raw:
    photo = given["photo"]
    if not isinstance(photo, Upload) or not photo.data.startswith((b"\x89PNG", b"\xff\xd8")):
        raise RefusalError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    size = {"file_id": "p1", "file_unique_id": "p1", "width": 1, "height": 1}
    return _sent_file(fake, given, "picture", photo, photo=[size])


async def send_document(fake: Fake, given: Raw) -> Raw:
    document = given["document"]
    if not isinstance(document, Upload) or not document.data:
        raise RefusalError(400, "Bad Request: file must be non-empty")
    about = {"file_id": "d1", "file_unique_id": "d1", "file_name": document.name}
    return _sent_file(fake, given, "file", document, document=about)


async def edit_message_text(fake: Fake, given: Raw) -> Raw:
    message = fake.world.messages.get((given["chat_id"], given["message_id"]))
    if message is None or message.get("from", {}).get("id") != fake.world.me["id"]:
        raise RefusalError(400, "Bad Request: message can't be edited")
    message |= {"text": _shown(given["text"], given, TEXT_LIMIT, "message is too long").text}
    return message


def _sent_file(fake: Fake, given: Raw, form: str, upload: Upload, **content: object) -> Raw:
    source = given.get("caption", "")
    shown = _shown(source, given, CAPTION_LIMIT, "message caption is too long")
    post = Post(0, "", shown.text, form, source, shown.entities, file=upload)
    return _posted(fake, given, post, caption=shown.text, **content)


def _posted(fake: Fake, given: Raw, post: Post, **content: object) -> Raw:
    chat = _chat(fake, given["chat_id"])
    _check_topic(chat, given.get("message_thread_id"))
    post.chat, post.buttons = chat.id, _keyboard(given)
    replied = _replied(fake, chat, given)
    if replied:
        content["reply_to_message"] = fake.world.replied(chat.id, replied)
        post.reply_to = replied
    topic = given.get("message_thread_id") or fake.world.messages.get((chat.id, replied or 0), {}).get(
        "message_thread_id"
    )
    if topic and chat.is_forum:
        content |= {"message_thread_id": topic, "is_topic_message": True}
        post.topic = topic
    raw = fake.world.message(chat.id, fake.world.me, **content)
    post.key = str(raw["message_id"])
    fake.posted(post)
    return raw


def _shown(source: str, given: Raw, limit: int, too_long: str) -> markup.Shown:
    try:
        shown = markup.read(source) if given.get("parse_mode", "").upper() == "HTML" else markup.Shown(source)
    except markup.MarkupError as error:
        raise RefusalError(400, f"Bad Request: can't parse entities: {error}") from error
    if markup.units(shown.text) > limit:
        raise RefusalError(400, f"Bad Request: {too_long}")
    return shown


def _replied(fake: Fake, chat: Chat, given: Raw) -> int | None:
    reply = given.get("reply_parameters")
    if not reply:
        return None
    if (chat.id, reply["message_id"]) in fake.world.messages or fake.amnesiac:
        return int(reply["message_id"])
    if reply.get("allow_sending_without_reply") is not True:
        raise RefusalError(400, "Bad Request: message to be replied not found")
    return None


def _keyboard(given: Raw) -> list[list[Raw]]:
    rows: list[list[Raw]] = (given.get("reply_markup") or {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not 1 <= len(button.get("callback_data", "").encode()) <= BUTTON_LIMIT or not button.get("text"):
            raise RefusalError(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def _check_topic(chat: Chat, topic: int | None) -> None:
    if topic in chat.gone or (topic and not chat.is_forum):
        raise RefusalError(400, "Bad Request: message thread not found")
    if topic in chat.closed:
        raise RefusalError(400, "Bad Request: TOPIC_CLOSED")


def _known(fake: Fake, number: int) -> Chat:
    if number not in fake.world.chats and number not in fake.world.members:
        raise RefusalError(400, "Bad Request: chat not found")
    return fake.world.chat(number)


def _chat(fake: Fake, number: int) -> Chat:
    chat = _known(fake, number)
    if chat.moved_to:
        raise _upgraded(chat)
    if chat.statuses.get(fake.world.me["id"]) in {"kicked", "left"}:
        blocked = "bot was blocked by the user" if chat.type == "private" else "bot was kicked from the supergroup chat"
        raise RefusalError(403, f"Forbidden: {blocked}")
    return chat


def _upgraded(chat: Chat) -> RefusalError:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    return RefusalError(400, words, migrate_to_chat_id=chat.moved_to)


Method = Callable[["Fake", Raw], Awaitable[Any]]
METHODS: dict[str, Method] = {
    "getme": get_me,
    "getchat": get_chat,
    "getchatmembercount": get_chat_member_count,
    "getchatmember": get_chat_member,
    "createchatinvitelink": create_chat_invite_link,
    "getmycommands": get_my_commands,
    "setmycommands": set_my_commands,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
}
