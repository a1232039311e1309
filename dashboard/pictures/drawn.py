"""One picture with all that goes with it, and the words that every picture ends with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.data.model import Source
from dashboard.data.names import PRODUCT, format_date
from dashboard.files import exports
from dashboard.views.charts.palette import Classification, LegendClass
from dashboard.views.svg.picture import Picture
from dashboard.views.tables import released
from dashboard.views.tables.html import Html
from dashboard.views.text.citing import licences

BOUNDARIES = (
    "Boundaries: Office for National Statistics; contains OS data © Crown copyright and database right 2025.",
    "Tile layout after ODI Leeds (MIT).",
)


@dataclass(frozen=True)
class Drawn:
    """A picture, the rows that are drawn, and their table."""

    picture: Picture
    rows: Callable[[], pl.DataFrame]
    """As a file has them."""
    table: Callable[[], Html]
    """With its caption."""
    metrics: tuple[str, ...] = ()
    """Whose definitions go with the rows."""


def source_line(db: Database, sources: Sequence[Source], *more: str) -> str:
    """Publisher, title, edition and date of each source, the licence, the data version and where it is from."""
    cited = "; ".join(
        f"{one.publisher}, {one.title}, {one.release}, {released(one.released)}" for one in dict.fromkeys(sources)
    )
    version = f"Data version {db.data_version}, {format_date(db.built_at)}. {PRODUCT}."
    return " ".join([f"Source: {cited}. {licences(sources)}.", *more, version])


def sources_of(db: Database, rows: pl.DataFrame) -> list[Source]:
    """The publications that rows of figures are from."""
    return [db.sources[one] for one in rows["source_id"].unique(maintain_order=True).drop_nulls() if one in db.sources]


def shown_classes(classification: Classification) -> tuple[LegendClass, ...]:
    """The classes of what is drawn as dots: those without a figure are not."""
    return tuple(one for one in classification.classes if one.pattern not in ("hatched", "dotted"))


def figures(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> pl.DataFrame:
    """Rows of figures as a file has them, compared with the benchmark."""
    compared = rows if "benchmark" in rows.columns else queries.compared(db, rows, benchmark)
    return exports.table(db, compared, benchmark.title)
