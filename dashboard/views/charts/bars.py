"""The compared councils in order, best first: one bar each under its name, value and quarter; missing last, hatched."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.model import Metric
from dashboard.views.charts.palette import GREY, INK, LOW_TO_HIGH, PALE, QUARTERS
from dashboard.views.charts.style import BASE, EDGE, MARK, axis_range, cut, layout
from dashboard.views.text import formats
from dashboard.views.text.compare import why

ROW, TOP, BOTTOM = 40, 36, 36
# A longer name is cut, so that its value has room on a phone; the table has the whole.
LONGEST = 28
NEUTRAL = LOW_TO_HIGH[3]


def height(count: int) -> int:
    """Of a figure of so many councils, in pixels."""
    return ROW * max(count, 3) + TOP + BOTTOM


def draw(
    rows: pl.DataFrame,
    everybody: pl.DataFrame,
    metric: Metric,
    *,
    chosen: str | None,
    benchmark: Benchmark,
) -> dict[str, Any]:
    """A Plotly figure of `compare.side_by_side`, on an axis that holds all councils but the very small.

    The chosen council ends in the dark diamond. What a council is held against is a stroke across its bar.
    """
    listed = rows.to_dicts()
    benchmarks = [row["benchmark"] for row in listed if row["benchmark"] is not None]
    top = axis_range(everybody, benchmarks)[1]
    known = [(position, row) for position, row in enumerate(listed) if row["value"] is not None]
    missing = [(position, row) for position, row in enumerate(listed) if row["value"] is None]
    traces = [_bars(known, metric, top), _hatched(missing, metric, top)]
    traces.append(_marks(listed, metric, top))
    note = []
    if benchmark.own or len(set(benchmarks)) > 1:
        note = [_above(0, f"┃ what each is held against: {benchmark.label}", "left")] if benchmarks else []
    elif benchmarks:
        side = "left" if benchmarks[0] < top / 2 else "right"
        words = f"{benchmark.label} {formats.brief(benchmarks[0], metric)}"
        note = [_above(benchmarks[0], f"┃ {words}" if side == "left" else f"{words} ┃", side)]
    traces += [_diamond(known, chosen, top), _labels(listed, metric, top, chosen)]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            height=height(len(listed)),
            margin={"l": 8, "r": 8, "t": TOP, "b": BOTTOM},
            bargap=0,
            annotations=note,
            xaxis={
                **BASE,
                "range": [0, top],
                "ticksuffix": "%" if metric.unit == "%" else "",
                "title": None if metric.unit == "%" else metric.unit,
            },
            yaxis={"range": [len(listed) - 0.6, -0.8], "visible": False, "fixedrange": True},
        ),
    }


def _bars(known: list[tuple[int, dict[str, Any]]], metric: Metric, top: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [min(row["value"], top) for _, row in known],
        "y": [position for position, _ in known],
        "width": 0.34,
        "marker": {
            "color": [_fill(row, metric) for _, row in known],
            "line": {"width": [1 if row["quarter"] in (2, 3) else 0 for _, row in known], "color": GREY},
        },
        "text": [_hover(row, metric) for _, row in known],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hatched(missing: list[tuple[int, dict[str, Any]]], metric: Metric, top: float) -> dict[str, Any]:
    """As wide as the axis, so that it is read as no figure and not as a small one."""
    return {
        "type": "bar",
        "orientation": "h",
        "x": [top for _ in missing],
        "y": [position for position, _ in missing],
        "width": 0.34,
        "marker": {"color": "#ffffff", "line": EDGE, "pattern": {"shape": "/", "fgcolor": PALE, "size": 7}},
        "text": [f"<b>{row['name']}</b><br>{why(row, metric)}" for _, row in missing],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _marks(listed: list[dict[str, Any]], metric: Metric, top: float) -> dict[str, Any]:
    held = [(position, row) for position, row in enumerate(listed) if row["benchmark"] is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [min(row["benchmark"], top) for _, row in held],
        "y": [position for position, _ in held],
        "marker": {"symbol": "line-ns", "size": 11, "line": {"width": 3, "color": INK}},
        "text": [formats.brief(row["benchmark"], metric) for _, row in held],
        "hovertemplate": "held against %{text}<extra></extra>",
    }


def _diamond(known: list[tuple[int, dict[str, Any]]], chosen: str | None, top: float) -> dict[str, Any]:
    own = [(position, row) for position, row in known if row["area_id"] == chosen]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [min(row["value"], top) for _, row in own],
        "y": [position for position, _ in own],
        "marker": {"symbol": "diamond", "size": 15, "color": MARK, "line": {"width": 1.5, "color": "#ffffff"}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _fill(row: dict[str, Any], metric: Metric) -> str:
    return QUARTERS[row["quarter"] - 1] if metric.ranked and row["quarter"] else NEUTRAL


def _hover(row: dict[str, Any], metric: Metric) -> str:
    lines = [f"<b>{row['name']}</b>", formats.quantity(row["value"], metric), formats.standing(row)]
    return "<br>".join(filter(None, lines))


def _above(value: float, text: str, side: str) -> dict[str, Any]:
    return {
        "x": value, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6, "text": text, "showarrow": False,
        "xanchor": side, "font": {"size": 12, "color": INK},
    }  # fmt: skip


def _labels(listed: list[dict[str, Any]], metric: Metric, top: float, chosen: str | None) -> dict[str, Any]:
    """The lines over the bars, in one trace: Plotly checks each annotation by itself."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [0 for _ in listed],
        "y": [position - 0.42 for position in range(len(listed))],
        "text": [_label(row, metric, top, is_chosen=row["area_id"] == chosen) for row in listed],
        "textposition": "middle right",
        "textfont": {"size": 13, "color": INK},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _label(row: dict[str, Any], metric: Metric, top: float, *, is_chosen: bool) -> str:
    """Name, value or reason, quarter."""
    name = cut(formats.place(row["name"]), LONGEST)
    if row["value"] is None:
        words = f"<i>{why(row, metric)}</i>"
    else:
        beyond = "beyond the axis" if row["value"] > top else ""
        quarter = formats.QUARTERS.get(row["quarter"], "")
        joint = "joint return" if "+" in row["return_id"] else ""
        words = ", ".join(filter(None, (f"<b>{formats.brief(row['value'], metric)}</b>", quarter, joint, beyond)))
    return f"◆ <b>{name}</b>  {words}" if is_chosen else f"{name}  {words}"
