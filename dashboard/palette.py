"""Colours and classes: how councils are painted (rules 8 and 24). Colour is never alone: every class has words."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import polars as pl

from dashboard import wording
from dashboard.database import Metric

INK = "#0b0c0c"
GREY = "#505a5f"
PALE = "#b1b4b6"
BETTER, WORSE = "#12436D", "#F46A25"
# From best to worst. Blue is better and orange worse on every picture; the middle is pale.
BEST_TO_WORST = ("#12436D", "#4C86BD", "#A9CBE8", "#FAD7C3", "#F79C6B", "#D9480F")
QUARTERS = ("#12436D", "#8DBDE6", "#FAC9AD", "#F46A25")
SHORT = ("#FCE3D5", "#F9B591", "#F46A25", "#B33A06")
# Neutral measures have a hue of their own, so that dark is never read as bad.
LOW_TO_HIGH = ("#F1E7F5", "#D6BCE2", "#B389C6", "#8A54A3", "#5D2477", "#3B0F50")

Colouring = Literal["value", "quarter", "gap"]
Pattern = Literal["plain", "outlined", "hatched", "dotted"]


@dataclass(frozen=True)
class Class:
    """One entry of a legend."""

    label: str
    fill: str
    pattern: Pattern = "plain"


@dataclass(frozen=True)
class Painting:
    """The classes of a picture, and the class of each council by its position in them."""

    classes: tuple[Class, ...]
    of: dict[str, int]

    def fill(self, area_id: str) -> str:
        return self.classes[self.of[area_id]].fill


def paint(rows: pl.DataFrame, metric: Metric, colouring: Colouring) -> Painting:
    """Classes for the councils of `queries.councils`, with how many returns are in each; missing by their reason.

    Breaks are set by councils that set cuts, so that one very small council cannot flatten the scale.
    """
    if metric.graded:
        labels, index = list(wording.GRADES), pl.col("value").cast(pl.Int64) - 1
        fills: tuple[str, ...] = QUARTERS
    elif colouring == "quarter" and metric.ranked:
        labels = [wording.QUARTERS[quarter].capitalize() for quarter in range(1, 5)]
        fills, index = QUARTERS, pl.col("quarter").cast(pl.Int64) - 1
    elif colouring == "gap" and rows["gap"].is_not_null().any():
        labels, fills, index = _gap_classes(rows, metric)
    else:
        labels, fills, index = _value_classes(rows, metric)
    unpainted = pl.col("value").is_null() if colouring != "gap" or metric.graded else pl.col("gap").is_null()
    reasons = _missing(rows.filter(unpainted), metric)
    classed = rows.select(
        "area_id",
        "return_id",
        pl.when(~unpainted).then(index.clip(0, len(labels) - 1)).alias("class"),
        "status",
        "symbol",
    )
    of: dict[str, int] = {}
    returns: dict[str, int] = {}
    for row in classed.iter_rows(named=True):
        found = row["class"] if row["class"] is not None else len(labels) + list(reasons).index(_why(row, metric))
        of[row["area_id"]] = returns[row["return_id"]] = found
    entries = [Class(label, fill) for label, fill in zip(labels, fills, strict=True)]
    entries += [
        Class(why[0].upper() + why[1:], GREY, "dotted" if status == "not_given" else "hatched")
        for why, status in reasons.items()
    ]
    counts = Counter(returns.values())
    return Painting(
        tuple(
            Class(f"{entry.label} ({counts[position]})", entry.fill, entry.pattern)
            for position, entry in enumerate(entries)
        ),
        of,
    )


def breaks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from at or under `low` to over `high`, at most `most` steps apart.

    >>> breaks(0.0, 43.1, 6)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    """
    span = max(high - low, 0.1)  # where all are alike there is one class, and not one of no width
    magnitude = 10.0 ** math.floor(math.log10(span / most))
    for step in (1, 2, 2.5, 5, 10, 20):
        width = step * magnitude
        first = math.floor(low / width)
        last = math.floor(high / width) + 1
        if last - first <= most:
            return [round(position * width, 9) for position in range(first, last + 1)]
    raise AssertionError("twenty magnitudes cover any span")


