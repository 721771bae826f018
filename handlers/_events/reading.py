"""What people type of an event, field by field: titles, kinds, seats, speakers; times are in `timing`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from handlers import Text
from handlers._events.refusing import Texts, UnreadableError
from handlers._events.words import ASKS, BY_NAME, FIELD_NAMES, KIND_NAMES, KIND_WORDS, LANGUAGES, Called, Field
from handlers._events.zones import evened
from storage.events import Kind, Speaker
from storage.segments import Kind as SegmentKind
from storage.segments import Segment

TITLE, SUMMARY, LINE, NAME = 60, 300, 120, 40  # characters at most
SEATS, SEVERAL = 100_000, 20

NOTHING = frozenset({"-", "无", "没有", "不要", "none", "no"})
_ANY = frozenset({"不限", "不限制", "any", "unlimited", "no limit"}) | NOTHING
_ALL = frozenset({"全部", "所有", "所有群", "都发", "全发", "all", "everyone"}) | NOTHING
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EVERYONE = re.compile(r"[@﹫＠] ?(?:所有人|全体成员|全体|大家|all\b|everyone\b|here\b)", re.IGNORECASE)
_BETWEEN = re.compile(r"[、,，;；\n]")
_QUOTES = "《》“”「」\"'"
_LINK = re.compile(r"https?://[^\s<>\"'，。；）)]{3,480}")
_REMINDER = re.compile(r"(\d{1,2}) ?(d|h|天|小时)(?:前)?")
_TARGET = re.compile(
    r"(?P<general>总群|general)|(?P<kind>行业|industry|区域|地区|region)群? ?「?(?P<value>[^」]{1,20})」?",
    re.IGNORECASE,
)
_SEGMENTS = {"industry": SegmentKind.INDUSTRY, "行业": SegmentKind.INDUSTRY}
_SEGMENTS |= dict.fromkeys(("region", "区域", "地区"), SegmentKind.REGION)


_DEFAULT = {"默认", "default"}


def field(text: str) -> Field:
    """Return the field that a word names.

    Raises:
        UnreadableError: There is no such field.
    """
    found = BY_NAME.get(evened(text).casefold())
    if found is None:
        raise UnreadableError(Texts.NO_FIELD, said=text[:20], fields=FIELD_NAMES)
    return found


def title(text: str) -> str:
    """Return a title: one line, plain, without marks around it, and nobody mentioned by it.

    Raises:
        UnreadableError: It is none, too long, or mentions everyone.
    """
    line = _visible(text).strip(_QUOTES + " ")
    if not line:
        raise UnreadableError(Texts.NO_TITLE)
    if len(line) > TITLE:
        raise UnreadableError(Texts.TITLE, count=len(line))
    return _nobody_called(line)


def plain(text: str, most: int, name: Text | str) -> str:
    """Return a text of one line; empty where nothing is meant.

    Raises:
        UnreadableError: It is too long, or mentions everyone.
    """
    line = _visible(text)
    if line.casefold() in NOTHING:
        return ""
    if len(line) > most:
        raise UnreadableError(Texts.TOO_LONG, name=name, most=most)
    return _nobody_called(line)


def _visible(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).split())


def _nobody_called(line: str) -> str:
    found = _EVERYONE.search(evened(line))
    if found is not None:
        raise UnreadableError(Texts.EVERYONE, said="@" + found[0][1:].strip())
    return line


def kind(text: str) -> Kind:
    """Return the kind that a word names.

    Raises:
        UnreadableError: There is no such kind.
    """
    found = KIND_WORDS.get(evened(text).casefold())
    if found is None:
        raise UnreadableError(Texts.KIND, said=_visible(text)[:20], kinds=KIND_NAMES)
    return found


def link(text: str) -> str:
    """Return an address of the web; empty where none is meant.

    Raises:
        UnreadableError: It is none.
    """
    line = _visible(text)
    if line.casefold() in NOTHING:
        return ""
    if not _LINK.fullmatch(line):
        raise UnreadableError(Texts.LINK)
    return line


def first_link(text: str) -> tuple[str, str]:
    """Return the first address in a text, and the text without it; empty where there is none."""
    found = _LINK.search(text)
    return ("", text) if found is None else (found[0], f"{text[: found.start()]} {text[found.end() :]}")


def capacity(text: str) -> int | None:
    """Return how many seats there are; None: as many as come.

    Raises:
        UnreadableError: It is no number of seats.
    """
    words = evened(text).casefold()
    if words in _ANY:
        return None
    found = re.fullmatch(r"限? ?(\d{1,6}) ?(?:人|席|个|位|seats?)?", words)
    if found is None or not 1 <= int(found[1]) <= SEATS:
        raise UnreadableError(Texts.CAPACITY)
    return int(found[1])


def speakers(text: str) -> tuple[Speaker, ...]:
    """Return who speaks: 柏舟/苇间数据、Lena, each with a company and a line about them if there are.

    Raises:
        UnreadableError: They are too many, or called too much.
    """
    return tuple(_speaker(part) for part in _several(text, Called.SPEAKERS))


def _speaker(text: str) -> Speaker:
    found = re.fullmatch(r"([^(（]+)[(（]([^)）]+)[)）]", text)
    parts = list(found.groups()) if found is not None else re.split(r"[/／]", text, maxsplit=2)
    name, company, about = [*(part.strip() for part in parts), "", ""][:3]
    return Speaker(
        plain(name, NAME, Called.NAME), plain(company, LINE, Called.COMPANY), plain(about, LINE, Called.ABOUT)
    )


def hosts(text: str) -> tuple[str, ...]:
    """Return names of companies, each once.

    Raises:
        UnreadableError: They are too many, or too long.
    """
    return tuple(dict.fromkeys(plain(part, LINE, Called.COMPANY) for part in _several(text, Called.HOSTS)))


def languages(text: str) -> tuple[str, ...]:
    """Return codes of languages.

    Raises:
        UnreadableError: One is not known.
    """
    return _codes(text, LANGUAGES, lambda said: UnreadableError(Texts.LANGUAGE, said=said))


def asks(text: str) -> tuple[str, ...]:
    """Return what who registers is asked for.

    Raises:
        UnreadableError: It is nothing that can be asked.
    """
    return _codes(text, ASKS, lambda said: UnreadableError(Texts.ASKS, said=said))


def _codes(text: str, known: Mapping[str, str], refused: Callable[[str], UnreadableError]) -> tuple[str, ...]:
    found = []
    for said in _words(text):
        if said.casefold() not in known:
            raise refused(said[:20])
        found.append(known[said.casefold()])
    return tuple(dict.fromkeys(found))


def reminders(text: str) -> tuple[str, ...] | None:
    """Return how long before it is reminded of: 7d 1d 1h; None: as the settings say.

    Raises:
        UnreadableError: It is no such thing.
    """
    words = evened(text).casefold()
    if words in _DEFAULT:
        return None
    if words in NOTHING:
        return ()
    if _REMINDER.sub("", words).strip(" 、,;"):
        raise UnreadableError(Texts.REMINDERS)
    units = {"天": "d", "小时": "h"}
    found = dict.fromkeys(f"{int(number)}{units.get(unit, unit)}" for number, unit in _REMINDER.findall(words))
    if not found or "0d" in found or "0h" in found or len(found) > SEVERAL:
        raise UnreadableError(Texts.REMINDERS)
    return tuple(found)


def targets(text: str) -> tuple[Segment, ...]:
    """Return for whose groups it is; none: for all.

    Raises:
        UnreadableError: It names no segment.
    """
    if evened(text).casefold() in _ALL:
        return ()
    found = [_target(part) for part in _several(evened(text), Called.TARGETS)]
    if not found:
        raise UnreadableError(Texts.TARGET)
    return tuple(dict.fromkeys(found))


def _target(text: str) -> Segment:
    found = _TARGET.fullmatch(text)
    if found is None:
        raise UnreadableError(Texts.TARGET)
    if found["general"]:
        return Segment(SegmentKind.GENERAL)
    return Segment(_SEGMENTS[found["kind"].lower()], found["value"].strip())


def _words(text: str) -> Iterable[str]:
    line = evened(text)
    return [] if line.casefold() in NOTHING else [word for word in re.split(r"[、,;\s]+", line) if word]


def _several(text: str, name: Text) -> list[str]:
    if text.strip().casefold() in NOTHING:
        return []
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) > SEVERAL:
        raise UnreadableError(Texts.TOO_MANY, name=name, most=SEVERAL)
    return parts
