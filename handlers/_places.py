"""Knows zones and countries, and what people write instead of them."""

from __future__ import annotations

import difflib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

# What is commonly meant, although no zone has the name (or, like CST, several have).
SHANGHAI = """asia/beijing asia/peking asia/shenzhen asia/guangzhou asia/china beijing shanghai shenzhen china
    china_standard_time cst utc+8 gmt+8 utc+08:00 gmt+08:00 +08:00 北京 上海 北京时间"""
MEANT = dict.fromkeys(SHANGHAI.split(), "Asia/Shanghai")


def known_zone(value: object) -> ZoneInfo:
    """Return a zone by its name in the tz database.

    Raises:
        ValueError: There is no such zone; names the near one.
    """
    if isinstance(value, ZoneInfo):
        return value
    name = value if isinstance(value, str) else ""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no such zone; did you mean {_near_zone(name)}?") from None


def _near_zone(name: str) -> str:
    lower = name.strip().lower().replace(" ", "_")
    if lower in MEANT:
        return MEANT[lower]
    zones = {zone.lower(): zone for zone in available_timezones()}
    found = difflib.get_close_matches(lower, zones, n=1, cutoff=0.7)
    return zones[found[0]] if found else "Asia/Shanghai"


def known_country(code: str) -> str:
    """Return the code of a country whose holidays are known.

    Raises:
        ValueError: They are not.
    """
    if code == "CN":
        return code
    # Imported here: it costs more than the rest of the configuration.
    from holidays.utils import list_supported_countries

    if code not in list_supported_countries():
        raise ValueError('must be a country as two capital letters, such as "CN"')
    return code
