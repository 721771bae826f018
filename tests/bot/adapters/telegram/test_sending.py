"""Posts: what leaves, where it lands, and what it means when Telegram says no, or nothing."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.adapters import DeliveryError, Outcome
from bot.adapters.telegram._api import GarbledError, WaitError
from bot.adapters.telegram._sending import delivery_error
from storage.frames import Place
from storage.replies import At, Body, Button, File, Heading, Paragraph, Picture, Plain
from tests.bot.adapters.telegram.staging import PLACE, Stage, direct, stage, telegram
from tests.platforms.recorder import free_port
from tests.platforms.telegram.fake import GROUP, ME, Fake, number_of

pytestmark = pytest.mark.middle

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (WaitError(timedelta(seconds=7)), Outcome.NOT_SENT, "asks to wait for 7 s"),
        (InvalidToken("x"), Outcome.NOT_SENT, "@BotFather"),
        (Conflict("terminated"), Outcome.NOT_SENT, "terminated"),
        (Forbidden("Forbidden: bot was kicked"), Outcome.REFUSED, "kicked"),
        (BadRequest("Bad Request: TOPIC_CLOSED"), Outcome.REFUSED, "the topic is closed"),
        (BadRequest("Message thread not found"), Outcome.REFUSED, "the topic is gone"),
        (BadRequest("not enough rights to send text messages to the chat"), Outcome.REFUSED, "let it"),
        (BadRequest("message is too long"), Outcome.REFUSED, "too long"),
        (caused(NetworkError("x"), httpx.ConnectError("x")), Outcome.NOT_SENT, "ConnectError"),
        (caused(TimedOut(), httpx.ConnectTimeout("x")), Outcome.NOT_SENT, "ConnectTimeout"),
        (caused(TimedOut(), httpx.PoolTimeout("x")), Outcome.NOT_SENT, "PoolTimeout"),
        (caused(NetworkError("x"), httpx.ProxyError("x")), Outcome.NOT_SENT, "ProxyError"),
        (caused(TimedOut(), httpx.ReadTimeout("x")), Outcome.UNKNOWN, "ReadTimeout"),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("x")), Outcome.UNKNOWN, "RemoteProtocolError"),
        (caused(NetworkError("x"), httpx.WriteError("x")), Outcome.UNKNOWN, "WriteError"),
        (NetworkError("Bad Gateway"), Outcome.UNKNOWN, "Bad Gateway"),
        (GarbledError("no JSON", "<html>"), Outcome.UNKNOWN, "cannot be read"),
        (KeyError("message_id"), Outcome.UNKNOWN, "none of Telegram's"),
    ],
)
def test_what_a_failure_means(error: Exception, outcome: Outcome, words: str) -> None:
    found = delivery_error(error)
    assert found.outcome is outcome
    assert words in str(found)
    assert (found.retry_after == timedelta(seconds=7)) is isinstance(error, WaitError)


async def failing(
    on: Stage, place: Place = PLACE, payload: str = '{"html": "x"}', reply: str | None = None
) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        await on.adapter.send(place, payload, reply)
    return failed.value


async def test_a_post_in_html_with_buttons_as_a_reply() -> None:
    body = Body(
        (Heading("找到了"), Paragraph((At("20001", "老樊"), Plain(" <b>看 &")))), (Button("解决了", "/solved 1"),)
    )
    async with stage() as on:
        asked = await on.fake.say("复制槽", mention=True)
        (payload,) = on.adapter.render(body)
        key = await on.adapter.send(PLACE, payload, asked)
        (post,) = on.fake.posts
        assert (post.key, post.form, post.text, post.reply_to) == (key, "html", "找到了\n@老樊 <b>看 &", int(asked))
        assert [one["type"] for one in post.entities] == ["bold", "text_mention"]
        assert post.buttons == [[{"text": "解决了", "callback_data": "/solved 1"}]]
        _, sent = next(request for request in on.fake.requests if request[0] == "sendmessage")
        assert sent["link_preview_options"] == {"is_disabled": True}
        assert sent["reply_parameters"] == {"message_id": int(asked), "allow_sending_without_reply": True}


async def test_in_private_and_without_a_quote() -> None:
    async with stage() as on:
        on.fake.world.member("m1")
        key = await on.adapter.send(direct(number_of("m1")), '{"html": "悄悄话"}', None)
        assert (on.fake.posts[0].chat, on.fake.posts[0].key) == (number_of("m1"), key)


async def test_a_message_that_is_gone_is_not_quoted() -> None:
    async with stage() as on:
        on.fake.amnesiac = False
        await on.adapter.send(PLACE, '{"html": "x"}', "5")
        assert on.fake.posts[0].reply_to is None


async def test_pictures_and_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.png").write_bytes(PNG)
    (tmp_path / "files" / "b.csv").write_bytes(b"x,y")
    (tmp_path / "secret.txt").write_text("hunter2")
    (tmp_path / "files" / "way.out").symlink_to(tmp_path / "secret.txt")
    async with stage(folder=tmp_path) as on:
        on.fake.world.member("m1")
        private = direct(number_of("m1"))
        body = Body((Picture("a.png", "第 48 周 <图>"), File("b.csv", "名单")))
        for payload in on.adapter.render(body):
            await on.adapter.send(private, payload, None)
        for payload in on.adapter.render(body):
            await on.adapter.send(PLACE, payload, None)
        for name in ("gone.png", "way.out", "../secret.txt"):
            await on.adapter.send(PLACE, json.dumps({"picture": name, "label": name}), None)
        found = [(post.form, post.text, post.file and (post.file.name, post.file.data)) for post in on.fake.posts]
        assert found == [
            ("picture", "第 48 周 <图>", ("a.png", PNG)),
            ("file", "名单", ("b.csv", b"x,y")),
            ("picture", "第 48 周 <图>", ("a.png", PNG)),
            ("html", "[名单]", None),
            ("html", "[gone.png]", None),
            ("html", "[way.out]", None),
            ("html", "[../secret.txt]", None),
        ]


async def test_an_answer_goes_into_the_topic_it_was_asked_in() -> None:
    async with stage() as on:
        on.fake.world.chat(GROUP).is_forum = True
        sender = on.fake.world.member("m1")
        asked = await on.fake.said(GROUP, sender, text="x", message_thread_id=7, is_topic_message=True)
        await on.ear.until(lambda: on.ear.frames)
        await on.adapter.send(PLACE, '{"html": "y"}', str(asked["message_id"]))
        await on.adapter.send(PLACE, '{"html": "z"}', None)
        assert [post.topic for post in on.fake.posts] == [7, None]
        _, sent = next(request for request in on.fake.requests if request[0] == "sendmessage")
        assert sent["message_thread_id"] == 7


async def test_a_closed_topic_is_refused_in_words() -> None:
    async with stage() as on:
        chat = on.fake.world.chat(GROUP)
        chat.is_forum, chat.closed = True, {7}
        sender = on.fake.world.member("m1")
        asked = await on.fake.said(GROUP, sender, text="x", message_thread_id=7, is_topic_message=True)
        await on.ear.until(lambda: on.ear.frames)
        error = await failing(on, reply=str(asked["message_id"]))
        assert (error.outcome, str(error)) == (Outcome.REFUSED, "the topic is closed: open it again in the group")


async def test_a_group_that_moved_gets_its_post_under_its_new_id() -> None:
    old, new = -500, -1001000000500
    async with stage() as on:
        on.fake.world.add_group(old, "小群", type="group")
        on.fake.world.add_group(new, "小群")
        on.fake.world.chat(old).moved_to = new
        place = Place("telegram", str(old))
        assert await on.adapter.send(place, '{"html": "x"}', "g41") == on.fake.posts[0].key
        assert (on.fake.posts[0].chat, on.fake.posts[0].reply_to) == (new, None)
        assert on.ear.moves == [(str(old), str(new))]
        await on.adapter.send(place, '{"html": "y"}', None)
        assert (len(on.ear.moves), on.fake.posts[1].chat) == (1, new)


async def test_a_group_that_moves_for_ever() -> None:
    async with stage() as on:
        for old, new in ((-500, -501), (-501, -500)):
            on.fake.world.add_group(old, type="group").moved_to = new
        assert (await failing(on, Place("telegram", "-500"))).outcome is Outcome.NOT_SENT


async def test_a_wait_is_told_with_its_length() -> None:
    async with stage() as on:
        on.fake.wait = 7
        error = await failing(on)
        assert (error.outcome, error.retry_after) == (Outcome.NOT_SENT, timedelta(seconds=7))
        assert await on.adapter.send(PLACE, '{"html": "x"}', None)
        on.fake.wait = 10**9
        assert (await failing(on)).retry_after == timedelta(hours=1)


@pytest.mark.parametrize(
    ("place", "payload", "why"),
    [
        (PLACE, json.dumps({"html": "长" * 4097}), "too long"),
        (PLACE, '{"html": "<b>x"}', "can't find end tag"),
        (PLACE, '{"html": ""}', "empty"),
        (Place("telegram", "-77"), '{"html": "x"}', "no such group"),
        (direct(12345), '{"html": "x"}', "no such group or member"),
        (Place("telegram", "x"), '{"html": "x"}', "no group"),
        (direct(GROUP), '{"html": "only for an anonymous admin"}', "no group or member"),
    ],
)
async def test_what_telegram_refuses(place: Place, payload: str, why: str) -> None:
    async with stage() as on:
        error = await failing(on, place, payload)
        assert error.outcome is Outcome.REFUSED
        assert why in str(error).lower()


async def test_a_group_without_us() -> None:
    async with stage() as on:
        on.fake.world.chat(GROUP).statuses[ME] = "kicked"
        error = await failing(on)
        assert (error.outcome, "kicked" in str(error)) == (Outcome.REFUSED, True)


async def test_without_an_answer_nobody_knows() -> None:
    async with stage(send_timeout=0.1) as on:
        on.fake.slow.clear()
        assert (await failing(on)).outcome is Outcome.UNKNOWN
        assert len(on.fake.posts) == 1  # and so it must not be posted again


async def test_without_a_connection_nothing_leaves() -> None:
    with pytest.raises(DeliveryError) as failed:
        await telegram(free_port()).send(PLACE, '{"html": "x"}', None)
    assert failed.value.outcome is Outcome.NOT_SENT


async def test_with_the_server_gone_nothing_leaves() -> None:
    fake = Fake()
    async with stage(fake, poll_timeout=50) as on:
        port = free_port()
        assert on.adapter._now is not None
        api, _ = on.adapter._now
        api.bot._base_url = api.bot._base_url.replace(str(on.port), str(port))  # as if nobody listened there any more
        error = await failing(on)
        assert (error.outcome, "ConnectError" in str(error)) == (Outcome.NOT_SENT, True)


async def test_posts_wait_side_by_side() -> None:
    async with stage() as on:
        on.fake.slow.clear()
        sends = [asyncio.ensure_future(on.adapter.send(PLACE, '{"html": "x"}', None)) for _ in range(8)]
        await on.fake.until(lambda: len(on.fake.posts) == 8)
        on.fake.slow.set()
        assert len(set(await asyncio.gather(*sends))) == 8


async def test_a_post_on_its_way_arrives_also_when_the_bot_is_told_to_stop() -> None:
    async with stage() as on:
        on.fake.slow.clear()
        post = asyncio.ensure_future(on.adapter.send(PLACE, '{"html": "x"}', None))
        await on.fake.until(lambda: on.fake.posts)
        on.life.cancel()
        await asyncio.sleep(0.05)
        on.fake.slow.set()
        assert await post == on.fake.posts[0].key
