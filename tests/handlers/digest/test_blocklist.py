"""The blocklist: words and members that stay out of titles, quotations and names, also of what waits already."""

from __future__ import annotations

import pytest

from handlers._threads.blocked import Blocked, folded
from storage import outbox
from storage.database import Database
from storage.replies import plain
from tests.handlers.digest.test_digest import CHUAN, DENIED, two_weeks
from tests.handlers.scripted import Town

USAGE = "加：「屏蔽 广告」或「屏蔽 @某人」；拿掉：「不屏蔽 广告」；看有哪些：「屏蔽」。"
DUE = "2026-11-30T09:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "group", "found"),
    [
        ("代开发票加我", 5, True),
        ("代 开 发 票", 5, True),
        ("ＣＡＳＩＮＯ 来一局", 7, True),
        ("casino", 5, True),
        ("别的群才屏蔽的赌博", 5, False),
        ("别的群才屏蔽的赌博", 6, True),
        ("", 5, False),
    ],
)
def test_words_are_found_whatever_their_case_and_width(text: str, group: int, found: bool) -> None:
    words = {0: (folded("Casino"),), 5: (folded("代开发票"),), 6: (folded("赌博"),)}
    assert Blocked(5, words, {}).has_word(text, group) is found


def test_members_are_kept_out_by_the_group_that_posts_and_the_one_they_spoke_in() -> None:
    kept_out = Blocked(5, {}, {0: frozenset({1}), 5: frozenset({2}), 6: frozenset({3})})
    assert [kept_out.has_member(member, 6) for member in (1, 2, 3, 4, None)] == [True, True, True, False, False]
    assert not kept_out.has_member(3, 7)


async def preview(town: Town) -> str:
    """Return what an admin is shown in private."""
    return "\n".join(await town.chat.say("ayu", "/digest preview"))


@pytest.mark.middle
async def test_a_word_keeps_titles_and_quotations_out(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    said = await town.chat.ask_bot("ayu", "屏蔽 HNSW")
    assert said == ["好，「HNSW」不进周报：标题、引用、名字里都不出现。拿掉：「不屏蔽 HNSW」"]
    await town.chat.ask_bot("ayu", "屏蔽 LOCK_timeout")
    told = (await town.at(DUE))[0]
    assert "HNSW" not in told
    assert "lock_timeout" not in told
    assert "3 个问题，2 个有人应了" in told  # a count names nobody and stays true
    assert await town.chat.ask_bot("ayu", "屏蔽") == [f"不进周报的词：HNSW、LOCK_timeout\n{USAGE}"]
    assert await town.chat.ask_bot("ayu", "不屏蔽 hnsw") == ["好，「hnsw」不再屏蔽。"]
    assert await town.chat.ask_bot("ayu", "不屏蔽 hnsw") == ["本来就没屏蔽「hnsw」。看有哪些：「屏蔽」"]


@pytest.mark.middle
async def test_a_member_is_neither_quoted_nor_named(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    said = await town.chat.say("ayu", "/block @Lena", mentions=[CHUAN])
    assert said == ["好，Lena 的题、话和名字都不进周报，群里照常说话。拿掉：「不屏蔽 @某人」"]
    told = (await town.at(DUE))[0]
    assert "Lena" not in told
    assert "lock_timeout" not in told
    assert "HNSW" in told
    await town.chat.say("ayu", "/unblock @Lena", mentions=[CHUAN])
    town.chat.later(days=1)
    assert "Lena" in await preview(town)


@pytest.mark.middle
async def test_what_waits_for_a_yes_is_composed_anew(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, preview=True)
    assert "HNSW" in (await town.at(DUE))[0]
    await town.chat.ask_bot("ayu", "屏蔽 HNSW")
    async with sqlite_database.read() as store:
        held = await outbox.by_key(store, "digest:1:2026-W48")
    assert held is not None
    assert "HNSW" not in plain(held.body)
    assert "HNSW" not in (await town.chat.tell("ayu", f"发吧 {held.id}"))[-1]


@pytest.mark.middle
async def test_each_group_keeps_its_own_list_and_an_owner_one_for_all(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, groups=("g1", "g2"))
    assert await town.chat.say("bob", "/block HNSW", name="管理员") == [DENIED]
    await town.chat.make_admin("other", group="g2")
    await town.chat.say("other", "/block HNSW", group="g2")
    assert "HNSW" in await preview(town)
    await town.chat.make_owner("own")
    await town.chat.tell("own", "/block HNSW")
    assert "HNSW" not in await preview(town)


@pytest.mark.middle
@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("x" * 41, "一个词最多 40 个字，短一点拦得更多。"),
        ("@谁", USAGE),
        ("{0.__class__}", "好，「{0.__class__}」不进周报：标题、引用、名字里都不出现。拿掉：「不屏蔽 {0.__class__}」"),
    ],
)
async def test_odd_words(sqlite_database: Database, word: str, answer: str) -> None:
    town = await two_weeks(sqlite_database)
    assert await town.chat.say("ayu", f"/block {word}") == [answer]
