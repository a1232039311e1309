"""Which way councils go (rules `changes`, `trends` and `watch-list`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from dashboard.analysis import comparison, returns
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.extremes import WITHHELD
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import SIGNIFICANT, Metric, Period

KEYS = ["metric_id", "area_id", "period_end"]
# A figure of which a part is open.
RANGED = (pl.col("value_low") < pl.col("value_high")).fill_null(False)
WORST_QUARTER, BEST_QUARTER = 4, 1
YEARS = (1, 3, 5)

Side = Literal["watch", "peers"]


@dataclass(frozen=True)
class Movers:
    """How far councils moved between a period and the newest one, each return once."""

    metric: Metric
    newest: Period
    before: Period | None
    """Null where the two cannot be compared: `why` says it."""
    why: str | None
    rows: pl.DataFrame
    """Columns of `moves`."""
    without: int
    """Returns of the newest period that lack one of the two figures, began in between, or report otherwise now."""
    certain: bool = True
    """Else figures that are hidden or partly unknown may have moved further."""

    def furthest(
        self, column: Literal["improvement", "ranks_gained", "change"], *, best: bool, most: int
    ) -> pl.DataFrame:
        """The rows that moved most to the better (or of `change` up) or, if not `best`, to the worse, furthest first.

        Who did not move, or the other way, is not among them; nor are very small returns, which chance moves most.
        """
        moved = pl.col(column) > 0 if best else pl.col(column) < 0
        return self.rows.filter(moved & pl.col("sets_cut")).sort(column, "name", descending=[best, False]).head(most)


def with_direction(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of figures with s, direction and no_direction (the reason why there is no trend); of grades all null."""
    # Joined with what can match alone: there is a row for every figure.
    metrics, areas = (rows[column].unique().to_list() for column in ("metric_id", "area_id"))
    if len(metrics) == 1:
        trend = db.trends(metric_id=metrics[0])
    elif len(areas) == 1:
        trend = db.trends(area_id=areas[0])
    else:
        trend = db.trends().filter(pl.col("period_end").is_in(rows["period_end"].unique().to_list()))
    return rows.join(trend, on=KEYS, how="left", maintain_order="left")


def parted(rows: pl.DataFrame) -> pl.DataFrame:
    """Figures by period_end, with a row without a value between two that a break of the series parts: lines end there.

    Needs period_end, value and series_break.
    """
    between = rows.filter(pl.col("series_break").is_not_null()).with_columns(
        pl.col("period_end").dt.offset_by("-6mo"), pl.lit(None, pl.Float64).alias("value")
    )
    return pl.concat([rows, between]).sort("period_end")


def newest(db: Database, benchmark: Benchmark) -> pl.DataFrame:
    """`comparison.newest` with the directions."""
    return comparison.newest(db, benchmark).hstack(db.newest_trends)


@cached
def watch_list(db: Database, metric: Metric, benchmark: Benchmark) -> pl.DataFrame:
    """Councils significantly worse than the benchmark, and getting worse: furthest from it first, each return once.

    Without an interval, those of the worst quarter that fall short of it. None of neutral measures and grades. Columns
    of `comparison.compare`, `with_direction` and `returns.once`; where councils have benchmarks of their own, a joint
    return is compared with that of its council furthest from it.
    """
    return _listed(db, [metric], benchmark, "watch")


@cached
def peers(db: Database, metric: Metric, benchmark: Benchmark) -> pl.DataFrame:
    """The mirror of the watch list: significantly better than the benchmark, and getting better; furthest ahead first.

    Without an interval, those of the best quarter that are better than it. Columns of `watch_list`.
    """
    return _listed(db, [metric], benchmark, "peers")


@cached
def watch_counts(db: Database, benchmark: Benchmark, metrics: Sequence[Metric], side: Side = "watch") -> pl.DataFrame:
    """Councils on the watch lists of these measures, or among the peers: of which, and of how many.

    area_id, name, region_id, measures (metric_id, in the order given), count; most first, then by name. It is no
    score: measures are not weighed, and those of a joint return are listed under each of its councils.
    """
    found = _found(db, metrics, benchmark, side)
    order = {metric.metric_id: position for position, metric in enumerate(metrics)}
    return (
        found.sort(pl.col("metric_id").replace_strict(order, return_dtype=pl.Int64))
        .group_by("area_id", maintain_order=True)
        .agg(pl.first("name", "region_id"), pl.col("metric_id").alias("measures"), pl.len().alias("count"))
        .sort("count", "name", descending=[True, False])
    )


