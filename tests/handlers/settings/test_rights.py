"""Who may see and change the settings of which group: in the group, and in private by its name."""

from __future__ import annotations

import pytest

from storage import grants, members, settings
from storage.grants import ADMIN, EVERYWHERE
from storage.settings import COMMUNITY
from tests.chat import Chat
from tests.handlers.conftest import OpenChat
from tests.handlers.settings.conftest import FEATURES

pytestmark = pytest.mark.middle  # a dialog each

DENIED = "这个要群管理员来发。"
WHICH = "你管着几个群：群 g1、群 g2。"
NO_OWNER = "所有群一起改，要所有者来。"
TO_30 = "stats.days 改成 30"
GROUPS = {"g1": 1, "g2": 2, "all": COMMUNITY}


@pytest.fixture
async def town(open_chat: OpenChat) -> Chat:
    """Return two groups: an admin of the first, one of both, one everywhere, an owner, and a member."""
    chat = await open_chat(features=FEATURES)
    for who, group in (("one", "g1"), ("both", "g1"), ("both", "g2")):
        await chat.make_admin(who, group=group)
    await chat.make_owner("owner")
    async with chat.database.write() as store:
        member = await members.ensure(store, "qq", "global", "global", chat.clock.now())
        await grants.grant(store, member.id, EVERYWHERE, ADMIN, chat.clock.now(), None)
    return chat


CASES = [
    # who, where, text after 设置, whose setting is changed, what is said
    ("member", "g1", "stats.days 30", None, DENIED),
    ("member", "private", "stats.days 30", None, DENIED),
    ("member", "private", "群 g1 stats.days 30", None, DENIED),
    ("member", "private", "全部 stats.days 30", None, NO_OWNER),
    ("one", "g1", "stats.days 30", "g1", TO_30),
    ("one", "g1", "群 g1 stats.days 30", "g1", TO_30),
    ("one", "g1", "群 g2 stats.days 30", None, "这里只管本群。"),
    ("one", "g2", "stats.days 30", None, DENIED),
    (
        "one",
        "private",
        "stats.days 30",
        "g1",
        "改成 30，原来是 7。还原：「设置 群 g1 stats.days -」",
    ),
    ("one", "private", "群 g2 stats.days 30", None, "你管的群里没有「群 g2」，有：群 g1。"),
    ("one", "private", "没这个群 stats.days 30", None, "你管的群里没有「没这个群」，有：群 g1。"),
    ("one", "private", "全部 stats.days 30", None, NO_OWNER),
    ("both", "private", "stats.days 30", None, WHICH),
    ("both", "private", "群 g2 stats.days 30", "g2", "「群 g2」的 stats.days 改成 30"),
    ("both", "private", "「群 g2」 stats.days 30", "g2", "「群 g2」的 stats.days 改成 30"),
    ("both", "private", "g2 stats.days 30", "g2", "「群 g2」的 stats.days 改成 30"),
    ("both", "private", "群G2 stats.days 30", None, "你管的群里没有"),
    ("both", "private", "群 stats.days 30", None, "叫「群」的有几个：1 群 g1、2 群 g2。"),
    ("both", "private", "2 stats.days 30", "g2", "「群 g2」的 stats.days 改成 30"),
    ("global", "g1", "stats.days 30", "g1", TO_30),
    ("global", "private", "stats.days 30", None, WHICH),
    ("global", "private", "群 g1 stats.days 30", "g1", "「群 g1」的 stats.days 改成 30"),
    ("global", "private", "全部 stats.days 30", None, NO_OWNER),
    ("owner", "g1", "stats.days 30", "g1", TO_30),
    ("owner", "private", "stats.days 30", "all", "全社区的 stats.days 改成 30"),
    ("owner", "private", "全部 stats.days 30", "all", "全社区的 stats.days 改成 30"),
    ("owner", "private", "群 g2 stats.days 30", "g2", "「群 g2」的 stats.days 改成 30"),
]


@pytest.mark.parametrize(("who", "where", "text", "changed", "said"), CASES)
async def test_who_sets_what(town: Chat, who: str, where: str, text: str, changed: str | None, said: str) -> None:
    replies = await (
        town.tell(who, f"设置 {text}") if where == "private" else town.ask_bot(who, f"设置 {text}", group=where)
    )
    assert len(replies) == 1
    assert said in replies[0]
    async with town.database.read() as store:
        found = await settings.by_group(store, "stats.days")
    assert found == ({} if changed is None else {GROUPS[changed]: 30})


@pytest.mark.parametrize(
    ("who", "text", "said"),
    [
        ("member", "设置", DENIED),
        ("one", "设置", "「群 g1」的设置，"),
        ("one", "设置 stats", "stats.days = 7（默认）"),
        ("one", "设置 群 g1", None),
        ("both", "设置", WHICH),
        ("both", "设置 「群 g2」", "「群 g2」的设置，"),
        ("both", "设置 「群 g2」 stats", "stats.days = 7（默认）"),
        ("owner", "设置", "全社区的设置，"),
        ("owner", "设置 「群 g2」", "「群 g2」的设置，"),
    ],
)
async def test_who_sees_what_in_private(town: Chat, who: str, text: str, said: str | None) -> None:
    replies = await town.tell(who, text)
    assert said is None or said in replies[0]


async def test_where_ids_change_nobody_has_rights(town: Chat) -> None:
    for text in ("设置", "设置 群 g1 stats.days 30", "设置 stats.days 30"):
        assert DENIED in (await town.tell("owner", text, flags=("unstable",)))[0]
        town.later(minutes=1)
    async with town.database.read() as store:
        assert await settings.by_group(store, "stats.days") == {}
