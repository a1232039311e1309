"""What Ofsted asked councils to improve: recommendations of inspection reports, searched and counted by theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis import inspections
from dashboard.data.cache import cached
from dashboard.data.database import Database

# Between the themes of one recommendation, and the parts of the national framework that it names.
SEVERAL = "; "
NONE_NAMED = "None named"


@dataclass(frozen=True)
class Filters:
    """Which recommendations are shown; nothing chosen means all."""

    theme: str | None = None
    part: str | None = None
    """Of the national framework, as "Outcome 4"; NONE_NAMED for those that name none."""
    words: str = ""
    """All of these words must stand in it, in any order and case."""

    @property
    def any(self) -> bool:
        return bool(self.theme or self.part or self.words.split())


@dataclass(frozen=True)
class Read:
    """Of which reports the recommendations are known."""

    reports: int
    recommendations: int
    first: date
    last: date
    """When the first and the last of them came out."""


@dataclass(frozen=True)
class Asked:
    """What the newest report that is read asked of a council; without any report, no rows."""

    rows: pl.DataFrame
    """Of `recommendations`."""
    newer: date | None
    """When a newer report came out, whose recommendations are not known."""


@cached
def recommendations(db: Database, region_id: str | None = None) -> pl.DataFrame:
    """Every recommendation, the newest report first; of a region, or of all councils.

    area_id, name, la_number, gss_code, region, inspection_id, published, started, url, position, words, reference,
    national_framework, page_of_report, themes (in their order, with SEVERAL between), source_id.
    """
    themes = (
        db.table["recommendation_theme"]
        .join(db.table["theme"].select("theme", pl.col("position").alias("order")), on="theme")
        .sort("order")
        .group_by("inspection_id", "position", maintain_order=True)
        .agg(pl.col("theme").str.join(SEVERAL).alias("themes"))
    )
    reports = db.table["inspection"].select("inspection_id", "area_id", "published", "started", "url")
    places = db.area.select(
        "area_id", "name", "la_number", "gss_code",
        pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("region"),
    )  # fmt: skip
    return (
        db.table["recommendation"]
        .rename({"page": "page_of_report"})
        .join(reports, on="inspection_id")
        .filter(pl.col("area_id").is_in(inspections.inside(db, region_id)))
        .join(places, on="area_id")
        .join(themes, on=["inspection_id", "position"], how="left")
        .sort("published", "name", "position", descending=[True, False, False])
    )


def matching(rows: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """The rows of `recommendations` that a reader asked for."""
    if filters.theme:
        rows = rows.filter(has_theme(filters.theme))
    if filters.part:
        rows = rows.filter(names_part(filters.part))
    said = _plain(pl.concat_str("words", "name", pl.col("reference").fill_null(""), separator=" "))
    for word in filters.words.split():
        rows = rows.filter(said.str.contains(_plain(pl.lit(word)), literal=True))
    return rows


def by_theme(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """How many of these rows have each theme: theme, recommendations, reports; that of most reports first.

    A recommendation counts in each of its themes; themes that none has are left out.
    """
    counts = [
        (theme, found.height, found["inspection_id"].n_unique())
        for theme in db.table["theme"].sort("position")["theme"]
        if (found := rows.filter(has_theme(theme))).height
    ]
    schema = {"theme": pl.String, "recommendations": pl.Int64, "reports": pl.Int64}
    return pl.DataFrame(counts, schema=schema, orient="row").sort(
        "reports", "recommendations", descending=True, maintain_order=True
    )


def has_theme(theme: str) -> pl.Expr:
    """Whether a row of `recommendations` has a theme."""
    return _holds("themes", theme)


def names_part(part: str) -> pl.Expr:
    """Whether a row of `recommendations` names a part of the national framework; NONE_NAMED, whether it names none."""
    return pl.col("national_framework").is_null() if part == NONE_NAMED else _holds("national_framework", part)


def parts_named(db: Database) -> list[str]:
    """The parts of the national framework that recommendations name, in order, and NONE_NAMED where some name none."""
    named = db.table["recommendation"]["national_framework"]
    kinds = {"Outcome": 0, "Enabler": 1, "Principle": 2}
    parts = {part for several in named.drop_nulls() for part in several.split(SEVERAL)}
    found = sorted(parts, key=lambda part: (kinds.get(part.partition(" ")[0], len(kinds)), part))
    return [*found, NONE_NAMED] if named.null_count() else found


@cached
def read(db: Database) -> Read | None:
    """Of which reports recommendations are known; None where there are none."""
    published = db.table["inspection"].join(db.table["recommendation"], on="inspection_id", how="semi")["published"]
    if published.is_empty():
        return None
    days = published.sort()
    return Read(days.len(), db.table["recommendation"].height, days[0], days[-1])


@cached
def asked(db: Database, area_id: str) -> Asked:
    """What the newest report on a council that is read asked it to improve."""
    own = db.table["inspection"].filter(pl.col("area_id") == area_id).sort("published", descending=True)
    known = own.join(db.table["recommendation"], on="inspection_id", how="semi", maintain_order="left")
    rows = recommendations(db)
    if known.is_empty():
        return Asked(rows.clear(), None)
    newest = own["published"][0]
    found = rows.filter(pl.col("inspection_id") == known["inspection_id"][0])
    return Asked(found, newest if newest > known["published"][0] else None)


def _holds(column: str, value: str) -> pl.Expr:
    return pl.col(column).str.split(SEVERAL).list.contains(value).fill_null(False)


def _plain(words: pl.Expr) -> pl.Expr:
    """In lower case, and with the apostrophe that keyboards have."""
    return words.str.to_lowercase().str.replace_all("’", "'", literal=True)
