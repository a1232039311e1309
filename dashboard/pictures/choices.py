"""What a picture is of: the choices of a page, and the ways a map can be coloured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.data.model import GRADES, Metric, Period
from dashboard.views.text.formats import ColourScheme

DEFAULT_METRIC = "vacancy_rate"
COLOUR_SCHEMES: dict[str, ColourScheme] = {
    "Quarter": "quarter",
    "Value": "value",
    "Distance from benchmark": "gap",
    "Verdict": "verdict",
    "Change": "change",
    "Trend": "trend",
}
# What the limits of verdicts and funnels allow for; None as fits what is compared with (rule `chance`).
LIMITS: dict[str, bool | None] = {
    "As fits the comparison": None,
    "Chance alone": False,
    "Chance and usual differences": True,
}
# Of five periods, so many as a trend is calculated from (rule `trends`).
TREND_PERIODS = 5
MapView = Literal["boundaries", "tiles"]
VIEWS: dict[str, MapView] = {"Map": "boundaries", "Tiles": "tiles"}


class CannotBeDrawnError(Exception):
    """Why there is no such picture of what was chosen, and what to choose instead."""


@dataclass(frozen=True)
class Choices:
    """What was chosen; each kind of picture uses some of it."""

    metric: Metric
    period: Period
    benchmark: Benchmark
    area_id: str | None = None
    limits: bool | None = None
    """Whether limits allow for usual differences between councils, where that was chosen."""
    colour: str | None = None
    """A key of COLOUR_SCHEMES; None for the first that the measure has."""
    view: MapView = "boundaries"
    councils: tuple[str, ...] = ()
    """Those to compare; none for those the page begins with."""
    against: Metric | None = None
    """The second measure."""
    strand: str = "leaders"
    region_id: str | None = None
    at: date | None = None
    """The day of judgements; None for the newest."""
    after: str = GRADES[-1]
    """The grade whose next is looked at."""
    commitment: str | None = None
    """Its label; None for the first."""


def colour_schemes(db: Database, metric: Metric, benchmark: Benchmark) -> list[str]:
    """The ways a map of this measure can be coloured: only by what it has of quarters, benchmark, counts and a past."""
    if metric.graded:
        return ["Value"]
    compared = not (metric.counted or (metric.neutral and benchmark.best))
    periods = len(db.periods[metric.metric_id])
    available: dict[ColourScheme, bool] = {
        "quarter": metric.ranked,
        "gap": compared,
        "verdict": compared and metric.has_interval,
        "change": periods > 1,
        "trend": periods >= TREND_PERIODS,
    }
    return [name for name, scheme in COLOUR_SCHEMES.items() if available.get(scheme, True)]
