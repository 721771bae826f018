"""The Chinese groups in tests/data/zh-chat: well formed, their gold consistent, and gold itself scores 100."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation._reading import read
from bot.evaluation._running import row
from classifiers import Guess, Role
from classifiers._evaluating import answering
from classifiers._evaluating.streams import Row, Stream
from classifiers._tree import load

DATA = Path(__file__).parents[1] / "data" / "zh-chat"
FIELDS = ["id", "at", "group", "member", "name", "text", "reply_to", "mentions", "kind", "gold"]
THREAD_FIELDS = ["thread", "file", "topic", "asker", "first_message", "first_response", "first_answer", "outcome"]
THREAD_FIELDS += ["resolved_message", "accepted_answer", "duplicate_of"]
KINDS = {"text", "image", "sticker", "system", "link"}
OUTSIDE = {"chatter", "announce", "spam", "system"}
OF_ASKER = {"question", "detail", "resolved", "still_broken"}
OF_OTHERS = {"answer", "metoo"}
OF_ANYONE = {"clarify", "thanks", "aside"}
OUTCOMES = {"resolved", "answered", "unanswered", "withdrawn"}
OURS = re.compile(r"https?://[^/\s]*\.example\.(com|org)(/|\s|$)")
HELD = "-held"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


STREAMS = {path.stem: lines(path) for path in sorted(DATA.glob("*.jsonl")) if path.stem != "threads"}
THREADS = lines(DATA / "threads.jsonl")
EVERY = {message["id"]: message for rows in STREAMS.values() for message in rows}


def talks(name: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return the threads of a stream with their messages."""
    held: dict[str, list[dict[str, Any]]] = {}
    for message in STREAMS[name]:
        held.setdefault(message["gold"]["thread"], []).append(message)
    return [(thread, held[thread["thread"]]) for thread in THREADS if thread["file"] == name]


def test_enough_streams_are_held() -> None:
    held = [name for name in STREAMS if name.endswith(HELD)]
    assert len(held) >= 11
    assert len(STREAMS) - len(held) >= 31


@pytest.mark.parametrize("name", STREAMS)
def test_messages_are_well_formed(name: str) -> None:
    rows = STREAMS[name]
    assert 80 <= len(rows) <= 220
    assert len({message["group"] for message in rows}) == 1
    for message in rows:
        assert list(message) == FIELDS
        assert message["kind"] in KINDS
        assert message["text"] == message["text"].strip("\n")
        assert message["text"].strip()
        assert datetime.fromisoformat(message["at"]).utcoffset() == timedelta(hours=8)
        assert (message["member"] == "sys") == (message["kind"] == "system") == (message["gold"]["role"] == "system")
    assert all(before["at"] < after["at"] for before, after in pairwise(rows))


@pytest.mark.parametrize("name", STREAMS)
def test_members_are_stable_and_of_one_stream(name: str) -> None:
    names = {message["member"]: message["name"] for message in STREAMS[name]}
    assert all(names[message["member"]] == message["name"] for message in STREAMS[name])
    assert len(set(names.values())) == len(names)
    others = {message["member"] for other, rows in STREAMS.items() if other != name for message in rows}
    assert names.keys() & others <= {"sys"}


@pytest.mark.parametrize("name", STREAMS)
def test_replies_and_mentions_point_at_what_is_there(name: str) -> None:
    names = {message["member"]: message["name"] for message in STREAMS[name]}
    seen: set[str] = set()
    for message in STREAMS[name]:
        assert message["reply_to"] is None or message["reply_to"] in seen
        assert all(f"@{names[member]}" in message["text"] for member in message["mentions"])
        seen.add(message["id"])


def test_ids_are_unique_over_all_streams() -> None:
    assert len(EVERY) == sum(map(len, STREAMS.values()))
    assert len({thread["thread"] for thread in THREADS}) == len(THREADS)


def test_what_is_said_of_teaching_is_said_of_streams_to_use() -> None:
    named = tomllib.loads((DATA / "teaches.toml").read_text(encoding="utf-8"))["roles_and_kinds"]
    assert len(set(named)) == len(named)
    assert set(named) < {name for name in STREAMS if not name.endswith(HELD)}


def test_links_lead_nowhere() -> None:
    texts = [message["text"] for message in EVERY.values() if re.search("https?://", message["text"])]
    assert [text for text in texts if not OURS.search(text)] == []


def test_no_sentence_stands_in_both_halves() -> None:
    halves: tuple[set[str], set[str]] = (set(), set())
    for name, rows in STREAMS.items():
        halves[name.endswith(HELD)].update(message["text"] for message in rows if len(message["text"]) >= 12)
    assert halves[0] & halves[1] == set()


def test_every_thread_is_told_once_and_every_mark_is_known() -> None:
    marked = {message["gold"]["thread"] for message in EVERY.values()} - {None}
    assert marked == {thread["thread"] for thread in THREADS}
    for message in EVERY.values():
        assert (message["gold"]["thread"] is None) == (message["gold"]["role"] in OUTSIDE)
        assert message["gold"]["role"] in OUTSIDE | OF_ASKER | OF_OTHERS | OF_ANYONE


