"""Files of history as they lie about, 51 of the list: what can be read comes in once, each other row is told."""

from __future__ import annotations

import gzip
import io
import json
import re
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.bot.cli.process import bot
from tests.hostile.front import CANARY, log_into

pytestmark = pytest.mark.middle

HEADER = {"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": {"platform": "qq", "groupId": "g1", "name": "PG"}}
AT = 1_795_395_600  # 2026-11-23 09:00 in Shanghai


def row(number: int, **changes: object) -> dict[str, Any]:
    message = {"_type": "message", "sender": f"u{number % 7}", "accountName": "樊", "timestamp": AT + number, "type": 0}
    return {**message, "content": f"第 {number} 条", "platformMessageId": f"p{number}", **changes}


def text(*rows: object, header: object = HEADER) -> str:
    every = rows if header is None else (header, *rows)
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in every)


@dataclass
class Desk:
    """A database of its own, into which files are imported as the command does it."""

    folder: Path

    def take_in(self, content: str | bytes, name: str = "export.jsonl") -> tuple[int, str]:
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        stream = io.StringIO()
        with log_into(stream):
            result = CliRunner().invoke(app, ["--config", str(self.folder / "config.toml"), "import", str(file)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        told = result.output + stream.getvalue()
        assert "Traceback" not in told
        assert CANARY not in told
        return result.exit_code, told

    def rows(self) -> list[tuple[str, str, str]]:
        with closing(sqlite3.connect(self.folder / "rows.db")) as database:
            query = (
                "SELECT m.key, p.key, m.text FROM messages m LEFT JOIN members p ON p.id = m.member_id ORDER BY m.id"
            )
            return list(database.execute(query))

    def left(self) -> int:
        """How many frames are not worked off, or were put aside."""
        with closing(sqlite3.connect(self.folder / "rows.db")) as database:
            return int(database.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()[0])


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Desk:
    shutil.copyfile(sqlite_template, tmp_path / "rows.db")
    config = f'[database]\nurl = "sqlite:///{tmp_path}/rows.db"\n[handlers.questions]\n'
    (tmp_path / "config.toml").write_text(config)
    (tmp_path / "config.toml").chmod(0o600)
    return Desk(tmp_path)


def counts(told: str) -> tuple[int, int, int]:
    """Return how many rows were read, were new, were skipped, as the report tells."""
    found = re.search(r"read ([\d,]+), new ([\d,]+), known already [\d,]+, skipped ([\d,]+)", told)
    assert found, told
    read, new, skipped = (int(number.replace(",", "")) for number in found.groups())
    return read, new, skipped


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n\n\n", b"\0" * 5_000, b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\x1f\x8b" + b"\0" * 100, b"null", b"[]",
        b"{}", b"name,text\n1,2\n", text(row(1), header=None).encode(), b'{"_type": "header"}',
        b'{"_type": "header", "meta": 5}', b'{"chatlab": {}, "meta": ' + b"[" * 50_000,
        text(header={**HEADER, "meta": {"platform": "qq"}}).encode(),
        text(header={**HEADER, "meta": {"platform": "qq", "groupId": "g", "type": "private"}}).encode(),
        gzip.compress(b"\0" * 50_000_000, mtime=0),
    ],
    ids=lambda content: repr(content[:24]),
)  # fmt: skip
def test_51_a_file_that_is_none(desk: Desk, content: bytes) -> None:
    code, told = desk.take_in(content)
    assert code == 1
    assert "export.jsonl" in told
    assert desk.rows() == []


def gbk(content: str) -> bytes:
    return content.encode("gb18030")


@pytest.mark.parametrize(
    "written",
    [
        str.encode,
        gbk,
        lambda content: content.encode("utf-8-sig"),
        lambda content: content.encode("utf-16"),
        lambda content: content.replace("\n", "\r\n").encode(),
        lambda content: gzip.compress(content.encode()),
    ],
    ids=["UTF-8", "GBK", "BOM", "UTF-16", "CRLF", "gzip"],
)
def test_51_any_encoding_and_the_same_again(desk: Desk, written: Callable[[str], bytes]) -> None:
    content = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (HEADER, *map(row, range(50))))
    assert counts(desk.take_in(written(content))[1]) == (50, 50, 0)
    assert [words for _, _, words in desk.rows()] == [f"第 {number} 条" for number in range(50)]
    assert counts(desk.take_in(written(content), "copy.jsonl")[1]) == (50, 0, 0)
    assert counts(desk.take_in(content, "other.jsonl")[1]) == (50, 0, 0)
    assert len(desk.rows()) == 50


# -- rows -------------------------------------------------------------------------------------------------------------

