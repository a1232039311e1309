"""The rules once more in plain Python over rows of text, as a spreadsheet would hold them: one council at a time.

It shares nothing with the dashboard or the build.
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from statistics import fmean, median

import duckdb

ENGLAND = "E92000001"
LOW, NEUTRAL = "lower_is_better", "neutral"
# Leeds, Barnet, Westminster, Kingston upon Thames, North Northamptonshire, City of London.
GROUP = ("383", "302", "213", "314", "940", "201")

Row = dict[str, str]
Found = tuple[float, int | None] | None


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[Row]:
    """A query as a CSV file would hold it: every cell text, missing ones empty."""
    cursor = connection.execute(sql, list(parameters))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column[0] for column in cursor.description or []])
    writer.writerows(cursor.fetchall())
    return list(csv.DictReader(io.StringIO(text.getvalue())))


def type_7(values: list[float], share: float) -> float:
    """The linear quantile that spreadsheets call INC, to nine significant digits."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * share
    under = math.floor(at)
    part = at - under
    found = ordered[under] + (part * (ordered[under + 1] - ordered[under]) if part else 0.0)
    return float(f"{found:.9g}")


class Oracle:
    """One measure in one period."""

    def __init__(self, figures: list[Row], polarity: str, minimum: str, areas: Areas) -> None:
        self.polarity, self.areas = polarity, areas
        self.figures = {one["area_id"]: one for one in figures}
        councils = [one for one in figures if one["kind"] == "local_authority"]
        counted = any(one["denominator"] for one in councils if one["value"])
        self.returns: dict[str, float] = {}
        self.setting: dict[str, float] = {}
        self.members: dict[str, list[str]] = defaultdict(list)
        # What is asked of a council again for every benchmark.
        self.ranks: dict[str, tuple[int, int, int, int] | None] = {}
        self.councils_alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in councils:
            for column in ("region_id", "authority_type"):
                self.councils_alike[column, one[column]].append(one["area_id"])
        for one in councils:
            if one["value"]:
                self.returns[one["return_id"]] = float(one["value"])
                self.members[one["return_id"]].append(one["area_id"])
        for return_id, members in self.members.items():
            rows = [self.figures[area] for area in members]
            enough = (
                polarity == NEUTRAL
                or not minimum
                or not counted
                or (bool(rows[0]["denominator"]) and float(rows[0]["denominator"]) >= float(minimum))
            )
            if enough and not any(row["very_small"] == "True" for row in rows):
                self.setting[return_id] = self.returns[return_id]

    def better(self, one: float, other: float) -> bool:
        return one < other if self.polarity == LOW else one > other

    def at_least(self, one: float, other: float) -> bool:
        return one == other or self.better(one, other)

    def rank(self, area: str) -> tuple[int, int, int, int] | None:
        """Rank, how many share it, of how many, and the quarter; worked out once."""
        if area not in self.ranks:
            self.ranks[area] = self.count_ranks(area)
        return self.ranks[area]

    @cached_property
    def cuts(self) -> list[float]:
        return [self.best(self.setting.values(), share) for share in (0.25, 0.5, 0.75)]

    def count_ranks(self, area: str) -> tuple[int, int, int, int] | None:
        own = self.figures[area]["value"]
        if not own or self.polarity == NEUTRAL:
            return None
        value, values = float(own), list(self.returns.values())
        quarter = next((n for n, cut in enumerate(self.cuts, start=1) if self.at_least(value, cut)), 4)
        return 1 + sum(self.better(other, value) for other in values), values.count(value), len(values), quarter

    def best(self, values: Iterable[float], share: float) -> float:
        return type_7(list(values), share if self.polarity == LOW else 1 - share)

    def of(self, areas: Iterable[str]) -> dict[str, float]:
        """The values of some councils that set benchmarks, each return once."""
        returns = {self.figures[area]["return_id"] for area in areas if area in self.figures}
        return {one: value for one, value in self.setting.items() if one in returns}

    def others(self, area: str, areas: Iterable[str]) -> list[float]:
        own = self.figures[area]["return_id"]
        return sorted(value for one, value in self.of(areas).items() if one != own)

    def best_quarter(self, _area: str) -> Found:
        return (self.cuts[0], len(self.setting)) if self.polarity != NEUTRAL and self.setting else None

    def alike(self, area: str, column: str) -> Found:
        own = self.figures[area][column]
        values = self.of(self.councils_alike[column, own])
        if self.polarity == NEUTRAL or len(values) < 5 or not own:
            return None
        return self.best(values.values(), 0.25), len(values)

    def best_quarter_region(self, area: str) -> Found:
        return self.alike(area, "region_id")

    def best_quarter_type(self, area: str) -> Found:
        return self.alike(area, "authority_type")

    def outstanding_leaders(self, _area: str) -> Found:
        return self.middle_of_outstanding["leaders"]

    def outstanding_protection(self, _area: str) -> Found:
        return self.middle_of_outstanding["protection"]

    @cached_property
    def middle_of_outstanding(self) -> dict[str, Found]:
        return {
            strand: self.middle(list(self.of(self.areas.outstanding(strand)).values()))
            for strand in ("leaders", "protection")
        }

    def middle(self, values: list[float], fewest: int = 1) -> Found:
        return (median(values), len(values)) if len(values) >= fewest else None

    def best_neighbours(self, area: str) -> Found:
        values = self.others(area, self.areas.neighbours[area])
        if self.polarity == NEUTRAL or len(values) < 5:
            return None
        return values[2] if self.polarity == LOW else values[-3], 3

    def neighbours(self, area: str) -> Found:
        return self.middle(self.others(area, self.areas.neighbours[area]), 5)

    def neighbours_mean(self, area: str) -> float | None:
        values = self.others(area, self.areas.neighbours[area])
        return fmean(values) if len(values) >= 5 else None

    def region(self, area: str) -> Found:
        return self.published(self.figures[area]["region_id"])

    def england(self, _area: str) -> Found:
        return self.published(ENGLAND)

    def published(self, area: str) -> Found:
        value = self.figures.get(area, {}).get("value")
        return (float(value), 1) if value else None

    def group(self, area: str) -> Found:
        return self.middle(self.others(area, GROUP))

    def gap(self, area: str, benchmark: float) -> float | None:
        value = self.figures[area]["value"]
        if not value:
            return None
        difference = float(value) - benchmark
        return difference if self.polarity in (LOW, NEUTRAL) else -difference


