"""WeChat through wechaty, against a puppet service of your own: the SDK lives in a process of its own.

No dependable road to WeChat groups is open in 2026; this one works as far as the puppet service behind it does. Nothing
is acknowledged and nothing is kept for a bot that is away, so whatever was said meanwhile is a gap. A gateway that was
killed is back within seconds, so the adapter itself knocks for a moment before it leaves the waiting to the supervisor.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from bot.adapters import Ability, Delivery, DeliveryError, Ear, Outcome, Question, Rate, Roll
from bot.adapters._parse import Raw, integer, table, words
from bot.adapters.wechat import _posts, _probe
from bot.adapters.wechat._frames import PLATFORM, identity, own_words, place_of, unstable
from bot.adapters.wechat._session import Past, Session
from bot.adapters.wechat._wire import LostError, Meeting, OrderError, linked, rows
from bot.hosts import is_loopback
from storage.frames import Place
from storage.replies import Body
from storage.sanitize import label

RETURNS, RETURNS_WITHIN = 3, 60.0  # so often in so many seconds a lost session is taken up at once
TYPING_PER_SIGN = 0.02  # seconds

ABILITIES = frozenset(
    {
        Ability.SEE_ALL,
        Ability.PUSH,
        Ability.DIRECT,
        Ability.QUOTE_IN,
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
LASTING = frozenset({Ability.STABLE_IDS, Ability.SAME_IDS})

QUESTIONS = (
    Question(
        "endpoint",
        "puppet service 的地址和端口（它要在你自己手里，见 docs/wechat.zh-CN.md）",
        "Address and port of your puppet service (see docs/wechat.md)",
        default="127.0.0.1:8788",
    ),
    Question(
        "token",
        "启动 puppet service 时用的 token",
        "The token that the puppet service was started with",
        secret=True,
    ),
)


class Settings(BaseModel):
    """The table `[adapters.wechat]`.

    Attributes:
        endpoint: The puppet service's host and port. The connection is not encrypted.
        token: The token that the puppet service was started with.
        private_network: The endpoint is on another machine, and the road there is a tunnel or a network of your own.
        answer_timeout: Seconds to wait for the answer to a question.
        send_timeout: Seconds to wait for the answer to a post; then its outcome is unknown. With `typing_seconds` less
            than 30, for so long does the outbox wait.
        heartbeat: Seconds of silence after which the gateway is asked for a sign of life.
        knock_seconds: For how long a gateway that went away is knocked at every half second, before the ordinary pauses
            of up to a minute begin.
        typing_seconds: Most seconds that pass before a post, by its length, as if it were typed; 0: none.
        per_minute_account: Posts in any minute, over all groups.
        per_minute_group: Posts in any minute into one group.
        gap_seconds: Least time between two posts into one group; half as much again is added by chance.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    private_network: bool = False
    endpoint: str
    token: SecretStr
    answer_timeout: float = Field(default=15, gt=0, le=60)
    send_timeout: float = Field(default=20, gt=0, le=25)
    heartbeat: float = Field(default=20, gt=0, le=120)
    knock_seconds: float = Field(default=30, ge=0, le=120)
    typing_seconds: float = Field(default=2, ge=0, le=4)
    per_minute_account: int = Field(default=10, ge=1, le=600)
    per_minute_group: int = Field(default=4, ge=1, le=600)
    gap_seconds: float = Field(default=3, ge=0, le=60)

    # What each says follows the name of its key in what the operator reads.

    @field_validator("endpoint")
    @classmethod
    def _guarded(cls, endpoint: str, info: ValidationInfo) -> str:
        if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}", endpoint):
            raise ValueError('must be a host and a port and nothing else, such as "127.0.0.1:8788"')
        address = urlsplit(f"//{endpoint}")
        if not 0 < int(endpoint.rpartition(":")[2]) < 65536:
            raise ValueError("has a port that cannot be; ports are 1 to 65535")
        if not is_loopback(address.hostname or "") and not info.data.get("private_network"):
            raise ValueError(
                "is another machine, and the token would go there unencrypted; run the puppet service here, or set"
                " private_network = true where a tunnel or a network of your own leads there"
            )
        return endpoint

    @field_validator("token")
    @classmethod
    def _one_word(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(
                "must be one word of ASCII characters; copy it again from where the puppet service is started, without"
                " what stands around it"
            )
        return token


class Wechat:
    """One WeChat account."""

    platform = PLATFORM
    delivery = Delivery.LOST
    wider = ""

    def __init__(self, settings: Settings, name: str, folder: Path) -> None:
        self.settings = settings
        self.abilities = ABILITIES
        gap = timedelta(seconds=settings.gap_seconds)
        self.rate = Rate(settings.per_minute_group, settings.per_minute_account, gap)
        self._data = folder
        self._own = (folder / name).absolute()
        self._past = Past()
        self._session: Session | None = None  # the one that is logged in
        self._returns: deque[float] = deque(maxlen=RETURNS)

    async def run(self, ear: Ear) -> None:
        """Live sessions until one ends that cannot be taken up at once. See `Adapter.run`."""
        patience = 0.0
        while True:
            await self._live(ear, patience)
            patience = self.settings.knock_seconds

    def render(self, body: Body) -> list[str]:
        """Return the posts of a body, as JSON: texts with mentions, and files."""
        return _posts.render(body)

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post a payload, after the time that typing it would take. WeChat lets no program quote."""
        del reply_to
        session = self._session
        if session is None or not session.self_id:
            raise DeliveryError(Outcome.NOT_SENT, "not connected")
        do, parts = await asyncio.to_thread(_posts.order, place, payload, self._data.absolute())
        text = _posts.text_of(parts)
        await asyncio.sleep(min(self.settings.typing_seconds, 0.5 + len(text) * TYPING_PER_SIGN))
        try:
            key = identity(await session.link.call(do, timeout=self.settings.send_timeout, **parts))
        except (OSError, OrderError) as error:
            raise _posts.delivery_error(error) from error
        if key and text:
            self._past.recent.note(place.key, key, session.name, own_words(text))
        return key or None

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return the account's groups, as the gateway knows them now."""
        session = self._session
        if session is None:
            raise ConnectionError("not connected")
        seconds = self.settings.answer_timeout
        try:
            rooms = rows(await session.link.call("rooms", timeout=4 * seconds))
            rolls = [_roll(room) for room in rooms]
            found = [roll for roll in rolls if roll is not None]
            return [await self._carded(session, roll) for roll in found] if cards else found
        except OrderError as error:
            raise ConnectionError(str(error)) from error

    async def probe(self) -> list[str]:
        """Return what keeps the account from working, in words for the operator."""
        session = self._session
        if session is not None:
            return await _probe.ask(session.link, session.self_id, self.settings.answer_timeout)
        return await _probe.alone(self._meeting(0), self._own)

    def _meeting(self, patience: float) -> Meeting:
        own = self.settings
        return Meeting(own.endpoint, own.token.get_secret_value(), own.answer_timeout, own.heartbeat, patience)

    async def _live(self, ear: Ear, patience: float) -> None:
        """Live one session; return where the next one may begin at once, and raise otherwise."""
        try:
            async with linked(self._meeting(patience), self._own) as link:
                await Session(link, ear, self._past, self._admit).run()
        except LostError as lost:
            if self._session is None or not self._may_return():
                raise
            await ear.offline(str(lost))
        finally:
            self._session = None

    def _admit(self, session: Session) -> None:
        self.abilities = ABILITIES - LASTING if unstable(session.self_id) else ABILITIES
        self._session = session

    def _may_return(self) -> bool:
        now = asyncio.get_running_loop().time()
        if len(self._returns) == RETURNS and now - self._returns[0] < RETURNS_WITHIN:
            return False
        self._returns.append(now)
        return True

    async def _carded(self, session: Session, roll: Roll) -> Roll:
        seconds = 4 * self.settings.answer_timeout
        with contextlib.suppress(OrderError):
            told = table(await session.link.call("cards", timeout=seconds, room=roll.place.key))
            names = {identity(member): label(words(name)) for member, name in told.items()}
            return Roll(roll.place, roll.size, {member: name for member, name in names.items() if member and name})
        return roll


def build(settings: Settings, name: str, folder: Path) -> Wechat:
    """Return the adapter of one account; `name` is its table in the configuration."""
    return Wechat(settings, name, folder)


def _roll(room: Raw) -> Roll | None:
    place = place_of(room.get("id"), room.get("topic"))
    return Roll(place, integer(room.get("size"))) if place is not None else None
