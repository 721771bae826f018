"""The sanitizer: what comes out is storable everywhere, and nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.sanitize import label, sanitize

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("pg_wal 涨到 200G 了", "pg_wal 涨到 200G 了"),
        ("a\0b", "ab"),
        ("\x1b[31mred\x07\x7f", "[31mred"),
        ("\ud83d", "\ufffd"),
        ("\udc00名", "\ufffd名"),
        ("\ud83d\ude00", "😀"),
        ("一\r\n二\r三\n\t四", "一\n二\n三\n\t四"),
        ("\u202eevil \u200b z\u0300\u0301\u0302", "\u202eevil \u200b z\u0300\u0301\u0302"),
        ("{{7*7}} ${jndi:x} %(x)s", "{{7*7}} ${jndi:x} %(x)s"),
    ],
)
def test_sanitize(text: str, clean: str) -> None:
    assert sanitize(text) == clean


@calmly
@given(st.text(st.characters(codec=None, categories=None)))
def test_whatever_comes_out_is_storable(text: str) -> None:
    clean = sanitize(text)
    clean.encode()
    assert "\0" not in clean
    assert sanitize(clean) == clean


def test_label_is_one_short_line() -> None:
    assert label("  成都-老樊\n-DBA\0 ") == "成都-老樊 -DBA"
    assert label("长" * 1000) == "长" * 100
    assert label("[CQ:image,file=file:///etc/passwd]") == "[CQ:image,file=file:///etc/passwd]"
