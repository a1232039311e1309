"""Whom a council could learn from: those most like it that reach the benchmark where it falls short (rule 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dashboard import comparison, transitions
from dashboard.benchmarks import Benchmark
from dashboard.database import Database, Metric

# A list to ring, not a directory.
MOST = 5


@dataclass(frozen=True)
class Evidence:
    """One measure in which a partner reaches what the council falls short of, both in the newest period."""

    metric: Metric
    period_end: date
    here: float
    there: float
    benchmark: float
    verdict: str | None
    """Of the council against the benchmark: `similar` where chance could explain its shortfall, null without counts."""


@dataclass(frozen=True)
class Partner:
    """An authority to talk to, and why."""

    area_id: str
    name: str
    closeness_rank: int | None
    """Among the council's ten statistical neighbours; null where it only names the council as one of its own."""
    closeness: str | None
    """The model's own word, as "very close"."""
    named_rank: int | None
    """Where the council stands among the partner's ten; null where it does not."""
    evidence: tuple[Evidence, ...]
    leaders: str | None
    """The latest judgement of the impact of leaders."""
    leaders_on: date | None
    """When it was inspected, or where that is not printed, when the report came out."""


def learning_partners(
    db: Database, area_id: str, benchmark: Benchmark, metrics: Sequence[Metric] | None = None, most: int = MOST
) -> list[Partner]:
    """The authorities most like a council that reach its benchmark in most of the measures where it falls short.

    First who reaches it in more of them, then the nearest; those not among its neighbours come after them, by the
    place they give it. `metrics` are the measures looked at, all ranked ones if None. Where councils have benchmarks of
    their own it is the council's that counts. Figures of very small returns, and of a return both belong to, are no
    evidence. A short list to talk to, never a score (rule 19).
    """
    ranked = {metric.metric_id: metric for metric in metrics or db.metrics.values() if metric.ranked}
    newest = db.newest.filter(pl.col("metric_id").is_in(list(ranked)))
    own = comparison.newest(db, benchmark).filter(
        (pl.col("area_id") == area_id) & pl.col("metric_id").is_in(list(ranked))
    )
    short = own.filter(pl.col("gap") > 0).select(
        "metric_id",
        pl.col("return_id").alias("own_return"),
        pl.col("value").alias("here"),
        "benchmark",
        "verdict",
    )
    like = _like(db, area_id)
    lower = [metric_id for metric_id, metric in ranked.items() if metric.lower_is_better]
    reach = (
        pl.when(pl.col("metric_id").is_in(lower))
        .then(pl.col("value") <= pl.col("benchmark"))
        .otherwise(pl.col("value") >= pl.col("benchmark"))
    )
    found = (
        newest.filter(pl.col("area_id").is_in(list(like)))
        .join(short, on="metric_id")
        .filter(reach & pl.col("sets_cut") & (pl.col("return_id") != pl.col("own_return")))
    )
    order = {metric_id: position for position, metric_id in enumerate(ranked)}
    evidence: dict[str, list[Evidence]] = {}
    for row in found.sort(pl.col("metric_id").replace_strict(order, return_dtype=pl.Int64)).iter_rows(named=True):
        evidence.setdefault(row["area_id"], []).append(
            Evidence(
                ranked[row["metric_id"]],
                row["period_end"],
                row["here"],
                row["value"],
                row["benchmark"],
                row["verdict"],
            )
        )
    leaders = {row["area_id"]: row for row in transitions.latest(db, "leaders").iter_rows(named=True)}
    partners = [_partner(db, other, like[other], reasons, leaders.get(other)) for other, reasons in evidence.items()]
    # Of a return made together either would do: both are shown, one after the other.
    partners.sort(
        key=lambda one: (-len(one.evidence), one.closeness_rank or 99, one.named_rank or 99, one.name),
    )
    return partners[:most]


def _like(db: Database, area_id: str) -> dict[str, dict[str, Any]]:
    """The authorities most like a council: number -> closeness_rank, closeness, named_rank."""
    rows = db.table["neighbour"].filter((pl.col("area_id") == area_id) | (pl.col("neighbour_id") == area_id))
    found: dict[str, dict[str, Any]] = {}
    for one, other, rank, closeness in rows.select(
        "area_id", "neighbour_id", "closeness_rank", "closeness"
    ).iter_rows():
        if one == area_id:
            found.setdefault(other, {}).update(closeness_rank=rank, closeness=closeness)
        else:
            found.setdefault(one, {}).update(named_rank=rank)
    return found


def _partner(
    db: Database, area_id: str, like: dict[str, Any], evidence: list[Evidence], leaders: dict[str, Any] | None
) -> Partner:
    return Partner(
        area_id,
        db.names[area_id],
        like.get("closeness_rank"),
        like.get("closeness"),
        like.get("named_rank"),
        tuple(evidence),
        leaders["grade"] if leaders else None,
        (leaders["started"] or leaders["published"]) if leaders else None,
    )
