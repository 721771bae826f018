"""From a solved question to an article: drafted, reviewed by one reply, listed, found, doubted, retired."""

from __future__ import annotations

import pytest

from storage import articles, reviews, suggestions
from storage.articles import State
from storage.database import Database
from storage.frames import Frame, GroupKind, Message, Place, Press
from storage.suggestions import Offered, Verdict
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("articles", "questions", "lookups", "corrections", "help", "digest", "settings")
QUESTION = "PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？木子在线等"
ANSWER = "@木子 别手删 pg_wal，先删没人用的复制槽，再设 max_slot_wal_keep_size 兜底，PG 16 也一样。"
CLEAN = "别手删 pg_wal，先删没人用的复制槽，再设 max_slot_wal_keep_size 兜底，PG 16 也一样。"
HEAD = "文 1 PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等（PG 14 到 16）"
DRAFT = (
    "文 1 草稿，依据 #1，想请你看一眼：\n"
    "PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等（PG 14 到 16）\n"
    f"{CLEAN}\n"
    "行就回「行」，要改回「改：改好的答案」，不要回「扔」。不回也没事，我去问别人。"
)


async def solved(chat: Chat, question: str = QUESTION, given: str = ANSWER, group: str = "g1") -> None:
    """Let a question be asked, answered and solved."""
    await chat.say("muzi", question, name="木子", group=group)
    asked = chat.last
    chat.later(minutes=5)
    await chat.say("xiaozhou", given, name="成都-晓舟-DBA", group=group, reply_to=asked)
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了", name="木子", group=group)
    chat.later(minutes=5)


async def at_half_past_five(chat: Chat, days: int = 0) -> list[str]:
    """Let the clock come to the next time at which drafts are made."""
    zone = chat.house.community.zone
    local = chat.clock.now().astimezone(zone)
    due = local.replace(hour=17, minute=31, second=0)
    chat.later(seconds=(due - local).total_seconds() + 86400 * (days + (due <= local)))
    return await chat.tick()


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("root")
    await opened.tell("root", "你好")
    return opened


async def test_a_solved_question_is_drafted_and_approved_by_one_reply(chat: Chat) -> None:
    await solved(chat)
    assert await at_half_past_five(chat) == [DRAFT]
    post = chat.adapter.posted[-1]
    assert post.place.key == "direct:root"
    assert await chat.tell("root", "行", reply_to=post.key) == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]
    assert await chat.ask_bot("guest", "文 1") == [
        "文 1 PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等（PG 14 到 16）\n"
        f"{CLEAN}\n"
        "依据 #1，11 月 23 日审过。"
    ]
    assert await at_half_past_five(chat) == []


# -- the review -------------------------------------------------------------------------------------------------------


async def drafted(chat: Chat) -> str:
    """Let a question be solved and drafted; return the key of the post before its reviewer."""
    await solved(chat)
    assert await at_half_past_five(chat) == [DRAFT]
    return chat.adapter.posted[-1].key


async def reviewed(chat: Chat) -> None:
    """Let a question become a reviewed article."""
    await chat.tell("root", "行", reply_to=await drafted(chat))


async def test_an_edit_is_a_new_version_that_is_approved_with_it(chat: Chat) -> None:
    post = await drafted(chat)
    said = "改：标题：复制槽撑满磁盘\n答：先删槽，老规矩问晓舟，密码 abc12345\n版本：13 到 17"
    assert await chat.tell("root", said, reply_to=post) == ["多谢，文 1 按你改的收好了。"]
    assert (await chat.ask_bot("guest", "文 1"))[0].splitlines() == [
        "文 1 复制槽撑满磁盘（PG 13 到 17）",
        "问：PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等",
        "先删槽，老规矩问有人，密码 ***",
        "依据 #1，第 2 版，11 月 23 日审过。",
    ]
    assert await chat.tell("root", "文 历史 1") == [
        "文 1 复制槽撑满磁盘（PG 13 到 17），从 #1 来：\n第 1 版 11 月 23 日：写成\n第 2 版 11 月 23 日：改过，root"
    ]
    assert "root" not in (await chat.ask_bot("guest", "文 历史 1"))[0]


async def test_a_button_decides_as_well(chat: Chat) -> None:
    await drafted(chat)
    direct = Place("qq", "direct:root", GroupKind.DIRECT, "root")
    press = Press(chat.adapter.posted[-1].key, "root", "root", "/article ok 1")
    told = await chat.hear(Frame("p1", direct, chat.clock.now(), press))
    assert told == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]


