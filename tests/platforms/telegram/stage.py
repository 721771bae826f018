"""The stage on which the contract suite plays Telegram."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from tests.platforms.stage import Stage
from tests.platforms.telegram.world import GROUP

TOKEN = "700700700:AAFake-Fake-Fake-Fake-Fake-Fake-Fa"
WRONG = "700700700:AAWrong-Wrong-Wrong-Wrong-Wrong-Wr"


def _command(port: int) -> Sequence[str]:
    return [sys.executable, "-m", "tests.platforms.host", "telegram", "--port", str(port)]


def table(port: int, token: str = TOKEN) -> dict[str, Any]:
    """Return settings that meet a fake on a port, and do not wait for it long."""
    return {
        "token": token,
        "api": f"http://127.0.0.1:{port}",
        "poll_timeout": 2,
        "answer_timeout": 3,
        "send_timeout": 5,
        "per_minute_group": 600,
        "gap_seconds": 0,
    }


STAGE = Stage(
    adapter="telegram",
    platform="telegram",
    group=str(GROUP),
    forms=frozenset({"html"}),
    command=_command,
    table=table,
    wrong=lambda port: table(port, WRONG),
)
