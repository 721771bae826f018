"""What outlives a connection, and the process too: the session, how far it was heard, and when."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.adapters._parse import Odd, identifier, integer, parse, words
from bot.adapters.qq_official._lanes import Progress
from storage.sanitize import label

NOTED_EVERY = timedelta(seconds=30)


@dataclass(slots=True)
class Past:
    """Carried from one connection to the next by the adapter."""

    session: str = ""
    progress: Progress = field(default_factory=Progress)
    failed: int = 0  # resumes in a row that came to nothing
    refused: int = 0  # identifies in a row whose access token was not taken
    alive_at: datetime | None = None  # when something last came, UTC
    self_id: str = ""
    name: str = ""

    def forget(self) -> None:
        """Give the session up: the next connection begins a new one."""
        self.session, self.failed, self.progress = "", 0, Progress()


class Notebook:
    """Keeps it in a file, so that the next process goes on where this one ended, or knows since when it was away."""

    def __init__(self, file: Path, account: str) -> None:
        """Take the file, and what the session belongs to: with another account or other intents it is not resumed."""
        self._file = file
        self._account = account
        self._noted: datetime | None = None

    def read(self) -> Past:
        """Return what was noted; nothing where there is no such file, or none that can be read."""
        try:
            found = parse(self._file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            return Past()
        if isinstance(found, Odd) or found.get("account") != self._account:
            return Past()
        past = Past(alive_at=_moment(found.get("alive_at")))
        number = integer(found.get("number"))
        if number is not None and number >= 0:
            past.session, past.progress = identifier(found.get("session"), 256), Progress(number)
            past.self_id, past.name = identifier(found.get("self_id")), label(words(found.get("name")))
        return past

    def due(self, now: datetime) -> bool:
        """Say whether it is time to note again."""
        return self._noted is None or now - self._noted >= NOTED_EVERY

    def write(self, past: Past) -> None:
        """Note it, for our eyes alone. That it cannot be written is no reason to hear less."""
        told = {
            "account": self._account,
            "session": past.session,
            "number": past.progress.safe,
            "alive_at": past.alive_at.isoformat() if past.alive_at else "",
            "self_id": past.self_id,
            "name": past.name,
        }
        self._noted = past.alive_at
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new = self._file.with_suffix(".new")
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(told))
            new.replace(self._file)


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(words(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
