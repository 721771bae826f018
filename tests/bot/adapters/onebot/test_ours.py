"""What goes out besides text, and what is asked about groups: pictures, files, cards; and what `init` asks."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.adapters import DeliveryError, Outcome
from bot.adapters.onebot import QUESTIONS, Settings, _rolls, next_step
from bot.adapters.onebot._rolls import listed, named
from storage.frames import GroupKind, Place
from storage.replies import Body, File, Paragraph, Picture, Plain
from tests.bot.adapters.onebot.recorder import onebot
from tests.bot.adapters.onebot.staging import GROUP, both, napcat, stage
from tests.platforms.onebot.world import Member

PNG = b"\x89PNG" + bytes(300)


def drawn(folder: Path) -> Path:
    (folder / "files").mkdir()
    (folder / "files" / "a.png").write_bytes(PNG)
    (folder / "files" / "a.json").write_text("{}")
    return folder


@both
async def test_a_picture_is_posted_with_what_is_said(mode: str, tmp_path: Path) -> None:
    async with stage(mode, napcat(), folder=drawn(tmp_path)) as on:
        for name in ("a.png", "none.png", "../files/a.png"):
            (payload,) = on.adapter.render(Body((Paragraph((Plain("周报"),)), Picture(name, "一张图"))))
            assert await on.adapter.send(GROUP, payload, None)
        first, *rest = on.fake.posts
        assert [part["type"] for part in first.segments] == ["text", "image"]
        assert base64.b64decode(first.segments[1]["data"]["file"].removeprefix("base64://")) == PNG
        assert [post.text for post in rest] == ["周报\n[一张图]"] * 2


async def test_a_file_is_sent_in_private(tmp_path: Path) -> None:
    async with stage("forward", napcat(), folder=drawn(tmp_path)) as on:
        text, file = on.adapter.render(Body((Paragraph((Plain("你的"),)), File("a.json", "完整的一份"))))
        direct = Place("qq", "direct:20001", GroupKind.DIRECT)
        await on.adapter.send(direct, text, None)
        await on.adapter.send(direct, file, None)
        assert [post.where for post in on.fake.posts] == ["private:20001"] * 2
        assert on.fake.posts[1].segments[0]["data"]["content"] == "base64://e30="
        with pytest.raises(DeliveryError) as refused:
            await on.adapter.send(GROUP, file, None)
        assert refused.value.outcome is Outcome.REFUSED


async def test_cards_are_asked_group_by_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rolls.rolls, "__kwdefaults__", {"pace": 0})
    fake = napcat()
    many = {n: Member(n, f"群友{n}", f"片{n}" if n % 2 else "") for n in range(30_000, 33_000)}
    fake.world.groups[700].members |= many
    async with stage("forward", fake) as on:
        plain = await on.adapter.roll(cards=False)
        assert [(roll.place.name, roll.size, roll.cards) for roll in plain] == [
            ("PG 交流 3 群", 3_003, {}),
            ("PG 交流 4 群", 2, {}),
        ]
        first, second = await on.adapter.roll(cards=True)
        assert len(first.cards) == 3_003
        assert (first.cards["20001"], first.cards["20002"]) == ("成都-老樊-DBA", "阿棠")
        assert (first.cards["30001"], first.cards["30002"]) == ("片30001", "群友30002")
        assert second.cards["20001"] == "樊"


async def test_a_group_that_tells_no_members_has_no_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rolls.rolls, "__kwdefaults__", {"pace": 0})
    async with stage("forward", napcat()) as on:
        del on.fake.actions._known["get_group_member_list"]
        assert [roll.cards for roll in await on.adapter.roll(cards=True)] == [{}, {}]


async def test_without_a_connection_nobody_is_asked() -> None:
    with pytest.raises(OSError):
        await onebot().roll(cards=True)


@pytest.mark.parametrize("answer", [None, "x", {}, [None, 3, {}, {"user_id": 1}, {"user_id": [], "card": "x"}], [[]]])
def test_lists_that_are_none(answer: object) -> None:
    assert named(answer) == {}
    assert listed(answer) == []


def test_a_name_is_a_label() -> None:
    members = [
        {"user_id": 1, "card": " <b>\n管理员\0 ", "nickname": "x"},
        {"user_id": "2", "card": "", "nickname": "\udc00"},
    ]
    assert named(members) == {"1": "<b> 管理员", "2": "\ufffd"}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"mode": "reverse", "port": 8095}, "ws://127.0.0.1:8095/onebot/v11/ws"),
        ({"mode": "forward", "url": "ws://127.0.0.1:3001"}, "ws://127.0.0.1:3001"),
    ],
)
def test_init_asks_for_what_is_needed(answers: dict[str, object], words: str) -> None:
    settings = Settings.model_validate({**answers, "access_token": "x"})
    asked = {question.key for question in QUESTIONS if question.only_if in {None, ("mode", answers["mode"])}}
    assert asked == {*answers, "access_token"}
    assert all(question.zh and question.en for question in QUESTIONS)
    for language in ("zh", "en"):
        assert words in next_step(settings, language)
