"""Who is asked to review: an expert on the topic before an admin, in turn, and nobody who did not agree."""

from __future__ import annotations

import pytest

from handlers.articles import Settings, in_order
from tests.chat import Chat, load_features
from tests.handlers.articles.test_knowledge import DRAFT, FEATURES, at_half_past_five, drafted, solved
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

LAG = "流复制延迟一直涨，备库追不上主库，怎么查？"
GIVEN = "先看 pg_stat_replication 里 replay_lag，再查备库上的长查询。"
WITH_EXPERTS = ("articles", "experts", *FEATURES[1:])


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=WITH_EXPERTS)
    await opened.make_admin("root")
    await opened.tell("root", "你好")
    return opened


async def agreed(chat: Chat, who: str, topic: str = "复制与高可用") -> None:
    await chat.say(who, "早", name=who)
    await chat.tell(who, "可以找我", name=who)
    await chat.tell(who, f"擅长 {topic}", name=who)


async def test_an_expert_on_the_topic_is_asked_before_an_admin(chat: Chat) -> None:
    await agreed(chat, "老樊")
    await agreed(chat, "砚秋", "性能与执行计划")
    post = await drafted(chat)
    assert chat.adapter.posted[-1].place.key == "direct:老樊"
    assert await chat.tell("老樊", "行", reply_to=post) == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]


async def test_an_expert_is_asked_once_a_week(chat: Chat) -> None:
    await agreed(chat, "老樊")
    await drafted(chat)
    await solved(chat, LAG, GIVEN)
    assert len(await at_half_past_five(chat)) == 1
    assert chat.adapter.posted[-1].place.key == "direct:root"


async def test_who_is_no_expert_any_more_is_not_asked(chat: Chat) -> None:
    await agreed(chat, "老樊")
    await chat.tell("老樊", "别找我")
    await drafted(chat)
    assert chat.adapter.posted[-1].place.key == "direct:root"


async def test_who_took_part_is_asked_last_and_admins_take_turns(chat: Chat) -> None:
    await chat.make_admin("xiaozhou")  # whose answer it is
    await chat.make_admin("hank")
    await drafted(chat)
    await solved(chat, LAG, GIVEN)
    await at_half_past_five(chat)
    asked = [posted.place.key for posted in chat.adapter.posted if "想请你看一眼" in posted.text]
    assert sorted(asked) == ["direct:hank", "direct:root"]


async def test_an_expert_drafts_what_he_knows(chat: Chat) -> None:
    await agreed(chat, "老樊")
    await solved(chat)
    chat.later(minutes=2)
    assert await chat.tell("老樊", "起草 1") == [DRAFT]


async def test_without_anybody_to_review_nothing_is_drafted(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await solved(chat)
    assert await at_half_past_five(chat) == []
    await chat.make_admin("root")
    assert await at_half_past_five(chat) == [DRAFT]


async def test_nothing_is_drafted_from_an_import_but_by_command(chat: Chat) -> None:
    await chat.say("root", "早")
    await chat.say("muzi", "复制槽把主库磁盘撑满了，能删 pg_wal 吗？", replayed=True)
    await chat.say("xiaozhou", GIVEN, reply_to=chat.last, replayed=True)
    chat.later(minutes=5)
    await chat.say("muzi", "好了，谢谢，解决了", reply_to=chat.last, replayed=True)
    assert await at_half_past_five(chat) == []
    assert (await chat.tell("root", "起草 1"))[0].startswith("文 1 草稿，依据 #1")


async def test_nothing_is_drafted_where_a_group_wants_quiet(chat: Chat) -> None:
    await solved(chat)
    await chat.ask_bot("root", "/quiet")
    assert await at_half_past_five(chat) == []
    await chat.ask_bot("root", "/speak")
    assert await at_half_past_five(chat) == [DRAFT]


async def test_a_group_switches_it_off_for_itself(chat: Chat) -> None:
    await solved(chat)
    assert "articles.a_day" in (await chat.ask_bot("root", "设置 articles.a_day 0"))[0]
    assert await at_half_past_five(chat) == []
    chat.later(minutes=2)
    await chat.ask_bot("root", "设置 articles.a_day -")
    assert await at_half_past_five(chat) == [DRAFT]


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES, language="en")
    await chat.make_admin("root")
    await chat.say("mia", "disk full on the primary, PG 14: may I delete files in pg_wal, Joe?", name="mia")
    await chat.say(
        "joe",
        "mia, drop the replication slot nobody uses, then set max_slot_wal_keep_size.",
        name="joe",
        reply_to=chat.last,
    )
    await chat.ask_bot("mia", "/solved", name="mia")
    (told,) = await at_half_past_five(chat)
    assert told.splitlines() == [
        "Draft of article 1, from #1, for you to see:",
        "disk full on the primary, PG 14: may I delete files in… (PG 14)",
        "Asked: disk full on the primary, PG 14: may I delete files in pg_wal, somebody?",
        "drop the replication slot nobody uses, then set max_slot_wal_keep_size.",
        "Reply ok, or edit: and the better answer, or drop. Silence is fine, too; I will ask somebody else.",
    ]
    said = await chat.tell("root", "edit: drop the unused slot first", reply_to=chat.adapter.posted[-1].key)
    assert said == ["Thank you; article 1 is in with your words."]
    chat.later(minutes=2)
    assert (await chat.say("guest", "/article 1"))[0].splitlines()[-2:] == [
        "drop the unused slot first",
        "From #1, version 2, reviewed 23 Nov.",
    ]
    assert (await chat.say("guest", "/faq"))[0].startswith("Reviewed, 1 in all: ")


@pytest.mark.parametrize(
    "names", [("questions", "articles"), ("experts", "articles"), ("ask", "questions", "articles")]
)
def test_the_table_stands_in_front_of_those_that_take_private_words(names: tuple[str, ...]) -> None:
    features = load_features(names)
    with pytest.raises(ValueError, match=rf"^stands behind \[handlers\.{names[0]}\]; put it in front"):
        in_order(Settings(), features)
    in_order(Settings(), load_features(("articles", *names[:-1])))