async def test_a_dropped_draft_is_never_drafted_again_by_itself(chat: Chat) -> None:
    post = await drafted(chat)
    assert await chat.tell("root", "扔", reply_to=post) == ["好，文 1 扔了。"]
    assert await at_half_past_five(chat) == []
    assert await chat.ask_bot("guest", "文 1") == ["没有文 1，看看编号对不对；有哪些发「常见问题」。"]
    assert await chat.tell("root", "行 1") == ["文 1 已经有人定过了，多谢。"]


async def test_a_bare_word_counts_where_one_article_waits(chat: Chat) -> None:
    await drafted(chat)
    assert await chat.tell("root", "好") != ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]
    chat.later(minutes=2)
    assert await chat.tell("root", "行") == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]


async def test_where_several_wait_the_number_is_asked_for(chat: Chat) -> None:
    await drafted(chat)
    await solved(
        chat,
        "autovacuum 追不上大表，怎么调参数？",
        "给那张表单独调高 autovacuum_vacuum_cost_limit，再把 scale_factor 调小。",
    )
    assert len(await chat.tell("root", "起草 2")) == 1
    chat.later(minutes=2)
    assert await chat.tell("root", "行") == ["等你看的有几篇：文 1、文 2。带上编号，像「行 1」。"]
    chat.later(minutes=2)
    assert await chat.tell("root", "行 2") == ["多谢，文 2 收好了。再有人问到像的，先给这篇。"]


async def test_nobody_else_decides(chat: Chat) -> None:
    await drafted(chat)
    before = await chat.tell("guest", "行 1")
    assert "文 1" not in "".join(before)
    assert await chat.ask_bot("guest", "文 下架 1") == ["没有文 1，看看编号对不对；有哪些发「常见问题」。"]
    await chat.make_admin("ayu", group="g2")  # of another group
    chat.later(minutes=2)
    assert "文 1" not in "".join(await chat.tell("ayu", "行 1"))
    await chat.make_admin("hank")
    chat.later(minutes=2)
    assert await chat.tell("hank", "行 1") == [DRAFT]  # who was not shown it reads it first
    chat.later(minutes=2)
    assert await chat.tell("hank", "行") == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]
    chat.later(minutes=2)
    assert await chat.tell("root", "行 1") == ["文 1 已经有人定过了，多谢。"]


async def test_what_was_changed_since_is_shown_before_it_is_approved(chat: Chat) -> None:
    post = await drafted(chat)
    async with chat.database.write() as store:
        await articles.redraft(store, 1, "先看 pg_replication_slots，再删没人用的槽。", chat.clock.now())
    (again,) = await chat.tell("root", "行", reply_to=post)
    assert again.splitlines()[2:4] == ["机器草稿，依据 #1，没人核过", "先看 pg_replication_slots，再删没人用的槽。"]
    chat.later(minutes=2)
    assert (await chat.tell("root", "行"))[0].startswith("多谢，文 1 收好了")
    assert "机器" not in (await chat.ask_bot("guest", "文 1"))[0]


@pytest.fixture
async def long_chat(sqlite_database: Database) -> Chat:
    """Return a chat in which digests may be posted, which are longer than a reply."""
    opened = await Chat.open(sqlite_database, features=FEATURES)
    await opened.make_admin("root")
    await opened.tell("root", "你好")
    return opened


async def test_after_a_week_one_other_person_is_asked_and_then_it_waits_for_admins(long_chat: Chat) -> None:
    chat = long_chat
    await drafted(chat)
    await chat.make_admin("hank")
    await chat.tell("root", "周报 我的 开")
    assert await at_half_past_five(chat, days=5) == []
    assert DRAFT in await at_half_past_five(chat)
    asked = [posted.place.key for posted in chat.adapter.posted if posted.text == DRAFT]
    assert asked == ["direct:root", "direct:hank"]
    assert DRAFT not in await at_half_past_five(chat, days=3)
    chat.later(days=9, hours=15, minutes=30)  # a Monday, 09:01
    told = "".join(await chat.tick())
    assert f"{HEAD} 没人审：收就「行 1」，不要就「扔 1」" in told
    async with chat.database.read() as store:
        assert len(await reviews.of(store, [1])) == 2


