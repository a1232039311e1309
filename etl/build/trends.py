"""Trends of every area, calculated at the build: which way five consecutive periods point (rule `trends`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations

import polars as pl

from etl.build.unknown import why_unknown
from etl.model import WITHOUT_CHANGE, Polarity
from etl.readers.ees import SIGNIFICANT

KEYS = ("metric_id", "area_id", "period_end")
PERIODS = 5
# Of the ten pairs that five periods make, so many more must point one way than the other.
CLEAR = 8
SERIES_BREAK = pl.Schema([("metric_id", pl.String()), ("period_end", pl.Date()), ("reason", pl.String())])


@dataclass(frozen=True)
class SeriesBreak:
    """From this period on, the figures of some metrics cannot be compared with those of the period before."""

    metric_ids: tuple[str, ...]
    period_end: date
    reason: str


_ATTAINMENT = ("attainment_8_on_plan", "attainment_8_in_need")
_TEACHERS = "Grades of 2019/20 and 2020/21 were given by teachers, and are not comparable with others."

_LEAVERS = ("care_leavers_19_21_active", "care_leavers_19_21_accommodation")

SERIES_BREAKS = (
    SeriesBreak(
        _LEAVERS,
        date(2021, 3, 31),
        "Of 2016 to 2020 it is not published of how many care leavers nothing is known; all of them count as not.",
    ),
    *(SeriesBreak(_ATTAINMENT, date(year, 7, 31), _TEACHERS) for year in (2020, 2021, 2022)),
    SeriesBreak(
        ("cla_rate", "cla_start_rate"),
        date(2019, 3, 31),
        "Rates to 2018 are by estimates of the population before the census of 2021, later ones by revised estimates.",
    ),
    SeriesBreak(
        ("caseholder_share", "senior_practitioner_share", "no_cases_share"),
        date(2024, 9, 30),
        "England's shares by role moved by five points or more in 2024, and the tool does not say why.",
    ),
)


def series_breaks(metric: pl.DataFrame) -> pl.DataFrame:
    """metric_id, period_end, reason (SERIES_BREAK): the declared breaks of the metrics that are loaded."""
    declared = [(metric_id, one.period_end, one.reason) for one in SERIES_BREAKS for metric_id in one.metric_ids]
    return pl.DataFrame(declared, schema=SERIES_BREAK, orient="row").join(metric, on="metric_id", how="semi")


def trends(observation: pl.DataFrame, metric: pl.DataFrame, area: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """metric_id, area_id, period_end, s, direction, reason: a row for each figure or lack of one; see WITHOUT_CHANGE.

    `s` is Kendall's: of the ten pairs of the five periods that end at period_end, a year apart, those in which the
    later value is higher minus those in which it is lower. From 8 on it points one way. A pair counts only where their
    ranges do not overlap: a figure that is hidden because it is small has one (rule `ranges`). Where there is no trend
    s is null and the reason is given. `breaks` are those of `series_breaks`.
    """
    rows = (
        observation.join(
            metric.filter(~pl.col("unit").is_in(WITHOUT_CHANGE)).select("metric_id", "polarity"), on="metric_id"
        )
        .join(area.select("area_id", "kind"), on="area_id")
        .select(
            "metric_id",
            "area_id",
            "period_end",
            "return_id",
            # Values that differ by binary noise alone are equal.
            pl.coalesce("value_low", "value").round_sig_figs(SIGNIFICANT).alias("low"),
            pl.coalesce("value_high", "value").round_sig_figs(SIGNIFICANT).alias("high"),
            why_unknown().alias("unknown"),
            "polarity",
            "kind",
        )
    )
    judged = rows.join(_of_all(rows, breaks), on=["metric_id", "period_end"])
    windows = judged.filter(pl.col("reason").is_null())
    for years in range(1, PERIODS):
        before = rows.select(
            "metric_id",
            "area_id",
            pl.col("period_end").dt.offset_by(f"{years}y"),
            *(pl.col(end).alias(f"{end}_{years}") for end in ("low", "high", "unknown")),
            pl.col("return_id").alias(f"return_id_{years}"),
        )
        windows = windows.join(before, on=KEYS, how="left")
    values = list(zip(*(map(pl.col, _each(end)) for end in ("low", "high")), strict=True))
    pairs = [
        (later_low > earlier_high).cast(pl.Int64) - (later_high < earlier_low).cast(pl.Int64)
        for (later_low, later_high), (earlier_low, earlier_high) in combinations(values, 2)
    ]
    windows = windows.with_columns(_of_one().alias("reason")).with_columns(
        pl.when(pl.col("reason").is_null()).then(pl.sum_horizontal(pairs)).cast(pl.Int64).alias("s")
    )
    up, down = pl.col("s") >= CLEAR, pl.col("s") <= -CLEAR
    better = pl.when(pl.col("polarity") == Polarity.LOWER_IS_BETTER).then(down).otherwise(up)
    return (
        pl.concat([judged.filter(pl.col("reason").is_not_null()), windows], how="diagonal")
        .select(
            *KEYS,
            "s",
            pl.when(pl.col("s").is_null())
            .then(pl.lit("cannot be said"))
            .when(~(up | down))
            .then(pl.lit("no clear trend"))
            .when(pl.col("polarity") == Polarity.NEUTRAL)
            .then(pl.when(up).then(pl.lit("rising")).otherwise(pl.lit("falling")))
            .otherwise(pl.when(better).then(pl.lit("getting better")).otherwise(pl.lit("getting worse")))
            .alias("direction"),
            "reason",
        )
        .sort(KEYS)
    )


def _of_all(rows: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """metric_id, period_end, reason: why nobody can have a trend then, the widest reason first; null where some can."""
    published = rows.filter(pl.col("low").is_not_null()).select("metric_id", "period_end").unique()
    found = rows.select("metric_id", "period_end").unique()
    first = published.group_by("metric_id").agg(pl.col("period_end").min().alias("first"))
    found = found.join(first, on="metric_id", how="left")
    for years in range(PERIODS):
        there = published.with_columns(pl.col("period_end").dt.offset_by(f"{years}y"), pl.lit(True).alias("there"))
        found = found.join(there, on=["metric_id", "period_end"], how="left", suffix=f"_{years}")
    # A break parts a period from the one before: it lies within five unless it is at the first of them.
    broken = pl.concat(
        breaks.select("metric_id", pl.col("period_end").dt.offset_by(f"{years}y")) for years in range(PERIODS - 1)
    )
    within = found.join(broken.unique(), on=["metric_id", "period_end"], how="semi").select("metric_id", "period_end")
    found = found.join(within.with_columns(pl.lit(True).alias("broken")), on=["metric_id", "period_end"], how="left")
    return found.select(
        "metric_id",
        "period_end",
        pl.when((pl.col("period_end").dt.offset_by(f"-{PERIODS - 1}y") < pl.col("first")).fill_null(True))
        .then(pl.lit("fewer than five periods"))
        .when(pl.any_horizontal(pl.col(name).is_null() for name in _each("there")))
        .then(pl.lit("a period was not published"))
        .when("broken")
        .then(pl.lit("a break in the series"))
        .alias("reason"),
    )


def _of_one() -> pl.Expr:
    """Why one area has no trend, the widest reason first; null where it has."""
    # Every authority has a row in every period in which it existed, so that none means it did not yet.
    began = pl.any_horizontal(pl.col(name).is_null() for name in _each("return_id"))
    # Without a figure it does not matter who reports.
    reported = [
        pl.when(pl.col(value).is_not_null()).then(pl.col(by))
        for value, by in zip(_each("low"), _each("return_id"), strict=True)
    ]
    return (
        pl.when((pl.col("kind") == "local_authority") & began)
        .then(pl.lit("a reorganisation"))
        .when(pl.concat_list(reported).list.drop_nulls().list.n_unique() > 1)
        .then(pl.lit("a joint return changed"))
        .when(pl.any_horizontal(pl.col(name).is_null() for name in _each("low")))
        .then(pl.lit("a figure is missing"))
        .otherwise(pl.coalesce(_each("unknown")))
    )


def _each(column: str) -> list[str]:
    """The columns of the five periods, from the latest to the first."""
    return [column, *(f"{column}_{years}" for years in range(1, PERIODS))]
