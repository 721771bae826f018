"""The role of a message in its thread: features beside its words, and the decision."""

from __future__ import annotations

import numpy as np

from classifiers import Role
from classifiers._linker.linear import Linear
from classifiers._linker.options import said_features, thread_features
from classifiers._roles import role as ruled
from classifiers._scene import Scene, role_of
from classifiers._thread import State
from classifiers._tokens import counts, tokens

ROLES = tuple(Role)
_BEING = {some: [float(some is role) for role in ROLES] for some in (None, *ROLES)}
OTHERS = frozenset(["clarify", "answer", "metoo", "thanks", "aside"])
ASKERS = frozenset(["question", "detail", "clarify", "thanks", "resolved", "still_broken", "aside"])
UNANSWERED = ASKERS | {"withdrawn"}


def features(here: Scene, near: State) -> list[float]:
    """Return what speaks for a role beside the words; the asker's case has weights of its own."""
    mine = float(near.asker == here.said.member)
    rules = ruled(here, near)
    target = role_of(here, here.pointing.message)
    base = [*_BEING[rules], *said_features(here)]
    return [
        *base,
        *thread_features(here, 0, near, 0),
        *_BEING[near.last_role],
        *_BEING[target],
        float(here.cues.text.endswith("?")),
        float(here.pointing.member == near.asker),
        *(base if mine else [0.0] * len(base)),
    ]


def terms(here: Scene, near: State) -> list[str]:
    """Return the tokens, alone and as said by the asker or by another."""
    found = tokens(here.cues.text)
    return [*found, *(side(here, near) + token for token in found)]


def side(here: Scene, near: State) -> str:
    """Return the sign of who says it: the asker, or another."""
    return "A" if near.asker == here.said.member else "O"


def decide(here: Scene, near: State, model: Linear) -> Role:
    """Return the likeliest role that the author can have.

    An asker's thanks that close nothing, after an answer, are progress (我去试试，谢谢): they must not let the thread
    count as solved by thanks, so they are details.
    """
    mine = near.asker == here.said.member
    logs = model.logs(counts(here.cues.text), np.array(features(here, near)), side(here, near))
    allowed = OTHERS if not mine else ASKERS if near.answered else UNANSWERED
    ranked = ((-log, label) for log, label in zip(logs.tolist(), model.labels, strict=True) if label in allowed)
    found = Role(min(ranked, default=(0.0, "aside"))[1])
    if mine and found is Role.THANKS and near.answered and not near.closed:
        return Role.DETAIL
    return found
