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
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from dashboard.data import contents as reading
from dashboard.data.contents import Contents, Spelling
from dashboard.data.model import Metric, Period, Source
from dashboard.data.weight import weigh

T = TypeVar("T")
KEYS, TREND = ["metric_id", "area_id", "period_end"], ["s", "direction", "no_direction"]
# Some half a megabyte each, and a fraction of a millisecond to spell again.
MOST_METRICS = 16
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
        # Both with Enum for text.
        self._figure = contents.figure.drop(TREND)
        self._trend = contents.figure.select(*KEYS, *TREND)
        self._spelt = Spelling(contents.figure.schema)
        self.height = self._figure.height
        """How many figures there are."""
        self.by_metric: Mapping[str, pl.DataFrame] = Parts(self._figure, self._spelt)
        self._trend_by_metric = Parts(self._trend, self._spelt)
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

    @property
    def figure(self) -> pl.DataFrame:
        """All figures, made in some 30 ms when they are asked for: most need `by_metric`, `newest` or `whole` alone."""
        return self._spelt(self._figure)

    def whole(self, *columns: str) -> pl.DataFrame:
        """All figures, in some columns of `figure`."""
        return self._spelt(self._figure.select(columns))

    def rows(self, places: pl.Series) -> pl.DataFrame:
        """The figures at these places of `figure` and `whole`, in this order."""
        return self._spelt(self._figure[places])

    @cached_property
    def newest(self) -> pl.DataFrame:
        """The figures of every metric's newest period, all areas (columns of `figure`)."""
        newest = [self.figures(metric_id, periods[0].end) for metric_id, periods in self.periods.items()]
        # Slices would keep all that they are cut from.
        return pl.concat(newest, rechunk=True)

    @cached_property
    def newest_councils(self) -> pl.DataFrame:
        """The rows of `newest` of councils: what every comparison of all measures begins with."""
        return self.newest.filter(pl.col("kind") == "local_authority")

    @cached_property
    def newest_trends(self) -> pl.DataFrame:
        """s, direction and no_direction of each row of `newest_councils`."""
        rows = self.newest_councils.select(KEYS)
        return rows.join(self.trends(), on=KEYS, how="left", maintain_order="left").select(TREND)

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
        start, length = self._of_period.get((metric_id, period_end), (0, 0))
        return self.by_metric[metric_id].slice(start, length) if length else self._figure_without_rows

    @cached_property
    def _of_period(self) -> dict[tuple[str, date], tuple[int, int]]:
        """Where the figures of a period begin among those of its metric, and how many they are."""
        windows, first = dict[tuple[str, date], tuple[int, int]](), dict[str, int]()
        for (metric_id, period_end), (start, length) in _windows(self._figure.select(KEYS), "metric_id", "period_end"):
            windows[metric_id, period_end] = start - first.setdefault(metric_id, start), length
        return windows

    @cached_property
    def _figure_without_rows(self) -> pl.DataFrame:
        return self._spelt(self._figure.clear())

    def of_area(self, area_id: str, *columns: str) -> pl.DataFrame:
        """All figures of one area, in the order of measure and period; none of an unknown one.

        All columns of `figure`, or some: each costs time.
        """
        places, figure = self._places.get(area_id), self._figure.select(columns) if columns else self._figure
        return self._spelt(figure.clear() if places is None else figure[places])

    def trends(self, *, metric_id: str | None = None, area_id: str | None = None) -> pl.DataFrame:
        """Which way figures go, of one metric, of one area, or of all: metric_id, area_id, period_end, s, direction and
        no_direction (the reason why there is none); all three null where the database says nothing of it.
        """
        if metric_id is not None:
            found = self._trend_by_metric.get(metric_id)
            return self._spelt(self._trend.clear()) if found is None else found
        if area_id is not None:
            places = self._places.get(area_id)
            return self._spelt(self._trend.clear() if places is None else self._trend[places])
        return self._spelt(self._trend)

    @cached_property
    def _places(self) -> dict[str, pl.Series]:
        """Which rows of `figure` each area has: a copy of them, by area, would be as large as all figures."""
        rows = self.whole("area_id").with_row_index().group_by("area_id").agg("index")
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


class Parts(Mapping[str, pl.DataFrame]):
    """The rows of each metric of a frame that is sorted by it; those asked for last are kept spelt."""

    def __init__(self, frame: pl.DataFrame, spelt: Spelling) -> None:
        self._frame, self._spelling = frame, spelt
        self._windows = {metric_id: window for (metric_id,), window in _windows(frame.select("metric_id"), "metric_id")}
        self._spelt = lru_cache(MOST_METRICS)(self._spell)

    def __getitem__(self, metric_id: str) -> pl.DataFrame:
        return self._spelt(metric_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._windows)

    def __len__(self) -> int:
        return len(self._windows)

    def _spell(self, metric_id: str) -> pl.DataFrame:
        start, length = self._windows[metric_id]
        return self._spelling(self._frame.slice(start, length))


def _windows(frame: pl.DataFrame, *by: str) -> Iterator[tuple[tuple[Any, ...], tuple[int, int]]]:
    """Where the rows of each group of a frame that is sorted by it begin, and how many they are."""
    start = 0
    for *key, length in frame.group_by(by, maintain_order=True).len().iter_rows():
        yield tuple(key), (start, length)
        start += length
