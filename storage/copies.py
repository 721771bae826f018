"""Copies a SQLite file while it is in use, and proves the copy before it counts."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path


class CopyError(ValueError):
    """The copy of the database did not pass SQLite's own check; the one in use may be damaged. Run the check on it."""


def copy(source: Path, target: Path) -> None:
    """Copy a SQLite file to `target`, replacing what is there only once the copy is proved.

    It holds a read transaction, so writers go on meanwhile; pages that hold nothing any more are left behind.

    Raises:
        CopyError: The copy is damaged.
        sqlite3.Error: The source cannot be read.
        OSError: The target cannot be written.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(partial),))
        prove(partial)
        _to_disk(partial)
        partial.replace(target)
        if os.name == "posix":
            _to_disk(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def prove(file: Path) -> None:
    """Open a SQLite file and let SQLite check all of it.

    Raises:
        CopyError: It is damaged.
    """
    with closing(sqlite3.connect(file)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise CopyError(CopyError.__doc__) from error
    if found != ("ok",):
        raise CopyError(CopyError.__doc__)


def _to_disk(path: Path) -> None:
    # SQLite does not sync the target of VACUUM INTO.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
