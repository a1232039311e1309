"""Every question the pages ask, one function each: figures in, frames out, best first and missing last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis import comparison, direction
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.analysis.benchmarks.rules import neighbours_mean
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, STRANDS, Metric, Period
from dashboard.ops import timing


@dataclass(frozen=True)
class Judgement:
    """One strand of Ofsted's latest inspection of a council."""

    metric: Metric
    grade: str | None
    status: str


@dataclass(frozen=True)
class Inspection:
    """An inspection with the grades it gave, by strand."""

    inspection_id: str
    framework: str
    type: str | None
    started: date | None
    ended: date | None
    published: date
    url: str | None
    source_id: str
    grades: dict[str, str]

    @property
    def on(self) -> date:
        """The day councils are compared by: the first on site, or under SIF the day of publication."""
        return self.started or self.published


@timing.query
@cached
def councils(db: Database, metric: Metric, period: Period, benchmark: Benchmark) -> pl.DataFrame:
    """All councils of one period compared with a benchmark: best first, neutral from low to high, missing last by name.

    Columns of Database.figure and of comparison.compare.
    """
    if period == db.latest(metric.metric_id) and benchmark.asks is None:
        rows = comparison.newest_of(db, benchmark, metric.metric_id)
    else:
        figures = db.figures(metric.metric_id, period.end)
        rows = comparison.compare(db, benchmark, figures, db.councils(metric.metric_id, period.end))
    lower_first = metric.neutral or metric.lower_is_better
    # What is hidden in a range stands where the middle of that is.
    place = pl.coalesce("value", (pl.col("value_low") + pl.col("value_high")) / 2)
    return rows.sort(place, "name", descending=[not lower_first, False], nulls_last=True)


@cached
def england(db: Database, metric: Metric, period: Period) -> dict[str, Any] | None:
    """England's published figure (a row of Database.figure), or None for grades."""
    rows = db.figures(metric.metric_id, period.end).filter(pl.col("area_id") == ENGLAND)
    return rows.row(0, named=True) if rows.height else None


@timing.query
def profile(db: Database, area_id: str, benchmark: Benchmark) -> pl.DataFrame:
    """Every measure of one council in its newest period, in menu order: its figure, comparison and companions.

    Adds england, region, neighbours (median) with neighbours_count, and neighbours_mean to the columns of
    `direction.newest`; grades are left out.
    """
    places = _places(db).get(area_id)
    rows = direction.newest(db, benchmark).hstack(_companions(db))
    return rows.clear() if places is None else rows[places]


@cached
def _places(db: Database) -> dict[str, pl.Series]:
    """Which rows of `Database.newest_councils` the profile of each council has, in menu order: all but grades."""
    measures = db.table["metric"].filter(pl.col("unit") != "grade").select("metric_id", "position")
    rows = db.newest_councils.select("metric_id", "area_id").with_row_index().join(measures, on="metric_id")
    places = rows.sort("position").group_by("area_id", maintain_order=True).agg("index")
    return dict(zip(places["area_id"], places["index"], strict=True))


def _companions(db: Database) -> pl.DataFrame:
    """What each row of `Database.newest_councils` is shown beside, and the position of its measure in the menu."""

    def found() -> pl.DataFrame:
        figures, councils = db.newest, db.newest_councils
        rows = councils.select("metric_id", "area_id").join(
            db.table["metric"].select("metric_id", "position"), on="metric_id", how="left", maintain_order="left"
        )
        for other in ("england", "region", "neighbours"):
            values = BENCHMARKS[other].values(db, figures, councils)
            named = _named(values, other).select(
                "metric_id", "area_id", *_ends(other), pl.col("council_count").alias(f"{other}_count")
            )
            rows = rows.join(named, on=["metric_id", "area_id"], how="left", maintain_order="left")
        mean = neighbours_mean(db, figures, councils).select("metric_id", "area_id", "neighbours_mean")
        rows = rows.join(mean, on=["metric_id", "area_id"], how="left", maintain_order="left")
        return rows.drop("metric_id", "area_id")

    return db.cached("companions", found)


