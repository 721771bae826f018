"""Rules of time, as the clock reads them; features write and explain them, so they live with those."""

from __future__ import annotations

from handlers._rules import WEEKDAYS, Rule, RuleError, instant, latest_due, next_due, parse

__all__ = ["WEEKDAYS", "Rule", "RuleError", "instant", "latest_due", "next_due", "parse"]