@cached
def movers(db: Database, metric: Metric, years: int) -> Movers:
    """How far each return moved between the newest period and the one so many years before, and its rank.

    Rows: area_id, name, return_id, value, value_before, change, improvement (the change, positive where it is better;
    null of a neutral measure), rank, tied, ranked, rank_before, ranked_before, ranks_gained (null without ranks),
    sets_cut (in both periods), and of `returns.once`. Best improvement first; of a neutral measure the highest rise.
    """
    newest = db.latest(metric.metric_id)
    before = next((period for period in db.periods[metric.metric_id] if _apart(period, newest) == years), None)
    why = None if before else f"There are no figures from {years} year{'' if years == 1 else 's'} before."
    breaks = db.table["series_break"].filter(
        (pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") <= newest.end)
    )
    if before is not None and not (broken := breaks.filter(pl.col("period_end") > before.end)).is_empty():
        before, why = None, str(broken["reason"][-1])
    if metric.graded:
        before, why = None, "Grades are not subtracted."
    now = db.councils(metric.metric_id, newest.end)
    then = db.councils(metric.metric_id, before.end) if before else now.clear()
    rows = _moves(metric, now, then)
    return Movers(
        metric,
        newest,
        before,
        why,
        returns.once(db, rows),
        now["return_id"].n_unique() - rows["return_id"].n_unique(),
        not any(_left_open(councils) for councils in (now, then)),
    )


def _listed(db: Database, metrics: Sequence[Metric], benchmark: Benchmark, side: Side) -> pl.DataFrame:
    ahead = pl.col("gap_high") if side == "peers" else -pl.col("gap_low")
    return returns.once(db, _found(db, metrics, benchmark, side).sort("name").sort(ahead, maintain_order=True))


def _found(db: Database, metrics: Sequence[Metric], benchmark: Benchmark, side: Side) -> pl.DataFrame:
    """The rows of councils, of joint returns one for each, that are on the list of one of the measures."""
    ids = [metric.metric_id for metric in metrics if metric.ranked]
    going = "getting worse" if side == "watch" else "getting better"
    held = comparison.newest_rows(db, newest(db, benchmark), ids).filter(pl.col("direction") == going)
    if side == "watch":
        beyond, quarter, beside = pl.col("verdict") == "worse", WORST_QUARTER, pl.col("gap_low") > 0
    else:
        beyond, quarter, beside = pl.col("verdict") == "better", BEST_QUARTER, pl.col("gap_high") < 0
    # With an interval the verdict must be certain; only without one does the quarter stand for it.
    listed = pl.when(pl.col("low").is_not_null()).then(beyond.fill_null(False)).otherwise(pl.col("quarter") == quarter)
    return held.filter(beside & listed & pl.coalesce("value_low", "value").is_not_null())


def _left_open(councils: pl.DataFrame) -> bool:
    """Whether some figure, but of a very small council, lies in a range or is withheld."""
    withheld = pl.col("value").is_null() & pl.col("value_low").is_null() & pl.col("status").is_in(WITHHELD)
    return not councils.filter(~pl.col("very_small") & (withheld | RANGED)).is_empty()


def _moves(metric: Metric, now: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    # What some records leave open did not move by a number; with none unknown it did by its counts.
    exact = pl.when(pl.col("value").is_not_null() & ~RANGED).then(pl.coalesce("value_low", "value"))
    before = then.select(
        "area_id",
        "return_id",
        exact.alias("value_before"),
        pl.col("rank").alias("rank_before"),
        pl.col("ranked").alias("ranked_before"),
        pl.col("sets_cut").alias("set_cut"),
    )
    change = pl.col("change")
    sign = None if not metric.ranked else -change if metric.lower_is_better else change
    return (
        # A council that a reorganisation made has another number; one that reports otherwise another return.
        now.drop("change", "change_low", "change_high")
        .with_columns(exact.alias("value"))
        .join(before, on=["area_id", "return_id"])
        .filter(pl.col("value").is_not_null() & pl.col("value_before").is_not_null())
        .with_columns((pl.col("value") - pl.col("value_before")).round_sig_figs(SIGNIFICANT).alias("change"))
        .select(
            "area_id",
            "name",
            "return_id",
            "value",
            "value_before",
            "change",
            (pl.lit(None, pl.Float64) if sign is None else sign).alias("improvement"),
            "rank",
            "tied",
            "ranked",
            "rank_before",
            "ranked_before",
            (pl.col("rank_before") - pl.col("rank")).alias("ranks_gained"),
            (pl.col("sets_cut") & pl.col("set_cut")).alias("sets_cut"),
        )
        .sort("improvement" if metric.ranked else "change", "name", descending=[True, False])
    )


def _apart(earlier: Period, later: Period) -> int | None:
    """The years between two periods; None where they end on other days of the year."""
    same = (earlier.end.month, earlier.end.day) == (later.end.month, later.end.day)
    return later.end.year - earlier.end.year if same else None
