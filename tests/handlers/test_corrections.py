from __future__ import annotations

import pytest

from handlers._topic_names import look_up
from storage import messages, threads
from storage.outcome import Evidence, Outcome
from storage.threads import Thread
from storage.topics import Topic
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

ASKED = "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办"
GIVEN = "别手删 pg_wal，先看 pg_replication_slots 有没有没人用的槽"
OTHER = "请问 Patroni 切主后逻辑复制槽没了，怎么找回来？"


@pytest.fixture
async def desk(open_chat: OpenChat) -> Chat:
    """A chat with an admin (root) and #1: muzi asked (m00001), xiaozhou answered (m00002)."""
    chat = await open_chat()
    await chat.make_admin("root")
    await chat.say("muzi", ASKED, name="成都-木子-开发")
    chat.later(minutes=8)
    await chat.say("xiaozhou", GIVEN, name="杭州-晓舟-DBA", reply_to="m00001")
    chat.later(minutes=31)
    return chat


async def thread(chat: Chat, number: int = 1) -> Thread:
    async with chat.database.read() as store:
        found = await threads.find(store, number)
    assert found is not None
    return found


async def place(chat: Chat, key: str) -> tuple[int, str] | None:
    async with chat.database.read() as store:
        message = await messages.find(store, 1, key)
        assert message is not None
        return (await threads.places(store, [message.id])).get(message.id)


# -- rights ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["/close 1", "/merge 1 1", "/split 1", "结题 1"])
async def test_members_are_refused_kindly(desk: Chat, text: str) -> None:
    assert await desk.ask_bot("muzi", text) == ["这个要群管理员来发。想收尾自己的题，回「解决了」。"]


@pytest.mark.parametrize("text", ["/close 2", "/topic 2 sql", "/merge 1 2", "/split 2 磁盘"])
async def test_an_admin_of_one_group_corrects_nothing_of_another(desk: Chat, text: str) -> None:
    await desk.say("doudou", OTHER, group="g2")
    assert await desk.say("root", text) == ["#2 是别的群的题，要那个群的管理员来改。"]


# -- close -----------------------------------------------------------------------------------------------------------


async def test_an_answer_is_accepted(desk: Chat) -> None:
    assert await desk.say("root", "/close 1") == [
        f"#1 结题，认的是晓舟这句：「{GIVEN}」。认错人了回「谢 1 @名字」，弄错了回「撤销」。"
    ]
    found = await thread(desk)
    verdict = found.verdict(desk.clock.now())
    assert verdict.evidence is Evidence.ENDORSED
    assert verdict.resolved_at == found.facts.first_answer_at


async def test_the_answer_replied_to_is_accepted(desk: Chat) -> None:
    await desk.say("yanqiu", "另外把 max_slot_wal_keep_size 设上兜底", name="砚秋", reply_to="m00001")
    (reply,) = await desk.ask_bot("root", "结题", reply_to="m00002")
    assert reply.startswith("#1 结题，认的是晓舟这句：")
    desk.later(seconds=5)
    assert await desk.ask_bot("root", "谢 1 @砚秋") == ["改好了：#1 的功劳记给砚秋。"]


async def test_what_cannot_be_accepted(desk: Chat) -> None:
    await desk.say("doudou", OTHER)
    assert await desk.say("root", "/close 2") == ["#2 还没人答过，结不了题。不是问题的话发「结题 2 不是问题」。"]
    await desk.ask_bot("muzi", "解决了 1")
    assert await desk.say("root", "/close 1") == ["#1 提问者自己说解决了，不用再结。"]
    assert await desk.say("root", "/close") == ["说的是哪一题？带上编号，像「结题 2941」。"]
    assert await desk.say("root", "/close now") == [
        "这样写：「结题 2941」认最后一条回答，「结题 2941 不是问题」不计它。"
    ]


async def test_no_question_and_a_question_after_all(desk: Chat) -> None:
    assert await desk.ask_bot("root", "结题 1 不是问题") == [
        "#1 不算问题了，数字里不再计它。改回来：「结题 1 是问题」。"
    ]
    assert (await thread(desk)).verdict(desk.clock.now()).outcome is Outcome.INVALID
    desk.later(seconds=5)
    assert await desk.say("root", "/close 1 valid") == ["#1 重新算问题，数字里照常计它。"]
    assert (await thread(desk)).verdict(desk.clock.now()).outcome is Outcome.ANSWERED


