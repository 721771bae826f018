"""`evaluate` and `train` as commands: a table, a file of figures, and what is wrong with the data said in a line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.evaluation import DataError
from bot.evaluation._reading import read
from bot.training.threads import HELD, TEACHES, lessons, spared
from classifiers._training.linking import choices, rareness, teach_links
from classifiers._training.placing import examples, table, teach_kinds
from classifiers._training.telling import spoken
from classifiers.rules import Settings, build

pytestmark = pytest.mark.middle

DATA = Path(__file__).parents[2] / "data"
LINKS = ["link_p", "link_r", "link_f1", "vi", "one_to_one", "exact_f1", "shen_f", "messages_per_s"]


def test_figures_are_printed_and_written(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    found = CliRunner().invoke(app, ["evaluate", "threads", str(DATA / "irc"), "--format", "irc", "--json", str(out)])
    assert found.exit_code == 0, found.output
    assert found.output.splitlines()[0].split(" | ")[1:3] == ["link_p", "link_r"]
    figures = json.loads(out.read_text("utf-8"))
    assert list(figures["ours"]) == LINKS
    assert list(figures["baselines"]) == ["previous message", "mention/time rules", "rules"]


@pytest.mark.parametrize("what", ["evaluate", "train"])
def test_data_that_is_none_ends_with_two(tmp_path: Path, what: str) -> None:
    words = (
        ["evaluate", "threads", str(tmp_path)] if what == "evaluate" else ["train", "threads", "--data", str(tmp_path)]
    )
    found = CliRunner().invoke(app, words)
    assert (found.exit_code, found.output.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("what", "data", "form", "why"),
    [
        ("outcomes", "irc", "irc", "no role"),
        ("topics", "irc", "irc", "no topics"),
        ("similar", "irc", "irc", "no question that repeats"),
        ("topics", "zh-chat/wx-night.jsonl", "jsonl", "--format zh-chat"),
        ("similar", "zh-chat/wx-night.jsonl", "jsonl", "a line is like"),
    ],
)
def test_what_there_is_no_gold_for_is_said(what: str, data: str, form: str, why: str) -> None:
    found = CliRunner().invoke(app, ["evaluate", what, str(DATA / data), "--format", form])
    assert found.exit_code == 2
    assert why in found.output


def test_outcomes_need_no_more_than_roles(tmp_path: Path) -> None:
    alone = tmp_path / "talk.jsonl"
    alone.write_bytes((DATA / "zh-chat" / "wx-night.jsonl").read_bytes())
    found = CliRunner().invoke(app, ["evaluate", "outcomes", str(alone), "--json", str(tmp_path / "out.json")])
    assert found.exit_code == 0, found.output
    assert list(json.loads((tmp_path / "out.json").read_text("utf-8"))["ours"]) == ["role", "resp_time_ok"]


def test_a_log_is_judged_by_the_shipped_model_alone() -> None:
    found = CliRunner().invoke(app, ["evaluate", "threads", str(DATA / "irc"), "--format", "irc", "--model", "cv"])
    assert found.exit_code == 2


@pytest.mark.timeout(900)  # trains twice, and the machine may be busy
def test_the_same_log_gives_the_same_links() -> None:
    streams = read(DATA / "irc", "irc")
    idf = rareness(streams)
    logs = [choices(stream, idf) for stream in streams] * 3
    one, other = teach_links(logs), teach_links(logs)
    for ours, theirs in zip(one, other, strict=True):
        assert np.array_equal(ours.value, theirs.value)
    right = [choice.right.sum() for choice in logs[0]]
    assert sum(right) >= 0.95 * len(right), "what is answered is nearly always among the candidates"


def test_nothing_kept_apart_is_trained_on() -> None:
    names = {one.stream.name for one in lessons([DATA / "zh-chat"], only="wx-*")}
    assert names
    assert not [name for name in names if name.endswith(HELD)]


def test_what_a_stream_teaches_stands_beside_it(tmp_path: Path) -> None:
    for name in ("wx-night.jsonl", "ding-hospital.jsonl", "threads.jsonl", TEACHES):
        (tmp_path / name).write_bytes((DATA / "zh-chat" / name).read_bytes())
    held = {one.stream.name: one for one in lessons([tmp_path])}
    assert {name: bool(one.examples) for name, one in held.items()} == {"wx-night": True, "ding-hospital": False}
    assert held["ding-hospital"].stream.roles, "roles and kinds are learnt from the stream itself"
    (tmp_path / TEACHES).unlink()
    assert all(one.examples for one in lessons([tmp_path]))


def test_one_stream_alone_teaches_nothing(tmp_path: Path) -> None:
    for name in ("wx-night.jsonl", "threads.jsonl"):
        (tmp_path / name).write_bytes((DATA / "zh-chat" / name).read_bytes())
    asked = ["train", "threads", "--data", str(tmp_path), "--output", str(tmp_path / "models")]
    found = CliRunner().invoke(app, asked)
    assert found.exit_code == 2
    assert "1 annotated stream to learn places from, and it takes two" in " ".join(found.output.split())


@pytest.mark.parametrize("content", ["", "roles_and_kinds", "roles_and_kinds = 'wx-night'", "\udcff"])
def test_a_list_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / TEACHES).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=TEACHES):
        spared(tmp_path)


def test_examples_of_a_group() -> None:
    (stream,) = read(DATA / "zh-chat" / "wx-night.jsonl", "zh-chat")
    along = examples(stream, None)
    assert all(sum(example.right) <= 1 for example in along)
    assert sum(sum(example.right) for example in along) >= 0.97 * len(along)
    mistaken = examples(stream, build(Settings()))
    assert len(mistaken) == len(along)
    kinds = teach_kinds([stream], [("怎么给只读账号授权", "opening")])
    rows = table(along, kinds, 1.0)
    assert rows.rows.shape[0] == len(rows.right) == sum(rows.sizes)
    assert {one.role for one in spoken(stream, ruled=True)} >= {"question", "answer", "resolved"}
