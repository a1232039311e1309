"""A map of the councils to read by colour, point at, move over by keyboard and open a council from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dashboard.pages.components import served
from dashboard.views.charts.palette import LegendClass

View = Literal["boundaries", "tiles"]
# A number as words hold it, or the sign that stands for one in a phrase.
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|#")


@dataclass(frozen=True)
class MapArea:
    """One council: its class by position in `MapDrawing.classes`, and the text below its name."""

    area_id: str
    class_index: int
    words: str


@dataclass(frozen=True)
class MapDrawing:
    """All that one rerun changes on the map. A council without a MapArea is drawn empty and silent."""

    view: View
    label: str
    classes: tuple[LegendClass, ...]
    areas: tuple[MapArea, ...]
    opens: str
    """The path of the page that a chosen council opens."""
    chosen: str | None = None
    lines: tuple[tuple[str, str], ...] = ()
    """From one council, where a dot is, to another."""


def council_map(drawing: MapDrawing, *, geometry_url: str, key: str) -> None:
    """Draw the map; its shapes are fetched from an address of this server."""
    phrases, numbers = shortened(each.words for each in drawing.areas)
    listed = list(dict.fromkeys(phrases))
    served("council_map")(
        key=key,
        # In tuples: of each list Streamlit asks pandas whether it is a table, for which a server holds 70 MB more.
        data={
            "geometry": geometry_url,
            "view": drawing.view,
            "label": drawing.label,
            "classes": tuple((each.label, each.fill, each.pattern) for each in drawing.classes),
            "phrases": tuple(listed),
            "areas": tuple(
                (each.area_id, each.class_index, listed.index(phrase), filled)
                for each, phrase, filled in zip(drawing.areas, phrases, numbers, strict=True)
            ),
            "opens": drawing.opens,
            "chosen": drawing.chosen,
            **({"lines": drawing.lines} if drawing.lines else {}),
        },
    )


def shortened(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Words as phrases with # for each number, and the numbers of each: councils share a dozen phrases.

    "11.1%; 60th of 149" becomes "#%; #th of #" and "11.1 60 149"; with them half of what a map sends goes.
    """
    phrases = list(words)
    return [NUMBER.sub("#", one) for one in phrases], [" ".join(NUMBER.findall(one)) for one in phrases]
