"""The marks of our charts as SVG: Plotly's symbols by their names, lines and their dashes, hatching."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dashboard.views.charts.palette import GREY, INK, LegendClass, Pattern
from dashboard.views.svg.text import number, quoted

DASHES = {"dot": "1.5 4", "dash": "8 6"}
HATCH = "M-1 1 1-1M0 6 6 0M5 7 7 5"
TEXTURES: dict[Pattern, str] = {"hatched": HATCH, "striped": HATCH, "dotted": "M3 3h.01"}
# Outlines of marks with a radius of 1, as Plotly draws them.
OUTLINES = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle-up": ((-1.155, 0.577), (0, -1.155), (1.155, 0.577)),
    "triangle-down": ((-1.155, -0.577), (0, 1.155), (1.155, -0.577)),
    "triangle-right": ((-0.577, -1.155), (1.155, 0), (-0.577, 1.155)),
    "triangle-left": ((0.577, -1.155), (-1.155, 0), (0.577, 1.155)),
    "hourglass": ((-1, -1), (1, -1), (-1, 1), (1, 1)),
    "cross": tuple(
        point
        for x, y in ((1, -1), (1, 1), (-1, 1), (-1, -1))
        for point in (
            ((x * 0.4, y * 1.2), (x * 0.4, y * 0.4), (x * 1.2, y * 0.4))
            if x * y < 0
            else ((x * 1.2, y * 0.4), (x * 0.4, y * 0.4), (x * 0.4, y * 1.2))
        )
    ),
    "star": tuple(
        (length * math.sin(turn * math.pi / 5), -length * math.cos(turn * math.pi / 5))
        for turn in range(10)
        for length in (1.4 if turn % 2 == 0 else 0.54,)
    ),
}


def mark(x: float, y: float, symbol: str, size: float, colour: str, edge: dict[str, Any] | None = None) -> str:
    """One mark; what ends in "-open" is an outline in its colour."""
    edge = edge or {}
    radius, name = size / 2, symbol.removesuffix("-open")
    wide = edge.get("width", 0)
    if symbol == "line-ns":
        return stroke([(x, y - radius), (x, y + radius)], str(edge.get("color", colour)), wide or 1.5)
    if name in ("x", "x-thin"):
        arm = radius * 0.8
        thick = max(wide, 1.5) if name == "x-thin" else radius * 0.7
        ways = [[(x - arm, y - arm), (x + arm, y + arm)], [(x - arm, y + arm), (x + arm, y - arm)]]
        return "".join(stroke(way, colour, thick) for way in ways)
    look = f'fill="{quoted(colour)}"'
    if symbol.endswith("-open"):
        look = f'fill="none" stroke="{quoted(edge.get("color", colour))}" stroke-width="{number(wide or 2)}"'
    elif wide:
        look += f' stroke="{quoted(edge.get("color", GREY))}" stroke-width="{number(wide)}"'
    if name == "circle":
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" {look}/>'
    points = " ".join(f"{number(x + radius * dx)},{number(y + radius * dy)}" for dx, dy in OUTLINES[name])
    return f'<polygon points="{points}" {look}/>'


def stroke(points: list[tuple[float, float]], colour: str, width: float, dash: str | None = None) -> str:
    """A line through points."""
    path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dashes = f' stroke-dasharray="{DASHES[dash]}"' if dash in DASHES else ""
    return (
        f'<path d="{path}" fill="none" stroke="{quoted(colour)}" stroke-width="{number(width)}"{dashes} '
        'stroke-linejoin="round"/>'
    )


def touch(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes of words (left, top, right, bottom) share more than the blank under their letters."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] - 3 and other[1] < one[3] - 3


def rectangle(x: float, y: float, width: float, height: float, look: str) -> str:
    """A rectangle with attributes of its own."""
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" {look}/>'


def hatching(name: str, colour: str, kind: Pattern = "hatched", scale: float = 1) -> str:
    """A pattern for a fill, in squares of six; striped is a colour with light lines over it."""
    striped = kind == "striped"
    ink = "#ffffff" if striped else colour
    width = 'stroke-width="2.4" stroke-linecap="round"' if kind == "dotted" else 'stroke-width="1.4"'
    size = f' patternTransform="scale({number(scale)})"' if scale != 1 else ""
    return (
        f'<pattern id="{quoted(name)}" width="6" height="6" patternUnits="userSpaceOnUse"{size}>'
        f'<rect width="6" height="6" fill="{quoted(colour if striped else "#ffffff")}"/>'
        f'<path d="{TEXTURES[kind]}" stroke="{quoted(ink)}" {width}/></pattern>'
    )


def key(entry: LegendClass, x: float, y: float, texture: str) -> str:
    """The box of a legend's entry; `texture` is the name of its pattern, where it has one."""
    fill = f"url(#{texture})" if entry.pattern in TEXTURES else entry.fill
    edge = f'stroke="{INK}" stroke-width="2.5"' if entry.pattern == "ringed" else f'stroke="{GREY}" stroke-width="0.75"'
    look = f'fill="{quoted(fill)}" {edge}'
    return rectangle(x, y, 14, 14, look)
