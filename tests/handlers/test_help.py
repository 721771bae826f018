from __future__ import annotations

from handlers import Right
from handlers._router import CommandEntry
from handlers.help import for_admins, short, shown_name
from tests.chat import Chat
from tests.handlers.conftest import OpenChat


async def nothing(*_: object) -> None:
    return None


def entry(*names: str, needs: Right = Right.READ) -> CommandEntry:
    from handlers import Text

    return CommandEntry(names, nothing, needs, "", Text(zh="x", en="x"), None, False)


def test_the_short_help_of_a_whole_bot_is_that_of_voice() -> None:
    every = [entry(name) for name in ("solved", "metoo", "show", "find", "open", "mine", "events", "optout")]
    assert short(every, "zh") == [
        "有问题直接在群里问，我会记着；想马上查，@我 带上问题。",
        "解决了 / 没解决：给自己的题收尾",
        "同问 2941：有结果告诉你",
        "看 2941 · 找 复制槽 · 还有谁在等 · 活动 · 我的",
        "别署名 / 别记我 / 删掉我：私聊我，马上生效",
        "管理员：/help admin",
    ]


def test_what_is_switched_off_is_not_promised() -> None:
    assert short([], "zh") == ["有问题直接在群里问，我会记着；想马上查，@我 带上问题。", "管理员：/help admin"]


def test_admins_see_their_commands_by_right() -> None:
    every = [entry("close", "结题", needs=Right.WORK), entry("quiet", "安静", needs=Right.GROUP), entry("show", "看")]
    assert for_admins(every, "zh") == [
        "改问答：/close 结题",
        "管这个群：/quiet 安静",
        "每个怎么用：发「帮助 结题」这样。",
    ]
    assert for_admins(every, "en") == ["Questions: /close", "This group: /quiet", "How to use one: /help close"]
    assert shown_name(entry("owner"), "zh") == "/owner"


async def test_help(chat: Chat) -> None:
    (reply,) = await chat.ask_bot("hank", "帮助")
    assert reply.splitlines()[0] == "有问题直接在群里问，我会记着；想马上查，@我 带上问题。"
    assert await chat.say("hank", "/help admin") == [
        "改问答：/close 结题 · /merge 合并 · /different 不是一题 · /split 拆分\n每个怎么用：发「帮助 结题」这样。"
    ]
    assert await chat.say("hank", "/help 结题") == [
        "/close 结题：认一条回答，或标成不是问题\n这样写：「结题 2941」认最后一条回答，「结题 2941 不是问题」不计它。"
    ]
    assert await chat.say("hank", "/help nope") == ["没有「nope」这个指令。我会的都在「帮助」里。"]
    assert await chat.say("hank", "/help a b c") == ["这样写：「帮助」，或者「帮助 结题」。"]


async def test_help_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(language="en")
    (reply,) = await chat.say("hank", "/help")
    assert "/solved, /reopen: close your own question, or open it again" in reply
    assert await chat.say("hank", "/help close") == [
        "/close: accept an answer, or say that it is no question\n"
        "Like this: /close 2941 accepts its last answer, /close 2941 invalid says that it is no question."
    ]
