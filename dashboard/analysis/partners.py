"""The councils that a council could learn from: those most like it that reach the benchmark where it falls short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis import queries, transitions
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.benchmarks.rules import setting
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import GRADES, Metric, Row

# A short list to contact, not a directory.
MOST = 5
WELL_JUDGED = GRADES[:2]


@dataclass(frozen=True)
class Evidence:
    """One measure in which a partner reaches what the council falls short of, both in the newest period."""

    metric: Metric
    here: Row
    """Of the council, from `queries.profile`: its figure, its benchmark and the verdict."""
    there: Row
    """Of the partner, from Database.figure: its figure and rank."""


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
    """The rank of the council among the partner's ten; null where it does not."""
    evidence: tuple[Evidence, ...]
    leaders: str | None
    """The latest judgement of the impact of leaders."""
    leaders_on: date | None
    """When it was inspected, or where that is not printed, when the report came out."""
    protection: str | None
    """The latest judgement of help and protection."""

    @property
    def well_judged(self) -> bool:
        """Whether its leaders are judged Good or Outstanding, and help and protection not lower."""
        return self.leaders in WELL_JUDGED and self.protection in (None, *WELL_JUDGED)


@cached
def learning_partners(
    db: Database, area_id: str, benchmark: Benchmark, metrics: Sequence[Metric] | None = None, most: int = MOST
) -> list[Partner]:
    """The authorities most like a council that reach its benchmark in most of the measures where it falls short.

    First the `well_judged`, then who reaches it in more of them, then the nearest; those not among its neighbours come
    after them, by the rank they give it. `metrics` are the measures looked at, all ranked ones if None. Where councils
    have benchmarks of their own it is the council's that counts. Where figures are hidden in a range, who falls short
    and who reaches it is certain whatever they are. Figures that are not ranked, and of a return both belong to, are no
    evidence. A short list to talk to, never a score (rule `partners`).
    """
    reached = _reached(db, area_id, benchmark)
    if metrics is not None:
        wanted = [metric.metric_id for metric in metrics]
        reached = {metric_id: reached[metric_id] for metric_id in wanted if metric_id in reached}
    return _listed(db, area_id, reached, most)


def neighbours_that_reach(db: Database, area_id: str, benchmark: Benchmark, metric: Metric) -> list[Partner] | None:
    """Of a council's own statistical neighbours those that reach its benchmark in one measure: `well_judged` first,
    then nearest; None where it does not fall short itself.
    """
    if (found := _reached(db, area_id, benchmark).get(metric.metric_id)) is None:
        return None
    like = _like(db, area_id)
    near = {other: place for other, place in found.places.items() if "closeness_rank" in like[other]}
    return _listed(db, area_id, {metric.metric_id: replace(found, places=near)}, len(near))


@dataclass(frozen=True)
class _Reached:
    """A measure in which a council falls short."""

    here: Row
    places: dict[str, int]
    """Who like it reaches its benchmark, in the order of `_like` -> the place of its figure in Database.newest."""


@cached
def _reached(db: Database, area_id: str, benchmark: Benchmark) -> dict[str, _Reached]:
    """The ranked measures in which a council falls short, by metric_id, in menu order."""
    like, own = list(_like(db, area_id)), queries.profile(db, area_id, benchmark)
    short = {row["metric_id"]: row for row in own.filter(pl.col("gap_low") > 0).iter_rows(named=True)}
    figures = db.newest.with_row_index("place").filter(
        pl.col("metric_id").is_in(list(short)) & pl.col("area_id").is_in(like)
    )
    there = {
        (row["metric_id"], row["area_id"]): row
        for row in setting(figures)
        .select("metric_id", "area_id", "return_id", "value_low", "value_high", "place")
        .iter_rows(named=True)
    }
    return {
        metric_id: _Reached(
            here,
            {
                other: row["place"]
                for other in like
                if (row := there.get((metric_id, other))) is not None
                and row["return_id"] != here["return_id"]
                and _reaches(row, here, metric)
            },
        )
        for metric_id, metric in db.metrics.items()
        if metric.ranked and (here := short.get(metric_id)) is not None
    }


def _listed(db: Database, area_id: str, reached: Mapping[str, _Reached], most: int) -> list[Partner]:
    """Who reaches it in any of these measures, first as `learning_partners` says, with the evidence."""
    like, reasons = _like(db, area_id), dict[str, list[tuple[str, int]]]()
    for metric_id, found in reached.items():
        for other, place in found.places.items():
            reasons.setdefault(other, []).append((metric_id, place))
    partners = [_partner(db, other, like[other]) for other in reasons]
    # Of a return made together either would do: both are shown, one after the other.
    partners.sort(
        key=lambda one: (
            not one.well_judged, -len(reasons[one.area_id]), one.closeness_rank or 99, one.named_rank or 99, one.name,
        )
    )  # fmt: skip
    return [
        replace(
            partner,
            evidence=tuple(
                Evidence(db.metrics[metric_id], reached[metric_id].here, db.newest.row(place, named=True))
                for metric_id, place in reasons[partner.area_id]
            ),
        )
        for partner in partners[:most]
    ]


def _reaches(there: Row, here: Row, metric: Metric) -> bool:
    """Whether a figure is certain to reach what a council is compared with."""
    if metric.lower_is_better:
        return bool(there["value_high"] <= here["benchmark_low"])
    return bool(there["value_low"] >= here["benchmark_high"])


def leaders(db: Database) -> dict[str, str]:
    """How the leaders of each council were judged last: number -> grade."""
    return {area_id: row["grade"] for area_id, row in _judged(db, "leaders").items()}


@cached
def _judged(db: Database, strand: str) -> dict[str, dict[str, Any]]:
    return {row["area_id"]: row for row in transitions.latest(db, strand).iter_rows(named=True)}


@cached
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


def _partner(db: Database, area_id: str, like: dict[str, Any]) -> Partner:
    """A partner without its evidence."""
    leaders, protection = (_judged(db, strand).get(area_id) for strand in ("leaders", "protection"))
    return Partner(
        area_id,
        db.names[area_id],
        like.get("closeness_rank"),
        like.get("closeness"),
        like.get("named_rank"),
        (),
        leaders["grade"] if leaders else None,
        (leaders["started"] or leaders["published"]) if leaders else None,
        protection["grade"] if protection else None,
    )
