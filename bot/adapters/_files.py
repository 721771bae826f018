"""Files of ours that bodies name: read by a name that leads nowhere else, off the loop, and never too large."""

from __future__ import annotations

import asyncio
from pathlib import Path

LARGEST = 10 * 2**20  # bytes; what platforms take for a picture


async def ours(folder: Path, name: str, limit: int = LARGEST) -> bytes | None:
    """Return what a file in a folder holds; None where there is none of that name, or it is larger than `limit`."""
    return await asyncio.to_thread(_read, folder, name, limit)


def _read(folder: Path, name: str, limit: int) -> bytes | None:
    if name in {"", ".", ".."} or name != Path(name).name or "\\" in name or "\0" in name:
        return None
    path = folder / name
    try:
        return path.read_bytes() if path.stat().st_size <= limit else None
    except OSError:
        return None
