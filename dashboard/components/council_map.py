"""A map of the councils to read by colour, point at, move over by keyboard and open a council from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from dashboard.components import served
from dashboard.palette import Class

View = Literal["boundaries", "tiles"]
# A number as words hold it, or the sign that stands for one in a phrase.
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|#")

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
    lines: tuple[tuple[str, str], ...] = ()
    """From one council, where a dot is, to another."""


def council_map(paint: MapPaint, *, geometry_url: str, key: str) -> None:
    """Draw the map; its shapes are fetched from an address of this server."""
    phrases, numbers = shortened(each.words for each in paint.areas)
    listed = list(dict.fromkeys(phrases))
    served("council_map")(
        key=key,
        data={
            "geometry": geometry_url,
            "view": paint.view,
            "label": paint.label,
            "classes": [[each.label, each.fill, each.pattern] for each in paint.classes],
            "phrases": listed,
            "areas": [
                [each.area_id, each.class_index, listed.index(phrase), filled]
                for each, phrase, filled in zip(paint.areas, phrases, numbers, strict=True)
            ],
            "opens": paint.opens,
            "chosen": paint.chosen,
            **({"lines": paint.lines} if paint.lines else {}),
        },
    )


def shortened(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Words as phrases with # for each number, and the numbers of each: councils share a dozen phrases.

    "11.1%; 60th of 149" becomes "#%; #th of #" and "11.1 60 149"; with them half of what a map sends goes.
    """
    said = list(words)
    return [NUMBER.sub("#", one) for one in said], [" ".join(NUMBER.findall(one)) for one in said]


def geometry(shapes: pl.DataFrame, names: Mapping[str, str]) -> bytes:
    """The JSON to serve at `geometry_url`, from the table map_shape and the names of councils by area_id."""
    rows = shapes.select("area_id", "view", "path", "x", "y").rows()
    drawn = {area_id: names[area_id] for area_id in dict.fromkeys(shapes["area_id"])}
    return json.dumps({"boxes": BOXES, "names": drawn, "shapes": rows}, separators=(",", ":")).encode()
