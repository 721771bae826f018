"""The whole bot on the fake Telegram: who is obeyed and who is not, and what a group that moves keeps."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage import grants, groups, members
from storage.frames import Place
from storage.grants import EVERYWHERE, OWNER
from tests.platforms.houses import House, configured, running
from tests.platforms.telegram.fake import GROUP, ME, USERNAME, Fake, commands, number_of
from tests.platforms.telegram.stage import TOKEN, table
from tests.platforms.telegram.world import ANONYMOUS, Raw

pytestmark = pytest.mark.middle

QUESTION = "复制槽把磁盘撑满了，怎么办？"


@dataclass
class Played:
    fake: Fake
    house: House

    async def posts(self, count: int) -> list[str]:
        """Wait for so many posts, and a moment for one too many."""
        await self.fake.until(lambda: len(self.fake.posts) >= count, timeout=20)
        await asyncio.sleep(0.3)
        return [post.text for post in self.fake.posts]


@contextlib.asynccontextmanager
async def played(folder: Path, fake: Fake | None = None) -> AsyncIterator[Played]:
    """The bot, up, with `m1` as its owner."""
    fake = fake or Fake()
    async with fake.serve() as port:
        url = f"sqlite:///{folder / 'data' / 'xiangqun.db'}"
        async with running(configured(folder, url, {"telegram": table(port)}, "[outbox]\npreview = false\n")) as house:
            await house.up("telegram")
            await fake.until(lambda: fake.queue.poll)
            async with house.app.database.write() as store:
                now = house.clock.now()
                owner = await members.ensure(store, "telegram", str(number_of("m1")), "阿榆", now)
                await grants.grant(store, owner.id, EVERYWHERE, OWNER, now, None)
            yield Played(fake, house)
        assert TOKEN not in house.log.stream.getvalue()
        assert QUESTION not in house.log.stream.getvalue()


async def test_a_command_is_obeyed_for_whose_it_is_and_for_nobody_else(tmp_path: Path) -> None:
    async with played(tmp_path) as on:
        fake, owner = on.fake, on.fake.world.member("m1", "阿榆")
        chat, text = fake.world.chat(GROUP).raw(), "/digest"
        known = commands(text)
        as_group: Raw = {"sender_chat": chat, "author_signature": "阿榆", "text": text, "entities": known}
        await fake.said(GROUP, dict(ANONYMOUS), **as_group)
        await fake.said(GROUP, fake.world.member("m3", "管理员"), text=text, entities=known)
        assert len(await on.posts(2)) == 2
        refused = {post.text for post in fake.posts}
        assert len(refused) == 1  # the same word for both
        # None of these is a command of the owner's.
        forwarded = {"type": "user", "sender_user": owner, "date": 1_795_395_600}
        await fake.said(GROUP, owner, text=text, entities=known, forward_origin=forwarded)
        await fake.said(GROUP, owner, text="/digest@other_bot", entities=commands("/digest@other_bot"))
        said = await fake.said(GROUP, owner, text="早上好")
        await fake.edit(GROUP, str(said["message_id"]), text)
        service = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
        channel = {"id": -1001999999999, "type": "channel", "title": "公告"}
        await fake.said(GROUP, service, sender_chat=channel, is_automatic_forward=True, text=text, entities=known)
        assert len(await on.posts(2)) == 2
        await fake.say("周报", mention=True, member="m1", name="阿榆")
        assert (await on.posts(3))[2] not in refused


async def test_a_button_is_pressed_with_the_rights_of_whoever_presses(tmp_path: Path) -> None:
    async with played(tmp_path) as on:
        await on.fake.say(QUESTION, mention=True, member="m2", name="阿棠")
        await on.posts(1)
        before = len(on.fake.posts)
        query = await on.fake.press(on.fake.posts[0], "/digest", member="m3", name="管理员")
        await on.fake.until(lambda: on.fake.queries[query])
        assert len(await on.posts(before)) == before
        await on.fake.press(on.fake.posts[0], "/digest", member="m1", name="阿榆")
        assert len(await on.posts(before + 1)) == before + 1


async def test_a_group_that_becomes_a_supergroup_keeps_its_threads(tmp_path: Path) -> None:
    old, new = -500, -1001000000500
    async with played(tmp_path) as on:
        fake = on.fake
        fake.world.add_group(old, "小群", type="group")
        asked = await fake.say(QUESTION, mention=True, chat=old, member="m2")
        await on.posts(1)
        assert fake.posts[0].reply_to == int(asked)
        await fake.migrate(old, new)
        fake.world.last_message = int(asked) - 1
        again = await fake.say("/mine", chat=new, member="m2")
        assert again == asked  # counted anew
        await on.posts(2)
        assert (fake.posts[1].chat, "#1" in fake.posts[1].text) == (new, True)
        rows = await on.house.stored("telegram", 2)
        assert len({row.group_id for row in rows}) == 1
        async with on.house.app.database.read() as store:
            found = await groups.at(store, Place("telegram", str(old)))
        assert found is not None
        assert found.key == str(new)


async def test_a_question_is_answered_in_html_within_its_topic(tmp_path: Path) -> None:
    async with played(tmp_path) as on:
        on.fake.world.chat(GROUP).is_forum = True
        text = f"@{USERNAME} {QUESTION}"
        mention: list[Any] = [{"type": "mention", "offset": 0, "length": len(USERNAME) + 1}]
        asked = await on.fake.said(
            GROUP, on.fake.world.member("m2"), text=text, entities=mention, message_thread_id=7, is_topic_message=True
        )
        await on.posts(1)
        (post,) = on.fake.posts
        assert (post.form, post.topic, post.reply_to) == ("html", 7, asked["message_id"])


async def test_a_bot_that_is_thrown_out_and_comes_back(tmp_path: Path) -> None:
    async with played(tmp_path) as on:
        await on.fake.change(GROUP, ME, "kicked", by=number_of("m1"))
        await on.fake.change(GROUP, ME, "member", by=number_of("m1"))
        await on.fake.say(QUESTION, mention=True)
        assert any("#1" in text for text in await on.posts(1))
