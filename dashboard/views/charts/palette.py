"""Colours and classes of councils, each with its words (rules `better-side` and `pages`)."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Any, Literal

import polars as pl

from dashboard.analysis.comparison import SPREAD
from dashboard.data.model import GRADES, Metric
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import SIDES, ColourScheme

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
NEUTRAL = LOW_TO_HIGH[3]

# What is neither; and what did not exist then: outlined, on the page's own ground.
SIMILAR, NOTHING = "#e3e5e7", "#ffffff"
LOWER, HIGHER = "#D6BCE2", "#5D2477"
# Of the figures of many periods, the share at either end that sets no break.
OUTERMOST = 0.02

Pattern = Literal[
    "plain", "outlined", "ringed", "hatched", "striped", "dotted", "leaning", "crossed", "level", "upright", "dashed"
]
# A look for each reason why there is no class, in the order in which reasons stand in a legend.
MISSING: tuple[Pattern, ...] = ("hatched", "crossed", "level", "upright", "leaning", "dashed", "dotted")

SIDE_WORDS = {
    "verdict": ("Significantly {}", "Similar: not significant"),
    # Where limits allow for more than chance.
    "spread": ("{} beyond usual differences", "Similar: a usual difference"),
    "change": ("{} than a year before", "No change"),
    "trend": ("{}", "No clear trend"),
}


@dataclass(frozen=True)
class LegendClass:
    """One entry of a legend."""

    label: str
    fill: str
    pattern: Pattern = "plain"


@dataclass(frozen=True)
class Classification:
    """The classes of a picture, and the class of each council by its position in them."""

    classes: tuple[LegendClass, ...]
    of: dict[str, int]

    def fill(self, area_id: str) -> str:
        return self.classes[self.of[area_id]].fill


def classify(
    rows: pl.DataFrame, metric: Metric, scheme: ColourScheme, *, scale: pl.DataFrame | None = None
) -> Classification:
    """Classes for the councils of `queries.councils`, with how many returns are in each; missing by their reason.

    Breaks are set by the councils of `scale` that set cuts (of `rows`, if there is none), so that one very small
    council cannot flatten them; with the rows of all periods as the scale, the colours mean the same in each. "trend"
    needs the columns of `direction.with_direction`.
    """
    setting = rows if scale is None else scale
    if metric.graded:
        entries = [LegendClass(grade, fill) for grade, fill in zip(GRADES, QUARTERS, strict=True)]
        index = pl.col("value").cast(pl.Int64) - 1
    elif scheme in SIDES:
        entries, index = _sides(rows, metric, scheme)
    elif scheme == "quarter" and metric.ranked:
        entries, index = _quarter_classes(rows)
    elif scheme == "gap" and rows["gap"].is_not_null().any():
        entries, index = _gap_classes(rows, setting, metric)
    elif scheme == "gap":
        entries, index = [], pl.lit(None, pl.Int64)
    else:
        entries, index = _value_classes(rows, setting, metric)
    classed = rows.with_columns(index.clip(0, max(len(entries) - 1, 0)).alias("class"))
    missing = {
        row["area_id"]: (_why(row, metric, scheme), row["status"])
        for row in classed.filter(pl.col("class").is_null()).iter_rows(named=True)
    }
    # In a fixed order, so that legends do not shuffle.
    reasons = dict(sorted(missing.values()))
    position = {why: len(entries) + at for at, why in enumerate(reasons)}
    of: dict[str, int] = {}
    returns: dict[str, int] = {}
    for area_id, return_id, found in classed.select("area_id", "return_id", "class").iter_rows():
        of[area_id] = returns[return_id] = position[missing[area_id][0]] if found is None else found
    looks = cycle(MISSING)
    entries += [
        LegendClass(why[0].upper() + why[1:], GREY, "dotted" if status == "not_given" else next(looks))
        for why, status in reasons.items()
    ]
    counts = Counter(returns.values())
    return Classification(
        tuple(
            LegendClass(f"{entry.label} ({counts[position]})", entry.fill, entry.pattern)
            for position, entry in enumerate(entries)
        ),
        of,
    )


def _quarter_classes(rows: pl.DataFrame) -> tuple[list[LegendClass], pl.Expr]:
    """The four quarters; and, of figures that are hidden but certain to be in one, that quarter with stripes."""
    entries = [LegendClass(words.capitalize(), QUARTERS[at - 1]) for at, words in comparisons.QUARTERS.items()]
    index = pl.col("quarter").cast(pl.Int64) - 1
    hidden = pl.col("value").is_null() & pl.col("quarter").is_not_null()
    found = sorted(rows.filter(hidden)["quarter"].unique().to_list())
    for at, quarter in enumerate(found, start=len(entries)):
        entries.append(
            LegendClass(f"{comparisons.QUARTERS[quarter].capitalize()}, hidden", QUARTERS[quarter - 1], "striped")
        )
        index = pl.when(hidden & (pl.col("quarter") == quarter)).then(at).otherwise(index)
    return entries, index


def breaks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Round numbers from at or under `low` to over `high`, at most `most` steps apart; `whole` numbers if need be.

    >>> breaks(0.0, 43.1, 6)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    """
    span = max(high - low, 1.0 if whole else 0.1)  # where all are alike there is one class, and not one of no width
    magnitude = 10.0 ** math.floor(math.log10(span / most))
    for step in (1, 2, 2.5, 5, 10, 20):
        width = step * magnitude
        first = math.floor(low / width)
        last = math.floor(high / width) + 1
        if last - first <= most and (width.is_integer() or not whole):
            return [round(position * width, 9) for position in range(first, last + 1)]
    raise AssertionError("twenty magnitudes cover any span")


