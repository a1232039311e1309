"""A map of the councils to read by colour, point at, move over by keyboard and open a council from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
import streamlit as st

from dashboard.palette import Class

View = Literal["boundaries", "tiles"]

# Left, top, width and height of what is drawn, as in etl/geography.py, which scales the shapes to it.
BOXES: dict[str, tuple[int, int, int, int]] = {
    "england": (0, 0, 1754, 2000),
    "london": (1440, 24, 806, 624),
    "tiles": (0, 0, 1750, 1595),
}


@dataclass(frozen=True)
class MapArea:
    """One council: its class by position in `MapPaint.classes`, and what is said below its name."""

    area_id: str
    name: str
    class_index: int
    words: str


@dataclass(frozen=True)
class MapPaint:
    """All that one rerun changes on the map. A council without a MapArea is drawn empty and silent."""

    view: View
    label: str
    classes: tuple[Class, ...]
    areas: tuple[MapArea, ...]
    opens: str
    """The path of the page that a chosen council opens."""
    chosen: str | None = None


def council_map(paint: MapPaint, *, geometry_url: str, script_url: str, key: str) -> None:
    """Draw the map from two addresses of this server: the shapes, and assets/council_map.js."""
    _component(script_url)(
        key=key,
        data={
            "geometry": geometry_url,
            "view": paint.view,
            "label": paint.label,
            "classes": [[each.label, each.fill, each.pattern] for each in paint.classes],
            "areas": [[each.area_id, each.name, each.class_index, each.words] for each in paint.areas],
            "opens": paint.opens,
            "chosen": paint.chosen,
        },
    )


def geometry(shapes: pl.DataFrame) -> bytes:
    """The JSON to serve at `geometry_url`, from the table map_shape."""
    rows = shapes.select("area_id", "view", "path", "x", "y").rows()
    return json.dumps({"boxes": BOXES, "shapes": rows}, separators=(",", ":")).encode()


@cache
def _component(script_url: str) -> st.components.v2.types.ComponentRenderer:
    # Streamlit sends a component's script again at each rerun that changes it: two lines instead of 15 kB.
    script = (
        f"const map = import(new URL({json.dumps(script_url)}, location.origin));\n"
        "export default async (component) => (await map).default(component);\n"
    )
    return st.components.v2.component(
        "council_map", js=script, css=(Path(__file__).parent / "council_map.css").read_text("utf-8")
    )
