"""Tables of the front page and of a council's page as files, with where their figures are from (rule `pages`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Movers
from dashboard.analysis.england import Gain
from dashboard.analysis.partners import Partner
from dashboard.analysis.standard import Standard
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views.text import formats


def gains(db: Database, found: Sequence[Gain], benchmark: Benchmark) -> pl.DataFrame:
    """What England would gain if every council met the benchmark: a row a measure, as `tables.england.gains` shows."""
    return _frame(
        {
            "metric": one.metric.title,
            "period": formats.period_label(one.metric, one.period_end),
            "england": one.england,
            "unit": one.metric.unit,
            "benchmark_rule": benchmark.title,
            "benchmark": one.benchmark,
            "reach_it": one.total.meet,
            "fall_short": one.total.short,
            "no_figure": one.total.without,
            "if_all_met": one.total.shortfall,
            "if_all_met_counts": one.metric.shortfall,
            "held_fixed": one.metric.shortfall_holding,
            "short_without_counts": one.total.uncounted,
            **_from(db, one.metric),
        }
        for one in found
    )


def standard(db: Database, one: Standard) -> pl.DataFrame:
    """How many councils met one standard in each period, newest first."""
    return _frame(
        {
            "metric": one.metric.title,
            "standard": one.target,
            "unit": one.metric.unit,
            "period": row["period"],
            "period_end": row["period_end"],
            "met": row["met"],
            "had_a_figure": row["had"],
            "england": row["england"],
            "not_comparable_with_earlier": row["broken"],
            **_from(db, one.metric),
        }
        for row in one.rows.reverse().iter_rows(named=True)
    )


def movers(db: Database, found: Movers) -> pl.DataFrame:
    """How far every return moved between two periods, best first: all of them, where the page shows the furthest."""
    assert found.before is not None
    metric, ends = found.metric, (found.before.end, found.newest.end)
    return _frame(
        {
            "councils": row["name"],
            "return": row["return_id"],
            "metric": metric.title,
            "period_before": formats.period_label(metric, ends[0]),
            "value_before": row["value_before"],
            "period": formats.period_label(metric, ends[1]),
            "value": row["value"],
            "unit": metric.unit,
            "change": row["change"],
            "improvement": row["improvement"],
            "rank_before": row["rank_before"],
            "ranked_before": row["ranked_before"],
            "rank": row["rank"],
            "ranked": row["ranked"],
            "places_gained": row["places"],
            "very_small": not row["sets_cut"],
            **_from(db, metric),
        }
        for row in found.rows.iter_rows(named=True)
    )


def partners(db: Database, found: Sequence[Partner], area_id: str, benchmark: Benchmark) -> pl.DataFrame:
    """Learning partners with their evidence: a row a partner and measure."""
    return _frame(
        {
            "council": db.names[area_id],
            "partner": one.name,
            "partner_la_number": one.area_id,
            "neighbour_rank": one.closeness_rank,
            "closeness": one.closeness,
            "names_the_council_as": one.named_rank,
            "metric": each.metric.title,
            "period_end": each.period_end,
            "there": each.there,
            "here": each.here,
            "unit": each.metric.unit,
            "benchmark_rule": benchmark.title,
            "benchmark": each.benchmark,
            "leaders_judged": one.leaders,
            "leaders_judged_on": one.leaders_on,
            **_from(db, each.metric),
        }
        for one in found
        for each in one.evidence
    )


def _frame(rows: Any) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _from(db: Database, metric: Metric) -> dict[str, str]:
    source = db.sources[metric.source_id]
    return {
        "source": source.title,
        "publisher": source.publisher,
        "release": source.release,
        "released": source.released,
        "page": source.page,
        "licence": source.licence,
        "data_version": db.data_version,
    }
