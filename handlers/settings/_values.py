"""Values of settings as people write and read them; the feature's own model is the judge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from handlers import Text, UserError
from handlers._settings import changed_to

SHOWN, LONGEST = 120, 300  # characters of a value
HIDDEN = "***"
_SWITCHES = {"开": "on", "是": "on", "要": "on", "关": "off", "否": "off", "不要": "off"}
_BETWEEN = re.compile(r"\s*[,，、;；]\s*")


class Texts:
    """What is wrong with a value, by pydantic's kind of error."""

    BAD = Text(
        zh="{key} 不能是「{value}」：{why}。现在还是 {now}。", en="{key} cannot be “{value}”: {why}. It stays {now}."
    )
    INTEGER = Text(zh="要一个整数", en="it takes a whole number")
    NUMBER = Text(zh="要一个数", en="it takes a number")
    SWITCH = Text(zh="要 on 或 off", en="it is on or off")
    DATE = Text(zh="日期这样写：2027-02-05，几个用逗号隔开", en="a date is written 2027-02-05, several with commas")
    HOURS = Text(zh="时段这样写：09:00-22:00，在一天之内", en="hours are written 09:00-22:00, within one day")
    ZONE = Text(zh="时区写名字：Asia/Shanghai、Europe/Berlin", en="a zone is a name: Asia/Shanghai, Europe/Berlin")
    COUNTRY = Text(zh="国家写两个大写字母：CN", en="a country is two capital letters: CN")
    HOLIDAYS = Text(zh="有一天又停又开，留一样", en="a day is both closed and open; keep one")
    CLOCK = Text(zh="时间这样写：09:00", en="a time of day is written 09:00")
    RULE = Text(
        zh="时间这样写：周一 09:00，每天 18:30，每月 1 日 10:00",
        en="a time is written mon 09:00, daily 18:30 or day 1 10:00",
    )
    CHOICE = Text(zh="只能是 {expected}", en="it is one of {expected}")
    LEAST = Text(zh="最小 {ge}", en="at least {ge}")
    MOST = Text(zh="最大 {le}", en="at most {le}")
    ABOVE = Text(zh="要大于 {gt}", en="it must be above {gt}")
    BELOW = Text(zh="要小于 {lt}", en="it must be below {lt}")
    LONG = Text(zh="太长了，最多 {most} 个字", en="it is too long, {most} characters at most")
    OTHER = Text(zh="不是它要的样子", en="not the kind of value it takes")


_BY_KIND = (
    ("rule", Texts.RULE),
    ("hours", Texts.HOURS),
    ("zone", Texts.ZONE),
    ("country", Texts.COUNTRY),
    ("holidays", Texts.HOLIDAYS),
    ("date", Texts.DATE),
    ("literal_error", Texts.CHOICE),
    ("enum", Texts.CHOICE),
    ("greater_than_equal", Texts.LEAST),
    ("less_than_equal", Texts.MOST),
    ("greater_than", Texts.ABOVE),
    ("less_than", Texts.BELOW),
    ("int", Texts.INTEGER),
    ("float", Texts.NUMBER),
    ("decimal", Texts.NUMBER),
    ("bool", Texts.SWITCH),
    ("time", Texts.CLOCK),
)


def read(settings: BaseModel, key: str, text: str, where: str, language: str) -> Any:
    """Return what a text means as the value of a setting, as JSON can hold it.

    Raises:
        UserError: The feature's model refuses it; the message says what it takes.
    """
    if len(text) > LONGEST:
        raise _refused(settings, key, text, where, Texts.LONG.in_language(language, most=LONGEST), language)
    written = _SWITCHES.get(text, text)
    fault: ValidationError | None = None
    for value in (written, [part for part in _BETWEEN.split(text) if part]):
        try:
            return changed_to(settings, {key: value}).model_dump(mode="json")[key]
        except ValidationError as error:
            fault = fault if fault is not None and not _wants_list(fault) else error
    raise _refused(settings, key, text, where, _why(fault.errors()[0] if fault else {}, language), language)


def _refused(settings: BaseModel, key: str, text: str, where: str, why: str, language: str) -> UserError:
    now = shown(getattr(settings, key))
    return UserError(Texts.BAD.in_language(language, key=where, value=_cut(text), why=why, now=now))


def _wants_list(error: ValidationError) -> bool:
    return error.errors()[0]["type"] in {"tuple_type", "list_type", "set_type", "frozen_set_type"}


def _why(fault: Mapping[str, Any], language: str) -> str:
    kind, about = str(fault.get("type", "")), dict(fault.get("ctx", {}))
    if "expected" in about:
        expected = str(about["expected"]).replace("'", "")
        about["expected"] = expected if language == "en" else expected.replace(" or ", "、").replace(", ", "、")
    text = next((text for name, text in _BY_KIND if kind == name or kind.startswith(f"{name}_")), Texts.OTHER)
    return text.in_language(language, **about) if about else text.in_language(language)


def shown(value: Any) -> str:
    """Return a value as people read it; a secret is never shown."""
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list | tuple):
        return _cut("、".join(map(shown, value))) or "-"
    if isinstance(value, set | frozenset):
        return _cut("、".join(sorted(map(shown, value)))) or "-"
    return _cut(str(value)) or "-"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else flat[:SHOWN] + "…"
