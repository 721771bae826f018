"""Chooses the models that are judged: those shipped, or for each stream one that was trained without its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from bot.evaluation import DataError, Request
from bot.evaluation._reading import OWN
from classifiers import Linker, Memory, Role, Said, Topics, linker, topics
from classifiers._evaluating.streams import Stream
from classifiers._linker.models import Models, load

Says = Callable[[Said, Memory, int], Role]


def shipped_topics() -> Topics:
    """Return the topic classifier that is on by default."""
    return topics.build(topics.Settings())


def linker_for(
    request: Request, streams: Sequence[Stream], *, whole: bool
) -> tuple[Callable[[Stream], Linker], list[str]]:
    """Return which linker places a stream, and notes about it; `whole` gives small talk threads of its own, too.

    Raises:
        DataError: There is nothing to train on.
    """
    settings = linker.Settings(small_talk="threads" if whole else "outside")
    models, notes = _models(request, streams)
    return (lambda stream: linker.Learned(settings, models(stream))), notes


def roles_for(request: Request, streams: Sequence[Stream]) -> tuple[Callable[[Stream], Says], list[str]]:
    """Return what says the role of a message in a given thread of a stream, and notes about it.

    Raises:
        DataError: There is nothing to train on.
    """
    models, notes = _models(request, streams)
    return (lambda stream: linker.Learned(linker.Settings(), models(stream)).role), notes


def _models(request: Request, streams: Sequence[Stream]) -> tuple[Callable[[Stream], Models], list[str]]:
    if request.model == "shipped":
        shipped = load()
        return (lambda _: shipped), []
    if request.format == "irc":
        raise DataError("logs are judged by the shipped model: train with --data on other logs than those judged")
    return _crossed(request, streams)


def _crossed(request: Request, streams: Sequence[Stream]) -> tuple[Callable[[Stream], Models], list[str]]:
    """Return for each stream the models trained on all others, and on our own streams."""
    from bot.training.threads import lessons
    from classifiers._training.teaching import with_questions

    here = request.data if request.data.is_dir() else request.data.parent
    folders = list(dict.fromkeys([here, *(request.training or ([OWN] if OWN.exists() else []))]))
    every = lessons(folders)

    @cache
    def without(name: str) -> Models:
        return with_questions(load(), [one for one in every if one.stream.name != name])

    names = {stream.name for stream in streams}
    held = sum(one.stream.name in names for one in every)
    return (lambda stream: without(stream.name)), [
        f"Each of {len(streams)} streams is judged by a model trained without its file, on {len(every) - bool(held)}"
        " other streams."
    ]
