"""Where an event is: a city and a venue that a line tells without their names, and what is said where there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers._events import cities, planned, told
from storage.events import Event, Kind, State
from tests.handlers.events.test_reading import NOW, USUAL


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("成都 高新区天府五街", ("成都", "高新区天府五街", "")),
        ("成都 高新区天府五街 柏舟/苇间数据", ("成都", "高新区天府五街", "柏舟/苇间数据")),
        ("柏舟/苇间数据 成都市 启明大学", ("成都", "启明大学", "柏舟/苇间数据")),
        ("成都 柏舟/苇间数据", ("成都", "", "柏舟/苇间数据")),
        ("成都 柏舟", ("成都", "", "柏舟")),
        ("柏舟/苇间数据、Lena", ("", "", "柏舟/苇间数据、Lena")),
        ("成都银行/老樊", ("", "", "成都银行/老樊")),
        ("", ("", "", "")),
    ],
)
def test_a_place_in_a_line(line: str, found: tuple[str, str, str]) -> None:
    assert cities.found_in(line) == found


def test_what_happens_at_a_place_takes_it_from_the_line() -> None:
    plan = planned.one_line("城市行《象行成都》12 月 5 日 14:00-17:00 成都 高新区天府五街 柏舟/苇间数据", NOW, USUAL)
    assert (plan.city, plan.venue) == ("成都", "高新区天府五街")
    assert [speaker.name for speaker in plan.speakers] == ["柏舟"]


def test_a_talk_takes_none() -> None:
    assert planned.one_line("线上分享《x》12 月 5 日 14:00 成都/老樊", NOW, USUAL).city == ""


def event(kind: Kind, **place: str) -> Event:
    at = datetime(2026, 12, 5, 6, tzinfo=UTC)
    return Event(
        id=1, uid="u", state=State.DRAFT, created_at=at, kind=kind, title="x", starts_at=at,
        ends_at=at + timedelta(hours=1), zone="Asia/Shanghai", **place,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "place", "said"),
    [
        (Kind.TALK, {}, "线上"),
        (Kind.TOUR, {}, "地点待定"),
        (Kind.TOUR, {"link": "https://pg.example.org"}, "线上"),
        (Kind.TOUR, {"city": "成都"}, "成都"),
        (Kind.TALK, {"city": "成都", "venue": "启明大学", "link": "https://pg.example.org"}, "成都 · 启明大学"),
    ],
)
def test_where_it_is_told_to_be(kind: Kind, place: dict[str, str], said: str) -> None:
    assert told.where(event(kind, **place), "zh") == said
