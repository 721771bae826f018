"""The list of who registered: counts for who runs a group, names and what they told in private alone, as data."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

import pytest

from handlers._sheets import BOM
from tests.handlers.joining.conftest import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_members_do_not_see_it(town: Town) -> None:
    await town.event()
    assert (await town.chat.tell("alice", "报名表 E1")) == ["这个要群管理员来发。"]
    assert len(await town.chat.ask_bot("alice", "报名表 E1")) == 1


async def test_in_a_group_only_counts_are_told(town: Town) -> None:
    await town.event(capacity=1)
    await town.chat.make_admin("root")
    await town.chat.ask_bot("alice", "报名 E1")
    await town.chat.tell("bob", "报名 E1")
    await town.gathered()
    assert await town.chat.ask_bot("root", "报名表 E1") == [
        "E1 报名 1/1，候补 1。\n来自：群里 1。\n名单私聊我要：「报名表 E1」。"
    ]


async def test_in_private_it_says_which_groups_they_came_from(town: Town) -> None:
    await town.event()
    await town.chat.make_admin("root")
    for who, group in (("alice", "g1"), ("bob", "g2"), ("carol", "g2")):
        await town.chat.ask_bot(who, "报名 E1", group=group)
    await town.gathered()
    (said,) = await town.chat.tell("root", "报名表 E1")
    assert said == "E1 报名 3。\n来自：群里 3。\n哪些群：「群 g2」 2、「群 g1」 1。\n名单在写，好了发你。"


async def test_in_private_it_comes_as_a_file_in_which_no_cell_is_a_formula(town: Town, tmp_path: Path) -> None:
    await town.event(asks=("company", "title"))
    await town.chat.make_admin("root")
    await town.chat.tell("alice", "报名 E1", name="=HYPERLINK(1)")
    await town.chat.tell("alice", "苇间数据")
    await town.chat.tell("alice", "+cmd|calc", name="=HYPERLINK(1)")
    chat = town.chat
    (said,) = await chat.tell("root", "报名表 E1")
    assert said == "E1 报名 1。\n来自：私聊 1。\n名单在写，好了发你。"
    (told,) = await town.errands(tmp_path)
    assert told.splitlines()[-1] == "里面是别人的资料，签到用完就删。"
    assert chat.adapter.posted[-1].place.key == "direct:root"
    head, row = await asyncio.to_thread(_rows, tmp_path)
    told_of = dict(zip(head, row, strict=True))
    assert (told_of["名字"], told_of["公司"], told_of["职位"]) == ("'=HYPERLINK(1)", "苇间数据", "'+cmd|calc")


def _rows(folder: Path) -> list[list[str]]:
    (file,) = folder.glob("registered-E1-*.csv")
    return list(csv.reader(io.StringIO(file.read_text("utf-8").removeprefix(BOM))))
