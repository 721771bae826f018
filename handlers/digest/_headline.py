"""The second line: one sentence from two figures, so that a person who reads nothing else has the news; pure."""

from __future__ import annotations

from datetime import timedelta

from handlers import Text
from handlers._wording.durations import exact
from handlers._wording.figures import Compared
from handlers._wording.numbers import FEW, percent
from handlers._wording.spans import LAST, THIS, Span
from storage.metrics import Missing, Value

_SAME = 0.1  # a wait that differs by less is about the same
_MINUTE = 60.0


class Texts:
    """What the sentence is made of; 反而 where the two figures surprise together."""

    MORE = Text(zh="问题多了 {by}", en="{by} more questions")
    FEWER = Text(zh="问题少了 {by}", en="{by} fewer questions")
    ONE_MORE = Text(zh="问题多了 1 个", en="One more question")
    ONE_FEWER = Text(zh="问题少了 1 个", en="One question fewer")
    AS_MANY = Text(zh="问题和{last}差不多", en="About as many questions as {last}")
    ALL_THE_SAME = Text(zh="问题和{last}一样多", en="As many questions as {last}")
    ASKED = Text(zh="{count} 个问题", en="{count} questions")
    ONE = Text(zh="1 个问题", en="1 question")
    NOBODY_ASKED = Text(zh="{this}没有人提问。", en="Nobody asked anything {this}.")
    COUNT = Text(zh="{count} 个", en="{count}")
    SHORTER = Text(zh="等的时间{so}短了", en="{so} shorter waits")
    LONGER = Text(zh="等的时间{so}长了", en="{so} longer waits")
    AS_LONG = Text(zh="等的时间差不多", en="waits about as long")
    HALF = Text(zh="一半在 {span}内有人应", en="half of them had a response within {span}")
    NO_RESPONSE = Text(zh="还没人应", en="no response yet")
    AND_YET = Text(zh="反而", en="and yet")
    ALSO = Text(zh="也", en="and")
    JUST = Text(zh="", en="with")
    END = Text(zh="{first}，{second}。", en="{first}, {second}.")
    ONLY_MENTIONS = Text(
        zh="这里我只看得到 @ 我的消息，下面不是全貌。", en="I see only what mentions me here; this is not the whole."
    )
    UNSEEN = Text(zh="{this}群里的消息我没看到，数字先不报。", en="I saw no messages {this}, so there are no figures.")
    QUIET_ALL = Text(
        zh="群里安静：{asked}，都有人应了。{next}见。", en="A quiet {unit}: {asked}, each had a response. See you."
    )
    QUIET_ONE = Text(zh="群里安静：{asked}，有人应了。{next}见。", en="A quiet {unit}: {asked}, answered. See you.")
    QUIET_SOME = Text(
        zh="群里安静：{asked}，{some} 个有人应了。{next}见。",
        en="A quiet {unit}: {asked}, {some} had a response. See you.",
    )
    QUIET_WAITING = Text(
        zh="群里安静：{asked}，还没人应，知道一点就说一句。{next}见。",
        en="A quiet {unit}: {asked}, no response yet; a little helps. See you.",
    )
    QUIET_NONE = Text(zh="群里安静，没有人提问。{next}见。", en="A quiet {unit} without questions. See you.")


_NEXT = {Span.DAILY: "明天", Span.WEEKLY: "下周", Span.MONTHLY: "下月", Span.OTHER: "下次"}
_UNIT = {Span.DAILY: "day", Span.WEEKLY: "week", Span.MONTHLY: "month", Span.OTHER: "time"}


def headline(found: Compared, span: Span, language: str) -> str:
    """Return the news in one sentence; if both figures got worse it says that as plainly."""
    asked, asked_before = found.pair("questions")
    this = THIS[span].in_language(language)
    if asked.missing is Missing.NOT_OBSERVABLE:
        return (Texts.ONLY_MENTIONS if asked.coverage.left_out else Texts.UNSEEN).in_language(language, this=this)
    if not asked.n:
        return Texts.NOBODY_ASKED.in_language(language, this=this)
    wait, wait_before = found.pair("first_response_time")
    trend = 0 if asked_before is None else (asked.n > asked_before.n) - (asked.n < asked_before.n)
    first = _asked(asked, asked_before, span, language)
    second = _waited(wait, wait_before, trend, language)
    return Texts.END.in_language(language, first=first, second=second)


def _asked(now: Value, before: Value | None, span: Span, language: str) -> str:
    if before is None:
        return Texts.ONE.in_language(language) if now.n == 1 else Texts.ASKED.in_language(language, count=now.n)
    last = LAST[span].in_language(language)
    if now.n == before.n:
        return Texts.ALL_THE_SAME.in_language(language, last=last)
    by = Texts.COUNT.in_language(language, count=abs(now.n - before.n))
    if abs(now.n - before.n) == 1 and min(now.n, before.n) < FEW:
        return (Texts.ONE_MORE if now.n > before.n else Texts.ONE_FEWER).in_language(language)
    if min(now.n, before.n) >= FEW:
        change = abs(now.n - before.n) / before.n
        if change < 0.01:
            return Texts.AS_MANY.in_language(language, last=last)
        by = percent(change)
    return (Texts.MORE if now.n > before.n else Texts.FEWER).in_language(language, by=by)


def _waited(now: Value, before: Value | None, trend: int, language: str) -> str:
    if now.value is None:
        return Texts.NO_RESPONSE.in_language(language)
    if before is None or not before.value:
        return Texts.HALF.in_language(language, span=exact(timedelta(seconds=now.value), language))
    change = now.value - before.value
    if abs(change) < _MINUTE or abs(change) < _SAME * before.value:
        return Texts.AS_LONG.in_language(language)
    worse = 1 if change > 0 else -1
    so = Texts.JUST if trend == 0 else Texts.ALSO if trend == worse else Texts.AND_YET
    return (Texts.LONGER if change > 0 else Texts.SHORTER).in_language(language, so=so.in_language(language))


def quiet(found: Compared, span: Span, language: str) -> str:
    """Return the one sentence of a time in which there is nothing to say."""
    asked, wait = found.now["questions"], found.now["first_response_time"]
    if asked.missing is Missing.NOT_OBSERVABLE:
        return headline(found, span, language)
    if not asked.n:
        text = Texts.QUIET_NONE
    elif wait.n >= asked.n:
        text = Texts.QUIET_ONE if asked.n == 1 else Texts.QUIET_ALL
    else:
        text = Texts.QUIET_SOME if wait.n else Texts.QUIET_WAITING
    count = (Texts.ONE if asked.n == 1 else Texts.ASKED).in_language(language, count=asked.n)
    return text.in_language(language, asked=count, some=wait.n, next=_NEXT[span], unit=_UNIT[span])
