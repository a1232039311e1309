"""Proof of figures by what is printed beside them: a rate by its counts, England and regions by their councils.

What is declared of a metric says which proofs it has. Each is worked out for all figures at once; a figure that
contradicts one is a row of UNPROVED with what it should be. Where councils are hidden or absent the band is as wide as
they can make it, by their own figures of other years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from etl.areas import Areas, alive
from etl.check import other_tables, parts
from etl.check.kinds_of_proof import (
    CHILDREN,
    KEYS,
    MEAN,
    PARTS,
    PROOF,
    RATE,
    SUM,
    UNPROVED,
    compare,
)  # fmt: skip
from etl.check.known_errors import KNOWN_ERRORS
from etl.model import ENGLAND, SCALES, Metric, PeriodKind, Source, Status
from etl.releases import Cells

QUANTITIES = ("numerator", "denominator", "value")
LONDON = "E12000007"
# A hidden or absent council may count up to this many times the most it counted in another year.
TIMES_ITS_MOST = 3.0
# And moves the mean of its region by up to this many times its share of the councils, of their spread.
TIMES_ITS_SHARE = 4.0
# Where more than this share of the councils are missing, their mean says nothing.
MOST_MISSING = 0.5
# The most that a publisher's rule hides by itself.
SMALL = 5.0
# What nine significant digits leave of a number.
BINARY = 1e-7


@dataclass(frozen=True)
class Proved:
    """How many figures each proof bears out (PROOF), those that contradict one (UNPROVED), and all that were checked.

    `checked` has metric_id, period_end, area_id, proof, what, printed, lowest and highest.
    """

    proof: pl.DataFrame
    unproved: pl.DataFrame
    checked: pl.DataFrame


def prove(
    observation: pl.DataFrame,
    sources: Iterable[Source],
    cells: Mapping[str, Cells],
    areas: Areas,
    others: Iterable[pl.DataFrame] = (),
) -> Proved:
    """Every proof of the metrics of these sources, over their own observations (OBSERVATION) and cells, by source.

    `others` are observations that weights and children are taken from.
    """
    sources = list(sources)
    metrics = [metric for source in sources for metric in source.metrics]
    rows = declare(observation, sources, areas)
    needed = {one for metric in metrics for one in (metric.weight, metric.same_as)} | {CHILDREN}
    counts = pl.concat([frame.filter(pl.col("metric_id").is_in(list(needed))) for frame in (observation, *others)])
    found = [
        _rates(rows, areas),
        *_sums(rows, areas),
        _means(rows, metrics, counts, areas),
        other_tables.prove_children(rows, counts),
        other_tables.prove_alike(rows, metrics, counts),
        *(
            compare(
                parts.bound_totals(source, cells[source.id]),
                PARTS,
                "printed",
                pl.col("sum"),
                pl.col("lowest"),
                pl.col("highest"),
            )
            for source in sources
            if source.sums
        ),
    ]
    checked = pl.concat(found)
    known = pl.DataFrame(
        [(one.area_id, one.period_end, metric_id) for one in KNOWN_ERRORS for metric_id in one.printed],
        schema={"area_id": pl.String, "period_end": pl.Date, "metric_id": pl.String},
        orient="row",
    )
    checked = checked.join(known, on=["metric_id", "area_id", "period_end"], how="anti").with_columns(
        pl.col("printed").is_between(pl.col("lowest") - BINARY, pl.col("highest") + BINARY).alias("holds")
    )
    counted = checked.group_by("metric_id", "proof", maintain_order=True).agg(
        pl.col("holds").sum().cast(pl.Int64).alias("proved"), (~pl.col("holds")).sum().cast(pl.Int64).alias("unproved")
    )
    unproved = checked.filter(~pl.col("holds")).sort("wide", "metric_id", "period_end", "area_id")
    return Proved(counted.match_to_schema(PROOF), unproved.select(UNPROVED.names()).match_to_schema(UNPROVED), checked)


def declare(observation: pl.DataFrame, sources: list[Source], areas: Areas) -> pl.DataFrame:
    """The observations of the sources' own metrics, one row a return, with what is declared of each."""
    declared = pl.DataFrame(
        [
            {
                "metric_id": metric.id,
                "source_id": source.id,
                "scale": SCALES.get(metric.unit, 1.0),
                "half": 0.5 * 10.0**-metric.decimals,
                "exact": metric.rounding[0],
                "rounded": metric.rounding[1],
                "above": max(len(metric.numerator), 1),
                "below": max(len(metric.denominator), 1),
                "has_rate": _has_rate(metric),
                "of_numerator": _counts(metric) and not (metric.councils_only or metric.england_only),
                "of_denominator": _counts(metric) and not _per_child(metric),
                "of_value": metric.adds_up,
                "apart": metric.england_apart,
                "of_children": metric.unit == "per 10,000 children" and bool(metric.denominator),
                "school": metric.period_kind is PeriodKind.ACADEMIC_YEAR,
            }
            for source in sources
            for metric in source.metrics
        ]
    )
    place = areas.area.select("area_id", "kind", "region_id")
    return (
        observation.join(declared, on=["metric_id", "source_id"], maintain_order="left")
        .unique([*KEYS, "return_id"], keep="first", maintain_order=True)
        .join(place, on="area_id", maintain_order="left")
        .with_columns((pl.col("kind") != "local_authority").alias("wide"))
    )


