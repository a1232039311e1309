"""The Compare page: which councils, their figures side by side and over time, and two measures in pairs."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis import comparison, queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.benchmarks.rules import ends
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, LEADERS, Metric, Period

MOST = 10
# So many from each end of the order, where neither a council nor a list is chosen.
ENDS = 5
# A status of this page alone: a council that began after the period. The others are the database's.
DID_NOT_EXIST = "did_not_exist"


def start(db: Database, rows: pl.DataFrame, metric: Metric, area_id: str | None) -> list[str]:
    """The councils to compare with before a reader chooses any: its nine nearest statistical neighbours, by number.

    Without a council the five best of `rows` (`queries.councils`) and the five worst, each return once and
    the very small left out; of a neutral measure the lowest and the highest. Grades have no such ends: nobody.
    """
    if area_id is not None:
        return queries.neighbours(db, area_id)[: MOST - 1]
    if metric.graded:
        return []
    found = rows.filter(
        pl.col("value").is_not_null()
        & pl.col("sets_cut")
        & pl.col("enough")
        & pl.col("area_id").is_in(list(db.authorities))
    ).unique("return_id", keep="first", maintain_order=True)["area_id"]
    return found.to_list() if len(found) <= MOST else [*found.head(ENDS), *found.tail(ENDS)]


def regions(db: Database) -> dict[str, list[str]]:
    """The councils of each region by number, regions by name; London's are those of Inner and Outer London."""
    found: dict[str, list[str]] = {}
    for region_id in db.area.filter(pl.col("kind") == "region").sort("name")["area_id"]:
        inside = [one for one in db.authorities if region_id in (db.regions[one], db.regions[db.regions[one]])]
        if inside:
            found[db.names[region_id]] = inside
    return found


def together(area_id: str | None, others: Sequence[str]) -> list[str]:
    """The compared: the chosen council first, then the others in their order; each once, ten at most."""
    return list(dict.fromkeys(([area_id] if area_id else []) + list(others)))[:MOST]


def side_by_side(
    db: Database, rows: pl.DataFrame, metric: Metric, period: Period, area_ids: Sequence[str]
) -> pl.DataFrame:
    """The compared among `rows` (`queries.councils`), in the same order; councils that began later come last.

    Adds rank_here, tied_here and ranked_here: the rank among those compared (best is 1, ties share the smallest, each
    return once), how many share it and how many there are; null of what is not ranked. rank_here_low and rank_here_high
    are the best and worst that hidden figures allow; where they differ rank_here is null.
    """
    found = rows.filter(pl.col("area_id").is_in(area_ids))
    began_later = pl.col("start_date") > period.end
    absent = (
        db.area.filter(pl.col("area_id").is_in(area_ids) & ~pl.col("area_id").is_in(found["area_id"].to_list()))
        .sort("name")
        .select(
            "area_id", "name", "kind", "region_id", "authority_type", "very_small",
            pl.col("area_id").alias("return_id"),
            pl.when(began_later).then(pl.lit(DID_NOT_EXIST)).otherwise(pl.lit("no_row")).alias("status"),
            pl.lit(metric.metric_id).alias("metric_id"),
            pl.lit(metric.source_id).alias("source_id"),
            pl.lit(period.end).alias("period_end"),
            pl.lit(period.label).alias("period"),
            pl.lit(False).alias("sets_cut"),
        )
    )  # fmt: skip
    ranks = (
        _ends(found, metric)
        .with_columns(
            (pl.col("worst").sort().search_sorted(pl.col("best"), "left") + 1).alias("rank_here_low"),
            # Of a range its better end is before its worse: it is not another that is better.
            (
                pl.col("best").sort().search_sorted(pl.col("worst"), "left") + 1 - (pl.col("best") < pl.col("worst"))
            ).alias("rank_here_high"),
        )
        .select(
            "return_id",
            pl.when(pl.col("rank_here_low") == pl.col("rank_here_high")).then("rank_here_low").alias("rank_here"),
            "rank_here_low",
            "rank_here_high",
            pl.len().over("best", "worst").alias("tied_here"),
            pl.len().alias("ranked_here"),
        )
    )
    return pl.concat([found, absent], how="diagonal").join(
        ranks.cast({name: pl.Int64 for name in ranks.columns if name != "return_id"}),
        on="return_id", how="left", maintain_order="left",
    )  # fmt: skip


