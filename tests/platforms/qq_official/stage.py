"""The fake platform of official QQ bots, as a stage of the contract suite."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.platforms.qq_official.fake import APP_ID, SECRET
from tests.platforms.qq_official.world import GROUP
from tests.platforms.stage import Stage


def command(port: int) -> Sequence[str]:
    return [sys.executable, "-m", "tests.platforms.host", "qq_official", "--port", str(port)]


def table(port: int) -> Mapping[str, Any]:
    where = f"http://127.0.0.1:{port}"
    token_url = f"{where}/app/getAppAccessToken"
    return {"adapter": "qq_official", "app_id": APP_ID, "app_secret": SECRET, "api": where, "token_url": token_url}


def wrong(port: int) -> Mapping[str, Any]:
    return {**table(port), "app_secret": "notTheSecret"}


STAGE = Stage(
    adapter="qq_official",
    platform="qq_official",
    group=GROUP,
    forms=frozenset({"text"}),
    command=command,
    table=table,
    wrong=wrong,
)
