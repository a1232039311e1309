"""The rules once more in plain Python over rows of text, as a spreadsheet would hold them: one council at a time.

It shares nothing with the dashboard or the build.
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from statistics import fmean, median

import duckdb

ENGLAND = "E92000001"
HIGH, NEUTRAL = "higher_is_better", "neutral"
# Leeds, Barnet, Westminster, Kingston upon Thames, North Northamptonshire, City of London.
GROUP = ("383", "302", "213", "314", "940", "201")

Row = dict[str, str]
# What is known of a figure: its lowest and its highest, alike where it is exact.
Ends = tuple[float, float]
Make = Callable[[list[float]], float]
# A benchmark at its lowest and highest, of how many returns, and the least and most that the gap can be.
Found = tuple[float, float, int | None, Ends | None] | None


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
        known = [one for one in councils if one["value"] or one["value_low"]]
        counted = any(one["denominator"] for one in known)
        self.setting: dict[str, Ends] = {}
        # As printed where it is exact: a council's own figure in its gap.
        self.own: dict[str, Ends] = {}
        # What is asked of a council again for every benchmark.
        self.ranks: dict[str, tuple[int | None, ...]] = {}
        self.councils_alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in councils:
            for column in ("region_id", "authority_type"):
                self.councils_alike[column, one[column]].append(one["area_id"])
        large = {one["return_id"] for one in known} - {one["return_id"] for one in known if one["very_small"] == "True"}
        for one in known:
            few = bool(minimum) and counted
            few = few and not (one["denominator"] and float(one["denominator"]) >= float(minimum))
            if one["return_id"] in large and not few:
                self.own[one["return_id"]] = self.ends(one)
                self.setting[one["return_id"]] = self.ends(one)
        hidden = {
            one["return_id"]
            for one in councils
            if one["status"] in ("suppressed", "unspecified") and not one["value_low"] and one["very_small"] != "True"
        }
        self.enough = len(hidden) <= (len(hidden) + len(large)) / 4

    def ends(self, one: Row) -> Ends:
        return float(one["value_low"] or one["value"]), float(one["value_high"] or one["value"])

    def badness(self, ends: Ends) -> Ends:
        """From its best to its worst, so that lower is better."""
        return ends if self.polarity != HIGH else (-ends[1], -ends[0])

    def rank(self, area: str) -> tuple[int | None, ...]:
        """The best and the worst rank, of how many, the best and the worst quarter; worked out once."""
        if area not in self.ranks:
            self.ranks[area] = self.count_ranks(self.figures[area]["return_id"])
        return self.ranks[area]

    def count_ranks(self, own: str) -> tuple[int | None, ...]:
        if own not in self.setting or self.polarity == NEUTRAL:
            return (None,) * 5
        best, worst = self.badness(self.setting[own])
        others = [self.badness(ends) for one, ends in self.setting.items() if one != own]
        first = 1 + sum(other[1] < best for other in others)
        last = 1 + sum(other[0] < worst for other in others)
        if not self.enough:
            return first, last, len(self.setting), None, None
        lax, strict = [best, *(other[1] for other in others)], [worst, *(other[0] for other in others)]
        quarters = [
            1 + sum(value > type_7(values, share) for share in (0.25, 0.5, 0.75))
            for value, values in ((best, lax), (worst, strict))
        ]
        return first, last, len(self.setting), *quarters

    def of(self, areas: Iterable[str]) -> dict[str, Ends]:
        """The figures of some councils that set benchmarks, each return once."""
        returns = {self.figures[area]["return_id"] for area in areas if area in self.figures}
        return {one: ends for one, ends in self.setting.items() if one in returns and self.enough}

    def others(self, area: str, areas: Iterable[str]) -> dict[str, Ends]:
        own = self.figures[area]["return_id"]
        return {one: ends for one, ends in self.of(areas).items() if one != own}

    def made(self, area: str, values: dict[str, Ends], make: Make, count: int | None = None) -> Found:
        """A benchmark that some figures make, and the gap of a council whose own may be one of them."""
        low, high = (make([ends[end] for ends in values.values()]) for end in (0, 1))
        own = self.figures[area]["return_id"]
        gap = None
        if own in self.setting:
            lowest, highest = self.own[own]
            held = self.setting[own]
            rest = [ends for one, ends in values.items() if one != own]
            mine = own in values
            # Its own figure goes into the benchmark as it is held; all others at the other end.
            lax = make([*([held[0]] if mine else []), *(ends[1] for ends in rest)])
            strict = make([*([held[1]] if mine else []), *(ends[0] for ends in rest)])
            gap = (lowest - lax, highest - strict) if self.polarity != HIGH else (strict - highest, lax - lowest)
        return low, high, len(values) if count is None else count, gap

    def fixed(self, area: str, low: float, high: float) -> Found:
        """A benchmark that no council's figure goes into."""
        own = self.figures[area]["return_id"]
        ends = self.own.get(own)
        gap = ends and ((ends[0] - high, ends[1] - low) if self.polarity != HIGH else (low - ends[1], high - ends[0]))
        return low, high, None, gap or None

    def best_of(self, area: str, values: dict[str, Ends], fewest: int) -> Found:
        if self.polarity == NEUTRAL or len(values) < fewest:
            return None
        share = 0.75 if self.polarity == HIGH else 0.25
        return self.made(area, values, lambda figures: type_7(figures, share))

    def middle(self, area: str, values: dict[str, Ends], fewest: int = 1) -> Found:
        return self.made(area, values, median) if len(values) >= fewest else None

    def best_quarter(self, area: str) -> Found:
        return self.best_of(area, self.setting if self.enough else {}, 1)

    def alike(self, area: str, column: str) -> Found:
        own = self.figures[area][column]
        return self.best_of(area, self.of(self.councils_alike[column, own]), 5) if own else None

    def best_quarter_region(self, area: str) -> Found:
        return self.alike(area, "region_id")

    def best_quarter_type(self, area: str) -> Found:
        return self.alike(area, "authority_type")

    def outstanding_leaders(self, area: str) -> Found:
        return self.middle(area, self.outstanding["leaders"], 5)

    def outstanding_protection(self, area: str) -> Found:
        return self.middle(area, self.outstanding["protection"], 5)

    @cached_property
    def outstanding(self) -> dict[str, dict[str, Ends]]:
        return {strand: self.of(self.areas.outstanding(strand)) for strand in ("leaders", "protection")}

    def best_neighbours(self, area: str) -> Found:
        values = self.others(area, self.areas.neighbours[area])
        if self.polarity == NEUTRAL or len(values) < 5:
            return None
        third = -3 if self.polarity == HIGH else 2
        return self.made(area, values, lambda figures: sorted(figures)[third], 3)

    def neighbours(self, area: str) -> Found:
        return self.middle(area, self.others(area, self.areas.neighbours[area]), 5)

    def neighbours_mean(self, area: str) -> float | None:
        values = [low for low, high in self.others(area, self.areas.neighbours[area]).values() if low == high]
        return fmean(values) if len(values) >= 5 else None

    def region(self, area: str) -> Found:
        return self.published(area, self.figures[area]["region_id"])

    def england(self, area: str) -> Found:
        return self.published(area, ENGLAND)

    def published(self, area: str, place: str) -> Found:
        found = self.figures.get(place)
        return self.fixed(area, *self.ends(found)) if found and found["value"] else None

    def group(self, area: str) -> Found:
        return self.middle(area, self.others(area, GROUP))


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
        "SELECT area_id, period_end, value, value_low, value_high, status::VARCHAR AS status, numerator, denominator, "
        'return_id, "unknown", '
        "kind::VARCHAR AS kind, region_id, authority_type, very_small "
        "FROM observation JOIN area USING (area_id) WHERE metric_id = ?",
        metric_id,
    )
    periods: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        periods[row["period_end"]].append(row)
    return {
        date.fromisoformat(end): Oracle(found, metric["polarity"], metric["minimum_denominator"], areas)
        for end, found in periods.items()
    }
