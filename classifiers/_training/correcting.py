"""Learns from what people corrected: the place that they gave a message, among those that it could have taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifiers import Memory, Role, Said
from classifiers._linker import options
from classifiers._linker.linear import Linear
from classifiers._scene import scene
from classifiers._training.placing import Example, Table, reader, table

CORRECTED = 3.0  # a message that a person put right, beside one of an annotated stream


@dataclass(frozen=True, slots=True)
class Correction:
    """A message whose place a person said.

    Attributes:
        group: The group that it was said in.
        memory: The group just before it, as people left it.
        place: A thread of the memory, 0 where it opens one, None where it belongs to none.
        kind: What kind of message its words make it, where the place tells; one of `placing.kind_of`.
    """

    group: int
    said: Said
    memory: Memory
    place: int | None
    kind: str = ""


def without(memory: Memory, threads: Iterable[int]) -> Memory:
    """Take threads out of a memory, for their messages were no part of any; return the memory, which is changed."""
    for thread in threads:
        for said, _ in list(memory.tracks[thread].said):
            memory.move(said.id, None, Role.ASIDE)
    return memory


def example(correction: Correction) -> Example | None:
    """Return the places that a message could take; None where the right one is not among them: that teaches nothing."""
    offered = options.places(scene(correction.said, correction.memory, reader()), reader())
    if correction.place not in offered.places:
        return None
    right = [float(place == correction.place) for place in offered.places]
    return Example(correction.said.text, offered.rows, right)


def tables(corrections: Sequence[Correction], model: Linear) -> list[Table]:
    """Return corrections as rows, a table for each group; `model` tells kinds and has not seen them."""
    held: dict[int, list[Example]] = {}
    for correction in corrections:
        if (found := example(correction)) is not None:
            held.setdefault(correction.group, []).append(found)
    return [table(found, model, CORRECTED) for found in held.values()]


def texts(corrections: Iterable[Correction]) -> list[tuple[str, str, float]]:
    """Return the texts whose kind a correction tells, with their weight."""
    return [(one.said.text, one.kind, CORRECTED) for one in corrections if one.kind]
