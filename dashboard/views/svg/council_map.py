"""The map of councils as SVG: boundaries with London beside them, or tiles; as council_map.js draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.views.charts.map_geometry import BOXES
from dashboard.views.charts.palette import INK, Classification
from dashboard.views.svg import text
from dashboard.views.svg.marks import TEXTURES, hatching, mark, rectangle
from dashboard.views.svg.text import number, quoted

# Units of the map between London and the line around it.
FRAME = 18
# Of edges, in pixels.
EDGE, LIGHT = "#383f43", 0.6
# Below this a colour needs an edge to be seen on white (WCAG 1.4.11).
CONTRAST = 3.0


@dataclass(frozen=True)
class CouncilMap:
    """What is drawn. A council that is in no class is empty."""

    shapes: pl.DataFrame
    """The table map_shape."""
    view: str
    """boundaries or tiles."""
    classification: Classification
    chosen: str | None = None
    lines: tuple[tuple[str, str], ...] = ()
    """From one council, where a dot is, to another."""


def size(drawing: CouncilMap) -> tuple[float, float]:
    """How wide and high it is, in units of the map."""
    if drawing.view == "tiles":
        return BOXES["tiles"][2], BOXES["tiles"][3]
    x, _, wide, _ = BOXES["london"]
    return x + wide + FRAME, BOXES["england"][3]


def draw_map(drawing: CouncilMap, width: float, height: float, name: str = "map") -> str:
    """The map in so much room, from 0, 0, as large as it can be."""
    wide, tall = size(drawing)
    scale = min(width / wide, height / tall)
    classes = drawing.classification.classes
    patterns = "".join(
        hatching(f"{name}-{at}", one.fill, one.pattern, 1 / scale)
        for at, one in enumerate(classes)
        if one.pattern in TEXTURES
    )
    layers = ["tiles"] if drawing.view == "tiles" else ["boundaries", "london"]
    drawn = [f"<defs>{patterns}</defs>"]
    for layer in layers:
        if layer == "london":
            x, y, across, down = BOXES["london"]
            look = f'fill="#ffffff" stroke="#8a9299" stroke-width="{number(1 / scale)}"'
            drawn.append(rectangle(x - FRAME, y - FRAME, across + 2 * FRAME, down + 2 * FRAME, look))
            drawn.append(text.draw(x, y + 2, "London", 13 / scale, up="top"))
        drawn += _layer(drawing, layer, scale, name)
        if layer == "tiles":
            right, bottom = BOXES["tiles"][2:]
            drawn.append(text.draw(right, bottom - FRAME, "London outlined", 13 / scale, across="end"))
    left, top = (width - wide * scale) / 2, (height - tall * scale) / 2
    return (
        f'<g transform="translate({number(left)} {number(top)}) scale({scale:.5f})" fill-rule="evenodd" '
        f'stroke-linejoin="round">{"".join(drawn)}</g>'
    )


def _layer(drawing: CouncilMap, layer: str, scale: float, name: str) -> Sequence[str]:
    rows = drawing.shapes.filter(pl.col("view") == layer)
    paths = dict(rows.select("area_id", "path").iter_rows())
    classes, of = drawing.classification.classes, drawing.classification.of
    drawn, pale = [], []
    boroughs = set(drawing.shapes.filter(pl.col("view") == "london")["area_id"]) if layer == "tiles" else set()
    # London is outlined under its boroughs and over the other tiles: the outer half is seen.
    around = _outline("".join(paths[one] for one in paths if one in boroughs), INK, 4 / scale)
    for area_id, path in sorted(paths.items(), key=lambda one: one[0] in boroughs):
        if area_id in boroughs and around:
            drawn.append(around)
            around = ""
        at = of.get(area_id)
        if at is None:
            look = f'fill="none" stroke="#8a9299" stroke-width="{number(LIGHT / scale)}"'
        else:
            one = classes[at]
            fill = f"url(#{name}-{at})" if one.pattern in TEXTURES else one.fill
            look = f'fill="{quoted(fill)}" stroke="#ffffff" stroke-width="{number(LIGHT / scale)}"'
            if one.pattern != "plain" or contrast(one.fill) < CONTRAST:
                pale.append(path)
        drawn.append(f'<path d="{quoted(path)}" {look}/>')
    drawn.append(_outline("".join(pale), EDGE, 0.75 / scale))
    drawn += _ties(drawing, rows, scale)
    if chosen := paths.get(drawing.chosen or ""):
        drawn += [_outline(chosen, "#ffffff", 5 / scale), _outline(chosen, INK, 2.5 / scale)]
    return drawn


def _ties(drawing: CouncilMap, rows: pl.DataFrame, scale: float) -> Sequence[str]:
    """A curve from each council of a pair to the other, bent to its right, with a dot at the first."""
    places = {area_id: (x, y) for area_id, x, y in rows.select("area_id", "x", "y").iter_rows()}
    drawn = []
    for one, other in drawing.lines:
        if one in places and other in places:
            (x0, y0), (x1, y1) = places[one], places[other]
            middle = number((x0 + x1) / 2 + (y0 - y1) / 6), number((y0 + y1) / 2 + (x1 - x0) / 6)
            curve = f"M{number(x0)} {number(y0)}Q{' '.join(middle)} {number(x1)} {number(y1)}"
            drawn += [_outline(curve, "#ffffff", 3 / scale), _outline(curve, INK, 1.25 / scale)]
            drawn.append(mark(x0, y0, "circle", 6 / scale, INK, {"width": 1 / scale, "color": "#ffffff"}))
    return drawn


def _outline(path: str, colour: str, width: float) -> str:
    look = f'fill="none" stroke="{quoted(colour)}" stroke-width="{number(width)}"'
    return f'<path d="{quoted(path)}" {look}/>' if path else ""


def contrast(colour: str) -> float:
    """How much a colour stands out from white, as WCAG reckons it.

    >>> round(contrast("#505a5f"), 1)
    7.0
    """
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
