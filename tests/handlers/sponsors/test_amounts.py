"""Amounts of money: what is read, what is refused, and how they are told."""

from __future__ import annotations

import pytest

from handlers.sponsors._amounts import Amount, AmountError, read, told


@pytest.mark.parametrize(
    ("text", "cents", "currency"),
    [
        ("5000", 500_000, "CNY"),
        ("5,000.50", 500_050, "CNY"),
        ("¥5000", 500_000, "CNY"),
        ("¥ 5,000", 500_000, "CNY"),
        ("5000元", 500_000, "CNY"),
        ("1.2万", 1_200_000, "CNY"),
        ("1.2 万", 1_200_000, "CNY"),
        ("1.2345 万元", 1_234_500, "CNY"),
        ("3k", 300_000, "CNY"),
        ("USD 300", 30_000, "USD"),
        ("300 usd", 30_000, "USD"),
        ("$300.5", 30_050, "USD"),
        ("€ 1,000,000", 100_000_000, "EUR"),
        ("0.01", 1, "CNY"),
        ("10亿", 100_000_000_000, "CNY"),
    ],
)
def test_read(text: str, cents: int, currency: str) -> None:
    assert read(text) == Amount(cents, currency)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "0.00", "-5", "-5000", "NaN", "nan", "inf", "1e5", "1_000", "5,00", "50,0000", "0.001", "1 万 5",
        "1000000000000000000", "1000000001", "11亿", "9" * 30, "USD 300 EUR", "五千", "5000场地", "0x10", "５ ０", "+5",
        "1.005",
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(AmountError):
        read(text)


@pytest.mark.parametrize(
    ("cents", "currency", "language", "words"),
    [
        (500_000, "CNY", "zh", "5,000 元"),
        (500_050, "CNY", "en", "5,000.50 CNY"),
        (-30_000, "USD", "zh", "-300 USD"),
        (-50, "CNY", "zh", "-0.50 元"),
        (0, "CNY", "zh", "0 元"),
        (100_000_000_000 * 10, "CNY", "zh", "10,000,000,000 元"),
    ],
)
def test_told(cents: int, currency: str, language: str, words: str) -> None:
    assert told(cents, currency, language) == words
