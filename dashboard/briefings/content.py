"""The briefing on any area: which areas there are, and what stands in the one asked for."""

from __future__ import annotations

import polars as pl

from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.briefings import council, england, region
from dashboard.briefings.model import Briefing
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.text import formats

HINT = (
    "Briefings are of England (E92000001), of its regions (E12000003, say) and of councils by DfE's three-digit number "
    "(383, say): all are listed under Briefings."
)


class NoBriefingError(Exception):
    """There is no such briefing: said in words, with what there is."""


def areas(db: Database) -> dict[str, str]:
    """All that have a briefing, number or code -> name: England, the regions, then the councils of today by name."""
    regions = db.area.filter(pl.col("kind") == "region").sort("area_id").select("area_id", "name")
    return {ENGLAND: db.names[ENGLAND], **dict(regions.iter_rows()), **db.authorities}


def briefing(db: Database, area_id: str, benchmark: Benchmark | None = None) -> Briefing:
    """The briefing on an area, compared with a benchmark, or what the best quarter of councils in England reach.

    Raises NoBriefingError for an area that has none.
    """
    benchmark = benchmark or BENCHMARKS[DEFAULT]
    if area_id not in areas(db):
        raise NoBriefingError(_why_not(db, area_id))
    if area_id == ENGLAND:
        return england.briefing(db, benchmark)
    if area_id in db.authorities:
        return council.briefing(db, area_id, benchmark)
    return region.briefing(db, area_id, benchmark)


def benchmarks() -> dict[str, Benchmark]:
    """The benchmarks a briefing can use: all that need no details from the reader."""
    return {one.id: one for one in BENCHMARKS.values() if one.asks is None}


def _why_not(db: Database, area_id: str) -> str:
    if area_id in db.ended:
        succession = db.table["succession"].filter(pl.col("predecessor_id") == area_id)
        names = formats.listed([db.names[one] for one in succession["successor_id"]])
        since = f"; after it came {names}" if names else ""
        return f"There is no briefing on {db.names[area_id]}, which is no more{since}. {HINT}"
    return f"There is no briefing of that name. {HINT}"