# -- topic -----------------------------------------------------------------------------------------------------------

TREE = [Topic("sql", "SQL 写法", "SQL and queries"), Topic("transactions", "事务与锁", "Transactions and locks")]


@pytest.mark.parametrize(
    ("words", "key", "near"),
    [
        ("事务与锁", "transactions", []),
        ("「事务与锁」", "transactions", []),
        ("transactions", "transactions", []),
        ("SQL 写法", "sql", []),
        ("sql and queries", "sql", []),
        ("锁", "transactions", []),
        ("transaction", None, ["transactions"]),
        ("天气", None, []),
    ],
)
def test_a_topic_is_found_by_any_name(words: str, key: str | None, near: list[str]) -> None:
    found, others = look_up(words, TREE)
    assert (found.key if found else None) == key
    assert [topic.key for topic in others] == near


async def test_the_topic_is_pinned(desk: Chat) -> None:
    before = (await thread(desk)).topic
    (reply,) = await desk.ask_bot("root", "主题 1 事务与锁")
    assert reply == "#1 的主题改成「事务与锁」，原来是「监控与维护」。"
    await desk.say("muzi", "补充一下，PG 17，磁盘 500G", reply_to="m00001")
    assert (await thread(desk)).topic == "transactions"
    assert await desk.say("root", "/topic 1 transactions") == ["#1 的主题本来就是「事务与锁」，钉住了。"]
    assert await desk.say("root", "/undo") == ["撤销了：#1 的主题回到「事务与锁」。"]
    assert await desk.say("root", "/undo") == ["撤销了：#1 的主题回到「监控与维护」。"]
    assert (await thread(desk)).topic == before


async def test_an_unknown_topic_names_the_near_ones(desk: Chat) -> None:
    (reply,) = await desk.say("root", "/topic 1 备份和恢复")
    assert reply.startswith("没有「备份和恢复」这个主题，有这些：备份与恢复")
    (reply,) = await desk.say("root", "/topic 1 天气预报")
    assert reply.startswith("没有「天气预报」这个主题，有这些：SQL 写法、")
    (reply,) = await desk.say("root", "/topic 1")
    assert reply.startswith("这样写：「主题 2941 事务与锁」。主题有：SQL 写法、")


# -- merge -----------------------------------------------------------------------------------------------------------


async def two_of_muzi(desk: Chat) -> None:
    """Let muzi ask #2 as well (m00003), xiaozhou answer (m00004), and muzi close it."""
    desk.later(hours=5)
    await desk.say(
        "muzi", "再请教一个问题：Patroni 切主后逻辑复制槽没了，怎么找回来？", name="成都-木子-开发", key="q2"
    )
    desk.later(minutes=3)
    await desk.say("xiaozhou", "17 之前会丢，要重建订阅", name="杭州-晓舟-DBA", reply_to="q2", key="a2")
    desk.later(minutes=3)
    await desk.ask_bot("muzi", "解决了 2", name="成都-木子-开发")
    await desk.ask_bot("doudou", "同问 1")
    desk.later(minutes=3)
    await desk.tick()


async def test_two_of_one_asker_become_one_and_two_again(desk: Chat) -> None:
    await two_of_muzi(desk)
    second = await thread(desk, 2)
    assert await desk.say("root", "/merge 2 1") == [
        "合好了：#2 的 2 条并进 #1，发「看 2」也会到那里。弄错了回「撤销」。"
    ]
    first = await thread(desk, 1)
    assert first.verdict(desk.clock.now()).resolved_at == second.facts.confirmed_at
    assert await place(desk, "q2") == (1, "question")
    assert await place(desk, "a2") == (1, "answer")
    assert (await desk.say("guest", "/show 2"))[0].startswith("#1 主库磁盘")
    await desk.say("guest", "很久以前的话", age=desk.clock.now() - desk.clock.now().replace(hour=0))  # placed anew
    assert await place(desk, "q2") == (1, "question")
    (reply,) = await desk.say("root", "/undo")
    assert reply.splitlines()[0] == "撤销了，现在是这样："
    assert {line.split()[0] for line in reply.splitlines()[1:]} == {"#1", "#2"}
    again = await thread(desk, 2)
    assert again == second
    assert (await thread(desk, 1)).verdict(desk.clock.now()).outcome is Outcome.ANSWERED


