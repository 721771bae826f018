from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from handlers._articles.finding import Fit
from handlers._threads.asked import Match
from handlers._threads.choosing import preferred, standing_for
from handlers._threads.promising import hour
from handlers._threads.weighing import BARS
from handlers.questions._unasked import asks
from storage import articles, groups, settings, suggestions
from storage.frames import Place
from storage.suggestions import Offered, Record
from tests.chat import Chat
from tests.handlers.conftest import FEATURES, OpenChat
from tests.handlers.test_questions import AGAIN, ASKED, GIVEN, NEW, solved_before
from tests.handlers.test_weighing import thread

pytestmark = pytest.mark.middle

T0 = datetime(2026, 11, 23, 1, tzinfo=UTC)
LADDER = (*FEATURES, "experts", "escalation")

ARCHIVE = "归档一直失败，pg_wal 里的 WAL 文件删不掉，磁盘要满"
SLOT = "复制槽没人用，pg_wal 目录一直涨，磁盘快满了怎么办"


async def solved(chat: Chat, who: str, question: str, given: str, **more: str) -> None:
    """Let a question be asked, answered and closed, a day ago."""
    await chat.say(who, question, **more)
    chat.later(minutes=4)
    await chat.say("laofan", given, name="成都-老樊-DBA", reply_to=chat.last, **more)
    chat.later(minutes=30)
    await chat.ask_bot(who, "解决了", **more)
    chat.later(days=1)


async def three_solved(chat: Chat) -> None:
    """Let three questions about a full pg_wal be solved: #1, #2 and #3."""
    await solved_before(chat)
    await solved(chat, "doudou", ARCHIVE, "archive_command 返回非零就不会清，先修归档脚本")
    await solved(chat, "jiangnan", SLOT, "pg_drop_replication_slot 删掉，再等下一次检查点")


async def put(chat: Chat, group: str, key: str, value: Any) -> None:
    """Set something for a group, as an admin would."""
    async with chat.database.write() as store:
        found = await groups.ensure(store, Place("qq", group, name=f"群 {group}"), chat.account.id)
        await settings.put(store, found.id, key, value, chat.clock.now(), None)


async def offers(chat: Chat, thread: int) -> list[tuple[int, str | None]]:
    """Return what was offered to a thread, and what its asker said of it."""
    async with chat.database.read() as store:
        return [(offer.target, offer.verdict) for offer in await suggestions.of_thread(store, thread)]


# -- up to three, and on to the next ---------------------------------------------------------------------------------


async def test_up_to_three_are_named_and_the_likest_is_quoted(chat: Chat) -> None:
    await three_solved(chat)
    (reply,) = await chat.ask_bot("atang", AGAIN)
    lines = reply.splitlines()
    assert lines[0] == "以前解决过一个很像的："
    assert lines[1].startswith("#1 ")
    assert lines[2] == f"「{GIVEN}」"
    assert sorted(line[:9] for line in lines[4:6]) == ["也可能是 #2 归", "也可能是 #3 复"]
    assert lines[6] == "你这个记为 #4。对上了回「解决了」，不对回「没解决」，我接着找。"
    assert len(lines) == 7


async def test_each_no_brings_the_next_until_there_is_none(chat: Chat) -> None:
    await three_solved(chat)
    said = [(await chat.ask_bot("atang", AGAIN))[0]]
    for _ in range(3):
        chat.later(minutes=2)
        said += await chat.ask_bot("atang", "没解决")
    quoted = [text.splitlines()[1].split()[0] for text in said[:3]]
    assert sorted(quoted) == ["#1", "#2", "#3"]
    assert said[3].startswith("别的也没找到像的。#4 还留在「还有谁在等」里")
    assert [verdict for _, verdict in await offers(chat, 4)] == ["rejected"] * 3
    chat.later(minutes=2)
    (reply,) = await chat.ask_bot("atang", "没解决")
    assert reply == "#4 还开着，没收过尾。有新情况直接在群里说，带上编号。"


# -- what askers say of it --------------------------------------------------------------------------------------------


async def test_what_solved_a_question_is_noted_and_taken_back(chat: Chat) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", AGAIN)
    assert await offers(chat, 2) == [(1, None)]
    chat.later(minutes=6)
    await chat.ask_bot("atang", "解决了")
    assert await offers(chat, 2) == [(1, "solved")]
    chat.later(minutes=6)
    await chat.ask_bot("atang", "没解决")  # broken again: nothing is said of the old answer any more
    assert await offers(chat, 2) == [(1, None)]
    chat.later(minutes=6)
    await chat.ask_bot("atang", "没解决")
    assert await offers(chat, 2) == [(1, "rejected")]


