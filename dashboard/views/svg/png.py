"""An SVG as PNG, by the compiler that sets briefings: no browser, no library of its own."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

import typst

from dashboard.views.svg.text import FONTS

HERE = Path(__file__).parent
POINTS = 72.0
# The compiler remembers some eight megabytes of each picture until it has set so many others: empty pages help.
FORGETS_AFTER = 10
_one_at_a_time = threading.Lock()


def png(svg: str, width: int, height: int, *, scale: float = 2) -> bytes:
    """The picture, so many times as large; equal pictures give equal bytes. Words keep the font that comes with us."""
    size = {"width": f"{width}", "height": f"{height}"}
    with _one_at_a_time:
        found = _compiler("picture.typ").compile(format="png", sys_inputs={"svg": svg, **size}, ppi=POINTS * scale)
        for _ in range(FORGETS_AFTER):
            _compiler("empty.typ").compile(format="pdf")
    assert isinstance(found, bytes)
    return found


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(HERE / template, root=HERE, font_paths=[FONTS], ignore_system_fonts=True)
