"""England's figure by period beside what a commitment asks for by its day, and what the last five periods come to."""

from __future__ import annotations

from typing import Any

from dashboard.analysis.progress import Held
from dashboard.views.charts.palette import GREY, INK
from dashboard.views.charts.style import BASE, beside, layout
from dashboard.views.text import formats
from dashboard.views.text.progress import amount


def draw(one: Held, *, height: int) -> dict[str, Any]:
    """A Plotly figure of England's published figures; the target is a dashed line with a star on its day.

    The sum is a dotted line to an open dot, and says that it is arithmetic.
    """
    metric = one.commitment.metric
    assert metric is not None
    assert one.england is not None
    rows = one.standard.rows.filter(one.standard.rows["england"].is_not_null())
    ends, values = rows["period_end"].to_list(), rows["england"].to_list()
    by, target = one.commitment.by_when, one.commitment.target
    line: dict[str, Any] = {
        "type": "scatter", "mode": "lines+markers", "x": [f"{end}" for end in ends], "y": values,
        "line": {"color": INK, "width": 2.5}, "marker": {"size": 7, "color": INK},
        "text": [f"{formats.quantity(value, metric)} {formats.period(metric, end)}"
                 for end, value in zip(ends, values, strict=True)],
        "hovertemplate": "England %{text}<extra></extra>",
    }  # fmt: skip
    star: dict[str, Any] = {
        "type": "scatter", "mode": "markers", "x": [f"{by}"], "y": [target], "cliponaxis": False,
        "marker": {"symbol": "star", "size": 15, "color": INK},
        "hovertemplate": f"to be reached by {by:%-d %B %Y}: {amount(target, metric)}<extra></extra>",
    }  # fmt: skip
    traces = [line, star]
    notes = [_note(by, target, f"<b>{amount(target, metric)}</b> by {by:%-d %b %Y}", target, values[-1])]
    found, points = one.england.sum, [*values, target]
    if found is not None:
        end, value = found.last
        points.append(found.comes_to)
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": [f"{end}", f"{by}"], "y": [value, found.comes_to],
                "line": {"color": GREY, "width": 1.5, "dash": "dot"}, "cliponaxis": False,
                "marker": {"size": [0, 11], "symbol": "circle-open", "color": GREY, "line": {"width": 2}},
                "hovertemplate": f"arithmetic, no forecast: {formats.quantity(found.comes_to, metric)}<extra></extra>",
            }
        )  # fmt: skip
        words = f"sum {formats.quantity(found.comes_to, metric)}"
        notes.append(_note(by, found.comes_to, words, found.comes_to, target))
    low, high = min(points), max(points)
    pad = (high - low or abs(high) or 1.0) * 0.12
    bottom = 0.0 if 0 <= low < 0.35 * high else low - 2 * pad
    suffix = "%" if metric.unit == "%" else ""
    return {
        "data": traces,
        "layout": layout(
            height=height,
            margin={"l": beside(bottom, high + pad, suffix=suffix, title=not suffix), "r": 24, "t": 12, "b": 32},
            shapes=[
                {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target, "layer": "below",
                 "line": {"color": GREY, "width": 1, "dash": "dash"}},
                *_breaks(one),
            ],
            annotations=notes,
            xaxis={**BASE, "type": "date", "showgrid": False, "nticks": 8},
            yaxis={**BASE, "range": [bottom, high + pad], "automargin": True, "nticks": 6,
                   "ticksuffix": suffix, "title": None if suffix else metric.unit},
        ),
    }  # fmt: skip


def _note(day: Any, value: float, text: str, own: float, other: float) -> dict[str, Any]:
    """Words to the left of a point: above it where what else is there lies below."""
    above = own >= other
    return {
        "x": f"{day}", "y": value, "text": text, "showarrow": False, "xanchor": "right",
        "yanchor": "bottom" if above else "top", "yshift": 8 if above else -8,
        "font": {"size": 13, "color": INK}, "bgcolor": "rgba(255,255,255,0.85)",
    }  # fmt: skip


def _breaks(one: Held) -> list[dict[str, Any]]:
    rows = one.standard.rows.filter(one.standard.rows["broken"])
    return [
        {"type": "line", "x0": f"{end.replace(year=end.year - 1)}", "x1": f"{end.replace(year=end.year - 1)}",
         "yref": "paper", "y0": 0, "y1": 1, "line": {"color": GREY, "width": 1, "dash": "dot"}}
        for end in rows["period_end"]
    ]  # fmt: skip
