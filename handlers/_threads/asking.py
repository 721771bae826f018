"""What a message to the bot wants, read from its words alone: nothing, thanks, an objection, or an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_END = r"[\s,，。.!！~～?？、…:：^_]*"
_HELLO = (
    r"(?:在吗|在不在|在么|在|有人吗|有人在吗|你好呀?|您好|嗨|哈喽|哈啰|早安|早上好|早啊?|中午好|下午好|晚上好|晚安|大家好|hi|hello|hey"
    r"|good (?:morning|evening|afternoon)|are you there|anybody|小象|试试|测试|test|ping|啊|呀)"
)
_THANKS = (
    r"(?:(?:非常|太|十分|多)?(?:谢谢|感谢|多谢|谢了|谢啦|谢过|谢)|thx|thanks?|thank you|ty|cheers|3q|辛苦了?|好的|好嘞"
    r"|好|ok|okay|收到|明白了?|知道了|了解了?|赞|棒|牛|厉害|你|您|大家|各位|大佬们?|老师|朋友|very much|a lot|so much"
    r"|you|哈+|嗯+|哦+|👍|🙏|👌|❤️|🌹)"
)
_ONLY_HELLO = re.compile(rf"(?:{_HELLO}{_END})+", re.IGNORECASE)
_ONLY_THANKS = re.compile(rf"(?:{_THANKS}{_END})+", re.IGNORECASE)
_MEDIA = re.compile(r"\[[^\[\]\s]{1,20}\]|@\S+")
_EMOJI = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")


class Wants(StrEnum):
    """What is wanted."""

    NOTHING = "nothing"
    THANKS = "thanks"
    ANSWER = "answer"


def wants(text: str) -> Wants:
    """Return what a text to the bot wants; a bare mention, a picture or a greeting asks nothing."""
    bare = _MEDIA.sub("", text).strip()
    worded = _EMOJI.sub("", bare).strip(" ,，。.!！~～?？…")
    if _ONLY_HELLO.fullmatch(worded):
        return Wants.NOTHING
    if _ONLY_THANKS.fullmatch(bare):
        return Wants.THANKS
    return Wants.ANSWER if worded else Wants.NOTHING


class Fault(StrEnum):
    """What is wrong with a thread, in the eyes of somebody concerned."""

    NEW = "new"  # this is a question of its own
    NO_QUESTION = "no question"
    NOT_PART = "not part"  # my words do not belong there
    SAME = "same"  # it is the same as another thread
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Objection:
    """「#2926 不对，这是新问题」: about which thread, what is wrong, and which other thread it speaks of."""

    thread: int | None
    fault: Fault
    other: int | None = None


_NUMBER = r"#?(?P<{name}>\d{{1,18}})\s*"
_WRONG = re.compile(
    rf"(?:{_NUMBER.format(name='thread')})?(?:不对|错了|串了|串错了|wrong|not right|that'?s wrong)[啊呀吧呢哦]?"
    r"(?:[\s,，。.!！:：、]+(?P<why>.{1,40}))?"
    rf"|(?:{_NUMBER.format(name='bare')})?"
    r"(?P<said>(?:这|这个|那)?(?:才|就|应该|其实)?是(?:一个|另一个|个)?新(?:的)?问题|this is a new question)",
    re.IGNORECASE | re.DOTALL,
)
_SAME = re.compile(
    rf"(?:{_NUMBER.format(name='thread')})?(?:我的?)?这?个?(?:题|问题)?\s*就?是?[和跟与同]\s*"
    rf"{_NUMBER.format(name='other')}就?是?(?:一样|一回事|同?一?个?(?:题|问题)|重复)[的了吧啊]*"
    rf"|(?:{_NUMBER.format(name='bare')})?(?:(?:it|this) is |it'?s )?(?:the )?same as {_NUMBER.format(name='english')}",
    re.IGNORECASE,
)
_FAULTS = (
    (Fault.SAME, re.compile(r"(?:和|跟|同|same as)\s*#?(\d{1,18})")),
    (Fault.NO_QUESTION, re.compile(r"不是问题|不算问题|没在问|不是提问|不是在问|not a question|no question")),
    (
        Fault.NOT_PART,
        re.compile(r"不是我|没我|与我无关|不是(?:在)?(?:说|答|回)这|无关|不相干|闲聊|unrelated|not mine|not part"),
    ),
    (
        Fault.NEW,
        re.compile(
            r"新(?:的)?问题|另一个|另外|不是一(?:个|回|码)|不是同一|单独|分开|拆|new question|different|separate"
        ),
    ),
)


def objection(text: str) -> Objection | None:
    """Return what an objection says, None where a text is none: its words must be few, and only of this kind."""
    bare = text.strip().rstrip("。.!！~～ ")
    if same := _SAME.fullmatch(bare):
        number = same["thread"] or same["bare"]
        return Objection(int(number) if number else None, Fault.SAME, int(same["other"] or same["english"]))
    found = _WRONG.fullmatch(bare)
    if found is None:
        return None
    number = found["thread"] or found["bare"]
    thread = int(number) if number else None
    if found["said"]:
        return Objection(thread, Fault.NEW)
    if not found["why"]:
        return Objection(thread, Fault.UNTOLD)
    for fault, words in _FAULTS:
        if said := words.search(found["why"].lower()):
            return Objection(thread, fault, int(said[1]) if fault is Fault.SAME else None)
    return None


class Missing(StrEnum):
    """What a question lacks, that whoever answers will ask for."""

    SQL = "sql"
    ERROR = "error"
    VERSION = "version"
    BEFORE = "version before"


_VERSION = re.compile(
    r"(?:pg|postgres(?:ql)?|mysql|oracle|版本|version|\bv)[\s:：是-]{0,3}\d|\b\d{1,2}\.\d{1,2}\b|(?<!\d)(?:9|1\d)\s?(?:升|版)",
    re.IGNORECASE,
)
_UPGRADE = re.compile(r"升级|升到|\bupgrad", re.IGNORECASE)
_HAS_ERROR = re.compile(
    r"(?:error|fatal|panic|exception|错误|异常)\s*[:：]|sqlstate|does not exist|denied|cannot |could not |failed"
    r"|\[图片\]|refused",
    re.IGNORECASE,
)
_TELLS_ERROR = re.compile(
    r"报错|出错|报了?个|失败|异常|起不来|连不上|挂了|崩了|error|fail|crash|won't start", re.IGNORECASE
)
_HAS_SQL = re.compile(
    r"\bselect\b[\s\S]+\bfrom\b|\b(?:insert into|update \S+ set|delete from|create (?:unique )?(?:table|index)"
    r"|alter table|explain|with \w+ as)\b",
    re.IGNORECASE,
)
_TELLS_SQL = re.compile(
    r"sql|语句|查询|慢|索引|执行计划|写法|怎么写|join|\bst_\w+|函数|存储过程|触发器|\bquery|\bslow\b|\bindex\b|explain",
    re.IGNORECASE,
)


def missing(texts: Iterable[str]) -> list[Missing]:
    """Return what to ask for: only what the question speaks of and does not show, and the version."""
    text = "\n".join(texts)
    versions = len(_VERSION.findall(text))
    lacks = {
        Missing.SQL: _TELLS_SQL.search(text) and not _HAS_SQL.search(text),
        Missing.ERROR: _TELLS_ERROR.search(text) and not _HAS_ERROR.search(text),
        Missing.VERSION: versions == 0,
        Missing.BEFORE: versions == 1 and _UPGRADE.search(text),
    }
    return [what for what, lacking in lacks.items() if lacking]
