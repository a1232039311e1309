"""Rows of `queries.councils` and measures, made up, for what is written of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.model import Metric
from tests.dashboard import small

Row = dict[str, Any]


def measure(**changes: Any) -> Metric:
    """A percentage of which lower is better, until told otherwise."""
    declared = {**small.metric("waits"), "noun": "rate of waits", **changes}
    return Metric(**{field: declared[field] for field in Metric.__dataclass_fields__})


PERCENT = measure(
    shortfall="posts to fill", shortfall_moves="numerator", shortfall_holding="the number of posts", has_interval=True
)
ON_TIME = measure(polarity="higher_is_better", shortfall="more conferences on time")
CASELOAD = measure(unit="cases per social worker", shortfall="more case-holding social workers")
NEUTRAL = measure(polarity="neutral", unit="per 10,000 children", period_kind="year to 31 March")
COUNT = measure(polarity="neutral", unit="FTE")
CHILDREN = measure(polarity="neutral", unit="children", decimals=0)
GRADE = measure(
    unit="grade", decimals=0, title="Ofsted judgement: impact of leaders", period_kind="latest judgement at"
)

BEST, NEIGHBOURS, REGION = BENCHMARKS["best_quarter"], BENCHMARKS["neighbours"], BENCHMARKS["region"]
LEADERS, BEST_NEIGHBOURS, ENGLAND = (BENCHMARKS[one] for one in ("outstanding_leaders", "best_neighbours", "england"))
BEST_OF_REGION, BEST_OF_TYPE = BENCHMARKS["best_quarter_region"], BENCHMARKS["best_quarter_type"]
PROTECTION, GROUP, TARGET = (BENCHMARKS[one] for one in ("outstanding_protection", "group", "target"))

NO_BEST = "Neither high nor low is better, so councils are not ranked on it."
NO_NEIGHBOURS = "Fewer than five of its ten statistical neighbours have a figure in this period."
HELD = "if the number of posts does not change"
A_COUNT = "This is a count, so councils are not ranked on it."


def row(**changes: Any) -> Row:
    """15 % in Leeds at 30 September 2025: 7.4 points over the benchmark. Each bound is what it bounds, unless given."""
    made = {
        "area_id": "383", "name": "Leeds", "return_id": "383", "period_end": date(2025, 9, 30), "value": 15.0,
        "status": "observed", "symbol": None, "rank": 100, "tied": 1, "ranked": 149, "quarter": 3, "sets_cut": True,
        "very_small": False, "change": None, "series_break": None, "benchmark": 7.6, "council_count": 148, "gap": 7.4,
        "shortfall": 11.2, "low": 12.0, "high": 18.0, "verdict": "worse", "metric_id": "waits", "value_low": None,
        "value_high": None, "denominator": None, "unknown": None, "figures": 149, "hidden": 0, "enough": True,
        "reached": 37, **changes,
    }  # fmt: skip
    if not made["sets_cut"]:
        # What is not ranked is not compared.
        made |= {**dict.fromkeys(("rank", "quarter", "gap", "shortfall", "verdict")), **changes}
    for name in ("rank", "quarter", "benchmark", "gap", "shortfall"):
        for end in ("low", "high"):
            made.setdefault(f"{name}_{end}", made[name])
    made.setdefault("not_ranked", None if made["sets_cut"] else "a very small council")
    return made


def missing(status: str, symbol: str | None = None) -> Row:
    """A row without a value."""
    nothing = dict.fromkeys(
        ("value", "rank", "tied", "ranked", "quarter", "gap", "shortfall", "low", "high", "verdict")
    )
    return row(status=status, symbol=symbol, **nothing)
