"""Bad input of every kind: a clear word with the line, the rest comes in, and nothing but `FormatError` is raised."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.importers import FormatError, Found, Options, Skipped
from bot.importers._archive import name_of, stays_inside
from bot.importers._fields import EARLIEST, RowError, moment
from bot.importers._inputs import Input, inputs
from bot.importers._table import NEVER_CLOSED, delimiter, records
from bot.importers._text import opened
from storage.frames import Message
from storage.history import BY_NAME
from tests.bot.importers.golden import FIXTURES, FOLDER, GROUP, read

FILES = sorted(name for name in FIXTURES if (FOLDER / name).is_file())
UNTIL = datetime(2027, 12, 1, tzinfo=UTC)


def all_of(path: Path, options: Options, wanted: str = "") -> list[Found]:
    return [one for found in inputs(path, options, wanted) if isinstance(found, Input) for one in found.found]


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return a file as bad luck leaves it: cut, doubled, with bytes changed, or lines lost."""
    data = bytearray(data)
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(data))
        match rng.randrange(6):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randrange(1, 40)]
            case 2:
                data[at:at] = bytes(rng.choices(b'"\\{}[],:\n\r\t\x00<>()\xff\xfe', k=rng.randrange(1, 6)))
            case 3:
                data[at:at] = data[at : at + rng.randrange(1, 200)]
            case 4:
                data[at:at] = rng.choice([b"null", b"1e400", b"-1", b"[]", b"{}", b"true", b"9" * 30, b"[" * 500])
            case _:
                del data[at:]
        if not data:
            return b"{"
    return bytes(data)


@pytest.mark.parametrize("count", [10, pytest.param(2_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", FILES)
def test_nothing_but_a_format_error_is_raised(name: str, count: int, tmp_path: Path) -> None:
    form, options = FIXTURES[name]
    rng = random.Random(name)
    whole = (FOLDER / name).read_bytes()
    for number in range(count):
        (tmp_path / name).write_bytes(mutated(whole, rng))
        for wanted in ("", form):
            try:
                found = all_of(tmp_path / name, replace(options, until=UNTIL), wanted)
            except FormatError:
                continue
            for one in found:
                if isinstance(one, Message):
                    assert EARLIEST <= one.at <= UNTIL, (name, number)
                    assert one.text == one.text.encode("utf-8", "replace").decode(), (name, number)
                    assert "\0" not in one.text + one.member + one.name + one.key, (name, number)


def rows(count: int, **more: object) -> list[dict[str, object]]:
    return [
        {"localId": number, "createTime": 1_793_581_200 + number, "type": "文本消息", "content": f"第 {number} 条"}
        | {"senderUsername": f"wxid_{number % 7}", "senderDisplayName": f"成员{number % 7}"}
        | more
        for number in range(count)
    ]


def export(file: Path, found: list[dict[str, object]]) -> Path:
    head = {"weflow": {}, "session": {"wxid": GROUP, "nickname": "PG", "type": "群聊"}}
    file.write_text(json.dumps(head | {"messages": found}, ensure_ascii=False, indent=0), "utf-8")
    return file


def test_a_clock_that_goes_back_is_taken_at_its_word(tmp_path: Path) -> None:
    found = rows(5)
    found[3]["createTime"] = 1_793_500_000
    _, read_back = read(export(tmp_path / "x.json", found), Options())
    times = [one.at for one in read_back if isinstance(one, Message)]
    assert len(times) == 5
    assert times[3] < times[0]


@pytest.mark.parametrize("second", [0, 60, -5, 4_070_908_800, 1e30, "x", None])
def test_years_that_cannot_be_are_bad_rows(second: object, tmp_path: Path) -> None:
    found = rows(3)
    found[1]["createTime"] = second
    _, read_back = read(export(tmp_path / "x.json", found), Options(until=UNTIL))
    assert [type(one) for one in read_back[1:]] == [Message, Skipped, Message]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02 09:01:05", "2026-11-02T01:01:05"),
        ("2026-11-02T09:01:05Z", "2026-11-02T09:01:05"),
        ("2026-11-02T09:01:05.123456+02:00", "2026-11-02T07:01:05"),
        ("2026/1/2 9:01", "2026-01-02T01:01:00"),
        ("2026年11月2日 21:01", "2026-11-02T13:01:00"),
        ("2026-11-02 下午 9:01", "2026-11-02T13:01:00"),
        ("2026-11-02 12:01:05 AM", "2026-11-01T16:01:05"),
        ("2026-11-02 12:01:05 PM", "2026-11-02T04:01:05"),
        ("2026-02-30 09:01", None),
        ("2026-11-02 25:01", None),
        ("1970-01-01 08:00:00", None),
        ("2099-01-01 08:00:00", None),
        ("0001-01-01 00:00:00", None),
        ("2026-11-02", None),
        ("02.11.2026 09:01", None),
    ],
)
def test_moments(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(RowError):
            moment(text, Options(until=UNTIL))
    else:
        assert moment(text, Options(until=UNTIL)) == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("a.json", True), ("微信/a.json", True), ("a/../b.json", False), ("../a", False), ("/etc/x", False),
        ("..\\a", False), ("C:\\a", False), ("C:/a", False), ("\\\\host\\a", False), ("", False), ("a..b/c", True),
    ],
)  # fmt: skip
def test_names_in_archives(name: str, inside: bool) -> None:
    assert stays_inside(name) is inside


