"""What the report says around the figures, in both languages; the tone is that of the digest."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import Text
from storage.groups import Coverage
from storage.metrics import Missing
from storage.outcome import Evidence, Outcome

WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


class Texts:
    """Sentences and words with something to fill in."""

    TITLE = Text(zh="{name}问答报告", en="{name} questions and answers")
    NAMELESS = Text(zh="象群", en="Xiangqun")
    SPAN = Text(zh="{first} 至 {last} · {groups} 个群", en="{first} to {last} · {groups} groups")
    SPAN_ONE = Text(zh="{first} 至 {last} · {group}", en="{first} to {last} · {group}")
    NOBODY = Text(
        zh="这段时间里没有看到群里的消息，数字先不报。",
        en="No messages of this time were seen, so there are no figures.",
    )
    NONE_ASKED = Text(zh="这段时间没有人提问。", en="Nobody asked anything in this time.")
    NEWS = Text(zh="{count} 个问题。", en="{count} questions.")
    NEWS_WAIT = Text(zh="一半在 {span}内有人应。", en="Half of them had a response within {span}.")
    NEWS_RATE = Text(zh="24 小时内有人应的 {share}。", en="Within 24 hours {share} had one.")
    NEWS_SOLVED = Text(zh="满 7 天的题解决了 {share}。", en="Of those 7 days old {share} were resolved.")
    NEWS_OPEN = Text(zh="{count} 个到现在没人答。", en="{count} are unanswered to this day.")
    MEDIAN = Text(zh="中位 {value}", en="median {value}")
    OF_QUESTIONS = Text(zh="{n}/{of} 题已有", en="{n} of {of} have one")
    MEAN = Text(zh="平均 {value}", en="mean {value}")
    P90 = Text(zh="p90 {value}", en="p90 {value}")
    WITH_OPEN = Text(zh="连还在等的一起算中位 {value}", en="median with those that wait {value}")
    HALF_OPEN = Text(zh="过半还没等到", en="more than half still wait")
    AT_MOST = Text(
        zh="上限，没绑定的账号各算一人，早先的记录也可能缺",
        en="at most: unbound accounts count twice, and earlier records may lack",
    )
    AT_LEAST = Text(zh="下限，之前的记录不够长", en="at least: the record before is short")
    BEFORE = Text(zh="之前 {value}", en="before: {value}")
    POINTS = Text(zh="{value} 点", en="{value} points")
    PEOPLE = Text(zh="这个数字背后是人，不列名字。", en="Behind this number are people; they are not listed.")
    MORE = Text(zh="另有 {count} 条。", en="{count} more.")
    LEFT_OUT = Text(zh="没算进来 {count} 条：{reasons}。", en="Left out {count}: {reasons}.")
    WAITED = Text(zh="已等 {span}", en="waiting {span}")
    YES = Text(zh="算", en="yes")
    NO = Text(zh="没算上", en="no")
    UNFINISHED = Text(zh="还没过完", en="not over yet")
    UNSEEN = Text(zh="没看到", en="not seen")
    TOPIC_NONE = Text(zh="看不出主题", en="No topic")
    TOPIC_LATEST = Text(zh="{step} {now}（之前 {before}）", en="{step} {now} (before {before})")
    UNSHARED = Text(zh="（这个群的话不外传）", en="(this group keeps its words to itself)")
    WITHHELD = Text(zh="（提问者不愿被记录）", en="(its asker does not want to be recorded)")
    WAITS = Text(zh="等了{span}", en="waiting for {span}")
    EXPIRED = Text(zh="没等到回答，{span}前问的", en="never answered, asked {span} ago")
    METOO = Text(zh="同问 {count}", en="{count} more have it")
    NO_WORD = Text(zh="没人应过", en="no reply yet")
    DRAFT_ASKED = Text(zh="{day}问", en="asked {day}")
    DRAFT_RESPONSE = Text(zh="首次响应 {span}", en="first response {span}")
    DRAFT_SOLVED = Text(zh="解决用时 {span}", en="resolved after {span}")
    DRAFT_PEOPLE = Text(zh="{count} 人参与", en="{count} people took part")
    HEAT = Text(zh="最忙 {day} {hour} 点，{count} 条", en="busiest: {day} {hour}:00, {count} messages")
    COVERED = Text(zh="{label}，{first}–{last}", en="{label}, {first}–{last}")
    GAPS = Text(zh="，缺口 {count}", en=", gaps: {count}")
    COUNTED = Text(
        zh="统计看得到的 {count} 个群：{platforms}。", en="Counted: {count} groups that were seen: {platforms}."
    )
    ASIDE = Text(
        zh="{count} 个群只看得到 @ 机器人的消息，没合进来。", en="Of {count} groups only mentions were seen; left out."
    )
    BLIND = Text(zh="{count} 个群这段时间没看到消息。", en="Of {count} groups no messages were seen in this time.")
    HIDDEN = Text(
        zh="没看全时提的 {count} 题没算进来。", en="{count} questions from times that were not fully seen are left out."
    )
    GAP_DAYS = Text(zh="记录有 {count} 处缺口，最长 {span}。", en="The record has {count} gaps, the longest {span}.")
    NO_GAPS = Text(zh="记录里没有已知的缺口。", en="No gap in the record is known.")
    UNSHARED_GROUPS = Text(
        zh="{count} 个群的话不外传：数字算在里面，原文和名字不出现。",
        en="{count} groups keep their words to themselves: counted, but neither quoted nor named.",
    )
    VERSION = Text(zh="口径 v{version}，时间按 {zone}。", en="Definitions v{version}, times of {zone}.")
    MEASURED = Text(
        zh="串题有多准，在没拿来训练的标注聊天上量过：{parts}。",
        en="How often threads are right, measured on annotated chats it did not learn from: {parts}.",
    )
    UNMEASURED = Text(zh="串题有多准，这一版还没有量过。", en="How often threads are right was not measured yet.")
    TOO_FEW = Text(
        zh="提问的人太少，这一版不公布数字。",
        en="Too few people asked; this edition has no figures.",
    )
    OTHER = Text(zh="其他", en="Others")
    OTHER_GROUPS = Text(zh="其他 {count} 个群", en="{count} other groups")
    ANONYMOUS = Text(
        zh="对外的版本里，不到 5 个人的格子不出现，小的并成「其他」；人数、题数和消息数往下取到 5 的倍数。"
        "没有问答原文，只有自己同意过的人署名。",
        en="What leaves the community has no cell of fewer than 5 people: small ones are merged into “Others”, and "
        "counts are cut down to multiples of 5. Nobody is quoted, and only who agreed is named.",
    )
    INTERNAL = Text(
        zh="内部版 · 里面有原话和名字，别往外转", en="Internal edition · quotes and names people; keep it inside"
    )
    PARTNER = Text(zh="伙伴版 · {day} 之前请先不公开", en="Partner edition · under embargo until {day}")
    PUBLIC = Text(zh="公开版", en="Public edition")
    TOO_EARLY = Text(
        zh="公开版 {day} 起才出，先留给伙伴和自己人看。现在要看：--edition partner 或 internal。",
        en="The public edition comes out on {day}. Until then: --edition partner, or internal.",
    )
    NOT_OVER = Text(
        zh="公开版只出过完了的月份和年份，比如 --month 2026-10、--year 2025。",
        en="There is a public edition of months and years that are over only: --month 2026-10, --year 2025.",
    )
    AS_OF = Text(zh="截至 {moment}。", en="As of {moment}.")
    ENDS = Text(
        zh="记录到 {day} 为止，报告从那天往回看。", en="The record ends on {day}, and the report looks back from there."
    )


class Words:
    """Headings, labels and hints, by the name under which the renderers ask for them."""

    figures = Text(zh="总览", en="At a glance")
    people = Text(zh="来的人，走的人", en="Who comes and who goes")
    load = Text(zh="答题靠多少人", en="On how many the answers rest")
    outlets = Text(zh="群以外的阵地", en="Beyond the groups")
    outlets_hint = Text(
        zh="网站和公众号自己报的数，没和群里的数相加。括号里是比上个月。",
        en="As website and official account told it, never added to ours. In brackets: against the month before.",
    )
    thanks = Text(zh="谢谢", en="Thanks")
    thanks_hint = Text(
        zh="答好过题、也愿意署名的朋友，按拼音。", en="Who solved something and agreed to be named, by alphabet."
    )
    definitions = Text(zh="附录：口径", en="Appendix: definitions")
    version = Text(zh="口径 v", en="Definitions v")
    now = Text(zh="这段时间", en="this period")
    before = Text(zh="之前", en="before")
    growth = Text(zh="变化", en="change")
    figure = Text(zh="数字", en="figure")
    page = Text(zh="第 {page} 页，共 {pages} 页", en="Page {page} of {pages}")
    unsaid = Text(zh="人太少，不公布。", en="Too few people to tell.")
    outcomes = Text(zh="这些题后来怎样", en="What became of them")
    steps = Text(zh="逐月", en="By month")
    steps_table = Text(zh="逐月的数", en="The numbers by month")
    weeks = Text(zh="逐周", en="By week")
    weeks_table = Text(zh="逐周的数", en="The numbers by week")
    topics = Text(zh="大家在问什么", en="What people ask about")
    expertise = Text(zh="谁答什么", en="Who answers what")
    waiting = Text(zh="今天值得答的题", en="Worth an answer today")
    drafts = Text(zh="值得写成文章的题", en="Worth an article")
    heat = Text(zh="几点最忙", en="The busiest hours")
    groups = Text(zh="各群并排", en="Groups side by side")
    threads = Text(zh="提到的题", en="The threads named above")
    footer = Text(zh="这些数怎么来的", en="Where this comes from")
    why = Text(zh="为什么是这个数", en="Why this number")
    which = Text(zh="是哪些题", en="Which threads")
    wrong = Text(zh="串错了？", en="Wrong?")
    or_else = Text(
        zh="或者把 not-a-question 换成 {others}。不带这个词，就把这题列出来。",
        en="Or in place of not-a-question: {others}. Without that word it shows the thread.",
    )
    paste = Text(zh="贴进命令行的一句，哪句合适贴哪句：", en="Paste one of these into the command line:")
    all = Text(zh="全部：", en="All of them: ")
    experts = Text(zh="可以请教", en="to be asked")
    others = Text(zh="也答好过", en="answered well, too")
    unnamed = Text(zh="没署名的另有 {count} 位", en="{count} more who are not named")
    order = Text(
        zh="按拼音，不排名。答好过同一主题两题以上的列为可以请教，先问过本人再派题。",
        en="By alphabet, no ranking. Whoever solved two or more on a topic is suggested; ask them first.",
    )
    order_short = Text(zh="按拼音，不排名", en="by alphabet, no ranking")
    nobody = Text(zh="还没有被认可的回答。", en="No answer was accepted yet.")
    none_waiting = Text(zh="没有在等的题。", en="Nobody is waiting.")
    none_drafts = Text(
        zh="还没有提问者说好了、又能单独成文的回答。", en="No accepted answer stands alone as a text yet."
    )
    draft_hint = Text(
        zh="原话，已遮住口令、电话、地址和 IP。发表前问过本人。",
        en="Their own words; secrets, phone numbers, addresses and IPs are masked. Ask the author before you publish.",
    )
    question = Text(zh="问", en="Question")
    answer = Text(zh="答", en="Answer")
    signed = Text(zh="—— {name}", en="— {name}")
    no_topics = Text(zh="没有提问，也就没有主题。", en="No questions, so no topics.")
    no_heat = Text(zh="没有看到消息。", en="No messages were seen.")
    less = Text(zh="少", en="few")
    more = Text(zh="多", en="many")
    hour = Text(zh="点", en=":00")
    count = Text(zh="条", en="messages")
    contents = Text(zh="目录", en="Contents")
    before_all = Text(zh="括号里是之前同样长的一段时间。", en="In brackets: the period of the same length before.")


MISSING: Mapping[Missing, Text] = {
    Missing.NOT_OBSERVABLE: Text(zh="看不到", en="not visible"),
    Missing.NOTHING: Text(zh="没有", en="none"),
    Missing.TOO_EARLY: Text(zh="还早", en="too early"),
    Missing.WITHHELD: Text(zh="不足 5 人", en="< 5 people"),
}
OUTCOMES: Mapping[str, Text] = {
    Outcome.RESOLVED: Text(zh="解决", en="resolved"),
    Evidence.INFERRED: Text(zh="推断解决", en="inferred"),
    Outcome.ANSWERED: Text(zh="答了没确认", en="answered, not confirmed"),
    "unanswered": Text(zh="没人答", en="unanswered"),
}
COVERAGE: Mapping[Coverage, Text] = {
    Coverage.FULL: Text(zh="全部可见", en="all seen"),
    Coverage.IMPORTED: Text(zh="靠导入", en="imported"),
    Coverage.MENTIONS: Text(zh="只见 @", en="mentions only"),
    Coverage.NONE: Text(zh="没看到", en="not seen"),
}
REASONS: Mapping[str, Text] = {
    "mentions": Text(zh="只看得到 @ 我的", en="seen by mention only"),
    "unknown": Text(zh="那时没看全", en="not seen in full"),
    "invalid": Text(zh="不算问题", en="not a question"),
    "withdrawn": Text(zh="提问者收回", en="taken back"),
    "young": Text(zh="还太新", en="too young yet"),
    "unresolved": Text(zh="还没解决", en="not resolved"),
}
MEASURES: Mapping[str, Text] = {
    "one_to_one": Text(zh="消息归到对的题 {share}%", en="messages in the right thread {share} %"),
    "resp_time_ok": Text(zh="首次响应时间对 {share}%", en="first response time right {share} %"),
    "outcome": Text(zh="结局对 {share}%", en="outcome right {share} %"),
}
OUTLETS: Mapping[str, Text] = {
    "members": Text(zh="成员", en="members"),
    "companies": Text(zh="企业", en="companies"),
    "daily_visitors": Text(zh="日活", en="daily visitors"),
    "page_views": Text(zh="浏览", en="page views"),
    "clicks": Text(zh="点击", en="clicks"),
}
HEADINGS = {
    "month": Text(zh="月", en="month"),
    "week": Text(zh="这一周从", en="week of"),
    "group": Text(zh="群", en="group"),
    "messages": Text(zh="消息", en="messages"),
    "coverage": Text(zh="看到多少", en="what was seen"),
}


def words(language: str, *, weekly: bool) -> dict[str, str]:
    """Return every heading, label and hint by name."""
    found = {name: text for name, text in vars(Words).items() if isinstance(text, Text)}
    if weekly:
        found |= {"steps": Words.weeks, "steps_table": Words.weeks_table}
    return {name: text.in_language(language) for name, text in found.items()}
