"""The cheap first decision: small talk in a group where nothing is going on needs no second thought."""

from __future__ import annotations

from datetime import timedelta

from classifiers import BURST_GAP, Memory, Said
from classifiers._cues import Cues, Reader

IDLE = timedelta(minutes=30)  # since anything was said in a thread
WAITING = timedelta(days=3)  # an asker may come back to an own thread for so long
TECH, START = 0.5, 0.5  # what a question, or a message to the point, has at least


def quiet(said: Said, memory: Memory, reader: Reader) -> bool:
    """Return whether a message is small talk for certain: it points at nobody, asks nothing, and no thread is near."""
    if said.reply_to or said.quote or said.mentions or "@" in said.text or said.text.startswith("「"):
        return False
    return _says_nothing(reader.read(said.text)) and not _goes_on(said, memory)


def _says_nothing(cues: Cues) -> bool:
    words = cues.seeks or cues.error or cues.code or cues.metoo
    return not words and cues.tech < TECH and cues.start <= START


def _goes_on(said: Said, memory: Memory) -> bool:
    """Return whether a thread is near, or the author's own words are, which this message may complete."""
    for track in memory.tracks.values():
        since = said.at - track.said[-1][0].at
        if since < IDLE or (track.asker == said.member and since < WAITING):
            return True
    for other, _, _ in reversed(memory.recent):
        if said.at - other.at > BURST_GAP:
            break
        if other.member == said.member:
            return True
    return False
