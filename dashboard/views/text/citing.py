"""Whose figures they are: sources in words, as columns of a table, and as a citation."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.data.database import Database
from dashboard.data.model import Metric, Source
from dashboard.data.names import format_date


def cited(sources: Sequence[Source]) -> str:
    """Publisher, title, edition and date of each source, once."""
    return "; ".join(f"{one.publisher}, {one.title}, {one.release}, {one.released}" for one in dict.fromkeys(sources))


def cite(db: Database, sources: Sequence[Source]) -> list[pl.Expr]:
    """Columns source, licence and data_version of a table whose rows share their sources."""
    return [
        pl.lit(cited(sources)).alias("source"),
        pl.lit(licences(sources)).alias("licence"),
        pl.lit(db.data_version).alias("data_version"),
    ]


def columns_of(db: Database, metric: Metric) -> dict[str, str]:
    """The source of a measure in columns: source, publisher, release, released, page, licence, data_version."""
    source = db.sources[metric.source_id]
    return {
        "source": source.title,
        "publisher": source.publisher,
        "release": source.release,
        "released": source.released,
        "page": source.page,
        "licence": source.licence,
        "data_version": db.data_version,
    }


def cite_metric(db: Database, metric: Metric) -> list[pl.Expr]:
    """The same of a table of one measure."""
    return [pl.lit(words).alias(name) for name, words in columns_of(db, metric).items()]


def licences(sources: Sequence[Source]) -> str:
    """The licences of sources, each once."""
    return "; ".join(dict.fromkeys(one.licence for one in sources))


def sources(db: Database, metrics: Sequence[str]) -> list[Source]:
    """The sources that figures of these measures (all, if none is named) were read from, by publisher and title."""
    figures = [db.by_metric[one] for one in metrics if one in db.by_metric] if metrics else [db.whole("source_id")]
    found = {source for rows in figures for source in rows["source_id"].unique()}
    return sorted((db.sources[one] for one in found), key=lambda one: (one.publisher, one.title, one.released))


def citation(db: Database, metrics: Sequence[str], link: str | None = None) -> str:
    """How to cite figures of these measures (all, if none is named): sources, licence, data version and its date.

    `link` is the address where they can be seen again.
    """
    found = sources(db, metrics)
    built = db.table["build"]["built_at"][0]
    where = f" {link}" if link else ""
    return (
        f"Child Protection Monitor, data version {db.data_version}, built {format_date(built)}.{where} "
        f"Figures: {cited(found)}. Licence: {licences(found)}."
    )
