"""Commitments compared with the published figures: who meets them, how far it is, what the last five periods come to.

What a commitment will come to is a sum and no forecast: if each further year moved as the last five periods did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import polars as pl

from dashboard.analysis import benchmarks, comparison, programme, queries, standard
from dashboard.analysis.comparison import England
from dashboard.analysis.standard import Standard
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Metric
from dashboard.data.names import UNSAID, format_date

# A trend is of five periods (rule `trends`): the four years between them.
PERIODS = 5
DAYS = 365.25
FEW, GAP, BROKEN, MISSING = (
    "fewer than five periods", "a period was not published", "a break in the series", "a figure is missing",
)  # fmt: skip

Outcome = Literal["met", "on course", "not on course", "cannot be said", "was met", "was not met"]


@dataclass(frozen=True)
class Commitment:
    """One row of the table `commitment`."""

    line: int
    label: str
    """What was promised; with its measure and day where others say it in the same words."""
    commitment: str
    owner: str
    metric: Metric | None
    """None of the share of directors on a programme, which is counted from the register."""
    target: float
    by_when: date
    source_url: str


@dataclass(frozen=True)
class Sum:
    """What a figure comes to by a day, if each year moves it as the last five periods did on average."""

    first: tuple[date, float]
    last: tuple[date, float]
    per_year: float
    years: float
    """From the last period to the day."""
    unbounded: float
    comes_to: float
    """The same, but not under zero, and no share over 100."""


@dataclass(frozen=True)
class Assessment:
    """One figure compared with a commitment on the day that counts."""

    outcome: Outcome
    value: float | None
    sum: Sum | None = None
    why: str | None = None
    """Why there is no answer."""


@dataclass(frozen=True)
class Held:
    """A commitment in a published measure, compared with its figures."""

    commitment: Commitment
    standard: Standard
    end: date
    """The period that counts: the newest, or once the day has passed the last that ended by then."""
    passed: bool
    met: int
    had: int
    england: Assessment | None
    """None of what England has no figure of."""
    councils: Assessment
    """The share of councils that meet it, in percent: whether all of them do, or are on course to."""


def commitments(db: Database) -> list[Commitment]:
    """All commitments, in the order of their file."""
    rows = db.table["commitment"].sort("line").to_dicts()
    said = [row["commitment"] for row in rows]
    found = []
    for row in rows:
        metric = db.metrics[row["metric_id"]] if row["metric_id"] else None
        about = metric.short_title if metric else "Directors enrolled"
        label = row["commitment"]
        if said.count(label) > 1:
            label = f"{label} ({about}, by {format_date(row['by_when'])})"
        found.append(
            Commitment(
                row["line"], label, row["commitment"], row["owner"], metric, row["target_value"], row["by_when"],
                row["source_url"],
            )
        )  # fmt: skip
    return found


Compared = tuple[Commitment, Held | tuple[programme.Coverage, Outcome] | None]


def compare_with_figures(db: Database, today: date) -> list[Compared]:
    """All commitments with `held`, or `register` of those counted from it. Calculated once a day for all readers."""

    def found() -> list[Compared]:
        return [(one, held(db, one, today) if one.metric else register(db, one, today)) for one in commitments(db)]

    return db.cached(("commitments", today), found)


def held(db: Database, one: Commitment, today: date) -> Held | None:
    """A commitment against the figures of its measure; None of the register's, and where no figure is old enough."""
    if one.metric is None:
        return None
    found = standard.over_time(db, one.metric, one.target)
    if found is None:
        return None
    rows = found.rows.filter(pl.col("had") > 0)
    passed = one.by_when < today
    then = rows.filter(pl.col("period_end") <= one.by_when) if passed else rows
    if then.is_empty():
        return None
    now = then.row(-1, named=True)
    metric, target = one.metric, one.target

    def reached(value: float) -> bool:
        return value <= target if metric.lower_is_better else value >= target

    england = None
    if rows["england"].is_not_null().any():
        england = _assess(then, "england", one.by_when, reached, passed=passed, most=_most(metric))
    return Held(
        one, found, now["period_end"], passed, now["met"], now["had"], england,
        _assess(then, "share", one.by_when, lambda share: share >= 100, passed=passed, most=100.0),
    )  # fmt: skip


