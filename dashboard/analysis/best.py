"""What the Best councils page asks: who is best by the chosen rule, how long they have been, who is best on several.

What they have in common is in `shared_characteristics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import comb
from typing import Literal

import polars as pl

from dashboard.analysis import benchmarks, direction, queries, returns, transitions
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.analysis.benchmarks.rules import BestQuarterOf
from dashboard.analysis.extremes import Extreme, find_extreme
from dashboard.analysis.local_rank import RANKS
from dashboard.data.database import Database, is_joint
from dashboard.data.model import LEADERS, SIGNIFICANT, Metric, Period, Row, Source

BEST_QUARTER, WORST_QUARTER = 1, 4
# Of a comparison, what the list of the best does not say.
NOT_SHOWN = ("shortfall", "shortfall_low", "shortfall_high", "low", "high", "verdict")
LEVEL = ("benchmark_low", "benchmark_high", "council_count")
# Who has been in the best quarter so many years running has stayed there.
LONG = 5
STAY = {"return_id": pl.String, "since": pl.String, "years": pl.Int64, "ended": pl.String}

# Why another rule than the reader's says who is best: it needs a council, the council did not exist in the period, it
# is a published figure to which no councils contribute, or it waits for the reader's answer.
Instead = Literal["no council", "did not exist", "published", "not answered"]
# What a council's figure was in a period: its quarter, or why it is in none.
NOT_COUNTED, MISSING, OTHER_RETURN, NOT_THERE = "not counted", "missing", "other return", "not there"
# Hidden figures leave open which of two quarters it was.
UNSURE = "not certain"
# Why a stay in the best quarter does not begin earlier: it was in another one, the measure begins, its method
# changed, the period before was not published; or one of the five above.
LEFT, FIRST, METHOD, UNPUBLISHED = "left", "first", "method", "unpublished"


@dataclass(frozen=True)
class Best:
    """The councils that contribute to a rule of comparison in one measure and period."""

    metric: Metric
    period: Period
    benchmark: Benchmark
    """The rule they are chosen by."""
    instead: Instead | None
    """Why it is not the reader's."""
    own: Row | None
    """The row of the chosen council, whether it is one of them or not."""
    mark: Row | None
    """A row that holds what they are compared with."""
    level_low: float | None
    """What the rule comes to, the least that hidden figures allow; null where there is none."""
    level_high: float | None
    """The most; the same where nothing is hidden."""
    council_count: int | None
    rows: pl.DataFrame
    """One row a return, best first: columns of `queries.councils` without verdicts, `direction.with_direction`,
    `returns.once`, since, years and ended (`stays`)."""
    first: Extreme | None
    """Who has the best figure of those the rule chooses from; where it looks at a few alone, of these."""
    among: pl.DataFrame
    """Returns that could have been among the best, the best included; empty where the rule looks at a few alone."""

    @property
    def level(self) -> float | None:
        """What the rule comes to, where that is certain."""
        return self.level_low if self.level_low == self.level_high else None

    @property
    def by_value(self) -> bool:
        """Whether they were chosen for their figures, and not for a judgement or as neighbours."""
        return self.benchmark.best or self.benchmark.asks == "number"


def who(db: Database, metric: Metric, period: Period, benchmark: Benchmark, area_id: str | None) -> Best:
    """Who the best are by a rule; of a rule that each council has of its own, for the chosen one.

    For a measure that is ranked. What is not ranked is never among them, nor who may not be because figures are hidden.
    """
    rule, instead = _rule(db, metric, period, benchmark, area_id)
    rows = queries.councils(db, metric, period, rule)
    listed = rows.to_dicts()
    own = next((row for row in listed if row["area_id"] == area_id), None)
    mark: Row | None = own if rule.own or rule.asks == "councils" else None
    mark = mark or rule.shared(listed)
    low, high, council_count = (mark[one] for one in LEVEL) if mark else (None, None, None)
    if low is None and rule.asks:
        return replace(who(db, metric, period, BENCHMARKS[DEFAULT], area_id), instead="not answered")
    if rule.own or rule.asks == "councils":
        rows = _compare_all_with(rows, metric, low, high, council_count)
    rows = direction.with_direction(db, rows.drop(NOT_SHOWN))
    candidates = _candidates(rows, rule, own)
    counted = candidates.filter(pl.col("sets_cut") & pl.coalesce("value_low", "value").is_not_null())
    if rule.asks == "number":
        best = counted.filter(pl.col("gap_high") <= 0)
    else:
        names = benchmarks.contributing(db, rule, metric, period.end, area_id or "")
        best = rows.filter(pl.col("name").is_in(names))
    best = returns.once(db, best)
    stay = stays(db, metric, period, history(db, metric, best))
    of = returns.once(db, candidates) if rule.best or rule.asks == "number" else best
    return Best(
        metric,
        period,
        rule,
        instead,
        own,
        mark,
        low,
        high,
        council_count,
        best.join(stay, on="return_id", how="left", maintain_order="left"),
        find_extreme((best if of.is_empty() else of).to_dicts(), lowest=metric.lower_is_better),
        returns.once(db, counted),
    )