async def test_what_somebody_in_the_group_solved_is_no_success_of_the_old_answer(chat: Chat) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", AGAIN)
    asked = chat.last
    chat.later(minutes=2)
    await chat.say("lena", "先把 archive_mode 关掉重启一次", reply_to=asked)
    chat.later(minutes=6)
    assert (await chat.ask_bot("atang", "解决了"))[0].startswith("#2 结了，8 分钟。谢谢 lena。")
    assert await offers(chat, 2) == [(1, None)]


async def test_a_rejection_that_is_undone_does_not_count(chat: Chat) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=6)
    await chat.ask_bot("atang", "没解决")
    await chat.make_admin("atang")
    await chat.say("atang", "/undo")
    assert await offers(chat, 2) == [(1, None)]


async def test_what_was_rejected_thrice_no_longer_comes_before_a_fresh_one(chat: Chat) -> None:
    await solved_before(chat)
    for asker in ("a1", "a2", "a3"):
        (reply,) = await chat.ask_bot(asker, AGAIN)
        if reply.startswith("以前"):
            chat.later(minutes=2)
            await chat.ask_bot(asker, "没解决")
        chat.later(days=1)
    async with chat.database.read() as store:
        assert await suggestions.records(store, Offered.THREAD, [1]) == {1: Record(rejected=3)}
    (alone,) = await chat.ask_bot("a4", AGAIN)
    assert alone.startswith("没找到解决过的")
    chat.later(days=1)
    await solved(chat, "jiangnan", SLOT, "pg_drop_replication_slot 删掉，再等下一次检查点")
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert reply.splitlines()[1].startswith("#6 复制槽")


# -- how sure ---------------------------------------------------------------------------------------------------------


async def test_each_group_says_how_sure_a_match_must_be(chat: Chat) -> None:
    await solved_before(chat)
    unsure = "服务器磁盘满了，怎么清理"
    found = {}
    for level in ("low", "normal", "high"):
        await put(chat, level, "questions.confidence", level)
        (reply,) = await chat.ask_bot("atang", unsure, group=level)
        found[level] = reply.startswith("以前解决过")
        chat.later(days=1)
    assert found == {"low": True, "normal": True, "high": False}


# -- unasked ----------------------------------------------------------------------------------------------------------


async def test_a_plain_question_is_answered_only_where_an_admin_switched_it_on(chat: Chat) -> None:
    await solved_before(chat)
    assert await chat.say("atang", AGAIN) == []
    chat.later(days=1)
    await put(chat, "g1", "questions.suggest", True)
    (reply,) = await chat.say("lena", AGAIN)
    assert reply.splitlines()[:3] == [
        "以前解决过一个很像的：",
        "#1 主库磁盘快满了，pg_wal 目录涨到 300G，怎么办",
        f"「{GIVEN}」",
    ]
    assert reply.splitlines()[-1] == "你这个记为 #3。对上了回「解决了」，不对回「没解决」；不回也没事。"
    assert chat.adapter.posted[-1].reply_to == chat.last
    assert await offers(chat, 3) == [(1, None)]
    chat.later(seconds=30)
    assert await chat.say("lena", "磁盘只剩 2G 了，pg_wal 还在涨，能直接删吗") == []  # once
    chat.later(minutes=5)
    (other,) = await chat.say("lena", "没解决", reply_to=chat.adapter.posted[-1].key)
    assert other.startswith("别的也没找到像的。")
    assert await offers(chat, 3) == [(1, "rejected")]


async def test_nothing_is_suggested_unasked_to_others_or_by_others(chat: Chat) -> None:
    await solved_before(chat)
    await put(chat, "g1", "questions.suggest", True)
    await chat.say("hank", "昨天那个升级做完了")
    hank = chat.last
    chat.later(minutes=10)
    assert await chat.say("a1", NEW) == []  # like nothing
    chat.later(minutes=10)
    assert await chat.say("a2", f"@老樊 {AGAIN}", mentions=("laofan",)) == []
    chat.later(minutes=10)
    assert await chat.say("a3", AGAIN, reply_to=hank) == []
    chat.later(minutes=10)
    assert await chat.say("a4", AGAIN, flags=("bot",)) == []
    chat.later(minutes=10)
    assert await chat.say("a5", AGAIN, replayed=True) == []


