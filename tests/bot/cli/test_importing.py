"""`import` and `group size` as they are typed."""

from __future__ import annotations

import io
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from tests.bot.importers.golden import FOLDER, GROUP

pytestmark = pytest.mark.middle


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "rows.db")
    config = f'[database]\nurl = "sqlite:///{tmp_path}/rows.db"\n[handlers.questions]\n'
    config += "[classifiers.rules]\n[classifiers.keywords]\n"
    (tmp_path / "config.toml").write_text(config)
    (tmp_path / "config.toml").chmod(0o600)
    return tmp_path


def typed(desk: Path, *arguments: str, standard_input: str = "") -> Result:
    result: Result = CliRunner().invoke(
        app, ["--config", str(desk / "config.toml"), *arguments], input=standard_input.encode()
    )
    assert "Traceback" not in result.output
    return result


def rows(desk: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(desk / "rows.db")) as database:
        return list(database.execute(query))


def test_a_paste_comes_from_standard_input(desk: Path) -> None:
    paste = (FOLDER / "pasted.txt").read_text("utf-8")
    done = typed(desk, "import", "-", "--group", GROUP, standard_input=paste)
    assert (done.exit_code, "pasted.txt (pasted)" in done.output) == (0, True), done.output
    assert "read 5, new 5, known already 0, skipped 1" in done.output
    assert "note: its times have no zone and were read as Asia/Shanghai; another one: --zone" in done.output
    assert rows(desk, "SELECT key FROM groups WHERE platform = 'wechat'") == [(GROUP,)]


def test_a_paste_needs_its_group(desk: Path) -> None:
    done = typed(desk, "import", "-", standard_input=(FOLDER / "pasted.txt").read_text("utf-8"))
    assert (done.exit_code, "--group KEY" in done.output) == (1, True)


def test_a_zone_moves_what_has_none(desk: Path) -> None:
    assert typed(desk, "import", str(FOLDER / "qq.txt"), "--group", "1", "--zone", "UTC").exit_code == 0
    assert rows(desk, "SELECT min(at) FROM messages") == [("2026-11-02 09:01:05.000000",)]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--zone", "Asia/Beijing"], "did you mean Asia/Shanghai"),
        (["--since", "yesterday"], "--since yesterday is no day"),
        (["--columns", "time"], "is not NAME=COLUMN"),
    ],
)
def test_what_cannot_be_meant_is_refused(desk: Path, arguments: list[str], why: str) -> None:
    done = typed(desk, "import", str(FOLDER / "qq.txt"), *arguments)
    assert (done.exit_code, why in done.output) == (2, True), done.output


def test_there_is_no_such_format(desk: Path) -> None:
    done = typed(desk, "import", str(FOLDER / "qq.txt"), "--format", "excel")
    assert (done.exit_code, "There is no format excel; there are: chatlab, chatlog" in done.output) == (1, True)


def test_a_table_with_columns_that_are_told(desk: Path) -> None:
    columns = "time=1,group=2,group_name=3,member=4,name=5,text=6,id=7,reply_to=8"
    file = str(FOLDER / "mapped.tsv")
    done = typed(desk, "import", file, "--format", "table", "--columns", columns, "--platform", "qq")
    assert "PG 夜谈 (qq), 另一个群 (qq)" in done.output
    assert "read 3, new 3" in done.output


def test_a_folder_with_all_sorts_of_files(desk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    shutil.copytree(FOLDER, folder)
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    done = typed(desk, "import", str(folder))
    for told in ("weflow.json (weflow)", "exports/qq_chunks (qq_chat_exporter)", "exports/slack (slack)"):
        assert told in done.output, done.output
    assert "left alone, for they are none of the formats (2): exports/mapped.tsv, exports/photo.png" in done.output
    assert done.exit_code == 1  # the pastes do not tell their group
    assert typed(desk, "import", str(folder)).output.count("new 0") == done.output.count(" new ")


def test_an_archive_gives_what_is_in_it_and_no_name_leads_out(desk: Path, tmp_path: Path) -> None:
    archive = tmp_path / "chats.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(FOLDER / "weflow.json", "微信/weflow.json")
        packed.write(FOLDER / "qq_v5.json", "../../qq.json")
        packed.writestr("/etc/passwd", "x")
        packed.writestr("bomb.json", "0" * 100_000_000)
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.write(FOLDER / "discord.json", "discord.json")
        packed.writestr("inner.zip", inner.getvalue())
    done = typed(desk, "import", str(archive))
    assert done.exit_code == 1
    assert "chats.zip/微信/weflow.json (weflow): PG 夜谈 (wechat)" in done.output
    assert "../../qq.json: has a name that leads out of the archive" in done.output
    assert "bomb.json: unpacks to more than 300 times its size" in done.output
    assert "chats.zip/inner.zip: is an archive within an archive" in done.output
    assert rows(desk, "SELECT count(*) FROM messages") == [(8,)]
    assert not (tmp_path.parent / "qq.json").exists()


def test_a_locked_and_a_broken_archive(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    assert "broken.zip: It is no text" in typed(desk, "import", str(tmp_path / "broken.zip")).output
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(FOLDER / "weflow.json", "weflow.json")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[120:140] = bytes(20)
    (tmp_path / "a.zip").write_bytes(data)
    done = typed(desk, "import", str(tmp_path / "a.zip"))
    assert (done.exit_code, "weflow.json" in done.output) == (1, True), done.output


def test_a_platform_tells_groups_of_one_name_apart(desk: Path) -> None:
    for name in ("weflow.json", "telegram_one.json"):
        typed(desk, "import", str(FOLDER / name))
    done = typed(desk, "group", "size", "PG 夜谈", "486")
    assert (done.exit_code, "--platform wechat" in done.output) == (2, False)
    done = typed(desk, "group", "size", "PG 夜谈", "486", "--platform", "telegram")
    assert done.output.startswith("PG 夜谈 (telegram): 486 members on ")


def test_sizes_are_entered_by_hand(desk: Path) -> None:
    typed(desk, "import", str(FOLDER / "weflow.json"))
    done = typed(desk, "group", "size", "PG 夜谈", "486", "--on", "2026-11-01")
    assert (done.exit_code, done.output) == (0, "PG 夜谈 (wechat): 486 members on 2026-11-01, entered by hand\n")
    assert typed(desk, "group", "size", GROUP, "490", "--on", "2026-11-01").exit_code == 0
    assert typed(desk, "group", "size", "金融行业群", "300").exit_code == 2
    assert typed(desk, "group", "size", "金融行业群", "300", "--platform", "wechat").exit_code == 0
    assert typed(desk, "group", "size", "金融行业群", "310", "--on", "2026-11-01").exit_code == 0
    assert typed(desk, "group", "size", GROUP, "1", "--on", "2999-01-01").exit_code == 2
    assert rows(desk, "SELECT source, size FROM group_sizes WHERE day = '2026-11-01' ORDER BY size") == [
        ("by_hand", 310), ("by_hand", 490),
    ]  # fmt: skip
