"""The tables of the Inspections page as files: what is shown, by what it was chosen, and where it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from dashboard.analysis.inspections import NONE
from dashboard.data.database import Database
from dashboard.data.model import GRADES, STRANDS, Metric, Period, Source
from dashboard.files.exports import cite, cited
from dashboard.views.text import formats
from dashboard.views.text.inspections import FEWEST

# The source of a file whose rows have one each.
ITS_OWN = ("title", "publisher", "release", "released", "page", "licence")


def latest(
    db: Database,
    rows: pl.DataFrame,
    measure: tuple[Metric, Period] | None,
    *,
    by: str,
    today: date,
) -> pl.DataFrame:
    """`inspections.latest` as shown: each judgement or why there is none, dates, report; the chosen measure beside."""
    found = _codes(db, rows).select(
        pl.col("name").alias("council"),
        "la_number",
        "gss_code",
        "region",
        *(_judged(strand, db.metrics[f"judgement_{strand}"], rows) for strand in STRANDS),
        pl.col("started").alias("inspected_from"),
        pl.col("published").alias("report_published"),
        "framework",
        "type",
        pl.col("months").alias("months_since"),
        pl.lit(today).alias("months_counted_to"),
        pl.col("url").alias("report"),
        "area_id",
        "source_id",
    )
    if measure is not None:
        metric, period = measure
        figures = db.councils(metric.metric_id, period.end).select(
            "area_id",
            pl.lit(metric.title).alias("measure"),
            pl.lit(formats.period_label(metric, period.end)).alias("measure_period"),
            "value",
            pl.lit(metric.unit).alias("unit"),
            "status",
            "symbol",
            pl.when(pl.col("return_id").str.contains("+", literal=True)).then("return_id").alias("joint_return"),
            pl.lit(cited([db.sources[metric.source_id]])).alias("measure_source"),
        )
        found = found.join(figures, on="area_id", how="left", maintain_order="left")
    return _from(db, found.drop("area_id"), by, len(db.authorities))


def reports(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """`inspections.reports` of one council: every inspection with its judgements."""
    found = rows.select(
        pl.col("name").alias("council"),
        pl.col("published").alias("report_published"),
        pl.col("started").alias("inspected_from"),
        "framework",
        "type",
        *STRANDS,
        pl.col("url").alias("report"),
        "source_id",
    )
    return _from(db, found, "", found.height)


def counts(
    db: Database, rows: pl.DataFrame, strand: Metric, sources: Sequence[Source], *, by: str = ""
) -> pl.DataFrame:
    """`inspections.by_quarter` or `inspections.distribution`: how many have each grade of a strand."""
    first = (
        [pl.col("quarter").alias("quarter_from"), pl.col("quarter").dt.offset_by("1q").dt.offset_by("-1d").alias("to")]
        if "quarter" in rows.columns
        else [pl.col("name").alias("area"), pl.col("period_end").alias("at")]
    )
    columns = [one for one in ("reports", "councils", *GRADES, "none", *NONE) if one in rows.columns]
    return rows.select(
        *first, pl.lit(strand.title).alias("judgement"), *columns, pl.lit(by or None, pl.String).alias("chosen_by")
    ).with_columns(*cite(db, sources))


def ratings(
    db: Database, rows: pl.DataFrame, strand: Metric, metric: Metric, period: Period, sources: Sequence[Source]
) -> pl.DataFrame:
    """`inspections.by_grade`: each council's figure beside its grade, best grade first."""
    at = {grade: position for position, grade in enumerate(GRADES)}
    found = _codes(db, rows).sort(
        pl.col("grade").replace_strict(at, default=None, return_dtype=pl.Int8), "value", "name", nulls_last=True
    )
    return found.select(
        pl.col("name").alias("council"),
        "la_number",
        "gss_code",
        pl.lit(strand.title).alias("judgement"),
        "grade",
        pl.lit(metric.title).alias("measure"),
        pl.lit(formats.period_label(metric, period.end)).alias("measure_period"),
        "value",
        pl.lit(metric.unit).alias("unit"),
        "status",
        "symbol",
        "quarter",
        pl.when(pl.col("return_id").str.contains("+", literal=True)).then("return_id").alias("joint_return"),
        pl.col("sets_cut").alias("counts_in_median"),
    ).with_columns(*cite(db, [*sources, db.sources[metric.source_id]]))


def medians(
    db: Database, rows: pl.DataFrame, strand: Metric, metric: Metric, period: Period, sources: Sequence[Source]
) -> pl.DataFrame:
    """`inspections.medians` as shown: none of fewer than five returns."""
    return rows.select(
        pl.lit(strand.title).alias("judgement"),
        "grade",
        pl.lit(metric.title).alias("measure"),
        pl.lit(formats.period_label(metric, period.end)).alias("measure_period"),
        "returns",
        pl.when(pl.col("returns") >= FEWEST).then("median").alias("median"),
        pl.lit(metric.unit).alias("unit"),
    ).with_columns(*cite(db, [*sources, db.sources[metric.source_id]]))


def matrix(db: Database, rows: pl.DataFrame, strand: Metric, sources: Sequence[Source], *, by: str) -> pl.DataFrame:
    """`transitions.matrix`."""
    return rows.select(
        pl.lit(strand.title).alias("judgement"),
        pl.all().name.map(lambda name: f"then {name}" if name in GRADES else name),
        pl.lit(by or None, pl.String).alias("chosen_by"),
    ).with_columns(*cite(db, sources))


def followed(db: Database, rows: pl.DataFrame, strand: Metric, sources: Sequence[Source], *, by: str) -> pl.DataFrame:
    """`transitions.after`: each judgement of a grade and the one that followed."""
    return rows.select(
        pl.col("name").alias("council"),
        pl.lit(strand.title).alias("judgement"),
        "grade",
        pl.col("published").alias("report_published"),
        "framework",
        "next_grade",
        pl.col("next_published").alias("next_report_published"),
        "next_framework",
        pl.col("months").alias("months_between"),
        pl.col("next").alias("what_followed"),
        pl.lit(by or None, pl.String).alias("chosen_by"),
    ).with_columns(*cite(db, sources))


def visits(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """`inspections.visits`."""
    found = rows.select(
        pl.col("area_id").replace_strict(db.names, return_dtype=pl.String).alias("council"),
        pl.col("kind").alias("visit"),
        pl.col("started").alias("visited_from"),
        pl.col("published").alias("report_published"),
        "theme",
        "source_id",
    )
    return _from(db, found, "", found.height)


def _judged(strand: str, metric: Metric, rows: pl.DataFrame) -> pl.Expr:
    statuses: list[str] = [one for one in rows[f"{strand}_status"].unique() if one and one != "observed"]
    words: Mapping[str, str] = {status: formats.reason(status, None, metric) for status in statuses}
    why = pl.col(f"{strand}_status").replace_strict(words, default=None, return_dtype=pl.String)
    return pl.coalesce(strand, why).alias(strand)


def _codes(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    codes = db.area.select("area_id", "la_number", "gss_code")
    return rows.join(codes, on="area_id", how="left", maintain_order="left")


def _from(db: Database, rows: pl.DataFrame, by: str, among: int) -> pl.DataFrame:
    sources = db.table["source"].select("source_id", *ITS_OWN).rename({"title": "source"})
    return (
        rows.with_columns(
            pl.lit(by or None, pl.String).alias("chosen_by"),
            pl.lit(f"{rows.height} of {among}").alias("rows"),
        )
        .join(sources, on="source_id", how="left", maintain_order="left")
        .with_columns(pl.lit(db.data_version).alias("data_version"))
        .drop("source_id")
    )
