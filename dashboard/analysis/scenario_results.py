"""What a scenario comes to: for a council, for England, and for social workers who return."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboard.data.model import Metric, Period


@dataclass(frozen=True)
class Rank:
    """A rank, as `formats.rank` says it."""

    rank: int
    tied: int
    ranked: int
    quarter: int


@dataclass(frozen=True)
class Council:
    """One council (its return) that reaches a target in one measure."""

    metric: Metric
    period: Period
    area_id: str
    name: str
    target: float
    before: float | None
    """As published; null without a figure, and `why` says it."""
    after: float | None
    """The target, or what it was where that is met already."""
    moved: float | None
    """In words of the measure's shortfall ("posts to fill"); 0 where the target is met, null without counts."""
    vacancies: float | None
    """FTE, as published: what may be filled."""
    caseload_before: float | None
    caseload_after: float | None
    """Null where the lever moves nobody into cases, or where cases and case holders are not published."""
    rank_before: Rank | None
    rank_after: Rank | None
    """With the others held still."""
    why: str | None
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class England:
    """Every council that falls short of a target reaches it; the others stay where they are."""

    metric: Metric
    period: Period
    target: float
    standard: float
    """What councils are then compared with: what the best quarter reach now."""
    before: float | None
    """Of England, as published."""
    after: float | None
    moved: float | None
    """Over all returns, each once; null where no counts are published."""
    caseload_before: float | None
    caseload_after: float | None
    short: int
    uncounted: int
    """Of the short, those without counts: they reach the target, but are not in `moved`."""
    compared: int
    without: int
    meet_before: int
    meet_after: int
    """Returns that meet the standard."""
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Returners:
    """So many social workers come back, and are shared out in proportion to vacancies."""

    period: Period
    number: float
    placed: float
    unplaced: float
    """More than there are vacancies in councils that publish them."""
    standard: float
    before: float | None
    """England's vacancy rate, as published."""
    after: float | None
    caseload_before: float | None
    caseload_after: float | None
    meet_before: int
    meet_after: int
    compared: int
    without: int
    rows: pl.DataFrame
    """One row a return with a vacancy rate: area_id, area_ids, names, name, return_id, vacancies, returners, before,
    after, rank, rank_still (with the others held still), rank_after (once all have theirs), ranked, caseload_before,
    caseload_after, meets_before, meets_after, sets_cut (is ranked: else it has no ranks and meets nothing). Most
    returners first."""
    assumptions: tuple[str, ...]