async def test_two_askers_stay_two_and_one_repeats_the_other(desk: Chat) -> None:
    await desk.say("doudou", OTHER)
    assert await desk.say("root", "/merge 1 2") == [
        "记好了：#2 和 #1 是同一题，#1 有结果时一起告诉提问者。弄错了回「撤销」。"
    ]
    assert (await thread(desk, 2)).duplicate_of == 1
    assert await desk.say("root", "/merge 1 2") == ["#2 早就记成和 #1 同一题了。"]
    assert await desk.say("root", "/merge 2 1") == ["#2 早就记成和 #1 同一题了。"]
    posts = await desk.ask_bot("muzi", "解决了 1")
    assert posts[1].startswith("@doudou 你同问的 #1 解决了：")


async def test_one_that_repeats_a_solved_one_is_solved_a_week_later(desk: Chat) -> None:
    await desk.ask_bot("muzi", "解决了 1")
    await desk.say("doudou", OTHER)
    (reply,) = await desk.say("root", "/merge 1 2")
    assert reply == "记好了：#2 和 #1 是同一题，那题解决了；7 天没人说不对，这题也算解决。弄错了回「撤销」。"
    desk.later(days=7, minutes=1)
    verdict = (await thread(desk, 2)).verdict(desk.clock.now())
    assert verdict.evidence is Evidence.LINKED
    assert (await desk.say("guest", "/show 2"))[0].splitlines()[-1] == "结果：和 #1 一样，解决了"
    await desk.say("root", "/undo")
    assert (await thread(desk, 2)).duplicate_of is None
    assert (await thread(desk, 2)).verdict(desk.clock.now()).outcome is Outcome.EXPIRED


async def test_the_asker_contests_a_link(desk: Chat) -> None:
    await desk.ask_bot("muzi", "解决了 1")
    await desk.say("doudou", OTHER)
    await desk.say("root", "/merge 1 2")
    desk.later(days=2)
    assert await desk.ask_bot("doudou", "没解决 2") == ["#2 重新打开了。现在什么样？报错贴一行，帮你的人好接着看。"]
    desk.later(days=5, minutes=5)
    assert (await thread(desk, 2)).verdict(desk.clock.now()).outcome is not Outcome.RESOLVED


async def test_an_undone_repetition_waits_for_nothing(desk: Chat) -> None:
    await desk.say("doudou", OTHER)
    await desk.say("root", "/merge 1 2")
    await desk.say("root", "/undo")
    assert len(await desk.ask_bot("muzi", "解决了 1")) == 1


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("/merge 1 1", "两个编号是同一题，没什么可合的。"),
        ("/merge 1", "这样写：「合并 2919 2926」，2926 并进 2919。"),
        ("/merge 1 99", "没有 #99 这一题，看看编号对不对；找题发「找 关键词」。"),
    ],
)
async def test_merge_what(desk: Chat, text: str, reply: str) -> None:
    assert await desk.say("root", text) == [reply]


# -- split -----------------------------------------------------------------------------------------------------------


async def mixed_up(desk: Chat) -> None:
    """Let doudou's own question stand in #1 (m00003), with two answers to it behind."""
    await desk.say("doudou", "我这边是 Patroni 切主后逻辑复制槽没了，咋办", reply_to="m00001", key="q2", name="豆子")
    desk.later(minutes=3)
    await desk.say("yanqiu", "17 之前会丢，要重建订阅", reply_to="q2", key="a2", name="砚秋")
    desk.later(minutes=3)
    if (found := await place(desk, "q2")) is None or found[0] != 1:
        pytest.fail(f"the linker sees that these are two: {found}; choose another example")


async def test_a_message_opens_a_thread_of_its_author(desk: Chat) -> None:
    await mixed_up(desk)
    assert await desk.say("root", "/split", reply_to="q2") == ["改好了：后面这几条单独成 #2，#1 还原。多谢。"]
    assert await place(desk, "q2") == (2, "question")
    assert (await place(desk, "a2") or (0, ""))[0] == 2
    assert await desk.say("root", "/split", reply_to="q2") == ["这条本来就是 #2 的开头。"]
    assert (await desk.ask_bot("doudou", "解决了"))[0].startswith("#2 结了，")


