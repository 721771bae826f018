"""The contract of trainings: what `python -m bot train NAME --data DIR` runs; one file each, named after its model.

Each file has `train(request) -> str`: it writes weights and their model card, deterministically, and returns what it
did, for people. The annotated data of others never enters the repository; weights do, with their card.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        data: Folders of annotated streams; what the format is, the files tell.
        output: Folder for weights and card; None for where the training puts them by itself.
        config: The configuration whose database holds people's corrections, where they are used.
    """

    data: tuple[Path, ...]
    output: Path | None = None
    config: Path | None = None
