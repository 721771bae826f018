"""The table `[adapters.telegram]`, and what `init` asks for it."""

from __future__ import annotations

import importlib.util
import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from bot.adapters import Question
from bot.hosts import is_loopback

_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_PORTS = {443, 80, 88, 8443}  # to which Telegram delivers


class Settings(BaseModel):
    """The table `[adapters.telegram]`.

    Attributes:
        token: What @BotFather gave out; whoever has it is the bot.
        mode: `poll`: we ask Telegram, which needs no address of ours; `webhook`: Telegram calls us.
        sees: What it is meant to see of groups: `all`, so that privacy mode is a fault; or `mentions` are enough.
        api: Where the Bot API is; a server of your own, or Telegram's.
        proxy: Through which Telegram is reached, `http://` or `socks5://`; empty goes there directly, or as the
            environment says, where one with a password belongs.
        poll_timeout: Seconds that Telegram waits for something to tell before it answers that there is nothing.
        answer_timeout: Seconds to wait for the answer to a question; on top of `poll_timeout` where we poll.
        send_timeout: Seconds to wait for the answer to a post; then its outcome is unknown. Less than 30, for so
            long does the outbox wait.
        host: Where to listen (webhook), behind a proxy with TLS.
        port: The port to listen on (webhook).
        path: The path to listen on (webhook).
        url: The public address of that path, `https://` (webhook).
        secret_token: What Telegram says with every call, so that nobody else can call (webhook).
        per_minute_account: Posts in any minute, over all groups.
        per_minute_group: Posts in any minute into one group; Telegram allows 20.
        gap_seconds: Least time between two posts into one group.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: SecretStr
    mode: Literal["poll", "webhook"] = "poll"
    sees: Literal["all", "mentions"] = "all"
    api: str = "https://api.telegram.org"
    proxy: str = ""
    poll_timeout: int = Field(default=30, ge=1, le=50)
    answer_timeout: float = Field(default=15, gt=0, le=60)
    send_timeout: float = Field(default=20, gt=0, le=29)
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535, validate_default=True)
    path: str = "/telegram"
    url: str = Field(default="", validate_default=True)
    secret_token: SecretStr = Field(default="", validate_default=True)  # text: a default is checked as from a file
    per_minute_account: int = Field(default=1800, ge=1, le=6000)
    per_minute_group: int = Field(default=20, ge=1, le=6000)
    gap_seconds: float = Field(default=1, ge=0, le=60)

    # What each says follows the name of its key in what the operator reads.

    @field_validator("token")
    @classmethod
    def _of_a_bot(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError(
                "is no token of a bot: digits, a colon, letters. Copy it from @BotFather again, without what stands"
                " around it"
            )
        return token

    @field_validator("api")
    @classmethod
    def _guarded(cls, api: str) -> str:
        _check_address(api, 'must be an address such as "https://api.telegram.org"')
        return api.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _known(cls, proxy: str) -> str:
        if not proxy:
            return proxy
        try:
            parts = urlsplit(proxy)
            usable = parts.scheme in {"http", "https", "socks5", "socks5h"} and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError('must be an address such as "http://127.0.0.1:7890" or "socks5://127.0.0.1:1080"')
        if parts.username or parts.password:
            raise ValueError(
                "holds a secret: put this address into HTTPS_PROXY of the environment, and leave proxy out"
            )
        if parts.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
            raise ValueError("is a SOCKS proxy, which needs the package socksio; install it, or use an http:// proxy")
        return proxy

    @field_validator("port")
    @classmethod
    def _given(cls, port: int, info: ValidationInfo) -> int:
        if info.data.get("mode") == "webhook" and not port:
            raise ValueError('is needed with mode = "webhook": the one to which your TLS proxy passes calls on')
        return port

    @field_validator("path")
    @classmethod
    def _absolute(cls, path: str) -> str:
        if not re.fullmatch(r"/[A-Za-z0-9._~/-]*", path):
            raise ValueError('must begin with "/" and hold plain letters only, such as "/telegram"')
        return path

    @field_validator("url")
    @classmethod
    def _public(cls, url: str, info: ValidationInfo) -> str:
        if info.data.get("mode") != "webhook" and not url:
            return url
        if not url:
            raise ValueError('is needed with mode = "webhook": the https:// address at which Telegram reaches path')
        parts = _check_address(url, 'must be an address such as "https://pg.example.org/telegram"')
        if not is_loopback(parts[0]) and parts[1] not in _PORTS:
            raise ValueError("must have port 443, 80, 88 or 8443: Telegram calls no other")
        return url

    @field_validator("secret_token")
    @classmethod
    def _hard_to_guess(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        text = secret.get_secret_value()
        if not text and info.data.get("mode") == "webhook":
            raise ValueError(
                "is needed with a webhook: without it anyone who finds the address can speak as any member"
            )
        if text and not _SECRET.fullmatch(text):
            raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ -, for no other may stand in the header")
        return secret


QUESTIONS = (
    Question(
        "token",
        zh="机器人的 token：在 Telegram 里找 @BotFather，发 /newbot，照它说的做，最后它会给你",
        en="The bot's token: in Telegram write /newbot to @BotFather; it hands one out in the end",
        secret=True,
    ),
    Question(
        "proxy",
        zh="连 Telegram 要走的代理，比如 http://127.0.0.1:7890；不用就回车",
        en="Proxy to reach Telegram through, such as http://127.0.0.1:7890; Enter for none",
    ),
    Question(
        "mode",
        zh="poll：机器人去问 Telegram（最省事）；webhook：Telegram 打过来（要公网 https 地址）",
        en="poll: the bot asks Telegram (simplest); webhook: Telegram calls a public https address of yours",
        default="poll",
        among=("poll", "webhook"),
    ),
    Question(
        "url",
        zh="公网地址，比如 https://pg.example.org/telegram",
        en="The public address, such as https://pg.example.org/telegram",
        only_if=("mode", "webhook"),
    ),
    Question(
        "port",
        zh="TLS 反向代理转到本机哪个端口",
        en="Port of this machine to which the TLS proxy passes calls on",
        default="8422",
        only_if=("mode", "webhook"),
    ),
    Question(
        "secret_token",
        zh="Telegram 每次打过来带的口令，回车用新生成的",
        en="Secret that Telegram says with each call; Enter takes a new one",
        secret=True,
        generated=True,
        only_if=("mode", "webhook"),
    ),
)


def _check_address(url: str, wanted: str) -> tuple[str, int | None]:
    """Return the host and port of an address that secrets may travel to.

    Raises:
        ValueError: It is none, or they would travel in the open.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        raise ValueError(wanted) from None
    if parts.scheme not in {"http", "https"} or not host or parts.port == 0:
        raise ValueError(wanted)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"{wanted}, without a name, a password, a ? or a #")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must be https://, for secrets would travel in the open; http:// is for this machine alone")
    return host, port
