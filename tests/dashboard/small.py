"""A small database of made-up figures under the real schema, for cases that the published figures do not hold.

`write(path, metrics=..., figures=...)` makes it; ranks, quartiles, changes and trends come from the rules of the
real build. England, two regions and the councils "101" to "130" (Council 101 ...) are there, the odd ones in the north.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from etl.build import builder, ranks, trends

NORTH, SOUTH = "E12000001", "E12000009"
COUNCILS = tuple(str(number) for number in range(101, 131))
TINY = "130"
STATUSES = {
    "c": "suppressed",
    "z": "not_applicable",
    "x": "not_available",
    "u": "low_reliability",
    "low": "low_nonzero",
    "-": "unspecified",
    "": "no_row",
}
GRADES = {"Outstanding": 1.0, "Good": 2.0, "Requires improvement to be good": 3.0, "Inadequate": 4.0}
OBSERVED = {
    "metric_id": pl.String,
    "area_id": pl.String,
    "period_end": pl.Date,
    "period": pl.String,
    "value": pl.Float64,
    "status": pl.String,
    "symbol": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "unknown": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "return_id": pl.String,
    "source_id": pl.String,
    "file": pl.String,
    "line": pl.Int64,
}


@dataclass(frozen=True)
class Figure:
    """One observation: a number, or the symbol printed instead of one ("" where there is no row)."""

    metric_id: str
    area_id: str
    value: float | str
    numerator: float | None = None
    denominator: float | None = None
    return_id: str | None = None
    year: int = 2025
    status: str | None = None
    range: tuple[float, float] | None = None
    """Between which values it lies, where it is hidden because it is small or some are unknown."""
    unknown: float | None = None

    def row(self, *, graded: bool) -> dict[str, Any]:
        """A row of `observation`."""
        grade = GRADES.get(str(self.value)) if graded else None
        value = grade or (None if isinstance(self.value, str) else float(self.value))
        printed = self.value if isinstance(self.value, str) and self.value else None
        return {
            "metric_id": self.metric_id,
            "area_id": self.area_id,
            "period_end": date(self.year, 9, 30),
            "period": str(self.year),
            "value": value,
            "status": self.status or ("observed" if value is not None else STATUSES[str(self.value)]),
            "symbol": printed,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "unknown": self.unknown,
            "value_low": self.range[0] if self.range else None,
            "value_high": self.range[1] if self.range else None,
            "return_id": self.return_id or self.area_id,
            "source_id": "made_up",
            "file": "made-up.csv",
            "line": 2,
        }


def metric(metric_id: str = "waits", **changes: Any) -> dict[str, Any]:
    """A row of the table `metric`: a percentage of which lower is better, until told otherwise."""
    return {
        "metric_id": metric_id,
        "title": f"Title of {metric_id}",
        "short_title": metric_id.capitalize(),
        "noun": f"rate of {metric_id}",
        "theme": "Made up",
        "unit": "%",
        "decimals": 1,
        "polarity": "lower_is_better",
        "polarity_reason": "Made up.",
        "definition": "Made up.",
        "source_id": "made_up",
        "period_kind": "at 30 September",
        "derived": False,
        "made": None,
        "unknown": None,
        "numerator": None,
        "denominator": None,
        "minimum_denominator": None,
        "has_interval": False,
        "may_exceed_100": False,
        "shortfall": None,
        "shortfall_moves": None,
        "shortfall_holding": None,
        "caveat": None,
        "next_due": None,
        "former_title": None,
        **changes,
    }


def write(
    path: Path,
    *,
    metrics: Sequence[dict[str, Any]],
    figures: Iterable[Figure],
    neighbours: dict[str, Sequence[str]] | None = None,
    names: dict[str, str] | None = None,
    version: str = "made-up",
) -> Path:
    """Write the database; `neighbours` are given nearest first."""
    graded = {row["metric_id"] for row in metrics if row["unit"] == "grade"}
    observation = pl.DataFrame([one.row(graded=one.metric_id in graded) for one in figures], OBSERVED)
    metric_table = pl.DataFrame(
        [{**row, "position": position} for position, row in enumerate(metrics)], infer_schema_length=None
    )
    area = _areas(names or {})
    population = ranks.find_population(observation, metric_table, area)
    cuts = ranks.quarter_cuts(population, observation, area)
    breaks = trends.series_breaks(metric_table)
    tables = {
        "build": pl.DataFrame({"data_version": [version], "built_at": [datetime(2026, 1, 1)]}),
        "source": pl.DataFrame([_source()]),
        "area": area,
        "neighbour": _neighbours(neighbours or {}),
        "metric": metric_table,
        "observation": observation,
        "quarter_cut": cuts,
        "standing": ranks.rank_councils(observation, population, cuts),
        "change": ranks.changes(observation, metric_table, breaks),
        "series_break": breaks,
        "trend": trends.trends(observation, metric_table, area, breaks),
    }
    path.write_bytes(_empty())
    with duckdb.connect(str(path)) as connection:
        connection.execute("BEGIN")
        for name, frame in tables.items():
            connection.register("incoming", frame)
            connection.execute(f'INSERT INTO "{name}" BY NAME FROM incoming')
            connection.unregister("incoming")
        connection.execute("COMMIT")
    return path


@cache
def _empty() -> bytes:
    """A database file with all tables and no rows: its tables take longer to make than all the rest."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"BEGIN; {builder.schema(builder.DATA)}; COMMIT")
        return path.read_bytes()


def database(folder: Path, **contents: Any) -> Database:
    """`write` into a folder, and open."""
    return Database(write(folder / "small.duckdb", **contents))


def put(db: Database, table: str, rows: pl.DataFrame) -> None:
    """Put other rows into a table of a database that was read."""
    db.table = {**db.table, table: rows}


def _areas(names: dict[str, str]) -> pl.DataFrame:
    places: list[dict[str, Any]] = [
        {"area_id": ENGLAND, "name": "England", "kind": "england", "gss_code": ENGLAND},
        {"area_id": NORTH, "name": "The North", "kind": "region", "gss_code": NORTH, "region_id": ENGLAND},
        {"area_id": SOUTH, "name": "The South", "kind": "region", "gss_code": SOUTH, "region_id": ENGLAND},
    ]
    places += [
        {
            "area_id": number,
            "name": names.get(number, f"Council {number}"),
            "kind": "local_authority",
            "la_number": number,
            "gss_code": f"E06000{number}",
            "region_id": NORTH if int(number) % 2 else SOUTH,
            "authority_type": "Unitary authority",
            "very_small": number == TINY,
        }
        for number in COUNCILS
    ]
    return pl.DataFrame(places, infer_schema_length=None).with_columns(pl.col("very_small").fill_null(False))


def _neighbours(neighbours: dict[str, Sequence[str]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"area_id": area_id, "neighbour_id": other, "closeness_rank": position, "closeness": "close"}
            for area_id, others in neighbours.items()
            for position, other in enumerate(others, start=1)
        ],
        {"area_id": pl.String, "neighbour_id": pl.String, "closeness_rank": pl.Int64, "closeness": pl.String},
    )


def _source() -> dict[str, str]:
    return {
        "source_id": "made_up",
        "title": "Made-up figures",
        "publisher": "Nobody",
        "release": "2025",
        "released": "2026-01-31",
        "page": "https://example.org/made-up",
        "licence": "Open Government Licence v3.0",
    }
