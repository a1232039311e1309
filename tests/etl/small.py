"""Databases that are quick to publish: a tiny one with a schema of its own, and the real one cut to two measures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from etl.locks import Progress, silent
from etl.publish import live_database

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMA = """
CREATE TABLE build (data_version VARCHAR PRIMARY KEY, built_at TIMESTAMP);
CREATE TABLE figure (of_version VARCHAR REFERENCES build (data_version), value DOUBLE);
"""
ROWS = 20_000
MEASURES = ("vacancy_rate", "children")
NEEDED = (
    "build",
    "source",
    "metric",
    "area",
    "observation",
    "standing",
    "change",
    "series_break",
    "quarter_cut",
    "trend",
)
MARKED = 100.0


def tables(version: str) -> dict[str, pl.DataFrame]:
    """The tiny tables: every row says of which version it is."""
    return {
        "build": pl.DataFrame({"data_version": [version], "built_at": [datetime(2026, 8, 20)]}),
        "figure": pl.DataFrame({"of_version": [version] * ROWS, "value": [float(row) for row in range(ROWS)]}),
    }


def accept(_database: duckdb.DuckDBPyConnection) -> None:
    """A check that always holds."""


def put(data: Path, version: str, progress: Progress = silent) -> Path:
    """Publish the tiny database of a version, as a build does."""
    with live_database.alone(data):
        progress("locked")
        return live_database.publish(data, SCHEMA, tables(version), accept, progress)


def version_of(database: Path) -> str:
    """The version of a tiny database, which is whole: every row there is, and all of that version."""
    with duckdb.connect(str(database), read_only=True) as connection:
        version, versions, rows, total = connection.execute(
            "SELECT any_value(data_version), count(DISTINCT of_version), count(*), sum(value) "
            "FROM build JOIN figure ON of_version = data_version"
        ).fetchall()[0]
    assert (versions, rows, total) == (1, ROWS, ROWS * (ROWS - 1) / 2)
    return str(version)


def cut(database: Path) -> dict[str, pl.DataFrame]:
    """What the dashboard cannot be without of the real database, with the newest figures of two measures only."""
    with duckdb.connect(str(database), read_only=True) as connection:
        frames = {name: connection.sql(f'FROM "{name}"').pl() for name in NEEDED}
    newest = (
        frames["observation"]
        .filter(pl.col("metric_id").is_in(MEASURES))
        .select("metric_id", pl.col("period_end").max().over("metric_id"))
        .unique()
    )
    return {
        name: frame.join(newest, on=newest.columns, how="semi") if {*newest.columns} <= {*frame.columns} else frame
        for name, frame in frames.items()
    }


def marked(tables: Mapping[str, pl.DataFrame], number: int) -> dict[str, pl.DataFrame]:
    """These tables as version `number`, which can be told from every observed value and from every metric."""
    return {
        **tables,
        "build": tables["build"].with_columns(pl.lit(f"{number:04}").alias("data_version")),
        "metric": tables["metric"].with_columns(pl.lit(f"{number:04}").alias("caveat")),
        "observation": tables["observation"].with_columns(
            pl.when(pl.col("value").is_not_null()).then(MARKED + number).alias("value")
        ),
    }


def put_marked(data: Path, tables: Mapping[str, pl.DataFrame], number: int) -> Path:
    """Publish version `number` of these tables, in a schema without rules: those of the real one take their time."""
    schema = "".join(f'CREATE TABLE "{name}" ({columns(frame)});' for name, frame in tables.items())
    with live_database.alone(data):
        return live_database.publish(data, schema, marked(tables, number), accept)


def columns(frame: pl.DataFrame) -> str:
    """The columns of a frame, as a table of DuckDB's is declared."""
    rows = duckdb.from_arrow(frame.to_arrow())
    return ", ".join(f'"{name}" {kind}' for name, kind in zip(rows.columns, rows.types, strict=True))
