"""From raw objects to frames: a table of what implementations push, and what hostile ones might."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters._parse import Odd, parse
from bot.adapters.onebot._frames import Names, to_frame
from storage.frames import (
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

calmly = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)  # the machine may be busy

ME = "10001"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AT = datetime(2026, 11, 23, 0, 59, tzinfo=UTC)


def group_message(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "self_id": 10001,
        "user_id": 20001,
        "time": int(AT.timestamp()),
        "message_id": -1114032100,
        "message_seq": -1114032100,
        "real_id": -1114032100,
        "message_type": "group",
        "sender": {"user_id": 20001, "nickname": "老樊", "card": "成都-老樊-DBA", "role": "member"},
        "raw_message": "在吗",
        "font": 14,
        "sub_type": "normal",
        "message": [{"type": "text", "data": {"text": "在吗"}}],
        "message_format": "array",
        "post_type": "message",
        "group_id": 700,
        "group_name": "PG 群",
    }
    raw |= changes
    return {key: value for key, value in raw.items() if value is not ...}


def frame_of(raw: dict[str, Any], **more: Any) -> Frame:
    frame = to_frame(raw, ME, NOW, **more)
    assert isinstance(frame, Frame), frame
    assert decode(encode(frame)) == frame
    return frame


def message_of(**changes: Any) -> Message:
    content = frame_of(group_message(**changes)).content
    assert isinstance(content, Message)
    return content


def said(*segments: Any) -> Message:
    return message_of(message=list(segments))


def segment(what: str, **data: Any) -> dict[str, Any]:
    return {"type": what, "data": data}


def test_a_group_message() -> None:
    frame = frame_of(group_message())
    assert frame == Frame(
        "m:700:-1114032100",
        Place("qq", "700", name="PG 群"),
        AT,
        Message("-1114032100", AT, "20001", "成都-老樊-DBA", "在吗"),
    )


def test_a_numbered_message_is_keyed_by_its_number_within_its_group() -> None:
    frame = frame_of(group_message(real_seq="184233"))
    assert isinstance(frame.content, Message)
    assert (frame.key, frame.content.key) == ("m:700:seq:184233", "seq:184233")
    assert (frame.content.alias, frame.content.seq) == ("-1114032100", 184233)
    other = frame_of(group_message(real_seq="184233", group_id=701))
    assert other.key != frame.key


@pytest.mark.parametrize("real_seq", ["", "0", None, "x", -1, 2**70])
def test_a_number_that_is_none_is_not_used(real_seq: object) -> None:
    message = message_of(real_seq=real_seq)
    assert (message.key, message.seq, message.alias) == ("-1114032100", None, "")


def test_a_direct_message() -> None:
    raw = group_message(message_type="private", sub_type="friend", group_id=..., real_seq="7", target_id=20001)
    frame = frame_of(raw)
    assert frame.place == Place("qq", "direct:20001", GroupKind.DIRECT)
    assert isinstance(frame.content, Message)
    assert (frame.content.key, frame.content.seq) == ("-1114032100", None)


def test_a_talk_from_within_a_group_is_a_direct() -> None:
    raw = group_message(message_type="private", sub_type="group")
    assert frame_of(raw).place.key == "direct:20001"


@pytest.mark.parametrize(
    "changes", [{"post_type": "message_sent"}, {"user_id": 10001}, {"user_id": "10001", "post_type": "message"}]
)
def test_our_own_messages_are_echoes(changes: dict[str, Any]) -> None:
    frame = frame_of(group_message(**{"user_id": 10001, "real_seq": "5", **changes}))
    assert frame.content == Echo("-1114032100", "在吗")
    assert frame.key == "m:700:seq:5"


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ([segment("text", text="收到")], "收到"),
        ([segment("reply", id="1"), segment("text", text="前"), segment("text", text="后")], "前后"),
        ([segment("at", qq="2"), segment("text", text=" "), segment("at", qq=3), segment("text", text="好了")], "好了"),
        ([segment("text", text="第一段。\n(1/3)")], "第一段。"),
        ([segment("text", text="太长…\n(5/5)")], "太长"),
        ([segment("at", qq="2")], ""),
        ([], ""),
        ("&#91;1&#93;[CQ:at,qq=2] 好", "[1]"),
    ],
)  # fmt: skip
def test_an_echo_says_what_a_post_can_be_recognised_by(segments: Any, words: str) -> None:
    frame = frame_of(group_message(user_id=10001, message=segments))
    assert frame.content == Echo("-1114032100", words)


def test_our_own_direct_messages_belong_to_the_other() -> None:
    raw = group_message(user_id=10001, message_type="private", group_id=..., target_id=20001, post_type="message_sent")
    assert frame_of(raw).place.key == "direct:20001"


@pytest.mark.parametrize(
    ("segments", "text", "to_bot", "mentions"),
    [
        ([segment("at", qq="10001"), segment("text", text=" pg_wal 涨了")], "pg_wal 涨了", True, ()),
        (
            [segment("text", text="请问 "), segment("at", qq=10001), segment("text", text=" 在吗")],
            "请问 在吗",
            True,
            (),
        ),
        ([segment("text", text="谢谢"), segment("at", qq="10001")], "谢谢", True, ()),
        ([segment("at", qq="10001")], "", True, ()),
        ([segment("at", qq="20002", name="@老樊"), segment("text", text=" 看")], "@老樊 看", False, ("20002",)),
        ([segment("at", qq="20002"), segment("text", text=" 看")], "@阿棠 看", False, ("20002",)),
        ([segment("at", qq="20009"), segment("text", text=" 看")], "@20009 看", False, ("20009",)),
        ([segment("at", qq="all"), segment("text", text=" 注意")], "@全体成员 注意", False, ()),
        ([segment("at", qq="all")] * 5000, "@全体成员" * 4000, False, ()),
        ([segment("at"), segment("at", qq=None)], "", False, ()),
        ([segment("text", text="@小象 看")], "@小象 看", False, ()),
    ],
)
def test_mentions(segments: list[Any], text: str, to_bot: bool, mentions: tuple[str, ...]) -> None:
    names = Names(members={"20002": "阿棠"})
    message = frame_of(group_message(message=segments), names=names).content
    assert isinstance(message, Message)
    assert (message.text, message.to_bot, message.mentions) == (text, to_bot, mentions)


def test_mentions_are_counted_once_and_no_more_than_a_hundred() -> None:
    message = said(*[segment("at", qq=str(30000 + n % 150)) for n in range(5000)])
    assert len(message.mentions) == len(set(message.mentions)) == 100


@pytest.mark.parametrize(
    ("part", "text", "kind"),
    [
        (segment("image", file="a.jpg", sub_type=0, summary=""), "[图片]", Kind.IMAGE),
        (segment("image", file="a.gif", sub_type=1), "[动画表情]", Kind.STICKER),
        (segment("image", file="a.gif", summary="[动画表情]"), "[动画表情]", Kind.STICKER),
        (segment("image", file="a.gif", emoji_id="x", summary="笑"), "[动画表情]", Kind.STICKER),
        (segment("face", id="178"), "[动画表情]", Kind.STICKER),
        (segment("mface", summary="[笑]"), "[动画表情]", Kind.STICKER),
        (segment("record", file="a.amr"), "[语音]", Kind.VOICE),
        (segment("video", file="a.mp4"), "[视频]", Kind.VIDEO),
        (segment("file", file="pg log.txt", file_id="x"), "[文件] pg log.txt", Kind.FILE),
        (segment("file", file="../../../../etc/passwd\0"), "[文件] ../../../../etc/passwd", Kind.FILE),
        (segment("file", name="n" * 300), "[文件] " + "n" * 200, Kind.FILE),
        (segment("share", url="http://e.org", title="标题"), "[链接] 标题", Kind.LINK),
        (segment("json", data='{"app":"com.tencent.x","prompt":"[分享]十年"}'), "[卡片] [分享]十年", Kind.LINK),
        (segment("json", data={"prompt": "卡"}), "[卡片] 卡", Kind.LINK),
        (segment("json", data="{" * 400), "[卡片]", Kind.LINK),
        (segment("json", data="[" * 100_000), "[卡片]", Kind.LINK),
        (segment("location", title="天府五街"), "[位置] 天府五街", Kind.LINK),
        (segment("markdown", content="**粗**"), "**粗**", Kind.TEXT),
        (segment("hologram", x=1), "[unsupported:hologram]", Kind.OTHER),
        (segment("a]b\n" + "c" * 99), "[unsupported:" + ("a_b_" + "c" * 36) + "]", Kind.OTHER),
        ({"data": {}}, "[unsupported:none]", Kind.OTHER),
    ],
)
def test_what_is_no_text(part: dict[str, Any], text: str, kind: Kind) -> None:
    message = said(part)
    assert (message.text, message.kind) == (text, kind)
    with_text = said(segment("text", text="看图 "), part)
    assert (with_text.text, with_text.kind) == (f"看图 {text}", Kind.TEXT)


@pytest.mark.parametrize(
    "part",
    [
        segment("forward", id="r", content=[group_message(user_id=1)] * 3),
        segment("node", content="x"),
        segment("json", data='{"app":"com.tencent.multimsg","prompt":"[聊天记录]"}'),
    ],
)
def test_a_bundle_is_flagged_and_not_opened(part: dict[str, Any]) -> None:
    message = said(part)
    assert (message.text, message.kind, message.flags) == ("[聊天记录]", Kind.FORWARD, ("forwarded",))


@pytest.mark.parametrize(
    ("data", "reply_to"),
    [({"id": "-5"}, "-5"), ({"id": -5}, "-5"), ({"seq": 7}, "seq:7"), ({"id": "8", "seq": 7}, "8"), ({}, None)],
)
def test_replies(data: dict[str, Any], reply_to: str | None) -> None:
    message = said({"type": "reply", "data": data}, segment("text", text="是的"))
    assert (message.reply_to, message.text) == (reply_to, "是的")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("[CQ:at,qq=10001] 在&#91;吗&#93;[CQ:image,file=a.jpg]", "在[吗][图片]"),
        (["裸文本", segment("text", text="尾")], "裸文本尾"),
        (segment("text", text="单段"), "单段"),
        ([{"type": "text"}, {"type": "text", "data": None}, segment("text", text=None)], ""),
        ([None, 7, [], segment("text", text="还在")], "还在"),
        ([segment("text", text=42)], "42"),
        (None, "生的"),
        (7, ""),
    ],
)
def test_forms_of_a_message(message: object, text: str) -> None:
    assert message_of(message=message, raw_message="生的").text == text


def test_text_is_cut_and_clean() -> None:
    message = said(segment("text", text="长" * 300_000))
    assert (len(message.text), message.flags) == (20_000, ("cut",))
    assert said(segment("text", text="a\0b\ud83d")).text == "ab\ufffd"
    assert message_of(sender={"nickname": "\udc00\n名"}).name == "\ufffd 名"


@pytest.mark.parametrize("time", [-1, 0, 2**60, 2**31 * 1000, int(AT.timestamp()) * 1000, None, "x", True, [], 1e300])
def test_a_time_that_cannot_be_true(time: object) -> None:
    frame = frame_of(group_message(time=time))
    assert isinstance(frame.content, Message)
    assert (frame.at, frame.content.at, frame.content.flags) == (NOW, NOW, ("time_suspect",))


@pytest.mark.parametrize("time", [int(AT.timestamp()), str(int(AT.timestamp())), AT.timestamp() + 0.5])
def test_a_time_in_another_form(time: object) -> None:
    assert message_of(time=time).at == AT


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"message_id": 2**70}, {"key": str(2**70)}),
        ({"user_id": -3}, {"member": "-3"}),
        ({"user_id": "wxid_ä"}, {"member": ""}),
        ({"user_id": ...}, {"member": ""}),
        ({"user_id": 20001.0}, {"member": "20001"}),
        ({"sender": ...}, {"name": "", "member": "20001"}),
        ({"sender": None}, {"name": ""}),
        ({"sender": {"user_id": 1, "nickname": "owner", "role": "owner"}}, {"member": "20001", "name": "owner"}),
        ({"user_id": 80000000, "sub_type": "anonymous"}, {"flags": ("anonymous",)}),
        ({"anonymous": {"id": 1, "name": "匿名"}}, {"flags": ("anonymous",)}),
        ({"user_id": 2854196310}, {"flags": ("bot",)}),
        ({"user_id": 3889000123}, {"flags": ("bot",)}),
    ],
)
def test_who(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    message = message_of(**changes)
    assert {key: getattr(message, key) for key in expected} == expected


def test_group_zero_is_a_group() -> None:
    assert frame_of(group_message(group_id=0)).place.key == "0"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"message_id": ...}, "without an id"),
        ({"message_id": None}, "without an id"),
        ({"message_id": "9" * 65}, "without an id"),
        ({"group_id": ...}, "without a place"),
        ({"group_id": {"a": 1}}, "without a place"),
        ({"message_type": "private", "user_id": None}, "without a place"),
        ({"self_id": 10002}, "another account"),
        ({"post_type": "telepathy"}, "unknown post_type telepathy"),
        ({"post_type": 7, "message_type": ...}, "unknown post_type"),
    ],
)
def test_what_cannot_be_read_says_why(changes: dict[str, Any], why: str) -> None:
    odd = to_frame(group_message(**changes), ME, NOW)
    assert isinstance(odd, Odd)
    assert why in odd.why


def notice(what: str, **more: Any) -> dict[str, Any]:
    base = {"post_type": "notice", "self_id": 10001, "time": int(AT.timestamp()), "group_id": 700, "user_id": 20001}
    return {**base, "notice_type": what, **more}


@pytest.mark.parametrize(
    ("raw", "key", "content"),
    [
        (notice("group_increase", operator_id=0), "n:group_increase:700:20001", Joined("20001")),
        (notice("group_increase", operator_id=9), "n:group_increase:700:20001", Joined("20001", by="9")),
        (notice("group_increase", user_id=10001), "n:group_increase:700:10001", Joined("10001", is_bot=True)),
        (notice("group_decrease", sub_type="leave"), "n:group_decrease:700:20001", Left("20001")),
        (notice("group_decrease", sub_type="kick_me"), "n:group_decrease:700:20001", Left("20001", is_bot=True)),
        (notice("group_recall", message_id=-5), "n:group_recall:700:-5", Recall("-5", "20001")),
    ],
)
def test_notices(raw: dict[str, Any], key: str, content: object) -> None:
    frame = frame_of(raw, names=Names(groups={"700": "PG 群"}))
    at = "" if raw["notice_type"] == "group_recall" else f":{int(AT.timestamp())}"
    assert frame == Frame(key + at, Place("qq", "700", name="PG 群"), AT, frame.content)
    assert frame.content == content
    assert frame_of(json.loads(json.dumps(raw))).key == frame.key


def test_a_recall_in_private() -> None:
    frame = frame_of({key: value for key, value in notice("friend_recall", message_id=3).items() if key != "group_id"})
    assert (frame.place.key, frame.content) == ("direct:20001", Recall("3", "20001"))


@pytest.mark.parametrize(
    "raw",
    [
        notice("group_upload", file={"id": "x"}),
        notice("notify", sub_type="poke"),
        notice("group_ban"),
        notice("bot_offline"),
        {"post_type": "request", "request_type": "friend"},
        {"post_type": "meta_event", "meta_event_type": "heartbeat"},
    ],
)
def test_what_is_of_no_concern(raw: dict[str, Any]) -> None:
    assert to_frame(raw, ME, NOW) is None


@pytest.mark.parametrize(
    "raw", [notice("moon_landing"), notice("group_recall"), notice("group_increase", user_id=None)]
)
def test_odd_notices(raw: dict[str, Any]) -> None:
    assert isinstance(to_frame(raw, ME, NOW), Odd)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("null", "no object"),
        ("42", "no object"),
        ("[]", "no object"),
        ('{"a":', "no JSON"),
        ("", "no JSON"),
        ('{"time": NaN}', "no JSON"),
        ('{"time": ' + "9" * 5000 + "}", "no JSON"),
        (b"\x00\xff", "binary"),
        ('{"a":' * 400 + "1" + "}" * 400, "nested too deep"),
        ("[" * 100_000 + "]" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
        ('{"a":' + "[" * 64 + "]" * 64 + "}", "nested too deep"),
    ],
)
def test_parse_refuses(data: str | bytes, why: str) -> None:
    odd = parse(data)
    assert isinstance(odd, Odd)
    assert why in odd.why


def test_parse_takes_wide_and_bracketed_text() -> None:
    assert parse(json.dumps({"text": "{[" * 5000})) == {"text": "{[" * 5000}
    assert parse(json.dumps({"list": [[]] * 5000})) == {"list": [[]] * 5000}


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
FIELDS = [*group_message(), "real_seq", "target_id", "anonymous", "notice_type", "operator_id"]


@calmly
@given(st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=5))
def test_no_change_of_a_message_raises(changes: dict[str, Any]) -> None:
    frame = to_frame(group_message(**changes), ME, NOW)
    if isinstance(frame, Frame):
        assert decode(encode(frame)) == frame


@calmly
@given(st.lists(st.fixed_dictionaries({"type": st.sampled_from(["text", "at", "reply", "image", "json", "x"])}) | JUNK))
def test_no_segment_raises(segments: list[Any]) -> None:
    frame = frame_of(group_message(message=segments))
    assert isinstance(frame.content, Message)
    assert replace(frame.content, text="") is not None
