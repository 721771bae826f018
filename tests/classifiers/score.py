"""Replays annotated chats through the linker and scores the threads; run by hand, never by pytest.

python tests/classifiers/score.py [-v]                    the demo, and the chats of the tests
python tests/classifiers/score.py IRC_DIR                 IRC logs (*.ascii.txt with *.annotation.txt)
python tests/classifiers/score.py DATA_DIR SCORER.py      Chinese chats

DATA_DIR holds streams (*.jsonl) and threads.jsonl; SCORER is called as `SCORER DATA_DIR EXPORT.jsonl`. With -v every
message that stands elsewhere than its author meant is printed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from classifiers import Role, Said, keywords, rules  # noqa: E402
from classifiers._cues import split_quote  # noqa: E402
from classifiers._replay import replay  # noqa: E402
from tests.classifiers.dialogs import CHATS, Line, chat, fortnight, matching, places, share  # noqa: E402
from tests.classifiers.irc import log  # noqa: E402

RESPONSES = (Role.CLARIFY, Role.ANSWER)


def read(path: Path) -> tuple[list[Said], dict[int, str]]:
    """Return the messages of one stream and their names by id."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    ids = {row["id"]: number for number, row in enumerate(rows, 1)}
    members: dict[str, int] = {}
    found = []
    for row in rows:
        quote, text = split_quote(row["text"])
        system = row["kind"] == "system"
        found.append(
            Said(
                id=ids[row["id"]],
                key=str(ids[row["id"]]),
                member=None if system else members.setdefault(row["member"], len(members) + 1),
                at=datetime.fromisoformat(row["at"]),
                text=text,
                name=row["name"],
                kind=row["kind"],
                reply_to=ids.get(row["reply_to"]),
                quote=quote,
                mentions=tuple(members.setdefault(name, len(members) + 1) for name in row["mentions"]),
            )
        )
    return found, {number: name for name, number in ids.items()}


def facts(
    thread: str, said: list[tuple[Said, Role]], names: dict[int, str], topics: keywords.Keywords
) -> dict[str, object]:
    """Return a thread's export row, by the plain reading of the definitions."""
    asker = next((s.member for s, r in said if r is Role.QUESTION), said[0][0].member)
    asked = next((s.at for s, r in said if r is Role.QUESTION), said[0][0].at)
    others = [(s, r) for s, r in said if s.member != asker and r in RESPONSES]
    answers = [s for s, r in others if r is Role.ANSWER]
    mine = [(s, r) for s, r in said if s.member == asker]
    resolved = next((s for s, r in reversed(mine) if r in (Role.RESOLVED, Role.STILL_BROKEN)), None)
    if resolved and any(s.id == resolved.id and r is Role.STILL_BROKEN for s, r in mine):
        resolved = None
    elif resolved is None and answers and mine[-1][1] is Role.THANKS and mine[-1][0].at > answers[0].at:
        resolved = mine[-1][0]
    withdrawn = any(r is Role.WITHDRAWN for _, r in mine) and not answers
    outcome = "withdrawn" if withdrawn else "resolved" if resolved else "answered" if answers else "unanswered"
    limit = others[0][0].at if others else said[-1][0].at
    guess = topics.topic("\n".join(s.text for s, r in mine if s.at <= limit))
    return {
        "thread": thread,
        "messages": [{"id": names[s.id], "role": str(r)} for s, r in said],
        "asked_at": asked.isoformat(),
        "first_response_at": others[0][0].at.isoformat() if others else None,
        "resolved_at": resolved.at.isoformat() if resolved and outcome == "resolved" else None,
        "outcome": outcome,
        "topic": guess[0].topic if guess else None,
    }