def history(db: Database, metric: Metric, rows: pl.DataFrame) -> pl.DataFrame:
    """The quarter of each return of `rows` in every period of a measure, newest period first.

    return_id, name, period_end, period, value and its range, status, symbol, ranks and quarters, state ("1" to "4",
    NOT_COUNTED, UNSURE, MISSING, OTHER_RETURN or NOT_THERE) and broken (not to be compared with the period before).
    """
    periods = db.periods[metric.metric_id]
    breaks = db.table["series_break"].filter(pl.col("metric_id") == metric.metric_id)["period_end"].to_list()
    ends = pl.DataFrame(
        {"period_end": [one.end for one in periods], "period": [one.label for one in periods]},
        {"period_end": pl.Date, "period": pl.String},
    )
    figures = db.by_metric[metric.metric_id].select(
        "area_id", "period_end", "value", "value_low", "value_high", "status", "symbol", "numerator", "denominator",
        *RANKS, "sets_cut", "not_ranked", "figures", "hidden",
        pl.col("return_id").alias("then"),
    )  # fmt: skip
    return (
        rows.select("area_id", "return_id", "name")
        .join(ends, how="cross", maintain_order="left_right")
        .join(figures, on=["area_id", "period_end"], how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("then").is_null())
            .then(pl.lit(NOT_THERE))
            .when(pl.col("then") != pl.col("return_id"))
            .then(pl.lit(OTHER_RETURN))
            .when(pl.col("not_ranked").is_not_null())
            .then(pl.lit(NOT_COUNTED))
            .when(pl.col("quarter_low") < pl.col("quarter_high"))
            .then(pl.lit(UNSURE))
            .when(pl.col("quarter").is_null())
            .then(pl.lit(MISSING))
            .otherwise(pl.col("quarter").cast(pl.String))
            .alias("state"),
            pl.col("period_end").is_in(breaks).alias("broken"),
        )
        .drop("area_id", "then", "sets_cut")
    )


def stays(db: Database, metric: Metric, period: Period, rows: pl.DataFrame) -> pl.DataFrame:
    """Since when each return of `history` has been in the best quarter in England without a break, up to a period.

    return_id, since (a period's label; null of who is not in it), years and ended: why it does not begin earlier.
    """
    periods = [one for one in db.periods[metric.metric_id] if one.end <= period.end]
    labels = [one.label for one in periods]
    apart = [later.end.year - earlier.end.year != 1 for later, earlier in pairwise(periods)]
    seen = (
        rows.filter(pl.col("period_end") <= period.end)
        .group_by("return_id", maintain_order=True)
        .agg("state", "broken")
    )
    found = [(return_id, *_stay(states, broken, apart, labels)) for return_id, states, broken in seen.iter_rows()]
    return pl.DataFrame(found, STAY, orient="row")


def leaders(db: Database) -> dict[str, Row]:
    """The latest judgement of leaders of each authority, by number: a row of `transitions.latest`."""
    return {row["area_id"]: row for row in transitions.latest(db, "leaders").iter_rows(named=True)}


def judged_by(db: Database) -> list[Source]:
    """The publications that the latest judgements of leaders are from."""
    if LEADERS not in db.periods:
        return []
    used = set(db.councils(LEADERS, db.latest(LEADERS).end)["source_id"])
    return [source for source_id, source in db.sources.items() if source_id in used]


def outstanding(db: Database, metric: Metric, period: Period) -> pl.DataFrame:
    """The councils with the highest grade in one judgement at one day, by name (columns of Database.figure).

    Adds started and published of the inspection that gave it, null where the day is not that of the newest report.
    """
    found = db.councils(metric.metric_id, period.end).filter(pl.col("symbol") == "Outstanding").sort("name")
    dates = transitions.latest(db, metric.metric_id.removeprefix("judgement_"))
    if period != db.latest(metric.metric_id):
        # An older grade may have been another inspection's.
        dates = dates.clear()
    return found.join(dates.select("area_id", "started", "published"), on="area_id", how="left", maintain_order="left")


