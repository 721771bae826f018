"""Runs `python -m bot` as a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 250


@dataclass(frozen=True)
class Ended:
    """What a process said and how it ended."""

    code: int
    out: str
    err: str


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment in which nothing of the caller's configures the bot, and all data goes to a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("XIANGQUN__")}
    return {**kept, "PYTHONPATH": str(ROOT), "XIANGQUN__DATA__FOLDER": str(folder / "data"), "NO_COLOR": "1", **more}


def bot(folder: Path, *arguments: str, typed: str = "", env: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", *arguments],
        cwd=folder,
        env=environment(folder, **(env or {})),
        input=typed.encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
