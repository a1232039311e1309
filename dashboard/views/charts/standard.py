"""How many councils met one fixed standard in each year: bars, with the number on each."""

from __future__ import annotations

from typing import Any

from dashboard.analysis.standard import Standard
from dashboard.views.charts.palette import INK
from dashboard.views.charts.style import BASE, EDGE, beside, layout
from dashboard.views.text import formats

BLUE, PALE = "#12436d", "#d8dcdf"


def draw(standard: Standard, *, height: int) -> dict[str, Any]:
    """A Plotly figure of `standard.over_time`: of the councils that had a figure, how many met it.

    A year that is not to be held against those before it, as after a change of method, begins after a dotted line.
    """
    rows = standard.rows.filter(standard.rows["had"] > 0)
    metric = standard.metric
    years = [f"{end.year}" for end in rows["period_end"]]
    words = [
        f"{met} of {had} councils {formats.period(metric, end)}"
        for met, had, end in rows.select("met", "had", "period_end").iter_rows()
    ]
    met, had = rows["met"].to_list(), rows["had"].to_list()
    top = max(had, default=1) * 1.02
    breaks = [at for at, broken in enumerate(rows["broken"]) if broken and at]
    return {
        "data": [
            _bars(years, met, words, BLUE, [str(one) for one in met]),
            _bars(years, [all_ - one for one, all_ in zip(met, had, strict=True)], words, PALE, [""] * len(met)),
        ],
        "layout": layout(
            height=height,
            margin={"l": beside(0, top), "r": 8, "t": 8, "b": 32},
            barmode="stack",
            bargap=0.25,
            uniformtext={"mode": "show", "minsize": 12},
            xaxis={**BASE, "type": "category", "showgrid": False},
            yaxis={**BASE, "range": [0, top], "automargin": True, "nticks": 5},
            shapes=[
                {"type": "line", "x0": at - 0.5, "x1": at - 0.5, "yref": "paper", "y0": 0, "y1": 1,
                 "line": {"color": INK, "width": 1, "dash": "dot"}}
                for at in breaks
            ],
        ),
    }  # fmt: skip


def _bars(years: list[str], values: list[int], words: list[str], colour: str, text: list[str]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": years,
        "y": values,
        "text": text,
        "textposition": "inside",
        "insidetextanchor": "end",
        "textangle": 0,
        "textfont": {"color": "#ffffff", "size": 13},
        "customdata": words,
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": colour, "line": EDGE if colour == PALE else {"width": 0}},
    }
