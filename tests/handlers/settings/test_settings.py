"""Settings by command: value and source, the model as judge, and what depends on them follows at once."""

from __future__ import annotations

import pytest

from storage import schedules, settings
from tests.chat import Chat
from tests.handlers.settings.conftest import Say

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute


async def rule_of(chat: Chat, group: int = 1) -> tuple[str, bool]:
    async with chat.database.read() as store:
        found = await store.rows(schedules.SCHEDULES.select().where(schedules.SCHEDULES.c.group_id == group))
    return found[0].rule, found[0].active


async def zones(chat: Chat) -> set[str]:
    """Return the zones of the digests that are planned."""
    async with chat.database.read() as store:
        return {found.zone for found in await schedules.active(store) if found.feature == "digest"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("/settings digest.when", ["digest.when = tue 10:00（配置）"]),
        ("设置 digest.enabled", ["digest.enabled = on（默认）"]),
        ("/settings community.language", ["community.language = zh（配置）"]),
        ("/settings stats", ["stats.days = 7（默认）"]),
        ("/settings outbox.quiet_from", ["outbox.quiet_from = 22:00（默认）"]),
    ],
)
async def test_value_and_source(chat: Chat, one: Say, text: str, lines: list[str]) -> None:
    assert (await one(text)).splitlines()[: len(lines)] == lines


async def test_set_show_and_drop(chat: Chat, one: Say) -> None:
    assert await one("设置 digest.when 周五 18:00") == (
        "digest.when 改成 周五 18:00，原来是 tue 10:00。还原：「设置 digest.when -」"
    )
    assert await one("/settings digest.when -") == "digest.when 还原成 tue 10:00（配置）。"


async def test_the_schedule_follows_at_once(chat: Chat, one: Say) -> None:
    await chat.say("bob", "早")
    assert await rule_of(chat) == ("tue 10:00", True)
    await one("/settings digest.when fri 18:00")
    assert await rule_of(chat) == ("fri 18:00", True)
    await one("/settings digest.enabled off")
    assert await rule_of(chat) == ("fri 18:00", False)
    await one("/settings digest.when -")
    assert await rule_of(chat) == ("tue 10:00", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/settings digest.whem fri 18:00", "没有 digest.whem 这个设置。是想说 digest.when"),
        ("/settings digset", "没有 digset 这个设置。是想说 digest 吗？"),
        ("/settings digest.when 0 9 * * 1", "digest.when 不能是「0 9 * * 1」：时间这样写：周一 09:00"),
        ("/settings stats.days 0", "stats.days 不能是「0」：最小 1。现在还是 7。"),
        ("/settings stats.days seven", "stats.days 不能是「seven」：要一个整数。"),
        ("/settings community.language fr", "community.language 不能是「fr」：只能是 zh、en。"),
        ("/settings questions.sharing everyone", "只能是 community、group、nobody"),
        ("/settings outbox.quiet_from 9点", "outbox.quiet_from 不能是「9点」：时间这样写：09:00。现在还是 22:00。"),
        ("/settings outbox.weekly_budget -1", "最小 0。现在还是 3。"),
        ("/settings outbox.preview off", "没有 outbox.preview 这个设置。"),  # the operator's alone
        ("/settings service.hours 22:00-08:00", "时段这样写：09:00-22:00，在一天之内。现在还是 09:00-22:00。"),
        ("/settings holidays.country china", "国家写两个大写字母：CN。现在还是 CN。"),
        ("/settings holidays.add 2027-02-30", "日期这样写：2027-02-05，几个用逗号隔开。现在还是 -。"),
        ("/settings community.zone 东京", "时区写名字：Asia/Shanghai、Europe/Berlin。现在还是 Asia/Shanghai。"),
        ("/settings digest.when; drop table", "看：「设置」「设置 digest」"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_done(chat: Chat, one: Say, text: str, said: str) -> None:
    assert said in await one(text)
    async with chat.database.read() as store:
        assert await settings.overrides(store, 1) == {}


async def test_a_day_is_not_both_closed_and_open(one: Say) -> None:
    await one("设置 holidays.add 2027-02-05，2027-02-06")
    assert "有一天又停又开" in await one("设置 holidays.remove 2027-02-06")
    assert (await one("/settings holidays.add")).startswith("holidays.add = 2027-02-05、2027-02-06（本群）")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("outbox.quiet_from 23:30", "23:30"),
        ("outbox.weekly_budget 0", "0"),
        ("service.hours 10:00 到 19:00", "10:00-19:00"),
        ("service.hours 0:00-24:00", "00:00-24:00"),
        ("holidays.country DE", "DE"),
        ("community.zone Europe/Berlin", "Europe/Berlin"),
    ],
)
async def test_what_a_group_may_have_otherwise(one: Say, text: str, shown: str) -> None:
    key = text.split()[0]
    assert (await one(f"设置 {text}")).startswith(f"{key} 改成 {shown}，")
    assert (await one(f"设置 {key}", group="g1")).startswith(f"{key} = {shown}（本群）")


async def test_the_zone_of_a_group_moves_its_schedules(chat: Chat, one: Say) -> None:
    await chat.say("bob", "早")
    assert await zones(chat) == {"Asia/Shanghai"}
    await one("设置 community.zone Europe/Berlin")
    assert await zones(chat) == {"Europe/Berlin"}
    await one("设置 digest.when fri 18:00")
    assert await zones(chat) == {"Europe/Berlin"}
    await one("设置 community.zone -")
    assert await zones(chat) == {"Asia/Shanghai"}


async def test_a_zone_for_all_holds_in_groups_that_come_later(chat: Chat) -> None:
    await chat.make_owner("own")
    await chat.tell("own", "设置 community.zone Asia/Tokyo")
    await chat.say("bob", "早", group="g3")
    assert await zones(chat) == {"Asia/Tokyo"}


async def test_the_language_of_one_group(chat: Chat, one: Say) -> None:
    said = await one("/settings community.language en")
    assert said == "community.language is now en, was zh. Undo: /settings community.language -"
    assert (await one("/settings stats.days")).splitlines()[0] == "stats.days = 7 (default)"
    await chat.make_admin("ayu", group="g2")
    assert (await one("/settings stats.days", group="g2")).splitlines()[0] == "stats.days = 7（默认）"


async def test_an_owner_sets_for_all_groups_in_private(chat: Chat, one: Say) -> None:
    await chat.say("ayu", "早", group="g1")
    await chat.say("bob", "早", group="g2")
    await chat.make_owner("own")
    said = await chat.tell("own", "/settings digest.when wed 12:00")
    assert said == ["全社区的 digest.when 改成 wed 12:00，原来是 tue 10:00。还原：「设置 全部 digest.when -」"]
    async with chat.database.read() as store:
        rules = {(s.group_id, s.rule) for s in await schedules.active(store) if s.feature == "digest"}
    assert {(1, "wed 12:00"), (2, "wed 12:00")} <= rules
    assert "tue 10:00" not in {rule for _, rule in rules}
    assert (await one("/settings digest.when")).splitlines()[0] == "digest.when = wed 12:00（全社区）"
    await one("/settings digest.when fri 18:00")  # a group's own word stands above
    assert (await one("/settings digest.when")).splitlines()[0] == "digest.when = fri 18:00（本群）"


async def test_what_members_ask_about_settings_is_a_question(chat: Chat) -> None:
    for text in ("设置 shared_buffers 多大合适，内存 64G 的机器", "设置 postgresql.conf 放在哪"):
        replies = await chat.ask_bot("bob", text)
        assert all("群管理员" not in reply for reply in replies)
        chat.later(minutes=1)
