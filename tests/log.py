"""The log as the command `run` sets it up, written into a stream, and put back afterwards."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot import logs


@contextmanager
def log_into(stream: io.StringIO) -> Iterator[None]:
    """Put back what `logs.configure` changes."""
    root = logging.getLogger()
    level, hooks, structure = root.level, (sys.excepthook, threading.excepthook), structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    logs.configure(stream=stream)
    try:
        yield
    finally:
        root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, logs.Handler)]
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
        logging.captureWarnings(capture=False)
        structlog.configure(**structure)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
