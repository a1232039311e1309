"""All councils of one measure in order, best first: where everybody stands, in one picture."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts.palette import INK, Painting
from dashboard.views.charts.style import BASE, EDGE, MARK, axis_range, layout
from dashboard.views.text import formats

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
    # What all say alike is sent once, with the markup: each of its brackets takes six bytes.
    said = [formats.quantity(value, metric) for value in values]
    unit = _ending(said)
    standings = [formats.standing(row) for row in shown.iter_rows(named=True)]
    ranked = "; %{customdata}" if any(standings) else ""
    symbols = [
        "diamond" if mine else OVER if value > low_high[1] else UNDER if value < low_high[0] else "circle"
        for mine, value in zip(is_chosen, values, strict=True)
    ]

    def dots(kept: list[int], marker: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "markers",
            # To a thousandth of a pixel: sixteen digits of each are not seen, only sent.
            "x": [float(f"{_within(values[index], low_high):.7g}") for index in kept],
            "y": [order[index] for index in kept],
            "text": [names[index] for index in kept],
            "hovertext": [said[index].removesuffix(unit) for index in kept],
            "customdata": [standings[index] for index in kept],
            "hovertemplate": f"<b>%{{text}}</b><br>%{{hovertext}}{unit}{ranked}<extra></extra>",
            "marker": {**marker, "line": EDGE, "opacity": 1},
        }

    # Most are alike but for their colour, which is sent as a number: a third of the bytes of one trace for all.
    alike = [index for index, symbol in enumerate(symbols) if symbol == "circle"]
    others = [index for index, symbol in enumerate(symbols) if symbol != "circle"]
    top = max(len(painting.classes) - 1, 1)
    fills = [[index / top, one.fill] for index, one in enumerate(painting.classes)]
    numbers = [painting.of[shown["area_id"][index]] for index in alike]
    traces = [dots(alike, {"size": 6, "color": numbers, "cmin": 0, "cmax": top, "colorscale": fills})]
    if others:
        colours = [MARK if is_chosen[index] else painting.fill(shown["area_id"][index]) for index in others]
        sizes = [14 if is_chosen[index] else 6 for index in others]
        traces.append(dots(others, {"size": sizes, "color": colours, "symbol": [symbols[index] for index in others]}))
    shapes, notes = [], []
    # England as the benchmark is one line, not two.
    benchmark = None if benchmark_label == "England" and benchmark == england else benchmark
    for value, label, dash, at in ((england, "England", "solid", 1.0), (benchmark, benchmark_label, "dash", 1.035)):
        if value is not None:
            shapes.append(_line(value, dash))
            notes.append(_note(value, f"{label} {formats.brief(value, metric)}", at, low_high))
    for mine, value, position in zip(is_chosen, values, order, strict=True):
        if mine:
            name = rows.filter(pl.col("area_id") == chosen)["name"][0]
            right = value < sum(low_high) / 2
            notes.append(
                {
                    "x": _within(value, low_high), "y": position, "showarrow": False,
                    "text": f"<b>{name} {formats.brief(value, metric)}</b>",
                    "xanchor": "left" if right else "right", "xshift": 10 if right else -10,
                    "bgcolor": "rgba(255,255,255,0.85)", "font": {"size": 13, "color": INK},
                }
            )  # fmt: skip
    return {
        "data": traces,
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
    return formats.listed(rows.filter(pl.col("return_id") == row["return_id"])["name"].to_list())


def _ending(said: list[str]) -> str:
    """What all of them end with after the number; empty where they do not agree ("1 month", "2 months")."""
    ending = said[0].lstrip("£0123456789.,") if said else ""
    return ending if all(one.endswith(ending) for one in said) else ""


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
