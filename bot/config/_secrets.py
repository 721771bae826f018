"""Reads secrets that lie in files of their own, and refuses those that are empty, torn or open to others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

SIZE_LIMIT = 64 * 1024


def with_secret(table: Mapping[str, Any], key: str, folder: Path) -> dict[str, Any]:
    """Return the table with `key` read from the file that `key` + `_file` names, if it stands there.

    Raises:
        ValueError: The secret, or its file, cannot be used.
    """
    filled = dict(table)
    path = filled.pop(f"{key}_file", None)
    if path is not None:
        if key in table:
            raise ValueError(f"{key} and {key}_file are both set; keep one of them")
        if not isinstance(path, str):
            raise ValueError("must be the path of a file, in quotes")
        filled[key] = read_secret(folder / Path(path).expanduser())
    refuse_torn(filled.get(key))
    return filled


def refuse_torn(secret: object) -> None:
    """Raise ValueError for a secret that was not copied whole; anything that is no text is left to its model."""
    if not isinstance(secret, str):
        return
    if not secret.strip():
        raise ValueError("is empty; give it, or take the line out")
    if secret != secret.strip() or not secret.isprintable():
        raise ValueError("has white space at an end, or a line break in it; copy it once more")


def read_secret(path: Path) -> str:
    """Return what a file holds, without the line end.

    Raises:
        ValueError: It cannot be read, or others on this machine can read it too.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and os.name != "nt" and mode & 0o077:
            raise ValueError("the file can be read by others on this machine; chmod 600 it")
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT).decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"the file cannot be read ({error.strerror})") from None


def secrets(*models: BaseModel) -> Iterator[str]:
    """Yield every secret that models hold, however deep."""
    for model in models:
        for key in type(model).model_fields:
            value = getattr(model, key)
            if isinstance(value, SecretStr):
                yield value.get_secret_value()
            elif isinstance(value, BaseModel):
                yield from secrets(value)
            elif isinstance(value, dict):
                yield from secrets(*(one for one in value.values() if isinstance(one, BaseModel)))
