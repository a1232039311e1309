"""What only the figures of earlier years can tell: rows that look like another council's, and symbols that became 0.

Sums of a region do not see that two of its councils stand in each other's row. What is unusual is measured by the
earlier years of the same file.
"""

from __future__ import annotations

from itertools import chain

import polars as pl

from etl.areas import Areas, call_return
from etl.check import proofs
from etl.check.outliers import OF_MEDIAN_DEVIATION
from etl.model import Source

# How far a figure is from another, in robust standard deviations of all councils' changes, squared: no more than this.
FARTHEST = 25.0
# Two rows look exchanged where each is nearer to the other's by this, of all their figures together: 10.2 at most in
# the newest year of any edition. In an earlier year the year after must say so too: 8.3 at most.
NEARER = 11.0
# Of the figures of one row, where a council has several a year: 12.8 at most.
NEARER_ALONE = 14.0
# A block of so many rows looks shifted where each is nearer to the row beside it by this.
BLOCK, NEARER_IN_BLOCK = 3, 3.0
# With fewer councils it may be a coincidence.
FEWEST = 20
# Councils whose figure became a symbol, or a symbol a figure, are many where there are so many, and so many times more
# than in any earlier year.
MANY_SYMBOLS, TIMES_MORE = 10, 1.5
# Figures that hardly move at all are compared with this, as a share.
STEADIEST = 0.004
_ROW = ["table", "period_end", "return_id"]
_PAIR = [*_ROW, "other_id"]


def find_strangers(observation: pl.DataFrame, source: Source, areas: Areas) -> list[str]:
    """A line for each two rows of a year that look exchanged, and for each block of the newest that looks shifted."""
    changes = _changes(observation, source, areas)
    near = _nearness(changes)
    # Where a council has several rows a year, one of them may be exchanged.
    rows = changes.filter(pl.col("line").n_unique().over(_ROW) > 1).with_columns(
        pl.col("figure").sort().first().over([*_ROW, "line"]).alias("row")
    )
    alone = [_exchanged(_nearness(one), areas, NEARER_ALONE) for one in rows.partition_by("row", maintain_order=True)]
    exchanged = dict.fromkeys([*_exchanged(near, areas, NEARER), *chain.from_iterable(alone)])
    return [*exchanged, *_shifted(near, areas)]


def find_symbols(observation: pl.DataFrame, source: Source, areas: Areas) -> list[str]:
    """A line for each measure of which many more councils than before have another symbol, or 0 for one."""
    key = ["metric_id", "return_id", "period_end"]
    kind = (
        pl.when(pl.col("value") == 0)
        .then(pl.lit("0"))
        .when(pl.col("value").is_not_null())
        .then(pl.lit("a figure"))
        .otherwise("symbol")
    )
    now = (
        observation.filter(
            pl.col("area_id").is_in(areas.authorities["area_id"].to_list())
            & pl.col("metric_id").is_in([metric.id for metric in source.metrics])
            & (pl.col("source_id") == source.id)
        )
        .unique(key, keep="first", maintain_order=True)
        .select(*key, "period", "file", "line", kind.alias("now"))
        .drop_nulls("now")
    )
    before = now.select(
        "metric_id", "return_id", pl.col("period_end").dt.offset_by("1y"), pl.col("now").alias("before")
    )
    figure = ["0", "a figure"]
    # A figure that comes where there was none says nothing, and 0 where a figure was is one.
    turned = now.join(before, on=key, maintain_order="left").filter(
        (pl.col("now") != pl.col("before"))
        & ~(pl.col("now").is_in(figure) & pl.col("before").is_in(figure))
        & (pl.col("now") != "a figure")
    )
    how = ["metric_id", "before", "now"]
    counted = turned.group_by(*how, "period_end", "period", "file", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("councils"), pl.col("return_id").head(BLOCK), pl.col("line").head(BLOCK)
    )
    newest = now.group_by("metric_id").agg(pl.col("period_end").max().alias("newest"))
    counted = counted.join(newest, on="metric_id", maintain_order="left")
    earlier = (
        counted.filter(pl.col("period_end") < pl.col("newest"))
        .group_by(how)
        .agg(pl.col("councils").max().alias("most"))
    )
    many = (
        counted.filter(pl.col("period_end") == pl.col("newest"))
        .join(earlier, on=how, how="left", maintain_order="left")
        .filter(pl.col("councils") >= pl.max_horizontal(pl.lit(MANY_SYMBOLS), pl.col("most").fill_null(0) * TIMES_MORE))
    )
    names, titles = areas.names(), {metric.id: metric.title.lower() for metric in source.metrics}
    found = []
    for row in many.iter_rows(named=True):
        councils = zip(row["return_id"], row["line"], strict=True)
        found.append(
            f"{row['file']}: {titles[row['metric_id']]} was {_quoted(row['before'])} the year before and is "
            f"{_quoted(row['now'])} in {row['period']} of {row['councils']} councils, {row['most'] or 0} at most in "
            f"earlier years: {', '.join(f'{call_return(one, names)} (line {line})' for one, line in councils)} and "
            "others."
        )
    return found


def _quoted(kind: str) -> str:
    return kind if kind in ("0", "a figure") else repr(kind)


