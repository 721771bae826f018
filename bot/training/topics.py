"""Trains the topic model: from annotated data, or in seconds from the shipped one and a community's corrections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.config import Config, load
from bot.evaluation import DataError
from bot.evaluation._reading import read
from bot.evaluation.topics import KEPT_APART, questions
from bot.refusals import ConfigError
from bot.training import Request
from classifiers import Teaching, keywords
from classifiers._evaluating.streams import Stream
from classifiers._topics import samples, training
from classifiers._topics.lessons import final
from classifiers._topics.samples import NONE, Sample
from classifiers._topics.weights import NAME, SHIPPED, Weights, load_shipped, save
from classifiers.topics import UNKNOWN_RARENESS
from handlers._taught import teaching_of
from storage import migrate
from storage.database import UNAVAILABLE, Database
from storage.migrate import SchemaError

OWN = 2.0  # weights: questions as members ask them
CHATTER = 0.3  # what is said in groups and asks for nothing
PARAGRAPH = 0.1  # of a manual
CORRECTED = 3.0
SHORTEST = {"zh": 15, "en": 30}  # characters of a paragraph that says something


def train(request: Request) -> str:
    """Train, write the weights, and say where.

    With data, a model is made of our own texts and that data; without, the shipped model takes in what the community
    of the configured database corrected, and the bot uses that after its next start.

    Raises:
        DataError: The data, or the database, cannot be read.
    """
    if request.data:
        file = SHIPPED if request.output is None else request.output / NAME
        return _written(fitted(request.data), file)
    config = _config(request.config)
    found = asyncio.run(_teaching(config))
    file = (request.output or config.data.folder) / NAME
    said = _written(refitted(found), file)
    return f"{len(found.lessons)} corrected questions. {said} Start the bot anew to use it."


def fitted(data: Sequence[Path]) -> Weights:
    """Return a model of our own texts and annotated data: streams of chat, or labelled texts."""
    own = [replace(sample, weight=OWN) for sample in samples.questions()]
    others = [sample for path in data for sample in _samples(path)]
    return training.fit([*own, *samples.subjects(), *others], keywords.build(keywords.Settings()), sure=True)


def refitted(teaching: Teaching) -> Weights:
    """Return the shipped model with what a community taught; topics it merged are one."""
    own = [replace(s, topic=final(s.topic, teaching.merged)) for s in [*samples.questions(), *samples.subjects()]]
    taught = [Sample(one.text, final(one.topic, teaching.merged), CORRECTED) for one in teaching.lessons]
    prior = keywords.build(keywords.Settings())
    return training.refit(load_shipped(), own, taught, prior, UNKNOWN_RARENESS)


# -- data -----------------------------------------------------------------------------------------------------------


def _samples(path: Path) -> Iterator[Sample]:
    labelled = [path] if path.is_file() else sorted(path.glob("*.jsonl"))
    rows = [row for file in labelled for row in _labelled(file)]
    if rows:
        yield from rows
        return
    for stream in read(path, "zh-chat"):
        if stream.name.endswith(KEPT_APART):
            continue
        yield from (Sample(row.text, row.topic) for row in questions(stream))
        yield from (Sample(text, NONE, CHATTER) for text in _chatter(stream))


def _chatter(stream: Stream) -> Iterator[str]:
    return (said.text for said in stream.said if said.member and said.kind == "text" and said.id not in stream.thread)


def _labelled(file: Path) -> Iterator[Sample]:
    """Yield the labelled texts of a file, in both languages; whole sections of a manual weigh as much as a question."""
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error
    whole = all(row.get("kind") == "title" for row in rows)
    for row in rows:
        for language, shortest in SHORTEST.items():
            text = str(row.get(language) or "")
            if "label" in row and len(text) >= (1 if whole else shortest):
                yield Sample(text, str(row["label"]), 1.0 if whole and language == "zh" else PARAGRAPH)


# -- corrections ----------------------------------------------------------------------------------------------------


def _config(file: Path | None) -> Config:
    try:
        return load(file)
    except ConfigError as error:
        raise DataError(str(error)) from error


async def _teaching(config: Config) -> Teaching:
    try:
        async with Database.open(config.database.url.get_secret_value()) as database:
            current, newest = await migrate.head(database)
            if current != newest:
                raise DataError("The database has no tables of this version. First: python3 run.py migrate")
            async with database.read() as store:
                return await teaching_of(store)
    except SchemaError as error:
        raise DataError(str(error)) from error
    except UNAVAILABLE as error:
        raise DataError(f"The database does not answer ({type(error).__name__}).") from error


def _written(weights: Weights, file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    save(weights, file)
    return f"{len(weights.topics)} topics, {len(weights.terms)} terms: {file}"
