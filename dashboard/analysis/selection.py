"""Queries of the figures: which filters there are, and the rows that match them.

The Data page, the API and the links all ask here, so that the screen, a download and an address agree row for row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.data.model import GRADES, REASONS
from dashboard.ops import timing

Shape = Literal["long", "wide"]

KINDS = {"England": "england", "Regions": "region", "Councils": "local_authority"}
STATUSES = {"Observed": "observed"} | {words[:1].upper() + words[1:]: status for status, words in REASONS.items()}
# What the filters are called, in the order in which they are said.
LABELS = {
    "metrics": "Measures",
    "areas": "Areas",
    "periods": "Periods",
    "newest": "Newest only",
    "themes": "Themes",
    "kinds": "Area type",
    "regions": "Region",
    "types": "Types of council",
    "neighbours_of": "Statistical neighbours of",
    "leaders": "Leadership grade",
    "statuses": "Data status",
}
# A period that moves on with the figures: of each measure those of the five years to its newest.
LAST_FIVE, LAST_FIVE_WORDS = "last_five_years", "Last five years"
# A row of a wide table: two measures may end on one day under other labels ("2018", "2017/18").
CELL = ("area_id", "period_end", "period")
# What filters look at.
ASKED = ("metric_id", "area_id", "period", "period_end", "status")
JOINT = pl.col("return_id") != pl.col("area_id")
RANK = pl.col("kind").replace_strict({kind: rank for rank, kind in enumerate(KINDS.values())}, return_dtype=pl.Int8)


@dataclass(frozen=True)
class FigureQuery:
    """Which figures are asked for. All filters must match, each by any of its values; an empty one matches all."""

    metrics: tuple[str, ...] = ()
    """By metric_id."""
    themes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    """By area_id: councils, regions, England."""
    kinds: tuple[str, ...] = ()
    """local_authority, region, england."""
    regions: tuple[str, ...] = ()
    """The councils in these regions, by region_id; London's are those of Inner and Outer London."""
    types: tuple[str, ...] = ()
    """Of councils: Unitary authority, Metropolitan borough, London borough, County council."""
    neighbours_of: str | None = None
    """A council by area_id: itself and its ten statistical neighbours."""
    periods: tuple[str, ...] = ()
    """By label, as published: measures of one year may end on different days; or LAST_FIVE."""
    newest: bool = False
    """Only the newest period of each measure."""
    statuses: tuple[str, ...] = ()
    """observed, or the reasons why there is no value."""
    leaders: tuple[str, ...] = ()
    """Councils whose leaders Ofsted judged so in their latest inspection."""

    def words(self, db: Database) -> tuple[tuple[str, str], ...]:
        """The filters that are set as the reader sees them: ("Measures", "Average caseload; Sickness absence")."""
        known = filter_options(db)
        filters = []
        for field in self.filters():
            chosen: Any = getattr(self, field)
            if field == "newest":
                filters.append((LABELS[field], "Yes"))
                continue
            names = {value: name for name, value in known[field].items()}
            ids = (chosen,) if isinstance(chosen, str) else chosen
            filters.append((LABELS[field], "; ".join(names.get(value, value) for value in ids)))
        return tuple(filters)

    def filters(self) -> list[str]:
        """The filters that are set, by field, in the order of LABELS."""
        return [field for field in LABELS if getattr(self, field)]

    def without(self, field: str) -> FigureQuery:
        """The same query without one filter."""
        return replace(self, **{field: getattr(FigureQuery(), field)})


def filter_options(db: Database) -> Mapping[str, Mapping[str, str]]:
    """What each filter can be set to: field of FigureQuery -> the words a reader sees -> the value FigureQuery takes.

    Measures and themes in the order of the menu, periods newest first, England before regions before councils.
    """

    def find() -> dict[str, dict[str, str]]:
        metrics = db.table["metric"].sort("position")
        areas = db.area.sort(RANK, "name")
        ends = db.whole("period", "period_end").group_by("period").agg(pl.col("period_end").max())
        themes = metrics["theme"].unique(maintain_order=True)
        types = db.area["authority_type"].drop_nulls().unique().sort()
        statuses = db.whole("status")["status"].unique().to_list()
        return {
            "metrics": dict(metrics.select("title", "metric_id").iter_rows()),
            "areas": dict(areas.select("name", "area_id").iter_rows()),
            "periods": {LAST_FIVE_WORDS: LAST_FIVE}
            | _by_own_name(ends.sort("period_end", "period", descending=True)["period"]),
            "themes": _by_own_name(themes),
            "kinds": KINDS,
            "regions": dict(areas.filter(pl.col("kind") == "region").select("name", "area_id").iter_rows()),
            "types": _by_own_name(types),
            "neighbours_of": {name: area_id for area_id, name in db.authorities.items()},
            "leaders": {grade: grade for grade in GRADES},
            "statuses": {words: status for words, status in STATUSES.items() if status in statuses},
        }

    return db.cached("filter options", find)


