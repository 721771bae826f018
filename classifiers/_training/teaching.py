"""Puts the trainings together: annotated streams in, all models of the linker out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifiers import rules
from classifiers._evaluating.streams import Stream
from classifiers._linker.linear import Linear
from classifiers._linker.models import Models
from classifiers._linker.trees import Trees
from classifiers._topics.samples import NONE, questions
from classifiers._training.correcting import Correction, tables, texts
from classifiers._training.linking import choices, rareness, teach_links
from classifiers._training.placing import Example, examples, table, teach_kinds, teach_places
from classifiers._training.telling import teach_roles

PARTS = 6  # of the streams; kinds learnt from the others tell those of a part


@dataclass(frozen=True, slots=True)
class Lesson:
    """A stream with its examples, made once however many models are trained on it.

    Attributes:
        weight: What its examples count; less where the rules were written on it, for there they seem too right.
        examples: What it teaches about places; empty where it teaches roles and kinds alone.
    """

    stream: Stream
    weight: float
    examples: tuple[Example, ...]


def lesson(stream: Stream, weight: float = 1.0, *, places: bool = True) -> Lesson:
    """Return a stream with examples along its marks, and along what the rules would have done; or for roles alone."""
    if not places:
        return Lesson(stream, weight, ())
    along = rules.build(rules.Settings())
    return Lesson(stream, weight, (*examples(stream, None), *examples(stream, along)))


def own_texts() -> list[tuple[str, str]]:
    """Return our own questions, and what is said besides, as texts with their kind."""
    return [(sample.text, "outside" if sample.topic == NONE else "opening") for sample in questions()]


def teach_questions(
    lessons: Sequence[Lesson], corrections: Sequence[Correction] = ()
) -> tuple[Linear, tuple[Trees, Trees], Linear]:
    """Fit kinds, places and roles on lessons, and kinds and places on what people corrected.

    Places learn from kinds that have not seen their stream, or their correction.

    Raises:
        ValueError: Fewer than two streams teach places.
    """
    if sum(bool(one.examples) for one in lessons) < 2:
        raise ValueError("two annotated streams that teach places are needed at least to train on")
    own, corrected, streams = own_texts(), texts(corrections), [one.stream for one in lessons]
    parts = min(PARTS, len(streams))
    blind = [
        teach_kinds([one for n, one in enumerate(streams) if n % parts != part], own, corrected)
        for part in range(parts)
    ]
    rows = [table(one.examples, blind[n % parts], one.weight) for n, one in enumerate(lessons) if one.examples]
    if corrections:
        rows += tables(corrections, teach_kinds(streams, own))
    return teach_kinds(streams, own, corrected), teach_places(rows), teach_roles(streams)


def with_questions(models: Models | None, lessons: Sequence[Lesson], corrections: Sequence[Correction] = ()) -> Models:
    """Return models whose parts for questions are trained anew; their links stay, where there are any."""
    words, (places, standings), roles = teach_questions(lessons, corrections)
    held = models or Models(words, places, standings, roles, {}, (), np.zeros(0, np.float32))
    return replace(held, words=words, places=places, standings=standings, roles=roles)


def with_links(models: Models, named: Sequence[Stream], unnamed: Sequence[Stream]) -> Models:
    """Return models whose links are trained on logs, and on the same logs without names."""
    idf = rareness(named)
    idf = {token: float(np.float16(value)) for token, value in idf.items()}  # as it is kept
    links: dict[str, Trees] = {}
    for track, logs in (("named", named), ("unnamed", unnamed)):
        first, second = teach_links([choices(log, idf) for log in logs])
        links |= {f"{track}.first": first, f"{track}.second": second}
    return replace(models, links=links, terms=tuple(idf), idf=np.array(list(idf.values()), np.float32))
