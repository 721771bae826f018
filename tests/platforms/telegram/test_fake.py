"""The fake's fidelity: a third-party bot takes it for Telegram, and it refuses what Telegram refuses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.platforms.recorder import free_port
from tests.platforms.stage import served
from tests.platforms.telegram import markup
from tests.platforms.telegram.fake import GROUP, ME, USERNAME, Fake, number_of
from tests.platforms.telegram.stage import STAGE, TOKEN, WRONG

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


class Witness:
    """A bot in a process of its own, and what it tells."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []

    async def told(self, what: str) -> dict[str, Any]:
        """Return the next line that tells of something."""
        async with asyncio.timeout(30):
            while not (found := [line for line in self.lines if what in line]):
                assert self.process.stdout is not None
                raw = await self.process.stdout.readline()
                assert raw, f"the witness ended without telling of {what}: {self.lines}"
                if raw.startswith(b"{"):
                    self.lines.append(json.loads(raw))
        self.lines.remove(found[0])
        return found[0]


@contextlib.asynccontextmanager
async def process(*words: object) -> AsyncIterator[Witness]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, words), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Witness(started)
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.kill()
        await started.communicate()


# -- a bot of others ---------------------------------------------------------------------------------------------------


@pytest.mark.middle
async def test_python_telegram_bot_takes_it_for_telegram() -> None:
    fake = Fake()
    async with fake.serve() as port, process(HERE / "witness_ptb.py", port, TOKEN) as witness:
        assert await witness.told("me") == {"me": USERNAME, "sees_all": True}
        assert await witness.told("commands") == {"commands": ["help"]}
        await fake.until(lambda: fake.queue.poll)
        first = await fake.say("pg_wal 涨了 🐘", name="老樊")
        await witness.told("heard")
        await witness.told("sent")
        refused = [(await witness.told("refused"))["refused"][:21] for _ in range(3)]
        assert refused == ["Can't parse entities:", "Can't parse entities:", "Message is too long"]
        fake.wait = 1
        asked = await fake.say("🐘 能删吗", mention=True, quote=first)
        heard = await witness.told("heard")
        assert heard == {
            "heard": f"@{USERNAME} 🐘 能删吗", "mentions": [f"@{USERNAME}"], "quoted": "pg_wal 涨了 🐘", "photo": 0,
        }  # fmt: skip
        assert await witness.told("wait") == {"wait": 1.0}
        sent = await witness.told("sent")
        assert (sent["text"], sent["bold"]) == ("收到 & 谢谢", ["收到"])
        post = fake.posts[-1]
        assert (post.key, post.reply_to, post.form) == (str(sent["sent"]), int(asked), "html")
        await fake.say("看", picture=True)
        assert (await witness.told("heard"))["photo"] == 1
        await _the_rest(fake, witness, asked)


async def _the_rest(fake: Fake, witness: Witness, asked: str) -> None:
    await fake.edit(GROUP, asked, "改了")
    assert await witness.told("edited") == {"edited": "改了"}
    query = await fake.press(fake.posts[-1], "/solved 1")
    assert await witness.told("pressed") == {"pressed": "/solved 1"}
    assert fake.queries[query]
    await fake.say(f"/stats@{USERNAME} 30")
    told = await witness.told("stats")
    assert told == {"stats": "PG 交流群", "kind": "supergroup", "count": 1, "own": "member", "args": ["30"]}
    await fake.change(GROUP, ME, "administrator")
    assert (await witness.told("changed"))["after"] == "administrator"
    await fake.change(GROUP, number_of("m7"), "member")
    assert await witness.told("changed") == {"changed": number_of("m7"), "before": "left", "after": "member"}
    await fake.say("/stats")
    assert (await witness.told("stats"))["own"] == "administrator"


@pytest.mark.middle
async def test_two_pollers_cannot_both_have_it() -> None:
    fake = Fake()
    async with fake.serve() as port, process(HERE / "witness_ptb.py", port, TOKEN) as witness:
        await witness.told("me")
        await fake.until(lambda: fake.queue.poll)
        async with httpx.AsyncClient() as http:
            await fake.say("x")
            answers = [await call(http, port, "getUpdates", timeout=1) for _ in range(2)]
        assert fake.queue.poll > 2
        assert all(answer["ok"] or answer["error_code"] == 409 for answer in answers)


