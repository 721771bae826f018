"""The table `[adapters.qq_official]`, and what `init` asks for it."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from bot.adapters import Question
from bot.hosts import is_loopback

GROUPS_AND_PRIVATE = 1 << 25
INTERACTIONS = 1 << 26


class Settings(BaseModel):
    """The table `[adapters.qq_official]`.

    Attributes:
        app_id: The bot's AppID.
        app_secret: Its AppSecret.
        mode: `websocket`: we connect to the platform; `webhook`: it calls us, through a proxy with TLS.
        api: Where the platform is called.
        token_url: Where access tokens come from.
        intents: Which events are asked for, as the platform's sum of bits; buttons need 67108864 besides.
        host: Where to listen (webhook).
        port: The port to listen on (webhook).
        path: The path that the platform is given (webhook).
        send_only: Groups (their openids) in which another account listens: nothing said there is kept.
        markdown: Post as the platform's Markdown, with mentions, which it must have permitted; else as text.
        links: Post addresses, whose domains must be registered with the platform; else only their labels.
        action_timeout: Seconds to wait for the answer to a question.
        send_timeout: Seconds to wait for the answer to a post; then its outcome is unknown. Less than 30, for so
            long does the outbox wait.
        per_minute_account: Posts in any minute, over all groups.
        per_minute_group: Posts in any minute into one group.
        gap_seconds: Least time between two posts into one group; half as much again is added by chance.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    app_id: str
    app_secret: SecretStr
    mode: Literal["websocket", "webhook"] = "websocket"
    api: str = "https://api.sgroup.qq.com"
    token_url: str = "https://bots.qq.com/app/getAppAccessToken"  # noqa: S105 - an address
    intents: int = Field(default=GROUPS_AND_PRIVATE, ge=1, lt=1 << 31)
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535, validate_default=True)
    path: str = "/qq"
    send_only: tuple[str, ...] = ()
    markdown: bool = False
    links: bool = False
    action_timeout: float = Field(default=15, gt=0, le=300)
    send_timeout: float = Field(default=20, gt=0, le=29)
    per_minute_account: int = Field(default=30, ge=1, le=6000)
    per_minute_group: int = Field(default=20, ge=1, le=6000)
    gap_seconds: float = Field(default=1, ge=0, le=60)

    # What each says follows the name of its key in what the operator reads.

    @field_validator("app_id")
    @classmethod
    def _digits(cls, app_id: str) -> str:
        if not app_id.isascii() or not app_id.isdigit() or len(app_id) > 20:
            raise ValueError('must be the digits of the AppID, such as "102012345"; copy it again from q.qq.com')
        return app_id

    @field_validator("app_secret")
    @classmethod
    def _one_word(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("is no AppSecret: one word of ASCII letters and digits; copy it again from q.qq.com")
        return secret

    @field_validator("api", "token_url")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.port == 0:
            raise ValueError('must be an address such as "https://api.sgroup.qq.com"')
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("is http:// to another machine, where the secret can be read on its way; use https://")
        if parts.username or parts.password or parts.query:
            raise ValueError("holds more than an address; the secret belongs into app_secret, where it is never shown")
        return url

    @field_validator("port")
    @classmethod
    def _needed(cls, port: int, info: ValidationInfo) -> int:
        if info.data.get("mode") == "webhook" and port == 0:
            raise ValueError('is needed with mode = "webhook": the port to which your proxy passes the calls')
        return port

    @field_validator("path")
    @classmethod
    def _absolute(cls, path: str) -> str:
        if not path.startswith("/") or "?" in path or "{" in path:
            raise ValueError('must begin with "/" and hold no "?" and no "{", such as "/qq"')
        return path

    @field_validator("send_only")
    @classmethod
    def _openids(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        if any(
            not group.isascii() or not group.isprintable() or not group.strip() or len(group) > 64 for group in groups
        ):
            raise ValueError("must hold the openids of groups, as `doctor` names them")
        return groups


QUESTIONS = (
    Question(
        "app_id",
        zh="机器人的 AppID（q.qq.com，开发管理）",
        en="The bot's AppID (q.qq.com, development settings)",
    ),
    Question(
        "app_secret",
        zh="机器人的 AppSecret（同一页，只显示一次）",
        en="The bot's AppSecret (same page; it is shown only once)",
        secret=True,
    ),
    Question(
        "mode",
        zh="我们连过去选 websocket；平台推过来选 webhook（要有域名和 HTTPS）",
        en="websocket: we connect to the platform; webhook: it calls us (needs a domain with HTTPS)",
        default="websocket",
        among=("websocket", "webhook"),
    ),
    Question(
        "port",
        zh="在本机哪个端口等平台的推送",
        en="Port of this machine on which to wait for the platform's calls",
        default="8097",
        only_if=("mode", "webhook"),
    ),
)
