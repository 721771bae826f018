"""ChatLab files: rows to messages, in both forms, whatever the encoding, and each bad row named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.importers import FormatError, Found, Options, Skipped, _fields, _json, _rows, chatlab
from bot.importers._text import LINE_LIMIT, encoding_of, opened
from storage.frames import Kind, Message, Place

META = {"name": "PG 交流", "platform": "qq", "type": "group", "groupId": "777"}
HEADER = {"_type": "header", "chatlab": {"version": "0.0.2", "exportedAt": 1}, "meta": META}
MEMBERS = [
    {"_type": "member", "platformId": "m1", "accountName": "fan", "groupNickname": "成都-老樊-DBA"},
    {"_type": "member", "platformId": "m2", "accountName": "Lena Wu", "groupNickname": "Lena Wu"},
    {"_type": "member", "platformId": "m3", "accountName": "双胞胎", "groupNickname": "双胞胎"},
    {"_type": "member", "platformId": "m4", "accountName": "双胞胎", "groupNickname": "双胞胎"},
    {"_type": "member", "platformId": "m5", "accountName": "Lena", "groupNickname": "Lena"},
]
T0 = 1_760_000_000


def row(number: int, text: str | None = "早", **more: Any) -> dict[str, Any]:
    found = {
        "_type": "message",
        "platformMessageId": f"k{number}",
        "sender": "m1",
        "accountName": "fan",
        "groupNickname": "成都-老樊-DBA",
        "timestamp": T0 + number,
        "type": 0,
        "content": text,
    }
    return {key: value for key, value in {**found, **more}.items() if value is not ...}


def jsonl(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)


def whole(rows: Iterable[dict[str, Any]], **more: Any) -> dict[str, Any]:
    members = [{k: v for k, v in member.items() if k != "_type"} for member in MEMBERS]
    messages = [{k: v for k, v in one.items() if k != "_type"} for one in rows]
    return {"chatlab": HEADER["chatlab"], "meta": META, "members": members, "messages": messages, **more}


def read(data: bytes | str, folder: Path, options: Options | None = None) -> list[Found]:
    file = folder / "export"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    with opened(file) as source:
        assert chatlab.sniff(source.head)
        return list(chatlab.read(source.text, options or Options(frozenset({"小象"}), frozenset({"10000"}))))


def messages(found: Iterable[Found]) -> list[Message]:
    return [one for one in found if isinstance(one, Message)]


def skipped(found: Iterable[Found]) -> list[tuple[int, str]]:
    return [(one.line, one.why) for one in found if isinstance(one, Skipped)]


def only(changes: dict[str, Any], folder: Path) -> Message:
    found = messages(read(jsonl([HEADER, *MEMBERS, row(1, **changes)]), folder))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("form", ["rows", "object"])
def test_a_message_as_it_stands(form: str, tmp_path: Path) -> None:
    rows = [row(1), row(2, "看文档", type=25, replyToMessageId="k1", sender="m2", groupNickname="", accountName="Lena")]
    text = jsonl([HEADER, *MEMBERS, *rows]) if form == "rows" else json.dumps(whole(rows), ensure_ascii=False)
    found = read(text, tmp_path)
    at = datetime.fromtimestamp(T0 + 1, UTC)
    assert found == [
        Place("qq", "777", name="PG 交流"),
        Message("k1", at, "m1", "成都-老樊-DBA", "早"),
        Message("k2", datetime.fromtimestamp(T0 + 2, UTC), "m2", "Lena", "看文档", reply_to="k1"),
    ]


@pytest.mark.parametrize(
    ("number", "content", "kind", "text"),
    [
        (0, "早", Kind.TEXT, "早"),
        (0, None, Kind.TEXT, ""),
        (1, None, Kind.IMAGE, "[图片]"),
        (1, "[图片] a.png", Kind.IMAGE, "[图片] a.png"),
        (2, "", Kind.VOICE, "[语音]"),
        (3, None, Kind.VIDEO, "[视频]"),
        (4, "plan.pdf", Kind.FILE, "plan.pdf"),
        (5, None, Kind.STICKER, "[动画表情]"),
        (7, "https://pg.example.org", Kind.LINK, "https://pg.example.org"),
        (20, None, Kind.OTHER, "[红包]"),
        (25, "对", Kind.TEXT, "对"),
        (26, None, Kind.FORWARD, "[聊天记录]"),
        (80, "老樊 加入了群", Kind.SYSTEM, "老樊 加入了群"),
        (81, None, Kind.SYSTEM, "[撤回]"),
        (99, None, Kind.OTHER, "[unsupported:other]"),
        (4242, None, Kind.OTHER, "[unsupported:unknown]"),
        (0, "a\x00b\r\nc\x07", Kind.TEXT, "ab\nc"),
    ],
)
def test_types(number: int, content: str | None, kind: Kind, text: str, tmp_path: Path) -> None:
    found = only({"type": number, "text": content}, tmp_path)
    assert (found.kind, found.text) == (kind, text)
    assert (found.member == "") == (kind is Kind.SYSTEM)
    assert ("forwarded" in found.flags) == (kind is Kind.FORWARD)


@pytest.mark.parametrize(
    ("text", "kept", "mentions", "to_bot"),
    [
        ("@成都-老樊-DBA 看看", "@成都-老樊-DBA 看看", ("m1",), False),
        ("@成都-老樊-DBA\u2005看看", "@成都-老樊-DBA\u2005看看", ("m1",), False),
        ("@fan @Lena Wu @fan", "@fan @Lena Wu @fan", ("m1", "m2"), False),
        ("@Lena 在吗", "@Lena 在吗", ("m5",), False),
        ("@Lenas 在吗", "@Lenas 在吗", (), False),
        ("@双胞胎 你俩", "@双胞胎 你俩", (), False),
        ("@小象 慢查询怎么看", "慢查询怎么看", (), True),
        ("谁知道 @小象", "谁知道 ", (), True),
        ("a@小象科技.cn", "a@小象科技.cn", (), False),
        ("@@fan", "@@fan", ("m1",), False),
        ("@", "@", (), False),
    ],
)
def test_mentions_are_names_of_the_file(
    text: str, kept: str, mentions: tuple[str, ...], to_bot: bool, tmp_path: Path
) -> None:
    found = only({"text": text}, tmp_path)
    assert (found.text, found.mentions, found.to_bot) == (kept, mentions, to_bot)


def test_our_own_export_says_whom_it_mentions(tmp_path: Path) -> None:
    found = only({"text": "慢", "xiangqun": {"mentions": ["m2"], "toBot": True}}, tmp_path)
    assert (found.mentions, found.to_bot) == (("m2",), True)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"sender": ...}, _rows.NO_SENDER),
        ({"sender": ""}, _rows.NO_SENDER),
        ({"sender": {"id": 1}}, _rows.NO_SENDER),
        ({"timestamp": ...}, _fields.NO_TIME),
        ({"timestamp": 1_760_000_000_000}, _fields.NO_TIME),
        ({"timestamp": "yesterday"}, _fields.NO_TIME),
        ({"timestamp": -1}, _fields.NO_TIME),
        ({"timestamp": True}, _fields.NO_TIME),
        ({"timestamp": 5}, _fields.TOO_EARLY),
        ({"sender": "10000"}, _rows.OWN_POST),
        ({"_type": "poem"}, "is neither header, member nor message"),
    ],
)
def test_rows_that_cannot_be_used_are_named(bad: dict[str, Any], why: str, tmp_path: Path) -> None:
    found = read("# a comment\n\n" + jsonl([HEADER, *MEMBERS, row(1), row(2, **bad), row(3)]), tmp_path)
    assert skipped(found) == [(10, why)]
    assert [message.key for message in messages(found)] == ["k1", "k3"]


def test_numbers_may_be_ids_and_times_may_be_text(tmp_path: Path) -> None:
    found = only({"sender": 42, "platformMessageId": 7, "timestamp": str(T0), "replyToMessageId": 6}, tmp_path)
    assert (found.member, found.key, found.reply_to) == ("42", "7", "6")


def test_without_ids_the_content_is_the_key_and_twins_are_two(tmp_path: Path) -> None:
    rows = [row(1, "1", platformMessageId=...), row(1, "1", platformMessageId=...), row(2, "1", platformMessageId="")]
    text = jsonl([HEADER, *rows])
    keys = [message.key for message in messages(read(text, tmp_path))]
    assert len(set(keys)) == 3
    assert keys == [message.key for message in messages(read(text, tmp_path))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["rows", "object"])
def test_encodings(encoding: str, packed: bool, form: str, tmp_path: Path) -> None:
    rows = [row(number, f"第 {number} 条：主库磁盘满了") for number in range(30)]
    text = jsonl([HEADER, *MEMBERS, *rows]) if form == "rows" else json.dumps(whole(rows), ensure_ascii=False, indent=1)
    data = text.replace("\n", "\r\n").encode(encoding)
    found = read(gzip.compress(data) if packed else data, tmp_path)
    assert skipped(found) == []
    assert [message.text for message in messages(found)] == [one["content"] for one in rows]


def test_a_broken_line_does_not_make_a_file_gbk() -> None:
    head = "好多行都是中文\n".encode() * 20 + b"\xff\xfe\x80 broken\n"
    assert encoding_of(head) == "utf-8"
    assert encoding_of("好多行都是中文\n".encode("gbk") * 20) == "gb18030"
    assert encoding_of(b"{}") == "utf-8"
    assert encoding_of("中".encode()[:2]) == "utf-8"  # the head may end within a character


def test_rows_that_are_damaged_are_named(tmp_path: Path) -> None:
    good = [json.dumps(one, ensure_ascii=False).encode() for one in [HEADER, *MEMBERS, row(1)]]
    bad = [
        b'{"_type": "message", "content": "\xff\xfe"}',
        b'{"_type": "message", ',
        b"\x00\x00\x00\x00",
        json.dumps(row(2)).encode().replace(b"k2", b"\x00"),
        b"[1, 2]",
        b"[" * 100_000,
        b'"' + b"x" * (LINE_LIMIT + 10) + b'"',
    ]
    found = read(b"\n".join([*good, *bad, json.dumps(row(9)).encode()]), tmp_path)
    first = len(good) + 1
    assert skipped(found) == [
        (first, _json.NOT_TEXT),
        (first + 1, _json.NOT_JSON),
        (first + 2, _json.NOT_JSON),
        (first + 3, _json.NOT_JSON),
        (first + 4, _json.NOT_JSON),
        (first + 5, _json.NOT_JSON),
        (first + 6, _json.TOO_LONG),
    ]
    assert [message.key for message in messages(found)] == ["k1", "k9"]


def test_an_object_goes_on_behind_a_broken_element(tmp_path: Path) -> None:
    text = json.dumps(whole([row(1), row(2), row(3)]), ensure_ascii=False, indent=0)
    broken = text.replace('"platformMessageId": "k2",', '"platformMessageId": k2,')
    found = read(broken, tmp_path)
    assert [why for _, why in skipped(found)] == [_json.NOT_JSON]
    assert [message.key for message in messages(found)] == ["k1", "k3"]


def test_an_object_that_breaks_off_gives_what_there_is(tmp_path: Path) -> None:
    text = json.dumps(whole([row(number) for number in range(50)]))
    found = read(text[: len(text) * 2 // 3], tmp_path)
    assert len(messages(found)) > 10
    assert skipped(found)[-1][1] in {_json.CUT_OFF, _json.NOT_JSON}


def test_a_packed_file_that_breaks_off_gives_what_there_is(tmp_path: Path) -> None:
    rows = [row(number, f"{number * 7919 % 10007} 号问题") for number in range(20_000)]
    data = gzip.compress(jsonl([HEADER, *rows]).encode())
    found = read(data[: len(data) // 2], tmp_path)
    assert len(messages(found)) > 1_000
    assert skipped(found)[-1][1] == _json.TOO_LONG


def test_meta_may_stand_behind_the_messages(tmp_path: Path) -> None:
    found = whole([row(1)])
    meta = found.pop("meta")
    assert len(messages(read(json.dumps({**found, "meta": meta}), tmp_path))) == 1


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({**META, "type": "private"}, "private talk"),
        ({**META, "groupId": ""}, "--group"),
        ({**META, "platform": None}, "platform"),
        (None, "meta"),
    ],
)
@pytest.mark.parametrize("form", ["rows", "object"])
def test_files_that_cannot_be_used_at_all(meta: Any, words: str, form: str, tmp_path: Path) -> None:
    text = jsonl([{**HEADER, "meta": meta}, row(1)]) if form == "rows" else json.dumps(whole([row(1)], meta=meta))
    with pytest.raises(FormatError, match=words):
        read(text, tmp_path)


def test_the_group_may_be_named_by_hand(tmp_path: Path) -> None:
    text = jsonl([{**HEADER, "meta": {**META, "groupId": None}}, row(1)])
    assert read(text, tmp_path, Options(group="888"))[0] == Place("qq", "888", name="PG 交流")


def test_messages_before_a_header_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text(jsonl([row(1)]))
    with opened(file) as source, pytest.raises(FormatError, match="before its header"):
        list(chatlab.read(source.text, Options()))


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b'{"_type": "header", "chatlab": {}}', True),
        (b'# WeFlow\n\n{"_type":"header"}', True),
        (b'{\n "chatlab": {"version": "0.0.2"}', True),
        (b'{"messages": []}', False),
        (b"Time,SenderName,Sender", False),
        (b"[]", False),
        (b"", False),
    ],
)
def test_sniff(head: bytes, known: bool) -> None:
    assert chatlab.sniff(head) is known