def _sides(rows: pl.DataFrame, metric: Metric, scheme: ColourScheme) -> tuple[list[LegendClass], pl.Expr]:
    keys = SIDES[scheme][metric.neutral]
    spread = scheme == "verdict" and "interval_allows_for" in rows.columns and SPREAD in rows["interval_allows_for"]
    words, middle = SIDE_WORDS["spread" if spread else scheme]
    first, last = (words.format(key).capitalize() for key in (keys[0], keys[2]))
    fills = (LOWER, HIGHER) if metric.neutral else (BETTER, WORSE)
    entries = [LegendClass(first, fills[0]), LegendClass(middle, SIMILAR, "outlined"), LegendClass(last, fills[1])]
    said = [comparisons.side(row, metric, scheme) for row in rows.iter_rows(named=True)]
    positions = [keys.index(one) if one in keys else None for one in said]
    return entries, pl.lit(pl.Series(positions, dtype=pl.Int64))


def _value_classes(rows: pl.DataFrame, setting: pl.DataFrame, metric: Metric) -> tuple[list[LegendClass], pl.Expr]:
    lowest = _lowest(rows, setting, "value")
    low, high = _ends(setting, rows, "value")
    # What is shown without decimals has no edge between two whole numbers.
    whole = metric.decimals == 0
    edges = breaks(low, high, len(BEST_TO_WORST), whole=whole)
    if len(edges) == 2:
        edges = breaks(min(low, lowest), high, len(BEST_TO_WORST), whole=whole)
    steps = len(edges) - 1
    labels = [_between(a, b, metric) for a, b in pairwise(edges[:-1])]
    labels.append(f"{_edge(edges[-2], metric)} or more")
    # Those that set no break may lie beyond the first; the words must be true of them too.
    if lowest < edges[0]:
        labels[0] = f"Under {_edge(edges[1], metric)}"
    index = ((pl.col("value") - edges[0]) / (edges[1] - edges[0]) + 1e-9).floor().cast(pl.Int64)
    if metric.ranked and not metric.lower_is_better:
        return _classes(labels[::-1], _spread(BEST_TO_WORST, steps)), steps - 1 - index.clip(0, steps - 1)
    return _classes(labels, _spread(BEST_TO_WORST if metric.ranked else LOW_TO_HIGH, steps)), index


def _gap_classes(rows: pl.DataFrame, setting: pl.DataFrame, metric: Metric) -> tuple[list[LegendClass], pl.Expr]:
    smallest, largest = _ends(setting, rows, "gap")
    if metric.ranked:
        edges = breaks(0.0, max(largest, 1e-6), len(SHORT))
        labels = ["Meets it", *(f"Short by {_apart(a, b, metric)}" for a, b in pairwise(edges[:-1]))]
        labels.append(f"Short by {_apart(edges[-2], None, metric)}")
        index = (
            pl.when(pl.col("gap") <= 0).then(0).otherwise((pl.col("gap") / edges[1] + 1e-9).floor().cast(pl.Int64) + 1)
        )
        return _classes(labels, (BETTER, *_spread(SHORT, len(edges) - 1))), index
    lowest, highest = _lowest(rows, setting, "gap"), -_lowest(rows, setting, "gap", -1)
    # Lower and higher never share a class, so zero is an edge wherever there is one of each.
    edges = breaks(min(smallest, -1e-6 if lowest < 0 else 0.0), max(largest, 1e-6), len(LOW_TO_HIGH))
    labels = [_beside(a, b, metric) for a, b in pairwise(edges)]
    if lowest < edges[0]:
        labels[0] = f"Lower by {_apart(-edges[1], None, metric)}"
    if highest >= edges[-1]:
        labels[-1] = f"Higher by {_apart(edges[-2], None, metric)}"
    index = ((pl.col("gap") - edges[0]) / (edges[1] - edges[0]) + 1e-9).floor().cast(pl.Int64)
    return _classes(labels, _spread(LOW_TO_HIGH, len(edges) - 1)), index


