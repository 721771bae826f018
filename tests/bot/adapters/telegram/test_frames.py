"""From updates to frames: a table of what Telegram sends, and what somebody hostile might."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters._parse import Odd
from bot.adapters.telegram._frames import NOTHING, Read, message_key, message_number, to_frames
from bot.adapters.telegram._life import read_all
from storage.frames import Echo, Edit, Frame, GroupKind, Joined, Kind, Left, Message, Place, Press, decode, encode
from tests.bot.adapters.telegram.updates import (
    ANONYMOUS,
    AT,
    BOT,
    CHANNEL,
    CHANNEL_BOT,
    DATE,
    FAN,
    FORUM,
    GROUP,
    ME,
    NOW,
    OTHER_BOT,
    PLAIN,
    PLAIN_GROUP,
    PRIVATE,
    SERVICE,
    SUPER,
    TANG,
    changed,
    frame_of,
    message,
    message_of,
    read,
    update,
)

PLACE = Place("telegram", str(SUPER), name="PG 交流群")
calmly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def test_a_group_message() -> None:
    assert frame_of(update()) == Frame(f"m:{SUPER}:42", PLACE, AT, Message("42", AT, "20001", "老樊 DBA", "在吗"))


def test_a_direct_message_and_the_start_of_a_talk() -> None:
    frame = frame_of(update(chat=PRIVATE))
    assert frame.place == Place("telegram", "direct:20001", GroupKind.DIRECT, "老樊 DBA")
    assert message_of(chat=PRIVATE, text="/start").text == "/help"
    assert message_of(chat=PRIVATE, text="/start deep-link").text == "/help"
    assert message_of(chat=PRIVATE, text="/starting").text == "/starting"
    assert message_of(text="/start").text == "/start"


def test_the_messages_of_a_plain_group_are_marked_because_they_are_counted_anew_after_a_move() -> None:
    assert message_of(chat=PLAIN_GROUP).key == "g42"
    assert frame_of(update(chat=PLAIN_GROUP)).key == f"m:{PLAIN}:42"
    assert [message_key(str(SUPER), "42"), message_key("direct:5", "42")] == ["42", "42"]
    assert (
        message_number(str(PLAIN), "g42") == message_number(str(SUPER), "42") == message_number("direct:5", "42") == 42
    )
    assert message_number(str(SUPER), "g42") is None
    assert message_number(str(PLAIN), "42") is None
    assert message_number(str(SUPER), "seq:x") is None


@pytest.mark.parametrize("which", ["migrate_to_chat_id", "migrate_from_chat_id"])
def test_a_group_that_becomes_a_supergroup(which: str) -> None:
    to = which == "migrate_to_chat_id"
    chat, other = (PLAIN_GROUP, SUPER) if to else (GROUP, PLAIN)
    moved = read(update(chat=chat, text=..., **{which: other})).moved
    assert moved is not None
    assert (moved[0].key, moved[1].key) == (str(PLAIN), str(SUPER))
    assert read(update(chat=chat, text=..., **{which: other})).frames == ()


# -- who ---------------------------------------------------------------------------------------------------------------

ORIGIN = {"type": "user", "sender_user": TANG, "date": DATE - 60}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sender": OTHER_BOT}, {"member": "555", "name": "Rose", "flags": ("bot",)}),
        ({"sender": {"id": 20003, "first_name": "管理员"}}, {"member": "20003", "name": "管理员", "flags": ()}),
        ({"sender": {"id": 20003, "username": "only"}}, {"name": "only"}),
        ({"sender": {"id": 2**70}}, {"member": str(2**70), "name": ""}),
        ({"sender": {"id": -3, "first_name": None}}, {"member": "-3", "name": ""}),
        ({"sender": ...}, {"member": "", "name": ""}),
        ({"sender": "admin"}, {"member": ""}),
        (
            {"sender": {"id": 1, "first_name": "<b>x</b>\n\u202e", "last_name": "\0\udc00"}},
            {"name": "<b>x</b> \u202e \ufffd"},
        ),
        # An anonymous admin is the group itself; nobody knows which person.
        (
            {"sender": ANONYMOUS, "sender_chat": GROUP, "author_signature": "群主"},
            {"member": str(SUPER), "name": "群主", "flags": ("anonymous",)},
        ),
        ({"sender": ANONYMOUS}, {"member": "1087968824", "flags": ("anonymous",)}),
        # Somebody speaks as a channel.
        (
            {"sender": CHANNEL_BOT, "sender_chat": CHANNEL},
            {"member": str(CHANNEL["id"]), "name": "PG 公告", "flags": ("anonymous",)},
        ),
        ({"sender": ..., "sender_chat": CHANNEL}, {"member": str(CHANNEL["id"]), "flags": ("anonymous",)}),
        # A post of the linked channel comes by itself.
        (
            {
                "sender": SERVICE,
                "sender_chat": CHANNEL,
                "is_automatic_forward": True,
                "forward_origin": {"type": "channel"},
            },
            {"member": str(CHANNEL["id"]), "flags": ("anonymous", "forwarded"), "kind": Kind.FORWARD},
        ),
        ({"sender": SERVICE}, {"flags": ("anonymous",)}),
        ({"forward_origin": ORIGIN, "text": "/digest now"}, {"flags": ("forwarded",), "kind": Kind.FORWARD}),
        ({"forward_sender_name": "谁"}, {"flags": ("forwarded",)}),
        ({"via_bot": OTHER_BOT}, {"member": "20001", "flags": ()}),
    ],
)
def test_who(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    found = message_of(**changes)
    assert {key: getattr(found, key) for key in expected} == expected


def test_our_own_message_is_an_echo() -> None:
    assert frame_of(update(sender=BOT)).content == Echo("42", "在吗")


# -- replies and topics ------------------------------------------------------------------------------------------------

ROOT = {"message_id": 7, "chat": FORUM, "date": DATE, "forum_topic_created": {"name": "安装", "icon_color": 1}}


@pytest.mark.parametrize(
    ("changes", "reply_to", "quote"),
    [
        ({"reply_to_message": message(message_id=41, sender=TANG)}, "41", None),
        ({"reply_to_message": message(message_id=41, sender=BOT)}, "41", None),
        (
            {"reply_to_message": message(message_id=41), "quote": {"text": "restart_lsn\0", "position": 3}},
            "41",
            "restart_lsn",
        ),
        ({"external_reply": {"origin": ORIGIN}, "quote": {"text": "别处说的", "position": 0}}, None, "别处说的"),
        ({"reply_to_message": {"message_id": 41}}, "41", None),
        ({"reply_to_message": message(message_id=41, chat={"id": -1005, "type": "supergroup"})}, None, None),
        ({"reply_to_message": message(message_id=41, chat=PLAIN_GROUP)}, "g41", None),
        ({"chat": PLAIN_GROUP, "reply_to_message": message(message_id=41, chat=PLAIN_GROUP)}, "g41", None),
        ({"chat": PRIVATE, "reply_to_message": message(message_id=41, chat=PRIVATE, sender=BOT)}, "41", None),
        ({"reply_to_message": message(message_id=42)}, "42", None),
        ({"reply_to_message": {"message_id": {"x": 1}}}, None, None),
        ({"reply_to_message": "x", "quote": "y"}, None, None),
        # In a topic what replies to nothing replies to the line that opened it.
        ({"chat": FORUM, "is_topic_message": True, "message_thread_id": 7, "reply_to_message": ROOT}, None, None),
        (
            {"chat": FORUM, "is_topic_message": True, "message_thread_id": 7, "reply_to_message": {"message_id": 7}},
            None,
            None,
        ),
        (
            {
                "chat": FORUM,
                "is_topic_message": True,
                "message_thread_id": 7,
                "reply_to_message": message(message_id=9),
            },
            "9",
            None,
        ),
        # Outside of a forum a thread is what hangs on one message, and that can be replied to.
        ({"message_thread_id": 7, "reply_to_message": message(message_id=7)}, "7", None),
    ],
)
def test_replies(changes: dict[str, Any], reply_to: str | None, quote: str | None) -> None:
    found = message_of(**changes)
    assert (found.reply_to, found.quote) == (reply_to, quote)


def test_the_topic_of_a_message_is_told() -> None:
    assert read(update(chat=FORUM, is_topic_message=True, message_thread_id=7)).topic == 7
    assert read(update(message_thread_id=7)).topic is None


# -- edits, presses ----------------------------------------------------------------------------------------------------


def test_an_edit() -> None:
    frame = frame_of(update("edited_message", text="改过了", edit_date=DATE + 30))
    assert frame.content == Edit("42", "改过了")
    assert (frame.key, frame.at.timestamp()) == (f"e:{SUPER}:42:{DATE + 30}:9001", DATE + 30)


def test_two_edits_in_one_second_are_two_and_one_that_is_told_twice_is_one() -> None:
    first = update("edited_message", text="一", edit_date=DATE)
    second = {**update("edited_message", text="二", edit_date=DATE), "update_id": 9002}
    assert frame_of(first).key == frame_of(json.loads(json.dumps(first))).key != frame_of(second).key


@pytest.mark.parametrize("changes", [{"location": {}, "text": ...}, {"sender": BOT}, {"chat": CHANNEL}])
def test_no_edits(changes: dict[str, Any]) -> None:
    assert read(update("edited_message", edit_date=DATE, **changes)) == NOTHING


def pressed(**changes: Any) -> dict[str, Any]:
    query = {"id": "77", "from": TANG, "message": message(sender=BOT), "chat_instance": "1", "data": "/solved 1024"}
    return {"update_id": 9003, "callback_query": {key: v for key, v in (query | changes).items() if v is not ...}}


def test_a_press() -> None:
    found = read(pressed())
    assert found.query == "77"
    assert found.frames == (Frame("p:77", PLACE, NOW, Press("42", "20002", "阿棠", "/solved 1024")),)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": ...},
        {"data": ["/solved"]},
        {"message": ..., "inline_message_id": "x"},
        {"message": message(chat=CHANNEL)},
        {"from": ...},
        {"message": message(message_id=...)},
    ],
)
def test_a_press_of_nothing_is_answered_and_that_is_all(changes: dict[str, Any]) -> None:
    assert read(pressed(**changes)) == Read(query="77")


def test_a_press_has_the_time_of_what_came_next() -> None:
    reads = read_all([update(), pressed(), update(date=DATE + 5, message_id=43), pressed(id="78")], ME, NOW)
    times = [frame.at for found in reads if isinstance(found, Read) for frame in found.frames]
    assert [int(at.timestamp()) for at in times] == [DATE, DATE + 5, DATE + 5, int(NOW.timestamp())]


# -- who comes and goes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "contents"),
    [
        (update(text=..., new_chat_members=[FAN]), [Joined("20001", "老樊 DBA")]),
        (update(text=..., sender=TANG, new_chat_members=[FAN]), [Joined("20001", "老樊 DBA", by="20002")]),
        (update(text=..., sender=ANONYMOUS, new_chat_members=[FAN]), [Joined("20001", "老樊 DBA")]),
        (
            update(text=..., sender=TANG, new_chat_members=[FAN, OTHER_BOT, BOT]),
            [Joined("20001", "老樊 DBA", by="20002"), Joined("700700700", "小象", by="20002", is_bot=True)],
        ),
        (update(text=..., left_chat_member=FAN), [Left("20001")]),
        (update(text=..., left_chat_member=BOT), [Left("700700700", is_bot=True)]),
        (update(text=..., new_chat_members=[{"id": None}, 7, "x"]), []),
        (update(text=..., new_chat_members="x"), []),
        (changed("chat_member", FAN, "left", "member"), [Joined("20001", "老樊 DBA")]),
        (changed("chat_member", FAN, "left", "member", **{"from": TANG}), [Joined("20001", "老樊 DBA", by="20002")]),
        (changed("chat_member", FAN, "kicked", "restricted", new={"is_member": True}), [Joined("20001", "老樊 DBA")]),
        (changed("chat_member", FAN, "member", "restricted", new={"is_member": True}), []),
        (changed("chat_member", FAN, "member", "restricted", new={"is_member": False}), [Left("20001")]),
        (changed("chat_member", FAN, "member", "administrator"), []),
        (changed("chat_member", FAN, "creator", "kicked"), [Left("20001")]),
        (changed("chat_member", FAN, "left", "kicked"), []),
        (changed("chat_member", OTHER_BOT, "left", "member"), []),
        (changed("chat_member", FAN, "left", "member", chat=CHANNEL), []),
        (changed("my_chat_member", BOT, "member", "kicked", chat=PRIVATE), []),
    ],
)
def test_moves(raw: dict[str, Any], contents: list[object]) -> None:
    assert [frame.content for frame in read(raw).frames] == contents


def test_the_line_of_the_group_and_the_change_of_membership_are_one() -> None:
    line, change = update(text=..., new_chat_members=[FAN]), changed("chat_member", FAN, "left", "member")
    assert frame_of(line).key == frame_of(change).key == f"j:{SUPER}:20001:{DATE}"


@pytest.mark.parametrize(
    ("before", "after", "content", "admin"),
    [
        ("left", "member", Joined("700700700", "小象", by="20002", is_bot=True), False),
        ("left", "administrator", Joined("700700700", "小象", by="20002", is_bot=True), True),
        ("member", "administrator", None, True),
        ("administrator", "member", None, False),
        ("member", "kicked", Left("700700700", is_bot=True), None),
    ],
)
def test_what_becomes_of_the_bot(before: str, after: str, content: object, admin: bool | None) -> None:
    found = read(changed("my_chat_member", BOT, before, after, **{"from": TANG}))
    assert [frame.content for frame in found.frames] == ([] if content is None else [content])
    assert found.sight == (None if admin is None else (PLACE, admin))


# -- what is passed over, and what is odd ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        update("channel_post", chat=CHANNEL),
        update(chat=CHANNEL),
        {"update_id": 1, "message_reaction": {}},
        {"update_id": 1, "poll": {"id": "1"}},
        *[
            update(text=..., **{key: value})
            for key, value in {
                "pinned_message": message(),
                "new_chat_title": "新名字",
                "forum_topic_created": {"name": "安装"},
                "forum_topic_closed": {},
                "supergroup_chat_created": True,
                "video_chat_started": {},
                "message_auto_delete_timer_changed": {"message_auto_delete_time": 1},
            }.items()
        ],
    ],
)
def test_what_is_of_no_concern(raw: dict[str, Any]) -> None:
    assert read(raw) == NOTHING


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"update_id": 1, "teleportation": {}}, "unknown update teleportation"),
        ({"update_id": 1}, "without anything"),
        ({}, "without anything"),
        ({"update_id": 1, "x" * 99: 1}, "unknown update " + "x" * 40),
        (update(message_id=...), "without a place or an id"),
        (update(message_id="9" * 65), "without a place or an id"),
        (update(chat=...), "without a place or an id"),
        (update(chat={"id": 5, "type": "cellar"}), "without a place or an id"),
        (update(chat={"id": {"a": 1}, "type": "group"}), "without a place or an id"),
        ({"update_id": 1, "message": None}, "without a place or an id"),
        ({"update_id": 1, "message": [1]}, "without a place or an id"),
        ({"update_id": 1, "callback_query": {}}, "without an id"),
    ],
)
def test_what_cannot_be_read_says_why(raw: dict[str, Any], why: str) -> None:
    odd = to_frames(raw, ME, NOW)
    assert isinstance(odd, Odd)
    assert why in odd.why


@pytest.mark.parametrize("date", [-1, 0, 2**60, DATE * 1000, None, "x", True, [], 1e300, float("inf")])
def test_a_time_that_cannot_be_true(date: object) -> None:
    found = message_of(date=date)
    assert (found.at, found.flags) == (NOW, ("time_suspect",))


def test_the_same_words_in_one_second_are_three_messages() -> None:
    assert len({frame_of(update(text="1", message_id=number)).key for number in (1, 2, 3)}) == 3


# -- anything at all ---------------------------------------------------------------------------------------------------

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["\ud83d", "a\0b", "member", "left", "private", SUPER, 700700700])
)  # fmt: skip
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
BASES = [
    update(entities=[{"type": "mention", "offset": 0, "length": 2}], reply_to_message=message()),
    update("edited_message", edit_date=DATE, caption="x", photo=[{}]),
    update(text=..., new_chat_members=[FAN]),
    update(text=..., migrate_to_chat_id=SUPER, chat=PLAIN_GROUP),
    changed("my_chat_member", BOT, "left", "member"),
    pressed(),
]


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """Return an update with some of its parts replaced, at any depth."""
    raw: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(BASES))))
    for _ in range(draw(st.integers(1, 4))):
        holder: Any = raw
        while True:
            key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
            inner = holder[key]
            if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
                holder[key] = draw(JUNK)
                break
            holder = inner
        if not raw:
            break
    return raw


@calmly
@given(broken())
def test_no_change_of_an_update_raises(raw: dict[str, Any]) -> None:
    found = to_frames(raw, ME, NOW)
    if isinstance(found, Read):
        for frame in found.frames:
            assert decode(encode(frame)) == frame
