from __future__ import annotations

from datetime import timedelta

import pytest

from handlers._topic_names import key_of
from storage import settings, threads, topics
from storage.database import Database
from storage.settings import COMMUNITY
from storage.threads import Thread
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "lookups", "corrections", "topics", "help", "settings")
LOCKS = "请问两个会话互相等，报 deadlock detected 怎么查"
GATEWAY = "请问鲸落网关偶尔吞掉请求怎么办？报错 code 7"


@pytest.fixture
async def desk(open_chat: OpenChat) -> Chat:
    """A chat with an admin (root) and #1, about locks."""
    chat = await open_chat(features=FEATURES)
    await chat.make_admin("root")
    await chat.say("muzi", LOCKS)
    chat.later(hours=1)
    return chat


async def thread(chat: Chat, number: int) -> Thread:
    async with chat.database.read() as store:
        found = await threads.find(store, number)
    assert found is not None
    return found


# -- what a correction teaches ----------------------------------------------------------------------------------------


async def test_a_correction_counts_for_the_next_question(desk: Chat) -> None:
    await desk.ask_bot("muzi", GATEWAY)
    before = (await thread(desk, 2)).topic
    assert before != "monitoring_maintenance"
    await desk.ask_bot("root", "主题 2 监控与维护")
    desk.later(hours=2)
    await desk.ask_bot("douzi", "请问鲸落网关又吞请求了，code 7 怎么处理？")
    assert (await thread(desk, 3)).topic == "monitoring_maintenance"
    await desk.say("root", "/undo")
    desk.later(hours=2)
    await desk.ask_bot("jiangnan", "请问鲸落网关又吞请求了，code 7 怎么处理？")
    assert (await thread(desk, 4)).topic != "monitoring_maintenance"


async def test_an_asker_may_say_the_topic_of_their_own_question_only(desk: Chat) -> None:
    (reply,) = await desk.ask_bot("muzi", "主题 1 复制与高可用")
    assert reply.startswith("#1 的主题改成「复制与高可用」")
    (reply,) = await desk.ask_bot("douzi", "主题 1 复制与高可用")
    assert reply == "#1 的主题由提问者或群管理员来改。"
    assert (await thread(desk, 1)).topic == "replication_ha"


async def test_a_topic_is_said_by_replying_to_the_question(desk: Chat) -> None:
    await desk.say("root", "主题 replication_ha", reply_to="m00001", to_bot=True)
    assert (await thread(desk, 1)).topic == "replication_ha"


# -- the tree ----------------------------------------------------------------------------------------------------


async def test_the_tree_is_shown_to_admins(desk: Chat) -> None:
    (reply,) = await desk.ask_bot("root", "主题表")
    assert reply.startswith("主题 13 个：SQL 写法、类型与函数、")
    (reply,) = await desk.ask_bot("muzi", "主题表")
    assert "SQL" not in reply


async def test_a_topic_is_added_known_by_its_name_and_taught(desk: Chat) -> None:
    (reply,) = await desk.ask_bot("root", "主题表 加 鲸落网关 归 扩展与外部表")
    assert reply.startswith("加了主题「鲸落网关」")
    await desk.ask_bot("muzi", GATEWAY)
    assert (await thread(desk, 2)).topic == "jing_luo_wang_guan"
    (reply,) = await desk.ask_bot("root", "主题表")
    assert "扩展与外部表（鲸落网关）" in reply
    assert await desk.ask_bot("root", "主题表 加 鲸落网关") == ["已经有「鲸落网关」了。"]


async def test_a_topic_is_renamed_and_stays_so_after_a_start(desk: Chat) -> None:
    assert await desk.ask_bot("root", "主题表 改名 事务与锁 到 锁与事务") == [
        "「事务与锁」改叫「锁与事务」了，归过的题都跟着。"
    ]
    async with desk.database.write() as store:
        await topics.seed(store, [topics.Topic("transactions", "事务与锁", "Transactions and locks")])
        assert (await topics.every(store))["transactions"].zh == "锁与事务"
    assert (await desk.ask_bot("root", "主题 1 锁与事务"))[0].startswith("#1 的主题")


