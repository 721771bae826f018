"""Files that a start meets, 45, 46 and 52 of the list: read right, or refused in one line that never tells a value."""

from __future__ import annotations

import codecs
import io
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load
from storage.migrate import VERSION_TABLE
from tests.bot.cli.process import bot
from tests.hostile.front import log_into

pytestmark = pytest.mark.middle

VALUE = "geheim-4711-kanarie"
GOOD = '[web]\nport = 81\n[community]\nname = "象"\n'


@dataclass(frozen=True)
class Ended:
    code: int
    told: str


def started(file: Path | None) -> Ended:
    """Try to start the bot with a configuration that it must refuse, as the command `run` does."""
    stream = io.StringIO()
    with log_into(stream):
        options = [] if file is None else ["--config", str(file)]
        result = CliRunner().invoke(app, [*options, "run"])
    assert isinstance(result.exception, SystemExit), result.exception
    return Ended(result.exit_code, stream.getvalue() + result.output)


def refused(file: Path, *words: str) -> str:
    ended = started(file)
    assert ended.code == 2
    assert "Traceback" not in ended.told
    assert VALUE not in ended.told
    assert [word for word in words if word not in ended.told] == [], ended.told
    return ended.told


@contextmanager
def not_root() -> Iterator[None]:
    """Give up root's power to read and write everything, for a while."""
    mine = os.geteuid()
    codecs.lookup("cp437")  # of archives, in which models come: a Python in root's home could not be read any more
    if mine == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(mine)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that others can reach, unlike pytest's own."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


# -- 45: the file -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace(" = ", "\t=\t").encode(),
        GOOD.rstrip().encode(),
    ],
    ids=["plain", "BOM", "UTF-16", "UTF-16 BE", "CRLF", "tabs", "no last line end"],
)
def test_45_any_text_is_read_right(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(data)
    config = load(file, {})
    assert (config.web.port, config.community.name) == (81, "象")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "there is no such file"),
        ("folder", "is a folder"),
        (b"\xd6\xd0\xce\xc4 = 1", "line 1 is not UTF-8"),
        (b"[\0w\0e\0b\0]\0", "UTF-16 without a mark"),
        (b"\xff\xfe\x00", "config.toml"),
        (b"\0" * 100, "is not text"),
        (f'[database]\nurl = "{VALUE}'.encode(), "line 2: [database] url"),
        (f"{VALUE}\n".encode(), "line 1"),
        (b"[" * 100_000, "line 1"),
        (b"a." * 2_000 + b"b = 1", "config.toml"),
        (b"a = " + b"[" * 20_000, "nested too deep"),
        (b"a = " + b"{b = " * 5_000, "nested too deep"),
        (b"#" * (2 << 20), "larger than 1 MiB"),
        (b"<?xml version='1.0'?>", "line 1"),
        (b"PK\x03\x04\x00\x00", "config.toml"),
    ],
)  # fmt: skip
def test_45_what_is_no_configuration(tmp_path: Path, data: bytes | str | None, words: str) -> None:
    file = tmp_path / "config.toml"
    if data == "folder":
        file.mkdir()
    elif isinstance(data, bytes):
        file.write_bytes(data)
    refused(file, words, "config.toml")


def test_45_a_file_that_may_not_be_read(folder: Path) -> None:
    file = folder / "config.toml"
    file.write_text(GOOD)
    file.chmod(0o000)
    with not_root():
        refused(file, "config.toml", "may not be read by this account")


