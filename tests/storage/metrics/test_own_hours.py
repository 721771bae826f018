"""Service hours that a group set for itself: its threads wait by them, whatever groups they are counted with."""

from __future__ import annotations

from datetime import date, time

from storage.groups import Coverage
from storage.metrics import Options
from storage.threads import Thread
from tests.storage.metrics.world import hours, question, span, value

# Asked on a Monday at 10:00, answered at 15:00 and at 17:00.
DAY = question(group=1, responded=5)
EVENING = question(group=2, responded=7)
NIGHT = Options(opens=time(16), closes=time(23))
COMMUNITY = Options(own={2: NIGHT})


BOTH = (span(Coverage.FULL, 1), span(Coverage.FULL, 2))


def service(*asked: Thread, options: Options = COMMUNITY) -> float | None:
    return value("first_response_service_time", *asked, options=options, spans=BOTH).value


def test_each_thread_waits_by_the_hours_of_its_own_group() -> None:
    assert service(DAY) == hours(5).total_seconds()
    assert service(EVENING) == hours(1).total_seconds()
    assert service(DAY, EVENING) == hours(3).total_seconds()  # the median of both


def test_without_hours_of_their_own_groups_have_the_communitys() -> None:
    assert service(EVENING, options=Options()) == hours(7).total_seconds()


def test_a_holiday_of_one_group_is_a_working_day_of_the_others() -> None:
    closed = Options(own={2: Options(holidays=frozenset({date(2026, 11, 23)}))})
    assert service(EVENING, options=closed) == 0
    assert service(DAY, options=closed) == hours(5).total_seconds()


def test_calendar_time_knows_no_hours() -> None:
    assert value("first_response_time", EVENING, options=COMMUNITY, spans=BOTH).value == hours(7).total_seconds()


def test_options_can_be_keys_whatever_groups_have() -> None:
    assert hash(COMMUNITY) == hash(Options())
    assert Options() != COMMUNITY
    assert COMMUNITY.clock is not NIGHT.clock
