"""An import that is killed, wherever it is, is finished by the next one: the database equals an uninterrupted one."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.imports import write
from tests.bot.cli.process import environment
from tests.bot.importers.rows import rows_of

SECONDS = 240


def folder(parent: Path, name: str, template: Path) -> Path:
    made = parent / name
    made.mkdir()
    shutil.copyfile(template, made / "rows.db")
    tables = f'[database]\nurl = "sqlite:///{made}/rows.db"\n[handlers.questions]\n'
    (made / "config.toml").write_text(tables + "[classifiers.rules]\n[classifiers.keywords]\n")
    (made / "config.toml").chmod(0o600)
    return made


def begin(made: Path, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "bot", "--config", str(made / "config.toml"), "import", str(file)]
    with (made / "told.txt").open("wb") as told:
        return subprocess.Popen(command, cwd=made, env=environment(made), stdout=told, stderr=subprocess.STDOUT)


def told(made: Path) -> str:
    return (made / "told.txt").read_text("utf-8")


def size(made: Path) -> int:
    found = [made / "rows.db", made / "rows.db-wal"]
    return sum(file.stat().st_size for file in found if file.exists())


def kill_when_it_grew(process: subprocess.Popen[bytes], made: Path, by: int) -> bool:
    """Kill a process once its database grew by so many bytes; False if it ended before."""
    before, until = size(made), time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < until:
        if size(made) - before >= by:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.005)
    return False


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize(
    ("count", "kills"),
    [pytest.param(1_500, 3, marks=pytest.mark.middle), pytest.param(20_000, 25, marks=pytest.mark.long)],
)
def test_kill_9_in_the_middle(count: int, kills: int, tmp_path: Path, sqlite_template: Path) -> None:
    file = tmp_path / "export.json"
    write(file, count, groups=3)
    whole = folder(tmp_path, "whole", sqlite_template)
    assert begin(whole, file).wait(SECONDS) == 0
    full = size(whole) - sqlite_template.stat().st_size
    killed = folder(tmp_path, "killed", sqlite_template)
    rng = random.Random(5)
    done = sum(kill_when_it_grew(begin(killed, file), killed, rng.randrange(1, full // kills)) for _ in range(kills))
    assert done >= kills // 2
    assert begin(killed, file).wait(SECONDS) == 0, told(killed)
    assert rows_of(killed / "rows.db", versions=False) == rows_of(whole / "rows.db", versions=False)
    assert begin(killed, file).wait(SECONDS) == 0
    assert "new 0" in told(killed)
    assert rows_of(killed / "rows.db", versions=False) == rows_of(whole / "rows.db", versions=False)
