"""The digest in its forms: which week is meant, and the same numbers as text, Markdown, HTML and picture."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.cli._digest import stem, week_named
from bot.cli._digest_forms import ENDINGS, HTML, MARKDOWN, PNG, TEXT, rendered
from bot.cli._opening import RefusalError
from handlers import Body, Section
from handlers.digest import Digest
from storage.replies import Block

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)  # a Wednesday, noon in Shanghai
HOSTILE = "<b>*x*</b> [y](z) #1 & @all"


def told(said: str) -> Digest:
    blocks: tuple[Block, ...] = Body.of("提问 143 个（上周 128）", said).blocks
    return Digest(
        title="象群周报", days="第 48 周（11.23–11.29）", first="象群周报 · 第 48 周（11.23–11.29）",
        headline="问题多了 12%。", language="zh", spans=("这一周", "上周"),
        sections={"figures": Section("这一周", blocks)}, foot=("口径 v1。",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "monday", "name"),
    [
        ("", "2026-11-16", "digest-2026-W47"),
        ("2026-W47", "2026-11-16", "digest-2026-W47"),
        ("2026-w01", "2025-12-29", "digest-2026-W01"),
        ("2026-W53", "2026-12-28", "digest-2026-W53"),
    ],
)
def test_a_week_is_an_iso_week(typed: str, monday: str, name: str) -> None:
    week = week_named(typed, NOW, ZONE)
    assert week.since == datetime.fromisoformat(f"{monday}T00:00:00+08:00")
    assert stem(week, ZONE) == name


@pytest.mark.parametrize("typed", ["47", "2026-47", "2026-W54", "2025-W53", "W47", "-W", "99999-W01", "２０２６-W4x"])
def test_what_is_no_week_is_refused(typed: str) -> None:
    with pytest.raises(RefusalError, match="2026-W47"):
        week_named(typed, NOW, ZONE)


def test_the_same_numbers_stand_in_all_forms_of_text() -> None:
    shown = told("24 小时内有人应 91%，124/136")
    numbers = [re.findall(r"\d+", rendered(shown, form).decode()) for form in (TEXT, MARKDOWN, HTML)]
    assert numbers[0] == numbers[1] == numbers[2]


def test_what_members_wrote_is_no_markup() -> None:
    shown = told(HOSTILE)
    assert HOSTILE in rendered(shown, TEXT).decode()
    assert "&lt;b>" in rendered(shown, MARKDOWN).decode()
    assert "<b>*x*" not in rendered(shown, HTML).decode()


def test_a_picture_is_drawn_of_the_same_digest() -> None:
    light, dark = (rendered(told(HOSTILE), PNG, dark=dark) for dark in (False, True))
    assert light.startswith(b"\x89PNG")
    assert light != dark
    assert ENDINGS.keys() == {TEXT, MARKDOWN, HTML, PNG}
