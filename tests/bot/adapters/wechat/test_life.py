"""What goes in and out, through the real SDK in its process and the real third-party gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.adapters import Ability, DeliveryError, Outcome
from storage.frames import Echo, Joined, Kind, Left, Recall
from storage.replies import At, Body, File, Paragraph, Picture, Plain
from tests.bot.adapters.wechat.staging import PLACE, PNG, direct, running, stage, wechat
from tests.platforms.recorder import Recorder, free_port
from tests.platforms.wechat.fake import GROUP, SELF, TOKEN, Fake

pytestmark = pytest.mark.middle


async def test_what_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        ear, gateway = on.ear, on.gateway
        assert ear.online_as == [(SELF, "小象", (PLACE,))]
        asked = await gateway.say("复制槽把磁盘撑满了，怎么办？", member="wxid_m1", name="阿棠", mention=True)
        await ear.until(lambda: ear.messages)
        await gateway.order("card", member="wxid_m1", alias="成都-阿棠-DBA")
        quoting = await gateway.say("先看 restart_lsn", member="wxid_m2", name="老樊", quote=asked)
        picture = await gateway.say("", member="wxid_m1", picture=True)
        await gateway.say("同问", member="wxid_m1")
        await gateway.say("私下问一句", member="wxid_m1", direct=True)
        await ear.until(lambda: len(ear.messages) == 5)
        first, second, third, fourth, private = ear.messages
        assert (first.key, first.text, first.to_bot, first.member, first.name) == (
            asked, "复制槽把磁盘撑满了，怎么办？", True, "wxid_m1", "阿棠",
        )  # fmt: skip
        assert (second.key, second.text, second.reply_to) == (quoting, "先看 restart_lsn", asked)
        assert second.quote == "@小象 复制槽把磁盘撑满了，怎么办？"
        assert (third.key, third.kind, third.text) == (picture, Kind.IMAGE, "[图片]")
        assert fourth.name == "成都-阿棠-DBA"  # names that went stale are asked for again
        assert (private.text, ear.frames[-1].place) == ("私下问一句", direct("wxid_m1"))
        assert all(frame.at == message.at for frame, message in zip(ear.frames, ear.messages, strict=True))
        assert ear.gaps == []


async def test_what_happens(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        ear, gateway = on.ear, on.gateway
        said = await gateway.say("说错了", member="wxid_m1", name="阿棠", again=True)
        await gateway.order("join", members=["wxid_n1", "wxid_n2"], names={"wxid_n1": "新人"}, by="wxid_m1")
        await gateway.order("topic", topic="PG 交流 4 群")
        await gateway.order("leave", members=["wxid_n2"], by="wxid_m1")
        await gateway.order("recall", key=said)
        await gateway.order("odd")
        await gateway.order("emit", event="friendship", payload={"friendshipId": "x"})
        await ear.until(lambda: ear.oddities)
        assert [frame.content for frame in ear.frames[1:]] == [
            Joined("wxid_n1", "新人", "wxid_m1"),
            Joined("wxid_n2", "wxid_n2", "wxid_m1"),
            Left("wxid_n2"),
            Recall(said, "wxid_m1"),
        ]
        assert [frame.key for frame in ear.again] == [ear.frames[0].key]  # said twice: heard under the same key
        assert ear.frames[0].place == PLACE
        assert ear.frames[-1].place.name == "PG 交流 4 群"
        assert ear.sights == {GROUP: True}
        assert [why for _, why in ear.oddities] == ["a post, which is no message"]


async def test_what_is_posted(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "week.png").write_bytes(PNG)
    (tmp_path / "files" / "mine.json").write_text("{}")
    async with stage(tmp_path) as on:
        ear, gateway, adapter = on.ear, on.gateway, on.adapter
        await gateway.say("问", member="wxid_m1", name="张三 Alice")
        text = Paragraph((At("wxid_m1", "张三 Alice"), Plain(" 记下了\n第二行 @所有人")))
        body = Body((text, Picture("week.png", "周报图"), File("mine.json", "名单")))
        keys = [await adapter.send(PLACE, payload, None) for payload in adapter.render(body)]
        keys.append(await adapter.send(direct("wxid_m1"), adapter.render(Body((File("mine.json", "名单"),)))[0], None))
        await gateway.until(lambda: len(gateway.posts) == 4)
        told = [(post["to"], post["form"], post["text"], post.get("mentions")) for post in gateway.posts]
        assert told == [
            (GROUP, "text", "@张三 Alice\u2005记下了\n第二行 @所有人", ["wxid_m1"]),
            (GROUP, "picture", "week.png", None),
            (GROUP, "text", "[名单]", []),  # a file is private: in a group its name stands
            ("wxid_m1", "file", "mine.json", None),
        ]
        assert gateway.posts[1]["size"] == len(PNG)
        assert [post["key"] for post in gateway.posts] == keys
        await ear.until(lambda: len(ear.frames) == 5)
        echoes = [frame.content for frame in ear.frames[1:]]
        assert echoes == [
            Echo(str(keys[0]), "@张三 Alice\u2005记下了\n第二行 @所有人"),
            Echo(str(keys[1]), ""),
            Echo(str(keys[2]), "[名单]"),
            Echo(str(keys[3]), ""),
        ]
        await gateway.say("好了", member="wxid_m1", quote=keys[0])
        await ear.until(lambda: len(ear.messages) == 2)
        assert ear.messages[1].reply_to == keys[0]


async def test_groups_and_their_members(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.gateway.say("在", member="wxid_m1", name="阿棠")
        await on.gateway.order("card", member="wxid_m1", alias="成都-阿棠-DBA")
        (counted,) = await on.adapter.roll(cards=False)
        assert (counted.place, counted.size, counted.cards) == (PLACE, 2, {})
        (listed,) = await on.adapter.roll(cards=True)
        assert listed.cards == {SELF: "小象", "wxid_m1": "成都-阿棠-DBA"}
        assert await on.adapter.probe() == []


async def test_posts_that_do_not_arrive(tmp_path: Path) -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        adapter = wechat(port, tmp_path, send_timeout=0.7, answer_timeout=2, heartbeat=30)
        (payload,) = adapter.render(Body.of("在"))
        with pytest.raises(DeliveryError) as failed:
            await adapter.send(PLACE, payload, None)
        assert failed.value.outcome is Outcome.NOT_SENT
        async with running(adapter, ear):
            await ear.until(lambda: ear.online_as)
            fake.mood = "limited"
            await fake.say("在")  # behind it the gateway has heard of its mood
            with pytest.raises(DeliveryError) as failed:
                await adapter.send(PLACE, payload, None)
            assert failed.value.outcome is Outcome.NOT_SENT
            assert failed.value.retry_after is not None
            assert failed.value.retry_after.total_seconds() == 1
            assert await adapter.send(PLACE, payload, None)
            stranger = Body((Paragraph((At("wxid_nobody", "谁"), Plain("看"))),))
            with pytest.raises(DeliveryError, match="no member") as failed:
                await adapter.send(PLACE, adapter.render(stranger)[0], None)
            assert failed.value.outcome is Outcome.REFUSED
            fake.mood = "mute"
            with pytest.raises(DeliveryError, match=r"0\.7 s") as failed:
                await adapter.send(PLACE, payload, None)
            assert failed.value.outcome is Outcome.UNKNOWN
            fake.mood = "well"
            await ear.until(lambda: sum(isinstance(frame.content, Echo) for frame in ear.frames) == 2)


HOSTILE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"text": "a\0b"}, {"text": "ab"}),
    ({"text": "长" * 300_000}, {"text": "长" * 20_000, "flags": ("cut",)}),
    ({"text": "x", "mentionIdList": [f"wxid_{n}" for n in range(5000)]}, {}),
    ({"text": "x", "timestamp": 2**53}, {"flags": ("time_suspect",)}),
    ({"text": "x", "timestamp": 1}, {"flags": ("time_suspect",)}),
    ({"text": "\u202egnol \u200b Z\u0351\u0346"}, {"text": "\u202egnol \u200b Z\u0351\u0346"}),
    ({"text": "{{7*7}} ${jndi:ldap://x} %(x)s"}, {"text": "{{7*7}} ${jndi:ldap://x} %(x)s"}),
    ({"text": "@所有人\u2005", "mentionIdList": ["notify@all"]}, {"to_bot": False, "mentions": ()}),
    ({"type": 99, "text": "<msg/>"}, {"text": "[unsupported:99]", "kind": Kind.OTHER}),
    ({"type": 1, "filename": "../../../../etc/passwd"}, {"text": "[文件] ../../../../etc/passwd"}),
    ({"type": 14, "title": "http://169.254.169.254/"}, {"text": "[链接] http://169.254.169.254/"}),
    ({"type": 4, "text": "<msg>" * 400}, {"kind": Kind.FORWARD, "flags": ("forwarded",)}),
    ({"talkerId": "wxid_nobody_knows", "text": "x"}, {"member": "wxid_nobody_knows", "name": ""}),
    ({"id": "x" * 65, "text": "x"}, {"key": "x" * 65}),
]


async def test_hostile_messages_on_the_whole_road(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.gateway.say("在", member="wxid_m1", name="[CQ:image,file=file:///etc/passwd]")
        for payload, _ in HOSTILE:
            await on.gateway.order("message", payload={"talkerId": "wxid_m1", "roomId": GROUP, **payload})
        for text in ("1", "1", "1"):
            await on.gateway.say(text, member="wxid_m1")
        await on.ear.until(lambda: len(on.ear.messages) == len(HOSTILE) + 4)
        heard = on.ear.messages[1:]
        for message, (payload, want) in zip(heard, HOSTILE, strict=False):
            assert {key: getattr(message, key) for key in want} == want, payload
        assert [message.text for message in heard[-3:]] == ["1", "1", "1"]
        assert {message.name for message in heard if message.member == "wxid_m1"} == {
            "[CQ:image,file=file:///etc/passwd]"
        }
        assert all(len(message.mentions) <= 100 for message in heard)
        assert len(on.ear.online_as) == 1


HAPPENINGS: list[tuple[str, object]] = [
    ("message", {"messageId": "nobody knows"}),
    ("message", {"messageId": None}),
    ("message", {}),
    ("message", None),
    ("message", [[[[1]]]]),
    ("room-join", {"inviteeIdList": ["wxid_m1"], "roomId": "nowhere@chatroom"}),
    ("room-join", {"inviteeIdList": {"a": 1}, "roomId": GROUP}),
    ("room-join", 7),
    ("room-leave", {}),
    ("room-topic", {"newTopic": {"a": 1}}),
    ("login", {}),
    ("login", {"contactId": "有空格 的"}),
    ("scan", {"status": 99}),
    ("heartbeat", {"timeout": 1}),
    ("dong", {"what": 1}),
    ("room-invite", {"roomInvitationId": "x"}),
]


async def test_hostile_happenings_end_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        for number, (event, payload) in enumerate(HAPPENINGS):
            await on.gateway.order("emit", event=event, payload=payload)
            await on.gateway.say(f"还在 {number}", member="wxid_m1")
            await on.ear.until(lambda count=number + 1: len(on.ear.messages) == count)  # type: ignore[misc]
        assert on.ear.texts == [f"还在 {number}" for number in range(len(HAPPENINGS))]
        assert len(on.ear.oddities) >= 5
        assert on.ear.offline_for == []


async def test_a_burst_keeps_its_order(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        for number in range(300):
            await on.gateway.say(str(number), member=f"wxid_m{number % 7}")
        await on.ear.until(lambda: len(on.ear.messages) == 300)
        assert on.ear.texts == [str(number) for number in range(300)]


async def test_nothing_is_written_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, home, data = tmp_path / "here", tmp_path / "home", tmp_path / "data"
    here.mkdir()
    home.mkdir()
    monkeypatch.chdir(here)
    async with stage(data) as on:
        monkeypatch.setenv("HOME", str(home))
        await on.gateway.say("在", member="wxid_m1", mention=True)
        await on.ear.until(lambda: on.ear.messages)
        await on.adapter.send(PLACE, on.adapter.render(Body.of("在"))[0], None)
    assert {path.name for path in data.iterdir()} == {"wechat"}
    assert list(here.iterdir()) == list(home.iterdir()) == []
    files = [path for path in data.rglob("*") if path.is_file()]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


async def test_ids_that_change_per_login_are_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with stage(tmp_path, self_id="@1f2e3d") as on:
        assert not on.adapter.abilities & {Ability.STABLE_IDS, Ability.SAME_IDS}
        assert Ability.MENTION in on.adapter.abilities
        await on.gateway.say("在", member="@a1b2c3", name="阿棠")
        await on.ear.until(lambda: on.ear.messages)
        assert on.ear.messages[0].flags == ("unstable",)
        (line,) = await on.adapter.probe()
        assert "new id at each login" in line
        told = [record for record in caplog.records if "new ids at each login" in record.getMessage()]
        assert len(told) == 1


async def test_an_account_that_was_logged_out_and_in(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.gateway.order("logout")
        await on.ear.until(lambda: on.ear.offline_for)
        assert "logged out" in on.ear.offline_for[0]
        with pytest.raises(DeliveryError) as failed:
            await on.adapter.send(PLACE, on.adapter.render(Body.of("在"))[0], None)
        assert failed.value.outcome is Outcome.NOT_SENT
        await on.gateway.order("login")
        await on.ear.until(lambda: len(on.ear.online_as) == 2)
        await on.gateway.order("emit", event="ready", payload={"data": "ready"})  # now it has loaded every group
        await on.ear.until(lambda: len(on.ear.online_as) == 3)
        await on.gateway.say("在", member="wxid_m1")
        await on.ear.until(lambda: on.ear.messages)


async def test_what_doctor_is_told(tmp_path: Path) -> None:
    nobody = wechat(free_port(), tmp_path)
    (line,) = await nobody.probe()
    assert "Is the puppet service running" in line
    async with stage(tmp_path / "a") as on:
        port = on.gateway.port
        (line,) = await wechat(port, tmp_path / "b").probe()
        assert "has a client already" in line
        (line,) = await wechat(port, tmp_path / "b", token="insecure_wrong").probe()
        assert "refuses the token" in line
        assert "insecure" not in line
        await on.gateway.say("还在", member="wxid_m1")  # nobody who only looked has disturbed anything
        await on.ear.until(lambda: on.ear.messages)
    fake = Fake()
    async with fake.serve() as port:
        assert await wechat(port, tmp_path / "b").probe() == []
        fake.mood = "mute"
        (line,) = await wechat(port, tmp_path / "b", answer_timeout=1).probe()
        assert "NO_TLS_INSECURE_SERVER" in line
        fake.mood = "closing"
        (line,) = await wechat(port, tmp_path / "b").probe()
        assert "ended the connection" in line