async def test_split_by_words_and_back(desk: Chat) -> None:
    await mixed_up(desk)
    before = await thread(desk)
    assert await desk.say("root", "/split 1 切主后") == ["改好了：后面这几条单独成 #2，#1 还原。多谢。"]
    (reply,) = await desk.say("root", "/undo")
    assert reply.startswith("撤销了，现在是这样：\n#1 ")
    assert await thread(desk) == before
    assert await place(desk, "q2") != (2, "question")


@pytest.mark.parametrize(
    ("text", "reply_to", "reply"),
    [
        ("/split 1 量子", None, "#1 里没有带「量子」的话。回复那条消息说「拆分」也行。"),
        ("/split 1", None, "拆哪一条？回复那条消息说「拆分」，或者带上它的原话：「拆分 1 内存爆了」。"),
        ("/split", None, "说的是哪一题？带上编号，像「拆分 2941」。"),
        ("/split", "m00001", "这条本来就是 #1 的开头。"),
        ("/split", "c1", "那条是说给我听的，开不了新题。回复提问的那条说「拆分」。"),
    ],
)
async def test_split_what(desk: Chat, text: str, reply_to: str | None, reply: str) -> None:
    await desk.say("doudou", "/open", key="c1")
    assert await desk.say("root", text, reply_to=reply_to) == [reply]


async def test_chatter_becomes_a_question(desk: Chat) -> None:
    await desk.say("hank", "早", key="c1")
    assert await desk.say("root", "/split", reply_to="c1") == ["改好了：这条记成 #2。多谢。"]


async def test_a_later_merge_holds_against_an_earlier_split(desk: Chat) -> None:
    await desk.say("muzi", "补充一下，PG 17，流复制", reply_to="m00001", key="d1", name="成都-木子-开发")
    await desk.say("root", "/split", reply_to="d1")
    assert await place(desk, "d1") == (2, "question")
    await desk.say("root", "/merge 1 2")
    assert (await place(desk, "d1") or (0, ""))[0] == 1


# -- 「#1 不对」 ------------------------------------------------------------------------------------------------------


async def test_a_member_splits_off_his_own_words(desk: Chat) -> None:
    await mixed_up(desk)
    assert await desk.ask_bot("doudou", "#1 不对，这是新问题") == ["改好了：后面这几条单独成 #2，#1 还原。多谢。"]
    assert await place(desk, "q2") == (2, "question")


async def test_as_a_reply_to_the_bots_post(desk: Chat) -> None:
    await mixed_up(desk)
    await desk.say("doudou", "/show 1")
    desk.later(seconds=5)
    assert await desk.say("doudou", "不对，这是新问题", reply_to="bot1") == [
        "改好了：后面这几条单独成 #2，#1 还原。多谢。"
    ]


@pytest.mark.parametrize("who", ["muzi", "root"])
async def test_the_asker_and_an_admin_point_at_a_message(desk: Chat, who: str) -> None:
    await mixed_up(desk)
    (reply,) = await desk.ask_bot(who, "#1 不对，这是新问题", reply_to="q2")
    assert reply == "改好了：后面这几条单独成 #2，#1 还原。多谢。"
    desk.later(seconds=5)
    await desk.ask_bot(who, "撤销")
    assert (await place(desk, "q2") or (0, ""))[0] == 1


async def test_nobody_else_is_concerned(desk: Chat) -> None:
    await mixed_up(desk)
    assert await desk.ask_bot("hank", "#1 不对，这是新问题") == [
        "#1 里没有你的话，要提问者、在里面说过话的人或管理员来改。"
    ]
    desk.later(seconds=5)
    assert await desk.ask_bot("yanqiu", "#1 不对，这是新问题", reply_to="q2") == [
        "#1 里没有你的话，要提问者、在里面说过话的人或管理员来改。"
    ]


async def test_own_words_are_taken_out(desk: Chat) -> None:
    await mixed_up(desk)
    assert await desk.ask_bot("yanqiu", "#1 不对，不是我的") == ["改好了：你的 1 条从 #1 里拿出来了。多谢。"]
    assert await place(desk, "a2") is None


async def test_no_question_by_its_asker_and_by_an_admin(desk: Chat) -> None:
    assert await desk.ask_bot("muzi", "#1 不对，不是问题") == ["好，#1 算你撤回了，不再等人答。改主意了回「没解决」。"]
    assert (await thread(desk)).verdict(desk.clock.now()).outcome is Outcome.WITHDRAWN
    desk.later(seconds=5)
    assert await desk.ask_bot("muzi", "没解决 1") == ["#1 重新打开了。现在什么样？报错贴一行，帮你的人好接着看。"]
    assert (await thread(desk)).verdict(desk.clock.now()).outcome is Outcome.ANSWERED
    assert (await desk.ask_bot("root", "#1 不对，不是问题"))[0].startswith("#1 不算问题了")


