"""From what the gateway tells to frames: a table of real payload shapes, and what hostile members make of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters._parse import Odd
from bot.adapters.wechat._frames import moment, to_frames
from storage.frames import (
    TEXT_LIMIT,
    Echo,
    Frame,
    GroupKind,
    Joined,
    Kind,
    Left,
    Message,
    Place,
    Recall,
    decode,
    encode,
)

calmly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

ME = "wxid_xiaoxiang"
ROOM = "27015123@chatroom"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AT = datetime(2026, 11, 23, 0, 59, 0, 250_000, tzinfo=UTC)
BAR = "- - - - - - - - - - - - - - -"
IMAGE_XML = '<?xml version="1.0"?><msg><img aeskey="0123" cdnthumbaeskey="0123" length="48213"/></msg>'


def raw(**changes: Any) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": "1032489714558245012",
        "type": 7,
        "text": "在吗",
        "filename": "",
        "timestamp": int(AT.timestamp() * 1000),
        "from_id": "wxid_laofan",
        "room_id": ROOM,
        "to_id": "",
        "mention_ids": [],
        "name": "樊",
        "service": False,
        "topic": "PG 交流 3 群",
        "alias": "成都-老樊-DBA",
    }
    message |= changes
    return {key: value for key, value in message.items() if value is not ...}


def frame_of(**changes: Any) -> Frame:
    frames = to_frames({"on": "message", "message": raw(**changes)}, ME, NOW)
    assert isinstance(frames, list), frames
    (frame,) = frames
    assert decode(encode(frame)) == frame
    return frame


def message_of(**changes: Any) -> Message:
    content = frame_of(**changes).content
    assert isinstance(content, Message)
    return content


def test_a_message() -> None:
    place = Place("wechat", ROOM, name="PG 交流 3 群")
    message = Message("1032489714558245012", AT, "wxid_laofan", "成都-老樊-DBA", "在吗")
    assert frame_of() == Frame(f"m:{ROOM}:1032489714558245012", place, AT, message)


@pytest.mark.parametrize(
    ("changes", "want"),
    [
        # who and where
        ({"alias": ""}, {"name": "樊"}),
        ({"alias": "", "name": ""}, {"name": ""}),
        ({"from_id": "gh_0123456789ab"}, {"flags": ("bot",)}),
        ({"service": True}, {"flags": ("bot",)}),
        ({"from_id": "25984981234@openim"}, {"member": "25984981234@openim", "flags": ()}),
        ({"from_id": "@a1b2" + "c" * 60}, {"member": "@a1b2" + "c" * 60, "flags": ("unstable",)}),
        ({"from_id": ROOM}, {"member": "", "kind": Kind.SYSTEM}),
        ({"from_id": ""}, {"member": "", "kind": Kind.SYSTEM}),
        # kinds
        ({"type": 1, "text": "<msg/>", "filename": "慢查询.log"}, {"kind": Kind.FILE, "text": "[文件] 慢查询.log"}),
        ({"type": 2, "text": ""}, {"kind": Kind.VOICE, "text": "[语音]"}),
        ({"type": 3, "text": "<msg/>"}, {"kind": Kind.LINK, "text": "[名片]"}),
        ({"type": 4, "text": "<msg/>"}, {"kind": Kind.FORWARD, "text": "[聊天记录]", "flags": ("forwarded",)}),
        ({"type": 5, "text": "<emoji/>"}, {"kind": Kind.STICKER, "text": "[动画表情]"}),
        ({"type": 6, "text": IMAGE_XML}, {"kind": Kind.IMAGE, "text": "[图片]"}),
        ({"type": 8}, {"kind": Kind.LINK, "text": "[位置]"}),
        ({"type": 9, "title": "在线文档"}, {"kind": Kind.LINK, "text": "[小程序] 在线文档"}),
        ({"type": 10, "text": "1. 老樊\n2. 阿棠"}, {"kind": Kind.OTHER, "text": "[接龙] 1. 老樊 2. 阿棠"}),
        ({"type": 10, "text": "<msg/>"}, {"kind": Kind.OTHER, "text": "[接龙]"}),
        ({"type": 11}, {"kind": Kind.OTHER, "text": "[转账]"}),
        ({"type": 12}, {"kind": Kind.OTHER, "text": "[红包]"}),
        ({"type": 14, "title": "五道坎", "text": "<msg/>"}, {"kind": Kind.LINK, "text": "[链接] 五道坎"}),
        ({"type": 15}, {"kind": Kind.VIDEO, "text": "[视频]"}),
        ({"type": 0, "text": "<sysmsg/>"}, {"kind": Kind.OTHER, "text": "[unsupported:none]"}),
        ({"type": 99}, {"kind": Kind.OTHER, "text": "[unsupported:99]"}),
        ({"type": "?"}, {"kind": Kind.OTHER, "text": "[unsupported:none]"}),
        # mentions
        (
            {"text": "@小象\u2005能删吗", "mention_ids": [ME], "own_names": ["", "小象"]},
            {"text": "能删吗", "to_bot": True, "mentions": ()},
        ),
        (
            {"text": "@小象\u2005@阿棠\u2005看看", "mention_ids": [ME, "wxid_at", "wxid_at"], "own_names": ["小象"]},
            {"text": "@阿棠 看看", "to_bot": True, "mentions": ("wxid_at",)},
        ),
        (
            {"text": "@象在此\u2005能删吗", "mention_ids": [ME], "own_names": ["象在此", "小象"]},
            {"text": "能删吗", "to_bot": True},
        ),
        ({"text": "@小象\u2005能删吗"}, {"text": "@小象 能删吗", "to_bot": False}),  # names are no authority
        (
            {"text": "@所有人\u2005升级了", "mention_ids": ["notify@all"]},
            {"text": "@所有人 升级了", "to_bot": False, "mentions": ()},
        ),
        (
            {"text": "@所有人\u2005升级了", "mention_ids": [ME, "wxid_at"], "own_names": ["小象"]},
            {"text": "@所有人 升级了", "to_bot": False, "mentions": ("wxid_at",)},
        ),
        ({"type": 6, "mention_ids": [ME]}, {"to_bot": False, "mentions": ()}),
        # quotations
        ({"text": f"「阿棠：在吗」\n{BAR}\n在"}, {"text": "在", "quote": "在吗", "reply_to": None}),
        (
            {"text": f"「阿棠：x」\n{BAR}\n@小象\u2005对吗", "mention_ids": [ME], "own_names": ["小象"]},
            {"text": "对吗", "quote": "x", "to_bot": True},
        ),
        ({"text": "「PG：数据库」\n是什么"}, {"text": "「PG：数据库」\n是什么", "quote": None}),
        # hostile
        ({"text": "a\0b"}, {"text": "ab"}),
        ({"text": "\ud83d", "alias": "\udc00"}, {"text": "\ufffd", "name": "\ufffd"}),
        ({"text": "长" * 30_000}, {"text": "长" * TEXT_LIMIT, "flags": ("cut",)}),
        ({"text": "\u202egnol \u200b"}, {"text": "\u202egnol \u200b"}),
        ({"text": "[CQ:at,qq=all] <b>@所有人</b>"}, {"text": "[CQ:at,qq=all] <b>@所有人</b>"}),
        ({"text": "{{7*7}} ${jndi:ldap://x} %(x)s {0.__class__}"}, {"kind": Kind.TEXT}),
        ({"alias": "管理员\n群主"}, {"name": "管理员 群主"}),
        ({"alias": "<b>](http://x)"}, {"name": "<b>](http://x)"}),
        (
            {"type": 1, "filename": "../../../../etc/passwd\0"},
            {"text": "[文件] ../../../../etc/passwd"},
        ),
        ({"type": 1, "filename": "C:\\win.ini" + "x" * 400}, {"text": ("[文件] C:\\win.ini" + "x" * 400)[:205]}),
        ({"text": None}, {"text": ""}),
        ({"text": {"a": 1}}, {"text": ""}),
        ({"mention_ids": "all", "text": "x"}, {"mentions": ()}),
        ({"mention_ids": [None, {}, "a b", "x" * 101, "wxid_a"]}, {"mentions": ("wxid_a",)}),
        ({"mention_ids": [f"wxid_{n}" for n in range(5000)]}, {"mentions": tuple(f"wxid_{n}" for n in range(100))}),
        ({"timestamp": -1}, {"at": NOW, "flags": ("time_suspect",)}),
        ({"timestamp": 2**60}, {"at": NOW, "flags": ("time_suspect",)}),
        ({"timestamp": 0}, {"at": NOW, "flags": ("time_suspect",)}),
        ({"timestamp": "?"}, {"at": NOW, "flags": ("time_suspect",)}),
        ({"timestamp": float("inf")}, {"at": NOW, "flags": ("time_suspect",)}),
        ({"timestamp": int(AT.timestamp())}, {"at": AT.replace(microsecond=0), "flags": ()}),
        ({"id": str(2**70)}, {"key": str(2**70)}),
        ({"id": 2**70}, {"key": str(2**70)}),
    ],
)
def test_messages(changes: dict[str, Any], want: dict[str, Any]) -> None:
    message = message_of(**changes)
    assert {key: getattr(message, key) for key in want} == want


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"room_id": "", "to_id": ME}, Place("wechat", "direct:wxid_laofan", GroupKind.DIRECT)),
        ({"topic": ...}, Place("wechat", ROOM)),
        ({"topic": "\u202e群\n名\0"}, Place("wechat", ROOM, name="\u202e群 名")),
        ({"room_id": "@@" + "a" * 64}, Place("wechat", "@@" + "a" * 64, name="PG 交流 3 群")),
    ],
)
def test_places(changes: dict[str, Any], place: Place) -> None:
    assert frame_of(**changes).place == place


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": ""}, "without an id"),
        ({"id": None}, "without an id"),
        ({"id": "x" * 101}, "without an id"),
        ({"id": "群"}, "without an id"),
        ({"room_id": "", "from_id": ""}, "without a place"),
        ({"room_id": {"a": 1}, "from_id": None}, "without a place"),
        ({"type": 16}, "a post"),
        ({"type": 13, "text": ""}, "names no message"),
        ({"type": 13, "text": "<sysmsg>群</sysmsg>"}, "names no message"),
    ],
)
def test_what_cannot_be_read_says_why(changes: dict[str, Any], why: str) -> None:
    odd = to_frames({"on": "message", "message": raw(**changes)}, ME, NOW)
    assert isinstance(odd, Odd)
    assert why in odd.why


def test_what_services_say_in_private_is_of_no_concern() -> None:
    assert to_frames({"on": "message", "message": raw(room_id="", from_id="weixin")}, ME, NOW) == []


def test_a_quotation_of_a_known_message_is_a_reply() -> None:
    def find(group: str, name: str, words: str) -> str | None:
        return "77" if (group, name, words) == (ROOM, "阿棠", "在吗") else None

    for bar in (f"\n{BAR}", ""):
        told = {"on": "message", "message": raw(text=f"「阿棠：在吗」{bar}\n在")}
        frames = to_frames(told, ME, NOW, find)
        assert isinstance(frames, list)
        message = frames[0].content
        assert isinstance(message, Message)
        assert (message.text, message.quote, message.reply_to) == ("在", "在吗", "77")


@pytest.mark.parametrize(
    ("changes", "content"),
    [
        ({"text": "@阿棠\u2005好的\n(1/2)"}, Echo("1032489714558245012", "@阿棠\u2005好的")),
        ({"type": 6, "text": IMAGE_XML}, Echo("1032489714558245012", "")),
        ({"type": 13, "text": "1032489714558245011"}, Recall("1032489714558245011", ME)),
    ],
)
def test_what_we_did_ourselves(changes: dict[str, Any], content: object) -> None:
    assert frame_of(from_id=ME, **changes).content == content


def test_our_own_words_in_private_are_said_to_the_other() -> None:
    frame = frame_of(from_id=ME, room_id="", to_id="wxid_at")
    assert frame.place == Place("wechat", "direct:wxid_at", GroupKind.DIRECT)


@pytest.mark.parametrize(
    "text",
    [
        "1032489714558245011",
        "<sysmsg><revokemsg><msgid>12</msgid><newmsgid>1032489714558245011</newmsgid></revokemsg></sysmsg>",
        "<sysmsg><MsgId> 1032489714558245011 </MsgId></sysmsg>",
    ],
)
def test_recalls(text: str) -> None:
    frame = frame_of(type=13, text=text)
    assert frame.content == Recall("1032489714558245011", "wxid_laofan")
    assert frame.key == f"r:{ROOM}:1032489714558245011"


def moves(on: str, names: Any = None, **happened: Any) -> list[Frame] | Odd:
    base = {"roomId": ROOM, "timestamp": int(AT.timestamp() * 1000)}
    return to_frames({"on": on, "happened": base | happened, "topic": "PG", "names": names or {}}, ME, NOW)


def test_joins_and_leaves() -> None:
    stamp = int(AT.timestamp() * 1000)
    place = Place("wechat", ROOM, name="PG")
    names = {"wxid_new": "新\n人"}
    assert moves("room-join", names, inviteeIdList=["wxid_new", "wxid_new", ME], inviterId="wxid_at") == [
        Frame(f"j:{ROOM}:wxid_new:{stamp}", place, AT, Joined("wxid_new", "新 人", "wxid_at")),
        Frame(f"j:{ROOM}:{ME}:{stamp}", place, AT, Joined(ME, "", "wxid_at", is_bot=True)),
    ]
    assert moves("room-join", inviteeIdList=["wxid_at"], inviterId="wxid_at") == [
        Frame(f"j:{ROOM}:wxid_at:{stamp}", place, AT, Joined("wxid_at"))
    ]
    assert moves("room-leave", removeeIdList=["wxid_new", ME], removerId="wxid_at") == [
        Frame(f"l:{ROOM}:wxid_new:{stamp}", place, AT, Left("wxid_new")),
        Frame(f"l:{ROOM}:{ME}:{stamp}", place, AT, Left(ME, is_bot=True)),
    ]


@pytest.mark.parametrize(
    ("happened", "why"),
    [
        ({"roomId": ""}, "without a group"),
        ({"inviteeIdList": []}, "of nobody"),
        ({"inviteeIdList": "wxid"}, "of nobody"),
        ({"inviteeIdList": [None, {}]}, "of nobody"),
    ],
)
def test_odd_moves(happened: dict[str, Any], why: str) -> None:
    odd = moves("room-join", **happened)
    assert isinstance(odd, Odd)
    assert why in odd.why


@pytest.mark.parametrize("on", [None, 7, "room-party", "x" * 100])
def test_unknown_things(on: object) -> None:
    odd = to_frames({"on": on}, ME, NOW)
    assert isinstance(odd, Odd)
    assert len(odd.why) < 60


def test_seconds_and_milliseconds() -> None:
    whole = AT.replace(microsecond=0)
    assert moment(int(whole.timestamp()), NOW) == (whole, False)
    assert moment(int(AT.timestamp() * 1000), NOW) == (AT, False)
    assert moment(str(int(whole.timestamp())), NOW) == (whole, False)
    assert moment(int(NOW.timestamp()) + 2 * 86_400, NOW) == (NOW, True)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
FIELDS = [*raw(), "own_names", "title"]
TYPES = st.integers(-1, 18)


@calmly
@given(st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=5), TYPES)
def test_no_change_of_a_message_raises(changes: dict[str, Any], kind: int) -> None:
    frames = to_frames(
        {"on": "message", "message": raw(type=kind, **{k: changes[k] for k in changes if k != "type"})}, ME, NOW
    )
    for frame in frames if isinstance(frames, list) else []:
        assert decode(encode(frame)) == frame


@calmly
@given(st.sampled_from(["message", "room-join", "room-leave", "x"]), JUNK, JUNK, JUNK)
def test_no_event_raises(on: str, message: Any, happened: Any, names: Any) -> None:
    told = {"on": on, "message": message, "happened": happened, "names": names, "topic": names}
    assert to_frames(json.loads(json.dumps(told)), ME, NOW) is not None


@calmly
@given(st.dictionaries(st.sampled_from(["roomId", "inviteeIdList", "inviterId", "timestamp"]), JUNK))
def test_no_move_raises(happened: dict[str, Any]) -> None:
    moves("room-join", **happened)