RAGGED: tuple[object, ...] = (
    "", "# a comment", "null", "5", "[]", '"x"', "{", '{"_type": "message", "sender', "NaN", "[" * 50_000, "\0\0",
    "x" * 5_000, {"_type": "message"}, {"_type": "banana"}, {"_type": ["message"]}, {"_type": "member"},
    {"_type": "member", "platformId": {}}, row(1, timestamp=None), row(1, timestamp="gestern"), row(1, timestamp=-1),
    row(1, timestamp=0), row(1, timestamp=1e400), row(1, timestamp=True), row(1, timestamp=2**70), row(1, sender=None),
    row(1, timestamp=AT * 1_000), row(1, timestamp=[AT]), row(1, sender=""), row(1, sender=["u1"]),
    row(1, sender={"id": 1}), row(1, sender="u" * 100_000),
)  # fmt: skip


def test_51_ragged_rows_are_told_by_line_and_reason(desk: Desk) -> None:
    good = [row(number) for number in range(100, 100 + len(RAGGED))]
    mixed = [one for pair in zip(RAGGED, good, strict=True) for one in pair]
    code, told = desk.take_in(text(*mixed).replace("Infinity", "1e400"))
    assert code == 0
    read, new, skipped = counts(told)
    assert (read, new) == (len(good), len(good))
    assert skipped == len(RAGGED) - 4  # an empty line, a comment and two members say nothing of a message
    assert {key for key, _, _ in desk.rows()} == {one["platformMessageId"] for one in good}
    assert re.search(r"skipped [\d,]+: has no time in seconds \(line \d", told)
    assert desk.left() == 0


MENTIONS = ["\0", "\ud83d", None, {}, "m" * 100_000, *range(1_000)]
STRANGE: tuple[dict[str, Any], ...] = (
    row(1, content=f"a\0b {CANARY}"), row(2, content="x\ud83d"), row(3, content="象" * 300_000), row(4, content=None),
    row(5, content={"a": [1]}), row(6, content=5), row(7, sender="u\0x"), row(8, sender="\ud83d"), row(9, sender=2**80),
    row(11, platformMessageId="p\0x"), row(12, platformMessageId="\ud83d"), row(13, platformMessageId=["x"]),
    row(14, platformMessageId="p" * 100_000), row(15, platformMessageId=2**80), row(16, accountName="\ud83d\0"),
    row(17, accountName=["x"]), row(18, replyToMessageId="\0"), row(19, replyToMessageId="\ud83d"), row(22, type="x"),
    row(20, replyToMessageId={}), row(21, replyToMessageId="r" * 100_000), row(23, type=2**70), row(24, type=-1),
    row(25, type=True), row(26, xiangqun={"mentions": MENTIONS, "toBot": True}), row(27, xiangqun={"mentions": 5}),
    row(29, timestamp=AT + 0.5), row(30, timestamp=str(AT + 30)), row(32, content="/quiet"),
    row(31, platformMessageId="", sender="\ud83d", content="\ud83d"), row(33, content="删掉我 确定"),
)  # fmt: skip


def test_51_strange_values_are_stored_or_told(desk: Desk) -> None:
    """No row brings the others down: each is in, sanitized, or counted as skipped."""
    code, told = desk.take_in(text(*STRANGE, row(500)).replace("Infinity", "1e400"))
    assert code == 0
    read, new, skipped = counts(told)
    assert read + skipped == len(STRANGE) + 1
    stored = desk.rows()
    assert len(stored) == new == read
    assert stored[-1][2] == "第 500 条"
    assert max(len(value) for one in stored for value in one if value) <= 20_000
    assert not [one for one in stored if any("\0" in (value or "") for value in one)]
    assert desk.left() == 0
    assert counts(desk.take_in(text(*STRANGE, row(500)).replace("Infinity", "1e400"), "again.jsonl")[1])[1] == 0


def test_51_a_date_in_the_future_is_told(desk: Desk) -> None:
    """A message that was not said yet would be the latest of its group for years."""
    _, told = desk.take_in(text(row(1), row(2, timestamp=4_000_000_000), row(3)))
    assert counts(told) == (2, 2, 1)
    assert "skipped 1: has a time that is yet to come (line 3)" in told


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "count", [pytest.param(9_000, marks=pytest.mark.middle), pytest.param(90_000, marks=pytest.mark.long)]
)
def test_51_row_ninety_thousand_is_bad(tmp_path: Path, count: int) -> None:
    """As a process of its own: its memory stays flat, the bad row is named, a second import adds nothing."""
    with (tmp_path / "export.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(rows_with_a_bad_one(count))
    env = {"XIANGQUN__HANDLERS__QUESTIONS__SHARING": "nobody"}
    (tmp_path / "config.toml").write_text("[handlers.help]\n")  # storing is the matter here, not threads
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    first = bot(tmp_path, "--config", "config.toml", "import", "export.jsonl", env=env)
    assert first.code == 0, first.err
    assert counts(first.out) == (count, count, 1)
    assert f"line {count + 1}" in first.out
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < 400_000  # KiB
    again = bot(tmp_path, "--config", "config.toml", "import", "export.jsonl", env=env)
    assert counts(again.out) == (count, 0, 1)


def rows_with_a_bad_one(count: int) -> Iterator[str]:
    yield json.dumps(HEADER) + "\n"
    for number in range(count):
        yield json.dumps(row(number)) + "\n"
        if number == count - 2:
            yield '{"_type": "message", "sender": "u1", "times\n'
