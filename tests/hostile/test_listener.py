"""Who knocks at the listener, 64 of the list: who has the token is let in, the newest wins, nobody is disturbed."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.bot.adapters.onebot.recorder import free_port
from tests.chat import ManualClock
from tests.hostile.front import CANARY, TOKEN, Front, Refusing, configured, running, until, up
from tests.platforms.onebot.fake import NapCat

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.middle]

PATH = "/onebot/v11/ws"


@asynccontextmanager
async def listening(folder: Path, template: Path) -> AsyncIterator[Front]:
    """Run a bot that waits for an implementation."""
    shutil.copyfile(template, folder / "xiangqun.db")
    adapter = ['mode = "reverse"', f"port = {free_port()}"]
    config = configured(folder, f"sqlite:///{folder / 'xiangqun.db'}", adapter)
    clock, log = ManualClock(), io.StringIO()
    async with running(config, clock, log) as (app, life):
        yield Front(app, napcat(clock), clock, life, log)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    """Return a bot that listens, and an implementation that has connected to it."""
    async with AsyncExitStack() as stack:
        front = await stack.enter_async_context(listening(tmp_path_factory.mktemp("listener"), sqlite_template))
        await stack.enter_async_context(front.fake.reverse(f"{address(front)}{PATH}", interval=0.2))
        await until(lambda: up(front.app))
        yield front


def napcat(clock: ManualClock, token: str = TOKEN, self_id: int = 10001) -> NapCat:
    fake = NapCat(self_id, token=token, heartbeat=5, clock=lambda: clock.now().timestamp())
    fake.actions = Refusing(fake.actions)  # type: ignore[assignment]
    return fake


def address(front: Front) -> str:
    return f"ws://127.0.0.1:{front.app.adapters['onebot'].settings.port}"  # type: ignore[attr-defined]


async def knock(url: str, **headers: str) -> int:
    """Return the status with which a handshake is answered."""
    try:
        async with connect(url, additional_headers=headers, proxy=None, close_timeout=0.1):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def still_there(front: Front, connections: int) -> None:
    """See that the implementation's own connection was not touched, and is heard."""
    assert front.fake.connections == connections
    await front.still_hears(front.group())


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (PATH, {}, 401),
        (PATH, {"Authorization": "Bearer wrong"}, 401),
        (PATH, {"Authorization": f"Bearer {TOKEN}x"}, 401),
        (PATH, {"Authorization": f"Bearer {TOKEN[:-1]}"}, 401),
        (PATH, {"Authorization": f"Basic {TOKEN}"}, 401),
        (f"{PATH}?access_token=", {}, 401),
        (f"{PATH}?access_token=wrong", {"Authorization": ""}, 401),
        (f"{PATH}?token={TOKEN}", {}, 401),
        ("/", {"Authorization": f"Bearer {TOKEN}"}, 404),
        ("/../onebot/v11/ws", {"Authorization": f"Bearer {TOKEN}"}, 404),
        (f"{PATH}/..%2f..%2fetc", {"Authorization": f"Bearer {TOKEN}"}, 404),
        (PATH, {"Authorization": f"Bearer {TOKEN}", "X-Client-Role": "Event"}, 403),
    ],
)
async def test_64_who_is_not_let_in(front: Front, path: str, headers: dict[str, str], status: int) -> None:
    connections = front.fake.connections
    assert await knock(address(front) + path, **headers) == status
    await still_there(front, connections)


