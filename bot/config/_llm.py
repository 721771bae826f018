"""`[llm]`: the language model that may draft, off unless somebody switches it on."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from bot.hosts import is_loopback
from handlers._tables import STRICT


class Llm(BaseModel):
    """Where drafts come from: any endpoint that speaks OpenAI's chat completions.

    Attributes:
        url: Its base address, with the version: https://HOST/v1; http only to this machine.
        key: What it knows us by; empty where it asks for nothing.
        timeout: Seconds for one answer, all in all.
        daily_budget: Calls a day of the community, over all groups and kinds.
        daily_tokens: Tokens a day, as the endpoint counts them; 0 counts none.
        max_output: Tokens that one answer may have.
    """

    model_config = STRICT
    enabled: bool = False
    url: str = ""
    model: str = Field("", max_length=200)
    key: SecretStr = SecretStr("")
    timeout: int = Field(30, ge=1, le=300)
    daily_budget: int = Field(100, ge=0, le=100_000)
    daily_tokens: int = Field(0, ge=0, le=1_000_000_000)
    max_output: int = Field(600, ge=50, le=4000)

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        return url and checked_url(url)

    @field_validator("key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr) -> SecretStr:
        if not key.get_secret_value().isascii():
            raise ValueError("has signs that no key has; copy it once more")
        return key

    @model_validator(mode="after")
    def _is_complete(self) -> Llm:
        for name in ("url", "model") if self.enabled else ():
            if not getattr(self, name).strip():
                raise ValueError(f"enabled needs {name}; give it, or set enabled = false")
        return self


def checked_url(url: str) -> str:
    """Return a base address without the slash at its end.

    Raises:
        ValueError: It is none, what is sent there could be read on the way, or it carries what belongs into `key`.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is no address; write https://HOST/v1") from None
    if parts.scheme not in {"https", "http"} or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("is no address; write https://HOST/v1")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("could be read on the way; write https://, http:// is for this machine alone")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be an address and nothing else; a key belongs into key or key_file")
    return url.rstrip("/")
