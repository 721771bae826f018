"""Call names: what a member is called in the group, taken from the card: 「成都-老樊-DBA」 is 老樊."""

from __future__ import annotations

import re
from collections.abc import Iterable

from storage import members, memberships, messages
from storage.database import Store

LIMIT = 12

_CITIES = re.compile(
    r"(?:"
    r"北京|上海|天津|重庆|广州|深圳|杭州|南京|成都|武汉|西安|苏州|长沙|郑州|青岛|济南|宁波|无锡|厦门|福州|"
    r"合肥|大连|沈阳|哈尔滨|长春|昆明|贵阳|南宁|海口|兰州|银川|西宁|乌鲁木齐|拉萨|太原|石家庄|呼和浩特|南昌|"
    r"珠海|佛山|东莞|中山|惠州|温州|嘉兴|绍兴|金华|常州|南通|徐州|扬州|烟台|潍坊|洛阳|泉州|保定|唐山|绵阳|"
    r"桂林|三亚|香港|澳门|台北|新加坡|东京|硅谷|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|"
    r"湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|华东|华南|华北|西南|"
    r"西北|东北|京|沪|深|广|杭|beijing|shanghai|guangzhou|shenzhen|hangzhou|nanjing|chengdu|wuhan|xian|suzhou|"
    r"singapore|tokyo|bj|sh|gz|sz|hz|cd"
    r")市?"
)
_ROLES = re.compile(
    r"(?:资深|高级|首席|初级|兼职|前|小|老)?(?:"
    r"dba|sre|dev|devops|ops|pm|qa|cto|ceo|etl|bi|dw|java|python|php|golang|go|rust|gis|c\+\+|backend|"
    r"frontend|前端|后端|全栈|开发|运维|政企运维|测试|产品|架构|架构师|数据|数仓|数据库|数据工程|算法|实施|"
    r"售前|售后|销售|支持|技术支持|研发|内核|内核开发|分析|分析师|学生|在校|研[一二三]|大[一二三四]|老师|讲师|"
    r"教师|顾问|咨询|运营|市场|志愿者|社区志愿者|群主|管理员|管理|工程师|经理|总监|主管|专家|自由职业|"
    r"engineer|developer|student|admin|support|pg|postgres|postgresql|oracle|mysql"
    r")(?:工程师|经理|师)?"
)
_COMPANY = re.compile(
    r".+(?:科技|公司|集团|银行|证券|保险|大学|学院|社区|数据|软件|信息|网络|云|电信|移动|联通|电力|医院|研究院|实验室"
    r"|交流群|技术|tech|inc|corp|ltd|lab|labs|bank|cloud|soft|data)"
)
_PARTS = re.compile(r"[-—–_|｜/\\·•~～@#＃:：,，、()（）\[\]【】<>《》「」\s]+")
_NOISE = re.compile(r"[^\w一-鿿 .'-]+")
_SEAM = re.compile(r"(?<=[一-鿿])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[一-鿿])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'_-]*")


def call_name(card: str) -> str:
    """Return what people would call the bearer of a card; empty where the card is.

    City, job and company are left out where they are recognised as such; of what remains the first part counts. A
    Latin name with spaces or hyphens stays whole unless one of its parts is a city or a job.
    """
    shown = card.strip()
    parts = [part for part in (_NOISE.sub("", part).strip() for part in _PARTS.split(shown)) if part]
    if not parts:
        return ""
    own = [part for part in parts if not _is_about_them(part)]
    if len(own) == len(parts) and _LATIN.fullmatch(shown):
        return shown[:LIMIT].strip()
    return _latin_together(own or parts, shown)[:LIMIT]


def _is_about_them(part: str) -> bool:
    word = part.lower()
    return word.isdigit() or any(kind.fullmatch(word) for kind in (_CITIES, _ROLES, _COMPANY))


def _latin_together(parts: list[str], shown: str) -> str:
    """Return the first part; with the second where both are one Latin name (Lena Wang)."""
    if len(parts) > 1 and f"{parts[0]} {parts[1]}" in shown and all(_LATIN.fullmatch(part) for part in parts[:2]):
        return f"{parts[0]} {parts[1]}"
    return parts[0]


def spaced(line: str) -> str:
    """Return a line of ours with the space that stands between Chinese and Latin, wherever a name was set in."""
    return _SEAM.sub(" ", line)


async def called(store: Store, group: int, wanted: Iterable[int]) -> dict[int, str]:
    """Return the call names of members in a group; those who do not want to be named, or have no name, are left out."""
    ids = set(wanted)
    cards = await memberships.names_in(store, group, ids)
    found = await members.several(store, ids)
    names = {
        member.id: call_name(cards.get(member.id, "") or member.name) for member in found.values() if member.signed
    }
    return {member: name for member, name in names.items() if name}


async def author(store: Store, group: int, member: int | None, message: int | None) -> str:
    """Return what the author of a message is called in a group; empty for who has no name, or not for this message.

    What the bot carried without a name is never signed, however well its author is known.
    """
    if member is None:
        return ""
    said = [] if message is None else await messages.several(store, [message])
    if any(messages.UNSIGNED in one.flags for one in said):
        return ""
    return (await called(store, group, [member])).get(member, "")
