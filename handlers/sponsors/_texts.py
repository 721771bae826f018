"""What is said about money and sponsors."""

from __future__ import annotations

from handlers import Text


class Texts:
    """All of it in private: amounts are the admins' alone."""

    HELP_MONEY = Text(zh="一场活动花了多少、收了多少", en="What an event cost and brought")
    MONEY_USAGE = Text(
        zh="「记账 E57 支出 300 场地」「记账 E57 收入 5000 门票」；看「记账 E57」「记账 成都」；"
        "「记账 导出 E57」；记错了「记账 删 M7」。",
        en="/money E57 cost 300 venue, /money E57 income 5000 tickets; see /money E57, /money Chengdu;"
        " /money export E57; wrong: /money drop M7",
    )
    NO_EVENT = Text(zh="没有 {number} 这个活动。看有哪些：发「活动」。", en="There is no event {number}. See /events.")
    NO_SERIES = Text(zh="没有「{name}」的系列。看有哪些：「系列」。", en="There is no series “{name}”. See /series.")
    AMOUNT = Text(
        zh="没看懂多少钱。这样写：5000，5,000.50，1.2 万，USD 300；要大于 0，不超过 10 亿。",
        en="What amount? Write 5000, 5,000.50 or USD 300; above 0 and up to a milliard.",
    )
    KEPT = Text(zh="记下 M{number}：{event} {kind} {amount}{what}。", en="M{number}: {event} {kind} {amount}{what}.")
    WHAT = Text(zh="，{what}", en=", {what}")
    SUM = Text(
        zh="{name}：支出 {cost}，收入 {income}，结余 {left}", en="{name}: cost {cost}, income {income}, left {left}"
    )
    HERE = Text(zh="这场", en="This event")
    TOTAL = Text(zh="合计", en="In all")
    ENTRY = Text(zh="M{number} {kind} {amount}{what}，{day}", en="M{number} {kind} {amount}{what}, {day}")
    NOTHING = Text(
        zh="{name} 还没记过账。记一笔：「记账 {event} 支出 300 场地」。",
        en="Nothing is kept of {name} yet. /money {event} cost 300 venue",
    )
    ALL = Text(zh="共 {count} 笔，全部：「记账 导出 {name}」。", en="{count} entries; all: /money export {name}")
    NO_ENTRY = Text(zh="没有 {number} 这一笔。", en="There is no entry {number}.")
    DROPPED = Text(zh="{number} 删了：{kind} {amount}{what}。", en="{number} is gone: {kind} {amount}{what}.")
    WRITING = Text(zh="在写，好了私聊发你。", en="I am writing it and will send it in private.")
    LEDGER = Text(zh="{name} 的账，{count} 笔", en="The books of {name}: {count} entries")
    FILE = Text(
        zh="{kind}（收不到文件就请管机器的人取：数据目录 files/{name}，放一周）",
        en="{kind} (if no file came, ask the operator for files/{name} in the data folder; kept for a week)",
    )
    CSV = Text(zh="账目.csv", en="books.csv")
    PDF = Text(zh="赞助回执.pdf", en="proof.pdf")
    HELP_SPONSOR = Text(zh="谁赞助了一场活动的什么", en="Who sponsors what of an event")
    SPONSOR_USAGE = Text(
        zh="「赞助 E57 苇间数据 展位 5000」，也可以是议题、冠名、文章；看「赞助 E57」；去掉「赞助 取消 S3」。",
        en="/sponsor E57 Acme booth 5000 (or topic, naming, article); see /sponsor E57; undo: /sponsor drop S3",
    )
    SPONSORED = Text(
        zh="记下 S{number}：{company} 赞助 {event} 的{slot}{amount}{what}。展示过了回「已展示 S{number} 在哪」。",
        en="S{number}: {company} sponsors the {slot} of {event}{amount}{what}. Once shown: /shown S{number} where",
    )
    NAMED = Text(
        zh="公布时写上谁冠名；名字要上标题：「改活动 {event} 标题 …」。",
        en="The announcement names it. For its name in the title: /event_edit {event} title …",
    )
    COMPANY = Text(zh="公司名最多 {most} 个字。", en="A company's name has {most} characters at most.")
    SPONSORS = Text(zh="{event} 的赞助：", en="Sponsors of {event}:")
    SLOT = Text(
        zh="S{number} {company} {slot}{amount}{what}，{shown}", en="S{number} {company} {slot}{amount}{what}, {shown}"
    )
    SHOWN = Text(zh="已展示", en="shown")
    NOT_SHOWN = Text(zh="还没展示", en="not shown yet")
    NO_SPONSORS = Text(
        zh="{event} 还没有赞助。记一个：「赞助 {event} 苇间数据 展位 5000」。",
        en="{event} has no sponsors yet. /sponsor {event} Acme booth 5000",
    )
    PROOF_HOW = Text(zh="给赞助方的回执：「赞助证明 S{number}」。", en="A proof for the sponsor: /proof S{number}")
    MORE = Text(zh="另有 {count} 个。", en="{count} more.")
    NO_SPONSOR = Text(
        zh="没有 {number} 这个赞助。看一场的：「赞助 E57」。", en="There is no {number}. See /sponsor E57."
    )
    RELEASED = Text(zh="{number} 不算了：{company} 的{slot}。", en="{number} is gone: the {slot} of {company}.")
    HELP_SHOWN = Text(zh="赞助展示过了，在哪、什么样", en="A sponsor was shown, and where")
    SHOWN_USAGE = Text(
        zh="带上编号和在哪：「已展示 S3 签到处左侧，易拉宝两个」。",
        en="/shown S3 where: /shown S3 two banners at the door",
    )
    KEPT_SHOWN = Text(
        zh="S{number} 记为已展示：{proof}。回执：「赞助证明 S{number}」。",
        en="S{number} is shown: {proof}. /proof S{number}",
    )
    HELP_PROOF = Text(zh="给赞助方的回执，PDF 私聊发你", en="The proof for a sponsor as a PDF, in private")
    PROOF_USAGE = Text(
        zh="带上编号：「赞助证明 S3」。看一场的：「赞助 E57」。", en="Add the number: /proof S3. See /sponsor E57."
    )
    PROOF = Text(
        zh="{company} 在 {event} 的回执，只有数字，没有参与者的名字。转出去之前先看一眼。",
        en="The proof for {company}, {event}: figures, and nobody's name. Have a look before you pass it on.",
    )
