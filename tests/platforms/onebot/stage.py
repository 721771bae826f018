"""The stage of OneBot: how the contract suite starts the fake, and with which settings the adapter meets it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from tests.platforms.onebot.fake import GROUP, TOKEN
from tests.platforms.stage import Stage


def table(port: int) -> Mapping[str, Any]:
    """Return the adapter's table for a fake on that port."""
    return {"mode": "forward", "url": f"ws://127.0.0.1:{port}", "access_token": TOKEN, "gap_seconds": 0.1}


STAGE = Stage(
    adapter="onebot",
    platform="qq",
    group=str(GROUP),
    forms=frozenset({"text"}),
    command=lambda port: [sys.executable, "-m", "tests.platforms.host", "onebot", "--port", str(port)],
    table=table,
    wrong=lambda port: {**table(port), "access_token": "wrong"},
)
