"""The cheap first decision: small talk in a group where nothing is going on needs no second thought."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from operator import attrgetter

from classifiers import BURST_GAP, Memory, Said
from classifiers._cues import Cues, Reader
from classifiers._thread import content, state

IDLE = timedelta(minutes=30)  # since anything was said in a thread
WAITING = timedelta(days=3)  # an asker may come back to an own thread for so long
TECH, START = 0.5, 0.5  # what a question, or a message to the point, has at least

_SMALL = frozenset(["offtopic", "greeting", "laugh", "joke", "ad", "poll", "notice"])
_works = attrgetter(*(field.name for field in fields(Cues) if field.type == "bool" and field.name not in _SMALL))


def quiet(said: Said, memory: Memory, reader: Reader) -> bool:
    """Return whether a message is small talk for certain: it points at nobody, asks nothing, and no thread is near.

    A thread that was spoken in lately is near, unless nothing speaks for it: the author said nothing there, the message
    before was small talk, and the words neither do what words in threads do nor are shared with it.
    """
    if said.reply_to or said.quote or said.mentions or "@" in said.text or said.text.startswith("「"):
        return False
    cues = reader.read(said.text)
    return _says_nothing(cues) and not _goes_on(said, memory) and not _joins(said, cues, memory, reader)


def _says_nothing(cues: Cues) -> bool:
    words = cues.seeks or cues.error or cues.code or cues.metoo
    return not words and cues.tech < TECH and cues.start <= START


def _goes_on(said: Said, memory: Memory) -> bool:
    """Return whether an own thread is near, or own words are, which this message may complete."""
    for track in memory.tracks.values():
        if track.asker == said.member and said.at - track.last_at < WAITING:
            return True
    for other, _, _ in reversed(memory.recent):
        if said.at - other.at > BURST_GAP:
            break
        if other.member == said.member:
            return True
    return False


def _joins(said: Said, cues: Cues, memory: Memory, reader: Reader) -> bool:
    """Return whether anything speaks for a thread that was spoken in lately."""
    since = said.at - IDLE
    near = [track for track in memory.tracks.values() if track.last_at > since]
    if not near:
        return False
    before = next((thread for other, thread, _ in reversed(memory.recent) if other.member is not None), None)
    if before is not None or any(_works(cues)):
        return True
    words = content(said.text)
    states = (state(track, reader) for track in near)
    return any(said.member in found.speakers or not words.isdisjoint(found.words) for found in states)
