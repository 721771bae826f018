"""The table of what each account can do, from the adapters themselves: for `doctor` and for the README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.adapters import Ability, Adapter, Delivery, Rate

YES, NO = "✓", "–"
NAMES: Mapping[Ability, tuple[str, str]] = {
    Ability.SEE_ALL: ("看到全部消息", "sees all messages"),
    Ability.PUSH: ("主动发群", "posts unasked"),
    Ability.DIRECT: ("私聊", "writes in private"),
    Ability.QUOTE_IN: ("看得到引用", "quotes, in"),
    Ability.QUOTE: ("引用着回", "quotes, out"),
    Ability.MENTION: ("@ 到人", "mentions members"),
    Ability.PICTURE_IN: ("收图", "pictures, in"),
    Ability.PICTURE: ("发图", "pictures, out"),
    Ability.FILE: ("私发文件", "files, in private"),
    Ability.MARKUP: ("标题、粗体、链接", "headings, bold, links"),
    Ability.BUTTONS: ("按钮", "buttons"),
    Ability.RECALL: ("知道撤回", "hears of recalls"),
    Ability.EDIT: ("知道修改", "hears of edits"),
    Ability.MOVES: ("知道进退群", "hears who joins, leaves"),
    Ability.CARDS: ("群成员名单", "lists members"),
    Ability.INVITE: ("发邀请链接", "makes invite links"),
    Ability.STABLE_IDS: ("成员 id 不变", "member ids last"),
    Ability.SAME_IDS: ("各群同一个 id", "one id in all groups"),
}
AWAY: Mapping[Delivery, tuple[str, str]] = {
    Delivery.KEPT: ("平台留着", "kept"),
    Delivery.READ_BACK: ("回头补读", "read back"),
    Delivery.LOST: ("丢了，记缺口", "a gap"),
    Delivery.NEVER: ("只发不收", "–"),
}
ROWS = ("不在线时的消息", "said while away"), ("每分钟最多发，每群/共", "posts a minute, group/all")


def table(adapters: Mapping[str, Adapter], language: str = "en") -> list[list[str]]:
    """Return the rows of the table, the head first: a column for each adapter, by the names they are given under."""
    word = 1 if language == "en" else 0
    listed = list(adapters.values())
    rows = [["", *adapters]]
    rows += [[NAMES[one][word], *(_mark(found, one, word) for found in listed)] for one in Ability]
    rows.append([ROWS[0][word], *(AWAY[found.delivery][word] for found in listed)])
    rows.append([ROWS[1][word], *(limit(found.rate) for found in listed)])
    return rows


def _mark(adapter: Adapter, ability: Ability, word: int) -> str:
    if ability in adapter.abilities:
        return YES
    hears = ability is Ability.SEE_ALL and adapter.delivery is not Delivery.NEVER
    return ("@ 它的", "mentions")[word] if hears else NO


def limit(rate: Rate) -> str:
    """Return how much may be posted in a minute: into one group, and by the account."""
    return f"{rate.per_minute_group}/{rate.per_minute_account}"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a table of Markdown."""
    head, *rest = rows
    rule = ["---", *(":-:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rest])
