"""Floors under what is known of topics and of what was asked before, on small sets that are kept as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import training
from bot.evaluation import DataError, Request, similar, topics
from bot.evaluation.similar import Pair, ranked_first
from bot.evaluation.topics import Labelled, few
from bot.training import similar as training_similar
from bot.training import topics as training_topics
from classifiers import Lesson, Teaching
from classifiers._evaluating.guessing import accuracy, macro_f1
from classifiers._topics import samples
from classifiers._topics.weights import load
from classifiers.topics import Settings, build
from storage import migrate
from storage.database import Database
from tests.handlers.test_topics import GATEWAY

pytestmark = pytest.mark.middle

CHATS = Path(__file__).parents[2] / "data" / "zh-chat"


def rows_to(file: Path, rows: list[dict[str, str]]) -> Path:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


# -- topics -----------------------------------------------------------------------------------------------------------


def test_the_measures_of_guesses() -> None:
    gold = ["a", "a", "b", "c"]
    guessed = [["a"], ["b", "a"], ["b"], []]
    assert accuracy(gold, guessed) == 50
    assert accuracy(gold, guessed, 2) == 75
    assert macro_f1(gold, guessed) == pytest.approx(100 * (2 / 3 + 2 / 3 + 0) / 3)


def test_the_floor_of_topics_on_chats() -> None:
    report = topics.evaluate(Request(CHATS, "zh-chat"))
    assert report.ours["topic"] >= 85
    assert report.ours["top2"] >= 94
    assert report.ours["topic"] > report.baselines["keywords"]["topic"] + 5


def test_labelled_texts_are_judged_with_more_and_more_labels(tmp_path: Path) -> None:
    own = [sample for sample in samples.questions() if sample.topic in {"sql", "security"}][30:90]
    data = rows_to(
        tmp_path / "texts.jsonl",
        [
            {"text": sample.text, "topic": sample.topic, "split": ("train", "dev")[n % 2]}
            for n, sample in enumerate(own)
        ],
    )
    report = topics.evaluate(Request(data, "jsonl", model="cv"))
    assert report.ours["macro_f1"] >= 90  # our own texts are among what it knows
    assert {"macro_f1_0", "macro_f1_5", "macro_f1_all"} <= report.ours.keys()
    assert report.baselines["keywords"]["topic"] < report.ours["topic"]


def test_the_same_few_labels_are_taken_every_time() -> None:
    rows = [Labelled(f"text {n}", "ab"[n % 2], "") for n in range(20)]
    chosen = few(rows, 3)
    assert chosen == few(list(reversed(rows)), 3)
    assert [row.topic for row in chosen] == ["a"] * 3 + ["b"] * 3
    assert few(rows, None) == rows


def test_a_community_refits_the_shipped_model_in_seconds() -> None:
    teaching = Teaching((Lesson(GATEWAY, "monitoring_maintenance"),) * 3, {}, {"security": "configuration"})
    weights = training_topics.refitted(teaching)
    assert "security" not in weights.topics
    shipped = build(Settings())
    refitted = type(shipped)(shipped.settings, weights, shipped._prior, shipped._own)
    assert refitted.guesses("鲸落网关又吞请求，code 7")[0].topic == "monitoring_maintenance"
    assert refitted.guesses("死锁 deadlock detected 怎么查")[0].topic == "transactions"


async def test_the_bot_takes_what_was_trained(tmp_path: Path) -> None:
    weights = training_topics.refitted(Teaching())
    training_topics.save(weights, tmp_path / "topics.npz")
    shipped = build(Settings())
    assert shipped.refitted(tmp_path).weights.terms == weights.terms
    assert shipped.refitted(tmp_path / "elsewhere") is shipped


def test_training_reads_the_corrections_of_the_database(tmp_path: Path) -> None:
    import asyncio

    config = tmp_path / "config.toml"
    config.write_text('[data]\nfolder = "data"\n', "utf-8")
    with pytest.raises(DataError, match="migrate"):
        training_topics.train(training.Request((), None, config))

    async def ready() -> None:
        async with Database.open(f"sqlite:///{tmp_path / 'data' / 'xiangqun.db'}") as database:
            await migrate.upgrade(database)

    asyncio.run(ready())
    said = training_topics.train(training.Request((), None, config))
    assert said.startswith("0 corrected questions. ")
    assert load(tmp_path / "data" / "topics.npz").topics


# -- asked before -----------------------------------------------------------------------------------------------------

PAIRS = [
    ("磁盘快满了，pg_wal 一直涨怎么办", "先看有没有没人用的复制槽，pg_wal 是它留下的，删掉槽磁盘就回来了"),
    ("死元组降不下来", "死元组要靠清理，给那张表单独调高 autovacuum 的代价上限，再看有没有长事务"),
    ("建表没权限", "十五起 public 模式默认不让建表，给用户授权 create 权限"),
    ("死锁怎么查", "日志里有两个进程号和各自的语句，按同一顺序更新就不会死锁"),
    ("连接数满了", "前面加连接池，max_connections 不要设太大"),
]


def test_the_floor_of_what_was_asked_before(tmp_path: Path) -> None:
    data = rows_to(tmp_path / "faq.jsonl", [{"q": asked, "a": answered} for asked, answered in PAIRS])
    report = similar.evaluate(Request(data, "jsonl"))
    assert report.ours["mrr"] >= 95
    assert report.ours["top_3"] == 100
    assert report.baselines.keys() == {"BM25", "TF-IDF cosine", "rank fusion", "full-text search"}


def test_repeated_questions_are_found_among_those_asked_before() -> None:
    report = similar.evaluate(Request(CHATS, "zh-chat", only="*-held"))
    assert report.ours["found_first"] >= 80
    assert report.ours["wrongly_offered"] <= 12


def test_how_far_up_the_own_answer_stands() -> None:
    import numpy as np

    pairs = [Pair(str(number), "") for number in range(4)]
    scores = {"0": [3, 2, 1, 0], "1": [3, 2, 1, 0], "2": [0, 0, 0, 0], "3": [4, 3, 2, 1]}
    found = ranked_first(pairs, lambda text: np.array(scores[text], np.float32))
    assert found["mrr"] == pytest.approx(100 * (1 + 1 / 2 + 0 + 1 / 4) / 4)
    assert found["top_3"] == 50


def test_a_space_is_trained_on_translations(tmp_path: Path) -> None:
    things = {
        "复制槽": "replication slot",
        "死锁": "deadlock",
        "备份": "backup",
        "触发器": "trigger",
        "统计信息": "statistics",
    }
    faults = {
        "一直落后主库": "lags behind the primary",
        "突然不见了": "is suddenly gone",
        "让磁盘写满": "fills the disk",
    }
    rows = [
        {"zh": f"生产环境里的{zh}{wrong}，应该怎么处理才好", "en": f"in production the {en} {how}, what should be done"}
        for zh, en in things.items()
        for wrong, how in faults.items()
    ]
    data = rows_to(tmp_path / "aligned.jsonl", rows)
    said = training_similar.train(training.Request((data,), tmp_path / "out"))
    assert said.startswith("15 texts with their translations")
    with pytest.raises(DataError, match="No translations"):
        training_similar.train(training.Request((rows_to(tmp_path / "none.jsonl", [{"q": "a"}]),)))


@pytest.mark.parametrize("what", [topics, similar])
def test_what_cannot_be_read_is_said(what: object, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{", "utf-8")
    for form in ("jsonl", "zh-chat"):
        with pytest.raises(DataError):
            what.evaluate(Request(broken, form))  # type: ignore[attr-defined]
