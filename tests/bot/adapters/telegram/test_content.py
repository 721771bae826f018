"""What a message says: entities in UTF-16 units, mentions, commands, captions, and what is no text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram import _content
from storage.frames import Kind
from tests.bot.adapters.telegram.updates import BOT, ME, TANG, entity, message, message_of


def said(text: str, *parts: tuple[str, str, dict[str, Any]] | tuple[str, str]) -> Any:
    entities = [entity(part[0], text, part[1], **(part[2] if len(part) > 2 else {})) for part in parts]
    return message_of(text=text, entities=entities)


@pytest.mark.parametrize(
    ("found", "text", "to_bot", "mentions"),
    [
        (said("@xiangqun_bot pg_wal 涨了", ("mention", "@xiangqun_bot")), "pg_wal 涨了", True, ()),
        (said("@XiangQun_Bot 在吗", ("mention", "@XiangQun_Bot")), "在吗", True, ()),
        (said("请问 @xiangqun_bot 在吗", ("mention", "@xiangqun_bot")), "请问 在吗", True, ()),
        (said("谢谢@xiangqun_bot", ("mention", "@xiangqun_bot")), "谢谢", True, ()),
        (said("@xiangqun_bot", ("mention", "@xiangqun_bot")), "", True, ()),
        # Each of these elephants is two units long.
        (said("🐘🐘 @xiangqun_bot 涨了", ("mention", "@xiangqun_bot")), "🐘🐘 涨了", True, ()),
        (said("👩‍🚒 小象 🐘 看", ("text_mention", "小象", {"user": BOT})), "👩‍🚒 🐘 看", True, ()),
        (said("🐘 阿棠 看", ("text_mention", "阿棠", {"user": TANG})), "🐘 阿棠 看", False, ("20002",)),
        (said("@laofan 看", ("mention", "@laofan")), "@laofan 看", False, ()),
        (said("@xiangqun_bot_2 看", ("mention", "@xiangqun_bot_2")), "@xiangqun_bot_2 看", False, ()),
        (said("@xiangqun_bot 没有实体"), "@xiangqun_bot 没有实体", False, ()),
        (said("/stats@xiangqun_bot 30", ("bot_command", "/stats@xiangqun_bot")), "/stats 30", True, ()),
        (said("/stats@XIANGQUN_BOT", ("bot_command", "/stats@XIANGQUN_BOT")), "/stats", True, ()),
        (said("/stats@other_bot 30", ("bot_command", "/stats@other_bot")), "/stats@other_bot 30", False, ()),
        (said("/stats", ("bot_command", "/stats")), "/stats", False, ()),
        (
            said("看这里", ("text_link", "这里", {"url": "https://pg.example.org/x"})),
            "看这里 (https://pg.example.org/x)",
            False,
            (),
        ),
        (said("https://a.org", ("text_link", "https://a.org", {"url": "https://a.org/"})), "https://a.org", False, ()),
        (said("看这里", ("text_link", "这里", {"url": "javascript:alert(1)"})), "看这里", False, ()),
    ],
)
def test_words(found: Any, text: str, to_bot: bool, mentions: tuple[str, ...]) -> None:
    assert (found.text, found.to_bot, found.mentions) == (text, to_bot, mentions)


def test_a_caption_has_mentions_too() -> None:
    caption = "@xiangqun_bot 这个报错"
    found = message_of(
        text=..., photo=[{}], caption=caption, caption_entities=[entity("mention", caption, "@xiangqun_bot")]
    )
    assert (found.text, found.kind, found.to_bot) == ("这个报错 [图片]", Kind.TEXT, True)


@pytest.mark.parametrize(
    "entities",
    [
        [{"type": "mention", "offset": -5, "length": 3}],
        [{"type": "mention", "offset": 0, "length": 2**70}],
        [{"type": "mention", "offset": 1}],
        [{"type": "mention", "offset": "x", "length": None}],
        [{"type": ["mention"], "offset": 0, "length": 1}],
        [{"type": "text_mention", "offset": 0, "length": 1, "user": 7}],
        [{"type": "text_mention", "offset": 0, "length": 1, "user": {"id": None}}],
        [None, 7, "x", []],
        "mention",
        None,
    ],
)
def test_entities_that_are_none(entities: object) -> None:
    found = message_of(text="@xiangqun_bot 在吗", entities=entities)
    assert (found.text, found.to_bot, found.mentions) == ("@xiangqun_bot 在吗", False, ())


def test_mentions_are_counted_once_and_no_more_than_a_hundred() -> None:
    users = [{"id": 30000 + n % 150} for n in range(5000)]
    found = message_of(
        text="x", entities=[{"type": "text_mention", "offset": 0, "length": 1, "user": u} for u in users]
    )
    assert len(found.mentions) == len(set(found.mentions)) == 100


FILE = {"file_id": "x", "file_unique_id": "y"}


@pytest.mark.parametrize(
    ("content", "shown", "kind"),
    [
        ({"photo": [FILE]}, "[图片]", Kind.IMAGE),
        ({"animation": FILE, "document": FILE}, "[动图]", Kind.IMAGE),
        ({"sticker": FILE | {"emoji": "😀"}}, "[动画表情]", Kind.STICKER),
        ({"dice": {"emoji": "🎲", "value": 3}}, "[动画表情]", Kind.STICKER),
        ({"voice": FILE}, "[语音]", Kind.VOICE),
        ({"video": FILE}, "[视频]", Kind.VIDEO),
        ({"video_note": FILE}, "[视频]", Kind.VIDEO),
        ({"audio": FILE | {"title": "歌"}}, "[音频] 歌", Kind.FILE),
        ({"document": FILE | {"file_name": "pg log.txt"}}, "[文件] pg log.txt", Kind.FILE),
        ({"document": FILE | {"file_name": "../../../../etc/passwd\0"}}, "[文件] ../../../../etc/passwd", Kind.FILE),
        ({"document": FILE | {"file_name": "n" * 300}}, "[文件] " + "n" * 200, Kind.FILE),
        ({"document": None}, "[文件]", Kind.FILE),
        ({"poll": {"question": "用哪个版本", "options": []}}, "[投票] 用哪个版本", Kind.OTHER),
        ({"venue": {"title": "天府五街"}, "location": {}}, "[位置] 天府五街", Kind.LINK),
        ({"location": {"latitude": 1}}, "[位置]", Kind.LINK),
        ({"contact": {"phone_number": "1"}}, "[名片]", Kind.LINK),
        ({"hologram": {"x": 1}}, "[unsupported:hologram]", Kind.OTHER),
        ({"a]b\n" + "c" * 99: 1}, "[unsupported:" + ("a_b_" + "c" * 36) + "]", Kind.OTHER),
        ({}, "[unsupported:none]", Kind.OTHER),
    ],
)
def test_what_is_no_text(content: dict[str, Any], shown: str, kind: Kind) -> None:
    found = message_of(text=..., **content)
    assert (found.text, found.kind) == (shown, kind)
    if kind is not Kind.OTHER:
        with_caption = message_of(text=..., caption="看图", **content)
        assert (with_caption.text, with_caption.kind) == (f"看图 {shown}", Kind.TEXT)


def test_an_album_is_its_messages() -> None:
    keys = [message_of(text=..., photo=[FILE], media_group_id="1", message_id=n).key for n in (1, 2)]
    assert keys == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\0b\ud83d", "ab\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("  \r\n x \r\n", "x"),
        ("{{7*7}} ${jndi:x} %(x)s {0.__class__}", "{{7*7}} ${jndi:x} %(x)s {0.__class__}"),
        ("\u202eadmin\u200b", "\u202eadmin\u200b"),
        (42, "42"),
    ],
)
def test_text_is_clean_and_else_as_it_was_typed(text: object, stored: str) -> None:
    assert message_of(text=text).text == stored


def test_text_is_cut() -> None:
    found = message_of(text="长" * 300_000)
    assert (len(found.text), found.flags) == (20_000, ("cut",))


@pytest.mark.parametrize("text", [None, [], {"a": 1}, True])
def test_text_that_is_none(text: object) -> None:
    assert message_of(text=text).text == ""


SPANS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["mention", "text_mention", "bot_command", "text_link", "bold"]),
        "offset": st.integers(-2, 40),
        "length": st.integers(-2, 40),
        "url": st.just("https://x"),
        "user": st.sampled_from([{"id": 700700700}, {"id": 5}, None]),
    }
)


LINKED = [
    {"type": "text_mention", "offset": 0, "length": 1, "user": {"id": 700700700}},
    {"type": "text_link", "offset": 0, "length": 1, "url": "https://x"},
]


@settings(deadline=None, max_examples=40)
@example("@", LINKED)
@given(st.text(st.sampled_from("@xiangqun_bot /a🐘\ud83d\udc18\n "), max_size=30), st.lists(SPANS, max_size=6))
def test_no_entity_raises_and_none_invents_words(text: str, entities: list[dict[str, Any]]) -> None:
    found = _content.read(message(text=text, entities=entities), ME)
    kept = found.text.replace("(https://x)", "").replace("\ufffd", "")  # of a link, where all before it was left out
    assert set(kept) <= set(text) | {"🐘", " "}
