"""Lets only one process use a SQLite file: a lock that dies with its owner."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from storage.migrate import SchemaError


class InUseError(Exception):
    """Another process is using this database. Stop it first, or give this one a database of its own."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{type(self).__doc__} ({file})")


@contextlib.contextmanager
def only_one(database: Path) -> Iterator[None]:
    """Hold the lock beside a database file.

    Raises:
        InUseError: Somebody else holds it.
        SchemaError: It cannot be made: the folder may not be written.
    """
    file = database.with_name(f"{database.name}.lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise SchemaError(
            f"{database} cannot be opened. Check that the account that runs the bot may write in its folder."
        ) from error
    try:
        _take(descriptor, file)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int, file: Path) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise InUseError(file) from error

else:
    import fcntl

    def _take(descriptor: int, file: Path) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUseError(file) from error
