"""The contract of evaluations: what `python -m bot evaluate NAME DATA` runs; one file each, named after what it judges.

Each file has `evaluate(request) -> Report` and may read the formats of `bot/evaluation/_reading.py`. It judges what is
shipped beside the named baselines, in one run and on the same data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        data: A folder or a file.
        format: `irc`, `zh-chat` or `jsonl`.
        model: `shipped`, or `cv`: each stream is judged by a model that was trained without its file.
        mentions: Whether mentions and reply ids may be seen.
        training: Further folders of streams that `cv` may train on.
        only: Which streams are judged, by name: `*-held` are those that nothing is trained on.
    """

    data: Path
    format: str
    model: str = "shipped"
    mentions: bool = True
    training: tuple[Path, ...] = ()
    only: str = "*"


@dataclass(slots=True)
class Report:
    """Figures in per cent by name (`messages_per_s` aside), ours and those of each baseline.

    Attributes:
        notes: What a reader has to know of this run.
    """

    ours: dict[str, float]
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class DataError(Exception):
    """The data cannot be read; the message says where and why."""
