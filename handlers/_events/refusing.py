"""What is wrong with what somebody typed of an event, in words that name it and show how it is written."""

from __future__ import annotations

from handlers import Text


class UnreadableError(Exception):
    """What was typed cannot be meant; `said` tells why, and what can."""

    def __init__(self, text: Text, **values: object) -> None:
        self.text = text
        self.values = values
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """Return what is wrong, in a language; so are values that are texts."""
        told = {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return self.text.in_language(language, **told)


class Texts:
    """What is wrong, each with the way to write it."""

    UNREAD = Text(
        zh="没看懂「{said}」是什么时候。时间这样写：12 月 5 日 14:00",
        en="“{said}” is no time I can read. Write it so: 2026-12-05 14:00",
    )
    NO_DAY = Text(
        zh="{month} 月没有 {day} 日。时间这样写：12 月 5 日 14:00",
        en="Month {month} has no day {day}. Write it so: 2026-12-05 14:00",
    )
    NO_MONTH = Text(
        zh="一年没有 {month} 月。时间这样写：12 月 5 日 14:00",
        en="There is no month {month}. Write it so: 2026-12-05 14:00",
    )
    NO_CLOCK = Text(
        zh="没有 {clock} 这个时刻。时间这样写：12 月 5 日 14:00",
        en="There is no {clock} on a clock. Write it so: 2026-12-05 14:00",
    )
    WHAT_CLOCK = Text(
        zh="「{said}」几点开始？时间这样写：12 月 5 日 14:00", en="{said}: at what time? Write it so: 2026-12-05 14:00"
    )
    WHAT_DAY = Text(
        zh="「{said}」是哪一天的？时间这样写：12 月 5 日 14:00", en="{said} of which day? Write it so: 2026-12-05 14:00"
    )
    PAST = Text(zh="{when} 已经过去了。要哪一天，带上年份再说一次。", en="{when} is past. Which day? Add the year.")
    FAR = Text(zh="{when} 太远了，最多排到 5 年以后。", en="{when} is too far away; five years ahead is the most.")
    SKIPPED = Text(
        zh="{zone} 那天要拨钟，{when} 不存在；之后最早是 {next}。",
        en="The clocks change that day in {zone}: there is no {when}. The next time there is, is {next}.",
    )
    BACKWARDS = Text(
        zh="结束 {end} 不晚于开始 {start}。这样写：14:00-17:00，或 14:00 50 分钟",
        en="It ends at {end}, which is not after {start}. Write 14:00-17:00, or 14:00 50 min",
    )
    LONG = Text(zh="一场活动最长 60 天。", en="An event lasts 60 days at most.")
    LENGTH = Text(
        zh="没看懂「{said}」是多久。这样写：50 分钟，1.5 小时，2 天",
        en="“{said}” is no length of time I can read. Write 50 min, 1.5 hours or 2 days",
    )
    NO_ZONE = Text(
        zh="没有「{said}」这个时区，近的有 {near}。也可以写城市：北京、东京、纽约",
        en="There is no zone “{said}”; near ones: {near}. A city will do as well: Tokyo, New York",
    )
    CAPACITY = Text(
        zh="席位要在 1 到 100000 之间，如 40；不限就写「不限」。",
        en="Seats are a number from 1 to 100000, such as 40; or “any”.",
    )
    NO_TITLE = Text(
        zh="还没有标题。标题写在《》里，最多 60 个字。", en="There is no title. Put it in “…”, 60 characters."
    )
    TITLE = Text(
        zh="标题最多 60 个字，这个有 {count} 个。", en="A title has 60 characters at most; this one has {count}."
    )
    EVERYONE = Text(
        zh="活动里不放 {said}，我从不 @ 全体。去掉再说一次。",
        en="No {said} in what I tell of events: I never mention everyone. Say it again without.",
    )
    TOO_LONG = Text(zh="{name}最多 {most} 个字。", en="{name}: {most} characters at most.")
    TOO_MANY = Text(zh="{name}最多 {most} 个。", en="{name}: {most} at most.")
    KIND = Text(
        zh="没有「{said}」这一类。有：{kinds}",
        en="There is no kind “{said}”. There are: {kinds}",
    )
    WHAT_KIND = Text(zh="是哪一类？有：{kinds}", en="Which kind is it? There are: {kinds}")
    LANGUAGE = Text(zh="「{said}」是哪种语言？写：中文、英文、日文", en="Which language is “{said}”? Write: zh, en, ja")
    LINK = Text(zh="链接要以 https:// 开头，中间没有空格。", en="A link begins with https:// and has no spaces in it.")
    TARGET = Text(
        zh="面向谁这样写：总群，行业 金融，区域 成都；都发就写「全部」。",
        en="Write whom it is for: general, industry finance, region Chengdu; or all.",
    )
    ASKS = Text(
        zh="报名时能问的有：公司、职位、城市、邮箱、手机；都不问写「无」。没有「{said}」。",
        en="What can be asked: company, title, city, email, phone; or none. There is no “{said}”.",
    )
    REMINDERS = Text(
        zh="提醒这样写：7d 1d 1h（天、小时）；不要提醒写「无」，照社区的写「默认」。",
        en="Write reminders so: 7d 1d 1h; or none, or default.",
    )
    RULE = Text(
        zh="没看懂「{said}」怎么重复。这样写：每周二、周四 20:00，或 RRULE:FREQ=WEEKLY;BYDAY=TU,TH",
        en="I cannot read how “{said}” recurs. Write: every tue, thu 20:00, or RRULE:FREQ=WEEKLY;BYDAY=TU,TH",
    )
    RULE_PART = Text(
        zh="这样重复不行：{part}。最密每天一场，最多 500 场。",
        en="It cannot recur so: {part}. Once a day and 500 in all are the most.",
    )
    RULES = Text(zh="一场活动只能有一条重复规则。", en="An event has one rule of recurrence at most.")
    EXCEPTIONS = Text(zh="停的日子太多：{count}，最多 {most}。", en="It leaves out {count} days; {most} are the most.")
    NEVER = Text(zh="照这条规则一场也没有。", en="By this rule it never happens.")
    NO_FIELD = Text(zh="没有「{said}」这一项。能改的：{fields}", en="There is no “{said}”. What can change: {fields}")
