from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from classifiers import Lesson, Teaching, keywords
from classifiers._topics import samples, training
from classifiers._topics.features import terms, weighed
from classifiers._topics.lessons import Lessons, final
from classifiers._topics.weights import SHIPPED, Weights, load, save
from classifiers.topics import LinearTopics, Settings, build

ASKED = [
    ("手滑把订单表整张 delete 了，有没有办法拿回来", "backup_recovery"),
    ("备库一直落后主库，怎么定位", "replication_ha"),
    ("同一条语句加了 limit 反而慢了十倍", "performance"),
    ("两个会话互相等对方，日志里 deadlock detected", "transactions"),
    ("pgbouncer 后面跑 prepared statement 总报不存在", "client_drivers"),
    ("触发器里怎么拿到改之前的值", "pl_triggers"),
    ("my standby keeps lagging behind the primary", "replication_ha"),
]


@pytest.fixture(scope="module")
def shipped() -> LinearTopics:
    return build(Settings())


@pytest.fixture(scope="module")
def small() -> Weights:
    asked = [sample for sample in samples.questions() if sample.topic in {"sql", "security", "pl_triggers"}]
    return training.fit(asked, keywords.build(keywords.Settings()))


@pytest.mark.parametrize(("text", "topic"), ASKED)
def test_questions_of_members(shipped: LinearTopics, text: str, topic: str) -> None:
    assert shipped.topic(text)[0].topic == topic


@pytest.mark.parametrize("text", ["", "？？？", "中午吃什么", "哈哈哈哈", "see you tomorrow", "[图片]"])
def test_it_abstains(shipped: LinearTopics, text: str) -> None:
    assert shipped.topic(text) == []


def test_the_served_model_is_scikit_learns(small: Weights) -> None:
    from sklearn.svm import LinearSVC

    asked = [sample for sample in samples.questions() if sample.topic in small.topics]
    known = training.read([sample.text for sample in asked], keywords.build(keywords.Settings()))
    matrix = training.table(known, small.topics, small.row, small.rare)
    machine = LinearSVC(C=training.HARDNESS, random_state=0).fit(matrix, [sample.topic for sample in asked])
    ours = np.array([small.scores(counts, shares) for counts, shares in known])
    assert list(machine.classes_) == list(small.topics)
    np.testing.assert_allclose(ours, machine.decision_function(matrix), atol=1e-4)


def test_the_vectors_are_scikit_learns() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [sample.text for sample in samples.questions()[:40]]
    theirs = TfidfVectorizer(analyzer=lambda text: terms(text).elements(), sublinear_tf=True).fit(texts)
    names = theirs.get_feature_names_out()
    rareness = dict(zip(names, theirs.idf_, strict=True))
    row = theirs.transform([texts[3]]).toarray()[0]
    ours = weighed(terms(texts[3]), rareness)
    assert ours == pytest.approx({name: value for name, value in zip(names, row, strict=True) if value})


def test_training_is_deterministic_and_survives_a_file(small: Weights, tmp_path: Path) -> None:
    asked = [sample for sample in samples.questions() if sample.topic in small.topics]
    again = training.fit(asked, keywords.build(keywords.Settings()))
    assert np.array_equal(again.weight, small.weight)
    save(small, tmp_path / "model.npz")
    kept = load(tmp_path / "model.npz")
    assert (kept.topics, kept.terms) == (small.topics, small.terms)
    text = terms("触发器里怎么拿到改之前的值")
    np.testing.assert_allclose(kept.scores(text, {}), small.scores(text, {}), atol=2e-3)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="holds no topic model"):
        load(tmp_path / "model.npz")


def test_the_shipped_model_is_small_and_has_a_card() -> None:
    card = SHIPPED.with_suffix(".md").read_text("utf-8")
    assert SHIPPED.stat().st_size < 1_000_000
    assert all(word in card for word in ("Data", "Licence", "Date", "Scores", "Size"))


def test_it_needs_no_scikit_learn() -> None:
    import subprocess

    code = (
        "import sys; from classifiers.topics import *; build(Settings()).topic('复制槽');"
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3]).returncode == 0


# -- what people teach ------------------------------------------------------------------------------------------------


def test_a_correction_counts_for_itself_and_for_what_is_like_it(shipped: LinearTopics) -> None:
    asked = "我们自研的鲸落网关偶尔吞掉请求，谁遇到过"
    taught = shipped.taught(Teaching((Lesson(asked, "client_drivers"),)))
    assert taught.topic(asked)[0].topic == "client_drivers"
    assert taught.topic("鲸落网关又吞请求了")[0].topic == "client_drivers"
    assert shipped.topic(asked) == shipped.topic(asked) != taught.topic(asked)


def test_a_correction_leaves_other_questions_alone(shipped: LinearTopics) -> None:
    taught = shipped.taught(Teaching((Lesson("我们自研的鲸落网关偶尔吞掉请求，谁遇到过", "client_drivers"),)))
    for text, topic in ASKED:
        assert taught.topic(text)[0].topic == topic


def test_the_later_of_two_corrections_holds(shipped: LinearTopics) -> None:
    asked = "鲸落网关偶尔吞掉请求"
    lessons = (Lesson(asked, "client_drivers"), Lesson(asked, "monitoring_maintenance"))
    assert shipped.taught(Teaching(lessons)).topic(asked)[0].topic == "monitoring_maintenance"


def test_what_is_known_already_changes_nothing() -> None:
    lessons = Lessons()
    lessons.add({"a": 1.0}, "sql", {"sql": 3.0, "security": -0.5})
    assert lessons.count == 0
    lessons.add({"a": 1.0}, "security", {"sql": 1.0, "security": 0.0})
    assert lessons.applied({"a": 1.0}, {"sql": 1.0, "security": 0.0}) == pytest.approx({"sql": -1.0, "security": 2.0})
    assert lessons.applied({"b": 1.0}, {"sql": 1.0}) == {"sql": 1.0}


def test_a_new_topic_is_known_by_its_name_and_learns(shipped: LinearTopics) -> None:
    named = shipped.taught(Teaching(names={"jellyfish": ("水母同步", "Jellyfish sync")}))
    assert named.topic("水母同步装好以后起不来")[0].topic == "jellyfish"
    lesson = Lesson("登录珊瑚面板以后一直转圈", "jellyfish")
    taught = named.taught(Teaching((lesson,), {"jellyfish": ("水母同步",)}))
    assert taught.guesses("珊瑚面板又在转圈")[0].topic == "jellyfish"


def test_a_merged_topic_is_what_it_became(shipped: LinearTopics) -> None:
    taught = shipped.taught(Teaching(merged={"transactions": "sql", "sql": "performance"}))
    assert taught.topic("两个会话互相等对方，日志里 deadlock detected")[0].topic == "performance"
    assert final("transactions", {"transactions": "sql", "sql": "transactions"}) in {"sql", "transactions"}


def test_a_tree_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "tree.toml"
    file.write_text(
        '[net]\nzh = "网络"\nen = "Network"\n[net.keywords]\n3 = ["端口", "路由器"]\n'
        '[sql]\nzh = "查询"\nen = "Queries"\n[sql.keywords]\n1 = ["查询"]\n',
        encoding="utf-8",
    )
    found = build(Settings(tree=file))
    assert found.topic("路由器的端口不通")[0].topic == "net"
    assert {guess.topic for guess in found.guesses("死锁怎么查")} == {"net", "sql"}
