"""Zones as people name them: by the tz database, or by a city. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

from handlers._events.refusing import Texts, UnreadableError
from handlers._places import MEANT, known_zone

_CITIES = """Asia/Shanghai 北京 上海 成都 广州 深圳 杭州 武汉 西安 南京 重庆 天津 苏州 中国;
    Asia/Hong_Kong 香港 hongkong; Asia/Macau 澳门; Asia/Taipei 台北 taipei; Asia/Tokyo 东京 日本 tokyo;
    Asia/Seoul 首尔 韩国 seoul; Asia/Singapore 新加坡 singapore; Asia/Kuala_Lumpur 吉隆坡; Asia/Bangkok 曼谷 bangkok;
    Asia/Jakarta 雅加达; Asia/Kolkata 孟买 新德里 班加罗尔 印度 mumbai delhi bangalore india; Asia/Dubai 迪拜 dubai;
    Europe/Moscow 莫斯科 moscow; Europe/London 伦敦 英国 london; Europe/Paris 巴黎 paris;
    Europe/Berlin 柏林 慕尼黑 德国 berlin munich; Europe/Amsterdam 阿姆斯特丹 amsterdam; Europe/Zurich 苏黎世 zurich;
    Europe/Madrid 马德里 madrid; America/New_York 纽约 波士顿 华盛顿 newyork boston; America/Chicago 芝加哥 chicago;
    America/Denver 丹佛 denver; America/Los_Angeles 洛杉矶 旧金山 西雅图 硅谷 losangeles sanfrancisco seattle;
    America/Toronto 多伦多 toronto; America/Vancouver 温哥华 vancouver; America/Sao_Paulo 圣保罗 saopaulo;
    Australia/Sydney 悉尼 sydney; Australia/Melbourne 墨尔本 melbourne; Pacific/Auckland 奥克兰 auckland;
    UTC 世界时 协调世界时 gmt"""
ZONES = {name.casefold(): words[0] for words in (part.split() for part in _CITIES.split(";")) for name in words[1:]} | {
    name: zone for name, zone in MEANT.items() if "/" not in name
}


def evened(text: str) -> str:
    """Return a text with half-width letters and single spaces."""
    return " ".join(normalize("NFKC", text).split())


def zone_of(text: str) -> ZoneInfo:
    """Return a zone by its name in the tz database, in any case, or by a city.

    Raises:
        UnreadableError: There is no such zone; names near ones.
    """
    words = evened(text).removesuffix("时间").strip()
    folded = words.casefold().replace(" ", "")
    name = ZONES.get(folded) or _zones().get(words.casefold().replace(" ", "_"))
    if name is not None:
        return known_zone(name)
    near = get_close_matches(words.casefold().replace(" ", "_"), _zones(), n=3, cutoff=0.6)
    shown = ", ".join(_zones()[one] for one in near) or "Asia/Shanghai"
    raise UnreadableError(Texts.NO_ZONE, said=words[:40], near=shown)


@cache
def _zones() -> dict[str, str]:
    """Return every zone under its folded name, and under its city's where only one has it."""
    full = {name.casefold(): name for name in available_timezones() if not name.startswith(("posix/", "right/"))}
    cities = {name.rpartition("/")[2].casefold(): name for name in sorted(full.values()) if "/" in name}
    return cities | full
