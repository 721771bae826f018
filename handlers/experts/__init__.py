"""Experts: who agrees to be asked, on which topics and how often; passing a question on, and resting."""

from __future__ import annotations

from handlers import Router
from handlers._experts.settings import Settings

router = Router(Settings)
