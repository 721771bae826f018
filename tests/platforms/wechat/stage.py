"""The stage of WeChat: see tests/platforms/stage.py."""

from __future__ import annotations

import sys
from typing import Any

from tests.platforms.stage import Stage
from tests.platforms.wechat.fake import GROUP, TOKEN


def table(port: int) -> dict[str, Any]:
    """Return the settings that meet a gateway on a port; nothing is slowed down."""
    return {
        "endpoint": f"127.0.0.1:{port}",
        "token": TOKEN,
        "answer_timeout": 5,
        "heartbeat": 3,
        "typing_seconds": 0,
        "per_minute_account": 600,
        "per_minute_group": 600,
        "gap_seconds": 0,
    }


STAGE = Stage(
    adapter="wechat",
    platform="wechat",
    group=GROUP,
    forms=frozenset({"text"}),
    command=lambda port: [sys.executable, "-m", "tests.platforms.host", "wechat", "--port", str(port)],
    table=table,
    wrong=lambda port: table(port) | {"token": "insecure_wrong"},
    ready_seconds=110.0,  # the first time the gateway is installed
)
