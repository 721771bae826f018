"""DingTalk, through a robot of an organisation's own app in Stream mode: the SDK's frames under our own connection.

A robot sees only what mentions it. Answers go through the talk's own webhook while it lives, which is the only road
by which members can be mentioned; everything else goes through the API. What is not acknowledged comes again after
about a minute, so a frame is acknowledged once it is durable, and what comes twice is heard once.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dingtalk_stream import CallbackMessage, ChatbotMessage, EventMessage
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bot.adapters import Ability, Delivery, DeliveryError, Ear, Outcome, Question, Rate, Roll
from bot.adapters._parse import Odd
from bot.adapters.dingtalk import _frames, _posts, _probe, _stream
from bot.adapters.dingtalk._api import Api, Where, is_guarded, is_listed
from bot.adapters.dingtalk._frames import PLATFORM, Webhook, to_frame
from bot.adapters.dingtalk._posts import Post
from storage.frames import TEXT_LIMIT, GroupKind, Place
from storage.replies import Body
from storage.sanitize import label, sanitize

REMEMBERED = 5_000  # webhooks
KINDS_TOLD = 100  # kinds of strange frames that get a line in the log
SPARE = timedelta(seconds=30)  # a webhook that ends sooner is not begun with

log = logging.getLogger(__name__)


class Settings(BaseModel):
    """The table `[adapters.dingtalk]`.

    Attributes:
        client_id: The app's Client ID (AppKey).
        client_secret: Its Client Secret (AppSecret).
        robot_code: The robot's code, where it is not the Client ID.
        bot_name: What the robot is called in its groups; its mention leaves the text by that name.
        api: Where the interfaces are.
        media: Where files are uploaded to.
        webhook_hosts: The only hosts to which answers are posted, whatever address a message names.
        timeout: Seconds to wait for the answer to a question.
        send_timeout: Seconds to wait for the answer to a post; then its outcome is unknown. Less than 30, for so long
            does the outbox wait.
        heartbeat: Seconds between signs of life that are asked for.
        silent_after: Seconds without anything pushed after which a new connection is made; 0 never does.
        per_minute_account: Posts in any minute, over all groups.
        per_minute_group: Posts in any minute into one group.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    client_id: str = Field(min_length=1, max_length=128)
    client_secret: SecretStr
    robot_code: str = Field(default="", max_length=128)
    bot_name: str = Field(default="小象", min_length=1, max_length=40)
    api: str = "https://api.dingtalk.com"
    media: str = "https://oapi.dingtalk.com"
    webhook_hosts: tuple[str, ...] = ("oapi.dingtalk.com", "api.dingtalk.com")
    timeout: float = Field(default=15, gt=0, le=60)
    send_timeout: float = Field(default=20, gt=0, le=29)
    heartbeat: float = Field(default=30, gt=0, le=300)
    silent_after: float = Field(default=3600, ge=0, le=86_400)
    per_minute_account: int = Field(default=60, ge=1, le=1200)
    per_minute_group: int = Field(default=20, ge=1, le=1200)

    # What each says follows the name of its key in what the operator reads.

    @field_validator("client_id", "robot_code")
    @classmethod
    def _one_word(cls, text: str) -> str:
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("holds a space or a character beyond ASCII; copy it again from the app's credentials")
        return text

    @field_validator("client_secret")
    @classmethod
    def _whole(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(
                "is empty, or holds a space or a character beyond ASCII; copy it again from the app's credentials"
            )
        return secret

    @field_validator("api", "media")
    @classmethod
    def _guarded(cls, url: str) -> str:
        if not is_guarded(url, "https"):
            raise ValueError('must begin with "https://" (http only on this machine): the secret travels there')
        if urlsplit(url).password or urlsplit(url).query:
            raise ValueError("must hold neither a password nor a query; take them out")
        return url

    @field_validator("webhook_hosts")
    @classmethod
    def _bare_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if any(not host or "/" in host or "*" in host for host in hosts):
            raise ValueError('must be names of hosts alone, such as "oapi.dingtalk.com"')
        return tuple(host.lower() for host in hosts)


QUESTIONS = (
    Question(
        "client_id",
        zh="应用的 Client ID（钉钉开放平台 → 应用 → 凭证与基础信息）",
        en="The app's Client ID (open.dingtalk.com, the app, Credentials)",
    ),
    Question("client_secret", zh="同一页的 Client Secret", en="Its Client Secret, on the same page", secret=True),
)


def next_step(settings: Settings, language: str) -> str:
    """Return what to do once the bot runs."""
    if language == "zh":
        return (
            f"开放平台上给应用加机器人，消息接收选 Stream 模式，发布；再把它加进群，@{settings.bot_name} 说一句试试。"
        )
    return (
        f"Give the app a robot in Stream mode, publish it, add it to a group and say something to @{settings.bot_name}."
    )


class Dingtalk:
    """One robot."""

    platform = PLATFORM
    abilities = frozenset(
        {
            Ability.PUSH,
            Ability.DIRECT,
            Ability.QUOTE_IN,
            Ability.MENTION,
            Ability.PICTURE_IN,
            Ability.PICTURE,
            Ability.FILE,
            Ability.MARKUP,
            Ability.STABLE_IDS,
            Ability.SAME_IDS,
        }
    )
    delivery = Delivery.KEPT
    wider = "DingTalk shows a robot only what mentions it; the rest of a group's talk can only be imported"

    def __init__(self, settings: Settings, name: str, folder: Path) -> None:
        self.settings = settings
        self.name = name
        self.rate = Rate(settings.per_minute_group, settings.per_minute_account)
        self._files = folder / "files"
        where = Where(settings.api.rstrip("/"), settings.media.rstrip("/"), settings.timeout, settings.send_timeout)
        self._api = Api(where, settings.client_id, settings.client_secret)
        self._hooks: OrderedDict[str, Webhook] = OrderedDict()  # by place
        self._now: Callable[[], datetime] | None = None
        self._told: set[str] = set()

    async def run(self, ear: Ear) -> None:
        """Connect and stay until the connection ends. See `Adapter.run`."""
        self._now = ear.now

        async def take(frame: _stream.Frame) -> None:
            await self._take(frame, ear)

        async def strange(text: str, why: str) -> None:
            await self._strange(text, why, ear)

        socket = await _stream.dial(await self._api.ticket())
        beat, silence = self.settings.heartbeat, self.settings.silent_after
        stream = _stream.Stream(socket, take, strange, beat=beat, silence=silence)
        await stream.run(ear.online(self._robot, self.settings.bot_name, []))

    def render(self, body: Body) -> list[str]:
        """Return the posts of a body, as JSON that holds no markup yet: which it needs, the road decides."""
        return _posts.render(body)

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post a payload: through the talk's webhook while that lives, else through the API.

        Only the API names its posts, and neither road can quote.
        """
        post = _posts.post_of(payload)
        hook = self._living(place)
        if hook is not None and not post.picture and not post.file:
            if await self._api.answer(hook.url, post):
                return None
            self._hooks.pop(place.key, None)
        return await self._push(place, post)

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return nothing: DingTalk tells a robot neither its groups nor who is in them; names come with messages."""
        return []

    async def probe(self) -> list[str]:
        """Return what keeps the robot from working, in words for the operator."""
        return await _probe.ask(self._api)

    @property
    def _robot(self) -> str:
        return self.settings.robot_code or self.settings.client_id

    async def _take(self, frame: _stream.Frame, ear: Ear) -> None:
        """Make sure that a frame is durable, or of no concern."""
        if isinstance(frame, CallbackMessage) and frame.headers.topic == ChatbotMessage.TOPIC:
            heard = to_frame(frame.data, ear.now(), self.settings.bot_name)
            if isinstance(heard, Odd):
                await self._strange(json.dumps(frame.data, ensure_ascii=False), heard.why, ear)
                return
            self._remember(heard.place, _frames.webhook(_frames.read(frame.data)))
            await ear.hear(heard)
        elif isinstance(frame, CallbackMessage | EventMessage):
            what = label(str(frame.headers.topic or frame.headers.event_type), 80)
            await self._strange(json.dumps(frame.data, ensure_ascii=False), f"unknown topic {what}", ear)

    async def _strange(self, text: str, why: str, ear: Ear) -> None:
        if why not in self._told and len(self._told) < KINDS_TOLD:
            self._told.add(why)
            log.warning("%s: %s; kept for a look", self.name, why)
        await ear.odd(_frames.without_credentials(sanitize(text[:TEXT_LIMIT])), why)

    def _remember(self, place: Place, hook: Webhook | None) -> None:
        if hook is None or not is_listed(hook.url, self.settings.webhook_hosts):
            return
        known = self._hooks.pop(place.key, hook)
        self._hooks[place.key] = max(known, hook, key=lambda one: one.until)
        if len(self._hooks) > REMEMBERED:
            self._hooks.popitem(last=False)

    def _living(self, place: Place) -> Webhook | None:
        hook = self._hooks.get(place.key)
        return hook if hook is not None and self._now is not None and hook.until > self._now() + SPARE else None

    async def _push(self, place: Place, post: Post) -> str | None:
        member = place.key.removeprefix("direct:") if place.kind is GroupKind.DIRECT else ""
        staff = _frames.staff_id(member)
        if member and not staff:
            raise DeliveryError(
                Outcome.REFUSED, "DingTalk lets a robot write first to members of its organisation only"
            )
        params = _posts.for_api(post, await self._uploaded(post, private=bool(member)))
        if staff:
            return await self._api.direct(self._robot, staff, params)
        return await self._api.group(self._robot, place.key, params)

    async def _uploaded(self, post: Post, *, private: bool) -> str:
        """Return the media id of what a post shows; empty where its label has to do, as for a file in a group."""
        if post.picture:
            return await self._api.upload(self._files / post.picture, "image")
        if post.file and private:
            return await self._api.upload(self._files / post.file, "file")
        return ""


def build(settings: Settings, name: str, folder: Path) -> Dingtalk:
    """Return the adapter of one robot; `name` is its table in the configuration."""
    return Dingtalk(settings, name, folder)