@timing.query
def rows(db: Database, query: FigureQuery) -> pl.DataFrame:
    """The figures asked for (columns of Database.figure).

    In the order of the menu, newest first, England, regions, councils, each by name: the order is total, so that
    pages of it never overlap. An unknown id matches nothing.
    """
    chosen = db.whole(*ASKED).lazy().with_columns(_order(db)).with_row_index()
    for condition in _conditions(db, query):
        chosen = chosen.filter(condition)
    return db.rows(chosen.sort("order").select("index").collect()["index"])


def matching(db: Database, query: FigureQuery) -> int:
    """How many figures are asked for."""
    return int(db.whole(*ASKED).lazy().filter(*_conditions(db, query)).select(pl.len()).collect().item())


def height(rows: pl.DataFrame, shape: Shape = "long") -> int:
    """How many rows figures come to: one each, or one an area and period."""
    return rows.height if shape == "long" else rows.select(CELL).n_unique()


def suggest_dropped_filter(db: Database, query: FigureQuery) -> tuple[str, int] | None:
    """Of a query that finds nothing: the filter (its field) without which most figures match, and how many.

    None where nothing matches without any single filter.
    """
    counts = [(field, matching(db, query.without(field))) for field in query.filters()]
    best = max(counts, key=lambda field_and_count: field_and_count[1], default=("", 0))
    return best if best[1] else None


def spotlight(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> pl.DataFrame:
    """Of figures of one measure those of their newest period, compared as by `queries.compared`; of more measures none.

    A sentence tells what stands out among them.
    """
    metrics = rows["metric_id"].unique()
    if len(metrics) != 1:
        return rows.clear()
    return queries.compared(db, rows.filter(pl.col("period_end") == pl.col("period_end").max()), benchmark)


def _by_own_name(words: pl.Series) -> dict[str, str]:
    """Options whose value is the word a reader sees."""
    return dict(zip(words, words, strict=True))


def _order(db: Database) -> pl.Series:
    """The position of each row of Database.figure in the order of `rows`."""

    def find() -> pl.Series:
        ordered = (
            db.whole("metric_id", "period_end", "kind", "name")
            .with_row_index("place")
            .join(db.table["metric"].select("metric_id", "position"), on="metric_id")
            .sort("position", "period_end", RANK, "name", descending=[False, True, False, False])
        )
        return ordered.with_row_index("order").sort("place")["order"]

    return db.cached("order", find)


def _conditions(db: Database, query: FigureQuery) -> list[pl.Expr]:
    """A condition for each filter that is set; the quickest come first."""
    conditions = []
    metrics = set(query.metrics) if query.metrics else None
    if query.themes:
        of_themes = set(db.table["metric"].filter(pl.col("theme").is_in(query.themes))["metric_id"])
        metrics = of_themes if metrics is None else metrics & of_themes
    if metrics is not None:
        conditions.append(pl.col("metric_id").is_in(sorted(metrics)))
    if (areas := _areas(db, query)) is not None:
        conditions.append(pl.col("area_id").is_in(sorted(areas)))
    if query.periods:
        conditions.append(_in_periods(db, query.periods))
    if query.newest:
        newest = pl.col("metric_id").replace_strict(_newest(db), default=None, return_dtype=pl.Date)
        conditions.append(pl.col("period_end") == newest)
    if query.statuses:
        conditions.append(pl.col("status").is_in(query.statuses))
    return conditions


def _in_periods(db: Database, periods: Sequence[str]) -> pl.Expr:
    """Whether a figure is of one of these periods, LAST_FIVE among them."""
    named = pl.col("period").is_in([period for period in periods if period != LAST_FIVE])
    if LAST_FIVE not in periods:
        return named
    newest = pl.col("metric_id").replace_strict(_newest(db), default=None, return_dtype=pl.Date)
    return named | (pl.col("period_end") > newest.dt.offset_by("-5y"))


def _areas(db: Database, query: FigureQuery) -> set[str] | None:
    """The areas that the filters by place leave, by area_id; None where there is no such filter."""
    council = pl.col("kind") == "local_authority"
    left = []
    if query.areas:
        left.append(set(query.areas))
    if query.kinds:
        left.append(set(db.area.filter(pl.col("kind").is_in(query.kinds))["area_id"]))
    if query.types:
        left.append(set(db.area.filter(council & pl.col("authority_type").is_in(query.types))["area_id"]))
    if query.regions:
        # The region of London's councils is Inner or Outer London, and that of those two is London.
        parts = db.area.filter((pl.col("kind") == "region") & pl.col("region_id").is_in(query.regions))["area_id"]
        inside = pl.col("region_id").is_in([*query.regions, *parts])
        left.append(set(db.area.filter(council & inside)["area_id"]))
    if query.neighbours_of:
        left.append({query.neighbours_of, *queries.neighbours(db, query.neighbours_of)})
    if query.leaders:
        judged = (pl.col("metric_id") == "judgement_leaders") & pl.col("symbol").is_in(query.leaders)
        left.append(set(db.newest.filter(judged & (pl.col("status") == "observed"))["area_id"]))
    return set.intersection(*left) if left else None


def _newest(db: Database) -> dict[str, Any]:
    """The last day of the newest period of each measure, those of England alone among them."""

    def find() -> dict[str, Any]:
        return dict(
            db.whole("metric_id", "period_end").group_by("metric_id").agg(pl.col("period_end").max()).iter_rows()
        )

    return db.cached("newest ends", find)
