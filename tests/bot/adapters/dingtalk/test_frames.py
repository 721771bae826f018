"""From what DingTalk pushes to frames: real shapes, hostile shapes, and whatever else comes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters._parse import Odd
from bot.adapters.dingtalk._frames import member_key, read, staff_id, to_frame, webhook, without_credentials
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Echo, Frame, GroupKind, Kind, Message, Place, decode, encode
from tests.bot.adapters.dingtalk.payloads import ALICE, BOT, MS, NOW, direct, group, media, reply, rich

OTHER = "$:LWCP_v1:$other=="


def heard(raw: dict[str, Any]) -> Message:
    frame = to_frame(raw, NOW, "小象")
    assert isinstance(frame, Frame), frame
    assert decode(encode(frame)) == frame
    assert isinstance(frame.content, Message)
    return frame.content


def test_a_message_in_a_group() -> None:
    frame = to_frame(group(), NOW, "小象")
    assert frame == Frame(
        "m:cid1==:msg1==",
        Place("dingtalk", "cid1==", name="PG 交流 钉钉群"),
        NOW,
        Message("msg1==", NOW, "manager4711", "成都-老樊-DBA", "主库磁盘满了", to_bot=True),
    )


def test_a_message_in_private() -> None:
    frame = to_frame(direct(), NOW)
    assert isinstance(frame, Frame)
    assert frame.place == Place("dingtalk", "direct:manager4711", GroupKind.DIRECT)
    assert frame.key == "m:direct:manager4711:msg1=="


TYPED = "\u202e@所有人 [图片] {{7*7}} ${jndi:x} [CQ:at,qq=all] <b>x</b>](http://x)"
CONTENTS = [
    (group(text={"content": "  x  "}), "x", Kind.TEXT),
    (group(text={"content": "a\0b\r\nc"}), "ab\nc", Kind.TEXT),
    (group(text={"content": "\ud83d\ude00 \ud83d"}), "😀 \ufffd", Kind.TEXT),
    (group(text={"content": "@小象 查一下"}), "查一下", Kind.TEXT),
    (group(text={"content": "@小象\u2005查一下"}), "查一下", Kind.TEXT),
    (group(text={"content": "@小象们 好"}), "@小象们 好", Kind.TEXT),
    (group(text={"content": "@小象 和 @小象 是谁"}), "和 @小象 是谁", Kind.TEXT),
    (group(text={"content": "@小象 x"}, isInAtList=False, atUsers=[]), "@小象 x", Kind.TEXT),
    (group(text={"content": None}), "", Kind.TEXT),
    (group(text=None), "", Kind.TEXT),
    (group(text="x"), "x", Kind.TEXT),
    (group(text=["x"]), "", Kind.TEXT),
    (group(text={"content": {"a": 1}}), "", Kind.TEXT),
    (group(text={"content": TYPED}), TYPED, Kind.TEXT),
    (rich({"text": "日志："}, {"downloadCode": "c"}, {"text": " 求看"}), "日志：[图片] 求看", Kind.TEXT),
    (rich({"type": "text", "text": "@小象 "}, {"type": "text", "text": "看图"}), "看图", Kind.TEXT),
    (rich({"msgType": "text", "content": "x"}, {"msgType": "emoji", "content": "[微笑]"}), "x[微笑]", Kind.TEXT),
    (rich({"type": "at", "atName": "老樊"}, "y"), "@老樊 y", Kind.TEXT),
    (rich({"type": "picture", "downloadCode": "c"}), "[图片]", Kind.IMAGE),
    (rich({"downloadCode": "c"}), "[图片]", Kind.IMAGE),
    (rich({"type": "poll"}, None, 7, []), "[unsupported:poll]", Kind.OTHER),
    (media("richText", {"richText": "x"}), "", Kind.TEXT),
    (media("richText", None), "", Kind.TEXT),
    (media("picture", {"downloadCode": "c"}), "[图片]", Kind.IMAGE),
    (media("picture", None), "[图片]", Kind.IMAGE),
    (media("picture", "no json"), "[图片]", Kind.IMAGE),
    (media("audio", {"duration": 4000, "recognition": "主库 满了"}), "[语音] 主库 满了", Kind.VOICE),
    (media("audio", {"duration": 4000}), "[语音]", Kind.VOICE),
    (media("video", {"downloadCode": "c", "videoType": "mp4"}), "[视频]", Kind.VIDEO),
    (media("file", {"fileName": "../../../../etc/passwd"}), "[文件] ../../../../etc/passwd", Kind.FILE),
    (media("file", {"fileName": "a\0\nb" + "x" * 900}), "[文件] a b" + "x" * 197, Kind.FILE),
    (media("file", '{"fileName": "pg.log"}'), "[文件] pg.log", Kind.FILE),
    (media("interactiveCard", {"title": "投票"}), "[卡片] 投票", Kind.LINK),
    (media("chatRecord", {"chatRecord": "[]"}), "[聊天记录]", Kind.FORWARD),
    (media("unknownMsgType", {}), "[unsupported:unknownMsgType]", Kind.OTHER),
    (media("<b>\n;", {}), "[unsupported:_b___]", Kind.OTHER),
    (media("", {}), "[unsupported:none]", Kind.OTHER),
    (group(msgtype=None), "[unsupported:none]", Kind.OTHER),
    (group(msgtype={}), "[unsupported:none]", Kind.OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "text", "kind"), CONTENTS)
def test_contents(raw: dict[str, Any], text: str, kind: Kind) -> None:
    message = heard(raw)
    assert (message.text, message.kind) == (text, kind)


def test_a_long_text_is_cut_and_a_bundle_has_no_authority() -> None:
    message = heard(group(text={"content": "x" * 300_000}))
    assert (len(message.text), message.flags) == (TEXT_LIMIT, ("cut",))
    assert heard(media("chatRecord", {})).flags == ("forwarded",)


@pytest.mark.parametrize(
    ("changes", "member", "flags"),
    [
        ({}, "manager4711", ()),
        ({"senderStaffId": None}, f"sid:{ALICE}", ("unstable",)),
        ({"senderStaffId": ""}, f"sid:{ALICE}", ("unstable",)),
        ({"senderStaffId": {}}, f"sid:{ALICE}", ("unstable",)),
        ({"senderStaffId": "x" * 129}, f"sid:{ALICE}", ("unstable",)),
        ({"senderStaffId": 4711}, "4711", ()),
        ({"senderStaffId": 2**70}, str(2**70), ()),
        # Somebody of another organisation, where the same staff id may be anybody.
        ({"senderCorpId": "dingother"}, f"sid:{ALICE}", ("unstable",)),
        ({"senderCorpId": None}, "manager4711", ()),
        # Ids that are made to look like those of the other kind.
        ({"senderStaffId": f"sid:{ALICE}"}, f"staff:sid:{ALICE}", ()),
        ({"senderStaffId": "staff:x"}, "staff:staff:x", ()),
        ({"senderStaffId": None, "senderId": "manager4711"}, "sid:manager4711", ("unstable",)),
        ({"senderStaffId": None, "senderId": None}, "", ()),
        ({"isAdmin": True, "senderNick": "管理员"}, "manager4711", ()),
    ],
)
def test_who_wrote_it(changes: dict[str, Any], member: str, flags: tuple[str, ...]) -> None:
    message = heard(group(**changes))
    assert (message.member, message.flags) == (member, flags)


KEYS = st.text("sid:tafx$", max_size=12)


@settings(deadline=None, max_examples=40)
@given(KEYS, KEYS, KEYS)
def test_the_two_kinds_of_ids_never_meet(staff: str, sender: str, other: str) -> None:
    inside, outside = member_key(staff, "anybody"), member_key("", sender)
    if staff:
        assert inside != outside
        assert staff_id(inside) == staff
        assert (member_key(other, "anybody") == inside) == (other == staff)
    assert staff_id(outside) == ""


@pytest.mark.parametrize(
    ("changes", "to_bot", "mentions"),
    [
        ({}, True, ()),
        ({"atUsers": [{"dingtalkId": BOT}, {"dingtalkId": OTHER, "staffId": "s2"}]}, True, ("s2",)),
        ({"atUsers": [{"dingtalkId": OTHER}]}, True, (f"sid:{OTHER}",)),
        ({"atUsers": [{"staffId": "s2"}, {"staffId": "s3"}, {"staffId": "s2"}]}, True, ("s2", "s3")),
        ({"isInAtList": False}, True, ()),
        ({"isInAtList": None}, True, ()),
        ({"isInAtList": False, "atUsers": [{"dingtalkId": OTHER, "staffId": "s2"}]}, False, ("s2",)),
        ({"isInAtList": "true", "atUsers": None}, False, ()),
        ({"atUsers": [None, 7, [], {}, {"dingtalkId": {}}]}, True, ()),
        ({"atUsers": {"dingtalkId": OTHER}}, True, ()),
        ({"chatbotUserId": None}, True, (f"sid:{BOT}",)),
    ],
)
def test_who_is_mentioned(changes: dict[str, Any], to_bot: bool, mentions: tuple[str, ...]) -> None:
    message = heard(group(**changes))
    assert (message.to_bot, message.mentions) == (to_bot, mentions)


def test_thousands_of_mentions() -> None:
    users = [{"dingtalkId": f"d{n % 3000}", "staffId": f"s{n % 3000}"} for n in range(5000)]
    assert heard(group(atUsers=users)).mentions == tuple(f"s{n}" for n in range(MENTION_LIMIT))


REPLIED = {"msgId": "msg0==", "msgType": "text", "content": {"text": "先看复制槽"}, "senderId": OTHER, "createdAt": MS}


@pytest.mark.parametrize(
    ("raw", "reply_to", "quote"),
    [
        (group(), None, None),
        (reply(REPLIED), "msg0==", "先看复制槽"),
        (reply({**REPLIED, "content": "先看"}), "msg0==", "先看"),
        (reply({**REPLIED, "content": '{"text": "先看"}'}), "msg0==", "先看"),
        (reply({**REPLIED, "content": None}), "msg0==", None),
        (reply({**REPLIED, "content": [1]}), "msg0==", None),
        (reply({**REPLIED, "msgType": "picture", "content": {"downloadCode": "c"}}), "msg0==", "[图片]"),
        (reply({**REPLIED, "msgType": "file", "content": {"fileName": "a.log"}}), "msg0==", "[文件] a.log"),
        (
            reply({**REPLIED, "msgType": "richText", "content": {"richText": [{"msgType": "text", "content": "x"}]}}),
            "msg0==",
            "x",
        ),
        (reply({"msgType": "interactiveCard", "content": {}}, originalProcessQueryKey="pqk=="), "pqk==", "[卡片]"),
        (reply(REPLIED, originalProcessQueryKey="pqk=="), "pqk==", "先看复制槽"),
        (reply(REPLIED, originalProcessQueryKey={}), "msg0==", "先看复制槽"),
        (reply(None, originalMsgId="msg0=="), "msg0==", None),
        (reply({"msgId": "msg1=="}), "msg1==", None),  # to itself
        (reply({"msgId": 2**70, "content": {"text": "x" * 30_000}}), str(2**70), "x" * TEXT_LIMIT),
        (reply("x"), None, None),
        (reply([REPLIED]), None, None),
        (media("picture", {"downloadCode": "c", "repliedMsg": REPLIED}), "msg0==", "先看复制槽"),
    ],
)  # fmt: skip
def test_replies(raw: dict[str, Any], reply_to: str | None, quote: str | None) -> None:
    message = heard(raw)
    assert (message.reply_to, message.quote) == (reply_to, quote)


def test_a_command_in_a_quote_is_no_command() -> None:
    message = heard(reply({**REPLIED, "content": {"text": "/digest now"}}))
    assert message.text == "还是不行"


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (MS, NOW),
        (str(MS), NOW),
        (MS - 3_600_000, NOW - timedelta(hours=1)),
        (MS // 1000, None),
        (-1, None),
        (0, None),
        (2**60, None),
        (2**46, None),
        (float(MS), NOW),
        ("x", None),
        (None, None),
        ([], None),
        (True, None),
        (MS + 3 * 86_400_000, None),
    ],
)
def test_times(value: object, at: datetime | None) -> None:
    message = heard(group(createAt=value))
    assert message.at == (at or NOW)
    assert ("time_suspect" in message.flags) == (at is None)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({}, "without an id"),
        (group(msgId=None), "without an id"),
        (group(msgId=""), "without an id"),
        (group(msgId=[1]), "without an id"),
        (group(msgId="x" * 129), "without an id"),
        (group(conversationId=None), "without a place"),
        (group(conversationId={}), "without a place"),
        (group(conversationId="direct:manager4711"), "without a place"),
        (group(conversationType="3"), "without a place"),
        (group(conversationType=None), "without a place"),
        (direct(senderId=None, senderStaffId=None), "without a place"),
    ],
)
def test_what_cannot_be_placed(raw: dict[str, Any], why: str) -> None:
    found = to_frame(raw, NOW)
    assert isinstance(found, Odd)
    assert why in found.why


def test_our_own_words_are_an_echo() -> None:
    frame = to_frame(group(senderId=BOT, text={"content": "#1 结了"}), NOW)
    assert isinstance(frame, Frame)
    assert frame.content == Echo("msg1==", "#1 结了")


def test_names() -> None:
    message = heard(group(senderNick="[CQ:image]\n<b>x</b>](http://x)\u202e" + "长" * 200, conversationTitle=7))
    assert message.name.startswith("[CQ:image] <b>x</b>](http://x)")
    assert len(message.name) == 100
    assert heard(group(senderNick="\udc00老樊\0")).name == "\ufffd老樊"
    assert heard(group(senderNick=["x"])).name == ""


def test_the_same_thing_heard_twice_has_the_same_key() -> None:
    again = group(sessionWebhook="https://oapi.dingtalk.com/robot/sendBySession?session=other")
    assert to_frame(group(), NOW, "小象") == to_frame(again, NOW + timedelta(minutes=1), "小象")


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({}, NOW + timedelta(minutes=90)),
        ({"sessionWebhookExpiredTime": str(MS)}, NOW),
        ({"sessionWebhookExpiredTime": None}, None),
        ({"sessionWebhookExpiredTime": "x"}, None),
        ({"sessionWebhookExpiredTime": 2**70}, None),
        ({"sessionWebhookExpiredTime": -5}, None),
        ({"sessionWebhook": None}, None),
        ({"sessionWebhook": {}}, None),
    ],
)
def test_webhooks(changes: dict[str, Any], until: datetime | None) -> None:
    found = webhook(read(group(**changes)))
    assert (found.until if found else None) == until
    assert "5ecre7" not in repr(found)


def test_what_is_kept_holds_no_address_to_post_to() -> None:
    raw = json.dumps({"data": json.dumps(group())})
    kept = without_credentials(raw + json.dumps(group()) + "wss://x/connect?ticket=hunter2&x=1")
    assert "5ecre7" not in kept
    assert "hunter2" not in kept
    assert "主库" in kept or "\\u4e3b" in kept


SHAPES = [raw for raw, _, _ in CONTENTS] + [direct(), reply(REPLIED), reply({**REPLIED, "content": {"richText": [{}]}})]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just("1" * 5000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.data())
def test_no_change_of_a_payload_raises(data: st.DataObject) -> None:
    raw = copy.deepcopy(data.draw(st.sampled_from(SHAPES)))
    for _ in range(data.draw(st.integers(1, 3))):
        _change(data, raw)
    found = to_frame(raw, datetime.now(UTC), "小象")
    webhook(read(raw))
    if isinstance(found, Frame):
        assert decode(encode(found)) == found


def _change(data: st.DataObject, raw: Any) -> None:
    """Change something at some depth: take it away, put something else there, or something more."""
    while isinstance(raw, dict | list) and raw:
        keys = list(raw) if isinstance(raw, dict) else list(range(len(raw)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(raw[key], dict | list) and raw[key] and data.draw(st.booleans()):
            raw = raw[key]
            continue
        if data.draw(st.booleans()):
            raw[key] = data.draw(JSON)
        else:
            del raw[key]
        return
