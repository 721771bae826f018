"""A digest's picture: its measures, whatever it has to hold, and the same pixels everywhere."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from handlers._drawing import BYTES, HEIGHT, Page, Part, Row, as_data, picture
from handlers._drawing.typesetting import prepared
from tests.handlers.drawing.pages import ENGLISH, FULL, HOSTILE, QUIET, called

ROOT = Path(__file__).parents[3]
MANY = replace(FULL, parts=(Part("等", rows=tuple(Row(f"#{n}", "内存爆了，重启又来" * 3, "2 天") for n in range(40))),))


def size(drawn: bytes) -> tuple[int, int]:
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(drawn[16:20]), int.from_bytes(drawn[20:24])


def check(page: Page, *, dark: bool = False) -> tuple[int, int]:
    """Draw a page and return its size; every limit holds, no box stands for a letter, typst has nothing to remark."""
    drawn = picture(page, dark=dark)
    width, height = size(drawn)
    assert (width, len(drawn) <= BYTES, height <= HEIGHT) == (1080, True, True)
    compiler, path, inputs = prepared("page.typ", {**as_data(page), "dark": dark, "scale": 1.0})
    # A PDF for the archive refuses a letter that the font does not have.
    made, warnings = compiler.compile_with_warnings(path, format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    assert made
    assert warnings == []
    return width, height


def test_a_quiet_week_is_two_lines() -> None:
    assert check(QUIET)[1] < 450


def test_a_page_in_english() -> None:
    assert check(ENGLISH, dark=True)[1] > 1000


def test_light_and_dark_differ_in_colour_alone() -> None:
    light, dark = picture(QUIET), picture(QUIET, dark=True)
    assert size(light) == size(dark)
    assert light != dark


def test_the_same_page_is_the_same_picture() -> None:
    assert picture(QUIET) == picture(QUIET)


def test_what_is_said_twice_over_is_counted_instead() -> None:
    part = as_data(MANY)["parts"][0]
    assert len(part["rows"]) == 12
    assert part["note"] == "另有 28 条。"


def test_limits_are_those_of_the_place() -> None:
    told = as_data(called("字" * 5000))
    assert len(told["title"]) <= 80
    assert len(told["headline"]) <= 80
    assert all(len(text) <= 400 for part in told["parts"] for text in part["lines"])


@pytest.mark.middle
@pytest.mark.parametrize("case", HOSTILE)
def test_whatever_a_member_is_called(case: str) -> None:
    check(called(HOSTILE[case]))


@pytest.mark.middle
def test_a_full_week_and_forty_questions() -> None:
    assert check(FULL)[1] == check(FULL, dark=True)[1]
    check(MANY)


@pytest.mark.middle
def test_what_does_not_fit_is_left_out_in_whole_parts_and_the_foot_stays() -> None:
    once, tall = check(FULL), check(replace(FULL, parts=FULL.parts * 5))
    assert once[1] < tall[1] <= HEIGHT
    check(called("字" * 5000))


@pytest.mark.middle
def test_another_process_draws_the_same_pixels() -> None:
    code = (
        "import hashlib; from handlers._drawing import picture; from tests.handlers.drawing.pages import FULL;"
        "print(hashlib.sha256(picture(FULL)).hexdigest())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=100
    )
    assert ran.stdout.strip() == hashlib.sha256(picture(FULL)).hexdigest()
