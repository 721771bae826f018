"""Where commands print: on a terminal with its width and colours, elsewhere plain and wide enough not to wrap."""

from __future__ import annotations

import sys

from rich.console import Console, RenderableType

WIDE = 140


def console(*, error: bool = False) -> Console:
    """Return a console on standard output, or on standard error."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else WIDE)


def put(found: Console, what: RenderableType) -> None:
    """Print something; where no person looks, without the blanks that fill lines up."""
    if found.is_terminal:
        found.print(what)
        return
    with found.capture() as captured:
        found.print(what)
    found.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