async def test_what_an_import_brings_is_answered_by_nobody(chat: Chat) -> None:
    await solved_before(chat)
    await put(chat, "g1", "questions.suggest", True)
    assert await chat.say("atang", AGAIN, age=timedelta(hours=3)) == []  # read back after a gap


async def test_quiet_ends_suggestions_and_a_group_that_was_never_approved_gets_none(open_chat: OpenChat) -> None:
    chat = await open_chat(tables={"questions": {"suggest": True}})
    await solved_before(chat)
    await put(chat, "g1", "outbox.quiet", True)
    assert await chat.say("atang", AGAIN) == []
    chat.later(days=1)
    await put(chat, "g1", "outbox.quiet", False)
    assert len(await chat.say("lena", AGAIN)) == 1


async def test_a_group_that_was_never_approved_gets_no_suggestion(open_chat: OpenChat) -> None:
    chat = await open_chat(tables={"questions": {"suggest": True}}, preview=True)
    await solved_before(chat)
    assert await chat.say("atang", AGAIN) == []
    chat.later(days=1)
    await put(chat, "g1", "outbox.approved", True)
    assert len(await chat.say("lena", AGAIN)) == 1


async def test_at_night_it_quotes_the_asker_and_mentions_nobody(chat: Chat) -> None:
    await solved_before(chat)
    await put(chat, "g1", "questions.suggest", True)
    chat.later(hours=14)
    (reply,) = await chat.say("lena", AGAIN)
    assert "@" not in reply
    assert chat.adapter.posted[-1].reply_to == chat.last


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(language="en", features=LADDER)
    await solved(
        chat, "mia", "disk full on the primary, pg_wal grew to 300G, what can I do?", "drop the slot nobody uses"
    )
    await put(chat, "g1", "questions.suggest", True)
    again = "pg_wal has 200G, the disk of the primary is nearly full, may I delete files in pg_wal?"
    (reply,) = await chat.say("ann", again)
    assert reply.splitlines()[-1] == (
        "Yours is #2. If it fits, reply /solved; if not, reply /reopen. No reply is fine, too."
    )
    number = await reviewed(chat, 1)
    async with chat.database.write() as store:
        words = articles.Words("pg_wal fills the disk", again, "look for a slot nobody uses and drop it")
        await articles.revise(store, number, words, chat.clock.now())
        await articles.publish(store, number, chat.clock.now())
    chat.later(days=1)
    (reply,) = await chat.ask_bot("joe", again)
    assert reply.splitlines()[0] == "This was written down:"
    chat.later(hours=13)
    (reply,) = await chat.ask_bot("kim", "what is the limit of columns in a partitioned foreign table?")
    assert reply.splitlines()[-1] == "At night I wake nobody; I go on looking after 09:00."


async def test_a_suggestion_takes_no_post_of_the_week(chat: Chat) -> None:
    await solved_before(chat)
    await put(chat, "g1", "questions.suggest", True)
    await put(chat, "g1", "outbox.weekly_budget", 0)
    assert len(await chat.say("lena", AGAIN)) == 1


async def test_talk_gets_no_suggestion_however_like_an_old_question_it_is(chat: Chat) -> None:
    await solved_before(chat)
    await put(chat, "g1", "questions.suggest", True)
    for text in (
        "pg_wal 涨到 200G 那次真是吓死我了，磁盘差点满",
        "我们主库磁盘也快满过，后来加了盘",
        ASKED.replace("，怎么办", "，哈哈哈"),
        "谢谢，pg_wal 降下来了",
        "同问",
    ):
        chat.later(minutes=20)
        assert await chat.say("hank", text) == [], text


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (["pg_wal 涨到 200G 了，能删吗"], True),
        (["求助", "ERROR: could not resize shared memory segment"], True),
        (["anyone seen this?", "permission denied for schema public"], True),
        (["autovacuum 追不上大表，怎么调"], True),
        (["又来了，建 hnsw 直接报错", "ERROR:  could not resize shared memory segment"], True),
        (["pg_wal 涨到 200G 那次真是吓死我了，磁盘差点满"], False),
        (["磁盘满过，后来加了盘"], False),
        ([], False),
    ],
)
def test_only_what_is_put_as_a_question_may_be_answered_unasked(question: list[str], asked: bool) -> None:
    assert asks(question) is asked


