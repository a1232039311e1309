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


# Regions with councils as small as London's are to be seen and touched: each has an inset of its own.
INSETS = ("North West", "West Midlands", "North East")


def geometry(shapes: pl.DataFrame, names: Mapping[str, str], regions: Mapping[str, str]) -> bytes:
    """The JSON to serve at `geometry_url`: the table map_shape, the names of areas and the regions of councils."""
    rows = shapes.select("area_id", "view", "path", "x", "y").rows()
    drawn = {area_id: names[area_id] for area_id in dict.fromkeys(shapes["area_id"])}
    insets = [[name, [one for one in drawn if names.get(regions.get(one, "")) == name]] for name in INSETS]
    found = {"boxes": BOXES, "names": drawn, "insets": insets, "shapes": rows}
    return json.dumps(found, separators=(",", ":")).encode()
