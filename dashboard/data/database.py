"""The built database as frames in memory: read once for each data version, then closed.

A page asks for a few hundred rows of some tens of thousands; Polars answers that from memory in under a millisecond
where a query to DuckDB takes five. And because the file is read whole and closed, a publisher may replace it, or damage
it, under a running server: readers keep the last good version.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from dashboard.data import contents as reading
from dashboard.data.contents import Contents
from dashboard.data.model import Metric, Period, Source
from dashboard.data.weight import weigh

T = TypeVar("T")
KEYS, TREND = ["metric_id", "area_id", "period_end"], ["s", "direction", "no_direction"]
# Some two megabytes each: every benchmark of the menu, and some that readers make.
MOST_ANSWERS = 40
# What a page shows of a measure, a benchmark or a council is some ten kilobytes, at times a hundred: bytes together.
SMALL_ANSWERS = 16_000_000


class Database:
    """One version of the data.

    `figure` holds every observation with its area, rank and change: metric_id, area_id, period_end, period, value,
    status, symbol, numerator, denominator, unknown, value_low, value_high, return_id, file, line, name, kind,
    region_id, authority_type, very_small, rank, rank_low, rank_high, tied, ranked, quarter, quarter_low, quarter_high,
    sets_cut, not_ranked, previous_period_end, change, series_break (why figures of the period cannot be compared with
    those before it; null where they can); and of its period figures, hidden and enough (table `quarter_cut`).
    `comments` holds those of the schema: (table, column) -> words, and (table, "") for the table itself.
    """

    def __init__(self, path: Path, read: Callable[[Path], Contents] = reading.read) -> None:
        """Read every table of the file; raises what `read` does when it is missing, cut or damaged."""
        self._lock = threading.Lock()
        # With what each weighs, and all of them, large and small.
        self._answers: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._small_answers: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._weights = [0, 0]
        contents = read(path)
        self.table: Mapping[str, pl.DataFrame] = contents.table
        table = self.table
        self.comments = contents.comments
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
        self.figure = contents.figure.drop(TREND)
        self._trend = contents.figure.select(*KEYS, *TREND)
        self.by_metric = {metric_id: rows for (metric_id,), rows in _windows(self.figure, "metric_id")}
        self._trend_by_metric = {metric_id: rows for (metric_id,), rows in _windows(self._trend, "metric_id")}
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
    def newest_councils(self) -> pl.DataFrame:
        """The rows of `newest` of councils: what every comparison of all measures begins with."""
        return self.newest.filter(pl.col("kind") == "local_authority")

    @cached_property
    def newest_trends(self) -> pl.DataFrame:
        """s, direction and no_direction of each row of `newest_councils`."""
        rows = self.newest_councils.select(KEYS)
        return rows.join(self._trend, on=KEYS, how="left", maintain_order="left").select(TREND)

    @cached_property
    def measures(self) -> pl.DataFrame:
        """What comparisons need of each metric: metric_id, polarity, unit, has_interval, shortfall_moves."""
        return self.table["metric"].select("metric_id", "polarity", "unit", "has_interval", "shortfall_moves")

    def cached(self, key: Hashable, make: Callable[[], T], *, small: bool = False) -> T:
        """What `make` made when this was last asked for; the MOST_ANSWERS answers asked for last are cached.

        They belong to this version of the data, and go with it. What many readers ask for is calculated once.
        Of those that are `small` so many are cached besides as weigh SMALL_ANSWERS together. Nobody may change an
        answer.
        """
        answers = self._small_answers if small else self._answers
        with self._lock:
            if key in answers:
                answers.move_to_end(key)
                known: T = answers[key][0]
                return known
        answer = make()
        weight = weigh(answer) if small else 1
        with self._lock:
            if key not in answers:
                answers[key] = answer, weight
                self._weights[small] += weight
            while self._weights[small] > (SMALL_ANSWERS if small else MOST_ANSWERS) and len(answers) > 1:
                self._weights[small] -= answers.popitem(last=False)[1][1]
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
        return dict(_windows(self.figure, "metric_id", "period_end"))

    def of_area(self, area_id: str) -> pl.DataFrame:
        """All figures of one area (columns of `figure`), in the order of measure and period; none of an unknown one."""
        places = self._places.get(area_id)
        return self.figure.clear() if places is None else self.figure[places]

    def trends(self, *, metric_id: str | None = None, area_id: str | None = None) -> pl.DataFrame:
        """Which way figures go, of one metric, of one area, or of all: metric_id, area_id, period_end, s, direction and
        no_direction (the reason why there is none); all three null where the database says nothing of it.
        """
        if metric_id is not None:
            return self._trend_by_metric.get(metric_id, self._trend.clear())
        if area_id is not None:
            return self._trend[self._places[area_id]] if area_id in self._places else self._trend.clear()
        return self._trend

    @cached_property
    def _places(self) -> dict[str, pl.Series]:
        """Which rows of `figure` each area has: a copy of them, by area, would be as large as all figures."""
        rows = self.figure.select("area_id").with_row_index().group_by("area_id").agg("index")
        return dict(zip(rows["area_id"], rows["index"], strict=True))

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


def _windows(frame: pl.DataFrame, *by: str) -> Iterator[tuple[tuple[Any, ...], pl.DataFrame]]:
    """The rows of each group of a frame that is sorted by it: nothing is copied, and a look-up needs no search."""
    start = 0
    for *key, length in frame.group_by(by, maintain_order=True).len().iter_rows():
        yield tuple(key), frame.slice(start, length)
        start += length
