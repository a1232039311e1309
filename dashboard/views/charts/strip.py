"""All councils of one measure in order, best first, in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import polars as pl

from dashboard.data.model import Metric, Row
from dashboard.views.charts.builder import (
    PAPER,
    Part,
    Range,
    apart,
    band,
    dots,
    figure,
    label,
    label_above,
    label_beside,
    line,
    on_left,
    reference_line,
    value_axis,
    within,
)
from dashboard.views.charts.palette import Classification
from dashboard.views.charts.style import EDGE, MARK, axis_range
from dashboard.views.text import comparisons, formats

# What is further out than the axis is drawn at its edge, pointing on.
OVER, UNDER = "triangle-right", "triangle-left"
# On the bar of a hidden figure, for the hover.
HIDDEN = "line-ns"
# So many councils are named at each end, and beyond the axis.
NAMED = 3
# Left, right, top and bottom; how high a line of small words is; in pixels.
MARGIN = (8, 8, 44, 40)
LINE = 17
# A value, or between which two it lies.
Level = float | tuple[float, float] | None


def draw_strip(
    rows: pl.DataFrame,
    metric: Metric,
    classification: Classification,
    *,
    chosen: str | None,
    england: Level,
    benchmark: Level,
    benchmark_label: str,
    height: int,
    scale: pl.DataFrame | None = None,
    ends: bool = True,
) -> Part:
    """A Plotly figure of `queries.councils` rows that have a figure; a joint return is one dot.

    A figure that is hidden in a range is a short bar over it. England is a line, the benchmark a dashed one (null where
    each council has its own), either a band where it is open between two; the chosen council is the dark diamond.
    With `ends` the first and the last three are named, and who lies beyond the axis. It covers all councils but the
    very small: those of `scale` (all periods, say), or of `rows`.
    """
    shown, own = one_per_return(rows), rows.filter(pl.col("area_id") == pl.lit(chosen)).to_dicts()
    levels = [end for level in (england, benchmark) for end in (level if isinstance(level, tuple) else (level,))]
    low_high = axis_range(rows if scale is None else scale, levels)
    is_chosen = [any(return_id == row["return_id"] for row in own) for return_id in shown["return_id"]]
    shapes, notes = [], []
    # England as the benchmark is one line, not two.
    benchmark = None if benchmark_label == "England" and benchmark == england else benchmark
    lines = (
        (england, "England", "solid", 0, formats.brief, 0),
        (benchmark, benchmark_label, "dash", LINE, formats.level, 1),
    )
    for level, name, dash, shift, show, finer in lines:
        if level is None:
            continue
        if isinstance(level, tuple):
            shapes.append(band(level))
            words, at = formats.between(*level, metric, finer=finer).replace(" and ", " to "), level[0]
        else:
            shapes.append(reference_line(x=level, width=1.5, dash=dash))
            words, at = show(level, metric), level
        side = "left" if on_left(at, low_high) else "right"
        notes.append(label_above(at, f"{name} {words}", side, yshift=shift))
    named = [
        (position, value, f"<b>{own[0]['name']} {formats.figure(own[0], metric)}</b>")
        for position, (mine, value) in enumerate(zip(is_chosen, _places(shown), strict=True), 1)
        if mine
    ]
    if ends:
        taken = {position for position, *_ in named}
        named += [one for one in _ends(shown, rows, metric) if one[0] not in taken]
    notes += _named(sorted(named), _places(shown), low_high, (shown.height + 2) / (height - sum(MARGIN[2:])))
    if ends and (beyond := _beyond(shown, rows, metric, low_high)):
        # Where no dot is: right of the middle where they go from left to right, downwards.
        side = "right" if shown["value"].drop_nulls()[0] <= shown["value"].drop_nulls()[-1] else "left"
        corner = {"xref": "paper", "yref": "paper", "xanchor": side, "align": side, "bgcolor": PAPER}
        notes.append(label(float(side == "right"), 0.66, beyond, size=12, **corner))
    return figure(
        _dots(rows, shown, metric, classification, low_high, is_chosen),
        height=height,
        margin=MARGIN,
        shapes=shapes,
        annotations=notes,
        xaxis=value_axis(metric, low_high),
        yaxis={"range": [shown.height + 1.5, -0.5], "visible": False, "fixedrange": True},
    )


def benchmark_of(row: Row | None) -> Level:
    """What a row of `comparison.compare` is compared with: a value, a range, or None."""
    if row is None or row["benchmark_low"] is None:
        return None
    return row["benchmark"] if row["benchmark"] is not None else (row["benchmark_low"], row["benchmark_high"])


def _ends(shown: pl.DataFrame, rows: pl.DataFrame, metric: Metric) -> list[tuple[int, float, str]]:
    """Position, value and words of the first and the last councils that have a rank, or of a measure without, a figure.

    Never some of those that share a value: they are counted instead.
    """
    known = [
        (position, row)
        for position, row in enumerate(shown.iter_rows(named=True), 1)
        if row["value"] is not None and not row["not_ranked"]
    ]
    found: dict[int, tuple[int, float, str]] = {}
    for order in (known, known[::-1]):
        groups = [list(alike) for _, alike in groupby(order, key=lambda one: one[1]["value"])]
        if groups and len(groups[0]) > NAMED:
            position, row = groups[0][0]
            words = f"{len(groups[0])} councils {formats.brief(row['value'], metric)}"
            found[position] = (position, row["value"], words)
        left = NAMED
        for alike in groups:
            left -= len(alike)
            if left < 0:
                break
            for position, row in alike:
                words = f"{return_name(row, rows)} {formats.brief(row['value'], metric)}"
                found[position] = (position, row["value"], words)
    return list(found.values())


def _named(named: Sequence[tuple[int, float, str]], values: Sequence[float], low_high: Range, row: float) -> list[Part]:
    """The names beside their dots, so that none touches another or hides a dot; `row` is a pixel in rows."""
    places = apart([float(position) for position, *_ in named], LINE * row, 1.0, len(values) + 0.5)
    notes = []
    for place, (_, value, words) in zip(places, named, strict=True):
        right = on_left(value, low_high)
        first, last = (round(place + by * LINE * row / 2) for by in (-1, 1))
        near = [value, *values[max(first - 1, 0) : last]]
        x = within(max(near) if right else min(near), low_high)
        notes.append(label_beside(x, place, words, right=right, size=12))
    return notes


def _beyond(shown: pl.DataFrame, rows: pl.DataFrame, metric: Metric, low_high: Range) -> str:
    """Who lies beyond the axis; empty where nobody does."""
    low, high = low_high
    outside = [
        row for row in shown.iter_rows(named=True) if row["value"] is not None and not low <= row["value"] <= high
    ]
    if not outside:
        return ""
    if len(outside) > NAMED:
        return f"▸ {len(outside)} councils lie<br>beyond the axis"
    said = [f"{return_name(row, rows)} ({formats.brief(row['value'], metric)})" for row in outside]
    return f"▸ Beyond the axis:<br>{'<br>'.join(said)}"


def level_of(row: Row | None) -> Level:
    """The figure of England, a row of `queries.england`, or the range in which it lies; None without one."""
    if row is None or row["value"] is None or row["value_low"] is None:
        return None if row is None else row["value"]
    return row["value_low"], row["value_high"]


def one_per_return(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that have a figure, exact or in a range, of a joint return the first."""
    known = pl.coalesce("value", "value_low").is_not_null()
    return rows.filter(known).unique("return_id", keep="first", maintain_order=True)


