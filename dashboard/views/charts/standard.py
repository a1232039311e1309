"""How many councils met one fixed standard in each year: bars, with the number on each."""

from __future__ import annotations

from dashboard.analysis.standard import Standard
from dashboard.views.charts import builder
from dashboard.views.charts.builder import Part, figure, reference_line
from dashboard.views.charts.style import BASE, EDGE, beside
from dashboard.views.text import formats

BLUE, PALE = "#12436d", "#d8dcdf"


def draw_standard(standard: Standard, *, height: int) -> Part:
    """A Plotly figure of `standard.over_time`: of the councils that had a figure, how many met it.

    A year that is not to be compared with those before it, as after a change of method, begins after a dotted line.
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
    return figure(
        [
            _bars(years, met, words, BLUE, [str(one) for one in met]),
            _bars(years, [all_ - one for one, all_ in zip(met, had, strict=True)], words, PALE, [""] * len(met)),
        ],
        height=height,
        margin=(beside(0, top), 8, 8, 32),
        barmode="stack",
        bargap=0.25,
        uniformtext={"mode": "show", "minsize": 12},
        xaxis={**BASE, "type": "category", "showgrid": False},
        yaxis={**BASE, "range": [0, top], "automargin": True, "nticks": 5},
        shapes=[
            reference_line(x=at - 0.5, dash="dot", below=False)
            for at, broken in enumerate(rows["broken"])
            if broken and at
        ],
    )


def _bars(years: list[str], values: list[int], words: list[str], colour: str, text: list[str]) -> Part:
    return builder.bars(
        years,
        values,
        {"color": colour, "line": EDGE if colour == PALE else {"width": 0}},
        "%{customdata}<extra></extra>",
        customdata=words,
        text=text,
        textposition="inside",
        insidetextanchor="end",
        textangle=0,
        textfont={"color": "#ffffff", "size": 13},
    )