def _has_rate(metric: Metric) -> bool:
    """Whether the figure and both of its counts are printed."""
    derived = metric.derived or metric.share or metric.per_10_000_children
    return bool(metric.numerator and metric.denominator) and not derived


def _per_child(metric: Metric) -> bool:
    """Whether it is divided by estimates of the population, which are proved in their own source."""
    return metric.per_10_000_children or metric.denominator == ("children",)


def _counts(metric: Metric) -> bool:
    return bool(metric.numerator or metric.share or metric.per_10_000_children)


def _rates(rows: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """A printed rate lies between what its counts can make, each within its rounding.

    England's and a region's may leave out of the denominator the councils whose numerator is not printed.
    """
    rated = rows.filter("has_rate").with_columns(
        pl.col("denominator").max().over("metric_id", "return_id").alias("most")
    )
    lacking = (
        _with_wider(rated.filter(~pl.col("wide") & pl.col("numerator").is_null()), areas)
        .group_by(*KEYS, "wider")
        # Where a numerator that is part of the denominator is unreliable, neither is printed.
        .agg(
            pl.when(pl.col("status") == Status.LOW_RELIABILITY)
            .then(pl.coalesce("denominator", pl.col("most") * TIMES_ITS_MOST))
            .otherwise("denominator")
            .sum()
            .alias("lacking")
        )
    )
    off = pl.when("wide").then("rounded").otherwise("exact")
    above, below = off * pl.col("above"), off * pl.col("below")
    most, least = pl.col("denominator") + below, pl.col("denominator") - below - pl.col("lacking")
    lowest = pl.max_horizontal(pl.col("numerator") - above, 0.0) / most * pl.col("scale") - pl.col("half")
    expected = pl.col("numerator") / pl.col("denominator") * pl.col("scale")
    highest = pl.when(least > 0).then((pl.col("numerator") + above) / least * pl.col("scale") + pl.col("half"))
    return compare(
        rated.filter(pl.col("value").is_not_null() & pl.col("numerator").is_not_null() & (pl.col("denominator") > 0))
        .join(lacking, left_on=[*KEYS, "area_id"], right_on=[*KEYS, "wider"], how="left", maintain_order="left")
        .with_columns(pl.col("lacking").fill_null(0.0)),
        RATE,
        "value",
        expected,
        pl.max_horizontal(lowest, 0.0),
        highest.fill_null(float("inf")),
    )


def _sums(rows: pl.DataFrame, areas: Areas) -> list[pl.DataFrame]:
    """England's, London's and each region's counts lie between what their councils can add up to, and England's
    between what its regions can.
    """
    counts = pl.concat(
        rows.filter(f"of_{quantity}").with_columns(
            pl.lit(quantity).alias("what"),
            pl.col(quantity).alias("count"),
            (pl.col("below") if quantity == "denominator" else pl.col("above")).alias("columns"),
        )
        for quantity in QUANTITIES
    )
    councils, wide = counts.filter(~pl.col("wide")), counts.filter(pl.col("wide") & pl.col("count").is_not_null())
    history = ["metric_id", "what", "return_id"]
    highest_of_all = pl.col("count").max().over("metric_id", "what", "period_end")
    unseen = pl.col("count").is_null()
    hidden = unseen & (pl.col("status") == Status.SUPPRESSED)
    bounded = councils.with_columns(
        pl.when(unseen).then((pl.col("count").max().over(history) * TIMES_ITS_MOST + SMALL).fill_null(highest_of_all))
        .otherwise(0.0).alias("at_most"),
        pl.when(hidden & (pl.col("exact") == 0)).then(1.0).otherwise(0.0).alias("at_least"),
    )  # fmt: skip
    keys = [*KEYS, "what", "wider"]
    added = (
        _with_wider(bounded, areas)
        .group_by(keys)
        .agg(
            pl.col("count").sum().alias("sum"),
            pl.col("at_most").sum().fill_null(0.0),
            pl.col("at_least").sum(),
            pl.col("count").count().alias("there"),
            pl.col("count").max().alias("most"),
        )
    )
    no_row = _count_absent(councils, areas)
    of_councils = (
        wide.join(added, left_on=[*KEYS, "what", "area_id"], right_on=keys, maintain_order="left")
        .filter(pl.col("there") > 0)
        .join(no_row, left_on=[*KEYS, "area_id"], right_on=[*KEYS, "wider"], how="left", maintain_order="left")
        .with_columns(pl.col("no_row").fill_null(0).alias("absent"))
    )
    rounding = pl.col("columns") * (pl.col("rounded") + pl.col("exact") * pl.col("there"))
    rounding += pl.when(pl.col("area_id") == ENGLAND).then(pl.col("apart") * pl.col("count")).otherwise(0.0)
    lowest = pl.col("sum") + pl.col("at_least")
    # Where more councils have no row than have one, nothing says what they counted.
    highest = (
        pl.when(pl.col("absent") > pl.col("there"))
        .then(float("inf"))
        .otherwise(pl.col("sum") + pl.col("at_most") + pl.col("absent") * pl.col("most") * TIMES_ITS_MOST)
    )
    regions = (
        wide.filter(pl.col("area_id").str.starts_with("E12"))
        .group_by(*KEYS, "what")
        .agg(pl.col("count").sum().alias("sum"), pl.len().alias("there"))
    )
    of_regions = (
        wide.filter(pl.col("area_id") == ENGLAND)
        .join(regions, on=[*KEYS, "what"], maintain_order="left")
        .filter(pl.col("there") == areas.area["area_id"].str.starts_with("E12").sum())
    )
    of_all = pl.col("columns") * pl.col("rounded") * (pl.col("there") + 1) + pl.col("apart") * pl.col("count")
    return [
        compare(of_councils, SUM, "count", pl.col("sum"), lowest - rounding, highest + rounding),
        compare(of_regions, SUM, "count", pl.col("sum"), pl.col("sum") - of_all, pl.col("sum") + of_all),
    ]


def _count_absent(councils: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """How many councils that existed have no row: metric_id, period_end, wider, no_row."""
    periods = councils.select(*KEYS, _day().alias("day")).unique()
    living = pl.DataFrame(
        [(day, area_id) for day in periods["day"].unique() for area_id in alive(areas, day)],
        schema={"day": pl.Date, "area_id": pl.String},
        orient="row",
    ).join(areas.area.select("area_id", "region_id"), on="area_id")
    there = councils.select(*KEYS, pl.col("return_id").str.split("+").alias("area_id")).unique().explode("area_id")
    absent = periods.join(living, on="day").join(there.unique(), on=[*KEYS, "area_id"], how="anti")
    return _with_wider(absent, areas).group_by(*KEYS, "wider").agg(pl.len().cast(pl.Int64).alias("no_row"))


def _day() -> pl.Expr:
    # School outcomes of a year are those of children of 31 March in it.
    return pl.when("school").then(pl.date(pl.col("period_end").dt.year(), 3, 31)).otherwise("period_end")


def _means(rows: pl.DataFrame, metrics: list[Metric], others: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """England and each region lie as near to the mean of their councils, weighted by a count, as in other editions."""
    weights = pl.DataFrame(
        [(metric.id, metric.weight, *metric.mean_within) for metric in metrics if metric.weight],
        schema={"metric_id": pl.String, "weight_id": pl.String, "of_england": pl.Float64, "of_region": pl.Float64},
        orient="row",
    )
    weighed = (
        others.filter(pl.col("metric_id").is_in(weights["weight_id"].unique().to_list()))
        .select(
            pl.col("metric_id").alias("weight_id"),
            "area_id",
            # Rates of a year are by the children of the year before.
            (pl.col("period_end").dt.year() + (pl.col("metric_id") == CHILDREN).cast(pl.Int32)).alias("year"),
            pl.coalesce("numerator", "value").alias("by"),
        )
        .drop_nulls()
        .unique(["weight_id", "area_id", "year"])
    )
    figures = rows.join(weights, on="metric_id", maintain_order="left").with_columns(
        pl.col("period_end").dt.year().alias("year")
    )
    known = pl.col("value").is_not_null() & pl.col("by").is_not_null()
    means = (
        _with_wider(figures.filter(~pl.col("wide")), areas)
        .join(weighed, on=["weight_id", "area_id", "year"], how="left", maintain_order="left")
        .group_by(*KEYS, "wider")
        .agg(
            ((pl.col("value") * pl.col("by")).sum() / pl.col("by").filter(known).sum()).alias("mean"),
            (pl.col("value").max() - pl.col("value").min()).alias("spread"),
            (~known).sum().alias("unknown"),
            pl.len().alias("returns"),
        )
        .join(_count_absent(figures.filter(~pl.col("wide")), areas), on=[*KEYS, "wider"], how="left")
        .with_columns(pl.col("no_row").fill_null(0))
        .with_columns(
            ((pl.col("unknown") + pl.col("no_row")) / (pl.col("returns") + pl.col("no_row"))).alias("missing")
        )
        .filter(pl.col("missing") <= MOST_MISSING)
    )
    off = (
        pl.when(pl.col("area_id") == ENGLAND).then("of_england").otherwise("of_region")
        # Its own rounding, and that of its councils.
        + 2 * pl.col("half")
        + TIMES_ITS_SHARE * pl.col("missing") * pl.col("spread")
    )
    return compare(
        figures.filter(pl.col("wide") & pl.col("value").is_not_null()).join(
            means, left_on=[*KEYS, "area_id"], right_on=[*KEYS, "wider"], maintain_order="left"
        ),
        MEAN,
        "value",
        pl.col("mean"),
        pl.col("mean") - off,
        pl.col("mean") + off,
    )


def _with_wider(councils: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """A row of a council once for England, once for its region and, of a half of London, once for London."""
    above = dict(areas.area.filter(pl.col("kind") == "region").select("area_id", "region_id").iter_rows())
    wider = [
        councils.with_columns(pl.lit(ENGLAND).alias("wider")),
        councils.with_columns(pl.col("region_id").alias("wider")),
        councils.filter(pl.col("region_id").replace_strict(above, default=None) == LONDON).with_columns(
            pl.lit(LONDON).alias("wider")
        ),
    ]
    return pl.concat(wider)
