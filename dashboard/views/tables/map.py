"""What stands below a map: who is behind the benchmark, trends as a table, and what the classes rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.model import Metric
from dashboard.views.tables import cells as html
from dashboard.views.text import formats
from dashboard.views.text.formats import Colouring


def behind(
    rows: pl.DataFrame, names: Sequence[str], metric: Metric, benchmark: Benchmark, row: Mapping[str, Any] | None
) -> str:
    """What a benchmark comes to and the councils behind it (`benchmarks.behind`), each a link with its value.

    `rows` are those of `queries.councils`; `row` is the one of them that is looked at, or which holds what all are held
    against; None where each council has its own and none is chosen.
    """
    if row is None:
        return "<p>Each council has its own: choose a council to see who is behind it.</p>"
    level = f"<p>{escape(formats.benchmark_value(row['benchmark'], row['base'], benchmark, metric))}</p>"
    if row["benchmark"] is None:
        return level
    if not names:
        return f'{level}<p class="note">No councils are picked for it.</p>'
    values = dict(rows.select("name", "value").iter_rows())
    listed = [
        f"<li>{html.link(name, {'la': name}, page='/council')} {html.number(values[name], metric)}</li>"
        for name in names
    ]
    note = '<p class="note">A council of the group is held against the others of it.</p>'
    return f'{level}<ul class="behind">{"".join(listed)}</ul>{note if benchmark.asks == "councils" else ""}'


def trends(rows: pl.DataFrame, metric: Metric, caption: str) -> str:
    """Every council with its figure and its trend over five years, or why that cannot be said."""
    body = []
    for row in rows.iter_rows(named=True):
        value = formats.brief(row["value"], metric) or formats.reason(row["status"], row["symbol"], metric)
        said = formats.trend(row)
        name = html.link(row["name"], {"la": row["name"]}, page="/council")
        cells = (html.cell(escape(value)), html.cell(escape(said)))
        body.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>')
    return html.table(caption, ("Council", "Value", "Over five years"), body, kind="trends")


def note(metric: Metric, colouring: Colouring, *, indicative: bool) -> str:
    """How classes are to be read: what is held fixed, what chance is, what a trend is. Empty for others."""
    said = []
    held = formats.held(metric)
    if colouring in ("quarter", "gap") and held:
        said.append(f"Distances in real units, as in “{metric.shortfall}”, are counted {held}.")
    if colouring == "verdict":
        said.append(
            "Better and worse mean that the benchmark is outside the 95% interval (Wilson) of a council's figure."
        )
        if indicative:
            said.append("Full-time equivalents are counted in full, not sampled: the interval is indicative.")
    if colouring == "trend":
        said.append(
            "A trend needs five figures in a row, a year apart and reported alike. It is clear where, of the ten pairs "
            "of years, at least eight more point one way than the other."
        )
    return f'<p class="note">{escape(" ".join(said))}</p>' if said else ""
