"""Benchmarks: whom a council is held against (rule 12). Each is one entry of BENCHMARKS.

A benchmark is a rule that yields, for every council of one or more metrics and periods, a value and how many councils
(returns) stand behind it. Where it cannot be had, because too few have a figure or because a neutral measure has no
best, the value is null: nothing is ever filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.database import COUNTS, ENGLAND, Database, Metric

KEYS = ("metric_id", "period_end")
# Of ten statistical neighbours; with fewer the middle one says little (rule 12).
FEWEST_NEIGHBOURS = 5
BEST_NEIGHBOURS = 3

Values = Callable[[Database, pl.DataFrame, pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Benchmark:
    """A rule of comparison.

    `values(db, figures, councils)` returns metric_id, period_end, area_id, benchmark, base for the rows of `councils`;
    `figures` are all figures (columns of Database.figure) of the same metrics and periods.
    """

    id: str
    label: str
    """In the menu and the URL: stable, and as short as it can be."""
    group: str
    """In a sentence after "of", "than" or "in": "the best quarter of councils in England"."""
    says: str
    """What the value is, in one sentence for the reader."""
    values: Values
    best: bool = False
    """Whether it needs a better and a worse side: not to be had for neutral measures."""
    own: bool = False
    """Whether each council has its own (its region, its neighbours)."""


def values(db: Database, benchmark: Benchmark, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """The rows of `councils` with `benchmark` and `base` added; null where there is none."""
    found = benchmark.values(db, figures, councils)
    joined = councils.join(found, on=[*KEYS, "area_id"], how="left", validate="m:1", maintain_order="left")
    measures = db.measures.select("metric_id", "polarity", "unit")
    none = pl.col("unit").is_in(["grade", *COUNTS])
    if benchmark.best:
        none = none | (pl.col("polarity") == "neutral")
    return (
        joined.join(measures, on="metric_id", maintain_order="left")
        .with_columns(pl.when(~none).then(pl.col("benchmark", "base")))
        .drop("polarity", "unit")
    )


def behind(db: Database, benchmark: Benchmark, metric: Metric, period_end: date, area_id: str) -> list[str]:
    """The councils behind a benchmark for one council, by name; empty for a region or England."""
    rows = db.councils(metric.metric_id, period_end).filter(pl.col("value").is_not_null())
    if benchmark.id == "best_quarter":
        group = rows.filter((pl.col("quarter") == 1) & pl.col("sets_cut"))
    elif benchmark.id == "outstanding_leaders":
        group = _outstanding_leaders(db, rows)
    elif benchmark.id in ("neighbours", "best_neighbours"):
        group = _neighbouring(db, rows, rows.filter(pl.col("area_id") == area_id)).rename({"neighbour_id": "area_id"})
        if benchmark.id == "best_neighbours":
            group = group.sort("badness", "area_id").head(BEST_NEIGHBOURS)
    else:
        return []
    return sorted(db.names[found] for found in group["area_id"])


def _best_quarter(db: Database, _figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    cut = db.table["quarter_cut"].select(*KEYS, pl.col("best").alias("benchmark"), pl.col("returns").alias("base"))
    return _keys(councils).join(cut, on=KEYS)


def _outstanding_leaders_median(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    group = _outstanding_leaders(db, figures.filter(pl.col("kind") == "local_authority"))
    return _keys(councils).join(_median(group, KEYS), on=KEYS)


def _outstanding_leaders(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    leaders = db.newest.filter((pl.col("metric_id") == "judgement_leaders") & (pl.col("symbol") == "Outstanding"))
    return rows.filter(
        pl.col("area_id").is_in(leaders["area_id"].to_list()) & pl.col("value").is_not_null() & pl.col("sets_cut")
    )


def _best_neighbours(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    return (
        _neighbouring(db, figures, councils)
        .sort("badness")
        .group_by(*KEYS, "area_id_of", maintain_order=True)
        .agg(
            # What the best three reach is the third best value.
            pl.col("value").get(BEST_NEIGHBOURS - 1, null_on_oob=True).alias("benchmark"),
            pl.len().alias("base"),
        )
        .filter(pl.col("base") >= FEWEST_NEIGHBOURS)
        .with_columns(pl.lit(BEST_NEIGHBOURS).alias("base"))
        .rename({"area_id_of": "area_id"})
    )


def _neighbours_median(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    return (
        _median(_neighbouring(db, figures, councils), (*KEYS, "area_id_of"))
        .filter(pl.col("base") >= FEWEST_NEIGHBOURS)
        .rename({"area_id_of": "area_id"})
    )


def _neighbouring(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """The neighbours of each council that have a value: KEYS, area_id_of, neighbour_id, value, badness; a return once.

    A council is never among its own: a neighbour it shares a joint return with is left out.
    """
    values = figures.filter(pl.col("value").is_not_null() & pl.col("sets_cut")).select(
        *KEYS, pl.col("area_id").alias("neighbour_id"), "value", pl.col("return_id").alias("neighbour_return")
    )
    lower_is_better = db.measures.select("metric_id", (pl.col("polarity") != "higher_is_better").alias("lower"))
    return (
        councils.select(*KEYS, "area_id", "return_id")
        .join(db.table["neighbour"], on="area_id")
        .join(values, on=[*KEYS, "neighbour_id"])
        .filter(pl.col("neighbour_return") != pl.col("return_id"))
        .sort("closeness_rank")
        .unique([*KEYS, "area_id", "neighbour_return"], keep="first", maintain_order=True)
        .join(lower_is_better, on="metric_id", maintain_order="left")
        .select(
            *KEYS,
            pl.col("area_id").alias("area_id_of"),
            "neighbour_id",
            "closeness_rank",
            "value",
            pl.col("neighbour_return").alias("return_id"),
            pl.when("lower").then(pl.col("value")).otherwise(-pl.col("value")).alias("badness"),
        )
    )


def _region(db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    regions = figures.filter(pl.col("kind") == "region").select(
        *KEYS, pl.col("area_id").alias("region_id"), pl.col("value").alias("benchmark"), pl.lit(1).alias("base")
    )
    return councils.select(*KEYS, "area_id", "region_id").join(regions, on=[*KEYS, "region_id"]).drop("region_id")


def _england(_db: Database, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    england = figures.filter(pl.col("area_id") == ENGLAND).select(
        *KEYS, pl.col("value").alias("benchmark"), pl.lit(1).alias("base")
    )
    return _keys(councils).join(england, on=KEYS)


def _median(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    return (
        rows.unique([*by, "return_id"], maintain_order=True)
        .group_by(by)
        # The middle of two values may end in binary noise, and a council would miss it by nothing (rule 7).
        .agg(pl.col("value").median().round_sig_figs(9).alias("benchmark"), pl.len().alias("base"))
    )


def _keys(councils: pl.DataFrame) -> pl.DataFrame:
    return councils.select(*KEYS, "area_id")


BENCHMARKS = {
    benchmark.id: benchmark
    for benchmark in (
        Benchmark(
            "best_quarter",
            "Best quarter in England",
            "the best quarter of councils in England",
            "The value that the best quarter of councils in England reach.",
            _best_quarter,
            best=True,
        ),
        Benchmark(
            "outstanding_leaders",
            "Outstanding leadership",
            "the median of councils whose leaders Ofsted judged Outstanding",
            "The middle value of councils whose latest inspection judged the impact of leaders Outstanding.",
            _outstanding_leaders_median,
        ),
        Benchmark(
            "best_neighbours",
            "Best neighbours",
            "the best three of its ten statistical neighbours",
            "The value that the best three of a council's ten statistical neighbours reach.",
            _best_neighbours,
            best=True,
            own=True,
        ),
        Benchmark(
            "neighbours",
            "Statistical neighbours",
            "the median of its statistical neighbours",
            "The middle value of the ten councils most like it, where at least five have one.",
            _neighbours_median,
            own=True,
        ),
        Benchmark(
            "region", "Region", "its region", "The figure published for the council's region.", _region, own=True
        ),
        Benchmark("england", "England", "England", "The figure published for England.", _england),
    )
}
DEFAULT = "best_quarter"
