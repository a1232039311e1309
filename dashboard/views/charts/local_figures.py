"""A council's own figure among all as published: the strip of the other pages with a second, open mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts import strip
from dashboard.views.charts.palette import INK, Painting
from dashboard.views.charts.style import MARK, axis_range
from dashboard.views.text import formats

# Names of both marks need so much of the picture's height between them, where they are on one side.
APART = 0.05
ROOM = 0.28


def draw(
    rows: pl.DataFrame,
    metric: Metric,
    painting: Painting,
    *,
    own: Mapping[str, Any],
    england: float | None,
    benchmark_label: str,
    height: int,
) -> dict[str, Any]:
    """A Plotly figure of `queries.councils` rows with `own`, a row of `own.standing.placed`.

    The published figure is the dark diamond of every page, the own one an open diamond where it would stand.
    """
    low_high = axis_range(rows, [england, own["benchmark"]])
    figure = strip.draw(
        rows, metric, painting, chosen=own["area_id"], england=england, benchmark=own["benchmark"],
        benchmark_label=benchmark_label, height=height,
    )  # fmt: skip
    value, at = own["value"], _position(rows, metric, own)
    x = min(max(value, low_high[0]), low_high[1])
    # What is further out than the axis is drawn at its edge, pointing on.
    symbol = "diamond-open" if x == value else f"{strip.OVER if value > x else strip.UNDER}-open"
    figure["data"].append(
        {
            "type": "scatter", "mode": "markers", "x": [x], "y": [at], "text": ["Yours, unpublished"],
            "hovertext": ["; ".join(filter(None, (formats.quantity(value, metric), _would(own))))],
            "hovertemplate": "<b>%{text}</b><br>%{hovertext}<extra></extra>",
            "marker": {"size": 13, "symbol": symbol, "color": MARK, "line": {"width": 3, "color": MARK}},
            "cliponaxis": False,
        }
    )  # fmt: skip
    figure["layout"]["annotations"].append(
        {
            "x": x, "y": at, "showarrow": False, "text": f"<b>Yours {formats.brief(value, metric)}</b>, unpublished",
            **_side(rows, own, at, x, low_high),
            "bgcolor": "rgba(255,255,255,0.85)", "font": {"size": 13, "color": INK},
        }
    )  # fmt: skip
    return figure


def _position(rows: pl.DataFrame, metric: Metric, own: Mapping[str, Any]) -> float:
    """Between whom it would stand in the order of the picture; the others keep their places."""
    shown = rows.filter(pl.col("value").is_not_null()).unique("return_id", keep="first", maintain_order=True)
    values = shown["value"].to_list()
    lower_first = metric.neutral or metric.lower_is_better
    before = sum(one < own["value"] if lower_first else one > own["value"] for one in values)
    return float(before) + 0.5


def _side(
    rows: pl.DataFrame, own: Mapping[str, Any], at: float, x: float, low_high: tuple[float, float]
) -> dict[str, Any]:
    """To the right of the mark on the left of the picture, and the other way round; clear of the published name."""
    right = x < sum(low_high) / 2
    shown = rows.filter(pl.col("value").is_not_null()).unique("return_id", keep="first", maintain_order=True)
    places = shown["return_id"].to_list()
    published = places.index(own["return_id"]) + 1 if own["return_id"] in places else None
    up = 0
    if published is not None and abs(published - at) < APART * len(places):
        # The published name is beside its mark on the same side: this one goes to the other, if it has room there.
        if (x - low_high[0] if right else low_high[1] - x) > ROOM * (low_high[1] - low_high[0]):
            right = not right
        else:
            up = 18 if at <= published else -18
    return {"xanchor": "left" if right else "right", "xshift": 12 if right else -12, "yshift": up}


def _would(own: Mapping[str, Any]) -> str:
    stands = formats.standing(own)
    return f"would be {stands}" if stands else ""