def score_chats(folder: Path, scorer: str) -> None:
    """Score a folder of Chinese chats with its own scorer."""
    linker, topics = rules.build(rules.Settings()), keywords.build(keywords.Settings())
    export, count, spent = [], 0, 0.0
    for path in sorted(folder.glob("*.jsonl")):
        if path.name == "threads.jsonl":
            continue
        messages, names = read(path)
        begin = time.perf_counter()
        places = replay(linker, messages)
        spent, count = spent + time.perf_counter() - begin, count + len(messages)
        by_id = {said.id: said for said in messages}
        threads: dict[int, list[tuple[Said, Role]]] = {}
        for message, thread, role in sorted(places):
            if thread is not None:
                threads.setdefault(thread, []).append((by_id[message], role))
        export += [facts(f"{path.stem}{thread}", said, names, topics) for thread, said in sorted(threads.items())]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in export)
    print(f"{count / spent:.0f} messages/s, {file.name}")
    subprocess.run([sys.executable, scorer, str(folder), file.name], check=True)


def score_lines(name: str, lines: list[Line], *, loud: bool) -> None:
    """Print how a chat with its author's threads comes out: 1-1, roles where they are told, topics, speed."""
    begin = time.process_time()
    seen = places(lines)
    spent = time.process_time() - begin
    pairs = [(line.thread, seen[line.said.id][0]) for line in lines]
    match = matching(pairs)
    home = [line for line in lines if line.thread and match.get(line.thread) == (seen[line.said.id][0] or -1)]
    told = [line for line in home if line.role]
    roles = sum(seen[line.said.id][1] == line.role for line in told)
    meant, found = len({gold for gold, _ in pairs if gold}), len({ours for _, ours in pairs if ours})
    print(
        f"{name}: 1-1 {100 * share(pairs):.1f}, threads {meant} -> {found}, {len(lines) / spent:.0f} messages/s", end=""
    )
    print(f", roles {100 * roles / len(told):.1f}" if told else "")
    for line in lines if loud else ():
        thread, role = seen[line.said.id]
        if line not in home and (line.thread or thread):
            print(f"  {line.said.key} {line.said.name}: {line.thread} -> {thread} {role} | {line.said.text[:60]!r}")


def score_topics() -> None:
    """Print how many threads of the demo get the topic their author meant, from the words of the question."""
    topics, good, second, count = keywords.build(keywords.Settings()), 0, 0, 0
    for group in ("g1", "g2"):
        lines = fortnight(group)
        for first in (line for line in lines if line.topic):
            text = "\n".join(question_of(first, lines))
            guesses = [guess.topic for guess in topics.topic(text)]
            good, second, count = (
                good + (guesses[:1] == [first.topic]),
                second + (first.topic in guesses[:2]),
                count + 1,
            )
    print(f"topics of the demo: {good} of {count}, among the first two {second}")


def question_of(first: Line, lines: list[Line]) -> list[str]:
    """Return what an asker said before anybody answered or asked back."""
    found = []
    for line in lines:
        if line.thread == first.thread and line.role in RESPONSES:
            break
        if line.thread == first.thread and line.said.member == first.said.member:
            found.append(line.said.text)
    return found


def score_irc(folder: Path) -> None:
    """Print 1-1 over all logs of a folder; lines that nobody annotated do not count."""
    good = count = 0.0
    for file in sorted(folder.glob("*.ascii.txt")):
        lines = log(file)
        seen = places(lines)
        pairs = [(line.thread, seen[line.said.id][0] or -line.said.id) for line in lines if line.thread]
        good, count = good + share(pairs) * len(pairs), count + len(pairs)
        print(f"{file.name}: 1-1 {100 * share(pairs):.1f}")
    print(f"all: 1-1 {100 * good / count:.1f}, {count:.0f} messages")


def main() -> None:
    rest = [word for word in sys.argv[1:] if word != "-v"]
    if len(rest) == 2:
        score_chats(Path(rest[0]), rest[1])
    elif rest:
        score_irc(Path(rest[0]))
    else:
        for group in ("g1", "g2"):
            score_lines(f"demo {group}", fortnight(group), loud="-v" in sys.argv)
        for file in sorted(CHATS.glob("*.txt")):
            if file.name != "cases.txt":
                score_lines(file.stem, chat(file.read_text(encoding="utf-8")), loud="-v" in sys.argv)
        score_topics()


if __name__ == "__main__":
    main()
