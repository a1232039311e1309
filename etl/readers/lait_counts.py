"""The counts and denominators that figures of the Local Authority Interactive Tool (LAIT) are made of."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from etl.model import Context, Source
from etl.readers import ees
from etl.releases import Cells

# The tool prints the share of conferences on time without its counts; these are the counts.
CONFERENCES = "c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv"
CONFERENCE_COUNTS = ("Duration_0-10_days", "Duration_11-15_days", "ICPC")
ON_TIME, IN_TIME = "conferences_in_15_days", "reviews_in_time"
REVIEWED, REVIEWABLE = "CPP_Reviewed_InReqTimeScl", "CPP_31March_3MnthorMore"
# What counts rounded to one decimal may be off.
HALF_A_TENTH = 0.0501


def per_child(rows: pl.DataFrame, context: Context, sums: Sequence[str]) -> pl.DataFrame:
    """Pounds by children aged 0 to 17 in the middle of the financial year.

    `sums`, England and the regions, are those of the councils that have a figure: the children of the others are left
    out.
    """
    frame = ees.per_child(rows, context, times=1)
    region = context.areas.regions()
    absent: dict[tuple[int, str], float] = {}
    councils = ~pl.col("area_id").is_in(sums)
    for row in frame.filter(councils & pl.col("numerator").is_null()).iter_rows(named=True):
        above = region[row["area_id"]]
        while above:
            absent[row["year"], above] = absent.get((row["year"], above), 0) + (row["denominator"] or 0)
            above = region[above]
    left_out = pl.DataFrame(
        [(*key, children) for key, children in absent.items()],
        schema={"year": pl.Int64, "area_id": pl.String, "absent": pl.Float64},
        orient="row",
    )
    children = pl.col("denominator") - pl.col("absent").fill_null(0)
    return frame.join(left_out, on=["year", "area_id"], how="left", maintain_order="left").with_columns(
        (pl.col("numerator") / children).round_sig_figs(ees.SIGNIFICANT).alias("value"),
        children.alias("denominator"),
    )


def conferences(
    source: Source, cells: Cells, context: Context
) -> tuple[pl.DataFrame, tuple[str, str, str, int, int, int, int]]:
    """year, area_id, numerator (held within 15 working days) and denominator (held), and the ledger of their table."""
    (file,) = (one for one in source.release.files if one.name == CONFERENCES)
    table = cells.table(CONFERENCES)
    rows = ees.located(table, context.areas, CONFERENCES)
    unique = ees.without_duplicates(rows, table, file)
    metric = next(one for one in source.metrics if one.id == ON_TIME)
    for column in CONFERENCE_COUNTS:
        unique = unique.with_columns(ees.parsed(unique, column, source, metric, CONFERENCES))
    early, late, held = (pl.col(f"{column} number") for column in CONFERENCE_COUNTS)
    counts = unique.select(
        "year", pl.col("return_id").alias("area_id"), (early + late).alias("numerator"), held.alias("denominator")
    )
    repeats = rows.height - unique.height
    return counts, (source.id, CONFERENCES, cells.sha256(CONFERENCES), rows.height, unique.height, 0, repeats)


def reviews(rows: pl.DataFrame) -> pl.DataFrame:
    """The tool's own counts: children reviewed in time, and children who were to be."""
    counts = {name: rows.filter(pl.col("measure") == measure).select("year", "area_id", pl.col("value").alias(name))
              for name, measure in (("numerator", REVIEWED), ("denominator", REVIEWABLE))}  # fmt: skip
    return counts["numerator"].join(counts["denominator"], on=["year", "area_id"], validate="1:1")


def with_counts(
    rows: pl.DataFrame, counts: pl.DataFrame, rounded: Sequence[str], *, another_table: bool
) -> pl.DataFrame:
    """The rows with the counts their percentages are made of.

    Without the numerator where it is suppressed, or where counts of `another_table`, of another edition, make another
    percentage; what it is a share of stands wherever it is published. Counts of England and the regions are `rounded`
    to 10, and make the percentage only nearly.
    """
    joined = rows.join(counts, on=["year", "area_id"], how="left", validate="1:1", maintain_order="left")
    made = (pl.col("numerator") / pl.col("denominator") * 100 - pl.col("value")).abs() <= HALF_A_TENTH
    near = made | pl.col("area_id").is_in(rounded) | (not another_table)
    return joined.with_columns(pl.when(near & pl.col("value").is_not_null()).then("numerator").alias("numerator"))