class Areas:
    """What is known of councils beside their figures."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    @cached_property
    def neighbours(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in rows_of(self.connection, "SELECT area_id, neighbour_id FROM neighbour ORDER BY closeness_rank"):
            found[row["area_id"]].append(row["neighbour_id"])
        return found

    @cached_property
    def latest(self) -> dict[tuple[str, str], Row]:
        """The grade of each strand at the latest inspection that judged it: strand, council -> row."""
        rows = rows_of(
            self.connection,
            "SELECT area_id, published, strand::VARCHAR AS strand, grade::VARCHAR AS grade "
            "FROM inspection JOIN judgement USING (inspection_id)",
        )
        found: dict[tuple[str, str], Row] = {}
        for row in rows:
            key = row["strand"], row["area_id"]
            if key not in found or row["published"] > found[key]["published"]:
                found[key] = row
        return found

    def outstanding(self, strand: str) -> list[str]:
        return [area for (of, area), row in self.latest.items() if of == strand and row["grade"] == "Outstanding"]


def oracles(connection: duckdb.DuckDBPyConnection, metric_id: str, areas: Areas) -> dict[date, Oracle]:
    """One for each period of a measure."""
    (metric,) = rows_of(
        connection,
        "SELECT polarity::VARCHAR AS polarity, minimum_denominator FROM metric WHERE metric_id = ?",
        metric_id,
    )
    rows = rows_of(
        connection,
        "SELECT area_id, period_end, value, denominator, return_id, kind::VARCHAR AS kind, region_id, authority_type, "
        "very_small FROM observation JOIN area USING (area_id) WHERE metric_id = ?",
        metric_id,
    )
    periods: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        periods[row["period_end"]].append(row)
    return {
        date.fromisoformat(end): Oracle(found, metric["polarity"], metric["minimum_denominator"], areas)
        for end, found in periods.items()
    }
