"""Trains the linker: what questions look like on annotated chats, what answers what on annotated logs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from bot.clock import system_clock
from bot.evaluation import DataError
from bot.evaluation._reading import GOLD, read
from bot.training import Request
from classifiers._evaluating.streams import Stream
from classifiers._linker.models import SHIPPED, Models, load, save
from classifiers._training.teaching import Lesson, lesson, with_links, with_questions

HELD = "-held"  # streams with this end of the name are kept apart: nothing is trained on them
WORN = {"zh-chat-dev": 0.2}  # folders that the rules were written on: there they seem more right than they are

CARD = """\
# Model card: `threads.npz`, the linker's models

- **What**: which thread a message of a group belongs to, its role there, and which earlier message it answers:
  boosted trees and linear models, trained with scikit-learn, served by `classifiers/_linker/`.
- **Parts**: {parts}.
- **Date**: {day}. **Size**: {size:.2f} MB. No pickles; the same data gives the same arrays.
- **Data** of this training; a part that has none here kept the weights that it had:
{data}
- **Kept apart**: streams named {apart} and every other split of the data; nothing was trained or chosen on them.
- **Licence**: Apache-2.0, as the project. The logs are those of Kummerfeld et al. (2019), CC BY 4.0, of which these are
  weights; they are not part of the project. The annotated groups are fictional and Apache-2.0.
- **Scores**: `docs/evaluation.md`, with the commands that made them.
- **Limits**: the Chinese streams were written by few hands and are cleaner than real groups; the logs are English, of
  one community. Expect lower figures elsewhere, judge on annotated streams of your own, correct threads in the group.
"""


def train(request: Request) -> str:
    """Train on all folders given and write the models; what has no data keeps the weights it had.

    Raises:
        DataError: No folder holds annotated streams, or one cannot be read.
    """
    begin = time.perf_counter()
    groups = [folder for folder in request.data if any(folder.rglob(f"*{GOLD}"))]
    logs = [folder for folder in request.data if any(folder.rglob("*.annotation.txt"))]
    if not groups and not logs:
        raise DataError("no folder of --data holds threads.jsonl or *.annotation.txt")
    file = request.output / SHIPPED.name if request.output else SHIPPED
    models = load(file) if file.exists() else load() if SHIPPED.exists() else None
    if groups:
        models = with_questions(models, lessons(groups))
    if logs and models is not None:
        models = with_links(models, _logs(logs, named=True), _logs(logs, named=False))
    if models is None:
        raise DataError("the first training needs annotated chats (threads.jsonl) beside the logs")
    save(models, file)
    file.with_suffix(".md").write_text(_card(models, file, groups, logs), encoding="utf-8")
    return f"{file}: {_told(models)}, {file.stat().st_size / 1e6:.2f} MB, {time.perf_counter() - begin:.0f} s"


def lessons(folders: Sequence[Path], *, only: str = "*") -> list[Lesson]:
    """Return the streams of folders to learn from, or those of a name; never those kept apart.

    Raises:
        DataError: A folder cannot be read.
    """
    return [
        lesson(stream, WORN.get(folder.name, 1.0))
        for folder in folders
        for stream in read(folder, "zh-chat", only=only)
        if not stream.name.endswith(HELD)
    ]


def _card(models: Models, file: Path, groups: Sequence[Path], logs: Sequence[Path]) -> str:
    """Return the model card: what it is, what it learnt from, when, how large it is, where its scores are."""
    data = [
        *(f"- `{folder.name}`: {_counted(_kept(folder))}, for kinds, places and roles" for folder in groups),
        *(f"- `{folder.name}`: {_counted(read(folder, 'irc'))}, for links" for folder in logs),
    ]
    return CARD.format(
        day=system_clock().now().date(),
        size=file.stat().st_size / 1e6,
        parts=_told(models),
        data="\n".join(data),
        apart=f"`*{HELD}`",
    )


def _counted(streams: Sequence[Stream]) -> str:
    messages, threads = sum(len(s.scored) for s in streams), sum(len(set(s.thread.values())) for s in streams)
    return f"{len(streams)} streams, {messages:,} annotated messages, {threads:,} threads"


def _kept(folder: Path) -> list[Stream]:
    return [stream for stream in read(folder, "zh-chat") if not stream.name.endswith(HELD)]


def _logs(folders: Sequence[Path], *, named: bool) -> list[Stream]:
    return [stream for folder in folders for stream in read(folder, "irc", mentions=named)]


def _told(models: Models) -> str:
    parts = [f"{len(models.words.terms):,} words", f"{len(models.places.roots)} trees for places"]
    parts += [f"{len(found.roots)} for {name}" for name, found in models.links.items()]
    return ", ".join([*parts, f"{len(models.roles.terms):,} words for roles"])