async def test_the_same_question_twice(desk: Chat) -> None:
    await two_of_muzi(desk)
    assert await desk.ask_bot("muzi", "#2 不对，和 #1 是同一题") == [
        "合好了：#2 的 2 条并进 #1，发「看 2」也会到那里。弄错了回「撤销」。"
    ]


async def test_what_is_wrong_is_asked_with_words_to_reply(desk: Chat) -> None:
    what = (
        "#1 哪里不对？回其中一句就行：\n「#1 不对，这是新问题」\n「#1 不对，不是我的」：我的话不该在里面\n"
        "「#1 不对，不是问题」\n「谢 1 @名字」：谢错人了"
    )
    assert await desk.ask_bot("muzi", "#1 不对") == [what]
    desk.later(seconds=5)
    assert await desk.ask_bot("xiaozhou", "#1 不对，不是问题") == [what]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("不对", "说的是哪一题？带上编号，像「#2926 不对，这是新问题」。"),
        ("#99 不对", "没有 #99 这一题，看看编号对不对；找题发「找 关键词」。"),
        ("#1 不对，这是新问题", "拆哪一条？回复那条消息说「拆分」，或者带上它的原话：「拆分 1 内存爆了」。"),
    ],
)
async def test_objections_that_name_too_little(desk: Chat, text: str, reply: str) -> None:
    assert await desk.ask_bot("root", text) == [reply]


async def test_an_objection_is_no_part_of_the_thread(desk: Chat) -> None:
    await desk.ask_bot("muzi", "解决了")
    desk.later(seconds=5)
    await desk.ask_bot("muzi", "#1 不对", key="o1")
    assert await place(desk, "o1") is None
    assert (await thread(desk)).verdict(desk.clock.now()).outcome is Outcome.RESOLVED


async def test_who_is_anonymous_corrects_nothing(desk: Chat) -> None:
    assert await desk.ask_bot("muzi", "#1 不对，不是问题", flags=("anonymous",)) == []


# -- undo ------------------------------------------------------------------------------------------------------------


async def test_nothing_to_undo(desk: Chat) -> None:
    assert await desk.ask_bot("hank", "撤销") == ["你在这里没有可撤销的改动。"]


async def test_everyone_undoes_the_own_last_correction_only(desk: Chat) -> None:
    await desk.say("root", "/topic 1 sql")
    await desk.ask_bot("muzi", "解决了 1")
    assert (await desk.say("root", "/undo"))[0] == "撤销了：#1 的主题回到「监控与维护」。"
    assert (await thread(desk)).verdict(desk.clock.now()).outcome is Outcome.RESOLVED
    assert await desk.ask_bot("muzi", "撤销") == [f"撤销了，现在是这样：\n#1 {ASKED} · 有人答了，没说好没好"]


async def test_moved_thanks_are_undone_without_the_close(desk: Chat) -> None:
    await desk.say("yanqiu", "另外把 max_slot_wal_keep_size 设上兜底", name="砚秋", reply_to="m00001")
    await desk.ask_bot("muzi", "解决了 1")
    desk.later(seconds=5)
    await desk.ask_bot("muzi", "谢 1 @晓舟")
    desk.later(seconds=5)
    (reply,) = await desk.ask_bot("muzi", "撤销")
    assert " · 解决了，" in reply


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(language="en")
    await chat.make_admin("root")
    await chat.say("mia", "ERROR: permission denied for schema public, how can I fix this?")
    await chat.say("joe", "grant create on schema public to the user", reply_to=chat.last)
    assert await chat.say("root", "/close 1") == [
        "#1 is closed with what joe said: “grant create on schema public to the user”. "
        "Wrong person: /thank 1 @name. Undo: /undo"
    ]
    (reply,) = await chat.say("root", "/topic 1 transactions")
    assert reply.startswith("The topic of #1 is “")
    assert (await chat.say("root", "/undo"))[0].startswith("Undone: the topic of #1 is “")
    assert (await chat.ask_bot("mia", "#1 wrong"))[0].startswith("What is wrong with #1?")
