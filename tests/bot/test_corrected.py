"""What people corrected becomes training data: its place, and the group just before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.assembly import classifiers
from bot.cli import app
from bot.config import load
from bot.refusals import ConfigError
from bot.training._corrected import corrections
from classifiers import linker
from classifiers._linker.models import SHIPPED
from classifiers._training.correcting import CORRECTED, Correction, example, tables, texts
from classifiers._training.placing import teach_kinds
from storage.database import Database
from tests.chat import Chat
from tests.postgres import aside

pytestmark = pytest.mark.middle

ASKED = "主库 pg_wal 涨到 200G 磁盘快满了，能直接删里面的文件吗"
STREAMS = Path(__file__).parents[1] / "data" / "zh-chat"


async def a_morning(database: Database) -> Chat:
    """Let muzi ask, xiaozhou answer, muzi go on, and somebody tell of an own fault."""
    chat = await Chat.open(database)
    await chat.make_admin("root")
    await chat.say("muzi", ASKED, name="木子", key="q1")
    chat.later(minutes=4)
    await chat.say("xiaozhou", "别手删 pg_wal，先看有没有没人用的复制槽", name="晓舟", key="a1")
    chat.later(minutes=5)
    await chat.say("muzi", "另外 autovacuum 追不上大表，要调哪个参数", name="木子", key="q2", reply_to="a1")
    chat.later(minutes=5)
    return chat


async def learnt(chat: Chat) -> dict[str, Correction]:
    async with chat.database.read() as store:
        return {one.said.key: one for one in await corrections(store)}


async def test_nothing_corrected_teaches_nothing(database: Database) -> None:
    assert await learnt(await a_morning(database)) == {}


async def test_a_question_split_off_opens_a_thread(database: Database) -> None:
    chat = await a_morning(database)
    await chat.ask_bot("root", "#1 不对，这是新问题", reply_to="q2")
    found = await learnt(chat)
    assert [(key, one.place, one.kind) for key, one in found.items()] == [("q2", 0, "opening")]
    assert [said.key for said, _ in found["q2"].memory.tracks[1].said] == ["q1", "a1"], "as it was just before"
    assert example(found["q2"]) is not None
    await chat.say("root", "/undo")
    assert await learnt(chat) == {}


async def test_what_is_no_question_is_outside_and_leaves_no_thread(database: Database) -> None:
    chat = await a_morning(database)
    await chat.say("root", "/close 1 invalid")
    found = await learnt(chat)
    assert {(one.place, one.memory.tracks == {}) for one in found.values()} == {(None, True)}
    assert (found["q1"].kind, found["a1"].kind) == ("outside", "")
    chat.later(seconds=5)
    await chat.say("root", "/close 1 valid")
    assert [(key, one.place, one.kind) for key, one in (await learnt(chat)).items()] == [("q1", 0, "opening")]


async def test_what_was_merged_belongs_to_the_earlier_one(database: Database) -> None:
    chat = await a_morning(database)
    await chat.ask_bot("root", "#1 不对，这是新问题", reply_to="q2")
    chat.later(seconds=5)
    await chat.say("root", "/merge 1 2")
    found = await learnt(chat)
    assert (found["q2"].place, found["q2"].kind) == (1, "detail"), "the later correction holds"


async def test_who_says_that_it_is_not_his_is_outside(database: Database) -> None:
    chat = await a_morning(database)
    await chat.ask_bot("xiaozhou", "#1 不对，不是我的", name="晓舟")
    found = await learnt(chat)
    assert [(key, one.place, one.kind) for key, one in found.items()] == [("a1", None, "")]


async def test_what_was_taken_back_teaches_nothing(database: Database) -> None:
    chat = await a_morning(database)
    await chat.ask_bot("root", "#1 不对，这是新问题", reply_to="q2")
    await chat.recall("muzi", "q2")
    assert await learnt(chat) == {}


async def test_corrections_weigh_more_than_annotated_messages(sqlite_database: Database) -> None:
    chat = await a_morning(sqlite_database)
    await chat.ask_bot("root", "#1 不对，这是新问题", reply_to="q2")
    found = list((await learnt(chat)).values())
    kinds = teach_kinds([], [("怎么给只读账号授权", "opening"), ("怎么给大家发红包", "outside")] * 2)
    (rows,) = tables(found, kinds)
    assert np.array_equal(rows.rows, tables(found, kinds)[0].rows)
    assert (rows.weight, rows.sizes, rows.right.sum()) == (CORRECTED, [3], 1.0)
    assert texts(found) == [(found[0].said.text, "opening", CORRECTED)]


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, sqlite_template: Path) -> Path:
    """Return a configuration over a migrated database, and two annotated streams beside it."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "xiangqun.db")
    (tmp_path / "streams").mkdir()
    for name in ("wx-night.jsonl", "qq-water.jsonl", "threads.jsonl"):
        shutil.copyfile(STREAMS / name, tmp_path / "streams" / name)
    config = tmp_path / "config.toml"
    config.write_text('[data]\nfolder = "data"\n[classifiers.linker]\n[classifiers.keywords]\n', "utf-8")
    return config


def trained(config: Path) -> str:
    words = ["train", "threads", "--data", str(config.parent / "streams"), "--config", str(config)]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    return found.output


def corrected(config: Path) -> None:
    async def correct() -> None:
        async with Database.open(f"sqlite:///{config.parent / 'data' / 'xiangqun.db'}") as database:
            chat = await a_morning(database)
            await chat.ask_bot("root", "#1 不对，这是新问题", reply_to="q2")

    aside(correct)


@pytest.mark.middle
@pytest.mark.timeout(900)  # trains twice, and the machine may be busy
def test_the_bot_learns_what_people_corrected(installed: Path) -> None:
    shipped, file = SHIPPED.read_bytes(), installed.parent / "data" / SHIPPED.name
    assert trained(installed).startswith("0 corrected messages.\n")
    plain = linker.build(linker.Settings()).refitted(file.parent)
    corrected(installed)
    assert trained(installed).startswith("1 corrected messages.\n")
    assert "1 messages that people corrected" in file.with_suffix(".md").read_text("utf-8")
    assert SHIPPED.read_bytes() == shipped
    taught = classifiers(load(installed)).linker
    assert isinstance(taught, linker.Learned)
    assert len(taught.models.links) == 4, "what was not trained stays"
    assert chance(taught, installed) > chance(plain, installed)


def chance(of: linker.Learned, config: Path) -> float:
    """Return how far a linker prefers the place that people gave the corrected message, in log-odds."""
    from bot.training._corrected import read

    (one,) = read(load(config))
    (rows,) = tables([one], of.models.words)
    scores = of.models.places.scores(rows.rows)
    return float(scores[rows.right > 0][0] - np.max(scores[rows.right == 0]))


def test_without_a_database_or_streams_there_is_nothing_to_learn_from(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[data]\nfolder = "data"\n', "utf-8")
    found = CliRunner().invoke(app, ["train", "threads", "--config", str(config)])
    assert (found.exit_code, found.output) == (2, "There is no database yet.\n")


def test_models_of_another_version_are_refused(installed: Path) -> None:
    with np.load(SHIPPED, allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    arrays["roles.features"] = arrays["roles.features"][:-1]
    np.savez(installed.parent / "data" / SHIPPED.name, **arrays)
    with pytest.raises(ConfigError, match="another version; delete it"):
        classifiers(load(installed))
