"""Councils side by side: what tests of Compare ask of a small database or the real one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from dashboard.analysis import compare, queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data.database import Database
from dashboard.views.text import compare as sentences
from tests.dashboard import small
from tests.dashboard.small import Figure, metric

BEST = BENCHMARKS[DEFAULT]
LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
LEEDS, KINGSTON, RICHMOND, SCILLY, CITY, CUMBERLAND = "383", "314", "318", "420", "201", "942"


def database_of(folder: Path, values: Sequence[float | str], *others: Figure, **about: Any) -> Database:
    """Councils 101, 102 and so on with these values, and other figures."""
    figures = [Figure("waits", council, value) for council, value in zip(small.COUNCILS, values, strict=False)]
    return small.database(folder, metrics=[metric(**about)], figures=[*figures, *others])


def newest(db: Database, metric_id: str = "waits", benchmark: str = DEFAULT) -> pl.DataFrame:
    """All councils in the newest period of a measure."""
    return queries.councils(db, db.metrics[metric_id], db.latest(metric_id), BENCHMARKS[benchmark])


def beside(db: Database, area_ids: Sequence[str], metric_id: str = "waits", benchmark: str = DEFAULT) -> pl.DataFrame:
    """Some councils in the newest period of a measure."""
    measure = db.metrics[metric_id]
    return compare.side_by_side(db, newest(db, metric_id, benchmark), measure, db.latest(metric_id), area_ids)


def first_sentence(
    db: Database, area_ids: Sequence[str], chosen: str | None, metric_id: str, benchmark: str = DEFAULT
) -> str:
    """The first sentence."""
    rows = beside(db, area_ids, metric_id, benchmark).to_dicts()
    return sentences.opening(rows, db.metrics[metric_id], BENCHMARKS[benchmark], chosen)
