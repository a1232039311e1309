"""What it would take: a target met, or social workers who return, calculated from published counts; no forecast.

What follows is worked out from counts, and never from a rounded rate: 321,661 cases among 21,105.4 social workers and
1,596.3 more are 14.17 each, though 15.2 less the same share would be 14.13. Where nobody moves, or rounding alone would
make a rate higher than it is, it stays as published.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.analysis import benchmarks, comparison, returns, standard
from dashboard.analysis.scenario_results import Council, England, Rank, Returners
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, SIGNIFICANT, Metric, Period
from dashboard.data.names import listed, number, reason

ILLUSTRATIVE = "Illustrative: arithmetic on published figures, not a forecast."
VACANCIES, AGENCY, TURNOVER, CASELOAD = "vacancy_rate", "agency_rate", "turnover_rate", "caseload"
LEVERS = (VACANCIES, AGENCY, TURNOVER, CASELOAD)
# The published counts they are made of, as columns of `_counts`.
COUNTS = ("vacancies_fte", "social_workers_fte", "agency_fte", "case_holders_fte", "cases")
# How many the appeal of 2009 to come back to social work was for.
APPEAL = 5000.0

_HOLDING = {
    VACANCIES: "The number of posts does not change: a filled post is no longer vacant.",
    AGENCY: "For each agency worker fewer there is one more in post: all social workers together stay as many.",
    TURNOVER: "The number of staff in post does not change.",
    CASELOAD: "The number of cases does not change.",
}
_STILL = "We assume other councils do not change."
_JOINT = "{} report together: the figures are those of both."
_CASES = (
    "We assume the same share of new staff hold cases as now ({}, including agency staff), and that cases and agency "
    "numbers do not change."
)
_SHARED = (
    "Returners are full-time equivalents, shared out in proportion to published vacancies; no council gets more than "
    "it has."
)
_PUBLISHED = "England is the published figure. It includes councils with no published figure of their own."
_MET = "The standard stays fixed as councils improve."


@cached
def council(db: Database, area_id: str, metric: Metric, target: float) -> Council:
    """What it would take one council to reach a target in one of LEVERS, in its newest period (rule `gaps`).

    Raises ValueError for another measure, or a target below zero (of a caseload, not above it).
    """
    rows = _compare_with_target(db, metric, target)
    period = db.latest(metric.metric_id)
    own = rows.row(by_predicate=pl.col("area_id") == area_id, named=True)
    ranked = rows.unique("return_id").filter("sets_cut")
    others = ranked.filter(pl.col("return_id") != own["return_id"])["value"].drop_nulls().to_list()
    cuts = _cuts(db, metric, period) if own["sets_cut"] else None
    names = [db.names[one] for one in sorted(own["return_id"].split("+"), key=db.names.__getitem__)]
    counts = _counts(db, period, [area_id]).row(0, named=True)
    moved = None if own["gap"] is None else 0.0 if own["gap"] <= 0 else own["shortfall"]
    after = None if own["gap"] is None else target if own["gap"] > 0 else own["value"]
    caseload, then = _caseload(db, metric, period, area_id, counts, moved)
    if metric.metric_id == CASELOAD and then is not None:
        then = after  # the target itself
    return Council(
        metric,
        period,
        area_id,
        listed(names),
        target,
        own["value"],
        after,
        moved,
        counts["vacancies_fte"],
        caseload,
        then,
        _rank(others, cuts, own["value"]),
        _rank(others, cuts, after),
        reason(own["status"], own["symbol"], metric) if own["value"] is None else own["not_ranked"],
        _assumptions(metric, counts, then is not None and metric.metric_id == VACANCIES, names, _STILL),
    )


@cached
def england(db: Database, metric: Metric, target: float) -> England:
    """What it would take all councils to reach a target in one of LEVERS, each return once (rule `england-if-all-met`).

    England's rate then is that of its published counts, less what the councils move. Raises as `council` does.
    """
    period = db.latest(metric.metric_id)
    rows = returns.once(db, _compare_with_target(db, metric, target))
    total = comparison.england_if_all_met(rows)
    known = rows.filter(pl.col("value").is_not_null() & pl.col("sets_cut"))
    level = standard.best_quarter(db, metric) or target
    then = known.with_columns(pl.when(pl.col("gap") > 0).then(target).otherwise("value").alias("value"))
    published = _row(db, metric, period, ENGLAND)
    counts = _counts(db, period, [ENGLAND]).row(0, named=True)
    # Where all meet it nothing moves, and that is a result.
    moved = total.shortfall if total.short else 0.0
    caseload, after = _caseload(db, metric, period, ENGLAND, counts, moved)
    return England(
        metric,
        period,
        target,
        level,
        published["value"],
        _rate_after(metric, published, moved),
        moved,
        caseload,
        after,
        total.short,
        total.uncounted,
        total.compared,
        total.without,
        known.filter(pl.col("value") <= level).height,
        then.filter(pl.col("value") <= level).height,
        (
            *_assumptions(metric, counts, after is not None and metric.metric_id == VACANCIES, [], _PUBLISHED),
            _MET,
        ),
    )


def returners(db: Database, number: float = APPEAL, level: float | None = None) -> Returners:
    """So many full-time social workers come back, each council in proportion to its vacancies.

    No council gets more than it has vacancies: where there are more returners than vacancies, all are filled and the
    rest are not placed. `level` is the standard councils are compared with, what the best quarter reach now if None.
    Raises ValueError for a number below zero.
    """
    if number < 0:
        raise ValueError(f"E_RETURNERS: {number} social workers cannot return. Ask for none or more.")
    metric = db.metrics[VACANCIES]
    period = db.latest(VACANCIES)
    level = level if level is not None else standard.best_quarter(db, metric) or 0.0
    councils = returns.once(db, db.councils(VACANCIES, period.end))
    loads = db.councils(CASELOAD, period.end).select("area_id", pl.col("value").alias("caseload_before"))
    vacancies, placed = pl.col("vacancies"), pl.col("returners")
    known = (
        councils.filter(pl.col("value").is_not_null())
        .select(
            "area_id",
            "area_ids",
            "names",
            "name",
            "return_id",
            "value",
            "denominator",
            "rank",
            "ranked",
            "sets_cut",
        )
        .join(_counts(db, period, None), on="area_id", maintain_order="left")
        .join(loads, on="area_id", how="left", maintain_order="left")
        .rename({"value": "before", "vacancies_fte": "vacancies"})
    )
    vacant = float(known["vacancies"].sum())
    share = min(1.0, number / vacant) if vacant else 0.0
    rows = (
        known.with_columns((vacancies * share).alias("returners"))
        .with_columns(
            _after("before", placed > 0, (vacancies - placed) / pl.col("denominator") * 100).alias("after"),
            _after(
                "caseload_before",
                placed > 0,
                pl.col("cases") / (pl.col("case_holders_fte") + placed * _holders_share()),
            ).alias("caseload_after"),
        )
        .with_columns(
            # Nobody gets worse, so that who was better before is never the council itself.
            pl.when("sets_cut")
            .then(pl.col("before").filter("sets_cut").sort().search_sorted(pl.col("after"), "left") + 1)
            .cast(pl.Int64)
            .alias("rank_still"),
            pl.when("sets_cut").then("after").rank("min").cast(pl.Int64).alias("rank_after"),
            (pl.col("sets_cut") & (pl.col("before") <= level)).alias("meets_before"),
            (pl.col("sets_cut") & (pl.col("after") <= level)).alias("meets_after"),
        )
        .sort("returners", "name", descending=[True, False], nulls_last=True)
        .select(
            "area_id", "area_ids", "names", "name", "return_id", "vacancies", "returners", "before", "after", "rank",
            "rank_still", "rank_after", "ranked", "caseload_before", "caseload_after", "meets_before", "meets_after",
            "sets_cut",
        )
    )  # fmt: skip
    published = _row(db, metric, period, ENGLAND)
    counts = _counts(db, period, [ENGLAND]).row(0, named=True)
    moved = vacant * share
    caseload, then = _caseload(db, metric, period, ENGLAND, counts, moved)
    return Returners(
        period,
        number,
        moved,
        number - moved,
        level,
        published["value"],
        _rate_after(metric, published, moved),
        caseload,
        then,
        int(rows["meets_before"].sum()),
        int(rows["meets_after"].sum()),
        int(rows["sets_cut"].sum()),
        councils.height - rows.height,
        rows,
        (
            _SHARED,
            *_assumptions(metric, counts, then is not None, [], _PUBLISHED),
            _MET,
        ),
    )


def _compare_with_target(db: Database, metric: Metric, target: float) -> pl.DataFrame:
    """Councils of the newest period compared with the target, as `comparison.compare` does."""
    if metric.metric_id not in LEVERS:
        raise ValueError(f"E_LEVER: {metric.metric_id} is none of {', '.join(LEVERS)}.")
    if target < 0 or (target == 0 and metric.metric_id == CASELOAD):
        raise ValueError(f"E_TARGET: {target} cannot be reached. Ask for more than zero.")
    return _compare(db, metric, target)


@cached
def _compare(db: Database, metric: Metric, target: float) -> pl.DataFrame:
    rows = db.councils(metric.metric_id, db.latest(metric.metric_id).end)
    return comparison.compare(db, benchmarks.with_target(target, metric), rows, rows)


def _counts(db: Database, period: Period, area_ids: Sequence[str] | None) -> pl.DataFrame:
    """area_id and the published COUNTS of a period, one row an area (all councils if None); null where unpublished."""
    wanted = pl.col("kind") == "local_authority" if area_ids is None else pl.col("area_id").is_in(area_ids)
    return _all_counts(db, period).filter(wanted).drop("kind")


@cached
def _all_counts(db: Database, period: Period) -> pl.DataFrame:
    rows, *others = (
        db.figures(metric_id, period.end).select("area_id", "kind", pl.col("value").alias(metric_id))
        for metric_id in COUNTS
    )
    for other in others:
        rows = rows.join(other.drop("kind"), on="area_id", how="left", maintain_order="left")
    return rows


def _row(db: Database, metric: Metric, period: Period, area_id: str) -> dict[str, Any]:
    rows = db.figures(metric.metric_id, period.end).filter(pl.col("area_id") == area_id)
    return rows.row(0, named=True)


def _rate_after(metric: Metric, published: dict[str, Any], moved: float | None) -> float | None:
    """England's rate once so many have moved, from its published row; null where that lacks a figure or a count."""
    value, top, bottom = published["value"], published["numerator"], published["denominator"]
    if value is None or moved is None:
        return None
    if moved == 0:
        return float(value)
    if top is None or not bottom:
        return None
    if metric.shortfall_moves == "denominator":
        return float(min(value, top / (bottom + moved)))
    return float(min(value, max(0.0, top - moved) / bottom * comparison.SCALES.get(metric.unit, 1.0)))


