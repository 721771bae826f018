"""QQ through a OneBot v11 implementation: NapCat, LLBot, Lagrange and their kin.

Forward mode connects to the implementation, reverse mode listens for it. Nothing on the wire is acknowledged and
nothing is kept for a bot that is away, so each connection begins with reading back what was missed, and says
what it could not find.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from websockets.asyncio.connection import Connection

from bot.adapters import Ability, Delivery, DeliveryError, Ear, Outcome, Question, Rate, Roll
from bot.adapters._files import ours
from bot.adapters._parse import identifier, table
from bot.adapters.onebot import _posts, _probe, _roads, _rolls
from bot.adapters.onebot._frames import PLATFORM
from bot.adapters.onebot._session import Past, Session
from bot.adapters.onebot._wire import ActionError, Link
from bot.hosts import is_loopback
from storage.frames import Place
from storage.replies import Body


class Settings(BaseModel):
    """The table `[adapters.onebot]`.

    Attributes:
        mode: `reverse`: the implementation connects to us; `forward`: we connect to it.
        access_token: The token that both sides know; it never belongs into `url`.
        host: Where to listen (reverse). Anything but this machine needs an access token.
        port: The port to listen on (reverse).
        path: The path that the implementation is given (reverse).
        url: The implementation's address, `ws://` or `wss://` (forward).
        action_timeout: Seconds to wait for the answer to a question.
        send_timeout: Seconds to wait for the answer to a post; then its outcome is unknown. Less than 30, for so
            long does the outbox wait.
        heartbeat: Seconds between heartbeats until the implementation names its own; three missed ones end a
            connection.
        late_after: Seconds that a message may be late before its number counts as missing.
        per_minute_account: Posts in any minute, over all groups; QQ freezes accounts that talk too much.
        per_minute_group: Posts in any minute into one group.
        gap_seconds: Least time between two posts into one group; half as much again is added by chance.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mode: Literal["reverse", "forward"] = "reverse"
    access_token: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(default=8095, ge=1, le=65535)
    path: str = "/onebot/v11/ws"
    url: str = Field(default="", validate_default=True)
    action_timeout: float = Field(default=15, gt=0, le=300)
    send_timeout: float = Field(default=20, gt=0, le=29)
    heartbeat: float = Field(default=30, gt=0, le=120)
    late_after: float = Field(default=2, ge=0, le=60)
    per_minute_account: int = Field(default=60, ge=1, le=6000)
    per_minute_group: int = Field(default=20, ge=1, le=6000)
    gap_seconds: float = Field(default=2, ge=0, le=60)

    # What each says follows the name of its key in what the operator reads.

    @field_validator("access_token")
    @classmethod
    def _one_word(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(
                "holds a space, a line break or a character beyond ASCII, which no header can carry; copy it again,"
                " without what stands around it"
            )
        return token

    @field_validator("host")
    @classmethod
    def _guarded(cls, host: str, info: ValidationInfo) -> str:
        token = info.data.get("access_token")  # missing where it was refused itself
        open_door = token is not None and not token.get_secret_value() and not is_loopback(host)
        if open_door and info.data.get("mode") == "reverse":
            raise ValueError(
                "is open to other machines, and without access_token anyone who finds the port can speak as any"
                " member; set access_token here and in the implementation, or listen on 127.0.0.1"
            )
        return host

    @field_validator("path")
    @classmethod
    def _absolute(cls, path: str) -> str:
        if not path.startswith("/") or "?" in path:
            raise ValueError('must begin with "/" and hold no "?", such as "/onebot/v11/ws"')
        return path

    @field_validator("url")
    @classmethod
    def _address(cls, url: str, info: ValidationInfo) -> str:
        parts = urlsplit(url)
        if info.data.get("mode") == "forward" and not url:
            raise ValueError('is needed with mode = "forward": the address at which the implementation listens')
        if url and (parts.scheme not in {"ws", "wss"} or not parts.hostname or parts.port == 0):
            raise ValueError('must be an address such as "ws://127.0.0.1:3001"')
        if parts.password or "access_token" in parse_qs(parts.query):
            raise ValueError("holds a secret: put the token into access_token, where it is never shown")
        return url


QUESTIONS = (
    Question(
        "mode",
        zh="QQ 实现（NapCat 等）连过来选 reverse，机器人连过去选 forward",
        en="reverse: the QQ implementation (NapCat, ...) connects to the bot; forward: the bot connects to it",
        default="reverse",
        among=("reverse", "forward"),
    ),
    Question(
        "port",
        zh="在本机哪个端口等它",
        en="Port of this machine to wait on",
        default="8095",
        only_if=("mode", "reverse"),
    ),
    Question(
        "url",
        zh="它的 WebSocket 地址",
        en="Its WebSocket address",
        default="ws://127.0.0.1:3001",
        only_if=("mode", "forward"),
    ),
    Question(
        "access_token",
        zh="两边共用的口令",
        en="Token that both sides know",
        secret=True,
        generated=True,
    ),
)


class Onebot:
    """One QQ account."""

    platform = PLATFORM
    abilities = frozenset(
        {
            Ability.SEE_ALL,
            Ability.PUSH,
            Ability.DIRECT,
            Ability.QUOTE_IN,
            Ability.QUOTE,
            Ability.MENTION,
            Ability.PICTURE_IN,
            Ability.PICTURE,
            Ability.FILE,
            Ability.RECALL,
            Ability.MOVES,
            Ability.CARDS,
            Ability.STABLE_IDS,
            Ability.SAME_IDS,
        }
    )
    delivery = Delivery.READ_BACK
    wider = ""

    def __init__(self, settings: Settings, name: str, folder: Path) -> None:
        self.settings = settings
        self.name = name
        self._files = folder / "files"
        gap = timedelta(seconds=settings.gap_seconds)
        self.rate = Rate(settings.per_minute_group, settings.per_minute_account, gap)
        self._past = Past()
        self._session: Session | None = None  # the one that is logged in

    async def run(self, ear: Ear) -> None:
        """Connect and stay (forward), or listen for good (reverse). See `Adapter.run`."""

        async def serve(socket: Connection) -> None:
            await self._serve(socket, ear)

        if self.settings.mode == "forward":
            await _roads.connect(self.settings.url, self._token, serve)
        else:
            door = _roads.Door(self.settings.host, self.settings.port, self.settings.path, self._token)
            await _roads.listen(door, serve)

    def render(self, body: Body) -> list[str]:
        """Return the posts of a body: JSON arrays of segments, and the names of files."""
        return _posts.render(body)

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post a payload; the id of the post is a message id, under which replies to it will name it.

        A message that is known by its number alone is quoted while its id is remembered, else not at all.
        """
        session = self._session
        if session is None:
            raise DeliveryError(Outcome.NOT_SENT, "not connected")
        quoted = self._past.aliases.get(f"{place.key} {reply_to}", reply_to)
        if quoted is not None and quoted.startswith("seq:"):
            quoted = None
        contents = {name: data for name in _posts.named(payload) if (data := await ours(self._files, name)) is not None}
        action, params = _posts.request(place, payload, quoted, contents)
        above = session.highest(place)
        try:
            answer = await session.link.call(action, params, timeout=self.settings.send_timeout)
        except (OSError, ActionError) as error:
            raise _posts.delivery_error(error) from error
        key = identifier(table(answer).get("message_id"))
        session.posted(place, key, above)
        return key or None

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return the account's groups, as the implementation knows them."""
        if self._session is None:
            raise ConnectionError("not connected")
        return await _rolls.rolls(self._session.link, cards=cards)

    async def probe(self) -> list[str]:
        """Return what keeps the account from working, in words for the operator."""
        if self._session is not None:
            return await _probe.ask(self._session.link)
        if self.settings.mode == "forward":
            return await _probe.forward(self.settings.url, self._token, self._link)
        door = _roads.Door(self.settings.host, self.settings.port, self.settings.path, self._token)
        return await _probe.reverse(door, self._link)

    @property
    def _token(self) -> str:
        return self.settings.access_token.get_secret_value()

    def _link(self, socket: Connection) -> Link:
        return Link(socket, beat=self.settings.heartbeat, timeout=self.settings.action_timeout)

    async def _serve(self, socket: Connection, ear: Ear) -> None:
        session = Session(self._link(socket), ear, self._past, late=self.settings.late_after)
        try:
            await session.run(self._admit)
        finally:
            if self._session is session:
                self._session = None
                await ear.offline("the connection ended")

    async def _admit(self, session: Session) -> None:
        """Let the newest connection of the account win; another account is turned away."""
        while (old := self._session) is not None:
            if old.self_id != session.self_id:
                raise ConnectionError(f"QQ {session.self_id} is not QQ {old.self_id}, which is connected here")
            await old.link.close("a newer connection took over")
            await old.ended.wait()
        self._session = session


def build(settings: Settings, name: str, folder: Path) -> Onebot:
    """Return the adapter of one account; `name` is its table in the configuration."""
    return Onebot(settings, name, folder)


def next_step(settings: Settings, language: str) -> str:
    """Return what the operator has to do in the implementation, in one line."""
    if settings.mode == "forward":
        zh = "在 NapCat 里加一个 WebSocket 服务器：{url} 的端口，同一个口令，消息格式 array。"
        en = "In NapCat add a WebSocket server on the port of {url}, the same token, format array."
        return (zh if language == "zh" else en).format(url=settings.url)
    door = _roads.Door(settings.host, settings.port, settings.path, "")
    zh = "在 NapCat 里加一个 WebSocket 客户端：{url}，同一个口令，消息格式 array。"
    en = "In NapCat add a WebSocket client: {url}, the same token, format array."
    return (zh if language == "zh" else en).format(url=door.url)
