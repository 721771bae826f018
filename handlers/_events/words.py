"""The words for what an event has: its fields, its kinds, languages, and what who registers may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from handlers import Text
from storage.events import Kind

ANYWHERE = frozenset({Kind.TALK, Kind.QA, Kind.MEETING})  # kinds that need no place


class Called:
    """What is called too long, or too many."""

    SPEAKERS = Text(zh="讲者", en="speakers")
    HOSTS = Text(zh="主办", en="hosts")
    TARGETS = Text(zh="面向", en="targets")
    NAME = Text(zh="名字", en="a name")
    COMPANY = Text(zh="公司", en="a company")
    ABOUT = Text(zh="介绍", en="the line about a speaker")
    SUMMARY = Text(zh="简介", en="the summary")
    CITY = Text(zh="城市", en="the city")
    VENUE = Text(zh="地点", en="the venue")


class Field(StrEnum):
    """What can be told, and changed, of an event."""

    TITLE = "title"
    KIND = "kind"
    WHEN = "when"
    LENGTH = "length"
    ZONE = "zone"
    SPEAKERS = "speakers"
    LINK = "link"
    CITY = "city"
    VENUE = "venue"
    CAPACITY = "capacity"
    TARGETS = "targets"
    HOSTS = "hosts"
    SUMMARY = "summary"
    ASKS = "asks"
    LANGUAGES = "languages"
    REMINDERS = "reminders"


# What a field is called; the first is what we say.
FIELDS: Mapping[Field, tuple[str, ...]] = {
    Field.TITLE: ("标题", "题目", "title"),
    Field.KIND: ("类型", "类别", "kind"),
    Field.WHEN: ("时间", "when", "time"),
    Field.LENGTH: ("时长", "length"),
    Field.ZONE: ("时区", "zone"),
    Field.SPEAKERS: ("讲者", "嘉宾", "speakers", "speaker"),
    Field.LINK: ("链接", "入口", "link"),
    Field.CITY: ("城市", "city"),
    Field.VENUE: ("地点", "地址", "venue", "place"),
    Field.CAPACITY: ("席位", "名额", "人数", "capacity", "seats"),
    Field.TARGETS: ("面向", "targets", "for"),
    Field.HOSTS: ("主办", "主办方", "hosts", "host"),
    Field.SUMMARY: ("简介", "适合", "summary"),
    Field.ASKS: ("报名要", "报名填", "asks"),
    Field.LANGUAGES: ("语言", "languages", "language"),
    Field.REMINDERS: ("提醒", "reminders"),
}
BY_NAME = {name: field for field, names in FIELDS.items() for name in (*names, field.value)}

KINDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.VISIT: ("企业行", "企业参访", "参访", "走进企业", "visit", "company visit"),
    Kind.UNIVERSITY: ("高校行", "高校", "校园行", "university"),
    Kind.TOUR: ("城市行", "巡讲", "tour", "city tour"),
    Kind.SUMMIT: ("峰会", "大会", "年会", "summit"),
    Kind.TRAINING: ("培训", "训练营", "training"),
    Kind.CERTIFICATION: ("认证", "认证考试", "certification"),
    Kind.TALK: ("线上分享", "线上", "分享", "直播", "online talk", "talk"),
    Kind.QA: ("专家答疑", "答疑", "expert q&a", "q&a", "qa"),
    Kind.CONTEST: ("比赛", "竞赛", "大赛", "contest"),
    Kind.MEETING: ("会议", "例会", "meeting"),
}
KIND_WORDS = {name: kind for kind, names in KINDS.items() for name in (*names, kind.value)}
LANGUAGES = {"中文": "zh", "汉语": "zh", "普通话": "zh", "chinese": "zh", "英文": "en", "英语": "en", "english": "en"}
LANGUAGES |= {"日文": "ja", "日语": "ja", "japanese": "ja", "韩文": "ko", "韩语": "ko", "korean": "ko"}
LANGUAGES |= {code: code for code in ("zh", "en", "ja", "ko", "de", "fr", "es", "ru")}
ASKS = {"公司": "company", "单位": "company", "职位": "title", "职务": "title", "头衔": "title", "城市": "city"}
ASKS |= {"邮箱": "email", "邮件": "email", "e-mail": "email", "手机": "phone", "手机号": "phone", "电话": "phone"}
ASKS |= {code: code for code in ("company", "title", "city", "email", "phone")}


def listed(named: Mapping[Any, tuple[str, ...]]) -> Text:
    """Return what can be chosen, in both languages."""
    return Text(zh="、".join(names[0] for names in named.values()), en=", ".join(str(one) for one in named))


KIND_NAMES = listed(KINDS)
FIELD_NAMES = listed(FIELDS)
