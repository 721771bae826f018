"""Trains the linker: what questions look like on annotated chats, what answers what on annotated logs."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from bot.clock import system_clock
from bot.config import load as config_of
from bot.evaluation import DataError
from bot.evaluation._reading import GOLD, OWN, read
from bot.refusals import ConfigError
from bot.training import Request
from bot.training._corrected import read as read_corrections
from classifiers._evaluating.streams import Stream
from classifiers._linker.models import SHIPPED, Models, load, save
from classifiers._training.correcting import CORRECTED, Correction, example
from classifiers._training.teaching import Lesson, lesson, with_links, with_questions

TEACHES = "teaches.toml"  # beside streams: what they teach, where that is not everything
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
- **Kept apart**: streams named {apart} and every other split of the data; nothing was trained on them. Those of the
  project took part in a choice, which of its streams teach places: `docs/evaluation.md` tells it.
- **Licence**: Apache-2.0, as the project. The logs are those of Kummerfeld et al. (2019), CC BY 4.0, of which these are
  weights; they are not part of the project. The annotated groups are fictional and Apache-2.0.
- **Scores**: `docs/evaluation.md`, with the commands that made them.
- **Limits**: the Chinese streams were written by few hands and are cleaner than real groups; the logs are English, of
  one community. Expect lower figures elsewhere, judge on annotated streams of your own, correct threads in the group.
"""

PRIVATE = """\
- the configured database: {count:,} messages that people corrected, {weight:.0f} times as much, for kinds and places.
  So the models hold words of these groups: **they stay where their database is**"""


def train(request: Request) -> str:
    """Train on all folders given, and on what people corrected; write the models and say what they were made of.

    What has no data keeps the weights it had. Without folders our own streams are the ground to which corrections are
    added. The models go to the data folder, where the bot finds them after its next start. Those that are shipped are
    written only where their folder is the output, and never hold what a community corrected.

    Raises:
        DataError: No folder holds annotated streams, one cannot be read, or neither can the database without folders.
    """
    begin = time.perf_counter()
    folders = request.data or tuple(folder for folder in [OWN] if folder.exists())
    groups = [folder for folder in folders if any(folder.rglob(f"*{GOLD}"))]
    logs = [folder for folder in folders if any(folder.rglob("*.annotation.txt"))]
    if not groups and not logs:
        raise DataError("no folder of --data holds threads.jsonl or *.annotation.txt")
    folder, found, told = _corrected(request)
    file = folder / SHIPPED.name
    models = load(file) if file.exists() else load() if SHIPPED.exists() else None
    if found and not groups:
        groups = [OWN] if OWN.exists() else []
    if groups:
        models = with_questions(models, _enough(lessons(groups)), found)
    if logs and models is not None:
        models = with_links(models, _logs(logs, named=True), _logs(logs, named=False))
    if models is None:
        raise DataError("the first training needs annotated chats (threads.jsonl) beside the logs")
    save(models, file)
    file.with_suffix(".md").write_text(_card(models, file, groups, logs, len(found)), encoding="utf-8")
    size, seconds = file.stat().st_size / 1e6, time.perf_counter() - begin
    ending = "" if folder.resolve() == SHIPPED.parent else " Start the bot anew to use it."
    return f"{told}\n{file}: {_told(models)}, {size:.2f} MB, {seconds:.0f} s.{ending}"


def _corrected(request: Request) -> tuple[Path, list[Correction], str]:
    """Return the folder for the models, what people corrected, and a line about it.

    Raises:
        DataError: The configuration cannot be used; or nothing but the database was to be read, and it cannot be.
    """
    try:
        config = config_of(request.config)
    except ConfigError as error:
        raise DataError(str(error)) from error
    folder = request.output or config.data.folder
    if folder.resolve() == SHIPPED.parent:
        return folder, [], "0 corrected messages: what is shipped holds none."
    try:
        found = read_corrections(config)
    except DataError as error:
        if not request.data:
            raise
        return folder, [], f"0 corrected messages. {error}"
    found = [one for one in found if example(one) is not None]
    return folder, found, f"{len(found)} corrected messages."


def lessons(folders: Sequence[Path], *, only: str = "*") -> list[Lesson]:
    """Return the streams of folders to learn from, or those of a name; never those kept apart.

    Raises:
        DataError: A folder cannot be read.
    """
    found: list[Lesson] = []
    for folder in folders:
        few = spared(folder)
        weight = WORN.get(folder.name, 1.0)
        found += [lesson(stream, weight, places=stream.name not in few) for stream in _kept(folder, only)]
    return found


def _enough(found: list[Lesson]) -> list[Lesson]:
    """Return the lessons, if there is something to compare: each stream is judged by what the others taught.

    Raises:
        DataError: Fewer than two of them teach places.
    """
    teaching = sum(bool(one.examples) for one in found)
    if teaching < 2:
        raise DataError(
            f"{teaching} annotated stream to learn places from, and it takes two: add --data {'/'.join(OWN.parts[-3:])}"
        )
    return found


def spared(folder: Path) -> frozenset[str]:
    """Return the names of a folder's streams that teach roles and kinds, but no places, as the files there tell.

    Raises:
        DataError: Such a file is not as it should be.
    """
    found: set[str] = set()
    for file in sorted(folder.rglob(TEACHES)):
        try:
            names = tomllib.loads(file.read_text(encoding="utf-8"))["roles_and_kinds"]
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{file} does not tell what streams teach: {type(error).__name__}: {error}") from error
        if not isinstance(names, list):
            raise DataError(f"{file} does not tell what streams teach: roles_and_kinds is no list of names")
        found.update(map(str, names))
    return frozenset(found)


def _card(models: Models, file: Path, groups: Sequence[Path], logs: Sequence[Path], corrected: int) -> str:
    """Return the model card: what it is, what it learnt from, when, how large it is, where its scores are."""
    data = [
        *(line for folder in groups for line in _taught(folder)),
        *(f"- `{folder.name}`: {_counted(read(folder, 'irc'))}, for links" for folder in logs),
    ]
    if corrected:
        data.append(PRIVATE.format(count=corrected, weight=CORRECTED))
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


def _taught(folder: Path) -> list[str]:
    """Return what streams of a folder taught, a line for those that taught everything and one for the others."""
    few, streams = spared(folder), _kept(folder)
    whole = [stream for stream in streams if stream.name not in few]
    part = [stream for stream in streams if stream.name in few]
    lines = [(whole, "kinds, places and roles"), (part, f"kinds and roles alone (`{TEACHES}` there says why)")]
    return [f"- `{folder.name}`: {_counted(found)}, for {taught}" for found, taught in lines if found]


def _kept(folder: Path, only: str = "*") -> list[Stream]:
    return [stream for stream in read(folder, "zh-chat", only=only) if not stream.name.endswith(HELD)]


def _logs(folders: Sequence[Path], *, named: bool) -> list[Stream]:
    return [stream for folder in folders for stream in read(folder, "irc", mentions=named)]


def _told(models: Models) -> str:
    parts = [f"{len(models.words.terms):,} words", f"{len(models.places.roots)} trees for places"]
    parts += [f"{len(found.roots)} for {name}" for name, found in models.links.items()]
    return ", ".join([*parts, f"{len(models.roles.terms):,} words for roles"])
