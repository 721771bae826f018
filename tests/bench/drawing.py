"""Measures drawing a digest, beside an empty page of the same size in the same run: `python -m tests.bench.drawing`.

Everything is milliseconds of this processor, so what counts is the ratio. The first picture reads the font; the later
ones differ in their words, so that nothing but the font and the template is remembered from one to the next.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from handlers._drawing import picture
from handlers._drawing.typesetting import typeset
from tests.handlers.drawing.pages import FULL

EMPTY = '#import "@local/look:1.0.0": *\n#set page(width: 1080pt, height: inputs.height * 1pt)\n'


def spent(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """Return the milliseconds of processor time that something took, and what it made."""
    begun = time.process_time()
    made = work()
    return 1e3 * (time.process_time() - begun), made


def main(rounds: int) -> None:
    """Print the first picture, the later ones, and the empty page."""
    first, drawn = spent(lambda: picture(FULL))
    height = int.from_bytes(drawn[20:24])
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.typ"
        empty.write_text(EMPTY, "utf-8")
        later, blank = [], []
        for number in range(rounds):
            page = replace(FULL, headline=f"第 {number} 次，问题多了，等的时间短了。")
            later.append(spent(lambda page=page: picture(page))[0])
            data = {"height": height + number}
            blank.append(spent(lambda data=data: typeset(empty, data, form="png"))[0])
    print(f"{height} pixels high, {len(drawn):,} bytes")
    print(f"first picture {first:6.1f} ms")
    print(f"later ones    {median(later):6.1f} ms (median of {rounds}, worst {max(later):.1f})")
    print(f"an empty page {median(blank):6.1f} ms; ratio {median(later) / median(blank):.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
