"""How well a message fits into a thread.

The scores for a thread, for none and for a new one are on one scale (a point is about a factor of two in odds) and
are sums of reasons, so that no single signal is a law: a reply to an old message can still lose to everything else
that speaks against it.
"""

from __future__ import annotations

import math

from classifiers import Role
from classifiers._closing import closing
from classifiers._cues import Cues
from classifiers._others import akin, has_own, other
from classifiers._scene import Scene, common, kinship
from classifiers._thread import State

KIN = 1.2
CERTAIN = 6.0  # a reply or a quotation


def fits(here: Scene, thread: int) -> float:
    """Return how well a message fits into a thread."""
    near = here.states[thread]
    gap = here.spans[near.last_at]
    crowd = 1 / (1 + 0.1 * max(0, here.live - 2))
    score = -0.5 + 2.2 * crowd * math.exp(-gap / 4) - _decay(here, near, gap)
    if here.before and here.before[1] == thread:
        patience = 60 if near.asker == here.said.member else 5
        score += 1.2 * crowd * math.exp(-here.spans[here.before[0].at] / patience)
    score += common(here, near) * (1.0 if here.cues.tech > 0 else 0.5)
    score += KIN * kinship(here, near) + _pointed(here, thread, near)
    score += _asker(here, thread, near) if near.asker == here.said.member else other(here, thread, near)
    if here.cues.offtopic and here.cues.tech < 1:
        score -= 1.5
    return score + _goes_on(here, thread, near)


def _goes_on(here: Scene, thread: int, near: State) -> float:
    """Return what draws short words to the thread that was spoken in just before: a question back, a +1, a bow."""
    if here.before is None or here.before[1] != thread or here.said.member == near.asker:
        return 0.0
    cues, gap = here.cues, here.spans[near.last_at]
    if cues.metoo:
        return 0.0 if near.answered else 1.2
    if near.closed or near.thanked:
        known = here.said.member in near.speakers and cues.size <= 8 and not (cues.asks or cues.offtopic)
        return 2.0 * math.exp(-gap / 60) if cues.welcome else 0.8 * known * math.exp(-gap / 10)
    if cues.asks and cues.size <= 14 and not (cues.offtopic or cues.poll or cues.own or cues.seeks):
        if has_own(here) or (cues.tech >= 1 and not akin(here, near)):
            return 0.0
        return 1.4 * math.exp(-gap / 40)
    return 0.5 * math.exp(-gap / 10) if cues.joke else 0.0


def _decay(here: Scene, near: State, gap: float) -> float:
    """Return what silence costs: less for the asker, and where the words themselves point back or join in."""
    cues = here.cues
    if near.asker != here.said.member:
        cost = min(6.0, 0.8 * math.log2(1 + gap / 8))
        recalls = cues.past and cues.tech > 0 and not (near.over or cues.poll)
        joins = cues.metoo and not near.answered
        return cost * (0.4 if recalls or joins else 0.5 if _is_due(here, near) else 1.0)
    cost = min(4.5, 0.45 * math.log2(1 + gap / 8))
    if cues.past or _ends(cues, near) is not None:
        return cost * 0.4
    return cost * (0.5 if cues.later and cues.tech >= 0.5 and not near.answered else 1.0)


def _is_due(here: Scene, near: State) -> bool:
    """Whether it is an answer to a question that still has none: advice, or an explanation, on the same matter."""
    cues = here.cues
    if near.answered or near.over or not (cues.tells or cues.advice) or cues.tech < 0.6 or cues.seeks:
        return False
    return kinship(here, near) > 0.3 or common(here, near) > 0.4


def _ends(cues: Cues, near: State) -> Role | None:
    return closing(cues, answered=near.answered or near.responded, closed=near.closed)


def _pointed(here: Scene, thread: int, near: State) -> float:
    aim, score = here.pointing, 0.0
    if aim.message is not None:
        score += CERTAIN if aim.thread == thread else -4.0
    if aim.members:
        first = 1.2 if aim.members[0] in near.speakers else 0.0
        if near.asker in aim.members:
            score += 5.0 if near.asker == aim.members[0] else 3.0
        elif any(member in near.speakers for member in aim.members):
            latest = min(here.spans[near.speakers.get(member)] for member in aim.members)
            score += (1.8 + first) * math.exp(-latest / 120)
        elif aim.message is None and not here.cues.nudge:
            score -= 3.0
    elif aim.called & near.speakers.keys():
        score += 1.2
    return score


def _asker(here: Scene, thread: int, near: State) -> float:
    """Return what draws an asker to an own thread."""
    cues, score = here.cues, 0.3 if near.over else 1.2 if near.thanked else 2.3
    if cues.anew:
        score -= 2.0
    elif near.answered and cues.complains and here.spans[near.last_at] > 10 and not akin(here, near):
        score -= 1.0
    if not near.over:
        score += 0.8 * math.exp(-here.spans[near.asker_at] / 30)
    if here.in_burst and here.own:
        talks = (here.before is not None and here.before[1] in (thread, here.own[1])) or not near.over
        score += (2.0 if talks else 0.8) if here.own[1] == thread else -0.8
    end = _ends(cues, near)
    if end is Role.RESOLVED:
        score += -0.5 if near.closed else 2.5
    elif end is Role.STILL_BROKEN:
        score += 2.5 * max(math.exp(-here.spans[near.last_at] / 60), min(1.0, common(here, near) / 1.5))
    elif end is Role.THANKS:
        score += 1.5
    if near.over and (cues.past or cues.broken) and common(here, near) > 1.5:
        score += 1.5
    if (cues.withdrawn and not near.answered) or (cues.bump and not near.responded):
        score += 2.8
    return score
