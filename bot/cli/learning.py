"""`train`, `evaluate`: models from annotated data, and figures that say how right the bot is."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli._options import ConfigFile, chosen


class What(StrEnum):
    """What can be judged; each is one file of `bot/evaluation/`."""

    THREADS = "threads"
    QUESTIONS = "questions"
    TOPICS = "topics"
    OUTCOMES = "outcomes"
    SIMILAR = "similar"


class Learnt(StrEnum):
    """What can be trained; each is one file of `bot/training/`."""

    THREADS = "threads"
    TOPICS = "topics"
    SIMILAR = "similar"


class Form(StrEnum):
    """The formats of annotated data."""

    IRC = "irc"
    CHINESE = "zh-chat"
    JSONL = "jsonl"


class Model(StrEnum):
    """Which model is judged."""

    SHIPPED = "shipped"
    CV = "cv"


WhatArgument = Annotated[
    What, typer.Argument(metavar="[threads|questions|topics|outcomes|similar]", help="What to judge.")
]
Data = Annotated[Path, typer.Argument(metavar="DATA", help="Folder or file with what people marked.")]
FormatOption = Annotated[Form, typer.Option("--format", help="irc, zh-chat or jsonl.")]
ModelOption = Annotated[
    Model, typer.Option("--model", help="The shipped one, or cv: trained without the file that is judged.")
]
Blind = Annotated[bool, typer.Option("--no-mentions", help="Take mentions and reply ids away first.")]
Training = Annotated[list[Path] | None, typer.Option("--data", metavar="DIR", help="More to train on, for cv.")]
Only = Annotated[str, typer.Option("--only", metavar="NAME", help="Streams of that name; *-held: kept apart.")]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the figures there as well.")]
LearntArgument = Annotated[Learnt, typer.Argument(metavar="[threads|topics|similar]", help="What to train.")]
Sources = Annotated[
    list[Path] | None, typer.Option("--data", metavar="DIR", help="Annotated streams; can be given several times.")
]
Weights = Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for the weights.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(evaluate)
    app.command()(train)


def evaluate(
    what: WhatArgument,
    data: Data,
    form: FormatOption = Form.JSONL,
    model: ModelOption = Model.SHIPPED,
    no_mentions: Blind = False,
    training: Training = None,
    only: Only = "*",
    json: JsonOption = None,
) -> None:
    """Judge what the bot understands against annotated data, beside simple baselines.

    Figures are per cent, messages_per_s aside.
    """
    from bot.cli import _learning
    from bot.evaluation import Request

    request = Request(data, form.value, model.value, not no_mentions, tuple(training or ()), only)
    raise typer.Exit(_learning.evaluate(what.value, request, json))


def train(
    context: typer.Context,
    what: LearntArgument,
    data: Sources = None,
    output: Weights = None,
    config: ConfigFile = None,
) -> None:
    """Train a model from annotated streams and what people corrected; the same data gives the same weights."""
    from bot.cli import _learning
    from bot.training import Request

    request = Request(tuple(data or ()), output, chosen(context, config))
    raise typer.Exit(_learning.train(what.value, request))
