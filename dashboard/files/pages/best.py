"""The tables of the Best councils page as files: what is shown, by what rule, and where it is from (rule `pages`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from dashboard.analysis.best import NOT_THERE, OTHER_RETURN, Best, judged_by
from dashboard.analysis.shared_characteristics import sources
from dashboard.data.database import Database
from dashboard.data.model import Metric, Period, Source
from dashboard.files.exports import cite
from dashboard.views.text import best as sentences
from dashboard.views.text import formats

SEVERAL = {
    "best": "best_quarter_on", "joint": "of_these_joint", "worst": "worst_quarter_on",
    "without": "no_figure_that_counts_on",
}  # fmt: skip


def councils(db: Database, found: Best, leaders: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """The councils behind the rule as shown: a row a return, best first; those not counted last, and said so."""
    rows = pl.concat(
        [found.rows.with_columns(among_the_best=True), found.small.with_columns(among_the_best=False)],
        how="diagonal",
    )
    judged = [[leaders.get(one, {}) for one in area_ids] for area_ids in rows["area_ids"]]

    def of_each(what: str) -> pl.Series:
        return pl.Series(
            ["; ".join(str(one.get(what) or "none") for one in found) for found in judged], dtype=pl.String
        )

    return rows.select(
        pl.col("name").alias("council"),
        pl.col("area_ids").list.join("+").alias("la_number"),
        "among_the_best",
        "value",
        pl.lit(found.metric.unit).alias("unit"),
        "rank",
        "tied",
        "ranked",
        "quarter",
        "benchmark",
        "gap",
        "change",
        pl.col("direction").alias("over_five_years"),
        pl.col("no_direction").alias("why_it_cannot_be_said"),
        pl.col("since").alias("in_best_quarter_since"),
        pl.col("years").alias("periods_in_best_quarter"),
        pl.col("ended").replace_strict(sentences.ENDED, default=None, return_dtype=pl.String).alias("not_longer_as"),
        of_each("grade").alias("leaders_judged"),
        of_each("started").alias("inspected_from"),
        of_each("published").alias("report_published"),
    ).with_columns(*_about(db, found, judged_by(db)))


def years(db: Database, found: Best, course: pl.DataFrame) -> pl.DataFrame:
    """`best.course`: the figure and quarter of each in every period, by how long it has been in the best quarter."""
    reasons = {NOT_THERE: "no figure of its own", OTHER_RETURN: "another return"}
    own = pl.col("state").is_in(list(reasons))
    order = found.rows.sort("years", descending=True, maintain_order=True).select("return_id").with_row_index("place")
    return (
        order.join(course, on="return_id", maintain_order="left_right")
        .sort("place", "period_end")
        .select(
            pl.col("name").alias("council"),
            pl.col("return_id").alias("la_number"),
            pl.col("period").alias("figures_of"),
            pl.when(~own).then("value").alias("value"),
            pl.lit(found.metric.unit).alias("unit"),
            pl.when(~own).then("quarter").alias("quarter"),
            pl.coalesce(
                pl.col("state").replace_strict(reasons, default=None, return_dtype=pl.String),
                pl.when(pl.col("status") == "observed").then(pl.col("state")).otherwise("status"),
            ).alias("counts_as"),
            "symbol",
            pl.col("broken").alias("method_changed_then"),
        )
        .with_columns(*_about(db, found))
    )


def in_common(db: Database, found: Best, rows: pl.DataFrame) -> pl.DataFrame:
    """`shared_characteristics.in_common` as shown."""
    words = {"more": "more often", "less": "less often"}
    return rows.select(
        pl.col("dimension").alias("by"),
        "group",
        pl.col("note").alias("bounds"),
        pl.col("best").alias("of_the_best"),
        pl.col("best_base").alias("best"),
        pl.col("all").alias("of_all"),
        pl.col("all_base").alias("all"),
        pl.col("side")
        .replace_strict(words, default="chance could explain it", return_dtype=pl.String)
        .alias("beyond_chance"),
        pl.lit(rows.height).alias("comparisons"),
    ).with_columns(*_about(db, found, sources(db, found)))


def several(db: Database, rows: pl.DataFrame, metrics: Sequence[Metric]) -> pl.DataFrame:
    """`best.several` as shown: the measures in words."""
    titles = {metric.metric_id: metric.title for metric in metrics}
    return rows.select(
        pl.col("name").alias("council"),
        pl.col("area_ids").list.join("+").alias("la_number"),
        "count",
        *(
            pl.col(column)
            .list.eval(pl.element().replace_strict(titles, return_dtype=pl.String))
            .list.join("; ")
            .alias(to)
            for column, to in SEVERAL.items()
        ),
        pl.lit("; ".join(_of(metric, db.latest(metric.metric_id)) for metric in metrics)).alias("measures"),
    ).with_columns(*cite(db, [db.sources[metric.source_id] for metric in metrics]))


def outstanding(db: Database, rows: pl.DataFrame, metric: Metric, period: Period) -> pl.DataFrame:
    """`best.outstanding` as shown."""
    return (
        rows.join(db.area.select("area_id", "la_number", "gss_code"), on="area_id", maintain_order="left")
        .select(
            pl.col("name").alias("council"),
            "la_number",
            "gss_code",
            pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("region"),
            pl.lit(metric.title).alias("judgement"),
            pl.lit(period.end).alias("at"),
            pl.col("symbol").alias("grade"),
            pl.col("started").alias("inspected_from"),
            pl.col("published").alias("report_published"),
        )
        .with_columns(*cite(db, [db.sources[one] for one in rows["source_id"].unique().sort()]))
    )


def _of(metric: Metric, period: Period) -> str:
    return f"{metric.title}, {formats.period_label(metric, period.end)}"


def _about(db: Database, found: Best, others: Sequence[Source] = ()) -> list[pl.Expr]:
    """What a file is of: measure, period and rule; and where it is from: the measure's source, and others."""
    return [
        pl.lit(found.metric.title).alias("measure"),
        pl.lit(formats.period_label(found.metric, found.period.end)).alias("period"),
        pl.lit(sentences.title(db, found)).alias("best_by"),
        pl.lit(sentences.level(found)).alias("level"),
        *cite(db, [db.sources[found.metric.source_id], *others]),
    ]