def several(db: Database, metrics: Sequence[Metric]) -> pl.DataFrame:
    """Who is in the best quarter on more than half of these measures, each in its newest period.

    area_ids, names, name, best, joint (those of `best` reported jointly), worst (where in the worst quarter), without
    (where no figure counts) and count; most first, then by name. Measures are not weighed, so it is no
    score. Two councils that are there by joint returns alone are one row under both names (rule `joint-returns`).
    """
    figures = _ranked(db, metrics).sort(pl.col("metric_id").replace_strict(_order(metrics), return_dtype=pl.Int64))
    best, joint = pl.col("quarter") == BEST_QUARTER, is_joint()
    rows = (
        figures.group_by("area_id", maintain_order=True)
        .agg(
            pl.col("metric_id").filter(best).alias("best"),
            pl.col("metric_id").filter(best & joint).alias("joint"),
            pl.col("metric_id").filter(pl.col("quarter") == WORST_QUARTER).alias("worst"),
            pl.col("metric_id").alias("figures"),
            best.sum().alias("count"),
            # A council that is there by joint returns alone is there with its partner.
            pl.when((best & ~joint).any())
            .then(pl.col("area_id").first())
            .otherwise(pl.col("return_id").filter(best).first())
            .alias("return_id"),
        )
        .filter(pl.col("count") > len(metrics) // 2)
    )
    without = [
        [one.metric_id for one in metrics if one.metric_id not in figures] for figures in rows["figures"].to_list()
    ]
    return (
        returns.once(db, rows.with_columns(pl.Series("without", without, pl.List(pl.String))))
        .sort("count", "name", descending=[True, False])
        .select("area_ids", "names", "name", "best", "joint", "worst", "without", "count")
    )


def by_lot(db: Database, metrics: Sequence[Metric]) -> float:
    """How many councils would be in the best quarter on more than half of these measures if each drew its quarter.

    Of each council by the number of measures it has a figure in: the binomial chance of a quarter, added up.
    """
    counts = _ranked(db, metrics).group_by("area_id").len()["len"].to_list()
    need = len(metrics) // 2 + 1
    return sum(
        sum(comb(count, hits) * 0.25**hits * 0.75 ** (count - hits) for hits in range(need, count + 1))
        for count in counts
    )


def _rule(
    db: Database, metric: Metric, period: Period, benchmark: Benchmark, area_id: str | None
) -> tuple[Benchmark, Instead | None]:
    """The rule that says who is best, and why it is another than the reader's."""
    everybody = BENCHMARKS[DEFAULT]
    if benchmark.own and area_id is None:
        return everybody, "no council"
    if benchmark.own and area_id not in db.councils(metric.metric_id, period.end)["area_id"]:
        return everybody, "did not exist"
    return (BENCHMARKS[benchmark.instead], "published") if benchmark.instead else (benchmark, None)


def _compare_all_with(
    rows: pl.DataFrame, metric: Metric, low: float | None, high: float | None, council_count: int | None
) -> pl.DataFrame:
    """All compared with one value: that of the chosen council, where others have benchmarks of their own."""
    under, over = (
        (pl.coalesce(end, "value") - pl.lit(level, pl.Float64)).round_sig_figs(SIGNIFICANT)
        for end, level in (("value_low", high), ("value_high", low))
    )
    least, most = (under, over) if metric.lower_is_better else (-over, -under)
    level = low if low == high else None
    return rows.with_columns(
        pl.lit(level, pl.Float64).alias("benchmark"),
        pl.lit(low, pl.Float64).alias("benchmark_low"),
        pl.lit(high, pl.Float64).alias("benchmark_high"),
        pl.lit(council_count, pl.Int64).alias("council_count"),
        least.alias("gap_low"),
        most.alias("gap_high"),
        pl.when(least == most).then(least).alias("gap"),
    )


def _candidates(rows: pl.DataFrame, rule: Benchmark, own: Row | None) -> pl.DataFrame:
    """The councils a rule chooses from; none where it looks at a few that were chosen before."""
    if isinstance(rule.rule, BestQuarterOf) and own is not None:
        return rows.filter(pl.col(rule.rule.column) == own[rule.rule.column])
    return rows.clear() if rule.own or rule.asks == "councils" else rows


def _stay(
    states: Sequence[str], broken: Sequence[bool], apart: Sequence[bool], labels: Sequence[str]
) -> tuple[str | None, int, str | None]:
    """Since when, how many periods and why not longer, of the states from a period backwards."""
    years = 0
    for at, state in enumerate(states):
        if state != str(BEST_QUARTER):
            return (labels[at - 1], years, LEFT if state.isdigit() else state) if years else (None, 0, None)
        years += 1
        if at + 1 < len(states) and (broken[at] or apart[at]):
            return labels[at], years, METHOD if broken[at] else UNPUBLISHED
    return (labels[len(states) - 1], years, FIRST) if years else (None, 0, None)


def _ranked(db: Database, metrics: Sequence[Metric]) -> pl.DataFrame:
    """The figures of today's councils in the newest period of these measures that count in quarters."""
    councils = pl.concat(db.councils(metric.metric_id, db.latest(metric.metric_id).end) for metric in metrics)
    today = pl.col("area_id").is_in(list(db.authorities))
    return councils.filter(pl.col("quarter").is_not_null() & pl.col("sets_cut") & today)


def _order(metrics: Sequence[Metric]) -> dict[str, int]:
    return {metric.metric_id: position for position, metric in enumerate(metrics)}
