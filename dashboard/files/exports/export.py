"""A table to download, with what it needs to be trusted; and the reasons why some formats are not available."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

WHOLE_FILE = "/api/v1/monitor.duckdb"
# In the message of TooLarge; a page puts the names of formats there.
ONE_FILE = "one file"


@dataclass(frozen=True, eq=False)
class Export:
    """A table to download, with what it needs to be trusted."""

    name: str
    """The file's name without suffix: "child-protection-figures"."""
    title: str
    """What it is, in words."""
    table: pl.DataFrame
    """Typed, as shown."""
    data_version: str
    chosen: tuple[tuple[str, str], ...] = ()
    """The filters in words: ("Measures", "Average caseload")."""
    among: int | None = None
    """How many rows there are without the filters."""
    metrics: tuple[str, ...] = ()
    """Whose definitions go with it, by metric_id; of a table that names them itself none need be given."""
    link: str | None = None
    """The address of the view that leads back."""


class CannotBeMadeError(Exception):
    """A table is not available in a format; the message says why and what to do."""


class TooLarge(CannotBeMadeError):  # noqa: N818 - what is wrong, not that something is
    """More rows than a file of this format may have; the message names the file that holds everything."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Too many rows for {ONE_FILE} (limit {most:,}). Filter the data, or download the database: {WHOLE_FILE}."
        )


def metrics_of(export: Export) -> tuple[str, ...]:
    """The measures whose definitions go with it: those it names, or else those of its rows."""
    if export.metrics or "metric_id" not in export.table.columns:
        return export.metrics
    return tuple(export.table["metric_id"].unique(maintain_order=True).drop_nulls())


def rows_of(export: Export) -> str:
    """ "153 of 124,158 rows", or "153 rows"."""
    rows = export.table.height
    if export.among is None:
        return f"{rows:,} row{'' if rows == 1 else 's'}"
    return f"{rows:,} of {export.among:,} rows"


def shown(value: Any) -> str:
    """A value as one line of text: empty where there is none, blanks for line breaks."""
    return "" if value is None else " ".join(str(value).split())