# -- what is read -----------------------------------------------------------------------------------------------------


async def test_what_there_is_by_topic_and_by_words(chat: Chat) -> None:
    assert await chat.ask_bot("guest", "常见问题") == ["还没有审过的文章。解决了的题会慢慢整理进来。"]
    await reviewed(chat)
    chat.later(minutes=2)
    (told,) = await chat.ask_bot("guest", "常见问题")
    assert told == "审过的有 1 篇：复制与高可用 1。\n看一类发「常见问题 复制与高可用」，按词找发「找 复制槽」。"
    chat.later(minutes=2)
    assert await chat.ask_bot("guest", "常见问题 复制") == [f"复制与高可用，1 篇：\n{HEAD}\n看全文：发「文 1」。"]
    chat.later(minutes=2)
    assert (await chat.ask_bot("guest", "常见问题 烹饪"))[0].startswith(
        "没有叫「烹饪」的主题，有文章的是：复制与高可用"
    )
    chat.later(minutes=2)
    (found,) = await chat.ask_bot("guest", "找 max_slot_wal_keep_size")
    assert found.splitlines()[:3] == ["整理好的：", HEAD, "看全文：发「文 1」。"]
    assert found.splitlines()[4].startswith("#1 ")


async def test_an_article_is_found_by_the_next_asker_in_another_group(chat: Chat) -> None:
    await reviewed(chat)
    chat.later(days=2)
    (told,) = await chat.ask_bot("lena", "复制槽把磁盘撑满了，pg_wal 能直接删吗", group="elsewhere")
    assert "文 1 PG 14 的复制槽把主库磁盘撑满了" in told
    assert f"「{CLEAN}」" in told
    assert "木子" not in told
    assert "晓舟" not in told


async def test_an_article_is_found_on_another_platform(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=FEATURES)
    await chat.make_admin("root")
    await reviewed(chat)
    other = await Chat.open(
        sqlite_database, features=FEATURES, platform="telegram"
    )  # another process, with its own shelf
    other.clock.time = chat.clock.now()
    asked = Message("t1", other.clock.now(), "9", "Lena", "复制槽把磁盘撑满了，pg_wal 能直接删吗", to_bot=True)
    (told,) = await other.hear(Frame("t1", Place("telegram", "-100", name="TG"), other.clock.now(), asked))
    assert other.adapter.posted[-1].place.platform == "telegram"
    assert "文 1 PG 14 的复制槽把主库磁盘撑满了" in told
    assert f"「{CLEAN}」" in told


async def test_a_group_that_keeps_to_itself_has_its_article_at_home(chat: Chat) -> None:
    from tests.handlers.test_questions import _share

    await chat.say("root", "早")
    await solved(chat)
    await _share(chat, "g1", "group")
    assert await at_half_past_five(chat) == []  # nothing is drafted unasked
    assert (await chat.tell("root", "起草 1"))[0].startswith("文 1 草稿，依据 #1")
    chat.later(minutes=2)
    await chat.tell("root", "行")
    assert (await chat.ask_bot("guest", "文 1"))[0].startswith("文 1 PG 14")
    await chat.say("lena", "早", group="g2")
    assert (await chat.ask_bot("lena", "文 1", group="g2"))[0].startswith("没有文 1")
    await _share(chat, "g1", "nobody")
    assert (await chat.ask_bot("guest", "文 1"))[0].startswith("没有文 1")
    assert (await chat.tell("root", "起草 1"))[0].startswith("没有 #1")


@pytest.mark.parametrize(
    ("who", "text", "reply"),
    [
        ("guest", "起草 1", "起草要群管理员或者熟这个主题的专家来。"),
        ("root", "/draft", "起草哪一题？这样写：「起草 2941」。"),
        ("root", "起草 2", "#2 还没有说得上来的回答，等解决了再起草。"),
        ("root", "起草 1", "#1 起草成文 1 了，私聊发你看。"),
    ],
)
async def test_a_draft_by_command(chat: Chat, who: str, text: str, reply: str) -> None:
    await solved(chat)
    await chat.say("doudou", "请问 Patroni 切主后逻辑复制槽没了，怎么找回来？")
    assert reply in await chat.ask_bot(who, text)
    if reply.startswith("#1 起草"):
        chat.later(minutes=2)
        assert await chat.ask_bot("root", "起草 1") == ["#1 的草稿是文 1，在等人看。"]