def register(db: Database, one: Commitment, today: date) -> tuple[programme.Coverage, Outcome]:
    """A commitment of a share of directors, by the register: how many there are, and whether it is met."""
    rows = programme.posts(db, today)
    counted = programme.coverage(db, rows, today)
    counted = programme.Coverage(
        **{
            name: getattr(counted, name)
            for name in ("councils", "registered", "enrolled", "completed", "new", "executive")
        },
        target=programme.Target(one.commitment, one.owner, one.target, one.by_when, one.source_url),
    )
    met = counted.short == 0
    # The register says how it is now, not how it was on a day that has passed.
    outcome: Outcome = "met" if met else UNSAID if one.by_when >= today else "was not met"
    return counted, outcome


def councils(db: Database, one: Held) -> tuple[pl.DataFrame, England | None]:
    """Each council against the commitment in the period that counts: who is furthest from it first, then those
    that are not ranked, missing last.

    Columns of `queries.councils`, with the gap to the target; and what it would come to in real units if all met it,
    None of grades.
    """
    metric, target = one.commitment.metric, one.commitment.target
    assert metric is not None
    period = next(period for period in db.periods[metric.metric_id] if period.end == one.end)
    rows = queries.councils(db, metric, period, benchmarks.with_target(target, metric))
    if metric.graded:
        rows = rows.with_columns((pl.col("value") - target).alias("gap"), pl.lit(target).alias("benchmark"))
    # Who has a figure but is not ranked has no gap.
    missing, alone = pl.col("value").is_null(), pl.col("gap").is_null()
    ordered = rows.sort(missing, alone, "gap", "name", descending=[False, False, True, False], nulls_last=True)
    return ordered, None if metric.graded else comparison.england_if_all_met(rows)


def direction(db: Database, metric: Metric) -> str | None:
    """Which way England's five newest periods point (rule `trends`); None of what has no trend."""
    rows = db.trends(metric_id=metric.metric_id).filter(
        (pl.col("area_id") == ENGLAND)
        & (pl.col("period_end") == db.latest(metric.metric_id).end)
        & pl.col("direction").is_not_null()
    )
    return str(rows["direction"][0]) if rows.height else None


def snapshots(one: Standard) -> Standard:
    """The periods a year apart: of judgements those of each 31 March, without the day of the newest report."""
    return Standard(one.metric, one.target, one.period, one.rows.filter(_yearly(one.rows)))


def trend(
    points: Sequence[tuple[date, float | None, bool]], by: date, *, most: float | None
) -> tuple[Sum | None, str | None]:
    """The sum of the last five of some periods, oldest first (end, value, broken); or why there is none."""
    last = list(points)[-PERIODS:]
    if len(last) < PERIODS:
        return None, FEW
    if any(earlier[0].replace(year=earlier[0].year + 1) != later[0] for earlier, later in pairwise(last)):
        return None, GAP
    # A break before the first of them parts none of the five.
    if any(broken for *_, broken in last[1:]):
        return None, BROKEN
    (start, first, _), (end, value, _) = last[0], last[-1]
    if first is None or value is None or any(between is None for _, between, _ in last):
        return None, MISSING
    per_year = (value - first) / (PERIODS - 1)
    # Whole years are whole, leap years or not.
    years = by.year - end.year + (by - end.replace(year=by.year)).days / DAYS
    # Cleaned of binary noise (rule `rounding`): what comes to 12 reaches 12.
    unbounded = round(value + per_year * years, 9)
    comes_to = min(max(unbounded, 0.0), most if most is not None else unbounded)
    return Sum((start, first), (end, value), per_year, years, unbounded, max(comes_to, 0.0)), None


def _assess(
    rows: pl.DataFrame, column: str, by: date, reached: Callable[[float], bool], *, passed: bool, most: float | None
) -> Assessment:
    value: Any = rows[column][-1]
    value = None if value is None else float(value)
    if passed:
        if value is None:
            return Assessment(UNSAID, None, why=MISSING)
        return Assessment("was met" if reached(value) else "was not met", value)
    if value is not None and reached(value):
        return Assessment("met", value)
    dated = rows.filter(_yearly(rows))
    found, why = trend(dated.select("period_end", column, "broken").rows(), by, most=most)
    if found is None:
        return Assessment(UNSAID, value, why=why)
    return Assessment("on course" if reached(found.comes_to) else "not on course", value, found)


def _yearly(rows: pl.DataFrame) -> pl.Expr:
    """Periods that end on the day of the year on which the first does: the newest report's day is no snapshot."""
    first: date = rows["period_end"][0]
    end = pl.col("period_end").dt
    return (end.month() == first.month) & (end.day() == first.day)


def _most(metric: Metric) -> float | None:
    return 100.0 if metric.unit == "%" else None
