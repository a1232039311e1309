"""What the front page asks: England's headline figures, what the best would give it, its regions, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis import comparison, direction, queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import England
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, LEADERS, Metric, Row, Source

# What Lord Laming's review asked about, and ministers since: each can be seen on one line of the front page.
HEADLINES = ("vacancies_fte", "vacancy_rate", "caseload", "agency_rate", "turnover_rate")
NINE = (
    "vacancy_rate",
    "agency_rate",
    "turnover_rate",
    "caseload",
    "repeat_plan_rate",
    "long_plan_rate",
    "rereferral_rate",
    "conferences_in_15_days",
    "reviews_in_time",
)
NEWEST_REPORTS = 6

# So many councils are named at each end of a measure.
ENDS = 10
# A figure with what is unknown of it, and where it may lie.
RANGE = ("value", "value_low", "value_high", "unknown", "denominator")


@dataclass(frozen=True)
class Headline:
    """England's newest figure of one measure, with its history."""

    metric: Metric
    period_end: date
    value: float | None
    change: float | None
    series_break: str | None
    """Why there is no change, where the method changed."""
    history: list[float | None]
    """None where there is no figure, and between two that a break parts."""


@dataclass(frozen=True)
class Gain:
    """One measure compared with a benchmark in all councils."""

    metric: Metric
    period_end: date
    england: Row | None
    """England's figure, with its range where some of it is unknown."""
    mark: Row | None
    """A row that holds the benchmark; null where each council has its own."""
    total: England

    @property
    def value(self) -> float | None:
        """England's figure."""
        return self.england["value"] if self.england else None


@dataclass(frozen=True)
class News:
    """What the newest edition of a source brought."""

    source: Source
    periods: list[tuple[Metric, date, str | None]]
    """Measures with a new period, and England's figure in it as text."""
    revised: int
    """Figures of earlier periods that are other ones now, or were withdrawn."""
    largest: dict[str, object] | None
    """The row of `what_changed` that moved most."""


def chosen(db: Database, metric_ids: Sequence[str]) -> list[Metric]:
    """These measures, as far as the database has them."""
    return [db.metrics[metric_id] for metric_id in metric_ids if metric_id in db.metrics]


@cached
def headlines(db: Database) -> list[Headline]:
    """England's newest figures of HEADLINES, in their order."""
    found = []
    for metric in chosen(db, HEADLINES):
        rows = db.by_metric[metric.metric_id].filter(pl.col("area_id") == ENGLAND).sort("period_end")
        if rows.height:
            last = rows.row(-1, named=True)
            history = direction.parted(rows)["value"].to_list()
            found.append(
                Headline(metric, last["period_end"], last["value"], last["change"], last["series_break"], history)
            )
    return found


@cached
def gains(db: Database, benchmark: Benchmark, metrics: Sequence[Metric]) -> list[Gain]:
    """What England would gain if every council met the benchmark, in the newest period of each measure."""
    wanted = pl.col("metric_id").is_in([metric.metric_id for metric in metrics])
    held = comparison.newest(db, benchmark).filter(wanted).partition_by("metric_id", as_dict=True)
    of_england = db.newest.filter(wanted & (pl.col("area_id") == ENGLAND))
    england = {row["metric_id"]: row for row in of_england.iter_rows(named=True)}
    found = []
    for metric in metrics:
        rows = held.get((metric.metric_id,))
        if rows is None:
            continue
        shared = benchmark.shared(rows.iter_rows(named=True))
        found.append(
            Gain(
                metric,
                rows["period_end"][0],
                england.get(metric.metric_id),
                shared,
                comparison.england_if_all_met(rows),
            )
        )
    return found


@dataclass(frozen=True)
class Grades:
    """How many councils' latest judgement of leaders was each grade on a day."""

    on: date
    counts: dict[float, int]
    """Grade (1 to 4) -> councils."""
    councils: int


def grades(db: Database) -> list[Grades]:
    """The judgements of leaders as of the newest report and at each 31 March before, newest first."""

    def counted() -> list[Grades]:
        found = []
        for period in db.periods[LEADERS]:
            rows = db.councils(LEADERS, period.end)
            counts = dict(rows.filter(pl.col("value").is_not_null()).group_by("value").len().iter_rows())
            found.append(Grades(period.end, counts, rows.height))
        return found

    return db.cached("grades", counted)


