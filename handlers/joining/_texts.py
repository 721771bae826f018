"""What is said to those who register."""

from __future__ import annotations

from handlers import Text
from storage.registrations import Source, State

FIELDS = {
    "company": Text(zh="公司", en="company"),
    "title": Text(zh="职位", en="title"),
    "city": Text(zh="城市", en="city"),
    "email": Text(zh="邮箱", en="e-mail"),
    "phone": Text(zh="手机号", en="phone number"),
}
SOURCES = {
    Source.GROUP: Text(zh="群里", en="groups"),
    Source.PRIVATE: Text(zh="私聊", en="in private"),
    Source.LINK: Text(zh="链接", en="links"),
    Source.REFERRAL: Text(zh="邀请", en="invited"),
    Source.DOOR: Text(zh="现场", en="at the door"),
}
STATES = {
    State.IN: Text(zh="报上", en="in"),
    State.WAITING: Text(zh="候补", en="waiting"),
    State.CANCELLED: Text(zh="取消", en="cancelled"),
}


class Texts:
    """Texts of registration; what an event is called comes from `handlers/_events/told.py`."""

    HELP = Text(zh="报名一个活动", en="Register for an event")
    HELP_CANCEL = Text(zh="去不了，让出位子", en="Give your seat at an event back")
    HELP_SHARE = Text(zh="拿一个邀请朋友来的口令", en="Get the word by which you invite others")
    HELP_REMIND = Text(zh="活动前要不要提醒你，提前多久", en="Whether you are reminded of an event, and when")
    HELP_MINE = Text(zh="你报了哪些活动", en="What you registered for")
    HELP_REGISTERED = Text(zh="一个活动的报名人数和名单", en="How many registered for an event, and who")
    USAGE = Text(zh="带上编号：「报名 E57」。看有哪些：发「活动」。", en="Add its number: /join E57. See /events.")
    USAGE_CANCEL = Text(zh="带上编号：「取消 E57」。看报了哪些：「我的活动」。", en="/cancel E57. Yours: /my_events.")
    USAGE_SHARE = Text(zh="带上编号：「邀请 E57」。", en="Add its number: /share E57.")
    USAGE_REMIND = Text(
        zh="这样说：「提醒 E57 不要」「提醒 E57 一天」「提醒 E57 一小时」「提醒 E57 都要」。",
        en="/remind E57 off, /remind E57 1d, /remind E57 1h, /remind E57 all.",
    )
    USAGE_REGISTERED = Text(
        zh="带上编号：「报名表 E57」；名单私聊我要，表格加「xlsx」。",
        en="/registered E57; the list itself in private, with xlsx as a spreadsheet.",
    )

    # who may not
    DRAFT = Text(zh="{event} 还没发布，发布了再报。", en="{event} is not published yet.")
    CANCELLED = Text(zh="{event} 取消了，不办了。", en="{event} was called off.")
    OVER = Text(zh="{event} 已经结束。看接下来的：发「活动」。", en="{event} is over. See /events.")
    UNSTABLE = Text(
        zh="这个平台上你的号每次登录都变，我认不准人，报不了名。",
        en="On this platform your id changes from login to login, so I cannot keep a seat for you.",
    )
    SILENT = Text(
        zh="你现在设了「别记我」，报名也记不下。先发「记我」，再报。",
        en="You asked not to be recorded, so I cannot note it. Send /optin first.",
    )
    OWN_WORD = Text(
        zh="{code} 是你自己的口令，给朋友用的。你自己报：「报名 {event}」。",
        en="{code} is your own word, for others. To register yourself: /join {event}.",
    )
    NO_WORD = Text(
        zh="没有 {code} 这个邀请口令。不带也能报：「报名 {event}」。",
        en="There is no such word as {code}. It works without: /join {event}.",
    )
    ADMINS = Text(zh="这个要群管理员来发。", en="This one is for the groups' admins.")

    # told in private
    JOINED = Text(zh="报上了：{event} {title}，{when}", en="You are in: {event} {title}, {when}")
    STANDS = Text(zh="你报过了：{event} {title}，{when}", en="You are in already: {event} {title}, {when}")
    SEAT = Text(zh="{where} · 第 {place} 位，共 {capacity} 席", en="{where} · number {place} of {capacity} seats")
    PLACE = Text(zh="{where} · 第 {place} 位", en="{where} · number {place}")
    ONLINE = Text(zh="线上", en="Online")
    ONLINE_AT = Text(zh="线上，入口 {link}", en="Online at {link}")
    REMINDED = Text(zh="提前{spans}各提醒你一次。", en="You will be reminded {spans} before.")
    REMINDED_ONCE = Text(zh="提前{spans}提醒你一次。", en="You will be reminded {spans} before.")
    CALENDAR = Text(zh="日历：{url}", en="Calendar: {url}")
    WAY_OUT = Text(
        zh="去不了回「取消 {event}」，位子让给候补的人。",
        en="If you cannot come: /cancel {event}; who waits gets the seat.",
    )
    WAY_OUT_OPEN = Text(zh="去不了回「取消 {event}」。", en="If you cannot come: /cancel {event}.")
    CONSENT = Text(
        zh="{fields}只给签到的同事看，活动后 30 天删。",
        en="Your {fields} are seen by who runs the event alone, and erased 30 days after it.",
    )
    FULL = Text(
        zh="{event} 满了（{taken}/{capacity}），你在候补第 {place} 位，有位子我马上告诉你。",
        en="{event} is full ({taken}/{capacity}). You are number {place} in line; I tell you when there is a seat.",
    )
    NOT_WAITING = Text(zh="不等了回「取消 {event}」。", en="To wait no longer: /cancel {event}.")
    LEFT = Text(
        zh="取消了 {event}。改主意了再回「报名 {event}」。", en="Cancelled: {event}. Changed your mind? /join {event}."
    )
    NOT_IN = Text(zh="你没报 {event}。看报了哪些：「我的活动」。", en="You are not in for {event}. Yours: /my_events.")

    # told in a group, gathered
    CAME = Text(zh="{event} 报名收到：{names}", en="{event}, registered: {names}")
    FREE = Text(zh="，还剩 {left} 席", en="; {left} seats left")
    NONE_FREE = Text(zh="，满了（{taken}/{capacity}）", en="; now full ({taken}/{capacity})")
    IN_LINE = Text(
        zh="{event} 满了（{taken}/{capacity}）：{names} 排上候补，有位子我马上告诉。",
        en="{event} is full ({taken}/{capacity}): {names} in line; I will say when there is a seat.",
    )
    SEVERAL = Text(zh="{names} 等 {count} 位", en="{names}, {count} in all")
    COUNTED = Text(zh="{count} 位", en="{count}")
    ASKS = Text(
        zh="{event} 想知道{fields}，私聊我「报名 {event}」填；不填也行。",
        en="{event} would like to know your {fields}: /join {event} in private; you need not.",
    )
    AGAIN = Text(
        zh="{event} 报过的不用再报。看自己的：私聊我「我的活动」。",
        en="{event}: once is enough. Yours: /my_events in private.",
    )
    GONE = Text(zh="{event} 取消了 {count} 位", en="{event}: {count} cancelled")
    END = Text(zh="。", en=".")

    # what is asked
    ASK = Text(zh="{field}是？发我一句就行，不想填回「不想填」。", en="Your {field}? Or “skip”.")
    THANKS = Text(zh="记下了。要改就再发「报名 {event}」。", en="Noted. To change it: /join {event} again.")
    NOTHING = Text(zh="好，不填。名照样报着。", en="All right. You are in all the same.")
    BAD_EMAIL = Text(zh="这不像邮箱。再发一次，或回「不想填」。", en="That is no e-mail address. Again, or “skip”.")
    BAD_PHONE = Text(zh="这不像手机号。再发一次，或回「不想填」。", en="That is no phone number. Again, or “skip”.")
    TOO_LONG = Text(
        zh="最多 {most} 个字。再发一次，或回「不想填」。", en="{most} characters at most. Again, or “skip”."
    )
    MAY_TELL = Text(zh="想留{fields}的话，回「报名 {event}」。", en="To leave your {fields}: /join {event} here.")

    # reminders, one's own, others
    REMIND = Text(zh="好，{event} {spans}。", en="All right, {event}: {spans}.")
    REMIND_OFF = Text(zh="不提醒了", en="no reminders")
    REMIND_AT = Text(zh="提前{span}提醒一次", en="a reminder {span} before")
    REMIND_ALL = Text(zh="照常提醒", en="reminders as usual")
    DAY = Text(zh="一天", en="a day")
    HOUR = Text(zh="一小时", en="an hour")
    AND = Text(zh="和", en=" and ")
    MINE = Text(zh="你报了 {count} 个：", en="You registered for {count}:")
    MINE_NONE = Text(zh="你还没报活动。看有哪些：发「活动」。", en="You registered for nothing. See /events.")
    MINE_IN = Text(zh="{event} {when} {title}", en="{event} {when} {title}")
    MINE_WAITING = Text(
        zh="{event} {when} {title} · 候补第 {place} 位", en="{event} {when} {title} · number {place} in line"
    )
    MINE_MORE = Text(zh="还有 {count} 个。", en="{count} more.")
    MINE_OUT = Text(zh="去不了回「取消 {event}」。", en="If you cannot come: /cancel {event}.")
    SHARE = Text(
        zh="把这句转给朋友就行：\n{title}{when}，对{bot}说「报名 {event} {code}」\n{code} 是你的口令，别的活动也能用。",
        en="Pass this on:\n{title}, {when}: say “/join {event} {code}” to {bot}\n"
        "{code} is your word, for other events, too.",
    )
    SHARE_LINK = Text(zh="或者发链接：{url}", en="Or the link: {url}")

    # for who runs it
    COUNTS = Text(zh="{event} 报名 {taken}", en="{event}: {taken} registered")
    OF = Text(zh="/{capacity}", en=" of {capacity} seats")
    WAIT = Text(zh="，候补 {waiting}", en=", {waiting} in line")
    IN_GROUPS = Text(zh="哪些群：{groups}", en="Groups: {groups}")
    FROM = Text(zh="来自：{sources}", en="From: {sources}")
    LIST_HERE = Text(zh="名单私聊我要：「报名表 {event}」。", en="The list in private: /registered {event}.")
    WRITING = Text(zh="名单在写，好了发你。", en="I am writing the list and will send it.")
    FILE = Text(zh="{name}，一周后删", en="{name}, deleted after a week")
    CARE = Text(zh="里面是别人的资料，签到用完就删。", en="These are other people's data: delete it after check-in.")
    HEAD = Text(
        zh="序号,状态,名字,平台,报名时间,群,来源,邀请人,公司,职位,城市,邮箱,手机号",
        en="number,state,name,platform,registered,group,source,invited by,company,title,city,e-mail,phone",
    )
