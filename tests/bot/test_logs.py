"""The log: no secret in any line, form or traceback; libraries that talk of frames and URLs are kept quiet."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import QUIET, Handler, configure, redactor

CANARY = 'cañary "4711" /x'
TELEGRAM = "123456789:AAHfzF3kLmNoPqRsTuVwXyZ0123456789ab"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook, structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield io.StringIO()
    root.handlers[:], root.level, sys.excepthook, threading.excepthook, config = before
    logging.captureWarnings(capture=False)
    structlog.configure(**config)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (f"GET https://api.telegram.org/bot{TELEGRAM}/getMe", "GET https://api.telegram.org/***/getMe"),
        (f"token is {TELEGRAM}", "token is ***"),
        ("ws://h:1/?access_token=abc&x=1", "ws://h:1/?access_token=***&x=1"),
        ("wss://h?ticket=abc-def", "wss://h?ticket=***"),
        ("Authorization: Bearer abcdef.ghi-jkl", "Authorization: Bearer ***"),
        ('{"access_token": "abc", "a": 1}', '{"access_token": "***", "a": 1}'),
        ("{'appSecret': 'abc'}", "{'appSecret': '***'}"),
        (f"robot SEC{'0a' * 32}", "robot ***"),
        ("postgresql://u:p@ss@h/d", "postgresql://u:***@ss@h/d"),
        ("x-acs-dingtalk-access-token: abc", "x-acs-dingtalk-access-token: ***"),
        ("5 tokens left, the ticket is open, sign here", "5 tokens left, the ticket is open, sign here"),
        ("2026-11-21 12:00:00 群 12345: 你好", "2026-11-21 12:00:00 群 12345: 你好"),
    ],
)
def test_what_looks_like_a_secret(text: str, want: str) -> None:
    assert redactor([])(text) == want


def test_a_known_secret_in_any_dress() -> None:
    redact = redactor([CANARY, "", "abc"])
    for form in (
        CANARY,
        json.dumps(CANARY),
        repr(CANARY),
        "ca%C3%B1ary%20%224711%22%20%2Fx",
        "ca%C3%B1ary+%224711%22+%2Fx",
    ):
        assert "4711" not in redact(f"a {form} b")
    assert redact("abcdef") == "abcdef"


@pytest.mark.timeout(10)
def test_a_long_hostile_line_is_cheap() -> None:
    for sign in ("_", "a", "1", ":", "token", "://", "象", "SEC0"):
        redactor([CANARY])(sign * 20_000)


def fail() -> None:
    raise ValueError(CANARY) from OSError(f"Bearer {CANARY.encode().hex()}")


def speak() -> None:
    log = structlog.stdlib.get_logger("bot.test")
    log.info("hello", value=CANARY, token="anything", group=3)
    log.info("in the words: %s", CANARY)
    logging.getLogger("a_library").warning("url %s", f"https://h/bot{TELEGRAM}/x?s={CANARY}")
    try:
        fail()
    except ValueError:
        log.exception("broke", value=CANARY)
        logging.getLogger("a_library").exception("broke")
    threading.Thread(target=lambda: int(CANARY)).start()


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_line_has_a_secret(stream: io.StringIO, form: str) -> None:
    configure("DEBUG", form, [CANARY], stream)  # type: ignore[arg-type]
    speak()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.name.startswith("Thread-"):
            thread.join(5)
    sys.excepthook(ValueError, ValueError(CANARY), None)
    text = stream.getvalue()
    assert text.count("ValueError") >= 4
    assert "Traceback" in text
    for leak in ("4711", TELEGRAM[10:], "anything", CANARY.encode().hex()):
        assert leak not in text


def test_json_is_one_object_a_line(stream: io.StringIO) -> None:
    configure("INFO", "json", [], stream)
    structlog.stdlib.get_logger("bot.test").warning("一", group=3, name="甲\n乙")
    line = json.loads(stream.getvalue())
    assert {key: line[key] for key in ("event", "level", "logger", "group", "name")} == {
        "event": "一",
        "level": "warning",
        "logger": "bot.test",
        "group": 3,
        "name": "甲\n乙",
    }
    assert line["timestamp"].endswith("Z")


def test_a_name_cannot_forge_a_line(stream: io.StringIO) -> None:
    configure("INFO", "text", [], stream)
    structlog.stdlib.get_logger("bot.test").info("joined", name="甲\n2026-01-01 [error] stolen")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_talkative_libraries_are_kept_quiet(stream: io.StringIO) -> None:
    configure("DEBUG", "text", [], stream)
    for name in QUIET:
        logging.getLogger(name).info("a frame with a text in it")
        logging.getLogger(f"{name}.below").debug("a frame with a text in it")
    assert stream.getvalue() == ""


def test_a_broken_line_is_told_without_its_arguments(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "text", [], stream)
    alone = logging.getLogger("alone")
    alone.propagate = False  # the test runner's own handler raises what ours survives
    alone.addHandler(next(handler for handler in logging.getLogger().handlers if isinstance(handler, Handler)))
    alone.warning("%d", CANARY)
    assert capsys.readouterr().err == "A line of alone was lost: TypeError\n"


def test_warnings_go_to_the_log_once(stream: io.StringIO) -> None:
    configure("INFO", "text", [], stream)
    configure("INFO", "text", [], stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("an old way", DeprecationWarning, stacklevel=1)
    assert stream.getvalue().count("DeprecationWarning: an old way") == 1
