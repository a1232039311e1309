"""What a worked example is made of: published figures, the steps a reader can do again by hand, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from dashboard.analysis import comparison
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.data.database import Database, is_joint
from dashboard.data.model import ENGLAND, Metric, Row
from dashboard.views.text import formats

# As many digits as values are compared by (rule `rounding`).
DIGITS = 9
BEST = BENCHMARKS[DEFAULT]


@dataclass(frozen=True)
class Example:
    """A rule applied to published figures. Everything in it was asked of the database when it was made."""

    about: str
    """Which figures it is made of, as a heading."""
    steps: tuple[str, ...]
    """One line of arithmetic or reading each."""
    result: str
    """What comes out, in one sentence."""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """A table of the figures it starts from."""
    metric_id: str | None = None
    area_id: str | None = None
    period_end: date | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of comparison in plain words."""

    id: str
    title: str
    """In lists and addresses."""
    short: str
    """The rule in one line."""
    words: str
    """A paragraph a line."""
    example: Callable[[Database], Example | None]
    """Made from the figures; None where they hold no case of it."""
    also: str = ""
    """Other words that readers look for it by."""


def lines(*steps: str) -> tuple[str, ...]:
    """The steps of an example, in their order."""
    return steps


def exact(value: float) -> str:
    """A number with all the digits it is compared by, thousands parted: "5,965.4", "40.5864"."""
    return f"{Decimal(f'{value:.{DIGITS}g}').normalize():,f}".replace("-", formats.MINUS)


def worked(value: float, decimals: int = 4) -> str:
    """A result on the way, to a few decimals and no more: "7.5750" is "7.575"."""
    shown = formats.number(value, decimals)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def first(db: Database, *needs: Callable[[Metric], bool]) -> Metric | None:
    """The first measure of the menu that is all that is needed; None where none is."""
    return next((metric for metric in db.metrics.values() if all(need(metric) for need in needs)), None)


def ranked_share(metric: Metric) -> bool:
    """Ranked, with counts behind it and a gap that can be counted: what most examples are told by."""
    return metric.ranked and metric.has_interval and metric.shortfall is not None


def usual(db: Database) -> Metric | None:
    """The measure most examples are told by: a ranked share if there is one, else any that is ranked."""
    return first(db, ranked_share) or first(db, lambda one: one.ranked)


def middle(db: Database, metric: Metric, benchmark: Benchmark = BEST) -> Row | None:
    """The council in the middle of a measure's newest period, as `comparison.compare` holds it; nobody is singled out.

    Among those that set a cut, report alone and, of a measure with counts, have them.
    """
    rows = comparison.newest(db, benchmark).filter(
        (pl.col("metric_id") == metric.metric_id) & pl.col("value").is_not_null() & pl.col("sets_cut") & ~is_joint()
    )
    counted = rows.filter(pl.col("numerator").is_not_null() & (pl.col("denominator") > 0))
    rows = (counted if counted.height else rows).sort("value", "name")
    return rows.row(rows.height // 2, named=True) if rows.height else None


def returns(db: Database, metric: Metric, end: date) -> pl.DataFrame:
    """The councils with a figure, each return once, from low to high (columns of Database.figure)."""
    rows = db.councils(metric.metric_id, end).filter(pl.col("value").is_not_null())
    return rows.unique("return_id", keep="first", maintain_order=True).sort("value", "name")


def england(db: Database, metric: Metric, end: date) -> float | None:
    """England's published figure."""
    rows = db.by_metric[metric.metric_id].filter((pl.col("area_id") == ENGLAND) & (pl.col("period_end") == end))
    return rows["value"][0] if rows.height else None


def heading(metric: Metric, end: date, name: str = "") -> str:
    """What an example is about: "Leeds: social worker vacancy rate at 30 September 2025"."""
    words = f"{metric.title} {formats.period(metric, end)}"
    return f"{formats.place(name)}: {words[0].lower()}{words[1:]}" if name and not metric.graded else words


def type_7(values: list[float], share: float) -> tuple[float, int, float]:
    """The linear quantile of ascending values, the place (from 1) of the value at or under it, and the part beyond it.

    `share` 0.25 of nine values is the third; of ten it lies a quarter of the way from the third to the fourth.
    """
    at = (len(values) - 1) * share
    under = int(at)
    part = at - under
    over = values[min(under + 1, len(values) - 1)]
    return float(f"{values[under] + part * (over - values[under]):.{DIGITS}g}"), under + 1, part


def names(db: Database, row: Row) -> str:
    """The councils of a return: "Kingston upon Thames and Richmond upon Thames"."""
    members = sorted(row["return_id"].split("+"), key=db.names.__getitem__)
    return formats.listed([formats.place(db.names[one]) for one in members])
