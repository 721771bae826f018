"""`group list` as it is typed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

pytestmark = pytest.mark.middle

ROWS = """
    INSERT INTO groups (id, platform, key, kind, name) VALUES
        (1, 'qq', '10001', 'group', '成都群'), (2, 'wechat', '2@chatroom', 'group', '');
    INSERT INTO segments (id, kind, value) VALUES (1, 'region', '成都'), (2, 'industry', '金融');
    INSERT INTO group_segments (group_id, segment_id) VALUES (1, 1), (1, 2);
"""


def listed(sqlite_url: str, folder: Path) -> list[str]:
    config = folder / "config.toml"
    config.write_text(f'[database]\nurl = "{sqlite_url}"\n', "utf-8")
    config.chmod(0o600)
    done = CliRunner().invoke(app, ["--config", str(config), "group", "list"])
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.output.splitlines() if line.strip(" ─")]


def test_groups_are_listed_with_what_they_are_for(sqlite_url: str, tmp_path: Path) -> None:
    assert listed(sqlite_url, tmp_path) == ["No groups yet."]
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        database.executescript(ROWS)
    assert listed(sqlite_url, tmp_path) == [
        "group platform segment",
        "1 成都群 qq 行业群「金融」、区域群「成都」",
        "2 2@chatroom wechat",
    ]
