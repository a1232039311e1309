"""A question to the figures, and its table: long (a row a figure) or wide (a column a measure).

The Data page, the API and the links ask here alone, so that the screen, a download and an address agree row for row.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    "kinds": "Kinds of area",
    "regions": "Councils in",
    "types": "Types of council",
    "neighbours_of": "Statistical neighbours of",
    "leaders": "Leaders judged",
    "statuses": "Figure or reason",
}
# A row of a wide table: two measures may end on one day under other labels ("2018", "2017/18").
CELL = ("area_id", "period_end", "period")
JOINT = pl.col("return_id") != pl.col("area_id")
RANK = pl.col("kind").replace_strict({kind: rank for rank, kind in enumerate(KINDS.values())}, return_dtype=pl.Int8)


@dataclass(frozen=True)
class Question:
    """Which figures are asked for. Each filter narrows; within one any will do, and an empty one means all."""

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
    """By label, as published: measures of one year may end on different days."""
    newest: bool = False
    """Only the newest period of each measure."""
    statuses: tuple[str, ...] = ()
    """observed, or the reasons why there is no value."""
    leaders: tuple[str, ...] = ()
    """Councils whose leaders Ofsted judged so in their latest inspection."""

    def words(self, db: Database) -> tuple[tuple[str, str], ...]:
        """The filters that are set as the reader sees them: ("Measures", "Average caseload; Sickness absence")."""
        known = offered(db)
        said = []
        for field in self.filters():
            chosen: Any = getattr(self, field)
            if field == "newest":
                said.append((LABELS[field], "Yes"))
                continue
            names = {one: name for name, one in known[field].items()}
            ids = (chosen,) if isinstance(chosen, str) else chosen
            said.append((LABELS[field], "; ".join(names.get(one, one) for one in ids)))
        return tuple(said)

    def filters(self) -> list[str]:
        """The filters that are set, by field, in the order of LABELS."""
        return [field for field in LABELS if getattr(self, field)]

    def without(self, field: str) -> Question:
        """The same question with one filter less."""
        return replace(self, **{field: getattr(Question(), field)})


def offered(db: Database) -> Mapping[str, Mapping[str, str]]:
    """What each filter can be set to: its field of Question -> the words a reader sees -> what Question takes.

    Measures and themes in the order of the menu, periods newest first, England before regions before councils.
    """

    def found() -> dict[str, dict[str, str]]:
        metrics = db.table["metric"].sort("position")
        areas = db.area.sort(RANK, "name")
        ends = db.figure.group_by("period").agg(pl.col("period_end").max())
        themes = metrics["theme"].unique(maintain_order=True)
        types = db.area["authority_type"].drop_nulls().unique().sort()
        statuses = db.figure["status"].unique().to_list()
        return {
            "metrics": dict(metrics.select("title", "metric_id").iter_rows()),
            "areas": dict(areas.select("name", "area_id").iter_rows()),
            "periods": _named(ends.sort("period_end", "period", descending=True)["period"]),
            "themes": _named(themes),
            "kinds": KINDS,
            "regions": dict(areas.filter(pl.col("kind") == "region").select("name", "area_id").iter_rows()),
            "types": _named(types),
            "neighbours_of": {name: area_id for area_id, name in db.authorities.items()},
            "leaders": {grade: grade for grade in GRADES},
            "statuses": {words: status for words, status in STATUSES.items() if status in statuses},
        }

    return db.cached("offered", found)


@timing.query
def rows(db: Database, question: Question) -> pl.DataFrame:
    """The figures asked for (columns of Database.figure).

    In the order of the menu, newest first, England, regions, councils, each by name: no two rows share a place, so
    that pages of it never overlap. An id that is none of ours finds nothing.
    """
    chosen = db.figure.lazy().with_columns(_order(db))
    for condition in _conditions(db, question):
        chosen = chosen.filter(condition)
    return chosen.sort("order").drop("order").collect()


def matching(db: Database, question: Question) -> int:
    """How many figures are asked for."""
    return int(db.figure.lazy().filter(*_conditions(db, question)).select(pl.len()).collect().item())


def height(rows: pl.DataFrame, shape: Shape = "long") -> int:
    """How many rows figures come to: one each, or one an area and period."""
    return rows.height if shape == "long" else rows.select(CELL).n_unique()


def loosened(db: Database, question: Question) -> tuple[str, int] | None:
    """Of a question that finds nothing: the filter (its field) without which it finds most, and how many.

    None where no single filter stands in the way.
    """
    found = [(field, matching(db, question.without(field))) for field in question.filters()]
    best = max(found, key=lambda one: one[1], default=("", 0))
    return best if best[1] else None


def spotlight(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> pl.DataFrame:
    """Of figures of one measure those of their newest period, compared as by `queries.compared`; of more measures none.

    They are what can be said of a choice in a sentence.
    """
    metrics = rows["metric_id"].unique()
    if len(metrics) != 1:
        return rows.clear()
    return queries.compared(db, rows.filter(pl.col("period_end") == pl.col("period_end").max()), benchmark)


def _named(words: pl.Series) -> dict[str, str]:
    """What is called by its own name."""
    return dict(zip(words, words, strict=True))


def _order(db: Database) -> pl.Series:
    """The place of each row of Database.figure in the order of `rows`."""

    def found() -> pl.Series:
        ordered = (
            db.figure.select("metric_id", "period_end", "kind", "name")
            .with_row_index("place")
            .join(db.table["metric"].select("metric_id", "position"), on="metric_id")
            .sort("position", "period_end", RANK, "name", descending=[False, True, False, False])
        )
        return ordered.with_row_index("order").sort("place")["order"]

    return db.cached("order", found)


def _conditions(db: Database, question: Question) -> list[pl.Expr]:
    """What a row must be, a condition each filter that is set; the quickest to ask come first."""
    found = []
    metrics = set(question.metrics) if question.metrics else None
    if question.themes:
        of_themes = set(db.table["metric"].filter(pl.col("theme").is_in(question.themes))["metric_id"])
        metrics = of_themes if metrics is None else metrics & of_themes
    if metrics is not None:
        found.append(pl.col("metric_id").is_in(sorted(metrics)))
    if (areas := _areas(db, question)) is not None:
        found.append(pl.col("area_id").is_in(sorted(areas)))
    if question.periods:
        found.append(pl.col("period").is_in(question.periods))
    if question.newest:
        newest = pl.col("metric_id").replace_strict(_newest(db), default=None, return_dtype=pl.Date)
        found.append(pl.col("period_end") == newest)
    if question.statuses:
        found.append(pl.col("status").is_in(question.statuses))
    return found


def _areas(db: Database, question: Question) -> set[str] | None:
    """The areas that the filters by place leave, by area_id; None where there is no such filter."""
    council = pl.col("kind") == "local_authority"
    left = []
    if question.areas:
        left.append(set(question.areas))
    if question.kinds:
        left.append(set(db.area.filter(pl.col("kind").is_in(question.kinds))["area_id"]))
    if question.types:
        left.append(set(db.area.filter(council & pl.col("authority_type").is_in(question.types))["area_id"]))
    if question.regions:
        # The region of London's councils is Inner or Outer London, and that of those two is London.
        parts = db.area.filter((pl.col("kind") == "region") & pl.col("region_id").is_in(question.regions))["area_id"]
        inside = pl.col("region_id").is_in([*question.regions, *parts])
        left.append(set(db.area.filter(council & inside)["area_id"]))
    if question.neighbours_of:
        left.append({question.neighbours_of, *queries.neighbours(db, question.neighbours_of)})
    if question.leaders:
        judged = (pl.col("metric_id") == "judgement_leaders") & pl.col("symbol").is_in(question.leaders)
        left.append(set(db.newest.filter(judged & (pl.col("status") == "observed"))["area_id"]))
    return set.intersection(*left) if left else None


def _newest(db: Database) -> dict[str, Any]:
    """The last day of the newest period of each measure, those of England alone among them."""

    def found() -> dict[str, Any]:
        return dict(db.figure.group_by("metric_id").agg(pl.col("period_end").max()).iter_rows())

    return db.cached("newest ends", found)
