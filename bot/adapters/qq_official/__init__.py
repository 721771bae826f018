"""QQ through the official API for bots: no account that could be banned, but less is seen, and members have no numbers.

The platform knows members and groups by openids that are made for each bot. Where a group's owner permits it the bot
hears everything; else only what is said to it. A connection that broke is resumed, and then nothing is lost; where it
cannot be, the time away is a gap.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.adapters import Ability, Delivery, DeliveryError, Ear, Outcome, Rate, Roll
from bot.adapters._hook import door
from bot.adapters._http import client
from bot.adapters._parse import Odd, Raw
from bot.adapters.qq_official import _probe
from bot.adapters.qq_official._api import Api
from bot.adapters.qq_official._desk import Desk
from bot.adapters.qq_official._frames import PLATFORM
from bot.adapters.qq_official._gateway import ForgottenError, Gateway, connected, first_of, hang_up
from bot.adapters.qq_official._hearing import Hearing, State, lost
from bot.adapters.qq_official._lanes import Lanes
from bot.adapters.qq_official._past import Notebook, Past
from bot.adapters.qq_official._posts import Style, render
from bot.adapters.qq_official._settings import INTERACTIONS, QUESTIONS, Settings
from bot.adapters.qq_official._webhook import Hook, Signature
from bot.hosts import is_loopback
from storage.frames import Place
from storage.replies import Body

__all__ = ["QUESTIONS", "QQOfficial", "Settings", "build", "next_step"]

ASKS = 3  # questions before a connection, each of which may take its time
LAST_WORDS = 0.3  # seconds for stores that have begun when the connection ends


class QQOfficial:
    """One official bot."""

    platform = PLATFORM
    delivery = Delivery.LOST  # a session lives for minutes only
    wider = (
        "in each group its owner switches on 「获取群内全部消息」 in the bot's settings there;"
        " until then only what is said to the bot is heard"
    )

    def __init__(self, settings: Settings, name: str, folder: Path) -> None:
        self.settings = settings
        self.name = name
        self.style = Style(settings.markdown, settings.links, buttons=bool(settings.intents & INTERACTIONS))
        self.abilities = _abilities(self.style)
        gap = timedelta(seconds=settings.gap_seconds)
        self.rate = Rate(settings.per_minute_group, settings.per_minute_account, gap)
        self._state = State(frozenset(settings.send_only))
        self._past: Past | None = None  # read from the notebook at the first connection
        self._notebook = Notebook(folder / name / "session.json", f"{settings.app_id} {settings.intents}")
        self._desk = Desk(self._state.anchors, self._state.closed, self._state.posts, folder / "files")
        self._line: tuple[Api, Ear] | None = None  # while it is connected

    async def run(self, ear: Ear) -> None:
        """Connect and stay (websocket), or wait for calls (webhook). See `Adapter.run`."""
        if self._past is None:
            self._past = await asyncio.to_thread(self._notebook.read)
        past, work = self._past, self._answer if self.settings.mode == "webhook" else self._connect
        async with client(self.settings.action_timeout) as http:
            try:
                await work(self._api(http), ear, past)
            finally:
                self._line = None
                self._notebook.write(past)

    def render(self, body: Body) -> list[str]:
        """Return the posts of a body, as JSON: texts or Markdown, and pictures."""
        return render(body, self.style)

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post a payload; it hangs on the message it answers, or on the latest one, while that is possible."""
        line = self._line
        if line is None:
            raise DeliveryError(Outcome.NOT_SENT, "not connected")
        api, ear = line
        return await self._desk.send(api, place, payload, reply_to, now=ear.now, seconds=self.settings.send_timeout)

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return nothing: the platform tells neither which groups there are nor what members are called."""
        return []

    async def probe(self) -> list[str]:
        """Return what keeps the account from working, in words for the operator."""
        webhook = self.settings.mode == "webhook"
        async with client(self.settings.action_timeout) as http:
            lines = await _probe.credentials(self._api(http), gateway=not webhook)
        if webhook and self._line is None:
            lines += await _probe.door(self.settings.host, self.settings.port)
        return lines

    def _api(self, http: httpx.AsyncClient) -> Api:
        settings = self.settings
        secret = settings.app_secret.get_secret_value()
        return Api(http, api=settings.api, token_url=settings.token_url, app_id=settings.app_id, secret=secret)

    async def _connect(self, api: Api, ear: Ear, past: Past) -> None:
        try:
            await self._listen(api, ear, past)
        except ForgottenError:  # nothing is wrong there: a gateway that was started again knows no sessions
            await self._listen(api, ear, past)

    async def _listen(self, api: Api, ear: Ear, past: Past) -> None:
        async with asyncio.timeout(ASKS * self.settings.action_timeout):
            url = await api.gateway()
        _refuse_open(url)
        lanes, hearing, before = Lanes(), Hearing(self._state, ear, api), past.alive_at

        async def deliver(raw: Raw | Odd, text: str, number: int) -> None:
            lane, said = hearing.read(raw)

            async def work() -> None:
                await hearing.tell(raw, said, text)
                past.progress.ended(number)
                await hearing.answer(raw)

            await lanes.put(lane, work)

        async def up(resumed: bool) -> None:
            self._state.ids[past.self_id] = ""
            self._line = api, ear
            await asyncio.to_thread(self._notebook.write, past)
            await ear.online(past.self_id, past.name, [])
            if not resumed:
                await lost(ear, before)

        def alive() -> None:
            past.alive_at = ear.now()

        async def beaten() -> None:
            if self._notebook.due(ear.now()):
                await asyncio.to_thread(self._notebook.write, past)

        socket = await connected(url)
        gateway = Gateway(
            socket, past, api.token, self.settings.intents, deliver=deliver, up=up, alive=alive, beaten=beaten
        )
        try:
            await first_of(gateway.run(), lanes.failure())
        finally:
            await self._left(lanes, past)
            await hang_up(socket)

    async def _left(self, lanes: Lanes, past: Past) -> None:
        """Let what was heard be told, and give up what could not be."""
        self._line = None
        await lanes.settle(LAST_WORDS)
        past.progress.given_up()

    async def _answer(self, api: Api, ear: Ear, past: Past) -> None:
        hearing = Hearing(self._state, ear, api)
        settings = self.settings

        async def take(raw: Raw, text: str) -> None:
            _, said = hearing.read(raw)
            await hearing.tell(raw, said, text)
            await hearing.answer(raw)

        async with asyncio.timeout(ASKS * settings.action_timeout):
            self_id, name = await api.me()
        self._state.ids[self_id] = ""
        signature = Signature(settings.app_secret.get_secret_value())
        async with door(settings.host, settings.port, settings.path, Hook(signature, settings.app_id, ear.now, take)):
            self._line = api, ear
            await ear.online(self_id, name, [])
            await lost(ear, past.alive_at)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                past.alive_at = ear.now()


def build(settings: Settings, name: str, folder: Path) -> QQOfficial:
    """Return the adapter of one account; `name` is its table in the configuration."""
    return QQOfficial(settings, name, folder)


def next_step(settings: Settings, language: str) -> str:
    """Return what the operator has to do on the platform, in one line."""
    if settings.mode == "webhook":
        where = f"http://{settings.host}:{settings.port}{settings.path}"
        zh = f"在 q.qq.com 的回调配置里填你的 HTTPS 地址，由代理转到 {where}"
        en = f"On q.qq.com set the callback to your HTTPS address, which your proxy passes on to {where}"
    else:
        zh, en = "把机器人加进群", "Add the bot to a group"
    zh += "；再请群主在群里的机器人设置打开「获取群内全部消息」和「主动在群聊内发言」。"
    en += "; then ask its owner for 「获取群内全部消息」 and 「主动在群聊内发言」 in the bot's settings there."
    return zh if language == "zh" else en


def _abilities(style: Style) -> frozenset[Ability]:
    found = {
        Ability.PUSH,
        Ability.DIRECT,
        Ability.QUOTE_IN,
        Ability.QUOTE,
        Ability.PICTURE_IN,
        Ability.PICTURE,
        Ability.STABLE_IDS,
    }
    if style.markdown:
        found = (found | {Ability.MENTION, Ability.MARKUP}) - {Ability.QUOTE}
    if style.markdown and style.buttons:
        found.add(Ability.BUTTONS)
    return frozenset(found)


def _refuse_open(url: str) -> None:
    """Refuse a gateway to which the access token would travel in the open."""
    parts = urlsplit(url)
    if parts.scheme != "wss" and not is_loopback(parts.hostname or ""):
        raise ConnectionError(f"the gateway at {parts.hostname} is not encrypted")
