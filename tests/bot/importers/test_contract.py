"""The contract of the importers: its own example is whole, and an importer is found by what a file holds."""

from __future__ import annotations

import textwrap
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot import importers
from bot.importers import FormatError, Options, Skipped
from bot.importers._inputs import importer_of
from storage.frames import Message, Place


def example() -> dict[str, Any]:
    text = (importers.__doc__ or "").partition("早`:\n")[2]
    names: dict[str, Any] = {}
    exec(compile(textwrap.dedent(text), "lines.py", "exec"), names)
    return names


def test_the_example_reads_lines() -> None:
    lines = example()
    text = "2026-11-23T09:00:00+08:00 alice 早\nnonsense\n2026-11-23T09:00:01+08:00 bob 早 啊\n"
    assert lines["sniff"](text.encode())
    place, first, skipped, second = lines["read"](StringIO(text), Options())
    assert place == Place("lines", "lines")
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.member, first.text, second.text) == ("alice", "早", "早 啊")
    assert first.key != second.key
    assert skipped == Skipped(2, "is not: time, member, text")


def test_an_importer_is_found_by_what_a_file_holds(tmp_path: Path) -> None:
    assert importer_of(b'{"_type": "header"}')[0] == "chatlab"
    with pytest.raises(FormatError, match="none of the formats"):
        importer_of(b"2026-11-23T09:00:00+08:00 alice hi")
