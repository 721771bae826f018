"""Figures of events as `/stats` and the edition for admins print them: the same order, the same brackets; pure."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import Text
from handlers._wording.numbers import beside, counts, decimal, shares
from storage.metrics import Missing, Value, Why

NAMES = (
    "events_held", "event_registrations", "registrations_by_source", "event_checkins", "attendance_rate", "no_shows",
    "first_timers", "sharing_companies", "attending_companies", "event_cities", "event_score", "carry_over",
)  # fmt: skip
Pairs = Mapping[str, tuple[Value, Value | None]]


class Texts:
    """A line for each few of them."""

    HELD = Text(zh="办过 {count} 场", en="Held {count}")
    CITIES = Text(zh="，{count} 个城市", en=", in {count} cities")
    ONE_CITY = Text(zh="，1 个城市", en=", in 1 city")
    REGISTERED = Text(zh="报名 {count}", en="Registered {count}")
    FROM = Text(zh="：{sources}", en=": {sources}")
    CAME = Text(zh="到场 {count}", en="Came {count}")
    RATE = Text(zh="，到场率 {share}", en=", attendance {share}")
    UNKNOWN = Text(zh="；{count} 场没有签到记录，没算", en="; {count} without check-ins, left out")
    NO_CHECKINS = Text(zh="到场看不到：没有一场有人签到", en="Who came cannot be seen: nobody checked in anywhere")
    FIRST = Text(zh="第一次来 {first}，报名没来 {missing}", en="First time {first}, no-shows {missing}")
    AGAIN = Text(zh="，上一轮的人又来 {share}", en=", back from the round before {share}")
    COMPANIES = Text(zh="企业 分享 {sharing}，到场 {attending}", en="Companies: {sharing} shared, {attending} came")
    SHARING = Text(zh="企业 分享 {sharing}", en="Companies: {sharing} shared")
    SCORE = Text(zh="评分 {score}，{count} 人打分", en="Score {score}, from {count}")
    SCORE_ONE = Text(zh="评分 {score}，1 人打分", en="Score {score}, from 1")
    SHORT = Text(zh="活动 {held}，{rest}", en="Events: {held}, {rest}")


SOURCES = {
    "group": Text(zh="群里", en="in groups"),
    "private": Text(zh="私聊", en="in private"),
    "link": Text(zh="链接", en="by link"),
    "referral": Text(zh="推荐", en="referred"),
}


def paired(now: Mapping[str, Value], before: Mapping[str, Value]) -> Pairs:
    """Return each figure with the one before, where that has a value."""
    found = {name: before.get(name) for name in now}
    return {
        name: (value, then if (then := found[name]) is not None and then.value is not None else None)
        for name, value in now.items()
    }


def lines(found: Pairs, language: str) -> list[str]:
    """Return at most five lines; of what nobody could see one says so. None where no event was held."""
    if not found["events_held"][0].value:
        return []
    last = " · ".join(part for part in (_companies(found, language), _score(found, language)) if part)
    told = (_held(found, language), _registered(found, language), _came(found, language), _first(found, language), last)
    return [line for line in told if line]


def line(found: Pairs, language: str) -> str:
    """Return them in one line, for a digest of much else: 活动 办过 3 场（2），报名 120（98），到场 88（70）."""
    if not found["events_held"][0].value:
        return ""
    registered = Texts.REGISTERED.in_language(language, count=_counts(found, "event_registrations", language))
    parts = [registered, _came(found, language)]
    between = ", " if language == "en" else "，"
    return Texts.SHORT.in_language(language, held=_number(found, language), rest=between.join(parts))


def source(why: str, language: str) -> str:
    """Return where registrations came from, in words; a platform's name is its own."""
    return SOURCES[why].in_language(language) if why in SOURCES else why


def _counts(found: Pairs, name: str, language: str) -> str:
    return beside(*counts(*found[name]), language)


def _share(found: Pairs, name: str, language: str) -> str:
    return beside(*shares(*found[name], language), language)


def _number(found: Pairs, language: str) -> str:
    now, before = counts(*found["events_held"])
    return beside(Texts.HELD.in_language(language, count=now), before, language)


def _held(found: Pairs, language: str) -> str:
    line = _number(found, language)
    cities = found["event_cities"][0].n
    if not cities:
        return line
    return line + (Texts.ONE_CITY if cities == 1 else Texts.CITIES).in_language(language, count=cities)


def _registered(found: Pairs, language: str) -> str:
    line = Texts.REGISTERED.in_language(language, count=_counts(found, "event_registrations", language))
    parts = sorted(found["registrations_by_source"][0].parts.items(), key=lambda part: -part[1])
    if len(parts) < 2:
        return line
    between = ", " if language == "en" else "、"
    told = between.join(f"{source(why, language)} {count:,}" for why, count in parts)
    return line + Texts.FROM.in_language(language, sources=told)


def _came(found: Pairs, language: str) -> str:
    came, rate = found["event_checkins"][0], found["attendance_rate"][0]
    if came.missing is Missing.NOT_OBSERVABLE:
        return Texts.NO_CHECKINS.in_language(language)
    line = Texts.CAME.in_language(language, count=_counts(found, "event_checkins", language))
    if rate.value is not None:
        line += Texts.RATE.in_language(language, share=_share(found, "attendance_rate", language))
    unknown = came.parts.get(Why.UNATTENDED, 0)
    return line + Texts.UNKNOWN.in_language(language, count=unknown) if unknown else line


def _first(found: Pairs, language: str) -> str:
    if found["first_timers"][0].value is None:
        return ""
    first, missing = _counts(found, "first_timers", language), _counts(found, "no_shows", language)
    line = Texts.FIRST.in_language(language, first=first, missing=missing)
    if found["carry_over"][0].value is None:
        return line
    return line + Texts.AGAIN.in_language(language, share=_share(found, "carry_over", language))


def _companies(found: Pairs, language: str) -> str:
    sharing, attending = found["sharing_companies"][0].n, found["attending_companies"][0].n
    if not sharing and not attending:
        return ""
    told = {
        "sharing": _counts(found, "sharing_companies", language),
        "attending": _counts(found, "attending_companies", language),
    }
    return (Texts.COMPANIES if attending else Texts.SHARING).in_language(language, **told)


def _score(found: Pairs, language: str) -> str:
    now, before = found["event_score"]
    if now.value is None:
        return ""
    said = beside(decimal(now.value), decimal(before.value) if before and before.value else None, language)
    return (Texts.SCORE_ONE if now.n == 1 else Texts.SCORE).in_language(language, score=said, count=now.n)