def _ends(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _named(values: pl.DataFrame, name: str) -> pl.DataFrame:
    """The values of a benchmark under another name."""
    return values.rename({f"benchmark{end}": f"{name}{end}" for end in ("", "_low", "_high")})


def strongest(profile: pl.DataFrame, most: int = 5) -> pl.DataFrame:
    """The measures of `profile` in which a council ranks best, best first; no measure counts for more."""
    return _by_rank(profile, "rank_high").head(most)


def weakest(profile: pl.DataFrame, most: int = 5) -> pl.DataFrame:
    """The measures in which it ranks worst, worst first: of the worse half of councils, and none of its strongest."""
    rows = _by_rank(profile, "rank_low", best_first=False).join(
        strongest(profile, most), on="metric_id", how="anti", maintain_order="left"
    )
    return rows.head(most).filter(pl.col("quarter_low") > 2)


def _by_rank(profile: pl.DataFrame, rank: str, *, best_first: bool = True) -> pl.DataFrame:
    """The measures in which it has a figure and quarters are known, by the worst or best rank there; of equal ones that
    comes first which is first in the menu.
    """
    share = (pl.col(rank) - 1) / (pl.col("ranked") - 1)
    known = pl.col("value").is_not_null() & pl.col("quarter_low").is_not_null() & (pl.col("ranked") > 1)
    return profile.filter(known).sort(share, descending=not best_first, maintain_order=True)


@cached
def history(db: Database, area_id: str) -> dict[str, list[tuple[date, float | None]]]:
    """Every measure of one council over time: metric_id -> (period_end, value), oldest first, missing as None.

    So is what lies between two figures that a break parts (`direction.parted`).
    """
    figures = direction.parted(db.of_area(area_id, "metric_id", "period_end", "value", "series_break"))
    found: dict[str, list[tuple[date, float | None]]] = {}
    for metric_id, end, value in figures.select("metric_id", "period_end", "value").iter_rows():
        found.setdefault(metric_id, []).append((end, value))
    return found


@timing.query
@cached
def trend(db: Database, metric: Metric, area_id: str) -> pl.DataFrame:
    """One measure over time, oldest first: period_end, period, the figure, its rank, england, best, neighbours, region.

    Columns of a figure as in Database.figure. `best` is what the best quarter of councils reach; null for neutral
    measures. Each of the others has a _low and a _high, and is null where hidden figures leave these apart. A period
    in which the council did not exist has no row: a reorganisation is a break, never bridged.
    """
    rows = db.by_metric[metric.metric_id]
    own = rows.filter(pl.col("area_id") == area_id)
    frame = own.select(
        "metric_id", "period_end", "period", "area_id", "value", "value_low", "value_high", "status", "symbol",
        "numerator", "denominator", "unknown", "rank", "rank_low", "rank_high", "tied", "ranked", "quarter",
        "quarter_low", "quarter_high", "not_ranked", "figures", "hidden", "series_break",
    )  # fmt: skip
    for other, name in (
        ("england", "england"),
        ("best_quarter", "best"),
        ("neighbours", "neighbours"),
        ("region", "region"),
    ):
        if BENCHMARKS[other].best and not metric.ranked:
            frame = frame.with_columns(pl.lit(None, pl.Float64).alias(one) for one in _ends(name))
            continue
        found = _named(BENCHMARKS[other].values(db, rows, own), name).select("period_end", *_ends(name))
        frame = frame.join(found, on="period_end", how="left", maintain_order="left")
    return frame.sort("period_end")


@cached
def inspections(db: Database, area_id: str) -> list[Inspection]:
    """The inspections of a council since 2013, newest first."""
    rows = db.table["inspection"].filter(pl.col("area_id") == area_id).sort("published", descending=True)
    grades: dict[str, dict[str, str]] = {}
    judged = db.table["judgement"].filter(pl.col("inspection_id").is_in(rows["inspection_id"].to_list()))
    for inspection_id, strand, grade in judged.iter_rows():
        grades.setdefault(inspection_id, {})[strand] = grade
    return [
        Inspection(
            **{field: row[field] for field in Inspection.__dataclass_fields__ if field != "grades"},
            grades=grades.get(row["inspection_id"], {}),
        )
        for row in rows.iter_rows(named=True)
    ]


@cached
def judgements(db: Database, area_id: str) -> list[Judgement]:
    """The latest judgement of each strand, as of the newest report."""
    rows = {row["metric_id"]: row for row in db.newest.filter(pl.col("area_id") == area_id).iter_rows(named=True)}
    return [
        Judgement(
            db.metrics[metric_id],
            rows[metric_id]["symbol"] if rows[metric_id]["status"] == "observed" else None,
            rows[metric_id]["status"],
        )
        for metric_id in (f"judgement_{strand}" for strand in STRANDS)
        if metric_id in rows
    ]


@cached
def neighbours(db: Database, area_id: str) -> list[str]:
    """The statistical neighbours of a council, nearest first, by number."""
    rows = db.table["neighbour"].filter(pl.col("area_id") == area_id).sort("closeness_rank")
    return rows["neighbour_id"].to_list()


def beside_neighbours(db: Database, rows: pl.DataFrame, area_id: str) -> list[dict[str, Any]]:
    """Rows of `councils` of a council and its statistical neighbours, itself first, then nearest first.

    Adds closeness_rank and closeness, null for itself. A neighbour without a row then did not exist.
    """
    near = (
        db.table["neighbour"]
        .filter(pl.col("area_id") == area_id)
        .select(pl.col("neighbour_id").alias("area_id"), "closeness_rank", "closeness")
    )
    own = rows.filter(pl.col("area_id") == area_id).with_columns(
        pl.lit(None, near.schema["closeness_rank"]).alias("closeness_rank"), pl.lit(None, pl.String).alias("closeness")
    )
    return pl.concat([own, rows.join(near, on="area_id").sort("closeness_rank")]).to_dicts()


def partners(db: Database, return_id: str, area_id: str) -> list[str]:
    """The names of the other authorities of a joint return; empty for a return of one."""
    return [db.names[other] for other in return_id.split("+") if other != area_id]


@timing.query
def published(
    db: Database, metrics: Sequence[Metric], area_ids: Sequence[str], ends: Mapping[str, date]
) -> pl.DataFrame:
    """The figures of areas in the newest period of each measure, or in the one that `ends` gives for it."""
    figures = [
        db.figures(metric.metric_id, ends.get(metric.metric_id, db.latest(metric.metric_id).end)) for metric in metrics
    ]
    return pl.concat(figures).filter(pl.col("area_id").is_in(list(area_ids)))


@timing.query
def compared(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> pl.DataFrame:
    """Rows of any areas with the comparison of the councils among them; regions and England are not compared."""
    measures = [db.by_metric[metric_id] for metric_id in rows["metric_id"].unique(maintain_order=True)]
    figures = pl.concat([db.figure.clear(), *measures]).join(
        rows.select("metric_id", "period_end").unique(), on=["metric_id", "period_end"], how="semi"
    )
    found = comparison.compare(db, benchmark, figures, rows)
    added = [column for column in found.columns if column not in rows.columns]
    return found.with_columns(pl.when(pl.col("kind") == "local_authority").then(pl.col(added)))


def authority_type(db: Database, area_id: str) -> str:
    """Unitary authority, metropolitan borough, London borough or county council."""
    return _types(db)[area_id]


@cached
def _types(db: Database) -> dict[str, str]:
    return {area_id: str(kind) for area_id, kind in db.area.select("area_id", "authority_type").iter_rows()}
