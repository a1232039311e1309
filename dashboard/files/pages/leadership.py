"""The tables of the Leadership page as files: what is shown, and where it is from (rule `pages`)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.leadership import DIRECTORS
from dashboard.analysis.programme import BANDS, Coverage
from dashboard.data.database import Database
from dashboard.data.model import Metric, Source
from dashboard.files.exports import cite
from dashboard.views.text import formats

# Who answers for what the operator keeps.
KEPT = "Leadership register, kept by whoever runs this dashboard; each row names its page"


def judgements(db: Database, rows: pl.DataFrame, sources: Sequence[Source]) -> pl.DataFrame:
    """`leadership.courses`, or those of `leadership.changed`: every judgement, the latest first."""
    earlier = pl.col("earlier").list.eval(
        pl.element().struct.field("grade") + pl.element().struct.field("published").dt.strftime(" (%Y-%m-%d)")
    )
    return (
        rows.join(db.area.select("area_id", "la_number", "gss_code"), on="area_id", maintain_order="left")
        .select(
            pl.col("name").alias("council"),
            "la_number",
            "gss_code",
            "region",
            pl.col("grade").alias("leaders"),
            pl.col("started").alias("inspected_from"),
            pl.col("published").alias("report_published"),
            "framework",
            pl.col("months").alias("months_since"),
            pl.col("before").alias("leaders_before"),
            pl.col("before_published").alias("report_before_published"),
            pl.col("moved").alias("grades_better_than_before"),
            earlier.list.join("; ").alias("before_that"),
            pl.col("url").alias("report"),
        )
        .with_columns(*cite(db, sources))
    )


def beside(db: Database, rows: pl.DataFrame, metrics: Sequence[Metric], sources: Sequence[Source]) -> pl.DataFrame:
    """`leadership.disagreeing`: grade and figures side by side, each with its quarter."""
    columns: list[pl.Expr] = []
    for metric in metrics:
        one = metric.metric_id
        joint = pl.col(f"{one}_return")
        columns += [
            pl.col(one),
            pl.col(f"{one}_quarter"),
            pl.col(f"{one}_status"),
            pl.lit(formats.period_label(metric, db.latest(one).end)).alias(f"{one}_period"),
            pl.when(joint.str.contains("+", literal=True)).then(joint).alias(f"{one}_joint_return"),
        ]
    used = dict.fromkeys([*sources, *(db.sources[metric.source_id] for metric in metrics)])
    return (
        rows.join(db.area.select("area_id", "la_number"), on="area_id", maintain_order="left")
        .select(
            pl.col("name").alias("council"),
            "la_number",
            "region",
            pl.col("grade").alias("leaders"),
            pl.col("started").alias("inspected_from"),
            pl.col("published").alias("report_published"),
            pl.col("side").alias("listed_as"),
            pl.col("worst").alias("in_worst_quarter_on"),
            pl.col("best").alias("in_best_quarter_on"),
            *columns,
        )
        .with_columns(*cite(db, list(used)))
    )


def directors(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """`leadership.directors`, newest first."""
    metric = db.table["metric"].filter(pl.col("metric_id") == DIRECTORS)
    return (
        rows.reverse()
        .select(
            pl.lit("England").alias("area"),
            pl.col("period_end").alias("year_to"),
            "changes",
            pl.when(pl.col("changes").is_null()).then(pl.lit("not found")).alias("why_none"),
        )
        .with_columns(*cite(db, [db.sources[metric["source_id"][0]]]))
    )


def posts(db: Database, rows: pl.DataFrame, sources: Sequence[Source]) -> pl.DataFrame:
    """`programme.posts`, or some of them: the register beside the latest grade of leaders."""
    coaches = pl.col("coaches").list.eval(pl.element().replace_strict(db.names, return_dtype=pl.String))
    return (
        rows.join(db.area.select("area_id", "la_number", "gss_code"), on="area_id", maintain_order="left")
        .select(
            pl.col("name").alias("council"),
            "la_number",
            "gss_code",
            "region",
            "state",
            "post",
            "in_post_since",
            pl.col("tenure").alias("months_in_post"),
            "interim",
            "programme",
            "enrolled_on",
            "completed_on",
            "coach",
            coaches.list.join("; ").alias("coaches"),
            pl.col("grade").alias("leaders"),
            pl.col("published").alias("report_published"),
            pl.col("in_post_then").alias("in_post_when_judged"),
            "source_url",
            "checked_on",
        )
        .with_columns(*_kept(db, sources))
    )


def course(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """`programme.course`, newest first."""
    return rows.reverse().select("day", pl.col("enrolled").alias("enrolled_by_then"), *_kept(db, []))


def by_region(db: Database, rows: pl.DataFrame, found: Coverage) -> pl.DataFrame:
    """`programme.by_region` with the target beside it."""
    target = found.target
    return rows.select(
        "region",
        "councils",
        pl.col("kept").alias("in_the_register"),
        "enrolled",
        pl.col("share").alias("enrolled_percent"),
        pl.col("new").alias("new_directors"),
        "executive",
        "completed",
        pl.col("with_coach").alias("with_a_coach_now"),
        pl.col("not_enrolled").alias("on_no_programme"),
        pl.col("absent").alias("not_in_the_register"),
        pl.lit(target.percent if target else None, pl.Float64).alias("target_percent_of_england"),
        pl.lit(target.by_when if target else None, pl.Date).alias("target_by"),
    ).with_columns(*_kept(db, []))


def tenure(db: Database, rows: pl.DataFrame, fewest: int, sources: Sequence[Source]) -> pl.DataFrame:
    """`programme.tenure` as shown: no median of fewer than `fewest`."""
    known = pl.col("directors") - pl.col("unknown")
    return rows.select(
        pl.col("grade").fill_null("all in the register").alias("leaders"),
        "directors",
        "interim",
        *(pl.col(band).alias(band.lower().replace(" ", "_")) for band in BANDS),
        pl.col("unknown").alias("first_day_not_known"),
        pl.when(known >= fewest).then("median").alias("median_months_in_post"),
        pl.col("in_post_then").alias("in_post_when_judged"),
    ).with_columns(*_kept(db, sources))


def coaching(db: Database, pairs: pl.DataFrame, sources: Sequence[Source]) -> pl.DataFrame:
    """`programme.coaching`: a row a pair."""
    return pairs.select(
        "coach",
        pl.col("coach_grade").alias("coachs_leaders"),
        pl.col("name").alias("coaches"),
        "region",
        "programme",
        "state",
        pl.col("grade").alias("leaders"),
    ).with_columns(*_kept(db, sources))


def suggestions(
    db: Database, rows: pl.DataFrame, found: pl.DataFrame, benchmark: Benchmark, sources: Sequence[Source]
) -> pl.DataFrame:
    """Directors without a coach, a row for each council that is suggested, or one without any."""
    beside = found.rename({"grade": "partner_grade", "coaches": "coaches_already"})
    return (
        rows.select("area_id", "name", "region", "programme", "enrolled_on", "grade")
        .join(beside, on="area_id", how="left", maintain_order="left_right")
        .select(
            pl.col("name").alias("council"),
            "region",
            "programme",
            "enrolled_on",
            pl.col("grade").alias("leaders"),
            pl.col("partner").alias("council_to_ask"),
            pl.col("partner_grade").alias("its_leaders"),
            pl.col("measures").alias("reaches_the_benchmark_on"),
            pl.lit(benchmark.title).alias("benchmark"),
            pl.col("closeness_rank").alias("neighbour_rank"),
            pl.col("named_rank").alias("names_the_council_as"),
            "coaches_already",
        )
        .with_columns(*_kept(db, sources))
    )


def not_covered(db: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """`programme.not_covered`."""
    return (
        rows.join(db.area.select("area_id", "la_number"), on="area_id", maintain_order="left")
        .select(
            pl.col("name").alias("council"), "la_number", "region", "state", "interim", "in_post_since",
            pl.col("grade").alias("leaders"), "source_url", "checked_on",
        )
        .with_columns(*_kept(db, []))
    )  # fmt: skip


def _kept(db: Database, sources: Sequence[Source]) -> list[pl.Expr]:
    """Where a table of the register is from; `sources` are those of what stands beside it."""
    if not sources:
        return [pl.lit(KEPT).alias("source"), pl.lit(db.data_version).alias("data_version")]
    published, *others = cite(db, sources)
    return [pl.concat_str(pl.lit(f"{KEPT}; "), published).alias("source"), *others]
