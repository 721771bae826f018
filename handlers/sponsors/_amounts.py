"""Amounts of money as people write them: 5000, 5,000.50, ¥5000, 1.2 万, USD 300; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

MOST = 10**9  # of a currency; more is a slip
_MYRIAD = {"万": 10_000, "千": 1_000, "亿": 100_000_000, "w": 10_000, "k": 1_000}
_SIGNS = {"¥": "CNY", "元": "CNY", "块": "CNY", "人民币": "CNY", "rmb": "CNY", "$": "USD", "美元": "USD", "€": "EUR"}
_SIGNS |= {"欧元": "EUR", "港币": "HKD", "港元": "HKD", "£": "GBP", "日元": "JPY", "新币": "SGD"}
_CODES = ("CNY", "USD", "EUR", "HKD", "GBP", "JPY", "SGD", "TWD", "MOP", "KRW", "AUD", "CAD", "CHF")
_SIGNS |= {code.lower(): code for code in _CODES}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,19})(?:\.\d{1,6})?"
AMOUNT = rf"(?i:(?:{_SIGN})? ?{NUMBER} ?(?:[万千亿wk])? ?(?:{_SIGN})?)"
_AMOUNT = re.compile(
    rf"(?P<before>{_SIGN})?\s?(?P<number>{NUMBER})\s?(?P<myriad>[万千亿wk])?\s?(?P<after>{_SIGN})?", re.IGNORECASE
)


class AmountError(ValueError):
    """An amount is written 5000, 5,000.50, 1.2 万 or USD 300, above zero."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in hundredths of its currency, so that nothing is lost in adding up."""

    cents: int
    currency: str


def read(text: str, currency: str = "CNY") -> Amount:
    """Return the amount that is written, in a currency where the words name none.

    Raises:
        AmountError: It is none: not above zero, more than a milliard, finer than a hundredth, in two currencies.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise AmountError
    signs = {_SIGNS[sign.lower()] for sign in (found["before"], found["after"]) if sign}
    value = Decimal(found["number"].replace(",", "")) * _MYRIAD.get((found["myriad"] or "").lower(), 1)
    cents = value * 100
    if len(signs) > 1 or not 0 < value <= MOST or cents != cents.to_integral_value():
        raise AmountError
    return Amount(int(cents), signs.pop() if signs else currency)


def told(cents: int, currency: str, language: str) -> str:
    """Return an amount as it is read: 5,000 元, 300.50 USD."""
    whole, rest = divmod(abs(cents), 100)
    number = f"{'-' if cents < 0 else ''}{whole:,}{f'.{rest:02d}' if rest else ''}"
    return f"{number} 元" if currency == "CNY" and language != "en" else f"{number} {currency}"