def _value_classes(rows: pl.DataFrame, metric: Metric) -> tuple[list[str], tuple[str, ...], pl.Expr]:
    setting = rows.filter(pl.col("sets_cut") & pl.col("value").is_not_null())["value"]
    values = setting if setting.len() else rows["value"].drop_nulls()
    edges = breaks(float(values.min() or 0), float(values.max() or 0), len(BEST_TO_WORST)) if values.len() else [0, 1]  # type: ignore[arg-type]
    steps = len(edges) - 1
    labels = [_between(a, b, metric) for a, b in pairwise(edges[:-1])]
    labels.append(f"{_edge(edges[-2], metric)} or more")
    # Those that set no break may lie beyond the first; the words must be true of them too.
    if steps > 1 and (rows["value"] < edges[0]).any():
        labels[0] = f"Under {_edge(edges[1], metric)}"
    index = ((pl.col("value") - edges[0]) / (edges[1] - edges[0]) + 1e-9).floor().cast(pl.Int64)
    if metric.ranked and not metric.lower_is_better:
        return labels[::-1], _spread(BEST_TO_WORST, steps), steps - 1 - index.clip(0, steps - 1)
    return labels, _spread(BEST_TO_WORST if metric.ranked else LOW_TO_HIGH, steps), index


def _gap_classes(rows: pl.DataFrame, metric: Metric) -> tuple[list[str], tuple[str, ...], pl.Expr]:
    gaps = rows.filter(pl.col("sets_cut") & pl.col("gap").is_not_null())["gap"]
    largest = max(float(gaps.max() or 0), 1e-6)  # type: ignore[arg-type]
    if metric.ranked:
        edges = breaks(0.0, largest, len(SHORT))
        labels = [
            "Meets it",
            *(f"Short by {_between(a, b, metric)}" for a, b in pairwise(edges[:-1])),
        ]
        labels.append(f"Short by {_edge(edges[-2], metric)} or more")
        index = (
            pl.when(pl.col("gap") <= 0).then(0).otherwise((pl.col("gap") / edges[1] + 1e-9).floor().cast(pl.Int64) + 1)
        )
        return labels, (BETTER, *_spread(SHORT, len(edges) - 1)), index
    smallest = float(gaps.min() or 0)  # type: ignore[arg-type]
    edges = breaks(min(smallest, 0.0), max(largest, 0.0), len(LOW_TO_HIGH))
    labels = [_beside(a, b, metric) for a, b in pairwise(edges)]
    if (rows["gap"] < edges[0]).any():
        labels[0] = f"Lower by {_edge(max(-edges[1], 0.0), metric)} or more"
    if (rows["gap"] >= edges[-1]).any():
        labels[-1] = f"Higher by {_edge(edges[-2], metric)} or more" if edges[-2] >= 0 else labels[-1]
    index = ((pl.col("gap") - edges[0]) / (edges[1] - edges[0]) + 1e-9).floor().cast(pl.Int64)
    return labels, _spread(LOW_TO_HIGH, len(edges) - 1), index


def _beside(low: float, high: float, metric: Metric) -> str:
    if high <= 0:
        return f"Lower by {_between(-high, -low, metric)}"
    return f"Higher by {_between(low, high, metric)}"


def _between(low: float, high: float, metric: Metric) -> str:
    return f"{_edge(low, metric)} to under {_edge(high, metric)}"


def _edge(value: float, metric: Metric) -> str:
    shown = wording.number(value, 0 if value == int(value) else metric.decimals)
    return f"{shown}%" if metric.unit == "%" else shown


def _spread(ramp: tuple[str, ...], count: int) -> tuple[str, ...]:
    """`count` colours of a ramp, its ends among them."""
    if count == 1:
        return ramp[:1]
    return tuple(ramp[round(position * (len(ramp) - 1) / (count - 1))] for position in range(count))


def _missing(rows: pl.DataFrame, metric: Metric) -> dict[str, str]:
    """Why councils have no colour, in words -> status; a fixed order, so that legends do not shuffle."""
    found = {_why(row, metric): row["status"] for row in rows.select("status", "symbol").iter_rows(named=True)}
    return dict(sorted(found.items()))


def _why(row: dict[str, str], metric: Metric) -> str:
    if row["status"] == "observed":
        return "no benchmark to compare with"
    return wording.reason(row["status"], row["symbol"], metric)
