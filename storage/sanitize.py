"""The one sanitizer: makes any text storable, alike on SQLite and PostgreSQL, before it goes into a frame."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def sanitize(text: str) -> str:
    """Return the text without what a database, a terminal or UTF-8 cannot bear.

    NUL and the other control characters go (tab and newline stay), line ends become one kind, surrogates that form a
    pair are joined and lone ones become U+FFFD. Everything else is kept as it was typed: right-to-left marks,
    zero-width characters and heaps of accents are for whoever shows the text. Sanitizing twice changes nothing.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


def label(text: str, limit: int = 100) -> str:
    """Return the text as a name for one line: sanitized, white space folded, cut to `limit` characters."""
    return " ".join(sanitize(text[: limit * 8]).split())[:limit]
