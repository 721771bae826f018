"""One walk through search, 同问, merge and undo on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from storage import suggestions
from storage.database import Database
from storage.suggestions import Offered, Record
from tests.chat import Chat
from tests.handlers.conftest import FEATURES
from tests.handlers.test_questions import AGAIN, GIVEN, solved_before

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_both_engines_answer_alike(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await chat.make_admin("root")
    await solved_before(chat)
    assert (await chat.ask_bot("atang", AGAIN))[0].splitlines()[2] == f"「{GIVEN}」"
    chat.later(minutes=1)
    assert (await chat.ask_bot("atang", "解决了"))[0].startswith("#2 结了，1 分钟，用的是晓舟")
    await chat.say("doudou", "请问 Patroni 切主后逻辑复制槽没了，怎么找回来？")
    await chat.ask_bot("hank", "同问 3")
    assert (await chat.say("root", "/merge 1 3"))[0].startswith("记好了：#3 和 #1 是同一题")
    assert (await chat.say("root", "/undo"))[0].startswith("撤销了，现在是这样：\n#3 ")
    assert (await chat.say("root", "/open"))[0].splitlines()[1].endswith("同问 1，没人应过")
    assert (await chat.say("root", "/find 复制槽"))[0].splitlines()[1].startswith("#3 Patroni")


async def test_both_engines_learn_alike_from_what_askers_say(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES, tables={"questions": {"suggest": True}})
    await solved_before(chat)
    for asker, said in (("a1", "解决了"), ("a2", "没解决"), ("a3", "没解决")):
        assert (await chat.say(asker, AGAIN))[0].startswith("以前解决过一个很像的：\n#1 ")
        chat.later(minutes=2)
        assert len(await chat.ask_bot(asker, said)) == 1
        chat.later(days=1)
    async with database.read() as store:
        assert await suggestions.records(store, Offered.THREAD, [1]) == {1: Record(solved=1, rejected=2)}
