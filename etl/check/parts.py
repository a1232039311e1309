"""Totals of tables and what their parts can add up to."""

from __future__ import annotations

import polars as pl

from etl import releases
from etl.model import Source
from etl.readers.area_codes import CODE
from etl.releases import Cells


def bound_totals(source: Source, cells: Cells) -> pl.DataFrame:
    """Printed totals with the `sum` of their parts, and between what (`lowest`, `highest`) they can lie.

    Each part is within its rounding, and of hidden ones one is 1 or more. A part is not hidden by itself where all of
    the total stands in some part.
    """
    frames = []
    for one in source.sums:
        table = cells.table(one.file)
        releases.require(table, (*one.parts, one.total), one.file)
        metric = next(
            metric
            for metric in source.metrics
            if (metric.file or one.file) == one.file
            and {metric.column, *metric.numerator, *metric.denominator} & {*one.parts, one.total}
        )
        numbers = [pl.col(part).cast(pl.Float64, strict=False) for part in one.parts]
        hidden = pl.sum_horizontal((pl.col(part) == "c").fill_null(False) for part in one.parts)
        unknown = pl.sum_horizontal(number.is_null() for number in numbers) - hidden
        area = pl.coalesce(pl.when(pl.col("geographic_level") == level).then(code) for level, code in CODE.items())
        rows = table.select(
            pl.lit(metric.id).alias("metric_id"),
            pl.date(pl.col("time_period").cast(pl.Int32), 3, 31).alias("period_end"),
            (pl.col("geographic_level") != "Local authority").alias("wide"),
            area.alias("area_id"),
            pl.col("time_period").alias("period"),
            pl.lit(one.file).alias("file"),
            "line",
            pl.lit(one.total).alias("what"),
            pl.col(one.total).cast(pl.Float64, strict=False).alias("printed"),
            pl.sum_horizontal(numbers).alias("sum"),
            hidden.alias("hidden"),
            unknown.alias("unknown"),
        ).filter(pl.col("printed").is_not_null() & (pl.col("unknown") == 0))
        if one.unplaced:
            # Where no part holds any, the council did not say.
            rows = rows.filter((pl.col("sum") > 0) | (pl.col("hidden") > 0) | (pl.col("printed") == 0))
        rounding = pl.when("wide").then(metric.rounding[1]).otherwise(metric.rounding[0]) * (len(one.parts) + 1)
        # A part that is hidden by itself could be worked out: there is none in any edition.
        alone = (pl.col("hidden") == 1) & (one.unplaced == 0)
        some = pl.col("hidden") > 0
        least = pl.when(alone).then(float("inf")).otherwise(pl.col("sum") + some.cast(pl.Int64))
        most = pl.when(some).then(float("inf")).otherwise(pl.col("sum") + one.unplaced * pl.col("printed"))
        frames.append(
            rows.with_columns(
                (least - rounding).cast(pl.Float64).alias("lowest"), (most + rounding).cast(pl.Float64).alias("highest")
            )
        )
    return pl.concat(frames)