@pytest.mark.middle
def test_a_packed_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    line = b'{"_type": "message", "content": "' + b"0" * 10_000 + b'"}\n'
    with gzip.open(tmp_path / "bomb.jsonl.gz", "wb") as file:
        file.write(b'{"_type": "header", "chatlab": {}, "meta": {"platform": "qq", "groupId": "g"}}\n')
        for _ in range(20_000):
            file.write(line)
    opening = inputs(tmp_path / "bomb.jsonl.gz", Options())
    read_in, found = next(opening), list[Found]()
    assert isinstance(read_in, Input)
    with pytest.raises(FormatError, match="300 times its size"):
        found.extend(read_in.found)
    assert len(found) < 10_000  # 64 MB of 200


@pytest.mark.parametrize("name", ["weflow.json", "chatlog.csv", "qq.txt", "telegram_one.json"])
def test_any_file_may_be_packed(name: str, tmp_path: Path) -> None:
    _, options = FIXTURES[name]
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress((FOLDER / name).read_bytes()))
    assert read(packed, options) == read(FOLDER / name, options)


def long_export(file: Path, count: int) -> Path:
    def pieces() -> Iterator[str]:
        yield '{"weflow": {}, "session": {"wxid": "1@chatroom", "type": "群聊"}, "messages": [\n'
        for number, row in enumerate(rows(1) * count):
            row |= {"createTime": 1_700_000_000 + number, "platformMessageId": str(number)}
            yield json.dumps(row, ensure_ascii=False) + (",\n" if number < count - 1 else "\n")
        yield "]}"

    with file.open("w", encoding="utf-8") as out:
        out.writelines(pieces())
    return file


@pytest.mark.middle
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for count in (20_000, 60_000):
        file = long_export(tmp_path / f"{count}.json", count)
        tracemalloc.start()
        for found in inputs(file, Options()):
            assert isinstance(found, Input)
            assert sum(isinstance(one, Message) for one in found.found) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 8_000_000


TABLE = 'a,b\n1,"x\ny"\n2,"open\n3,z\n4,5" disk\n\n6,""""\n'


def test_tables_as_people_break_them(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(TABLE, "utf-8")
    with opened(tmp_path / "x.csv") as source:
        found = list(records(source.text, ","))
    assert found == [
        (1, ["a", "b"]),
        (2, ["1", "x\ny"]),
        (4, NEVER_CLOSED),
        (5, ["3", "z"]),
        (6, ["4", '5" disk']),
        (8, ["6", '"']),
    ]
    assert [delimiter(head) for head in ("a,b", "a\tb", "a;b;c", "a")] == [",", "\t", ";", ","]


def test_a_name_with_line_breaks_is_one_line(tmp_path: Path) -> None:
    found = rows(1, senderDisplayName="成都\n老樊\r\n\u2028DBA")
    _, read_back = read(export(tmp_path / "x.json", found), Options())
    assert [one.name for one in read_back if isinstance(one, Message)] == ["成都 老樊 DBA"]


def test_the_bots_own_posts_are_left_out_by_name_too() -> None:
    options = Options(own_names=frozenset({"木子"}), group=GROUP)
    _, found = read(FOLDER / "pasted.txt", options)
    assert {one.member for one in found if isinstance(one, Message)} == {f"{BY_NAME}成都-老樊-DBA"}


def test_a_table_of_all_talks_is_refused(tmp_path: Path) -> None:
    head = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n"
    lines = [f"{n},{n % 2},1,0,0,{1_793_581_200 + n},,早,,木子,muzi,wxid_muzi\n" for n in range(4)]
    (tmp_path / "messages.csv").write_text(head + "".join(lines), "utf-8")
    with pytest.raises(FormatError, match="mixes several talks \\(line 4\\)"):
        all_of(tmp_path / "messages.csv", Options(group=GROUP))


@pytest.mark.parametrize("name", ["weflow.json", "telegram_one.json", "discord.json"])
def test_private_talks_are_refused(name: str, tmp_path: Path) -> None:
    text = (FOLDER / name).read_text("utf-8")
    for group, private in (
        ("群聊", "私聊"),
        ("private_supergroup", "personal_chat"),
        ("GuildTextChat", "DirectTextChat"),
    ):
        text = text.replace(group, private)
    (tmp_path / name).write_text(text.replace("4455@chatroom", "wxid_muzi"), "utf-8")
    with pytest.raises(FormatError, match="private talk"):
        all_of(tmp_path / name, Options())


def test_names_of_chinese_windows_are_read() -> None:
    entry = zipfile.ZipInfo("微信/群.json".encode("gb18030").decode("cp437"))
    assert name_of(entry) == "微信/群.json"
    entry.flag_bits |= 0x800
    entry.filename = "微信/群.json"
    assert name_of(entry) == "微信/群.json"