# -- reviewed articles -------------------------------------------------------------------------------------------------

WRITTEN = "不要手工删 pg_wal：先看复制槽和归档，槽没人用就删掉，再等一次检查点"


async def reviewed(chat: Chat, *sources: int, group: str = "g1", answer: str = WRITTEN) -> int:
    """Let an article about a full pg_wal be reviewed, made from some threads, and return its number."""
    async with chat.database.write() as store:
        place = await groups.ensure(store, Place("qq", group), chat.account.id)
        words = articles.Words("pg_wal 把磁盘涨满了", "pg_wal 目录涨到几百 G，磁盘快满，能不能直接删里面的文件", answer)
        number = await articles.draft(store, place.id, words, sources, chat.clock.now())
        await articles.publish(store, number, chat.clock.now())
        return number


async def test_a_reviewed_article_comes_before_the_threads(chat: Chat) -> None:
    await three_solved(chat)
    number = await reviewed(chat, 1)
    chat.later(days=1)
    (reply,) = await chat.ask_bot("atang", AGAIN)
    lines = reply.splitlines()
    assert lines[0] == "这一题有整理好的："
    assert lines[1].startswith(f"文 {number} pg_wal 把磁盘涨满了")
    assert lines[2] == f"「{WRITTEN}」"
    assert [line[:7] for line in lines[4:6]] == ["也可能是 #3", "也可能是 #2"]  # #1 is what it was made from
    assert lines[-1] == "你这个记为 #4。对上了回「解决了」，不对回「没解决」，我接着找。"
    chat.later(minutes=6)
    assert await chat.ask_bot("atang", "解决了") == [f"#4 结了，6 分钟，用的是「文 {number}」。"]
    async with chat.database.read() as store:
        assert await suggestions.records(store, Offered.ARTICLE, [number]) == {number: Record(solved=1)}


async def test_a_rejected_article_gives_way_to_the_threads(chat: Chat) -> None:
    await solved_before(chat)
    number = await reviewed(chat)
    (first,) = await chat.ask_bot("atang", AGAIN)
    assert first.splitlines()[0] == "这一题有整理好的："
    chat.later(minutes=2)
    (second,) = await chat.ask_bot("atang", "没解决")
    assert second.splitlines()[:2] == ["以前解决过一个很像的：", "#1 主库磁盘快满了，pg_wal 目录涨到 300G，怎么办"]
    chat.later(minutes=2)
    assert (await chat.ask_bot("atang", "没解决"))[0].startswith("别的也没找到像的。")
    async with chat.database.read() as store:
        assert await suggestions.records(store, Offered.ARTICLE, [number]) == {number: Record(rejected=1)}


async def test_an_article_that_is_wrong_is_objected_to_in_plain_words(chat: Chat) -> None:
    await reviewed(chat)
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=2)
    (reply,) = await chat.say("atang", "不对", reply_to=chat.adapter.posted[-1].key)
    assert reply.startswith("别的也没找到像的。")


async def test_an_article_is_shown_in_private_as_well(chat: Chat) -> None:
    await solved_before(chat)
    await reviewed(chat)
    (reply,) = await chat.tell("atang", AGAIN)
    assert reply.splitlines()[0] == "这一题有整理好的："


@pytest.mark.parametrize("shares", ["nobody", "group"])
async def test_nothing_of_a_group_that_does_not_share_is_shown_elsewhere(chat: Chat, shares: str) -> None:
    await solved_before(chat, group="g2")
    await reviewed(chat, 1, group="g2")
    await put(chat, "g2", "questions.sharing", shares)
    await put(chat, "g1", "questions.suggest", True)
    said = [
        *await chat.ask_bot("atang", AGAIN),
        *await chat.ask_bot("atang", "没解决"),
        *await chat.tell("hank", AGAIN),
        *await chat.say("lena", AGAIN),
        *await chat.say("lena", f"看 1 {AGAIN}", to_bot=True),
    ]
    assert said
    for text in said:
        for part in (GIVEN, WRITTEN, ASKED, "晓舟", "pg_wal 把磁盘涨满了"):
            assert part not in text