async def test_both_engines_tell_alike(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await chat.make_admin("root")
    await reviewed(chat)
    assert (await chat.ask_bot("guest", "文 1"))[0].startswith(HEAD)
    chat.later(minutes=2)
    assert (await chat.ask_bot("lena", "找 复制槽", group="g2"))[0].splitlines()[1] == HEAD
    assert (await chat.ask_bot("root", "文 改 1：先删槽"))[0] == "多谢，文 1 按你改的换成第 2 版了。"
    chat.later(minutes=2)
    (told,) = await chat.ask_bot("hank", "复制槽把磁盘撑满了，pg_wal 能直接删吗", group="g2")
    assert "「先删槽」" in told


# -- out of date ------------------------------------------------------------------------------------------------------


async def test_a_new_major_version_puts_an_article_before_reviewers_again(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    chat.clock.time = chat.clock.time.replace(year=2024, month=9, day=1)
    await chat.make_admin("root")
    await reviewed(chat)
    assert await at_half_past_five(chat, days=20) == []
    (again,) = await at_half_past_five(chat, days=10)  # PG 17 came out on 26 September
    assert again.splitlines()[0] == "文 1 审过之后出了 PG 17，可能过时。想请你再看一眼："
    assert (
        again.splitlines()[-1] == "还对就回「行」，要改回「改：改好的答案」，过时了回「扔」。不回也没事，我去问别人。"
    )
    assert "（PG 14 到 16，可能过时）" in (await chat.ask_bot("guest", "文 1"))[0]
    assert await chat.tell("root", "行", reply_to=chat.adapter.posted[-2].key) == ["多谢，文 1 还算数。"]
    chat.later(minutes=2)
    assert "可能过时" not in (await chat.ask_bot("guest", "文 1"))[0]
    assert await at_half_past_five(chat) == []


async def test_what_does_not_help_is_looked_at_again(chat: Chat) -> None:
    await reviewed(chat)
    chat.later(minutes=5)
    async with chat.database.write() as store:
        for thread in (91, 92):
            await suggestions.offer(store, thread, Offered.ARTICLE, 1, likeness=0.5, at=chat.clock.now())
            (offered,) = await suggestions.of_thread(store, thread)
            await suggestions.settle(store, offered.id, Verdict.REJECTED, chat.clock.now())
    (again,) = await at_half_past_five(chat)
    assert again.splitlines()[0] == "文 1 审过之后有 2 位说没解决，可能过时。想请你再看一眼："
    assert await chat.tell("root", "扔", reply_to=chat.adapter.posted[-1].key) == ["好，文 1 下架了，不再给人看。"]
    assert "已经下架了，只当历史看。" in (await chat.ask_bot("guest", "文 1"))[0]
    chat.later(minutes=2)
    assert await chat.ask_bot("guest", "常见问题") == ["还没有审过的文章。解决了的题会慢慢整理进来。"]
    async with chat.database.read() as store:
        found = await articles.find(store, 1)
        assert found is not None
        assert found.state is State.RETIRED


async def test_reviewers_edit_and_retire_by_command(chat: Chat) -> None:
    await reviewed(chat)
    chat.later(minutes=2)
    assert await chat.ask_bot("guest", "文 改 1：乱写") == ["这个要群管理员或者熟这个主题的专家来定。"]
    assert await chat.ask_bot("root", "文 改 1：先删槽\n再兜底") == ["多谢，文 1 按你改的换成第 2 版了。"]
    chat.later(minutes=2)
    assert "先删槽\n再兜底\n" in (await chat.ask_bot("guest", "文 1"))[0]
    assert await chat.ask_bot("root", "文 下架 1") == ["好，文 1 下架了，不再给人看。"]
    chat.later(minutes=2)
    assert (await chat.ask_bot("root", "/article edit")) == [
        "「文 12」看全文，「文 历史 12」看版本；审的人：「文 改 12：新的答案」「文 下架 12」。"
    ]


# -- the digest -------------------------------------------------------------------------------------------------------


async def test_the_digest_tells_what_was_learnt(long_chat: Chat) -> None:
    chat = long_chat
    await reviewed(chat)
    chat.later(days=7)
    told = "".join(await chat.ask_bot("root", "周报 预览"))
    assert (
        "【学到的】\n文 1 PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等（PG 14 到 16）\n看全文：发「文 1」"
        in told
    )
