"""What is said about the commands of events."""

from __future__ import annotations

from handlers import Text


class Texts:
    """Lines of help, and how each is said."""

    HELP = Text(zh="接下来有什么活动；活动 E57 看一个", en="What is coming; /events E57 shows one")
    HELP_EVENT = Text(
        zh="活动怎么办：发、改、公布、改期、取消", en="How events are planned: add, edit, publish, move, cancel"
    )
    HELP_ADD = Text(
        zh="发一个活动：一行说完，或私聊一步步来", en="Plan an event: in one line, or step by step in private"
    )
    HELP_EDIT = Text(
        zh="改活动的一项：席位、讲者、地点……", en="Change one thing of an event: seats, speakers, venue..."
    )
    HELP_PUBLISH = Text(zh="公布活动：先看发到哪些群，再发", en="Publish an event: see where it goes, then say yes")
    HELP_POSTPONE = Text(
        zh="改期，知道的群和报了名的人各告诉一次", en="Move an event; those who know of it are told once"
    )
    HELP_CANCEL = Text(
        zh="取消活动，知道的群和报了名的人各告诉一次", en="Call an event off; those who know are told once"
    )
    HELP_DRAFTS = Text(zh="还没公布的活动", en="Events that are not published yet")
    HELP_RULES = Text(zh="定期的活动：看、停一天、停办", en="Events that recur: see them, leave a day out, end them")
    EDIT = Text(zh="这样改：「改活动 E57 席位 50」", en="Say it so: /event edit E57 seats 50")
    PUBLISH = Text(
        zh="这样公布：「公布 E57」，先给你看发到哪些群。",
        en="Say it so: /event publish E57; you see first where it goes.",
    )
    POSTPONE = Text(zh="这样改期：「改期 E57 12 月 5 日 14:00」", en="Say it so: /event postpone E57 2026-12-05 14:00")
    CANCEL = Text(
        zh="这样取消：「取消活动 E57」，先给你看告诉谁。", en="Say it so: /event cancel E57; you see first who is told."
    )
    RULES = Text(
        zh="「活动规则」看有哪些，「活动规则 R3 停 12 月 31 日」停一天，「活动规则 R3 停办」不再排。",
        en="/event rules lists them; /event rules R3 except 2026-12-31; /event rules R3 end.",
    )
    WAYS = Text(
        zh="发活动：私聊我一步步来，或一行说完\n"
        "「发活动 线上分享《慢 SQL 三板斧》12 月 3 日 20:00 50 分钟 柏舟/苇间数据」\n"
        "改一项：「改活动 E57 席位 50」，改期：「改期 E57 12 月 5 日 14:00」\n"
        "公布：「公布 E57」，取消：「取消活动 E57」，都先给你看\n"
        "定期的：时间写「每周二、周四 20:00」，看：「活动规则」\n"
        "没公布的：「活动草稿」",
        en="/event add, in private step by step, or in one line:\n"
        "/event add talk “Slow SQL” 2026-12-03 20:00 50 min Lena/Acme\n"
        "/event edit E57 seats 50 · /event postpone E57 2026-12-05 14:00\n"
        "/event publish E57 · /event cancel E57: you see first what they do\n"
        "Recurring: write “every tue, thu 20:00”; see /event rules\n"
        "/event drafts",
    )
