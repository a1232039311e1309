"""All councils of one measure in order, best first: where everybody stands, in one picture."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard import wording
from dashboard.database import Metric
from dashboard.figures.style import BASE, MARK, axis_range, layout
from dashboard.palette import GREY, INK, Painting

# What is further out than the axis is drawn at its edge, pointing on.
OVER, UNDER = "triangle-right", "triangle-left"


def draw(
    rows: pl.DataFrame,
    metric: Metric,
    painting: Painting,
    *,
    chosen: str | None,
    england: float | None,
    benchmark: float | None,
    benchmark_label: str,
    height: int,
    scale: pl.DataFrame | None = None,
) -> dict[str, Any]:
    """A Plotly figure of `queries.councils` rows that have a value; a joint return is one dot.

    England is a line, the benchmark a dashed one (null where each council has its own), the chosen council the one
    dark diamond. The axis covers all councils but the very small: those of `scale` (all periods, say), or of `rows`.
    """
    shown = rows.filter(pl.col("value").is_not_null()).unique("return_id", keep="first", maintain_order=True)
    values, low_high = shown["value"], axis_range(rows if scale is None else scale, [england, benchmark])
    own = rows.filter(pl.col("area_id") == chosen)["return_id"].to_list() if chosen else []
    is_chosen = [return_id in own for return_id in shown["return_id"]]
    order = list(range(1, shown.height + 1))
    names = [_names(row, rows) for row in shown.iter_rows(named=True)]
    # Markup is kept out of what is sent for every council: each of its brackets takes six bytes.
    words = ["; ".join(filter(None, _words(row, metric))) for row in shown.iter_rows(named=True)]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [_within(value, low_high) for value in values],
        "y": order,
        "customdata": shown["area_id"].to_list(),
        "text": names,
        "hovertext": words,
        "hovertemplate": "<b>%{text}</b><br>%{hovertext}<extra></extra>",
        "marker": {
            "size": [14 if mine else 6 for mine in is_chosen],
            "color": [
                MARK if mine else painting.fill(area) for mine, area in zip(is_chosen, shown["area_id"], strict=True)
            ],
            "symbol": [
                "diamond" if mine else OVER if value > low_high[1] else UNDER if value < low_high[0] else "circle"
                for mine, value in zip(is_chosen, values, strict=True)
            ],
            "line": {"width": 0.5, "color": GREY},
            "opacity": 1,
        },
    }
    shapes, notes = [], []
    # England as the benchmark is one line, not two.
    benchmark = None if benchmark_label == "England" and benchmark == england else benchmark
    for value, label, dash, at in ((england, "England", "solid", 1.0), (benchmark, benchmark_label, "dash", 1.035)):
        if value is not None:
            shapes.append(_line(value, dash))
            notes.append(_note(value, f"{label} {wording.brief(value, metric)}", at, low_high))
    for mine, value, position in zip(is_chosen, values, order, strict=True):
        if mine:
            name = rows.filter(pl.col("area_id") == chosen)["name"][0]
            right = value < sum(low_high) / 2
            notes.append(
                {
                    "x": _within(value, low_high), "y": position, "showarrow": False,
                    "text": f"<b>{name} {wording.brief(value, metric)}</b>",
                    "xanchor": "left" if right else "right", "xshift": 10 if right else -10,
                    "bgcolor": "rgba(255,255,255,0.85)", "font": {"size": 13, "color": INK},
                }
            )  # fmt: skip
    return {
        "data": [dots],
        "layout": layout(
            height=height,
            margin={"l": 8, "r": 8, "t": 44, "b": 40},
            shapes=shapes,
            annotations=notes,
            xaxis={
                **BASE,
                "range": list(low_high),
                "ticksuffix": "%" if metric.unit == "%" else "",
                "title": _unit(metric),
            },
            yaxis={"range": [shown.height + 1.5, -0.5], "visible": False, "fixedrange": True},
        ),
    }


def _names(row: dict[str, Any], rows: pl.DataFrame) -> str:
    if "+" not in row["return_id"]:
        return str(row["name"])
    return wording.listed(rows.filter(pl.col("return_id") == row["return_id"])["name"].to_list())


def _words(row: dict[str, Any], metric: Metric) -> tuple[str, str]:
    return wording.quantity(row["value"], metric), wording.standing(row)


def _line(value: float, dash: str) -> dict[str, Any]:
    return {
        "type": "line", "x0": value, "x1": value, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
        "line": {"color": INK, "width": 1.5, "dash": dash},
    }  # fmt: skip


def _note(value: float, text: str, at: float, low_high: tuple[float, float]) -> dict[str, Any]:
    left = value < sum(low_high) / 2
    return {
        "x": value, "y": at, "yref": "paper", "yanchor": "bottom", "text": text, "showarrow": False,
        "xanchor": "left" if left else "right", "font": {"size": 12, "color": INK},
    }  # fmt: skip


def _within(value: float, low_high: tuple[float, float]) -> float:
    return min(max(value, low_high[0]), low_high[1])


def _unit(metric: Metric) -> str | None:
    return None if metric.unit == "%" else metric.unit
