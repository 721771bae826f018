"""A million messages of sixty groups: memory stays flat, and the end is no slower than the beginning."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.cli.process import ROOT, environment

MEMORY = 400  # MB
SLOWER = 1.3
HOURS = 4


@pytest.mark.long
@pytest.mark.timeout(HOURS * 3600)
def test_a_million_messages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.imports", "1000000", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, check=True).stdout.decode()
    print(told)
    memory = re.search(r"memory at most ([\d,]+) MB", told)
    assert memory is not None
    assert int(memory[1].replace(",", "")) < MEMORY
    slower = [float(found) for found in re.findall(r": ([\d.]+)x as long", told)]
    assert slower
    assert max(slower) <= SLOWER