@pytest.mark.parametrize(
    ("fits", "matches", "first"),
    [
        ([], [], None),
        ([], [(1, 0.5)], None),
        ([(7, 0.5, ())], [], 7),
        ([(7, 0.2, ())], [], None),  # not like enough to speak
        ([(7, 0.46, ())], [(1, 0.5)], 7),  # about as like, and reviewed
        ([(7, 0.4, ())], [(1, 0.5)], None),
        ([(7, 0.2, (1,))], [(1, 0.5)], 7),  # made from it
        ([(7, 0.14, (1,))], [(1, 0.5)], None),  # worn: rejected thrice
        ([(8, 0.3, ()), (7, 0.2, (1,))], [(1, 0.5)], 7),
    ],
)
def test_when_an_article_comes_first(
    fits: list[tuple[int, float, tuple[int, ...]]], matches: list[tuple[int, float]], first: int | None
) -> None:
    found = preferred(
        [Fit(_article(number, sources), likeness) for number, likeness, sources in fits],
        [Match(thread(number), likeness) for number, likeness in matches],
        BARS["normal"],
    )
    assert (found and found.article.id) == first


def test_an_article_stands_for_the_thread_that_it_is_made_from() -> None:
    fits = [Fit(_article(8, (1, 2)), 0.4), Fit(_article(7, (2,)), 0.3), Fit(_article(9, (3,)), 0.14)]
    found = standing_for(fits, [Match(thread(number), 0.5) for number in (1, 2, 3, 4)])
    assert {number: fit.article.id for number, fit in found.items()} == {1: 8, 2: 8}


def _article(number: int, sources: tuple[int, ...]) -> articles.Article:
    words, at = articles.Words("", "", ""), T0
    return articles.Article(number, 1, articles.State.REVIEWED, "", 1, at, at, at, None, words, sources)


# -- what is promised --------------------------------------------------------------------------------------------------

HELP = "4 小时还没人应，我去请熟这块的朋友看一眼。"


async def test_help_is_promised_where_it_is_configured_and_somebody_agreed(open_chat: OpenChat) -> None:
    chat = await open_chat(features=LADDER)
    await chat.say("laofan", "早")
    chat.later(days=1)
    (nobody,) = await chat.ask_bot("lena", NEW)
    assert nobody.splitlines()[-1].startswith("补两样")
    await chat.tell("laofan", "可以找我")
    await chat.tell("laofan", "擅长 扩展与外部表")
    chat.later(hours=2)
    (reply,) = await chat.ask_bot("hank", NEW)
    assert reply.splitlines()[-1] == HELP
    await put(chat, "g1", "escalation.experts_after", 6)
    chat.later(hours=2)
    (later,) = await chat.ask_bot("atang", NEW)
    assert later.splitlines()[-1] == HELP.replace("4 小时", "6 小时")
    chat.later(minutes=3)
    for setting, value in (
        ("escalation.experts_after", 0),
        ("escalation.enabled", False),
        ("outbox.quiet", True),
    ):
        await put(chat, "g1", setting, value)
        chat.later(minutes=30)
        (none,) = await chat.ask_bot(f"asker {setting}", NEW)
        assert "我去" not in none, setting


async def test_at_night_the_morning_is_promised_where_there_is_a_ladder(open_chat: OpenChat) -> None:
    chat = await open_chat(features=LADDER)
    await chat.say("laofan", "早")
    chat.later(hours=14)
    (reply,) = await chat.ask_bot("lena", NEW)
    assert reply.splitlines()[-1] == "夜里我不去叫人，早上 9 点后接着找。"
    await put(chat, "g1", "escalation.enabled", False)
    chat.later(minutes=30)
    (none,) = await chat.ask_bot("hank", NEW)
    assert "夜里" not in none


async def test_after_the_last_no_help_is_promised_as_well(open_chat: OpenChat) -> None:
    chat = await open_chat(features=LADDER)
    await solved_before(chat)
    await chat.tell("laofan", "可以找我")
    await chat.tell("laofan", "擅长 监控与维护")
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=2)
    (reply,) = await chat.ask_bot("atang", "没解决")
    assert reply.splitlines()[-1] == HELP


@pytest.mark.parametrize(
    ("moment", "zh", "en"), [(time(9), "9 点", "09:00"), (time(8, 30), "8:30 ", "08:30"), (time(0), "0 点", "00:00")]
)
def test_times_of_day(moment: time, zh: str, en: str) -> None:
    assert (hour(moment, "zh"), hour(moment, "en")) == (zh, en)
