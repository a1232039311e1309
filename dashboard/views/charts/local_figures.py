"""A council's own figure among all as published: the strip of the other pages with a second, open mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts import strip
from dashboard.views.charts.builder import Part, Range, dots, label_beside, on_left, within
from dashboard.views.charts.palette import Classification
from dashboard.views.charts.style import MARK, axis_range
from dashboard.views.text import comparisons, formats

# Names of both marks need so much of the picture's height between them, where they are on one side.
APART = 0.05
ROOM = 0.28


def draw_local_figure(
    rows: pl.DataFrame,
    metric: Metric,
    classification: Classification,
    *,
    own: Mapping[str, Any],
    england: strip.Level,
    benchmark_label: str,
    height: int,
) -> Part:
    """A Plotly figure of `queries.councils` rows with `own`, a row of `local_rank.rank_figures`.

    The published figure is the dark diamond of every page, the own one an open diamond at its rank.
    """
    value, benchmark = own["value"], strip.benchmark_of(own)
    whole = england if isinstance(england, tuple) else (england,)
    low_high = axis_range(rows, [*whole, own["benchmark_low"], own["benchmark_high"]])
    figure = strip.draw_strip(
        rows, metric, classification, chosen=own["area_id"], england=england, benchmark=benchmark,
        benchmark_label=benchmark_label, height=height, ends=False,
    )  # fmt: skip
    places = strip.one_per_return(rows)
    x, at = within(value, low_high), _position(places["value"].drop_nulls().to_list(), metric, value)
    # What is further out than the axis is drawn at its edge, pointing on.
    symbol = "diamond-open" if x == value else f"{strip.symbol(value, low_high, mine=False)}-open"
    figure["data"].append(
        dots(
            [x],
            [at],
            {"size": 13, "symbol": symbol, "color": MARK, "line": {"width": 3, "color": MARK}},
            "<b>%{text}</b><br>%{hovertext}<extra></extra>",
            text=["Yours, unpublished"],
            hovertext=["; ".join(filter(None, (formats.quantity(value, metric), _would(own))))],
            cliponaxis=False,
        )
    )
    right, up = _side(places["return_id"].to_list(), own["return_id"], at, x, low_high)
    words = f"<b>Yours {formats.brief(value, metric)}</b>, unpublished"
    figure["layout"]["annotations"].append(label_beside(x, at, words, right=right, shift=12, yshift=up))
    return figure


def _position(values: list[float], metric: Metric, own: float) -> float:
    """Between which councils it would be in the picture; the others keep their order."""
    lower_first = metric.neutral or metric.lower_is_better
    return float(sum(one < own if lower_first else one > own for one in values)) + 0.5


def _side(places: list[str], own: str, at: float, x: float, low_high: Range) -> tuple[bool, int]:
    """Right of a mark on the left of the picture, and the other way round; clear of the published name."""
    right = on_left(x, low_high)
    published = places.index(own) + 1 if own in places else None
    if published is None or abs(published - at) >= APART * len(places):
        return right, 0
    # The published name is beside its mark on the same side: this one goes to the other, if it has room there.
    if (x - low_high[0] if right else low_high[1] - x) > ROOM * (low_high[1] - low_high[0]):
        return not right, 0
    return right, 18 if at <= published else -18


def _would(own: Mapping[str, Any]) -> str:
    rank = comparisons.rank(own)
    return f"would be {rank}" if rank else ""
