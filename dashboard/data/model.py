"""Types of what the database holds: measures, sources, periods, grades, and why a value may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]

ENGLAND = "E92000001"
# The measure of how Ofsted judges leaders.
LEADERS = "judgement_leaders"
# Of a calculated value, so many significant digits are compared: the rest is binary noise.
SIGNIFICANT = 9
# Of a unit, by how much a share of 1 is multiplied.
SCALES = {"%": 100.0, "per 10,000 children": 10_000.0}
COUNTS = ("FTE", "children", "cases", "changes", "visits")
STRANDS = ("overall", "leaders", "protection", "in_care", "care_leavers")
GRADES = ("Outstanding", "Good", "Requires improvement to be good", "Inadequate")
NOT_GIVEN = "not given since April 2026"
REASONS = {
    "suppressed": "suppressed, to protect small numbers",
    "not_applicable": "not applicable",
    "not_available": "not available",
    "low_reliability": "withheld as unreliable",
    "low_nonzero": "more than zero, but rounds to zero",
    "not_given": NOT_GIVEN,
    "unspecified": "no figure, without a reason",
    "no_row": "not published",
}


class DatabaseError(Exception):
    """There is no readable database; the message names the remedy."""


@dataclass(frozen=True)
class Metric:
    """One measure, as the table `metric` declares it."""

    metric_id: str
    title: str
    short_title: str
    noun: str
    theme: str
    unit: str
    decimals: int
    polarity: str
    definition: str
    source_id: str
    period_kind: str
    derived: bool
    made: str | None
    """How a derived value is worked out; None of what is as published."""
    unknown: str | None
    """Where the publisher counts unknown records; None where it counts none."""
    minimum_denominator: float | None
    has_interval: bool
    may_exceed_100: bool
    shortfall: str | None
    shortfall_moves: str | None
    shortfall_holding: str | None
    caveat: str | None
    next_due: str | None
    """The month in which its next figures are due, as "2026-10", where the publisher says it."""
    former_title: str | None
    numerator: str | None = None
    """What is counted above the line, as the source calls it."""

    @property
    def indicative(self) -> bool:
        """Whether intervals are only indicative: full-time equivalents are all counted, not sampled (rule `chance`)."""
        return "_fte" in (self.numerator or "")

    @property
    def neutral(self) -> bool:
        return self.polarity == "neutral"

    @property
    def graded(self) -> bool:
        return self.unit == "grade"

    @property
    def dated(self) -> bool:
        """Whether its periods are days: each 31 March, and that of the newest report."""
        return self.graded or self.period_kind == "latest judgement at"

    @property
    def counted(self) -> bool:
        """Whether it is a bare count, which says more of a council's size than of its work: not compared."""
        return self.unit in COUNTS

    @property
    def ranked(self) -> bool:
        """Whether councils are ranked in it: neutral measures and grades are never ranked."""
        return not (self.neutral or self.graded)

    @property
    def lower_is_better(self) -> bool:
        return self.polarity == "lower_is_better"


@dataclass(frozen=True)
class Source:
    """One publication, in the edition that is loaded."""

    source_id: str
    title: str
    publisher: str
    release: str
    released: str
    next_release: str | None
    next_due: str | None
    previous_release: str | None
    page: str
    licence: str
    note: str | None
    """What should be known of it, and what was checked."""


@dataclass(frozen=True)
class Period:
    """One period of one metric."""

    end: date
    label: str
