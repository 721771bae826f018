"""What is said on the day: to who checks in, and to hosts."""

from __future__ import annotations

from handlers import Text


class Texts:
    """What to say next in every line; of a code that does not hold nothing is told but that."""

    HELP = Text(zh="到了活动现场，报当天的码", en="say today's code to check in at an event")
    HELP_CODE = Text(zh="活动当天的签到码和链接", en="today's check-in code and link of an event")
    HELP_COUNT = Text(zh="活动签到了多少、谁第一次来", en="who checked in at an event, and who is new")
    HELP_FOR = Text(zh="替没带手机的人签到", en="check in people who have no phone with them")
    HELP_LIST = Text(zh="打印用的签到表，PDF 私聊发你", en="the list to print, as a PDF in private")
    USAGE = Text(
        zh="签到这样写：「签到 4821」，码在现场，四位数字。",
        en="Like this: /checkin 4821, the four digits shown there.",
    )
    USAGE_CODE = Text(zh="哪个活动的？像「签到码 E57」。", en="Of which event? Like this: /checkin_code E57")
    USAGE_COUNT = Text(zh="哪个活动的？像「签到 E57」。", en="Of which event? Like this: /attendance E57")
    USAGE_FOR = Text(
        zh="这样写：「代签 E57 木子、江南」，或者报名单上的编号「代签 E57 12」。",
        en="Like this: /checkin_for E57 muzi, jiangnan, or by the number on the list: /checkin_for E57 12",
    )
    USAGE_LIST = Text(zh="哪个活动的？像「签到表 E57」。", en="Of which event? Like this: /checkin_list E57")

    DONE = Text(zh="{event} 签到好了，你是今天第 {place} 位。", en="Checked in at {event}, number {place} today.")
    FIRST = Text(
        zh="第一次来，欢迎。有什么想知道的，问旁边的人或者问我。",
        en="Your first time here, welcome. Ask anyone, or me.",
    )
    ASK = Text(zh="想问讲者：「问 {event} 你的问题」。", en="To ask the speakers: /q {event} …")
    AGAIN = Text(zh="{event} 今天你签过了。", en="You are checked in at {event} today.")
    HERE = Text(zh="{event} 签到收到，今天到了 {count} 位。", en="Checked in at {event}, {count} there today.")
    HERE_FIRST = Text(zh="其中第一次来的：{names}。欢迎。", en="Here for the first time: {names}. Welcome.")
    HERE_FIRST_MANY = Text(
        zh="其中第一次来的 {count} 位：{names}等。欢迎。",
        en="Here for the first time, {count}: {names} and others. Welcome.",
    )

    NO_SUCH = Text(
        zh="没有这个码。看看现场写的，四位数字。还能试 {left} 次。",
        en="There is no such code. It has four digits; {left} tries left.",
    )
    NO_SUCH_LAST = Text(
        zh="没有这个码。试了 {most} 次，歇一小时再来；急的话请现场的主持人代签。",
        en="There is no such code. {most} tries are all for an hour; a host can check you in.",
    )
    OTHER_DAY = Text(
        zh="这个码现在不管用，看看现场今天写的。", en="This code does not hold now. See the one shown today."
    )
    OTHER_EVENT = Text(zh="这不是 {event} 的码。", en="This is no code of {event}.")
    TOO_MANY = Text(
        zh="这一小时试错 {most} 次了，歇会儿再来；急的话请现场的主持人代签。",
        en="{most} wrong codes within an hour; wait a while, or let a host check you in.",
    )
    CLOSED = Text(
        zh="乱试码的太多，先只收报了名的人，私聊我发「签到」加码。没报名的请现场的主持人代签。",
        en="Too many guesses: for now only who registered checks in, in private. Others: a host can check you in.",
    )
    GUESSED = Text(
        zh="{event} 的签到码有人乱试，一小时错了 {count} 次。现在只在私聊收报了名的人；别人用「代签 {event} 名字」。",
        en="Somebody guesses check-in codes: {count} wrong ones in an hour. Only who registered for {event} checks in"
        " now, in private; for others /checkin_for {event} NAME",
    )

    CODE = Text(zh="{event}{title}{day}的签到码：{code}", en="{event} {title}, the code of {day}: {code}")
    CODE_HOLDS = Text(
        zh="{since} 到 {until} 管用，来的人发「签到 {code}」。", en="From {since} to {until}: /checkin {code}"
    )
    CODE_PAGE = Text(zh="投屏用这一页，只给现场看：{url}", en="To show on the wall, and nowhere else: {url}")
    CODE_NEVER = Text(zh="{event} 已经结束了，没有签到码。", en="{event} is over and has no code.")
    CODE_OFF = Text(zh="{event} 没有发布，没有签到码。", en="{event} is not published and has no code.")
    PRIVATE = Text(
        zh="签到码只私聊给：私聊我发「签到码 {event}」。",
        en="Codes are told in private only: /checkin_code {event} there.",
    )

    COUNT = Text(zh="{event}{title}：今天签到 {today} 人", en="{event} {title}: {today} checked in today")
    COUNT_OVER = Text(zh="{event}{title}：签到 {all} 人", en="{event} {title}: {all} checked in")
    COUNT_ALL = Text(zh="，几天一共 {all} 人", en=", {all} on all days")
    COUNT_OF = Text(zh="，报名 {registered} 人里来了 {came} 人", en=", {came} of {registered} who registered")
    COUNT_FIRST = Text(zh="第一次来的 {count} 位：{names}", en="For the first time, {count}: {names}")
    COUNT_FIRST_ONLY = Text(zh="第一次来的 {count} 位。", en="{count} for the first time.")
    COUNT_NO_FIRST = Text(zh="第一次来的还没有。", en="Nobody for the first time yet.")
    COUNT_LEFT = Text(zh="报了名还没到的 {count} 位：{names}", en="Registered and not there, {count}: {names}")
    AND_MORE = Text(zh="等", en=" and others")
    HOW = Text(
        zh="没带手机的：「代签 {event} 名字」。名单：「签到表 {event}」。",
        en="Without a phone: /checkin_for {event} NAME. The list: /checkin_list {event}",
    )

    FOR_DONE = Text(
        zh="代签好了：{names}。{event} 今天到了 {count} 位。", en="Checked in: {names}. {count} at {event} today."
    )
    FOR_AGAIN = Text(zh="已经签过：{names}", en="Were checked in: {names}")
    FOR_NONE = Text(
        zh="报名里没有：{names}。在群里的人，让他私聊我发「签到」加码，不报名也收。",
        en="Not registered: {names}. They can say the code to me in private, registered or not.",
    )
    FOR_SEVERAL = Text(
        zh="叫「{name}」的有 {count} 位：{names}。写编号：「代签 {event} {number}」。",
        en="{count} are called {name}: {names}. By number: /checkin_for {event} {number}",
    )
    FOR_CLOSED = Text(
        zh="{event} 今天没有签到：只在开始前 2 小时到结束后 1 小时。",
        en="No check-in at {event} now: only from 2 h before to 1 h after.",
    )
    ONE = Text(zh="{number} {name}", en="{number} {name}")
    ONE_OF = Text(zh="{number} {name}（{company}）", en="{number} {name} ({company})")

    WRITING = Text(zh="在排，好了私聊发你。", en="I am setting it and will send it in private.")
    EMPTY = Text(
        zh="{event} 还没有人报名，没有名单可印。", en="Nobody registered for {event}, there is nothing to print."
    )
    FILE = Text(
        zh="签到表.pdf（收不到文件就请管机器的人取：数据目录 files/{name}，放一周）",
        en="list.pdf (if no file came, ask the operator for files/{name} in the data folder; kept for a week)",
    )
    FILE_HEAD = Text(
        zh="{event}{title}的签到表，{count} 人。里面有名字和公司，用完收好。",
        en="The list of {event} {title}, {count} people. It has names; keep it safe.",
    )


class Sheet:
    """What stands on the list to print."""

    NUMBER = Text(zh="编号", en="No.")
    NAME = Text(zh="姓名", en="Name")
    COMPANY = Text(zh="公司", en="Company")
    HERE = Text(zh="到", en="Here")
    SIGNED = Text(zh="签名", en="Signature")
    WAITING = Text(zh="候补", en="waiting")
    COUNT = Text(zh="报名 {count} 人", en="{count} registered")
    COUNT_WAITING = Text(zh="报名 {count} 人，候补 {waiting} 人", en="{count} registered, {waiting} waiting")
    PAGE = Text(zh="第 {page} / {pages} 页", en="page {page} of {pages}")
    NOTE = Text(
        zh="只给签到的同事用，活动后请销毁。没报名的人写在末尾的空行里。",
        en="For check-in only; please destroy it afterwards. Who did not register signs on the empty lines.",
    )