# -- what it refuses ---------------------------------------------------------------------------------------------------


async def call(http: httpx.AsyncClient, port: int, method: str, token: str = TOKEN, **given: object) -> dict[str, Any]:
    answer = await http.post(f"http://127.0.0.1:{port}/bot{token}/{method}", json=given, timeout=20)
    found: dict[str, Any] = answer.json()
    assert found["ok"] or found["error_code"] == answer.status_code
    return found


POST = {"chat_id": GROUP, "text": "x"}
LONG_BUTTON = {"inline_keyboard": [[{"text": "x", "callback_data": "解" * 22}]]}
REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {**POST, "colour": "red"}, 400, "takes no colour"),
    ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
    ("sendMessage", {**POST, "chat_id": "PG"}, 400, "can't parse chat_id"),
    ("sendMessage", {**POST, "chat_id": -5}, 400, "chat not found"),
    ("sendMessage", {**POST, "text": " "}, 400, "text is empty"),
    ("sendMessage", {**POST, "text": "长" * 4097}, 400, "too long"),
    ("sendMessage", {**POST, "text": "🐘" * 2049}, 400, "too long"),
    ("sendMessage", {**POST, "text": "a < b", "parse_mode": "HTML"}, 400, "can't parse entities"),
    ("sendMessage", {**POST, "message_thread_id": 7}, 400, "message thread not found"),
    ("sendMessage", {**POST, "reply_markup": LONG_BUTTON}, 400, "BUTTON_DATA_INVALID"),
    ("sendPhoto", {"chat_id": GROUP, "photo": "x"}, 400, "IMAGE_PROCESS_FAILED"),
    ("setMyCommands", {"commands": [{"command": "解决了", "description": "x"}]}, 400, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "ok", "description": ""}]}, 400, "DESCRIPTION_INVALID"),
    ("answerCallbackQuery", {"callback_query_id": "5"}, 400, "too old"),
    ("setWebhook", {"url": "http://pg.example.org"}, 400, "HTTPS"),
    ("getUpdates", {"limit": 101}, 400, "limit"),
    ("flyToTheMoon", {}, 404, "Not Found"),
]  # fmt: skip


