"""All councils of one measure in order, best first, in one picture."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts.builder import (
    Part,
    Range,
    dots,
    figure,
    label_above,
    label_beside,
    on_left,
    reference_line,
    value_axis,
    within,
)
from dashboard.views.charts.palette import Classification
from dashboard.views.charts.style import EDGE, MARK, axis_range
from dashboard.views.text import formats

# What is further out than the axis is drawn at its edge, pointing on.
OVER, UNDER = "triangle-right", "triangle-left"


def draw_strip(
    rows: pl.DataFrame,
    metric: Metric,
    classification: Classification,
    *,
    chosen: str | None,
    england: float | None,
    benchmark: float | None,
    benchmark_label: str,
    height: int,
    scale: pl.DataFrame | None = None,
) -> Part:
    """A Plotly figure of `queries.councils` rows that have a value; a joint return is one dot.

    England is a line, the benchmark a dashed one (null where each council has its own), the chosen council the one
    dark diamond. The axis covers all councils but the very small: those of `scale` (all periods, say), or of `rows`.
    """
    shown, own = one_per_return(rows), rows.filter(pl.col("area_id") == pl.lit(chosen)).to_dicts()
    low_high = axis_range(rows if scale is None else scale, [england, benchmark])
    is_chosen = [any(return_id == row["return_id"] for row in own) for return_id in shown["return_id"]]
    shapes, notes = [], []
    # England as the benchmark is one line, not two.
    benchmark = None if benchmark_label == "England" and benchmark == england else benchmark
    lines = (
        (england, "England", "solid", 1.0, formats.brief),
        (benchmark, benchmark_label, "dash", 1.035, formats.level),
    )
    for value, label, dash, y, show in lines:
        if value is not None:
            shapes.append(reference_line(x=value, width=1.5, dash=dash))
            side = "left" if on_left(value, low_high) else "right"
            notes.append(label_above(value, f"{label} {show(value, metric)}", side, y=y))
    for position, (mine, value) in enumerate(zip(is_chosen, shown["value"], strict=True), 1):
        if mine:
            words = f"<b>{own[0]['name']} {formats.brief(value, metric)}</b>"
            x = within(value, low_high)
            notes.append(label_beside(x, position, words, right=on_left(value, low_high)))
    return figure(
        _dots(rows, shown, metric, classification, low_high, is_chosen),
        height=height,
        margin=(8, 8, 44, 40),
        shapes=shapes,
        annotations=notes,
        xaxis=value_axis(metric, low_high),
        yaxis={"range": [shown.height + 1.5, -0.5], "visible": False, "fixedrange": True},
    )


def one_per_return(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that have a value, of a joint return the first."""
    return rows.filter(pl.col("value").is_not_null()).unique("return_id", keep="first", maintain_order=True)


def symbol(value: float, low_high: Range, *, mine: bool) -> str:
    """The mark of a council."""
    return "diamond" if mine else OVER if value > low_high[1] else UNDER if value < low_high[0] else "circle"


def return_name(row: dict[str, Any], rows: pl.DataFrame) -> str:
    """The council of a row, or all of a joint return."""
    if "+" not in row["return_id"]:
        return str(row["name"])
    return formats.listed(rows.filter(pl.col("return_id") == row["return_id"])["name"].to_list())


def _dots(
    rows: pl.DataFrame,
    shown: pl.DataFrame,
    metric: Metric,
    classification: Classification,
    low_high: Range,
    is_chosen: list[bool],
) -> list[Part]:
    values, area_ids, listed = shown["value"].to_list(), shown["area_id"].to_list(), shown.to_dicts()
    names = [return_name(row, rows) for row in listed]
    # What all say alike is sent once, with the markup: each of its brackets takes six bytes.
    said = [formats.quantity(value, metric) for value in values]
    unit = _ending(said)
    ranks = [formats.rank(row) for row in listed]
    hover = f"<b>%{{text}}</b><br>%{{hovertext}}{unit}{'; %{customdata}' if any(ranks) else ''}<extra></extra>"
    symbols = [symbol(value, low_high, mine=mine) for mine, value in zip(is_chosen, values, strict=True)]

    def trace(indices: list[int], marker: Part) -> Part:
        return dots(
            # To a thousandth of a pixel: sixteen digits of each are not seen, only sent.
            [float(f"{within(values[index], low_high):.7g}") for index in indices],
            [index + 1 for index in indices],
            {**marker, "line": EDGE, "opacity": 1},
            hover,
            text=[names[index] for index in indices],
            hovertext=[said[index].removesuffix(unit) for index in indices],
            customdata=[ranks[index] for index in indices],
        )

    # Most are alike but for their colour, which is sent as a number: a third of the bytes of one trace for all.
    alike = [index for index, symbol in enumerate(symbols) if symbol == "circle"]
    others = [index for index, symbol in enumerate(symbols) if symbol != "circle"]
    top = max(len(classification.classes) - 1, 1)
    fills = [[index / top, one.fill] for index, one in enumerate(classification.classes)]
    numbers = [classification.of[area_ids[index]] for index in alike]
    traces = [trace(alike, {"size": 6, "color": numbers, "cmin": 0, "cmax": top, "colorscale": fills})]
    if others:
        colours = [MARK if is_chosen[index] else classification.fill(area_ids[index]) for index in others]
        sizes = [14 if is_chosen[index] else 6 for index in others]
        traces.append(trace(others, {"size": sizes, "color": colours, "symbol": [symbols[one] for one in others]}))
    return traces


def _ending(said: list[str]) -> str:
    """What all of them end with after the number; empty where they do not agree ("1 month", "2 months")."""
    ending = said[0].lstrip("£0123456789.,") if said else ""
    return ending if all(one.endswith(ending) for one in said) else ""
