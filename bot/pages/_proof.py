"""What the pages for checking in and for certificates show."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers import Community, Text
from handlers._events.certified import Verified
from storage import checkins
from storage.checkins import Code
from storage.database import Store
from storage.events import Event


class Texts:
    """The words of these pages."""

    CHECK_IN = Text(zh="签到", en="Check-in")
    HOW = Text(zh="发这一句，在群里或私聊{bot}都行", en="Send this, in the group or to {bot} in private")
    WORDS = Text(zh="签到 {code}", en="/checkin {code}")
    UNTIL = Text(zh="今天到 {time} 有效。", en="Valid today until {time}.")
    NOT_NOW = Text(zh="现在不能签到", en="There is no check-in now")
    OTHER_DAY = Text(
        zh="签到码每天换，活动开始前两小时才有。请到现场看今天的。",
        en="The code changes every day and is there from two hours before the start. Look for today's on site.",
    )
    VALID = Text(zh="这张证书有效", en="This certificate is valid")
    REVOKED = Text(zh="这张证书已撤销", en="This certificate was revoked")
    NO_CERTIFICATE = Text(zh="没有这个编号的证书", en="There is no certificate of this number")
    CHECK_NUMBER = Text(zh="照着证书把编号再核对一遍。", en="Compare the number with the certificate once more.")
    NUMBER = Text(zh="编号", en="Number")
    NAME = Text(zh="持有人", en="Holder")
    WHAT = Text(zh="活动", en="Event")
    RESULT = Text(zh="结果", en="Result")
    ISSUED = Text(zh="颁发", en="Issued")
    TAKEN_BACK = Text(zh="撤销", en="Revoked")


async def todays_code(store: Store, event: Event, token: str, now: datetime) -> tuple[Code | None, bool]:
    """Return today's code where a link's token is of today, and whether the token is of any of the event's days."""
    today = checkins.day_at(event, now)
    for day in checkins.days(event):
        code = await checkins.drawn(store, event.id, day)
        if code is not None and secrets.compare_digest(code.token.encode(), token.encode()):
            return (code if day == today else None), True
    return None, False


def until(event: Event, code: Code, language: str) -> str:
    """Return until when a code holds, in the event's own time."""
    _, end = checkins.window(event, code.day)
    return Texts.UNTIL.in_language(language, time=f"{end.astimezone(ZoneInfo(event.zone)):%H:%M}")


def rows(found: Verified, community: Community) -> Sequence[tuple[str, tuple[str, ...]]]:
    """Return what a certificate says, line by line."""
    tongue = community.language
    told = [
        (Texts.NUMBER, found.number),
        (Texts.NAME, found.name),
        (Texts.WHAT, found.what),
        (Texts.RESULT, found.result),
        (Texts.ISSUED, _day(found.issued_at, community)),
        (Texts.TAKEN_BACK, _day(found.revoked_at, community) if found.revoked_at else ""),
    ]
    return [(label.in_language(tongue), (value,)) for label, value in told if value]


def _day(moment: datetime, community: Community) -> str:
    """Return a day as papers have it: it is read in other years too."""
    return f"{moment.astimezone(community.zone):%Y-%m-%d}"
