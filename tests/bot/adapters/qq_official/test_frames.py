"""From events to frames: a table of what the platform dispatches, and what hostile ones might."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters._parse import Odd, parse
from bot.adapters.qq_official._frames import Known, Switch, interaction, to_frame
from storage.frames import Echo, Frame, GroupKind, Joined, Kind, Left, Message, Place, Press, decode, encode

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AT = datetime(2026, 11, 23, 0, 59, tzinfo=UTC)
GROUP, MEMBER, OTHER, ME = "290A7DB74EBD454E", "2727CB249F8C5E16", "99AA77CB249F8C5E", "42F7D2FB71441DEA"
KEY = "ROBOT1.0_-CRx.13DELUXSg0pz2lr7RcRaqbBJ-sVzo6vETIdi3c3UoxyBzr97HKzPVPjMV1zJjr47QYR5axqcyoSkW8KZCIHEKTEZVh6P!"
INDEX = "REFIDX_4Gmad4im9D5+A+iPuingfctG81ovPjw88HwjHppK6Gc="
QUOTED = "REFIDX_GEH0t7xMkmYlxfMtvWgKgMtG81ovPjw88HwjHppK6Gc="
MINE = {"bot": True, "id": ME, "is_you": True, "member_openid": ME, "scope": "single", "username": "小象"}
THEIRS = {"bot": False, "id": OTHER, "is_you": False, "member_openid": OTHER, "scope": "single", "username": "老樊"}


def data(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "author": {
            "bot": False,
            "id": MEMBER,
            "member_openid": MEMBER,
            "member_role": "member",
            "union_openid": "",
            "username": "阿棠",
        },
        "content": "在吗",
        "group_id": GROUP,
        "group_openid": GROUP,
        "id": KEY,
        "message_scene": {"ext": [f"msg_idx={INDEX}"], "source": "default"},
        "message_type": 0,
        "timestamp": "2026-11-23T08:59:00+08:00",
    }
    return {key: value for key, value in (raw | changes).items() if value is not ...}


def event(what: str = "GROUP_MESSAGE_CREATE", **changes: Any) -> dict[str, Any]:
    return {"op": 0, "s": 2, "t": what, "id": f"{what}:crx13", "d": data(**changes)}


def frame_of(raw: Mapping[str, Any], known: Known | None = None) -> Frame:
    frame = to_frame(dict(raw), NOW, known or Known())
    assert isinstance(frame, Frame), frame
    assert decode(encode(frame)) == frame
    return frame


def message_of(what: str = "GROUP_MESSAGE_CREATE", known: Known | None = None, **changes: Any) -> Message:
    content = frame_of(event(what, **changes), known).content
    assert isinstance(content, Message)
    return content


def test_a_message_of_a_group() -> None:
    expected = Message(KEY, AT, MEMBER, "阿棠", "在吗", alias=INDEX)
    assert frame_of(event()) == Frame(f"m:{GROUP}:{KEY}", Place("qq_official", GROUP), AT, expected)


def test_one_message_has_one_key_whichever_event_it_came_by() -> None:
    first, second = frame_of(event()), frame_of(event("GROUP_AT_MESSAGE_CREATE", content=" 在吗"))
    assert first.key == second.key
    assert isinstance(second.content, Message)
    assert (second.content.text, second.content.to_bot) == ("在吗", True)


def test_a_direct_message() -> None:
    author = {"id": MEMBER, "user_openid": MEMBER, "union_openid": ""}
    frame = frame_of(event("C2C_MESSAGE_CREATE", author=author, group_id=..., group_openid=...))
    assert frame.place == Place("qq_official", f"direct:{MEMBER}", GroupKind.DIRECT)
    assert isinstance(frame.content, Message)
    assert (frame.content.member, frame.content.name) == (MEMBER, "好友-5E16")


@pytest.mark.parametrize(
    ("content", "mentions", "text", "to_bot", "mentioned"),
    [
        (f"<@{ME}> 能删吗", [MINE], "能删吗", True, ()),
        (f"<@!{ME}>能删吗", [MINE], "能删吗", True, ()),
        (f"能删吗<@{ME}>", [MINE], "能删吗", True, ()),
        (f"问 <@{ME}> 能删吗", [MINE], "问 能删吗", True, ()),
        (f"<@{ME}> <@{OTHER}> 看看", [MINE, THEIRS], "@老樊 看看", True, (OTHER,)),
        (f'<qqbot-at-user id="{OTHER}" /> 看看', [THEIRS], "@老樊 看看", False, (OTHER,)),
        (" core状态", [MINE], "core状态", True, ()),
        (f"<@{OTHER}> typed by hand", [], f"<@{OTHER}> typed by hand", False, ()),
        ("<@everyone> 开会", [{"scope": "all", "is_you": True, "username": "全体成员"}], "@全体成员 开会", False, ()),
        ("<qqbot-at-everyone /> typed", [], "<qqbot-at-everyone /> typed", False, ()),
        ("a &lt;b&gt; &amp;amp; c", [], "a <b> &amp; c", False, ()),
        ("&lt;@everyone&gt;", [], "<@everyone>", False, ()),
        ("<@unterminated", [MINE], "<@unterminated", True, ()),
        ("老樊", [THEIRS, THEIRS, {**THEIRS, "username": ""}], "老樊", False, (OTHER,)),
        ("x", None, "x", False, ()),
        ("x", "all", "x", False, ()),
        ("x", [None, 3, [], {}], "x", False, ()),
    ],
)
def test_mentions(content: str, mentions: object, text: str, to_bot: bool, mentioned: tuple[str, ...]) -> None:
    message = message_of(content=content, mentions=mentions)
    assert (message.text, message.to_bot, message.mentions) == (text, to_bot, mentioned)


def test_the_bot_is_known_by_its_ids_too() -> None:
    mention = {**MINE, "is_you": False}
    message = message_of(known=Known(ids={ME}), content=f"<@{ME}> 在吗", mentions=[mention])
    assert (message.text, message.to_bot, message.mentions) == ("在吗", True, ())


def face(text: str) -> str:
    ext = base64.b64encode(json.dumps({"text": text}).encode()).decode()
    return f'<faceType=1,faceId="300",ext="{ext}">'


@pytest.mark.parametrize(
    ("changes", "text", "kind"),
    [
        ({"content": "", "attachments": [{"content_type": "image/png"}]}, "[图片]", Kind.IMAGE),
        ({"content": "看", "attachments": [{"content_type": "image/gif", "filename": "x"}]}, "看 [图片]", Kind.TEXT),
        ({"content": "", "attachments": [{"content_type": "voice"}]}, "[语音]", Kind.VOICE),
        ({"content": "", "attachments": [{"content_type": "video/mp4"}]}, "[视频]", Kind.VIDEO),
        (
            {"content": " ", "attachments": [{"content_type": "file", "filename": "../../etc/passwd"}]},
            "[文件] ../../etc/passwd",
            Kind.FILE,
        ),
        ({"content": "", "attachments": [None, 1, "x", {}]}, "[文件] [文件] [文件] [文件]", Kind.FILE),
        ({"content": "", "attachments": [{"content_type": "image/png"}] * 99}, "[图片] " * 19 + "[图片]", Kind.IMAGE),
        ({"content": face("胖三斤")}, "[胖三斤]", Kind.STICKER),
        ({"content": f"好{face('[微笑]')}"}, "好[微笑]", Kind.TEXT),
        ({"content": '<faceType=1,faceId="300",ext="bm8=">'}, "[动画表情]", Kind.STICKER),
        ({"content": '<faceType=1,faceId="3",ext="W1tbWw==">'}, "[动画表情]", Kind.STICKER),
        ({"content": "<emoji:128076>"}, "[动画表情]", Kind.STICKER),
        ({"content": "", "ark_data": {"prompt": "[QQ小程序]直播"}}, "[卡片] [QQ小程序]直播", Kind.LINK),
        ({"content": "", "ark_data": {}}, "", Kind.TEXT),
        ({"content": None}, "", Kind.TEXT),
        ({"content": 5}, "5", Kind.TEXT),
        ({"content": ["x"]}, "", Kind.TEXT),
    ],
)
def test_what_a_message_consists_of(changes: dict[str, Any], text: str, kind: Kind) -> None:
    message = message_of(**changes)
    assert (message.text, message.kind) == (text, kind)


def test_a_bundle_is_flagged() -> None:
    message = message_of(content="", ark_data={"prompt": "[聊天记录] 群聊的聊天记录"})
    assert (message.text, message.kind, message.flags) == ("[聊天记录]", Kind.FORWARD, ("forwarded",))


ELEMENT = {"msg_idx": QUOTED, "message_type": 0, "content": "pg_wal 涨了 &lt;200G&gt;"}


@pytest.mark.parametrize(
    ("changes", "reply_to", "quote"),
    [
        (
            {"message_scene": {"ext": [f"ref_msg_idx={QUOTED}", f"msg_idx={INDEX}"]}, "msg_elements": [ELEMENT]},
            QUOTED,
            "pg_wal 涨了 <200G>",
        ),
        ({"message_type": 103, "msg_elements": [ELEMENT]}, None, "pg_wal 涨了 <200G>"),
        ({"message_reference": {"message_id": "ROBOT1.0_x"}}, "ROBOT1.0_x", None),
        (
            {"message_type": 103, "msg_elements": [{"content": "", "attachments": [{"content_type": "image/png"}]}]},
            None,
            "[图片]",
        ),
        ({"message_type": 103, "msg_elements": []}, None, None),
        ({"message_type": 103, "msg_elements": "x"}, None, None),
        ({"message_type": 0, "msg_elements": [ELEMENT]}, None, None),
        ({"message_scene": {"ext": [None, {}, "ref_msg_idx", "ref_msg_idx="]}}, None, None),
        ({"message_scene": "x"}, None, None),
    ],
)
def test_quotes(changes: dict[str, Any], reply_to: str | None, quote: str | None) -> None:
    message = message_of(**changes)
    assert (message.reply_to, message.quote) == (reply_to, quote)


@pytest.mark.parametrize(
    ("author", "member", "name", "flags"),
    [
        ({"member_openid": MEMBER, "username": "阿棠\n\u202e"}, MEMBER, "阿棠 \u202e", ()),
        ({"member_openid": MEMBER}, MEMBER, "群友-5E16", ()),
        ({"id": MEMBER, "username": "<b>管理员"}, MEMBER, "<b>管理员", ()),
        ({"member_openid": OTHER, "bot": True, "username": "别的机器人"}, OTHER, "别的机器人", ("bot",)),
        ({"member_openid": MEMBER, "username": "\udc00" * 300}, MEMBER, "\ufffd" * 100, ()),
        ({}, "", "", ()),
        (None, "", "", ()),
        ("x", "", "", ()),
        ({"member_openid": "x" * 99}, "", "", ()),
        ({"member_openid": ["x"], "member_role": "owner"}, "", "", ()),
    ],
)
def test_who_wrote_it(author: object, member: str, name: str, flags: tuple[str, ...]) -> None:
    message = message_of(author=author)
    assert (message.member, message.name, message.flags) == (member, name, flags)


def test_a_name_that_was_told_before_is_kept() -> None:
    message = message_of(known=Known(names={MEMBER: "阿棠"}), author={"member_openid": MEMBER})
    assert message.name == "阿棠"


@pytest.mark.parametrize(
    "timestamp",
    [
        *(None, "", "x", -1, 2**60, 5.5, [], True, "１２３", "٣" * 10, 1_795_400_000_000, "2026-11-23T08:59:00"),
        *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z"),
        "2026-11-25T08:59:00+08:00",
    ],
)
def test_a_time_that_cannot_be_true(timestamp: object) -> None:
    message = message_of(timestamp=timestamp)
    assert (message.at, message.flags) == (NOW, ("time_suspect",))


@pytest.mark.parametrize("timestamp", ["2026-11-23T00:59:00Z", int(AT.timestamp()), str(int(AT.timestamp()))])
def test_a_time_in_another_form(timestamp: object) -> None:
    assert message_of(timestamp=timestamp).at == AT


def test_a_long_text_is_cut_and_flagged() -> None:
    message = message_of(content="长" * 300_001)
    assert (len(message.text), message.flags) == (20_000, ("cut",))


def test_nul_and_surrogates_do_not_get_in() -> None:
    assert message_of(content="a\0b\ud83d").text == "ab\ufffd"


def test_five_thousand_mentions_are_a_hundred() -> None:
    listed = [{**THEIRS, "id": f"A{n}", "member_openid": f"A{n}"} for n in range(5_000)]
    text = "".join(f"<@A{n}>" for n in range(5_000))
    message = message_of(content=text, mentions=[*listed, *listed])
    assert len(message.mentions) == len(set(message.mentions)) == 100


@pytest.mark.parametrize("text", ["{{7*7}}", "${jndi:ldap://x}", "%(x)s", "{0.__class__}", "[CQ:at,qq=all]", "（）＠"])
def test_what_looks_like_code_stays_as_it_is(text: str) -> None:
    assert message_of(content=text).text == text


@pytest.mark.parametrize(
    ("known", "key"),
    [
        (Known(ids={MEMBER}), INDEX),
        (Known(posts={INDEX}), INDEX),
        (Known(posts={KEY}), INDEX),
    ],
)
def test_our_own_post_is_an_echo(known: Known, key: str) -> None:
    assert frame_of(event(), known).content == Echo(key, "在吗")


MOVE = {"group_openid": GROUP, "op_member_openid": MEMBER, "timestamp": int(AT.timestamp())}


@pytest.mark.parametrize(
    ("what", "more", "content"),
    [
        ("GROUP_ADD_ROBOT", {}, Joined("", by=MEMBER, is_bot=True)),
        ("GROUP_DEL_ROBOT", {}, Left("", is_bot=True)),
        ("GROUP_MEMBER_ADD", {"member_openid": OTHER}, Joined(OTHER, by=MEMBER)),
        ("GROUP_MEMBER_REMOVE", {"member_openid": OTHER}, Left(OTHER)),
    ],
)
def test_who_comes_and_goes(what: str, more: dict[str, Any], content: object) -> None:
    raw = {"op": 0, "s": 3, "t": what, "id": "x", "d": MOVE | more}
    frame = frame_of(raw)
    assert (frame.place.key, frame.at, frame.content) == (GROUP, AT, content)
    assert frame_of(raw).key == frame.key != frame_of({**raw, "d": {**MOVE, **more, "timestamp": 1_795_000_000}}).key


@pytest.mark.parametrize(
    ("what", "where", "place", "is_open"),
    [
        ("GROUP_MSG_REJECT", {"group_openid": GROUP}, GROUP, False),
        ("GROUP_MSG_RECEIVE", {"group_openid": GROUP}, GROUP, True),
        ("C2C_MSG_REJECT", {"openid": MEMBER}, f"direct:{MEMBER}", False),
        ("C2C_MSG_RECEIVE", {"openid": MEMBER}, f"direct:{MEMBER}", True),
    ],
)
def test_switches(what: str, where: dict[str, Any], place: str, is_open: bool) -> None:
    said = to_frame({"t": what, "d": {**where, "timestamp": 1}}, NOW)
    assert isinstance(said, Switch)
    assert (said.place.key, said.open) == (place, is_open)


def press(**changes: Any) -> dict[str, Any]:
    resolved = {"button_data": "/solved 2941", "button_id": "1", "message_id": KEY}
    raw: dict[str, Any] = {
        "id": "f1a2",
        "type": 11,
        "chat_type": 1,
        "scene": "group",
        "group_openid": GROUP,
        "group_member_openid": MEMBER,
        "timestamp": "2026-11-23T08:59:00+08:00",
        "data": {"type": 11, "resolved": resolved},
        "version": 1,
    }
    return {"op": 0, "s": 4, "t": "INTERACTION_CREATE", "id": "INTERACTION_CREATE:f1a2", "d": raw | changes}


def test_a_press() -> None:
    frame = frame_of(press())
    assert frame == Frame("p:f1a2", Place("qq_official", GROUP), AT, Press(KEY, MEMBER, "群友-5E16", "/solved 2941"))
    assert interaction(press()) == "f1a2"
    assert interaction(event()) == ""


def test_a_press_in_private() -> None:
    frame = frame_of(press(group_openid=None, group_member_openid=None, user_openid=MEMBER, chat_type=2))
    assert frame.place.key == f"direct:{MEMBER}"
    assert isinstance(frame.content, Press)
    assert frame.content.member == MEMBER


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"t": "GROUP_DANCE_CREATE", "d": {}}, "unknown event GROUP_DANCE_CREATE"),
        ({}, "unknown event"),
        ({"t": 5, "d": []}, "unknown event 5"),
        ({"t": "x" * 500}, "unknown event " + "x" * 40),
        (event(id=None), "message without an id"),
        (event(id={}), "message without an id"),
        (event(id="x" * 300), "message without an id"),
        ({"t": "GROUP_MESSAGE_CREATE", "d": {"id": "1"}}, "message without a place"),
        ({"t": "GROUP_MESSAGE_CREATE", "d": None}, "message without an id"),
        ({"t": "GROUP_MESSAGE_CREATE", "d": "null"}, "message without an id"),
        ({"t": "GROUP_MEMBER_ADD", "d": MOVE}, "without a place or a subject"),
        ({"t": "GROUP_ADD_ROBOT", "d": {}}, "without a place or a subject"),
        ({"t": "GROUP_MSG_REJECT", "d": {}}, "without a place"),
        (press(data={}), "without a member or a command"),
        (press(group_member_openid=7.5), "without a member or a command"),
        (press(id=None), "press without an id"),
        (press(group_openid=None), "press without a place"),
    ],
)
def test_what_cannot_be_read(raw: dict[str, Any], why: str) -> None:
    odd = to_frame(raw, NOW)
    assert isinstance(odd, Odd)
    assert why in odd.why


@pytest.mark.parametrize("raw", [event("FRIEND_ADD"), event("READY"), press(type=12), event("MESSAGE_AUDIT_PASS")])
def test_what_is_of_no_concern(raw: dict[str, Any]) -> None:
    assert to_frame(raw, NOW) is None


@pytest.mark.parametrize(
    "text",
    ["null", "42", "[]", '{"op":0', "NaN", '{"op": NaN}', "[" * 400, '{"t":' + '{"d":' * 400 + "1" + "}" * 401],
)
def test_no_object(text: str) -> None:
    assert isinstance(parse(text), Odd)


def test_deep_events_are_odd_before_they_are_read() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"msg_elements": [deep]}
    assert isinstance(parse(json.dumps(event(msg_elements=[deep]))), Odd)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FULL = {
    "mentions": [MINE, THEIRS],
    "attachments": [{"content_type": "image/png", "filename": "1.png"}],
    "msg_elements": [ELEMENT],
    "message_type": 103,
    "ark_data": {"prompt": "x"},
}
WHOLE = [event(**FULL), event("C2C_MESSAGE_CREATE", group_openid=..., group_id=...), press()]
WHOLE += [{"t": what, "d": MOVE} for what in ("GROUP_ADD_ROBOT", "GROUP_MEMBER_REMOVE", "GROUP_MSG_REJECT")]


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, one in inner for path in paths(one, (*at, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_change_of_an_event_raises(draw: st.DataObject) -> None:
    raw = draw.draw(st.sampled_from(WHOLE))
    for _ in range(draw.draw(st.integers(1, 3))):
        raw = changed(raw, draw.draw(st.sampled_from(paths(raw))), draw.draw(JSON))
        if not isinstance(raw, dict):
            return
    said = to_frame(raw, NOW, Known(ids={ME}))
    if isinstance(said, Frame):
        assert decode(encode(said)) == said
