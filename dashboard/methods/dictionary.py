"""The data dictionary: every table and column of the database, and every column of a file that is taken away."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboard.data.database import Database
from dashboard.files import exports

# Where a column is at home that other tables refer to it by: what is said of it there holds for all.
HOMES = ("metric", "area", "source", "inspection", "observation", "change")
TYPES = {pl.Date: "date", pl.Datetime: "date and time", pl.Boolean: "true or false", pl.String: "text"}


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    type: str
    meaning: str
    empty: int
    """In how many rows it holds nothing."""


@dataclass(frozen=True)
class Table:
    """One table of the database."""

    name: str
    meaning: str
    rows: int
    columns: tuple[Column, ...]


def tables(db: Database) -> list[Table]:
    """Every table of the database, what it holds and what is said of it in the schema; by name."""

    return [
        Table(
            name,
            db.comments.get((name, ""), ""),
            frame.height,
            tuple(
                Column(column, _type(frame.schema[column]), meaning(db, name, column), frame[column].null_count())
                for column in frame.columns
            ),
        )
        for name, frame in sorted(db.table.items())
    ]


def meaning(db: Database, table: str, column: str) -> str:
    """What the schema says of a column: in its own table, or in the one where it is at home."""
    homes = (table, *HOMES)
    return next((said for home in homes if (said := db.comments.get((home, column)))), "")


def files(db: Database) -> list[Column]:
    """Every column of a file of figures."""
    empty = exports.table(db, _no_rows(db), "").clear()
    of = exports.dictionary(db, empty)
    return [Column(name, kind, said, 0) for name, kind, said in of.iter_rows()]


def frame(db: Database) -> pl.DataFrame:
    """The dictionary as a table to take away: table, column, type, meaning, rows, empty."""
    rows = [
        (table.name, column.name, column.type, column.meaning, table.rows, column.empty)
        for table in tables(db)
        for column in table.columns
    ]
    return pl.DataFrame(rows, ["table", "column", "type", "meaning", "rows", "empty"], orient="row")


def _no_rows(db: Database) -> pl.DataFrame:
    """Rows of `comparison.compare` and `direction.with_direction`, none of them: an export has a column for each."""
    compared = {
        "benchmark": pl.Float64, "council_count": pl.Int64, "gap": pl.Float64, "shortfall": pl.Float64,
        "low": pl.Float64, "high": pl.Float64, "interval_allows_for": pl.String, "verdict": pl.String, "s": pl.Int64,
        "direction": pl.String, "no_direction": pl.String,
    }  # fmt: skip
    return db.figure.clear().with_columns(pl.lit(None, kind).alias(name) for name, kind in compared.items())


def _type(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "whole number"
    if kind.is_numeric():
        return "number"
    return TYPES.get(type(kind), "text")