def _ends(found: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """The ranked returns with best and worst: the ends of their figures, turned so that lower is better."""
    low, high = ends()
    turned = (low, high) if metric.lower_is_better else (-high, -low)
    return (
        found.filter(low.is_not_null() & pl.col("sets_cut") & metric.ranked)
        .unique("return_id")
        .select("return_id", turned[0].alias("best"), turned[1].alias("worst"))
    )


@cached
def history(db: Database, metric: Metric, area_ids: Sequence[str]) -> pl.DataFrame:
    """One measure of the compared and of England in every period, oldest first (columns of Database.figure)."""
    rows = db.by_metric[metric.metric_id]
    return rows.filter(pl.col("area_id").is_in([*area_ids, ENGLAND])).sort("period_end")


def breaks(db: Database, metric: Metric) -> list[tuple[int, str]]:
    """Where a method changed: the year of the first period after it, and why. Lines are not drawn across one."""
    rows = db.table["series_break"].filter(pl.col("metric_id") == metric.metric_id).sort("period_end")
    return [(end.year, reason) for end, reason in rows.select("period_end", "reason").iter_rows()]


def themes(db: Database) -> list[str]:
    """The themes of all measures, in menu order."""
    return list(dict.fromkeys(metric.theme for metric in db.metrics.values()))


@cached
def by_measure(db: Database, benchmark: Benchmark, theme: str | None, area_ids: Sequence[str]) -> pl.DataFrame:
    """Every measure of a theme (None: of all) in its newest period, for the compared, beside a benchmark.

    Columns of Database.figure and of comparison.compare; by measure in menu order, then in the order of `area_ids`.
    """
    metric_ids = [one.metric_id for one in db.metrics.values() if theme in (None, one.theme)]
    own = pl.col("metric_id").is_in(metric_ids) & pl.col("area_id").is_in(area_ids)
    # What a reader made up is compared for that reader alone.
    if benchmark.asks is None:
        compared = comparison.newest(db, benchmark).filter(own)
    else:
        figures = db.newest.filter(pl.col("metric_id").is_in(metric_ids))
        compared = comparison.compare(db, benchmark, figures, figures.filter(own))
    order = pl.DataFrame({"area_id": area_ids, "column": range(len(area_ids))}, schema_overrides={"area_id": pl.String})
    positions = pl.DataFrame({"metric_id": metric_ids, "row": range(len(metric_ids))})
    return (
        compared.join(order, on="area_id").join(positions, on="metric_id").sort("row", "column").drop("row", "column")
    )


def second_measures(db: Database, first: Metric) -> list[Metric]:
    """Measures that can be set against a first one: the others but grades, which colour the picture."""
    return [metric for metric in db.metrics.values() if not metric.graded and metric != first]


def period_beside(db: Database, metric: Metric, period: Period, other: Metric) -> Period:
    """The period of a second measure to set beside one of the first.

    Its newest beside the newest; else the last that had ended by then, or the first there is.
    """
    if period == db.latest(metric.metric_id):
        return db.latest(other.metric_id)
    periods = db.periods[other.metric_id]
    return next((one for one in periods if one.end <= period.end), periods[-1])


def pairs(db: Database, upright: pl.DataFrame, across: pl.DataFrame) -> pl.DataFrame:
    """Two measures (`queries.councils` of each) council by council: area_id, name, return_id, x, y, quarters, grade.

    x, x_status, x_symbol, x_quarter and x_sets are those of `across`, y and so on of `upright`; `grade` is the latest
    judgement of leaders, null where there is none. Sorted by name. What is reported jointly in both is two rows that
    share return_id, which is then one dot.
    """
    grades = db.newest.filter((pl.col("metric_id") == LEADERS) & (pl.col("status") == "observed"))
    columns = ("value", "status", "symbol", "quarter", "sets_cut", "return_id")
    names = {"value": "", "sets_cut": "_sets"}

    def renamed(axis: str) -> list[pl.Expr]:
        return [pl.col(one).alias(axis + names.get(one, f"_{one}")) for one in columns]

    return (
        upright.select("area_id", "name", "very_small", *renamed("y"))
        .join(across.select("area_id", *renamed("x")), on="area_id", how="left")
        .join(grades.select("area_id", pl.col("symbol").alias("grade")), on="area_id", how="left")
        .with_columns(
            # Who did not exist in the period of the second measure has no row there.
            pl.col("x_status").fill_null("no_row"),
            pl.col("x_sets").fill_null(False),
            pl.when(pl.col("x_return_id") == pl.col("y_return_id"))
            .then("x_return_id")
            # Each has a figure of its own in one of the two measures: two dots.
            .otherwise("area_id")
            .alias("return_id"),
        )
        .sort("name")
    )


def both(db: Database, upright: pl.DataFrame, across: pl.DataFrame) -> pl.DataFrame:
    """What `pairs` is made from: the rows of both measures, and of the latest judgement of leaders."""
    judged = db.newest.filter((pl.col("metric_id") == LEADERS) & (pl.col("kind") == "local_authority"))
    return pl.concat([upright, across, judged], how="diagonal")


def left_out(db: Database, area_id: str | None, asked: Sequence[str]) -> list[str]:
    """The councils of an address beyond the first ten, by name."""
    numbers = {name: number for number, name in db.authorities.items()}
    wanted = list(dict.fromkeys(([area_id] if area_id else []) + [numbers[name] for name in asked if name in numbers]))
    return [db.names[number] for number in wanted[MOST:]]
