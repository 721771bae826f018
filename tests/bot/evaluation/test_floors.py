"""What the shipped models reach on data of our own that nothing was trained on: each measure has a floor."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation import Report, Request, outcomes, questions, threads

pytestmark = pytest.mark.middle

DATA = Path(__file__).parents[2] / "data"
HELD = Request(DATA / "zh-chat", "zh-chat", only="*-held")
LOG = Request(DATA / "irc", "irc")

THREADS = {
    "one_to_one": 72.5,
    "shen_f": 81.0,
    "exact_f1": 33.5,
    "vi": 93.4,
    "start_p": 80.5,
    "start_r": 82.0,
    "resp_time_ok": 66.0,
    "outcome": 70.0,
    "close_ok": 60.5,
    "topic": 60.0,
}
LINKS = {
    "link_p": 86.0,
    "link_r": 86.0,
    "link_f1": 86.0,
    "vi": 92.0,
    "one_to_one": 84.0,
    "exact_f1": 55.0,
    "shen_f": 86.0,
}
GIVEN = {"role": 81.0, "resp_time_ok": 93.0, "outcome": 81.0, "close_ok": 87.0}


def below(report: Report, floors: dict[str, float]) -> dict[str, float]:
    return {name: report.ours[name] for name, floor in floors.items() if report.ours[name] < floor}


@pytest.fixture(scope="module")
def groups() -> Report:
    return threads.evaluate(HELD)


@pytest.fixture(scope="module")
def log() -> Report:
    return threads.evaluate(LOG)


def test_threads_of_groups_kept_apart(groups: Report) -> None:
    assert below(groups, THREADS) == {}
    assert set(groups.ours) == {*THREADS, "messages_per_s"}, "each measure has a floor"


def test_what_was_learnt_is_better_than_the_rules(groups: Report) -> None:
    rules = groups.baselines["rules"]
    wanted = ("one_to_one", "shen_f", "start_r", "resp_time_ok", "outcome", "close_ok")
    assert {name for name in wanted if groups.ours[name] <= rules[name]} == set()


def test_links_of_a_log(log: Report) -> None:
    assert below(log, LINKS) == {}
    assert set(log.ours) == {*LINKS, "messages_per_s"}, "each measure has a floor"
    best = max(found["link_f1"] for found in log.baselines.values())
    assert log.ours["link_f1"] > best


def test_roles_and_outcomes_where_threads_are_given() -> None:
    report = outcomes.evaluate(HELD)
    assert below(report, GIVEN) == {}
    assert report.ours["outcome"] > report.baselines["rules"]["outcome"]


def test_questions() -> None:
    report = questions.evaluate(HELD)
    assert report.ours["question_f1"] > 1.3 * report.baselines["question words"]["question_f1"]
