"""Figures that moved many times as far as those of other councils, where no proof rules a slip out."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from etl.areas import Areas
from etl.check import kinds_of_proof
from etl.model import Metric

# With fewer councils it may be a coincidence.
FEWEST = 20
# A council's change is an outlier beyond this many robust standard deviations of all councils' changes ...
ROBUST_Z = 6.0
# A figure of England alone is an outlier at this many times the middle one of all years, or its inverse: 1.3 at most.
TIMES_OF_ENGLAND = 2.0
# Of a normal distribution, the standard deviation in median deviations.
OF_MEDIAN_DEVIATION = 1.4826
# ... and at this many times the value before, or its inverse.
TIMES = 5.0


def find_outliers(
    newest: pl.DataFrame,
    councils: pl.DataFrame,
    checked: pl.DataFrame,
    metrics: dict[str, Metric],
    areas: Areas,
    known: set[tuple[str, str, date]],
) -> list[str]:
    """Councils whose value is many times that of last year, or a fraction, when others' are not.

    A slip of that size would show where the figure or its region's is proved: those are left out.
    """
    names = areas.names()
    moved = newest.filter((pl.col("value") > 0) & (pl.col("before") > 0)).with_columns(
        (pl.col("value") / pl.col("before")).log().alias("moved")
    )
    far = (
        moved.with_columns(pl.col("moved").median().over("metric_id").alias("middle"))
        .with_columns((pl.col("moved") - pl.col("middle")).abs().alias("off"))
        .with_columns(
            (pl.col("off") / (OF_MEDIAN_DEVIATION * pl.col("off").median().over("metric_id"))).alias("z"),
            pl.len().over("metric_id").alias("returns"),
        )
        .filter((pl.col("z") > ROBUST_Z) & (pl.col("returns") >= FEWEST))
        .filter((pl.col("moved").exp() >= TIMES) | (pl.col("moved").exp() <= 1 / TIMES))
    )
    return [
        f"{names[row['return_id'].split('+')[0]]}: {metrics[row['metric_id']].title.lower()} went from "
        f"{row['before']:g} to {row['value']:g} in a year to {row['period_end']}."
        for row in far.sort("metric_id", "z", descending=[False, True]).iter_rows(named=True)
        if (row["metric_id"], row["return_id"], row["period_end"]) not in known
        and not _would_show(row, councils, checked, areas)
    ]


def find_outliers_of_england(observation: pl.DataFrame, metrics: dict[str, Metric]) -> list[str]:
    """Figures of measures that England alone has, far from the middle one of all years."""
    alone = [metric.id for metric in metrics.values() if metric.england_only]
    times = pl.col("value") / pl.col("value").median().over("metric_id")
    far = observation.filter(pl.col("metric_id").is_in(alone) & pl.col("value").is_not_null()).filter(
        ~times.is_between(1 / TIMES_OF_ENGLAND, TIMES_OF_ENGLAND)
    )
    return [
        f"England: {metrics[row['metric_id']].title.lower()} is {row['value']:g} in {row['period']} ({row['file']}, "
        f"line {row['line']}), far from all other years."
        for row in far.iter_rows(named=True)
    ]


def _would_show(row: dict[str, Any], councils: pl.DataFrame, checked: pl.DataFrame, areas: Areas) -> bool:
    """Whether its own counts prove it, or the proof of its region's figure leaves no room for such a change."""
    area_id = row["return_id"].split("+")[0]
    region = areas.regions()[area_id]
    of_period = checked.filter((pl.col("metric_id") == row["metric_id"]) & (pl.col("period_end") == row["period_end"]))
    if of_period.filter((pl.col("proof") == kinds_of_proof.RATE) & (pl.col("area_id") == area_id)).height:
        return True
    bands = of_period.filter((pl.col("area_id") == region) & pl.col("what").is_in(["numerator", "value"])).select(
        "proof", "what", (pl.col("highest") - pl.col("lowest")).alias("room")
    )
    own = councils.filter((pl.col("metric_id") == row["metric_id"]) & (pl.col("return_id") == row["return_id"]))
    years = own.unique("period_end").sort("period_end").tail(2)
    beside = sum(1 for area_id, above in areas.regions().items() if above == region)
    for proof, what, room in bands.iter_rows():
        now, before = years[what][-1], years[what][0]
        if now is None or before is None or years.height < 2:
            continue
        # Of a mean, as much as a council of half the usual weight moves it.
        change = abs(now - before) / (2 * beside if proof == kinds_of_proof.MEAN else 1)
        if change > room:
            return True
    return False
