"""Makes a database URL usable: a kind we speak, with an absolute path where it is a file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo

from bot.refusals import near

KINDS = ("sqlite", "postgresql")


def usable_url(url: SecretStr, info: ValidationInfo) -> SecretStr:
    """Return the URL with a relative SQLite path begun at the folder of the context.

    Raises:
        ValueError: It is no URL of SQLite or PostgreSQL.
    """
    folder = info.context.get("folder") if info.context else None
    return SecretStr(anchored(url.get_secret_value(), folder or Path.cwd()))


def anchored(url: str, folder: Path) -> str:
    """Return a database URL that means the same from any folder; `postgres://` becomes `postgresql://`.

    Raises:
        ValueError: It is no URL of SQLite or PostgreSQL.
    """
    scheme, colon, rest = url.partition("://")
    kind = {"postgres": "postgresql"}.get(scheme, scheme).partition("+")[0]
    if not colon or kind not in KINDS:
        guess = near(kind, KINDS) if colon else ""
        raise ValueError(f"must begin with sqlite:/// or postgresql://{guess}")
    if kind == "sqlite":
        path = rest.removeprefix("/")
        if not rest.startswith("/") or not path:
            raise ValueError("must name a file: sqlite:///data/xiangqun.db")
        return url if path == ":memory:" else f"sqlite:///{(folder / path).as_posix()}"
    _refuse_nameless(url)
    return f"postgresql://{rest}"


def _refuse_nameless(url: str) -> None:
    try:
        parts = urlsplit(url)
        complete = bool(parts.path.strip("/")) and parts.port != 0
    except ValueError:
        raise ValueError(
            "has a host or port that cannot be read; percent-encode special signs in the password"
        ) from None
    if not complete:
        raise ValueError("must name the database: postgresql://host/name")


def password(url: SecretStr) -> str:
    """Return the password that stands in a database URL, or an empty string."""
    return urlsplit(url.get_secret_value()).password or ""


def shown(url: SecretStr) -> str:
    """Return a database URL as it may be shown: without its password."""
    parts = urlsplit(url.get_secret_value())
    if parts.password is None:
        return url.get_secret_value()
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()