def _lowest(rows: pl.DataFrame, setting: pl.DataFrame, column: str, sign: int = 1) -> float:
    """The lowest of all that may be classified with these breaks, the very small among them; negated, the highest."""
    found = [float(value) for frame in (rows, setting) if (value := (frame[column] * sign).min()) is not None]  # type: ignore[arg-type]
    return min(found, default=0.0)


def _classes(labels: list[str], fills: tuple[str, ...]) -> list[LegendClass]:
    return [LegendClass(label, fill) for label, fill in zip(labels, fills, strict=True)]


def _ends(setting: pl.DataFrame, rows: pl.DataFrame, column: str) -> tuple[float, float]:
    """Between which values breaks are set: the lowest and highest of one period; of many, all but the outermost.

    One council far out in one of many years would take the colours from all others; the classes at the ends are open.
    """
    known = setting.filter(pl.col(column).is_not_null())
    values = known.filter(pl.col("sets_cut"))[column] if known["sets_cut"].any() else known[column]
    if values.is_empty():
        return 0.0, 0.0
    share = 0.0 if setting.height == rows.height else OUTERMOST
    low, high = (values.quantile(q, "linear") for q in (share, 1 - share))
    return float(low or 0), float(high or 0)


def _beside(low: float, high: float, metric: Metric) -> str:
    if high <= 0:
        return f"Lower by {_apart(-high, -low, metric)}"
    return f"Higher by {_apart(low, high, metric)}"


def _between(low: float, high: float, metric: Metric) -> str:
    if metric.unit == "visits" and high - low == 1:
        return _edge(low, metric)
    return f"{_edge(low, metric)} to under {_edge(high, metric)}"


def _apart(low: float, high: float | None, metric: Metric) -> str:
    """A class of distances; percentages are points apart: "5 to under 10 points", "10 points or more"."""
    unit = " points" if metric.unit == "%" else ""
    if high is None:
        return f"{_number(low, metric)}{unit} or more"
    return f"{_number(low, metric)} to under {_number(high, metric)}{unit}"


def _edge(value: float, metric: Metric) -> str:
    return f"{_number(value, metric)}%" if metric.unit == "%" else _number(value, metric)


def _number(value: float, metric: Metric) -> str:
    return formats.number(value, 0 if value == int(value) else metric.decimals)


def _spread(ramp: tuple[str, ...], count: int) -> tuple[str, ...]:
    """`count` colours of a ramp, its ends among them."""
    if count == 1:
        return ramp[:1]
    return tuple(ramp[round(position * (len(ramp) - 1) / (count - 1))] for position in range(count))


def _why(row: dict[str, Any], metric: Metric, scheme: ColourScheme) -> str:
    """Why a council has no colour."""
    if scheme == "quarter" and row["quarter_low"] is not None:
        return f"{formats.open_by(metric)} leave the quarter open"
    if row["status"] != "observed":
        # The range of each is its own.
        return "hidden because it is small" if row["value_low"] is not None else formats.why(row, metric)
    if row["not_ranked"] and scheme != "value":
        return "not ranked: " + (row["not_ranked"] if formats.too_many_unknown(row) else "based on too few")
    if scheme == "quarter":
        return "too many figures are hidden to tell quarters"
    if scheme == "change":
        return "the method changed" if row["series_break"] else "no figure a year before to compare with"
    if scheme == "trend":
        why = row["no_direction"]
        # Whether they are or may be is one reason on a map.
        why = "too much is unknown" if why and "unknown" in why else why
        return f"no trend: {why}" if why else "no trend is worked out"
    if row["gap_low"] is not None and row["gap"] is None:
        return f"{formats.open_by(metric)} leave it open"
    if scheme == "verdict" and row["benchmark_low"] is not None:
        return "no counts are published to judge chance by"
    return "no benchmark to compare with"
