"""The listener: who may ask, what it tells, and that it comes and goes without touching the process."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.supervisor import Board
from bot.web import HEADERS, build, listening

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute


@pytest.fixture
def board() -> Board:
    return Board(lambda: 7.0)


@pytest.fixture
async def client(board: Board) -> AsyncIterator[httpx.AsyncClient]:
    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello", headers={"cache-control": "max-age=60"})

    registry = CollectorRegistry()
    Counter("xiangqun_frames", "Frames heard", registry=registry).inc(3)
    app = build(board, registry, ["pg.example.org"], [Route("/page", page)])
    async with (
        listening(app, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


async def test_health_follows_the_essential_parts(client: httpx.AsyncClient, board: Board) -> None:
    assert (await client.get("/healthz")).status_code == 200
    part = board.part("qq")
    board.part("telegram", essential=False)
    answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["qq"]["state"] == "starting"
    part.error = "OSError: 10.0.0.7 refused"
    part.up()
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert "10.0.0.7" not in json.dumps(answer.json())


ASKED = [
    ("127.0.0.1:8420", "/healthz", 200),
    ("[::1]:8420", "/healthz", 200),
    ("localhost", "/metrics", 200),
    ("pg.example.org", "/page", 200),
    ("PG.example.org:443", "/page", 200),
    ("pg.example.org", "/metrics", 404),
    ("evil.example.com", "/page", 400),
    ("evil.example.com", "/healthz", 400),
    ("pg.example.org.evil.com", "/page", 400),
    ("pg.example.org@evil.com", "/page", 400),
    ("", "/page", 400),
    ("localhost", "/docs", 404),
    ("localhost", "/openapi.json", 404),
    ("localhost", "/", 404),
    ("localhost", "/static/..%2f..%2fetc/passwd", 404),
    ("localhost", "/healthz%00", 404),
]


async def test_who_may_ask_for_what(client: httpx.AsyncClient) -> None:
    got = [(host, path, (await client.get(path, headers={"host": host})).status_code) for host, path, _ in ASKED]
    assert got == ASKED


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/healthz")).status_code == 405


async def test_metrics_are_those_of_the_registry(client: httpx.AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    assert "xiangqun_frames_total 3.0" in text
    assert "python_info" not in text


async def test_every_answer_has_the_headers(client: httpx.AsyncClient) -> None:
    for path, host in (("/healthz", "localhost"), ("/none", "localhost"), ("/healthz", "evil.example.com")):
        answer = await client.get(path, headers={"host": host})
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "server" not in answer.headers
    assert (await client.get("/page")).headers["cache-control"] == "max-age=60"


async def test_it_comes_and_goes_without_touching_signals() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    app = build(Board(lambda: 0.0), CollectorRegistry())
    async with listening(app, "127.0.0.1", 0) as port:
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
        with pytest.raises(OSError, match="in use"):
            async with listening(app, "127.0.0.1", port):
                pass
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_request_under_way_is_answered_before_it_goes() -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        asked.set()
        await go.wait()
        return PlainTextResponse("done")

    async with httpx.AsyncClient(trust_env=False) as client:
        async with listening(
            build(Board(lambda: 0.0), CollectorRegistry(), (), [Route("/", slow)]), "127.0.0.1", 0
        ) as port:
            answer = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/"))
            await asked.wait()
            go.set()
        assert (await answer).text == "done"


async def test_a_client_that_says_nothing_does_not_hold_it_up() -> None:
    async with listening(build(Board(lambda: 0.0), CollectorRegistry()), "127.0.0.1", 0) as port:
        silent = socket.create_connection(("127.0.0.1", port))
        await asyncio.sleep(0)
    silent.close()
