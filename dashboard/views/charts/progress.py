"""England's figure by period beside what a commitment asks for by its day, and what the last five periods come to."""

from __future__ import annotations

from datetime import date

from dashboard.analysis.progress import Held, Sum
from dashboard.data.model import Metric
from dashboard.views.charts.builder import (
    PAPER,
    STAR,
    Part,
    dots,
    figure,
    label,
    left_margin,
    line,
    reference_line,
    value_axis,
)  # fmt: skip
from dashboard.views.charts.palette import GREY, INK
from dashboard.views.charts.style import BASE
from dashboard.views.text import formats
from dashboard.views.text.progress import amount


def draw_progress(one: Held, *, height: int) -> Part:
    """A Plotly figure of England's published figures; the target is a dashed line with a star on its day.

    The sum is a dotted line to an open dot, and says that it is arithmetic.
    """
    metric = one.commitment.metric
    assert metric is not None
    assert one.england is not None
    rows = one.standard.rows.filter(one.standard.rows["england"].is_not_null())
    values = rows["england"].to_list()
    by, target = one.commitment.by_when, one.commitment.target
    days: list[str] = []
    drawn: list[float | None] = []
    text: list[str] = []
    for end, value, broken in rows.select("period_end", "england", "broken").iter_rows():
        if broken and days:  # the line ends where the method changed
            days, drawn, text = [*days, days[-1]], [*drawn, None], [*text, ""]
        days.append(f"{end}")
        drawn.append(value)
        text.append(f"{formats.quantity(value, metric)} {formats.period(metric, end)}")
    hover = f"to be reached by {by:%-d %B %Y}: {amount(target, metric)}<extra></extra>"
    published: Part = {"mode": "lines+markers", "marker": {"size": 7, "color": INK}, "text": text}
    traces = [
        line(days, drawn, {"color": INK, "width": 2.5}, **published, hovertemplate="England %{text}<extra></extra>"),
        dots([f"{by}"], [target], STAR, hover, cliponaxis=False),
    ]
    notes = [_note(by, target, f"<b>{amount(target, metric)}</b> by {by:%-d %b %Y}", values[-1])]
    found, points = one.england.sum, [*values, target]
    if found is not None:
        points.append(found.comes_to)
        traces.append(_sum(found, by, metric))
        notes.append(_note(by, found.comes_to, f"sum {formats.quantity(found.comes_to, metric)}", target))
    low, high = min(points), max(points)
    pad = (high - low or abs(high) or 1.0) * 0.12
    axis = (0.0 if 0 <= low < 0.35 * high else low - 2 * pad, high + pad)
    broken = one.standard.rows.filter(one.standard.rows["broken"])["period_end"]
    breaks = [f"{end.replace(year=end.year - 1)}" for end in broken]
    return figure(
        traces,
        height=height,
        margin=(left_margin(metric, axis), 24, 12, 32),
        shapes=[
            reference_line(y=target, colour=GREY, dash="dash"),
            *(reference_line(x=day, colour=GREY, dash="dot", below=False) for day in breaks),
        ],
        annotations=notes,
        xaxis={**BASE, "type": "date", "showgrid": False, "nticks": 8},
        yaxis=value_axis(metric, axis, automargin=True, nticks=6),
    )


def _sum(found: Sum, by: date, metric: Metric) -> Part:
    end, value = found.last
    return line(
        [f"{end}", f"{by}"],
        [value, found.comes_to],
        {"color": GREY, "width": 1.5, "dash": "dot"},
        mode="lines+markers",
        marker={"size": [0, 11], "symbol": "circle-open", "color": GREY, "line": {"width": 2}},
        hovertemplate=f"arithmetic, no forecast: {formats.quantity(found.comes_to, metric)}<extra></extra>",
        cliponaxis=False,
    )


def _note(day: date, value: float, text: str, other: float) -> Part:
    """Words to the left of a point: above it where what else is there lies below."""
    place: Part = {"yanchor": "bottom", "yshift": 8} if value >= other else {"yanchor": "top", "yshift": -8}
    return label(f"{day}", value, text, xanchor="right", bgcolor=PAPER, **place)
