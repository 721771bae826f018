"""The stage of the webhooks: one robot of DingTalk that signs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from tests.platforms.stage import Stage
from tests.platforms.webhook.fake import SECRET, TOKEN

GROUP = "notices"


def table(port: int, secret: str = SECRET) -> Mapping[str, Any]:
    """Return the adapter's table for a fake on that port."""
    url = f"http://127.0.0.1:{port}/robot/send?access_token={TOKEN}"
    return {"targets": {GROUP: {"kind": "dingtalk", "url": url, "secret": secret, "name": "伙伴群"}}}


STAGE = Stage(
    adapter="webhook",
    platform="webhook",
    group=GROUP,
    forms=frozenset({"markdown"}),
    command=lambda port: [sys.executable, "-m", "tests.platforms.host", "webhook", "--port", str(port)],
    table=table,
    wrong=None,  # there is no login that could fail: a wrong secret is a refused post
    push_only=True,
)