def _places(shown: pl.DataFrame) -> list[float]:
    """Where a council is: at its value, or in the middle of its range."""
    middle = (pl.col("value_low") + pl.col("value_high")) / 2
    return shown.select(pl.coalesce("value", middle).alias("place"))["place"].to_list()


def symbol(value: float, low_high: Range, *, mine: bool) -> str:
    """The mark of a council."""
    return "diamond" if mine else OVER if value > low_high[1] else UNDER if value < low_high[0] else "circle"


def return_name(row: Row, rows: pl.DataFrame) -> str:
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
    values, area_ids, listed = _places(shown), shown["area_id"].to_list(), shown.to_dicts()
    exact = shown["value"].is_not_null().to_list()
    names = [return_name(row, rows) for row in listed]
    # What all say alike is sent once, with the markup: each of its brackets takes six bytes.
    said = [
        formats.quantity(value, metric) if known else formats.figure(row, metric)
        for value, known, row in zip(values, exact, listed, strict=True)
    ]
    unit = _ending(said)
    ranks = [comparisons.rank(row) or _why_not(row) for row in listed]
    mark = "; " if all(ranks) else ""
    if any(ranks) and not mark:
        # Of a measure that ranks nobody some have the reason why they count in no median.
        ranks = [f"; {one}" if one else "" for one in ranks]
    hover = f"<b>%{{text}}</b><br>%{{hovertext}}{unit}{f'{mark}%{{customdata}}' if any(ranks) else ''}<extra></extra>"
    symbols = [
        symbol(value, low_high, mine=mine) if known or mine else HIDDEN
        for mine, value, known in zip(is_chosen, values, exact, strict=True)
    ]

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
    hidden = [index for index, known in enumerate(exact) if not known]
    bars = _bars(hidden, listed, [classification.fill(area_id) for area_id in area_ids], low_high)
    traces = [*bars, trace(alike, {"size": 6, "color": numbers, "cmin": 0, "cmax": top, "colorscale": fills})]
    if others:
        colours = [MARK if is_chosen[index] else classification.fill(area_ids[index]) for index in others]
        sizes = [14 if is_chosen[index] else 6 for index in others]
        traces.append(trace(others, {"size": sizes, "color": colours, "symbol": [symbols[one] for one in others]}))
    return traces


def _why_not(row: Row) -> str:
    """Why a council has no rank; empty of a measure that ranks nobody."""
    return f"not ranked: {row['not_ranked']}" if row["not_ranked"] else ""


def _bars(hidden: list[int], listed: Sequence[Row], fills: list[str], low_high: Range) -> list[Part]:
    """A short bar from the lowest to the highest that a hidden figure can be, in a trace for each colour."""
    traces = []
    for fill in dict.fromkeys(fills[index] for index in hidden):
        x: list[float | None] = []
        y: list[int | None] = []
        for index in hidden:
            if fills[index] == fill:
                x += [*(within(listed[index][end], low_high) for end in ("value_low", "value_high")), None]
                y += [index + 1, index + 1, None]
        traces.append(line(x, y, {"color": fill, "width": 3}, hoverinfo="skip"))
    return traces


def _ending(said: list[str]) -> str:
    """What all of them end with after the number; empty where they do not agree ("1 month", "2 months")."""
    ending = said[0].lstrip("£0123456789.,") if said else ""
    return ending if all(one.endswith(ending) for one in said) else ""