def _caseload(
    db: Database, metric: Metric, period: Period, area_id: str, counts: dict[str, Any], moved: float | None
) -> tuple[float | None, float | None]:
    """Cases per worker as published, and once posts are filled or case holders added; null where neither is known."""
    before, holders = _row(db, db.metrics[CASELOAD], period, area_id)["value"], counts["case_holders_fte"]
    if before is None or moved is None or not holders or counts["cases"] is None:
        return before, None
    share = 1.0 if metric.metric_id == CASELOAD else _share_of_holders(counts)
    if metric.metric_id not in (CASELOAD, VACANCIES) or share is None:
        return before, None
    return before, float(min(before, counts["cases"] / (holders + moved * share))) if moved else before


def _after(before: str, moved: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """The rate that counts give where somebody moves, never above what it was; null where a count is not published."""
    then = pl.when(rate.is_not_null()).then(pl.min_horizontal(pl.col(before), rate.round_sig_figs(SIGNIFICANT)))
    return pl.when(pl.col(before).is_not_null()).then(pl.when(moved).then(then).otherwise(before))


def _holders_share() -> pl.Expr:
    """`_share_of_holders` of rows of `_counts`."""
    working = pl.col("social_workers_fte") + pl.col("agency_fte")
    return pl.when(working > 0).then((pl.col("case_holders_fte") / working).clip(upper_bound=1.0))


def _share_of_holders(counts: dict[str, Any]) -> float | None:
    """Of those who work there, agency included, the share that hold cases; null where one is not published."""
    staff, agency, holders = (counts[name] for name in ("social_workers_fte", "agency_fte", "case_holders_fte"))
    if staff is None or agency is None or holders is None or staff + agency <= 0:
        return None
    return min(1.0, float(holders / (staff + agency)))


def _cuts(db: Database, metric: Metric, period: Period) -> list[float] | None:
    """What a figure must be over to be in the second, the third and the worst quarter; None where that is not known."""
    table = db.table["quarter_cut"]
    cuts = table.filter((pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == period.end))
    found = cuts.select("best_low", "middle_low", "worst_low").rows()
    return list(found[0]) if found and found[0][0] is not None else None


def _rank(others: list[float], cuts: list[float] | None, value: float | None) -> Rank | None:
    """The rank of a value among the others; all LEVERS are better when lower, and nobody's is hidden."""
    if value is None or cuts is None:
        return None
    return Rank(
        1 + sum(other < value for other in others),
        1 + sum(other == value for other in others),
        1 + len(others),
        1 + sum(value > cut for cut in cuts),
    )


def _assumptions(
    metric: Metric, counts: dict[str, Any], cases: bool, names: Sequence[str], last: str
) -> tuple[str, ...]:
    share = _share_of_holders(counts)
    found = [ILLUSTRATIVE, _HOLDING[metric.metric_id]]
    if cases and share is not None:
        found.append(_CASES.format(f"{number(share * 100, 0)}%"))
    if len(names) > 1:
        found.append(_JOINT.format(listed(names)))
    return (*found, last)
