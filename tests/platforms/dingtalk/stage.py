"""The stage of DingTalk: how the contract suite starts the fake, and with which settings the adapter meets it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from tests.platforms.dingtalk.desk import SECRET
from tests.platforms.dingtalk.world import GROUP, ROBOT
from tests.platforms.stage import Stage


def table(port: int) -> Mapping[str, Any]:
    """Return the adapter's table for a fake on that port."""
    here = f"http://127.0.0.1:{port}"
    hosts = ["127.0.0.1"]
    return {"client_id": ROBOT, "client_secret": SECRET, "api": here, "media": here, "webhook_hosts": hosts}


STAGE = Stage(
    adapter="dingtalk",
    platform="dingtalk",
    group=GROUP,
    forms=frozenset({"markdown"}),
    command=lambda port: [sys.executable, "-m", "tests.platforms.host", "dingtalk", "--port", str(port)],
    table=table,
    wrong=lambda port: {**table(port), "client_secret": "wrong-secret"},
)
