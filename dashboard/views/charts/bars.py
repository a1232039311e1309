"""The compared councils in order, best first: one bar each under its name, value and quarter; missing last, hatched."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.model import Metric
from dashboard.views.charts import builder
from dashboard.views.charts.builder import Part, dots, figure, label_above, names, value_axis
from dashboard.views.charts.palette import GREY, INK, NEUTRAL, PALE, QUARTERS
from dashboard.views.charts.style import EDGE, MARK, axis_range, cut
from dashboard.views.text import comparisons, formats
from dashboard.views.text.compare import why

ROW, TOP, BOTTOM = 40, 36, 36
# A longer name is cut, so that its value has room on a phone; the table has the whole.
LONGEST = 28
# Rows with their positions in the picture.
Placed = list[tuple[int, dict[str, Any]]]


def bars_height(count: int) -> int:
    """Of a figure of so many councils, in pixels."""
    return ROW * max(count, 3) + TOP + BOTTOM


def draw_bars(
    rows: pl.DataFrame,
    everybody: pl.DataFrame,
    metric: Metric,
    *,
    chosen: str | None,
    benchmark: Benchmark,
) -> Part:
    """A Plotly figure of `compare.side_by_side`, on an axis that holds all councils but the very small.

    The chosen council ends in the dark diamond. What a council is compared with is a stroke across its bar.
    """
    listed = list(enumerate(rows.to_dicts()))
    benchmarks = [row["benchmark"] for _, row in listed if row["benchmark"] is not None]
    top = axis_range(everybody, benchmarks)[1]
    known = [(position, row) for position, row in listed if row["value"] is not None]
    missing = [(position, row) for position, row in listed if row["value"] is None]
    note = []
    if benchmark.own or len(set(benchmarks)) > 1:
        note = [label_above(0, f"┃ what each is compared with: {benchmark.label}", "left", yshift=6)]
    elif benchmarks:
        side = "left" if benchmarks[0] < top / 2 else "right"
        words = f"{benchmark.label} {formats.level(benchmarks[0], metric)}"
        note = [label_above(benchmarks[0], f"┃ {words}" if side == "left" else f"{words} ┃", side, yshift=6)]
    traces = [
        _bars(known, metric, top),
        _hatched(missing, metric, top),
        _marks(listed, metric, top),
        _diamond(known, chosen, top),
        _labels(listed, metric, top, chosen),
    ]
    return figure(
        [trace for trace in traces if trace["x"]],
        height=bars_height(len(listed)),
        margin=(8, 8, TOP, BOTTOM),
        bargap=0,
        annotations=note if benchmarks else [],
        xaxis=value_axis(metric, (0, top)),
        yaxis={"range": [len(listed) - 0.6, -0.8], "visible": False, "fixedrange": True},
    )


def _row(placed: Placed, x: list[float], marker: Part, text: list[str]) -> Part:
    at = [position for position, _ in placed]
    return builder.bars(x, at, marker, text=text, orientation="h", width=0.34, textposition="none")


def _bars(known: Placed, metric: Metric, top: float) -> Part:
    edges = [1 if row["quarter"] in (2, 3) else 0 for _, row in known]
    marker = {"color": [_fill(row, metric) for _, row in known], "line": {"width": edges, "color": GREY}}
    return _row(known, [min(row["value"], top) for _, row in known], marker, [_hover(row, metric) for _, row in known])


def _hatched(missing: Placed, metric: Metric, top: float) -> Part:
    """As wide as the axis, so that it is read as no figure and not as a small one."""
    marker = {"color": "#ffffff", "line": EDGE, "pattern": {"shape": "/", "fgcolor": PALE, "size": 7}}
    text = [f"<b>{row['name']}</b><br>{why(row, metric)}" for _, row in missing]
    return _row(missing, [top for _ in missing], marker, text)


def _marks(listed: Placed, metric: Metric, top: float) -> Part:
    held = [(position, row["benchmark"]) for position, row in listed if row["benchmark"] is not None]
    return dots(
        [min(benchmark, top) for _, benchmark in held],
        [position for position, _ in held],
        {"symbol": "line-ns", "size": 11, "line": {"width": 3, "color": INK}},
        "compared with %{text}<extra></extra>",
        text=[formats.level(benchmark, metric) for _, benchmark in held],
    )


def _diamond(known: Placed, chosen: str | None, top: float) -> Part:
    own = [(position, min(row["value"], top)) for position, row in known if row["area_id"] == chosen]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value for _, value in own],
        "y": [position for position, _ in own],
        "marker": {"symbol": "diamond", "size": 15, "color": MARK, "line": {"width": 1.5, "color": "#ffffff"}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _fill(row: dict[str, Any], metric: Metric) -> str:
    return QUARTERS[row["quarter"] - 1] if metric.ranked and row["quarter"] else NEUTRAL


def _hover(row: dict[str, Any], metric: Metric) -> str:
    lines = [f"<b>{row['name']}</b>", formats.quantity(row["value"], metric), comparisons.rank(row)]
    return "<br>".join(filter(None, lines))


def _labels(listed: Placed, metric: Metric, top: float, chosen: str | None) -> Part:
    """The lines over the bars."""
    text = [_label(row, metric, top, is_chosen=row["area_id"] == chosen) for _, row in listed]
    heights = [position - 0.42 for position, _ in listed]
    return names([0 for _ in listed], heights, text, "middle right", {"size": 13, "color": INK})


def _label(row: dict[str, Any], metric: Metric, top: float, *, is_chosen: bool) -> str:
    """Name, value or reason, quarter."""
    name = cut(formats.place(row["name"]), LONGEST)
    if row["value"] is None:
        words = f"<i>{why(row, metric)}</i>"
    else:
        beyond = "beyond the axis" if row["value"] > top else ""
        quarter = comparisons.QUARTERS.get(row["quarter"], "")
        joint = "joint return" if "+" in row["return_id"] else ""
        words = ", ".join(filter(None, (f"<b>{formats.brief(row['value'], metric)}</b>", quarter, joint, beyond)))
    return f"◆ <b>{name}</b>  {words}" if is_chosen else f"{name}  {words}"