# -- 46: the keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[retention]\nretenton_days = 3", "[retention] retenton_days: unknown key"),
        (f'[retention]\nchater = "{VALUE}"', "[retention] chater: unknown key; did you mean chatter?"),
        (f'[retenton]\ninbox = "{VALUE}"', "[retenton]: unknown table; did you mean [retention]?"),
        (f'[adapters.onebot]\nacces_token = "{VALUE}"', "acces_token: unknown key; did you mean access_token?"),
        (f'[adapters.onebott]\naccess_token = "{VALUE}"', "[adapters.onebott]: unknown adapter; did you mean onebot?"),
        (f'[handlers.digests]\nx = "{VALUE}"', "[handlers.digests]: unknown handler; did you mean digest?"),
        (f'[web]\nport = "{VALUE}"', "[web] port: must be a whole number"),
        (f'[adapters.onebot]\nport = "{VALUE}"', "[adapters.onebot] port: must be a whole number"),
        (f'[adapters.onebot]\nmode = "{VALUE}"', "[adapters.onebot] mode: must be one of 'reverse' or 'forward'"),
        ("[adapters.onebot]\naccess_token = 4711", "[adapters.onebot] access_token: must be text, in quotes"),
        ("[web]\nport = 1\nport = 2", "[web] port: stands twice"),
        (f'[adapters.onebot]\naccess_token = "{VALUE}"\naccess_token = "{VALUE}2"', "access_token: stands twice"),
        ('[adapters.onebot]\naccess_token = ""', "[adapters.onebot] access_token: is empty"),
        ('[adapters.onebot]\naccess_token = "  "', "[adapters.onebot] access_token: is empty"),
        (f'[adapters.onebot]\naccess_token = "{VALUE}\\n"', "access_token: has white space at an end, or a line break"),
        (f'[adapters.onebot]\naccess_token = """{VALUE}\n{VALUE}"""', "access_token: has white space at an end, or"),
        (f'[adapters.onebot]\naccess_token = "{VALUE} {VALUE}"', "[adapters.onebot] access_token: holds a space"),
        (f'[adapters.onebot]\naccess_token = "象{VALUE}"', "[adapters.onebot] access_token: holds a space"),
        ('[adapters.onebot]\nhost = "0.0.0.0"', "[adapters.onebot] host: is open to other machines"),
        (f'[adapters.onebot]\nmode = "forward"\nurl = "ws://u:{VALUE}@h:1"', "[adapters.onebot] url: holds a secret"),
        (f'[adapters.onebot]\nmode = "forward"\nurl = "ws://h/?access_token={VALUE}"', "url: holds a secret"),
        (f'[database]\nurl = "postgers://u:{VALUE}@h/d"', "[database] url: must begin with sqlite:/// or postgresql://"),
        (f'[database]\nurl = "postgresql://u:{VALUE}@h:port/d"', "[database] url: has a host or port"),
    ],
)  # fmt: skip
def test_46_a_key_that_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "config.toml"
    database = "" if "[database]" in text else f'[database]\nurl = "sqlite:///{tmp_path}/x.db"\n'
    file.write_text(f"{database}{text}\n", "utf-8")
    file.chmod(0o600)
    told = refused(file, "config.toml", words)
    assert len([line for line in told.splitlines() if "config.toml" in line]) == 1


# -- 52: the database -------------------------------------------------------------------------------------------------


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999_later'")
        database.commit()


def of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE users (id INTEGER)")
        database.commit()


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garbage(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + os.urandom(8_192))


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def read_only(file: Path) -> None:
    file.chmod(0o444)
    file.parent.chmod(0o555)


def read_only_file(file: Path) -> None:
    file.chmod(0o444)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (newer, "written by a newer version of this program (9999_later"),
        (of_another_program, "belongs to another program (it has a table users)"),
        (truncated, "is damaged or cut short"),
        (garbage, "is not a database"),
        (a_folder, "cannot be opened"),
        (read_only, "rows.db cannot be opened. Check that the account that runs the bot may write in its folder."),
        (read_only_file, "rows.db may only be read. Give the account that runs the bot write access"),
    ],
)
def test_52_a_database_that_cannot_be_used(
    folder: Path, sqlite_template: Path, spoil: Callable[[Path], None], words: str
) -> None:
    """Refused with the reason, and left byte for byte as it was."""
    file, config = folder / "data" / "rows.db", folder / "config.toml"
    file.parent.mkdir()
    shutil.copyfile(sqlite_template, file)
    config.write_text(f'[database]\nurl = "sqlite:///{file}"\n[web]\nenabled = false\n')
    spoil(file)
    config.chmod(0o600)
    for path in (folder, config, file.parent, file):
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
    before = file.read_bytes() if file.is_file() else b""
    with not_root():
        told = refused(config, words)
    assert len(told.splitlines()) <= 2  # beside the line that nobody is configured
    assert (file.read_bytes() if file.is_file() else b"") == before
    file.parent.chmod(0o755)


# -- as a process -----------------------------------------------------------------------------------------------------


@pytest.mark.middle
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'[retenton]\ninbox = "{VALUE}"', "config.toml: [retenton]: unknown table; did you mean [retention]?"),
        (f'[adapters.onebot]\nacces_token = "{VALUE}"', "[adapters.onebot] acces_token: unknown key"),
        ("", "another program"),
    ],
)
def test_46_and_52_as_a_process(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "data" / "xiangqun.db"
    file.parent.mkdir()
    of_another_program_in(file)
    (tmp_path / "config.toml").write_text(text)
    ended = bot(tmp_path, "--config", "config.toml", "run")
    assert ended.code == 2
    assert words in ended.err
    assert VALUE not in ended.out + ended.err
    assert "Traceback" not in ended.err


def of_another_program_in(file: Path) -> None:
    file.touch()
    of_another_program(file)