@pytest.mark.middle
async def test_it_refuses_what_telegram_refuses() -> None:
    fake = Fake()
    async with fake.serve() as port, httpx.AsyncClient() as http:
        for method, given, code, words in REFUSED:
            answer = await call(http, port, method, **given)
            assert (answer["error_code"], words in answer["description"]) == (code, True), (method, answer)
        assert (await call(http, port, "getMe", WRONG))["error_code"] == 401
        assert (await call(http, port, "getMe", "x"))["error_code"] == 404
        assert fake.posts == []
        reply = {"message_id": 5, "allow_sending_without_reply": False}
        fake.amnesiac = False
        assert (await call(http, port, "sendMessage", **POST, reply_parameters=reply))["error_code"] == 400
        fake.world.chat(GROUP).statuses[ME] = "kicked"
        assert (await call(http, port, "sendMessage", **POST))["error_code"] == 403


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag"),
        ("<b><i>x</b></i>", "Unmatched end tag"),
        ("<script>x</script>", 'Unsupported start tag "script"'),
        ("<img src=x>", 'Unsupported start tag "img"'),
        ("a < b", "Unsupported start tag"),
        ("<span>x</span>", 'Unsupported start tag "span"'),
    ],
)
def test_markup_that_telegram_does_not_take(html: str, words: str) -> None:
    with pytest.raises(markup.MarkupError) as refused:
        markup.read(html)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("&lt;b&gt; &amp; &quot; &#39; &nbsp; &", "<b> & \" ' &nbsp; &", []),
        ("🐘<b>x</b>", "🐘x", [("bold", 2, 1)]),
        ('<a href="https://x/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
        ('<a href="tg://user?id=5">@老樊</a>', "@老樊", [("text_mention", 0, 3)]),
        ('<a href="javascript:x">x</a>', "x", []),
        ("<blockquote expandable>x</blockquote>", "x", [("blockquote", 0, 1)]),
        ("hi @laofan a@laofan.org", "hi @laofan a@laofan.org", [("mention", 3, 7)]),
        ("<code>@laofan</code>", "@laofan", [("code", 0, 7)]),
        ("<b></b>x", "x", []),
    ],
)
def test_markup_as_it_is_shown(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    shown = markup.read(html)
    assert (shown.text, [(e["type"], e["offset"], e["length"]) for e in shown.entities]) == (text, entities)


# -- what it keeps -----------------------------------------------------------------------------------------------------


@pytest.mark.middle
async def test_an_update_stays_until_one_behind_it_is_asked_for(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    async with Fake(state=state).serve() as port, httpx.AsyncClient() as http:
        assert (await call(http, port, "getUpdates"))["result"] == []
    fake = Fake(state=state)
    for text in "abc":
        await fake.say(text)
    async with fake.serve() as port, httpx.AsyncClient() as http:
        first = (await call(http, port, "getUpdates", limit=2))["result"]
        assert [update["message"]["text"] for update in first] == ["a", "b"]
        assert (await call(http, port, "getUpdates", limit=2))["result"] == first
    async with Fake(state=state).serve() as port, httpx.AsyncClient() as http:  # killed and started anew
        offset = first[-1]["update_id"] + 1
        (third,) = (await call(http, port, "getUpdates", offset=offset))["result"]
        assert third["message"]["text"] == "c"
        assert (await call(http, port, "getUpdates", offset=third["update_id"] + 1))["result"] == []


async def test_it_tells_what_was_asked_for_and_what_privacy_mode_lets_through() -> None:
    fake = Fake(private=True)
    fake.queue.allowed = frozenset({"message"})
    post = await fake.said(GROUP, fake.world.me, text="meins")
    fake.queue.waiting.clear()
    await fake.say("unter uns")
    await fake.say("an dich", mention=True)
    await fake.say("/stats")
    await fake.say("antwort", quote=str(post["message_id"]))
    await fake.whisper("leise")
    await fake.edit(GROUP, str(post["message_id"]), "anders")
    texts = [update["message"]["text"] for update in fake.queue.waiting]
    assert texts == [f"@{USERNAME} an dich", "/stats", "antwort", "leise"]


@pytest.mark.middle
async def test_it_stands_on_the_stage() -> None:
    port = free_port()
    async with served(STAGE, port) as server, httpx.AsyncClient() as http:
        await call(http, port, "getMe")
        await server.until(lambda: server.connects == 1)
        first = await server.say("涨了", member="m1", name="老樊")
        second = await server.say("能删吗", mention=True, quote=first, picture=True, again=True)
        await server.odd()
        found = (await call(http, port, "getUpdates"))["result"]
        assert [sorted(update.keys() - {"update_id"}) for update in found] == [["message"]] * 3 + [["teleportation"]]
        assert found[1]["message"] == found[2]["message"]
        assert str(found[1]["message"]["message_id"]) == second
        assert str(found[1]["message"]["reply_to_message"]["message_id"]) == first
        await server.mood("limited")
        assert (await call(http, port, "sendMessage", **POST))["parameters"] == {"retry_after": 1}
        sent = await call(
            http,
            port,
            "sendMessage",
            chat_id=GROUP,
            text="<b>x</b>",
            parse_mode="HTML",
            reply_parameters={"message_id": int(first)},
        )
        await server.until(lambda: server.posts)
        assert server.posts == [{"text": "x", "key": str(sent["result"]["message_id"]), "form": "html", "quote": first}]
        await server.mood("closing")
        with pytest.raises(httpx.TransportError):
            await call(http, port, "getMe")
        await server.kill()
        await server.start()
        assert int(await server.say("wieder da")) > int(second)