@cached
def regions(db: Database, metrics: Sequence[Metric], first: Metric, end: date) -> pl.DataFrame:
    """Regions and England side by side: area_id, name, one column a measure, councils, outstanding, inadequate.

    The published rows of the newest period, of `first` in the period that ends on `end`; best first by `first`, its
    missing last, England at the foot. `range` has the columns of RANGE of `first`. `outstanding` and
    `inadequate` count the latest judgements of leaders.
    """
    shown = db.area.filter(pl.col("kind").is_in(["region", "england"])).select("area_id", "name", "kind")
    rows = queries.published(db, metrics, shown["area_id"].to_list(), {first.metric_id: end})
    values = {
        (metric_id, area_id): value
        for metric_id, area_id, value in rows.select("metric_id", "area_id", "value").iter_rows()
    }
    of_first = rows.filter(pl.col("metric_id") == first.metric_id).select("area_id", pl.struct(RANGE).alias("range"))
    return (
        shown.with_columns(
            pl.Series(one.metric_id, [values.get((one.metric_id, area_id)) for area_id in shown["area_id"]], pl.Float64)
            for one in metrics
        )
        .join(of_first, on="area_id", how="left", maintain_order="left")
        .join(_leaders_by_region(db), on="area_id", how="left", maintain_order="left")
        .filter(pl.any_horizontal(pl.col(metric.metric_id).is_not_null() for metric in metrics))
        .sort(
            pl.col("kind") == "england",
            pl.col(first.metric_id),
            descending=[False, first.ranked and not first.lower_is_better],
            nulls_last=True,
            maintain_order=True,
        )
        .drop("kind")
    )


@cached
def _leaders_by_region(db: Database) -> pl.DataFrame:
    """The latest judgements of leaders: area_id of a region or of England, councils, outstanding, inadequate."""
    judged = db.councils(LEADERS, db.latest(LEADERS).end).select("region_id", "symbol")
    counted = [
        pl.len().alias("councils"),
        (pl.col("symbol") == "Outstanding").sum().alias("outstanding"),
        (pl.col("symbol") == "Inadequate").sum().alias("inadequate"),
    ]
    # Councils are in Inner or Outer London, whose figures are published beside London's.
    by_region = judged.group_by("region_id").agg(counted)
    within = judged.with_columns(pl.col("region_id").replace(db.regions))
    london = within.filter(pl.col("region_id") != ENGLAND).group_by("region_id").agg(counted)
    total = judged.group_by(pl.lit(ENGLAND).alias("region_id")).agg(counted)
    return pl.concat([by_region, london, total]).rename({"region_id": "area_id"})


@cached
def news(db: Database) -> list[News]:
    """What the newest editions changed, newest first; of those the edition before is kept of."""
    changed = db.table["what_changed"]
    found = []
    for source in sorted(db.sources.values(), key=lambda one: one.released, reverse=True):
        rows = changed.filter(pl.col("source_id") == source.source_id)
        if rows.is_empty():
            continue
        periods = rows.filter(pl.col("kind") == "new period").select("metric_id", "period_end", "after")
        other = rows.filter(pl.col("kind").is_in(["revised", "given", "withdrawn"]))
        moved = other.filter(pl.col("moved_by").is_not_null()).sort(pl.col("moved_by").abs(), descending=True)
        found.append(
            News(
                source,
                [(db.metrics[one], end, after) for one, end, after in periods.iter_rows() if one in db.metrics],
                other.height,
                moved.row(0, named=True) if moved.height else None,
            )
        )
    return found


@cached
def newest_reports(db: Database, most: int = NEWEST_REPORTS) -> pl.DataFrame:
    """The newest inspection reports: area_id, name, published, url, leaders (the grade)."""
    leaders = db.table["judgement"].filter(pl.col("strand") == "leaders").select("inspection_id", leaders="grade")
    return (
        db.table["inspection"]
        .sort("published", "area_id", descending=[True, False])
        .head(most)
        .join(leaders, on="inspection_id", how="left", maintain_order="left")
        .join(db.area.select("area_id", "name"), on="area_id", maintain_order="left")
        .select("area_id", "name", "published", "url", "leaders")
    )


def ends(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of `queries.councils` the ten worst and the ten best: of those that are ranked and have one value.

    Where hidden or unknown figures leave ranks open, who of the ten is certain to be among them.
    """
    known = rows.filter(pl.col("not_ranked").is_null() & pl.col("value").is_not_null())
    exact = pl.col("rank_low") == pl.col("rank_high")
    worst = known.reverse().head(ENDS).filter(exact | (pl.col("rank_low") > pl.col("ranked") - ENDS))
    return worst, known.head(ENDS).filter(exact | (pl.col("rank_high") <= ENDS))


def worst_first(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows turned round; those that are not ranked, and those without a figure, come last."""
    known = pl.coalesce("value", "value_low").is_not_null()
    ranked = known & pl.col("not_ranked").is_null()
    return pl.concat([rows.filter(ranked).reverse(), rows.filter(known & ~ranked).reverse(), rows.filter(~known)])
