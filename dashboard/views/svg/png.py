"""An SVG as PNG, by the compiler that sets briefings: no browser, no library of its own."""

from __future__ import annotations

from pathlib import Path

from dashboard.views.svg.typesetting import Typesetter

POINTS = 72.0
_typesetter = Typesetter(Path(__file__).parent)


def png(svg: str, width: int, height: int, *, scale: float = 2) -> bytes:
    """The picture, so many times as large; equal pictures give equal bytes. Words keep the font that comes with us."""
    size = {"width": f"{width}", "height": f"{height}"}
    found = _typesetter.compile("picture.typ", format="png", sys_inputs={"svg": svg, **size}, ppi=POINTS * scale)
    assert isinstance(found, bytes)
    return found
