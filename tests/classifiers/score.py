"""Replays annotated Chinese chats through a linker and scores the threads; run by hand, never by pytest.

python tests/classifiers/score.py DATA_DIR SCORER.py

DATA_DIR holds streams (*.jsonl) and threads.jsonl; SCORER is called as `SCORER DATA_DIR EXPORT.jsonl`.
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


def main() -> None:
    folder, scorer = Path(sys.argv[1]), sys.argv[2]
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


if __name__ == "__main__":
    main()
