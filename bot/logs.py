"""Writes the log: text for people or JSON for machines, never a secret, never (above DEBUG) the text of a message."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Literal, TextIO
from urllib.parse import quote, quote_plus

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Redact = Callable[[str], str]

# These put tokens into URLs, texts into frames or values into statements, at INFO or DEBUG.
QUIET = [
    "aiosqlite", "alembic", "apscheduler", "asyncpg", "dingtalk_stream", "grpclib", "h2", "hpack", "httpcore", "httpx",
    "sqlalchemy", "telegram", "urllib3", "uvicorn", "websockets", "wechaty", "wechaty_puppet",
]  # fmt: skip
NAMES = r"(?:[a-z0-9_]{0,20}(?:token|secret|api_?key)|ticket|passw(?:or)?d|app_?key|sign|signature|authorization)"
# All of bounded length: what is logged may be hostile, and long.
SHAPES = [
    (re.compile(r"(?<!\d)(?:bot)?\d{5,15}:[\w-]{30,}"), "***"),
    (re.compile(r"\bSEC[0-9a-f]{32,}"), "***"),
    (re.compile(r"\b(bearer)\s+[\w.~+/=-]{6,}", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), r"\1***@"),
    (
        re.compile(rf"""(?<![a-z0-9_])({NAMES}["']?\s*[=:]\s*["']?)(?!bearer\b)[^\s&"',;)}}]+""", re.IGNORECASE),
        r"\1***",
    ),
]
SHORTEST = 4


def redactor(secrets: Iterable[str]) -> Redact:
    """Return what takes secrets out of a text: the known ones, also quoted or escaped, and what looks like one.

    Known ones of fewer than `SHORTEST` characters are left alone; they would make every line unreadable.
    """
    known = {secret for secret in secrets if len(secret) >= SHORTEST}
    forms = {form for s in known for form in (s, quote(s, safe=""), quote_plus(s), repr(s)[1:-1], *_in_json(s))}
    exact = re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))) if forms else None

    def redact(text: str) -> str:
        text = exact.sub("***", text) if exact else text
        for shape, stand_in in SHAPES:
            text = shape.sub(stand_in, text)
        return text

    return redact


def _in_json(secret: str) -> list[str]:
    return [json.dumps(secret, ensure_ascii=ascii_)[1:-1] for ascii_ in (True, False)]


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders our lines and those of libraries alike, and redacts them last, tracebacks included."""

    redact: Redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line that is written."""
        return self.redact(super().format(record))


class Handler(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be rendered is told without its arguments, which may hold anything."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name logging calls
        """Say which line was lost."""
        kind = sys.exc_info()[0]
        sys.stderr.write(f"A line of {record.name} was lost: {kind.__name__ if kind else 'unknown'}\n")


def configure(
    level: str = "INFO",
    form: Literal["text", "json"] = "text",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Set the log up, once at the start; again when the secrets are known."""
    stream = stream or sys.stderr
    redact = redactor(secrets)
    stamp = structlog.processors.TimeStamper("iso") if form == "json" else _local_time()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        stamp,
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    own = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(form, stream, redact)]
    formatter = Formatter(processors=own, foreign_pre_chain=shared)
    formatter.redact = redact
    _install(formatter, level, stream)


def _install(formatter: Formatter, level: str, stream: TextIO) -> None:
    handler = Handler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [old for old in root.handlers if not isinstance(old, Handler)] + [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _renderers(form: str, stream: TextIO, redact: Redact) -> list[Processor]:
    if form == "json":
        dump = structlog.processors.JSONRenderer(ensure_ascii=False)
        return [structlog.processors.format_exc_info, _values_redacted(redact), dump]
    colors = stream.isatty() and os.name != "nt" and "NO_COLOR" not in os.environ
    # The plain traceback: the default one shows local variables. Quoted strings: a name cannot forge a line.
    plain = structlog.dev.plain_traceback
    console = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain, repr_native_str=True)
    return [_values_redacted(redact), console]


def _local_time() -> structlog.processors.TimeStamper:
    return structlog.processors.TimeStamper("%Y-%m-%d %H:%M:%S", utc=False)


def _values_redacted(redact: Redact) -> Processor:
    # Before rendering, which puts colours and escapes between a name and its value.
    named = re.compile(rf"{NAMES}$", re.IGNORECASE)

    def process(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        for key, value in line.items():
            if isinstance(value, str):
                line[key] = "***" if value and named.match(key) else redact(value)
        return line

    return process


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("uncaught", exc_info=(kind, error or kind(), trace))
