"""Files of ours: whatever name a body gives, nothing outside their folder is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters._files import ours

NAMES = [
    "",
    ".",
    "..",
    "../a.png",
    "/etc/passwd",
    "b/a.png",
    "..\\a.png",
    "C:\\a.png",
    "a\0.png",
    "none.png",
    "x" * 300,
    "b",
]


@pytest.mark.parametrize("name", NAMES)
async def test_no_name_leads_elsewhere(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "b").mkdir(parents=True)
    for path in (tmp_path / "a.png", folder / "b" / "a.png"):
        path.write_bytes(b"other")
    assert await ours(folder, name) is None


async def test_a_file_is_read_unless_it_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "图.png").write_bytes(b"12345")
    assert await ours(tmp_path, "图.png") == b"12345"
    assert await ours(tmp_path, "图.png", limit=4) is None
    assert await ours(tmp_path / "none", "图.png") is None