async def test_64_what_is_no_handshake(front: Front) -> None:
    """Plain HTTP, garbage, and fifty that connect and say nothing: the next message is heard, and nothing hangs."""
    connections, port = front.fake.connections, int(address(front).rsplit(":", 1)[1])
    async with AsyncExitStack() as stack:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for _, writer in silent:
            stack.callback(writer.close)
        for said in (
            b"GET / HTTP/1.0\r\n\r\n",
            b"A" * 100_000,
            b"\r\n" * 1_000,
            b"POST /onebot/v11/ws HTTP/1.1\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(said)
            async with asyncio.timeout(5):
                answer = await reader.read(20)
            assert not answer.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200"))
        await still_there(front, connections)


async def test_64_a_thousand_wrong_tokens_are_one_line(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    connections = front.fake.connections
    before = len(caplog.records)
    for number in range(200):
        assert await knock(f"{address(front)}{PATH}", Authorization=f"Bearer {CANARY}{number}") == 401
    assert len([record for record in caplog.records[before:] if "refused" in record.getMessage()]) <= 1
    await still_there(front, connections)


async def test_64_the_token_in_the_query(front: Front) -> None:
    """Some implementations can do no other; the address with it is never logged."""
    assert await knock(f"{address(front)}{PATH}?access_token={TOKEN}") == 101


async def test_64_a_frame_of_fifty_megabytes(front: Front) -> None:
    """Closed with 1009; the implementation comes back and is heard."""
    group, connections = front.group(), front.fake.connections
    await front.still_hears(group)
    ended = len(front.fake.closed)
    await front.fake.push(json.dumps({"post_type": "message", "raw_message": "x" * 50 * 2**20}))
    await front.fake.until(lambda: len(front.fake.closed) > ended)
    assert front.fake.closed[-1] == 1009
    await front.fake.until(lambda: front.fake.connections > connections)
    await until(lambda: up(front.app))
    await front.still_hears(group)


async def test_64_the_newest_connection_wins(front: Front) -> None:
    """A second one for the same account takes over, the old one is closed; another account is turned away."""
    group, ended = front.group(), len(front.fake.closed)
    newer = napcat(front.clock)
    newer.world = front.fake.world
    newer.actions = front.fake.actions
    async with newer.reverse(f"{address(front)}{PATH}", interval=60):
        await front.fake.until(lambda: len(front.fake.closed) > ended)
        assert front.fake.closed[ended] == 1000
        stranger = napcat(front.clock, self_id=10002)
        async with stranger.reverse(f"{address(front)}{PATH}", interval=60):
            await stranger.until(lambda: stranger.closed)
    await front.fake.connected()
    await until(lambda: up(front.app))
    await front.still_hears(group)
    assert [account.self_id for account in front.app.accounts.values() if account.name == "onebot"] == ["10001"]


# -- an event before the lifecycle ------------------------------------------------------------------------------------


@asynccontextmanager
async def bare(front: Front) -> AsyncIterator[ClientConnection]:
    """Connect by hand, as an implementation that sends what it likes when it likes."""
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Self-ID": "10001"}
    async with connect(f"{address(front)}{PATH}", additional_headers=headers, proxy=None, close_timeout=0.2) as socket:
        yield socket


async def answered(front: Front, socket: ClientConnection) -> None:
    """Answer what is asked, until the connection ends."""
    try:
        async for message in socket:
            asked: dict[str, Any] = json.loads(message)
            await socket.send(json.dumps(front.fake._answer(asked["action"], asked["params"], asked["echo"])))
    except ConnectionClosed:
        return


async def test_64_a_message_before_the_lifecycle(sqlite_template: Path, tmp_path: Path) -> None:
    """It is held until the account is known, and then stored; what claims another account is put aside."""
    async with listening(tmp_path, sqlite_template) as front:
        group = front.group()
        early = front.raw(group, 20001, f"早到了 {CANARY}")
        front.fake.world.groups[group].said.clear()  # not in the history: it came this way or not at all
        await until(lambda: listens(front))
        async with bare(front) as socket:
            await socket.send(json.dumps(early))
            await socket.send(json.dumps({**early, "self_id": 777, "message_id": 1, "real_seq": "2"}))
            answering = asyncio.create_task(answered(front, socket))
            await until(lambda: front.has(f"早到了 {CANARY}"))
            await until(lambda: put_aside(front, 1))
        await answering
        assert [why for _, why in await front.quarantined()] == ["frame of another account"]


async def listens(front: Front) -> bool:
    try:
        return await knock(f"{address(front)}/") == 404
    except ConnectionRefusedError:
        return False


async def put_aside(front: Front, count: int) -> bool:
    return len(await front.quarantined()) >= count


async def test_64_who_never_says_who_it_is(front: Front) -> None:
    """A connection that answers nothing never takes over, and what it sends is not stored."""
    group, connections = front.group(), front.fake.connections
    raw = front.raw(group, 20001, "没登录就说话")
    async with bare(front) as socket:
        await socket.send(json.dumps(raw))
        await still_there(front, connections)
    assert not await front.has("没登录就说话")