def _nearness(changes: pl.DataFrame) -> pl.DataFrame:
    """How much nearer the row of a council is to that of another of its region, of the year before, than to its own."""
    others = changes.select(
        "table", "period_end", "region_id", "figure", pl.col("return_id").alias("other_id"), "before"
    )

    def apart(before: str) -> pl.Expr:
        return (((pl.col("now") - pl.col(before) - pl.col("middle")) / pl.col("spread")) ** 2).clip(0, FARTHEST)

    return (
        changes.join(others, on=["table", "period_end", "region_id", "figure"], suffix="_other")
        .filter(pl.col("return_id") != pl.col("other_id"))
        .group_by(_PAIR)
        .agg(
            (apart("before") - apart("before_other")).sum().alias("nearer"),
            pl.first("file", "line", "region_id", "period"),
        )
        .with_columns((pl.col("period_end") == pl.col("period_end").max().over("table")).alias("newest"))
    )


def _exchanged(near: pl.DataFrame, areas: Areas, limit: float) -> list[str]:
    names = areas.names()
    other = near.select(
        "table", "period_end", pl.col("return_id").alias("other_id"), pl.col("other_id").alias("return_id"),
        pl.col("line").alias("other_line"), pl.col("nearer").alias("other_nearer"),
    )  # fmt: skip
    both = (
        near.filter(pl.col("nearer") > limit)
        .join(other.filter(pl.col("other_nearer") > limit), on=_PAIR)
        .filter(pl.col("return_id") < pl.col("other_id"))
    )
    # Once they are back in their own rows, the year after is as unlike.
    back = both.select("table", "return_id", "other_id", pl.col("period_end").dt.offset_by("-1y"))
    once = pl.concat([both.filter("newest"), both.join(back, on=_PAIR, how="semi")])
    return [
        f"{row['file']}: the rows of {call_return(row['return_id'], names)} (line {row['line']}) and "
        f"{call_return(row['other_id'], names)} (line {row['other_line']}) in {row['period']} look exchanged: each is "
        "more like the other's of the year before."
        for row in once.sort("file", "line").iter_rows(named=True)
    ]


def _shifted(near: pl.DataFrame, areas: Areas) -> list[str]:
    names = areas.names()
    region = ["file", "region_id"]
    newest = near.filter("newest")
    order = newest.select(*region, "return_id", "line").unique().with_columns(pl.col("line").rank("dense").over(region))
    place = order.select(*region, "return_id", pl.col("line").cast(pl.Int64).alias("place"))
    other = place.rename({"return_id": "other_id", "place": "other_place"})
    beside = (
        newest.join(place, on=[*region, "return_id"])
        .join(other, on=[*region, "other_id"])
        .with_columns((pl.col("other_place") - pl.col("place")).alias("by"))
        .filter((pl.col("by").abs() == 1) & (pl.col("nearer") > NEARER_IN_BLOCK))
        .sort(*region, "by", "place")
        # Rows one after the other have the same number of a row less its number among these.
        .with_columns((pl.col("place") - pl.int_range(pl.len()).over(*region, "by")).alias("block"))
    )
    found = []
    for rows in beside.partition_by(*region, "by", "block", maintain_order=True):
        if rows.height < BLOCK:
            continue
        row = rows.row(0, named=True)
        lines = ", ".join(map(str, rows["line"].to_list()))
        found.append(
            f"{row['file']}: {rows.height} rows of {names[row['region_id']]} in {row['period']} look shifted by one "
            f"(lines {lines}): {call_return(row['return_id'], names)} has figures like those of "
            f"{call_return(row['other_id'], names)} the year before."
        )
    return found


def _changes(observation: pl.DataFrame, source: Source, areas: Areas) -> pl.DataFrame:
    """Each figure of a council with that of the year before, as logarithms: figure, now, before, and how far `off` the
    change is of the middle one, in robust standard deviations of all councils' (`spread`).
    """
    rows = (
        proofs.declare(observation, [source], areas)
        .filter(~pl.col("wide"))
        # A publisher may print each year in a file of its own.
        .with_columns(pl.col("file").sort_by("period_end").last().over("metric_id").alias("table"))
    )

    def figures(of: pl.DataFrame, quantity: str) -> pl.DataFrame:
        return of.select(
            *_ROW,
            "file",
            "line",
            "region_id",
            "period",
            pl.concat_str("metric_id", pl.lit(f" {quantity}")).alias("figure"),
            pl.col(quantity).log().alias("now"),
        )

    # Counts alone: rates of neighbours are too alike.
    parts = [figures(rows.filter(f"of_{quantity}"), quantity) for quantity in proofs.QUANTITIES]
    # Two metrics may be read from one column, which counts once.
    now = (
        pl.concat(parts)
        .filter(pl.col("now").is_finite())
        .unique([*_ROW, "line", "now"], keep="first", maintain_order=True)
    )
    before = now.select(
        "table", "return_id", "figure", pl.col("period_end").dt.offset_by("1y"), pl.col("now").alias("before")
    )
    of_all = ["table", "figure", "period_end"]
    change = pl.col("now") - pl.col("before")
    return (
        now.join(before, on=["table", "return_id", "figure", "period_end"], maintain_order="left")
        .with_columns(change.median().over(of_all).alias("middle"), pl.len().over(of_all).alias("councils"))
        .filter(pl.col("councils") >= FEWEST)
        .with_columns((change - pl.col("middle")).abs().alias("off"))
        .with_columns((OF_MEDIAN_DEVIATION * pl.col("off").median().over(of_all)).clip(STEADIEST).alias("spread"))
        .with_columns(pl.col("off") / pl.col("spread"))
    )
