"""The built database as frames in memory: read once for each data version, then closed.

A page asks for a few hundred rows of some tens of thousands; Polars answers that from memory in under a millisecond
where a query to DuckDB takes five. And because the file is read whole and closed, a publisher may replace it, or damage
it, under a running server: readers keep the last good version.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from dashboard.data.duckdb_connection import open_read_only
from dashboard.data.model import Metric, Period, Source

T = TypeVar("T")
# Some megabytes each: every benchmark of the menu, and some that readers make.
MOST_ANSWERS = 64
# Some ten kilobytes each: what a page shows of a measure, a benchmark or a council.
MOST_SMALL_ANSWERS = 2000
# The comments of the schema on tables (column "") and columns: the data dictionary.
COMMENTS = """
    SELECT table_name, '', comment FROM duckdb_tables() WHERE database_name = 'monitor' AND comment IS NOT NULL
    UNION ALL
    SELECT table_name, column_name, comment FROM duckdb_columns()
    WHERE database_name = 'monitor' AND comment IS NOT NULL
"""
# Without views: the whole database, as the API gives it, has a view of all figures.
TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'monitor' ORDER BY ALL"


class Database:
    """One version of the data.

    `figure` holds every observation with its area, rank and change: metric_id, area_id, period_end, period, value,
    status, symbol, numerator, denominator, unknown, value_low, value_high, return_id, file, line, name, kind,
    region_id, authority_type, very_small, rank, rank_low, rank_high, tied, ranked, quarter, quarter_low, quarter_high,
    sets_cut, not_ranked, previous_period_end, change, series_break (why figures of the period cannot be compared with
    those before it; null where they can); and of its period figures, hidden and enough (table `quarter_cut`).
    `comments` holds those of the schema: (table, column) -> words, and (table, "") for the table itself.
    """

    def __init__(self, path: Path) -> None:
        """Read every table of the file; raises duckdb.Error or OSError when it is missing, cut or damaged."""
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._small_answers: OrderedDict[Hashable, Any] = OrderedDict()
        with open_read_only(path) as connection:
            names = [row[0] for row in connection.execute(TABLES).fetchall()]
            table = {name: _plain(connection.sql(f'FROM "{name}"').pl()) for name in names}
            comments = connection.execute(COMMENTS).fetchall()
        self.table = table
        self.comments: dict[tuple[str, str], str] = {(name, column): words for name, column, words in comments}
        self.data_version: str = table["build"]["data_version"][0]
        self.built_at: datetime = table["build"]["built_at"][0]
        # Measures that are published for England alone have no council to show; they are in `figure` and in exports.
        self.metrics = {
            row["metric_id"]: Metric(**{field: row[field] for field in Metric.__dataclass_fields__})
            for row in table["metric"].filter(~pl.col("england_only")).sort("position").iter_rows(named=True)
        }
        self.sources = {row["source_id"]: Source(**row) for row in table["source"].iter_rows(named=True)}
        self.area = table["area"]
        self.names: dict[str, str] = dict(self.area.select("area_id", "name").iter_rows())
        self.regions: dict[str, str] = dict(self.area.select("area_id", "region_id").iter_rows())
        keys = ["metric_id", "area_id", "period_end"]
        self.figure = (
            table["observation"]
            .join(
                self.area.select("area_id", "name", "kind", "region_id", "authority_type", "very_small"), on="area_id"
            )
            .join(table["standing"], on=keys, how="left")
            .join(table["change"], on=keys, how="left")
            .join(table["series_break"].rename({"reason": "series_break"}), on=["metric_id", "period_end"], how="left")
            .join(
                table["quarter_cut"].select("metric_id", "period_end", "figures", "hidden", "enough"),
                on=["metric_id", "period_end"],
                how="left",
            )
            # Of neutral measures and grades only those that are left out of groups and axes have a standing.
            .with_columns(
                pl.coalesce("sets_cut", ~pl.col("very_small")).alias("sets_cut"), pl.col("enough").fill_null(True)
            )
            .sort("metric_id", "period_end", "area_id")
        )
        self.by_metric: dict[str, pl.DataFrame] = _parts(self.figure, "metric_id")
        self.by_area: dict[str, pl.DataFrame] = _parts(self.figure, "area_id")
        self.periods: dict[str, list[Period]] = {
            metric_id: [
                Period(*row)
                for row in rows.select("period_end", "period").unique().sort("period_end", descending=True).iter_rows()
            ]
            for metric_id, rows in self.by_metric.items()
            if metric_id in self.metrics
        }

    @cached_property
    def authorities(self) -> dict[str, str]:
        """The 153 authorities of today: number -> name, by name."""
        rows = self.area.filter((pl.col("kind") == "local_authority") & pl.col("end_date").is_null())
        return dict(rows.sort("name").select("area_id", "name").iter_rows())

    @cached_property
    def ended(self) -> dict[str, str]:
        """Authorities that ended at a reorganisation: number -> name."""
        rows = self.area.filter((pl.col("kind") == "local_authority") & pl.col("end_date").is_not_null())
        return dict(rows.sort("name").select("area_id", "name").iter_rows())

    @cached_property
    def newest(self) -> pl.DataFrame:
        """The figures of every metric's newest period, all areas (columns of `figure`)."""
        newest = pl.DataFrame(
            {"metric_id": list(self.periods), "period_end": [periods[0].end for periods in self.periods.values()]}
        )
        return self.figure.join(newest, on=["metric_id", "period_end"], maintain_order="left")

    @cached_property
    def measures(self) -> pl.DataFrame:
        """What comparisons need of each metric: metric_id, polarity, unit, has_interval, shortfall_moves."""
        return self.table["metric"].select("metric_id", "polarity", "unit", "has_interval", "shortfall_moves")

    def cached(self, key: Hashable, make: Callable[[], T], *, small: bool = False) -> T:
        """What `make` made when this was last asked for; the MOST_ANSWERS answers asked for last are cached.

        They belong to this version of the data, and go with it. What many readers ask for is calculated once.
        MOST_SMALL_ANSWERS of those that are `small` are cached besides. Nobody may change an answer.
        """
        answers, most = (self._small_answers, MOST_SMALL_ANSWERS) if small else (self._answers, MOST_ANSWERS)
        with self._lock:
            if key in answers:
                answers.move_to_end(key)
                known: T = answers[key]
                return known
        answer = make()
        with self._lock:
            answers[key] = answer
            while len(answers) > most:
                answers.popitem(last=False)
        return answer

    def columns(self) -> set[tuple[str, str]]:
        """Each column of each table: (table, column)."""
        return {(name, column) for name, frame in self.table.items() for column in frame.columns}

    def figures(self, metric_id: str, period_end: date) -> pl.DataFrame:
        """The figures of all areas in one period of one metric (columns of `figure`)."""
        figures = self._of_period.get((metric_id, period_end))
        return self.figure.clear() if figures is None else figures

    @cached_property
    def _of_period(self) -> dict[tuple[str, date], pl.DataFrame]:
        # Slices of `figure`, which is sorted by both: nothing is copied, and a look-up needs no search.
        parts, start = dict[tuple[str, date], pl.DataFrame](), 0
        lengths = self.figure.group_by("metric_id", "period_end", maintain_order=True).len()
        for metric_id, period_end, length in lengths.iter_rows():
            parts[metric_id, period_end] = self.figure.slice(start, length)
            start += length
        return parts

    def councils(self, metric_id: str, period_end: date) -> pl.DataFrame:
        """The figures of all authorities that existed in one period of one metric (columns of `figure`)."""
        return self.figures(metric_id, period_end).filter(pl.col("kind") == "local_authority")

    def councils_ever(self, metric_id: str) -> pl.DataFrame:
        """The figures of all authorities in all periods of one metric (columns of `figure`)."""
        return self.by_metric[metric_id].filter(pl.col("kind") == "local_authority")

    def latest(self, metric_id: str) -> Period:
        """The newest period of a metric."""
        return self.periods[metric_id][0]

    def with_codes(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of areas with la_number and gss_code."""
        return rows.join(self.area.select("area_id", "la_number", "gss_code"), on="area_id", maintain_order="left")


def is_joint(column: str = "return_id") -> pl.Expr:
    """Whether a figure is reported by several councils together."""
    return pl.col(column).str.contains("+", literal=True)


def joint_return(column: str = "return_id") -> pl.Expr:
    """The numbers of councils that report a figure together; null of one that reports alone."""
    return pl.when(is_joint(column)).then(column)


def _parts(frame: pl.DataFrame, by: str) -> dict[str, pl.DataFrame]:
    return {str(key[0]): part for key, part in frame.partition_by(by, as_dict=True, maintain_order=True).items()}


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """ENUM columns arrive as categories; text joins and compares without surprises."""
    return frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
