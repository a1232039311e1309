"""The notes of a table: what it is, its measures, why figures are missing, its sources and its columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from dashboard.data.database import Database
from dashboard.data.model import REASONS
from dashboard.data.names import format_date
from dashboard.files.exports.dictionary import dictionary
from dashboard.files.exports.export import Export, metrics_of, rows_of, shown
from dashboard.views.text.citing import citation, licences, sources

POLARITY = {
    "lower_is_better": "Lower is better",
    "higher_is_better": "Higher is better",
    "neutral": "Neither way is better: it is never ranked",
}
# What is printed instead of a number, where the publishers agree on it.
SYMBOLS = {
    "suppressed": "c", "not_applicable": "z", "not_available": "x", "low_reliability": "u", "low_nonzero": "low, k",
    "unspecified": "-",
}  # fmt: skip
MISSING = "A value exists exactly when its status is observed. What is missing is empty, never zero, and has a reason."


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the notes: a heading, and a table under it."""

    heading: str
    table: pl.DataFrame
    named: bool = True
    """Whether the names of its columns are shown."""


def notes(db: Database, export: Export) -> list[Part]:
    """All notes of a table, in reading order."""
    metrics = metrics_of(export)
    return [
        Part(export.title, _pairs(about(db, export)), named=False),
        Part("Measures", measures(db, metrics)),
        Part("Why a figure is missing", statuses()),
        Part("Sources", published(db, metrics)),
        Part("Columns", dictionary(db, export.table)),
    ]


def about(db: Database, export: Export) -> list[tuple[str, str]]:
    """What an export is, as pairs of a name and words: rows, filters, version, licence, citation, the way back."""
    metrics = metrics_of(export)
    pairs = [
        ("Holds", rows_of(export)),
        *((shown(name), shown(words)) for name, words in export.chosen),
        ("Data version", export.data_version),
        ("Built", format_date(db.table["build"]["built_at"][0])),
        ("Licence", licences(sources(db, metrics))),
        ("Cite as", citation(db, metrics, export.link)),
        ("Missing figures", MISSING),
    ]
    return [*pairs, ("To see it again", export.link)] if export.link else pairs


def measures(db: Database, metrics: Iterable[str]) -> pl.DataFrame:
    """What measures (all, if none is named) are, in the order of the menu: a row each.

    metric_id, measure, definition, polarity, unit, caveat, why (that way is better), theme, periods, made (published,
    or calculated here).
    """
    named = list(metrics)
    rows = db.table["metric"].sort("position")
    if named:
        rows = rows.filter(pl.col("metric_id").is_in(named))
    return rows.select(
        "metric_id",
        pl.col("title").alias("measure"),
        "definition",
        pl.col("polarity").replace_strict(POLARITY, return_dtype=pl.String),
        "unit",
        "caveat",
        # Versions archived before the column was added lack it.
        *([pl.col("polarity_reason").alias("why")] if "polarity_reason" in rows.columns else []),
        "theme",
        pl.col("period_kind").alias("periods"),
        pl.when("derived").then(pl.lit("Worked out here")).otherwise(pl.lit("As published")).alias("made"),
    )


def statuses() -> pl.DataFrame:
    """Every status with the symbol printed for it and what it means: status, symbol, meaning."""
    return pl.DataFrame(
        [("observed", None, "There is a value"), *((one, SYMBOLS.get(one), words) for one, words in _reasons())],
        {"status": pl.String, "symbol": pl.String, "meaning": pl.String},
        orient="row",
    )


def _reasons() -> Iterable[tuple[str, str]]:
    return ((status, words[:1].upper() + words[1:]) for status, words in REASONS.items())


def published(db: Database, metrics: Iterable[str]) -> pl.DataFrame:
    """The publications that figures of these measures are from: title, publisher, release, released, page, licence."""
    return pl.DataFrame(
        [
            (one.title, one.publisher, one.release, one.released, one.next_release, one.page, one.licence)
            for one in sources(db, tuple(metrics))
        ],
        dict.fromkeys(("source", "publisher", "release", "released", "next_release", "page", "licence"), pl.String),
        orient="row",
    )


def _pairs(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, {"what": pl.String, "words": pl.String}, orient="row")
