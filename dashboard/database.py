"""The built database as frames in memory: read once a data version, and never held open.

A page asks a few hundred rows of some tens of thousands; Polars answers that from memory in under a millisecond where
a query to DuckDB takes five. And because the file is read whole and let go, a publisher may replace it, or break it,
under a running server: readers keep the last good version.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import polars as pl

log = logging.getLogger(__name__)

ENGLAND = "E92000001"
DEFAULT_PATH = Path(__file__).resolve().parent.parent / "data" / "monitor.duckdb"
T = TypeVar("T")
# Some megabytes each: every benchmark of the menu, and some that readers make.
REMEMBERED = 16
COUNTS = ("FTE", "children", "cases", "changes", "visits")
READER: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "true",  # ATTACH needs it; nothing but our own SQL below ever runs
    "memory_limit": "512MB",
    "threads": "2",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class DatabaseError(Exception):
    """There is no readable database: said in words, with the remedy."""


@dataclass(frozen=True)
class Metric:
    """One measure, as the table `metric` declares it."""

    metric_id: str
    title: str
    short_title: str
    noun: str
    theme: str
    unit: str
    decimals: int
    polarity: str
    definition: str
    source_id: str
    period_kind: str
    derived: bool
    minimum_denominator: float | None
    has_interval: bool
    shortfall: str | None
    shortfall_moves: str | None
    shortfall_holding: str | None
    caveat: str | None

    @property
    def neutral(self) -> bool:
        return self.polarity == "neutral"

    @property
    def graded(self) -> bool:
        return self.unit == "grade"

    @property
    def dated(self) -> bool:
        """Whether its periods are days: each 31 March, and that of the newest report."""
        return self.graded or self.period_kind == "latest judgement at"

    @property
    def counted(self) -> bool:
        """Whether it is a bare count, which says more of a council's size than of its work: not compared."""
        return self.unit in COUNTS

    @property
    def ranked(self) -> bool:
        """Whether councils have a standing in it: neutral measures and grades are never ranked."""
        return not (self.neutral or self.graded)

    @property
    def lower_is_better(self) -> bool:
        return self.polarity == "lower_is_better"


@dataclass(frozen=True)
class Source:
    """One publication, in the edition that is loaded."""

    source_id: str
    title: str
    publisher: str
    release: str
    released: str
    next_release: str | None
    previous_release: str | None
    page: str
    licence: str


@dataclass(frozen=True)
class Period:
    """One period of one metric."""

    end: date
    label: str


class Database:
    """One version of the data.

    `figure` holds every observation with its area, standing and change: metric_id, area_id, period_end, period, value,
    status, symbol, numerator, denominator, return_id, file, line, name, kind, region_id, authority_type, very_small,
    rank, tied, ranked, quarter, sets_cut, previous_period_end, change.
    """

    def __init__(self, path: Path) -> None:
        """Read every table of the file; raises duckdb.Error or OSError when it is missing, cut or damaged."""
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        path.stat()  # DuckDB would create a database that is not there
        with duckdb.connect(":memory:", config=READER) as connection:
            connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS monitor (READ_ONLY)")
            connection.execute("USE monitor")
            names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
            table = {name: _plain(connection.sql(f'FROM "{name}"').pl()) for name in names}
        self.table = table
        self.data_version: str = table["build"]["data_version"][0]
        # What is published for England alone has nothing to show of councils; it is in `figure` and in exports.
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
            # Neutral measures have no standing; only the very small are left out of their groups and axes.
            .with_columns(pl.coalesce("sets_cut", ~pl.col("very_small")).alias("sets_cut"))
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
        """What comparing needs to know of each metric: metric_id, polarity, unit, has_interval, shortfall_moves."""
        return self.table["metric"].select("metric_id", "polarity", "unit", "has_interval", "shortfall_moves")

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made when this was last asked for; the REMEMBERED answers asked for last are kept.

        They are of this version of the data, and go with it. What is shared by many readers is worked out once.
        """
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                found: T = self._answers[key]
                return found
        answer = make()
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return answer

    def councils(self, metric_id: str, period_end: date) -> pl.DataFrame:
        """The figures of all authorities that existed in one period of one metric (columns of `figure`)."""
        return self.by_metric[metric_id].filter(
            (pl.col("period_end") == period_end) & (pl.col("kind") == "local_authority")
        )

    def latest(self, metric_id: str) -> Period:
        """The newest period of a metric."""
        return self.periods[metric_id][0]


class Store:
    """The newest good version of a database file that may be replaced at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._database: Database | None = None

    def current(self) -> Database:
        """The database as of now; the last good one while the file is missing or damaged.

        Costs one `stat` when nothing changed. Raises DatabaseError when there never was a good one.
        """
        stamp = self._seen()
        if self._database is not None and stamp == self._stamp:
            return self._database
        with self._lock:
            if self._database is None or stamp != self._stamp:
                self._load(stamp)
        return self._database or self._none()

    def _load(self, stamp: tuple[int, int, int] | None) -> None:
        try:
            self._database = Database(self.path)
        # Damage, or a sound file of another schema: whatever it is, readers keep what they have.
        except Exception as error:
            log.error("%s cannot be read (%s); the last good version stays", self.path.name, type(error).__name__)
        # A file that failed is not tried again until it changes.
        self._stamp = stamp

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _none(self) -> Database:
        raise DatabaseError("There is no readable database yet. Run `python -m etl build`.")


@cache
def store() -> Store:
    """The store of the database this server reads: MONITOR_DATABASE, or data/monitor.duckdb."""
    return Store(Path(os.environ.get("MONITOR_DATABASE", DEFAULT_PATH)))


def _parts(frame: pl.DataFrame, by: str) -> dict[str, pl.DataFrame]:
    return {str(key[0]): part for key, part in frame.partition_by(by, as_dict=True, maintain_order=True).items()}


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """ENUM columns arrive as categories; text joins and compares without surprises."""
    return frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
