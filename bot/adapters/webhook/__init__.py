"""Groups to which we can only post: through the custom robots of DingTalk and WeCom, each an address of its own.

Nothing is ever heard there. Each target is a group, told of everything that the other groups share; a robot that
posts more than twenty times in a minute is blocked, at DingTalk for ten minutes, so fifteen it is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.adapters import Ability, Delivery, DeliveryError, Ear, Outcome, Question, Rate, Roll
from bot.adapters._http import client, post
from bot.adapters.webhook import _posts
from bot.adapters.webhook._posts import Form, Kind
from bot.hosts import is_loopback
from storage.frames import Place
from storage.replies import Body
from storage.sanitize import label

PLATFORM = "webhook"
HOSTS: dict[Kind, tuple[str, str]] = {  # the official host, and where in the address the robot's key stands
    "dingtalk": ("oapi.dingtalk.com", "access_token"),
    "wecom": ("qyapi.weixin.qq.com", "key"),
}
PROBE_SECONDS = 8.0


def _usable(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.username or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host))):
        raise ValueError("must be the whole address that the robot shows, beginning with https://")
    return url


class Target(BaseModel):
    """A table `[adapters.webhook.targets.NAME]`: one robot in one group.

    Attributes:
        kind: Whose robot it is.
        url: Its address; whoever knows it can post there, so it is a secret.
        secret: DingTalk: the secret of its signature (加签), `SEC...`; empty where it has none.
        name: What the group is called.
        form: How posts with headings and links go out: `auto` is `markdown` at DingTalk and `text` at WeCom, of which
            WeChat shows no Markdown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Kind
    url: Annotated[SecretStr, AfterValidator(_usable)]
    secret: SecretStr = SecretStr("")
    name: str = Field(default="", max_length=100)
    form: Literal["auto", "text", "markdown"] = "auto"

    @property
    def host(self) -> str:
        """The host to which is posted."""
        return urlsplit(self.url.get_secret_value()).hostname or ""

    @property
    def shown(self) -> Form:
        """How posts with headings and links go out."""
        if self.form == "auto":
            return "markdown" if self.kind == "dingtalk" else "text"
        return self.form

    @model_validator(mode="after")
    def _whole(self) -> Self:
        key = HOSTS[self.kind][1]
        if not parse_qs(urlsplit(self.url.get_secret_value()).query).get(key):
            raise ValueError(f"url holds no {key}=...; copy the whole address that the robot shows")
        if self.secret.get_secret_value() and self.kind != "dingtalk":
            raise ValueError("secret is for robots of DingTalk alone; take it out")
        return self


class Settings(BaseModel):
    """The table `[adapters.webhook]`.

    Attributes:
        targets: The robots, each a table of its own; its name is what the group is known by, so it stays as it is.
        hosts: Hosts beside those of DingTalk and WeCom to which may be posted, of private installations.
        send_timeout: Seconds to wait for the answer to a post; then its outcome is unknown. Less than 30, for so long
            does the outbox wait.
        per_minute_group: Posts in any minute by one robot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    hosts: tuple[str, ...] = ()
    targets: dict[str, Target] = Field(min_length=1)
    send_timeout: float = Field(default=20, gt=0, le=29)
    per_minute_group: int = Field(default=15, ge=1, le=20)

    @field_validator("targets")
    @classmethod
    def _named(cls, targets: dict[str, Target]) -> dict[str, Target]:
        for name in targets:
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
                raise ValueError(
                    "must be named in small Latin letters and digits, such as [adapters.webhook.targets.east]"
                )
        if len({target.url.get_secret_value() for target in targets.values()}) < len(targets):
            raise ValueError("hold the same url twice; one robot is one target")
        return targets

    @model_validator(mode="after")
    def _known_hosts(self) -> Self:
        for name, target in self.targets.items():
            if target.host not in {HOSTS[target.kind][0], *self.hosts} and not is_loopback(target.host):
                official = HOSTS[target.kind][0]
                raise ValueError(f"the url of {name} is not at {official}; if that is right, list its host in hosts")
        return self


_FIRST = "targets.notices"  # `init` asks for one; more are written by hand
QUESTIONS = (
    Question(f"{_FIRST}.kind", "哪家的群机器人", "Whose robot is it", default="dingtalk", among=("dingtalk", "wecom")),
    Question(f"{_FIRST}.name", "那个群叫什么", "What is the group called"),
    Question(f"{_FIRST}.url", "机器人的 Webhook 地址，整条复制", "The robot's whole webhook address", secret=True),
    Question(
        f"{_FIRST}.secret",
        "加签密钥，SEC 开头；没有就回车",
        "Its signing secret (SEC...); Enter for none",
        secret=True,
        only_if=(f"{_FIRST}.kind", "dingtalk"),
    ),
)


class Webhook:
    """Some robots, as one account that only posts."""

    platform = PLATFORM
    abilities = frozenset({Ability.PUSH, Ability.MARKUP})
    delivery = Delivery.NEVER
    wider = "a webhook only posts; to be heard there, the group needs a bot of its own, or an import of its history"

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.name = name
        self.rate = Rate(settings.per_minute_group, settings.per_minute_group * len(settings.targets))
        self._now: Callable[[], datetime] | None = None

    async def run(self, ear: Ear) -> None:
        """Report the groups, and stay: there is no connection that could end."""
        self._now = ear.now
        await ear.online(self.name, self.name, self._places)
        await asyncio.Event().wait()

    def render(self, body: Body) -> list[str]:
        """Return the posts of a body, such that each of the robots takes them."""
        return _posts.render(body, [(target.kind, target.shown) for target in self.settings.targets.values()])

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post a payload by the group's robot; these robots do not name their posts."""
        target = self.settings.targets.get(place.key)
        if target is None:
            raise DeliveryError(Outcome.REFUSED, f"there is no target {place.key} any more in [adapters.{self.name}]")
        if self._now is None:
            raise DeliveryError(Outcome.NOT_SENT, "not running yet")
        url = _posts.signed(target.url.get_secret_value(), target.secret.get_secret_value(), self._now())
        message = _posts.message(_posts.post_of(payload), target.kind, target.shown)
        async with client(self.settings.send_timeout) as http:
            _posts.accepted(await post(http, str(url), json=message), target.kind)
        return None

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return the groups by the names they are given here; robots tell nothing of them."""
        return [Roll(place) for place in self._places]

    async def probe(self) -> list[str]:
        """Return which hosts cannot be reached. Nothing is posted, so whether a robot is still there nobody knows."""
        origins = sorted({_origin(target) for target in self.settings.targets.values()})
        lines = await asyncio.gather(*(_reached(origin) for origin in origins))
        return [line for line in lines if line]

    @property
    def _places(self) -> list[Place]:
        targets = self.settings.targets.items()
        return [Place(PLATFORM, name, name=label(target.name) or name) for name, target in targets]


def _origin(target: Target) -> str:
    parts = urlsplit(target.url.get_secret_value())
    return f"{parts.scheme}://{parts.netloc}/"


async def _reached(origin: str) -> str:
    """Return what keeps a host from being reached; it is asked for its front page, without any key."""
    try:
        async with client(PROBE_SECONDS) as http:
            await http.get(origin)
    except httpx.HTTPError as error:
        return f"{origin} cannot be reached ({type(error).__name__}): is there a way out of this machine to it?"
    return ""


def build(settings: Settings, name: str, folder: Path) -> Webhook:
    """Return the account; `name` is its table in the configuration."""
    return Webhook(settings, name)