async def test_merged_topics_take_everything_along(desk: Chat) -> None:
    await desk.ask_bot("muzi", GATEWAY)
    await desk.ask_bot("root", "主题 2 事务与锁")
    async with desk.database.write() as store:
        await settings.put(store, COMMUNITY, "experts.topics", ["transactions", "sql"], desk.clock.now(), None)
    (reply,) = await desk.ask_bot("root", "主题表 合并 事务与锁 到 性能与索引")
    assert reply == "「事务与锁」并进「性能与索引」：2 题、1 处改动跟过去了。"
    assert (await thread(desk, 1)).topic == (await thread(desk, 2)).topic == "performance"
    async with desk.database.read() as store:
        assert "transactions" not in await topics.every(store)
        assert await settings.get(store, COMMUNITY, "experts.topics") == ["performance", "sql"]
        assert [one.topic for one in await topics.corrections(store)] == ["performance"]
    desk.later(hours=2)
    await desk.say("douzi", LOCKS)
    assert (await thread(desk, 3)).topic == "performance"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("主题表 合并 事务与锁 到 事务与锁", "自己不能并进自己。"),
        ("主题表 合并 天气 到 事务与锁", "没有「天气」这个主题，有："),
        ("主题表 改名 事务与锁 到 性能与索引", "已经有「性能与索引」了。"),
        ("主题表 加 " + "长" * 30, "名字最多 20 个字。"),
        ("主题表 合并 事务与锁", "看：「主题表」"),
    ],
)
async def test_what_cannot_be_done_is_said(desk: Chat, words: str, said: str) -> None:
    (reply,) = await desk.ask_bot("root", words)
    assert reply.startswith(said)


@pytest.mark.parametrize(
    ("name", "key"),
    [("向量检索", "xiang_liang_jian_suo"), ("Vectors & more", "vectors_more"), ("🙂", "topic"), ("SQL", "sql_2")],
)
def test_the_key_of_a_new_topic(name: str, key: str) -> None:
    assert key_of(name, {"sql"}) == key


# -- once a day --------------------------------------------------------------------------------------------------


async def _unplaced(chat: Chat) -> None:
    async with chat.database.write() as store:
        await threads.describe(store, 1, topic="")


async def test_an_admin_is_asked_once_about_a_question_nobody_could_place(desk: Chat) -> None:
    await _unplaced(desk)
    desk.later(hours=9)
    (asked,) = await desk.tick()
    assert asked.startswith("#1 ")
    assert "算哪个主题？事务与锁 / " in asked
    assert asked.count("\n") == 0
    desk.later(minutes=5)
    assert await desk.tick() == []
    await desk.tell("root", "主题 1 事务与锁")
    assert (await thread(desk, 1)).topic == "transactions"
    desk.later(days=1)
    assert await desk.tick() == []


async def test_nobody_is_asked_where_a_group_wants_quiet(desk: Chat) -> None:
    await _unplaced(desk)
    await desk.ask_bot("root", "安静")
    desk.later(hours=9)
    assert await desk.tick() == []


async def test_nobody_is_asked_where_every_topic_is_known(desk: Chat) -> None:
    desk.later(hours=9)
    assert await desk.tick() == []


async def test_both_engines_learn_alike(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await chat.make_admin("root")
    await chat.ask_bot("muzi", LOCKS)
    chat.later(hours=1)
    await chat.ask_bot("muzi", GATEWAY)
    await chat.ask_bot("root", "主题 2 监控与维护")
    chat.later(hours=2)
    await chat.ask_bot("douzi", "请问鲸落网关又吞请求了，code 7 怎么处理？")
    assert (await thread(chat, 3)).topic == "monitoring_maintenance"
    await chat.ask_bot("root", "主题表 加 鲸落网关")
    await chat.ask_bot("root", "主题表 改名 鲸落网关 到 网关")
    (reply,) = await chat.ask_bot("root", "主题表 合并 监控与维护 到 网关")
    assert reply == "「监控与维护」并进「网关」：2 题、1 处改动跟过去了。"
    async with chat.database.read() as store:
        assert (await topics.changes(store))[1] == {"monitoring_maintenance": "jing_luo_wang_guan"}
        assert [one.topic for one in await topics.corrections(store)] == ["jing_luo_wang_guan"]
        assert await topics.unplaced(store, 1, chat.clock.now() - timedelta(days=1), chat.clock.now()) == []
