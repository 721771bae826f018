"""Files that are sent in private: each readable by this user alone, and whole before anybody sees it."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path


async def keep(folder: Path, name: str, ending: str, content: bytes) -> str:
    """Write a file under a name that nobody guesses, and return that name: `report-7-5f0c….pdf`."""
    found = f"{name}-{secrets.token_hex(8)}{ending}"
    await asyncio.to_thread(_write, folder / found, content)
    return found


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    try:
        partial.touch(mode=0o600)
        partial.write_bytes(content)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
