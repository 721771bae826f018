"""What is said around an interview on site."""

from __future__ import annotations

from handlers import Text


class Texts:
    """Consent first, four short questions, each with the way past it, and the way to take it all back."""

    HELP = Text(zh="现场访谈：四句话说说你在做什么，自愿", en="four short questions on your work, if you like")
    HELP_EXPORT = Text(zh="一场活动的访谈，表格私聊发你", en="the interviews of an event, as a table in private")
    USAGE = Text(
        zh="「访谈 E57」说自己的，「访谈 E57 删掉」删掉；管理员替人记：「访谈 E57 木子」。",
        en="/interview E57 for yourself, /interview E57 delete; an admin for somebody there: /interview E57 muzi",
    )
    USAGE_EXPORT = Text(zh="哪个活动的？像「访谈表 E57」。", en="Of which event? Like this: /interviews E57")
    ONLINE = Text(zh="{event} 在线上，访谈只在现场做。", en="{event} is online; interviews are for those on site.")
    ABSENT = Text(zh="先签到再聊：「签到」加现场的码。", en="Check in first: /checkin and the code shown there.")
    NOT_THERE = Text(
        zh="签到的人里没有「{name}」。先「代签 {event} {name}」。",
        en="{name} is not checked in: /checkin_for {event} {name}",
    )
    SEVERAL = Text(
        zh="叫「{name}」的有几位：{names}。写编号。", en="Several are called {name}: {names}. Use the number."
    )
    SILENT = Text(zh="{name}设了「别记我」，不能记。", en="{name} is not to be recorded.")

    CONSENT = Text(
        zh="四句话：行业、场景、架构、想要什么。社区用来看大家在做什么，也好给你找对人。",
        en="Four short answers: industry, scenario, architecture, needs. They tell the community what people work on.",
    )
    CONSENT_HOW = Text(
        zh="只给管理员看，不外发；随时「访谈 {event} 删掉」。愿意回「好」，不愿意回「取消」。",
        en="Only admins read them; /interview {event} delete at any time. Reply “yes”, or “cancel”.",
    )
    CONSENT_OF = Text(
        zh="{name}当面同意记下来吗？只给管理员看，本人随时能删。同意回「好」，不同意回「取消」。",
        en="Does {name} agree, face to face? Only admins read it, and it can be deleted. Reply “yes”, or “cancel”.",
    )
    YES_OR_NO = Text(zh="愿意回「好」，不愿意回「取消」。", en="Reply “yes”, or “cancel”.")
    INDUSTRY = Text(zh="1/4 哪个行业？像：制造、银行。不想说回「跳过」。", en="1/4 Which industry? Or “skip”.")
    SCENARIO = Text(
        zh="2/4 拿 PG 做什么？像：订单库、时空轨迹。不想说回「跳过」。", en="2/4 What do you use it for? Or “skip”."
    )
    ARCHITECTURE = Text(
        zh="3/4 怎么搭的？像：一主两从，8TB，PG 16。不想说回「跳过」。", en="3/4 How is it set up? Or “skip”."
    )
    NEEDS = Text(
        zh="4/4 最想要什么、最头疼什么？不想说回「跳过」。", en="4/4 What do you need most, or what hurts? Or “skip”."
    )
    LONG = Text(zh="一句最多 {most} 字，收短一点。", en="At most {most} characters, please.")
    KEPT = Text(
        zh="记下了，谢谢。改：再发「访谈 {event}」；删：「访谈 {event} 删掉」。",
        en="Noted, thank you. To change it: /interview {event}; to delete it: /interview {event} delete",
    )
    KEPT_OF = Text(zh="{name}的记下了，也告诉本人了。", en="Noted for {name}, who was told as well.")
    KEPT_OF_UNTOLD = Text(
        zh="{name}的记下了。本人没私聊过我，请当面说一声：发「访谈 {event} 删掉」能删。",
        en="Noted for {name}. They never wrote to me; please tell them that /interview {event} delete removes it.",
    )
    NOTHING_SAID = Text(zh="都跳过了，没记。", en="All was skipped; nothing is kept.")
    TOLD = Text(
        zh="{event} 现场替你记了这些，只给管理员看：", en="This was noted for you at {event}; only admins read it:"
    )
    TOLD_HOW = Text(
        zh="不想留回「访谈 {event} 删掉」，要改回「访谈 {event}」。不回也没事。",
        en="To delete it: /interview {event} delete; to change it: /interview {event}. Silence is fine, too.",
    )
    DELETED = Text(zh="{event} 的访谈删掉了。", en="The interview of {event} is deleted.")
    NONE = Text(zh="{event} 没有你的访谈。", en="There is no interview of yours at {event}.")

    EMPTY = Text(zh="{event} 还没有访谈。", en="There is no interview of {event} yet.")
    FILE = Text(
        zh="访谈.xlsx（收不到文件就请管机器的人取：数据目录 files/{name}，放一周）",
        en="interviews.xlsx (if no file came, ask the operator for files/{name} in the data folder; kept for a week)",
    )
    FILE_HEAD = Text(
        zh="{event} 的访谈，{count} 份。本人同意给管理员看的，别外发。",
        en="{count} interviews of {event}. They were given for admins; do not pass them on.",
    )


FIELDS = {
    "industry": Text(zh="行业", en="Industry"),
    "scenario": Text(zh="场景", en="Scenario"),
    "architecture": Text(zh="架构", en="Architecture"),
    "needs": Text(zh="想要什么", en="Needs"),
}
WHO = Text(zh="名字", en="Name")
COMPANY = Text(zh="公司", en="Company")
AT = Text(zh="时间", en="Time")
ASKED = {
    "industry": Texts.INDUSTRY,
    "scenario": Texts.SCENARIO,
    "architecture": Texts.ARCHITECTURE,
    "needs": Texts.NEEDS,
}
