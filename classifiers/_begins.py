"""How well a message opens a new thread, alone or with the rest of its burst."""

from __future__ import annotations

import math

from classifiers import Said
from classifiers._cues import Cues, Reader
from classifiers._others import akin, waits
from classifiers._scene import Scene, common, kinship
from classifiers._thread import State

THRESHOLD = 1.9  # a burst below it opens nothing
UNTOLD = 1.8  # the most that a beginning without one technical word can reach


def begins(here: Scene, reader: Reader) -> tuple[float, tuple[Said, ...]]:
    """Return how well a message opens a new thread, together with which earlier messages of its burst."""
    if here.said.kind in ("link", "sticker", "forward") or here.cues.notice:
        return -9.0, ()
    waiting = bool(here.openers)
    alone = _beginning(here, here.cues, waiting)
    best: float = alone
    together: tuple[Said, ...] = ()
    usable = [
        said for said in here.burst if said.kind not in ("link", "sticker") and not reader.read(said.text).offtopic
    ]
    if usable and here.cues.start + here.cues.tech > 0:
        text = "\n".join([*(said.text for said in usable), here.said.text])
        joined = _beginning(here, reader.read(text), waiting)
        if joined > THRESHOLD or joined > alone:
            best, together = max(alone, joined), tuple(usable)
    return best, together


def _beginning(here: Scene, cues: Cues, waiting: bool) -> float:
    start = cues.start
    if cues.tech < 0.3:
        start = min(start, UNTOLD)
    if here.said.to_bot and not cues.hollow and (cues.asks or cues.seeks or cues.problem):
        start = max(start, 3.0) + 2.0
    if start < THRESHOLD:
        return -9.0
    return start + _against(here, cues) + (2.0 if waiting else 0.0)


def _against(here: Scene, cues: Cues) -> float:
    """Return what speaks against a new thread: a message aimed at another, or said in the middle of a thread."""
    cost, aim = 0.6 * _fresh(here), here.pointing
    others = {member for member in aim.members if member != here.said.member}
    if others or (aim.message is not None and aim.member != here.said.member):
        cost -= 3.5
    bold = cues.error or cues.complains
    if not bold and here.before and here.before[1] is None:
        cost -= 1.0 * math.exp(-here.spans[here.before[0].at] / 3)
    worst = max((_holds(here, cues, near, bold=bold) for near in here.states.values()), default=0.0)
    return max(-6.0, cost - worst) - (0.8 if cues.size < 8 and not cues.seeks else 0.0)


def _fresh(here: Scene) -> bool:
    """Whether the author has not been heard of late: who comes in with a question comes for an answer."""
    member = here.said.member or 0
    heard = min((here.spans[near.speakers.get(member)] for near in here.states.values()), default=1e5)
    return min(heard, here.spans[here.own[0].at] if here.own else 1e5) > 240


def _holds(here: Scene, cues: Cues, near: State, *, bold: bool) -> float:
    """Return how strongly one thread keeps a message from opening its own."""
    if near.asker == here.said.member:
        return _own_thread(here, cues, near)
    member = here.said.member or 0
    at_home = math.exp(-here.spans[near.speakers.get(member)] / 10)
    if bold and not (cues.states and waits(here, near)):
        return 0.0 if cues.seeks else at_home
    if not near.responded and near.last_member == near.asker and not near.over:
        return 2.0 * math.exp(-here.spans[near.last_at] / 20) + 1.2 * at_home
    return 1.3 * math.exp(-here.spans[near.last_at] / 6) + 1.2 * at_home


def _own_thread(here: Scene, cues: Cues, near: State) -> float:
    """Return what an own thread costs a new one: much while it is being talked about, nothing when it is over."""
    if cues.anew:
        return 0.0
    if near.over:
        warm = math.exp(-here.spans[near.asker_at] / 60)
        again = 1.5 * (cues.broken and kinship(here, near) > 0.5)
        return 0.3 + again + (3.0 * warm if cues.follow else 0.0) + 0.8 * common(here, near) * (0.3 + warm)
    patience = 60 if near.answered else 360
    warm = math.exp(-here.spans[near.last_at] / patience)
    other = near.answered and cues.complains and here.spans[near.last_at] > 10 and not akin(here, near)
    return (1.5 if (cues.seeks and near.answered) or other else 4.0) * warm + (1.0 if cues.follow else 0.3)