@pytest.mark.parametrize("name", STREAMS)
def test_threads_are_consistent(name: str) -> None:
    topics = {topic.key for topic in load()}
    for thread, said in talks(name):
        asker = said[0]["member"]
        assert list(thread) == THREAD_FIELDS
        assert thread["topic"] in topics
        assert thread["outcome"] in OUTCOMES
        assert (thread["first_message"], thread["asker"]) == (said[0]["id"], asker)
        assert said[0]["gold"]["role"] == "question"
        for message in said:
            assert message["member"] == asker or message["gold"]["role"] not in OF_ASKER, message["id"]
            assert message["member"] != asker or message["gold"]["role"] not in OF_OTHERS, message["id"]
        assert thread["first_response"] == first(said, asker, {"answer", "clarify"})
        assert thread["first_answer"] == first(said, asker, {"answer"})


def first(said: list[dict[str, Any]], asker: str, roles: set[str]) -> str | None:
    return next((one["id"] for one in said if one["member"] != asker and one["gold"]["role"] in roles), None)


@pytest.mark.parametrize("name", STREAMS)
def test_outcomes_have_their_evidence(name: str) -> None:
    for thread, said in talks(name):
        roles = {message["id"]: message["gold"]["role"] for message in said}
        closing = [message for message, role in roles.items() if role in {"resolved", "still_broken"}]
        closed = closing[-1] if closing and roles[closing[-1]] == "resolved" else None
        assert thread["resolved_message"] == closed
        assert (closed is not None) == (thread["outcome"] == "resolved")
        if thread["outcome"] != "resolved":
            assert (thread["first_answer"] is not None) == (thread["outcome"] == "answered"), thread["thread"]
        if thread["accepted_answer"] is not None:
            assert closed is not None
            assert roles[thread["accepted_answer"]] == "answer"


def test_a_duplicate_is_the_later_one_of_another_member() -> None:
    known = {thread["thread"]: thread for thread in THREADS}
    repeated = [thread for thread in THREADS if thread["duplicate_of"] is not None]
    assert repeated
    for thread in repeated:
        earlier = known[thread["duplicate_of"]]
        assert earlier["asker"] != thread["asker"]
        assert EVERY[earlier["first_message"]]["at"] < EVERY[thread["first_message"]]["at"]


def test_every_topic_outcome_and_role_occurs_in_both_halves() -> None:
    for held in (True, False):
        threads = [thread for thread in THREADS if thread["file"].endswith(HELD) is held]
        assert min(Counter(thread["topic"] for thread in threads).values()) >= 3
        assert len({thread["topic"] for thread in threads}) == 13
        assert {thread["outcome"] for thread in threads} == OUTCOMES
        roles = {one["gold"]["role"] for name, rows in STREAMS.items() if name.endswith(HELD) is held for one in rows}
        assert roles == OUTSIDE | OF_ASKER | OF_OTHERS | OF_ANYONE


class Known:
    """Tells the topic that gold tells."""

    def __init__(self, topic: str) -> None:
        self.guess = Guess(topic, 1.0)

    def topic(self, _text: str) -> list[Guess]:
        return [self.guess]


def gold_rows(streams: list[Stream], told: dict[str, dict[str, Any]]) -> list[Row]:
    """Return what the bot's own figures say of threads that were placed as gold has them."""
    found: list[Row] = []
    for stream in streams:
        for thread in stream.threads:
            held = [(one, Role(stream.roles[one.id])) for one in stream.said if stream.thread.get(one.id) == thread.key]
            found.append(row(len(found) + 1, held, held[0][0].member or 0, Known(told[thread.key]["topic"])))
    return found


def test_gold_itself_scores_100() -> None:
    streams = read(DATA, "zh-chat")
    threads = [thread for stream in streams for thread in stream.threads]
    gold = {message: thread for stream in streams for message, thread in stream.thread.items()}
    at = {said.id: said.at for stream in streams for said in stream.said}
    rows = gold_rows(streams, {thread["thread"]: thread for thread in THREADS})
    match = answering.matching(gold, rows)
    precision, recall = answering.starts(threads, rows)
    figures = {**answering.membership(at, gold, rows), "start_p": precision, "start_r": recall}
    figures["resp_time_ok"] = answering.share(answering.responses(threads, match, at))
    figures["close_ok"] = answering.share(answering.closes(threads, match, at))
    figures["topic"] = answering.share(answering.topics(threads, match))
    assert {name: round(value, 6) for name, value in figures.items()} == dict.fromkeys(figures, 100.0)
    # Gold has no role for taking a question back, and calls polite thanks thanks: there our outcome may say more.
    for thread, right in zip(threads, answering.outcomes(threads, match), strict=True):
        wider = {"withdrawn": {"expired", "open"}, "answered": {"resolved"}}.get(str(thread.outcome), set())
        assert right or match[thread.key].outcome in wider, thread.key


def test_the_table_of_the_readme_is_true() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    told = {cells[0]: cells[1:] for cells in map(cells_of, text.splitlines()) if cells and cells[0] in STREAMS}
    assert told.keys() == STREAMS.keys()
    for name, rows in STREAMS.items():
        threads = [thread for thread in THREADS if thread["file"] == name]
        members = {message["member"] for message in rows} - {"sys"}
        assert told[name][-3:] == [str(len(members)), str(len(rows)), str(len(threads))], name


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
