"""What people call a segment: 总群, 金融行业群, 成都区域群."""

from __future__ import annotations

from collections.abc import Iterable

from handlers import Text
from storage.segments import Kind, Segment

_NAMES = {
    Kind.GENERAL: Text(zh="总群", en="general"),
    Kind.INDUSTRY: Text(zh="行业群「{value}」", en="industry {value}"),
    Kind.REGION: Text(zh="区域群「{value}」", en="region {value}"),
}


def called(segment: Segment, language: str) -> str:
    """Return the name of a segment."""
    return _NAMES[segment.kind].in_language(language, value=segment.value)


def all_called(found: Iterable[Segment], language: str) -> str:
    """Return the names of a group's segments."""
    return (", " if language == "en" else "、").join(called(segment, language) for segment in found)
