"""Implausible figures of a council's own: a share for a percentage, far from its past, beyond all others.

The limits are those of releases (etl/check/validation.py), applied to one council.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from dashboard.analysis.local_figures import Checked, Finding, Own
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Metric
from dashboard.views.text import formats

# A figure this small beside the published one, that is near it when taken times 100, is a share from 0 to 1.
SHRUNK = 0.05
TIMES = 5.0
# A change is far beyond so many robust standard deviations of all councils' changes in a year, if so many have one.
ROBUST_Z = 6.0
FEWEST = 20
# So many figures that all equal the published are those of the published column.
MANY_EQUAL = 3
LOOK = "If it is right, there is nothing to do."


def share(db: Database, area_id: str, metric: Metric, value: float) -> tuple[str, str] | None:
    """What is wrong with a percentage that looks like a share from 0 to 1, and what to do; None if it does not."""
    if not 0 < value <= 1:
        return None
    whose, published = f"published for {db.names[area_id]}", _newest(db, metric, area_id)
    if published is None:
        whose, published = "published for England", _newest(db, metric, ENGLAND)
    if not published or value > SHRUNK * published or not 1 / TIMES <= value * 100 / published <= TIMES:
        return None
    what = f"{value:g} looks like a share from 0 to 1; {formats.quantity(published, metric)} is {whose}."
    remedy = (
        f"Give {value * 100:.10g} for {value * 100:.10g}%. If it is {value:g}%, give numerator and denominator too."
    )
    return what, remedy


def judged(
    db: Database, area_id: str, figures: Sequence[Own], lines: Mapping[str, int] | None = None, column: str = ""
) -> Checked:
    """The figures with their warnings; `lines` say where each stands, `column` the name of their column."""
    lines = lines or {}

    def warning(rule: str, what: str, metric_id: str) -> Finding:
        return Finding(rule, what, LOOK, lines.get(metric_id), column, metric_id)

    taken = []
    for own in figures:
        metric = db.metrics[own.metric_id]
        checks = (
            ("W_FAR_FROM_PAST", _far_from_past(db, area_id, metric, own.value)),
            ("W_BEYOND_ALL", _beyond_all(db, area_id, metric, own.value)),
        )
        warnings = tuple(warning(rule, what, own.metric_id) for rule, what in checks if what)
        taken.append(replace(own, warnings=warnings))
    findings = [finding for own in taken for finding in own.warnings]
    if len(figures) >= MANY_EQUAL and all(
        own.value == _newest(db, db.metrics[own.metric_id], area_id) for own in figures
    ):
        what = f"All {len(figures)} figures equal the published ones: are they those of the published column?"
        findings.append(Finding("W_STALE", what, LOOK))
    return Checked(tuple(taken), tuple(findings))


def _far_from_past(db: Database, area_id: str, metric: Metric, value: float) -> str:
    published = _newest(db, metric, area_id)
    if published is None:
        return ""
    moved = value - published
    councils = db.councils(metric.metric_id, db.latest(metric.metric_id).end)
    changes = councils.filter(pl.col("change").is_not_null() & pl.col("sets_cut")).unique("return_id")["change"]
    words = (
        f"{metric.title}: {formats.quantity(value, metric)} is far from the published "
        f"{formats.quantity(published, metric)}"
    )
    if len(changes) < FEWEST:
        far = published > 0 and (value >= TIMES * published or value <= published / TIMES)
        return f"{words}." if far else ""
    middle = float(changes.median() or 0.0)  # type: ignore[arg-type]
    spread = float((changes - middle).abs().median() or 0.0)  # type: ignore[arg-type]
    if not spread or abs(moved - middle) <= ROBUST_Z * 1.4826 * spread:
        return ""
    as_far = int((changes.abs() >= abs(moved)).sum())
    who = "none" if not as_far else str(as_far)
    return f"{words}; of {len(changes)} councils {who} moved as far in a year."


def _beyond_all(db: Database, area_id: str, metric: Metric, value: float) -> str:
    councils = db.councils(metric.metric_id, db.latest(metric.metric_id).end)
    # A council that is already the lowest or the highest is not told so again.
    counted = pl.col("sets_cut") | (pl.col("area_id") == area_id)
    published = councils.filter(pl.col("value").is_not_null() & counted).sort("value", "name")
    if published.is_empty():
        return ""
    lowest, highest = published.row(0, named=True), published.row(-1, named=True)
    if lowest["value"] <= value <= highest["value"]:
        return ""
    row, word = (highest, "higher") if value > highest["value"] else (lowest, "lower")
    return (
        f"{metric.title}: {formats.quantity(value, metric)} is {word} than any council's published figure "
        f"({row['name']}, {formats.quantity(row['value'], metric)})."
    )


def _newest(db: Database, metric: Metric, area_id: str) -> float | None:
    rows = db.of_area(area_id)
    newest = rows.filter(
        (pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == db.latest(metric.metric_id).end)
    )
    return newest["value"][0] if newest.height else None
