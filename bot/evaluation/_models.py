"""Chooses the models that are judged: those shipped, or for each stream one that was trained without its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.evaluation import Request
from classifiers import Linker, Memory, Role, Said, Topics, keywords, rules
from classifiers._evaluating.streams import Stream


def shipped_topics() -> Topics:
    """Return the topic classifier that is on by default."""
    return keywords.build(keywords.Settings())


def linker_for(
    request: Request, streams: Sequence[Stream], *, whole: bool
) -> tuple[Callable[[Stream], Linker], list[str]]:
    """Return which linker places a stream, and notes about it."""
    return (lambda _: rules.build(rules.Settings())), []


def roles_for(request: Request) -> Callable[[Said, Memory, int], Role]:
    """Return what says the role of a message in a given thread."""
    return rules.build(rules.Settings()).role
