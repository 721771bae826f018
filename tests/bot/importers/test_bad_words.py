"""Bad input as it is typed: what a person reads names the file, the line and what to do, and the rest comes in."""

from __future__ import annotations

import gzip
import io
import json
import re
import resource
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.bot.importers.golden import FOLDER

pytestmark = pytest.mark.middle

AT = 1_793_581_200
META = {"platform": "qq", "groupId": "g1", "name": "PG"}
WEFLOW = (FOLDER / "weflow.json").read_text("utf-8")
BREAKS_OFF = "is where the file breaks off, or is JSON no longer"
AGAIN = "export it again, and import that as well: nothing comes in twice"
BOMB = "unpacks to more than 300 times its size, which no chat does"
HUGE = 5 << 30


def header(**meta: str) -> dict[str, Any]:
    return {"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": META | meta}


def row(number: int, **changes: object) -> dict[str, Any]:
    said = {"_type": "message", "sender": f"u{number % 3}", "accountName": "樊", "timestamp": AT + number, "type": 0}
    return {**said, "content": f"第 {number} 条", "platformMessageId": f"p{number}", **changes}


def lines(*rows: object) -> str:
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in rows)


def zipped(**files: str | bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_DOTS", ".."), content)
    return data.getvalue()


ZEROS = b"0" * (80 << 20)
GOOD = lines(header(), row(1))
CASES: dict[str, tuple[str | Callable[[], bytes], list[str], int]] = {
    # of each: what is in the file, what is said of it, and how many messages come in
    "package.json": ('{"name": "x"}', ["package.json: This is none of the formats", "--format table --columns"], 0),
    "photo.json": (lambda: b"\x89PNG\r\n\x1a\n\0\0", ["photo.json: It is no text, so it is no export of a chat."], 0),
    "empty.json": ("", ["empty.json: It is empty."], 0),
    "weflow.csv": (
        WEFLOW,
        ["weflow.csv (weflow): PG 夜谈 (wechat)", "before 1999: the clock was not set (line 12)"],
        8,
    ),
    "half.json": (WEFLOW[:1500], [f"skipped 1: {BREAKS_OFF} (line 8)", AGAIN], 3),
    "half.jsonl": (lines(header(), row(1), '{"_type'), ["skipped 1: is not JSON (line 3)"], 1),
    "two.jsonl": (lines(header(), row(1), header(groupId="g2", name="PG 2"), row(2)), ["PG (qq), PG 2 (qq)"], 2),
    "two.json": (
        WEFLOW + WEFLOW,
        ["skipped 1: is behind the end of the export, for a file holds one (line 16)", "cut the file in two there"],
        8,
    ),
    "back.jsonl": (
        lines(header(), row(600), row(700), row(5), row(800)),
        ["its clock goes back 1 time, first at message 3, from 2026-11-02 09:11 to 2026-11-02 09:00"],
        4,
    ),
    "years.jsonl": (
        lines(header(), row(1), row(2, timestamp=60), row(3, timestamp=4_070_908_800)),
        ["before 1999: the clock was not set (line 3)", "has a time that is yet to come (line 4)", "mend the year"],
        1,
    ),
    "name.jsonl": (lines(header(), row(1, accountName="成都\n老樊\r\n\u2028DBA")), ["read 1, new 1"], 1),
    "dots.zip": (
        lambda: zipped(_DOTS__evil_jsonl=GOOD, ok_jsonl=GOOD),
        ["dots.zip/../evil_jsonl: has a name that leads out of the archive; unpack it", "dots.zip/ok_jsonl (chatlab)"],
        1,
    ),
    "bomb.zip": (
        lambda: zipped(bomb_jsonl=ZEROS, ok_jsonl=GOOD),
        [f"bomb.zip/bomb_jsonl: {BOMB}; if it is one, unpack it", "bomb.zip/ok_jsonl (chatlab)"],
        1,
    ),
    "nested.zip": (
        lambda: zipped(inner=zipped(bomb=ZEROS), ok=GOOD),
        ["nested.zip/inner: is an archive within an archive; unpack it", "nested.zip/ok (chatlab)"],
        1,
    ),
    "bomb.jsonl.gz": (
        lambda: gzip.compress(GOOD.encode() + ZEROS),
        ["read 1, new 1", f"not read to its end: What is packed {BOMB}"],
        1,
    ),
    "empty.zip": (zipped, ["empty.zip: There is nothing in it that can be imported."], 0),
    "table.csv": ("time,name,text\n2026-11-02 09:01,a,早\n", ["table.csv: ", "give its id with --group KEY"], 0),
}


def typed(folder: Path, template: Path, file: Path) -> tuple[str, int, list[tuple[str, str]]]:
    """Import a file; return what was said, the code, and the names and texts that came in."""
    shutil.copyfile(template, folder / "rows.db")
    config = folder / "config.toml"
    tables = "[handlers.questions]\n[classifiers.rules]\n[classifiers.keywords]\n"
    config.write_text(f'[database]\nurl = "sqlite:///{folder}/rows.db"\n{tables}')
    config.chmod(0o600)
    done = CliRunner().invoke(app, ["--config", str(config), "import", str(file)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    with closing(sqlite3.connect(folder / "rows.db")) as database:
        return done.output, done.exit_code, list(database.execute("SELECT name, text FROM messages ORDER BY at"))


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_told_in_words_that_help(name: str, tmp_path: Path, sqlite_template: Path) -> None:
    content, expected, count = CASES[name]
    file = tmp_path / name
    file.write_bytes(content() if callable(content) else content.encode())
    told, code, stored = typed(tmp_path, sqlite_template, file)
    for words in expected:
        assert words in told
    assert "Traceback" not in told
    assert len(stored) == count
    assert not [name for name, _ in stored if re.search(r"[\r\n\u2028]", name)]
    assert code == (1 if not count or name.endswith((".zip", ".gz")) else 0)


@pytest.mark.parametrize(
    ("name", "begins", "expected", "count"),
    [
        ("zeros.json", "", "zeros.json: It is no text", 0),
        ("hole.json", WEFLOW[:1500], f"{BREAKS_OFF} (line 8)", 3),
        ("hole.jsonl", GOOD, "is longer than a row can be, or the file breaks off (line 3)", 1),
        ("hole.zip", "PK\x03\x04", "hole.zip: It is no text", 0),
    ],
)
def test_five_gigabytes_are_answered_without_reading_them(
    name: str, begins: str, expected: str, count: int, tmp_path: Path, sqlite_template: Path
) -> None:
    """The file is a hole: it takes no room. What is measured is the processor's time and memory, not the clock's."""
    file = tmp_path / name
    with file.open("wb") as out:
        out.write(begins.encode())
        out.truncate(HUGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told, _, stored = typed(tmp_path, sqlite_template, file)
    assert expected in told
    assert len(stored) == count
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_names_of_files_drive_no_terminal(tmp_path: Path, sqlite_template: Path) -> None:
    file = tmp_path / "a\n\x1b[31mb.jsonl"
    file.write_text(GOOD, "utf-8")
    told, _, _ = typed(tmp_path, sqlite_template, file)
    assert "\x1b" not in told
    assert told.startswith("a [31mb.jsonl (chatlab)")
