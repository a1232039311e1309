"""The shapes of the map as they are sent: where each lies, and the name of each council."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

# Left, top, width and height of what is drawn, as in etl/build/geography.py, which scales the shapes to it.
BOXES: dict[str, tuple[int, int, int, int]] = {
    "england": (0, 0, 1754, 2000),
    "london": (1440, 24, 806, 624),
    "tiles": (0, 0, 1750, 1595),
}


def geometry(shapes: pl.DataFrame, names: Mapping[str, str]) -> bytes:
    """The JSON to serve at `geometry_url`, from the table map_shape and the names of councils by area_id."""
    rows = shapes.select("area_id", "view", "path", "x", "y").rows()
    drawn = {area_id: names[area_id] for area_id in dict.fromkeys(shapes["area_id"])}
    return json.dumps({"boxes": BOXES, "names": drawn, "shapes": rows}, separators=(",", ":")).encode()
