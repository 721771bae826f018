"""What a booklet says around what was held, in both languages."""

from __future__ import annotations

from handlers import Text


class Texts:
    """Sentences with something to fill in."""

    TITLE_YEAR = Text(zh="{name} {year} 年活动小册", en="{name}: the events of {year}")
    TITLE_SERIES = Text(zh="{title} · 活动小册", en="{title}: a booklet")
    NAMELESS = Text(zh="象群", en="Xiangqun")
    SPAN = Text(zh="{first}到{last}", en="{first} to {last}")
    NOTE = Text(
        zh="依据报名、签到和反馈的记录，口径第 {version} 版",
        en="From registrations, check-ins and feedback; definitions v{version}",
    )
    HELD = Text(zh="办了 {count} 场活动，走过 {cities} 个城市。", en="{count} events in {cities} cities.")
    HELD_THERE = Text(zh="在{city}办了 {count} 场活动。", en="{count} events in {city}.")
    HELD_ONLINE = Text(zh="办了 {count} 场活动。", en="{count} events.")
    HELD_ONE = Text(zh="办了一场活动。", en="One event.")
    CAME = Text(
        zh="报名 {registered} 人次，到场 {came} 人次，其中 {first} 人第一次来。",
        en="{registered} registrations, {came} came, {first} of them for the first time.",
    )
    REGISTERED = Text(zh="报名 {registered} 人次。", en="{registered} registrations.")
    SHARED = Text(zh="讲者来自 {count} 家企业和机构。", en="Speakers came from {count} companies.")
    NONE_OF_YEAR = Text(
        zh="{year} 年没有办过的活动，没什么可编的。看有哪些：发「活动」。",
        en="No event was held in {year}, so there is nothing to tell. See what is coming: /events.",
    )
    NONE_OF_SERIES = Text(
        zh="「{title}」还没有办过的一轮，等第一轮结束再编。",
        en="No round of {title} was held yet; come back after the first one.",
    )
    NO_EVENT = Text(zh="没有 {number} 这个活动。", en="There is no event {number}.")
    NO_SERIES = Text(zh="没有第 {number} 个系列。", en="There is no series {number}.")
    CANCELLED = Text(zh="{number} 取消了，没有可编的。", en="{number} was cancelled; there is nothing to tell.")
    NOT_OVER = Text(zh="{number} 还没结束，等它办完再编。", en="{number} is not over yet; come back when it is.")
    MONTH = Text(zh="{year} 年 {month} 月", en="{month} {year}")
    EVENTS = Text(zh="{count} 场", en="{count} events")
    ONE_EVENT = Text(zh="1 场", en="1 event")
    REGISTERED_SHORT = Text(zh="报名 {count}", en="{count} registered")
    CAME_SHORT = Text(zh="到场 {count}", en="{count} came")
    UNKNOWN_SHORT = Text(zh="{count} 场没有签到记录", en="{count} without check-ins")
    BEFORE = Text(zh="上一年 {value}", en="year before: {value}")
    SEATS = Text(zh="共 {count} 席", en="of {count} seats")
    RATED = Text(zh="{count} 人打分", en="{count} scores")
    RATED_ONE = Text(zh="1 人打分", en="1 score")
    VOTES = Text(zh="{count} 人想问", en="asked by {count}")
    MORE = Text(zh="另有 {count} 个问题", en="{count} more questions")
    MORE_ONE = Text(zh="另有 1 个问题", en="1 more question")
    UNATTENDED = Text(zh="没有签到记录", en="no check-ins")
    ONLINE = Text(zh="线上", en="online")
    ZONED = Text(zh="{when}（{zone} 时间）", en="{when} ({zone})")


WORDS = {
    "contents": Text(zh="目录", en="Contents"),
    "hosts": Text(zh="主办", en="Hosted by"),
    "speakers": Text(zh="讲者", en="Speakers"),
    "questions": Text(zh="大家想问", en="Questions"),
    "feedback": Text(zh="参加的人说", en="What people said"),
    "scores": Text(zh="评分", en="Scores"),
    "lessons": Text(zh="小结", en="Lessons"),
    "links": Text(zh="回看", en="Watch again"),
    "closing": Text(zh="数字", en="Figures"),
    "cities": Text(zh="城市", en="Cities"),
    "definitions": Text(zh="口径", en="Definitions"),
    "page": Text(zh="第 {page} 页，共 {pages} 页", en="page {page} of {pages}"),
    "registered": Text(zh="报名", en="Registered"),
    "came": Text(zh="到场", en="Came"),
    "rate": Text(zh="到场率", en="Attendance"),
    "first": Text(zh="第一次来", en="First time"),
    "companies": Text(zh="到场企业", en="Companies"),
    "score": Text(zh="评分", en="Score"),
    "asked": Text(zh="提问", en="Questions"),
    "replay": Text(zh="回放", en="Replay"),
    "slides": Text(zh="讲稿", en="Slides"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def words(language: str) -> dict[str, str]:
    """Return headings and labels in a language."""
    return {name: text.in_language(language) for name, text in WORDS.items()}
