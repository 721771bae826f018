"""Lets wechaty 0.10.7 be imported by current Pythons beside current libraries; called before its first import.

It names four things that are gone: an alias in pyee 12, a function in urllib3 2, hashable dataclass defaults in
Python 3.11, and telnetlib in Python 3.13. Pinning the old libraries instead would hold the whole bot back.
"""

from __future__ import annotations

import socket
import sys
from importlib.util import find_spec
from types import ModuleType


class Telnet:
    """The one thing that was used of telnetlib: to knock at a port."""

    def open(self, host: str, port: int = 0, timeout: float = 3) -> None:
        """Connect, and hang up; raises OSError where nobody listens."""
        socket.create_connection((host, port), timeout).close()


def make_importable() -> None:
    """Give wechaty and its parts what they look for. Meant for a process that does nothing else."""
    if find_spec("telnetlib") is None:
        module = ModuleType("telnetlib")
        vars(module)["Telnet"] = Telnet
        sys.modules["telnetlib"] = module

    import pyee
    import urllib3
    from pyee.asyncio import AsyncIOEventEmitter
    from urllib3.util import parse_url

    def get_host(url: str) -> tuple[str, str | None, int | None]:
        found = parse_url(url)
        return found.scheme or "http", found.hostname, found.port

    vars(pyee).setdefault("AsyncIOEventEmitter", AsyncIOEventEmitter)
    vars(urllib3).setdefault("get_host", get_host)

    from wechaty_puppet import PuppetOptions

    if PuppetOptions.__hash__ is None:
        PuppetOptions.__hash__ = object.__hash__
