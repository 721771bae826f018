"""What draws a member to the thread of another: to ask back, to answer, to join in."""

from __future__ import annotations

import math

from classifiers import Role
from classifiers._scene import Scene, common, kinship
from classifiers._thread import State

WAITING = (Role.QUESTION, Role.CLARIFY, Role.STILL_BROKEN)


def other(here: Scene, thread: int, near: State) -> float:
    """Return what draws another member to a thread: to ask back, to answer, to join in; a complaint stands alone."""
    cues, score = here.cues, -0.8 * near.over
    at_home = _at_home(here, near)
    stranger = (cues.error and not cues.advice) or cues.complains or (at_home < 0.1 and _in_own_burst(here))
    score += _company(here, thread, near, at_home, stranger=stranger)
    excused = cues.states and waits(here, near)
    if not stranger or excused:
        score += 0.4 * min(2.0, cues.tech) if cues.tech >= 0.5 else 0.0
        score += 0.7 if not near.responded and (cues.tech >= 0.5 or cues.advice) else 0.0
    if cues.metoo:
        score += 2.0
    elif stranger:
        weight = 2.5 if cues.error else 0.5 if excused else 1.5
        score -= weight * (1 - at_home) * _alien(here, near)
    elif cues.advice:
        score += 0.5
    if here.pointing.message is None and here.said.kind in ("image", "link", "file", "video"):
        score -= 2.0
    return score


def _company(here: Scene, thread: int, near: State, at_home: float, *, stranger: bool) -> float:
    """Return what speaks for a member in this thread whatever is said: being in it, and whose turn it is."""
    cues, score = here.cues, 1.2 * at_home
    if here.pointing.message is None and has_own(here):
        score -= 1.0
    if here.in_burst and here.own:
        score += (0.5 if stranger and not at_home else 1.5) if here.own[1] == thread else -0.8
    if near.last_member not in (near.asker, here.said.member) and at_home < 0.2 and here.live > 1:
        score -= 0.4
    if near.last_member == near.asker and near.last_role in WAITING and (cues.tech > 0 or cues.advice or cues.affirm):
        score += 0.5 + 0.6 * at_home
    return score


def _in_own_burst(here: Scene) -> bool:
    """Whether it goes on with what the author began to tell of an own matter, in words too few to open a thread."""
    return not here.cues.advice and any(before.own and (before.asks or before.symptom) for before in here.begun)


def waits(here: Scene, near: State) -> bool:
    """Whether the asker spoke last, just now, and nobody has taken it up."""
    return near.last_member == near.asker and not near.over and here.spans[near.last_at] < 5


def akin(here: Scene, near: State) -> bool:
    """Whether a message speaks of a thread's matter at all."""
    return common(here, near) > 0.8 or kinship(here, near) > 0.2


def has_own(here: Scene) -> bool:
    """Whether the author is waiting in a thread of their own."""
    if here.waits is None:
        mine = (near for near in here.states.values() if near.asker == here.said.member and not near.over)
        here.waits = any(here.spans[near.asker_at] < 30 for near in mine)
    return here.waits


def _at_home(here: Scene, near: State) -> float:
    """Return how much another member belongs to a thread already, 0..1; what this burst said there does not count."""
    member = here.said.member or 0
    arrived = near.arrived.get(member)
    if arrived is None or (here.burst and arrived >= here.burst[0].at):
        return 0.0
    return math.exp(-here.spans[near.speakers[member]] / 30)


def _alien(here: Scene, near: State) -> float:
    """Return how little a complaint has to do with a thread, 0..1: explanations share its words and own nothing."""
    if here.cues.mine or here.cues.seeks:
        return 1.0
    return max(0.0, 1 - common(here, near) / 2.5)
