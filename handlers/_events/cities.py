"""Cities that a line may begin a place with: 成都 高新区天府五街. Pure."""

from __future__ import annotations

import re

_NAMES = """北京 上海 天津 重庆 广州 深圳 珠海 佛山 东莞 惠州 中山 杭州 宁波 温州 绍兴 嘉兴 金华 台州 南京 苏州
    无锡 常州 南通 徐州 扬州 成都 绵阳 武汉 宜昌 西安 郑州 洛阳 长沙 株洲 合肥 芜湖 福州 厦门 泉州 济南
    青岛 烟台 潍坊 沈阳 大连 长春 哈尔滨 石家庄 唐山 保定 太原 南昌 赣州 昆明 大理 贵阳 遵义 南宁 桂林
    海口 三亚 兰州 西宁 银川 乌鲁木齐 呼和浩特 包头 拉萨 香港 澳门 台北 高雄 新加坡 东京 大阪 首尔 曼谷
    吉隆坡 悉尼 伦敦 巴黎 柏林 纽约 硅谷"""
_CITY = "|".join(sorted(_NAMES.split(), key=len, reverse=True))
# A venue names a street, a house or a hall; what else follows a city may be a person.
_VENUE = r"[^\s/、]*(?:[路街巷道区园城楼座厅室馆号院校]|大学|大厦|中心|广场|酒店|饭店|公司|总部|咖啡)[^\s/、]*"
_PLACE = re.compile(rf"(?:^|(?<=\s))(?P<city>{_CITY})市?(?:\s+(?P<venue>{_VENUE}))?(?=\s|$)")


def found_in(line: str) -> tuple[str, str, str]:
    """Return the city that a line tells, the venue behind it, and the line without them; empty where it tells none."""
    found = _PLACE.search(line)
    if found is None:
        return "", "", line
    rest = f"{line[: found.start()]} {line[found.end() :]}"
    return found["city"], found["venue"] or "", " ".join(rest.split())
