"""Teaches the role of a message in its thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifiers import Memory, Role, rules
from classifiers._evaluating.streams import Stream
from classifiers._linker import roles
from classifiers._linker.linear import Linear
from classifiers._scene import scene
from classifiers._thread import state
from classifiers._training.fitting import multinomial
from classifiers._training.placing import askers, reader

# One message of many closes a thread: where it is missed, outcome and close time are wrong however right the rest is.
# Chosen by cross-validation over the streams that are trained on: outcome 74 to 84, close time 75 to 92, role 83 to 82.
LEANS = {"resolved": 1.6, "withdrawn": 0.8}  # added to the logarithm of the odds


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of a thread: its tokens, features and the role that it was marked with."""

    terms: list[str]
    features: list[float]
    role: str


def marked(stream: Stream) -> dict[int, str]:
    """Return message -> role; the last word of an asker who took the question back is that."""
    found, who = dict(stream.roles), askers(stream)
    for thread in stream.threads:
        if thread.outcome == "withdrawn":
            own = [
                said.id
                for said in stream.said
                if stream.thread.get(said.id) == thread.key
                and said.member == who[thread.key]
                and stream.roles.get(said.id) in ("aside", "detail", "thanks")
            ]
            found |= dict.fromkeys(own[-1:], Role.WITHDRAWN.value)
    return found


def spoken(stream: Stream, *, ruled: bool) -> list[Spoken]:
    """Replay the gold threads of a stream; what was said before has the roles of gold, or those of the rules."""
    numbers = {thread.key: number for number, thread in enumerate(stream.threads, 1)}
    told, says = marked(stream), rules.build(rules.Settings())
    memory, found = Memory(), []
    for said in stream.said:
        thread = numbers.get(stream.thread.get(said.id, ""))
        role = Role.QUESTION
        if thread is not None and thread in memory.tracks and said.member is not None:
            here = scene(said, memory, reader())
            near = here.states.get(thread) or state(memory.tracks[thread], reader())
            found.append(Spoken(roles.terms(here, near), roles.features(here, near), told[said.id]))
            role = says.role(said, memory, thread) if ruled else Role(told[said.id])
        memory.settle(said, thread, role if thread is not None else Role.ASIDE)
    return found


def teach_roles(streams: Sequence[Stream]) -> Linear:
    """Fit the role of a message in its thread; in doubt a message that may close the thread does."""
    found = [one for stream in streams for ruled in (False, True) for one in spoken(stream, ruled=ruled)]
    model = multinomial(
        [one.terms for one in found],
        np.array([one.features for one in found]),
        [one.role for one in found],
        strength=3.0,
        least=3,
        share=0.25,
    )
    leans = np.array([LEANS.get(label, 0.0) for label in model.labels], np.float32)
    return replace(model, bias=model.bias + leans)
