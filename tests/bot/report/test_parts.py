"""Parts of a report: values in words, bars, levels of the heat map, quotations, the line of what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from handlers._reporting import PROGRAM, Asked, Wish, charts
from handlers._reporting.entries import corrections
from handlers._reporting.figures import counted, growth, words
from handlers._reporting.measured import FILE, measured
from handlers._reporting.worth import passage
from storage.metrics import Bound, Covered, Missing, Options, Unit, Value

pytestmark = pytest.mark.middle

ROOT = Path(__file__).resolve().parents[3]
NOTHING = Covered({})


def value(unit: Unit, number: float | None, n: int = 0, of: int | None = None, **more: object) -> Value:
    missing = more.pop("missing", None if number is not None else Missing.NOTHING)
    bound = more.pop("bound", None)
    return Value("x", unit, n, number, of, missing, bound, NOTHING, {}, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "zh", "en", "beside"),
    [
        (value(Unit.COUNT, 1234, 1234), "1,234", "1,234", ""),
        (value(Unit.MEMBERS, 31, 31, bound=Bound.UPPER), "≤ 31", "≤ 31", ""),
        (value(Unit.SHARE, 0.75, 15, 20), "75%", "75%", "15/20"),
        (value(Unit.SHARE, 15 / 19, 15, 19), "15/19", "15/19", ""),  # few: counts, and no per cent
        (value(Unit.SHARE, 0.999, 999, 1000), "99%", "99%", "999/1,000"),
        (value(Unit.SECONDS, 240, 43, 47), "4 分钟", "4 minutes", "43/47 题已有"),
        (value(Unit.SECONDS, None, 0, 3), "没有", "none", ""),
        (value(Unit.COUNT, None, missing=Missing.NOT_OBSERVABLE), "看不到", "not visible", ""),
    ],
)
def test_values_in_words(found: Value, zh: str, en: str, beside: str) -> None:
    assert (words(found, "zh"), words(found, "en"), counted(found, "zh")) == (zh, en, beside)


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (value(Unit.COUNT, 26, 26), value(Unit.COUNT, 21, 21), "+24%"),
        (value(Unit.COUNT, 20, 20), value(Unit.COUNT, 20, 20), "±0%"),
        (value(Unit.COUNT, 26, 26), value(Unit.COUNT, 19, 19), ""),  # too few to tell
        (value(Unit.COUNT, 26, 26), value(Unit.COUNT, None, missing=Missing.NOT_OBSERVABLE), ""),
        (value(Unit.COUNT, 26, 26), None, ""),
        (value(Unit.SHARE, 0.5, 20, 40), value(Unit.SHARE, 0.75, 30, 40), "-25 点"),
        (value(Unit.SHARE, 0.5, 5, 10), value(Unit.SHARE, 0.75, 30, 40), ""),
    ],
)
def test_growth_is_told_where_there_is_telling(now: Value, before: Value | None, told: str) -> None:
    assert growth(now, before, "zh") == told


@pytest.mark.parametrize(
    ("count", "highest", "level"),
    [(0, 0, 0), (0, 9, 0), (1, 100, 1), (20, 100, 1), (21, 100, 2), (100, 100, 5), (1, 1, 5)],
)
def test_levels_of_the_heat_map(count: int, highest: int, level: int) -> None:
    assert charts.level(count, highest) == level


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\n\n\n  b   c ", "a\nb c"),
        ("password=hunter2 在 10.1.2.3", "password=*** 在 ***"),
        ("电话 13800138000", "电话 ***"),
        ("x" * 40, "x" * 19 + "…"),
    ],
)
def test_passages_are_masked_before_they_are_cut(said: str, shown: str) -> None:
    assert passage(said, 20) == shown or passage(said, 100) == shown


def test_a_cut_shows_no_half_of_a_secret() -> None:
    secret = "sk-" + "a1B2" * 10
    for limit in range(1, 60):
        assert "a1B2" not in passage(f"key {secret}", limit)


def test_lines_to_paste_carry_the_surroundings() -> None:
    asked = Asked(Wish(), Options(), program="X=1 python3 run.py", ending="--config my.toml")
    lines = corrections(12, asked)
    assert lines[0] == "X=1 python3 run.py correct 12 not-a-question --config my.toml"
    assert [re.findall(r"correct 12 (\S+)", line)[0] for line in lines] == [
        "not-a-question", "merge", "split", "topic", "outcome"
    ]  # fmt: skip
    assert corrections(12, Asked(Wish(), Options()))[0] == f"{PROGRAM} correct 12 not-a-question"


def test_what_was_measured_is_read(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    file.write_text(json.dumps({"ours": {"one_to_one": 71.6, "outcome": 50.0}, "baselines": {}}), "utf-8")
    assert "消息归到对的题 72%，结局对 50%" in measured("zh", file)
    assert "messages in the right thread 72 %, outcome right 50 %" in measured("en", file)
    for broken in ("", "[]", '{"ours": 3}', '{"ours": {"outcome": "x"}}', "{}"):
        file.write_text(broken, "utf-8")
        assert "没有量过" in measured("zh", file)
    assert "没有量过" in measured("zh", tmp_path / "none.json")


def test_what_was_measured_is_what_the_docs_say() -> None:
    ours = json.loads(FILE.read_text("utf-8"))["ours"]
    page = (ROOT / "docs/evaluation.md").read_text("utf-8").split("evaluate threads tests/data/zh-chat ")[1]
    head, _, row = [line for line in page.splitlines() if line.startswith("|")][:3]
    names = [cell.strip() for cell in head.strip("|").split("|")][1:]
    numbers = [float(cell) for cell in row.strip("|").split("|")[1:]]
    told = dict(zip(names, numbers, strict=True))
    assert told == {name: ours[name] for name in told}, (
        "run: python -m bot evaluate threads tests/data/zh-chat --format zh-chat --only '*-held' "
        "--json handlers/_reporting/measured.json, and write its table into docs/evaluation.md"
    )


@pytest.mark.parametrize(("of", "rated"), [(19, False), (20, True)])
def test_few_outcomes_have_counts_and_no_per_cent(of: int, rated: bool) -> None:
    parts = {"resolved": 10, "expired": of - 10}
    outcomes = Value("outcomes", Unit.SHARE, 10, 10 / of, of, None, None, NOTHING, {}, parts)
    assert {piece.rated for piece in charts.pieces(outcomes, "zh")} == {rated}
