"""Rows, columns and years of a table that hold what should stand elsewhere: pasted, doubled, exchanged or shifted.

Such a table proves itself: its sums hold, since all rows are moved alike. What gives it away is the year before, or the
other row or column. Each threshold lies beyond what any year of any edition has, which is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from etl.areas import Areas, call_return
from etl.model import Source
from etl.readers import ees
from etl.readers.area_codes import JOINT
from etl.releases import Cells

# With fewer councils it may be a coincidence.
FEWEST = 20
# Two columns look exchanged where so many councils have the greater one where they had the smaller: 0.62 at most in
# any year (authorised and unauthorised absence in 2021), and 0.74 of one column being nearer to another's last year.
TURNED, NEARER = 0.68, 0.8
# A column was pasted over another where so many figures of the two are equal, and so few were the year before.
EQUAL, BEFORE = 0.9, 0.5
# Smaller numbers are equal by chance.
SMALL = 10
# A column's year was pasted over another where so many of their figures are equal: 0.29 at most.
SAME_YEAR = 0.5
# Two years look exchanged where the figures move so much less from year to year the other way round: 0.9955 at least.
SHORTER = 0.985
# Two rows are the same where so many figures are, and so many of all: of four or more, two in three at most.
FIGURES, ALL = 4, 0.9
_LABELS = ("time_period", "geographic_level", "old_la_code")


def find_copies(source: Source, cells: Cells, observation: pl.DataFrame, areas: Areas) -> list[str]:
    """A line for each copy in the source's tables, with its rows, and what they look like."""
    figures = read_figures(source, cells, observation, areas)
    if figures.is_empty():
        return []
    names = areas.names()
    newest = figures.filter(pl.col("year") == pl.col("year").max().over("file"))
    return [
        *_columns(figures, newest, names),
        *_years(figures.filter("used"), names),
        *_rows(newest, names),
    ]


def read_figures(source: Source, cells: Cells, observation: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """Numbers of councils: file, line, period, year, return_id, figure (group and column), number, and whether a metric
    is read from it (`used`). Of a file that is no tidy table, the values of its metrics.
    """
    used: dict[str, set[str]] = {}
    for metric in source.metrics:
        name = metric.file or source.release.files[0].name
        used.setdefault(name, set()).update((metric.column, *metric.numerator, *metric.denominator, *metric.unknown))
    frames = []
    for file in source.release.files:
        rows = cells.frame.filter(pl.col("file") == file.name)
        label = rows.filter(pl.col("column").is_in([*_LABELS, *file.groups]))
        if label["column"].n_unique() < len(_LABELS) + len(file.groups):
            continue
        year = pl.col("time_period").str.slice(0, 4).cast(pl.Int64, strict=False).alias("year")
        named = (
            label.pivot(on="column", index="line", values="text")
            .filter(pl.col("geographic_level") == "Local authority")
            .with_columns(year)
        )
        # Of other columns only the newest year is compared, with the year before.
        newest = named.filter(pl.col("year") >= pl.col("year").max() - 1)["line"]
        of_metric = pl.col("column").is_in(list(used.get(file.name, ())))
        number = pl.col("text").cast(pl.Float64, strict=False)
        frames.append(
            rows.filter(of_metric | pl.col("line").is_in(newest.implode()))
            .filter(~pl.col("column").is_in([*ees.KEYS, *ees.LABELS, *file.groups]))
            .select("file", "line", "column", number.alias("number"))
            .drop_nulls()
            .join(named, on="line")
            .select(
                "file",
                "line",
                pl.col("time_period").str.replace(r"^(\d{4})(\d{2})$", "$1/$2").alias("period"),
                "year",
                pl.col("old_la_code").str.strip_chars().str.split(JOINT).list.sort().list.join("+").alias("return_id"),
                pl.concat_str([*(pl.col(group) for group in file.groups), "column"], separator=", ").alias("figure"),
                "number",
                of_metric.alias("used"),
            )
        )
    tidy = [frame["file"][0] for frame in frames if frame.height]
    titles = {metric.id: metric.title.lower() for metric in source.metrics}
    others = observation.filter(
        (pl.col("source_id") == source.id)
        & pl.col("metric_id").is_in(list(titles))
        & ~pl.col("file").is_in(tidy)
        & pl.col("area_id").is_in(areas.authorities["area_id"].to_list())
        & pl.col("line").is_not_null()
    ).unique(["metric_id", "return_id", "period_end"], keep="first", maintain_order=True)
    frames.append(
        others.select(
            # One table a year, or one of all years.
            pl.col("file").last().alias("file"),
            "line",
            "period",
            pl.col("period_end").dt.year().cast(pl.Int64).alias("year"),
            "return_id",
            pl.col("metric_id").replace_strict(titles).alias("figure"),
            pl.col("value").alias("number"),
            pl.lit(True).alias("used"),
        ).drop_nulls()
    )
    return pl.concat(frames)


def _with_before(now: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Positive numbers as logarithms, `now` and `before`: of the year before, in the same table."""
    log = pl.col("number").log()
    before = figures.filter(pl.col("number") > 0).select(
        "file", "return_id", "figure", pl.col("year") + 1, log.alias("before")
    )
    return (
        now.filter(pl.col("number") > 0)
        .with_columns(log.alias("now"))
        .join(before, on=["file", "return_id", "figure", "year"], maintain_order="left")
    )


def compare_columns(figures: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """Each two columns of the newest year of a table, the first a used one, beside those of the year before.

    file, period, figure, other, councils, and of these the share in which the greater of the two `turned`, in which the
    first is `nearer` to the other's of the year before, and in which the two are `equal`, and were `equal_before`.
    """
    own = _with_before(newest, figures)
    key = ["file", "year", "return_id"]
    other = own.select(*key, *(pl.col(column).alias(f"{column}_other") for column in ("figure", "now", "before")))
    apart, before = pl.col("now") - pl.col("now_other"), pl.col("before") - pl.col("before_other")
    own_way = (pl.col("now") - pl.col("before")).abs()
    large = pl.col("number") >= SMALL
    return (
        own.filter("used")
        .join(other, on=key)
        .filter(pl.col("figure") != pl.col("figure_other"))
        .group_by("file", "period", "figure", pl.col("figure_other").alias("other"), maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("councils"),
            (apart * before < 0).mean().alias("turned"),
            ((pl.col("now") - pl.col("before_other")).abs() < own_way).mean().alias("nearer"),
            (apart == 0).filter(large).mean().fill_null(0.0).alias("equal"),
            (before == 0).filter(large).mean().fill_null(0.0).alias("equal_before"),
            pl.col("return_id", "line").sort_by("line").first(),
        )
        .filter(pl.col("councils") >= FEWEST)
    )


def _columns(figures: pl.DataFrame, newest: pl.DataFrame, names: dict[str, str]) -> Iterator[str]:
    turned, nearer = pl.col("turned") >= TURNED, pl.col("nearer") >= NEARER
    equal = (pl.col("equal") >= EQUAL) & (pl.col("equal_before") < BEFORE)
    found = (
        compare_columns(figures, newest)
        .filter(turned | nearer | equal)
        # Of several that a column is like, the one that it is most like.
        .sort("nearer", descending=True, maintain_order=True)
        .unique(["file", "figure"], keep="first", maintain_order=True)
        .sort("file", "figure")
    )
    for row in found.iter_rows(named=True):
        of = f"{row['file']}: {row['figure']!r} in {row['period']}"
        if row["equal"] >= EQUAL:
            what = f"is {row['other']!r} in {row['equal']:.0%} of {row['councils']} councils, and was not before"
        elif row["nearer"] >= NEARER:
            what = (
                f"looks like {row['other']!r}: in {row['nearer']:.0%} of {row['councils']} councils it is nearer to "
                "that of the year before than to its own"
            )
        else:
            what = (
                f"and {row['other']!r} look exchanged: in {row['turned']:.0%} of {row['councils']} councils the "
                "greater of the two was the smaller the year before"
            )
        yield f"{of} {what}, first of all {call_return(row['return_id'], names)} (line {row['line']})."


def compare_years(figures: pl.DataFrame) -> pl.DataFrame:
    """Each column in each two years of a table: file, figure, year, other (a later one), the share of figures that are
    equal, how far `apart` they are on average, and of how many `councils`.
    """
    varied = figures.filter(
        (pl.col("number") >= SMALL) & (pl.col("number").n_unique().over("file", "figure", "year") > 1)
    ).with_columns(pl.col("number").log().alias("now"))
    key = ["file", "return_id", "figure"]
    other = varied.select(*key, pl.col("year").alias("other"), pl.col("now").alias("then"))
    apart = (pl.col("now") - pl.col("then")).abs()
    return (
        varied.join(other, on=key)
        .filter(pl.col("year") < pl.col("other"))
        .group_by("file", "figure", "year", "other")
        .agg(
            (apart == 0).mean().alias("equal"),
            apart.median().alias("apart"),
            pl.len().cast(pl.Int64).alias("councils"),
            pl.col("return_id", "line").sort_by("line").first(),
        )
        .filter(pl.col("councils") >= FEWEST)
        .sort("file", "year", "other", "figure")
    )


def shorten(years: pl.DataFrame) -> tuple[float, tuple[int, int]]:
    """How far the figures of one file move through all years with two years in a row exchanged, as a share of how far
    they move now, and which two; the least of all.
    """
    means = years.group_by("year", "other").agg(pl.col("apart").mean())
    apart = {(year, other): far for year, other, far in means.iter_rows()}
    apart |= {(other, year): far for (year, other), far in apart.items()}
    order = sorted({year for pair in apart for year in pair})

    def length(of: list[int]) -> float:
        return float(sum(apart.get(pair, float("inf")) for pair in pairwise(of)))

    least, which = float("inf"), (0, 0)
    for one, two in pairwise(order):
        other_way = [two if year == one else one if year == two else year for year in order]
        share = length(other_way) / max(length(order), 1e-9)
        if share < least:
            least, which = share, (one, two)
    return least, which


def _years(figures: pl.DataFrame, names: dict[str, str]) -> Iterator[str]:
    for (file,), years in compare_years(figures).partition_by("file", as_dict=True, maintain_order=True).items():
        pasted = years.filter(pl.col("equal") >= SAME_YEAR)
        for row in pasted.unique(["year", "other"], keep="first", maintain_order=True).iter_rows(named=True):
            yield (
                f"{file}: {row['figure']!r} is the same in {row['year']} and {row['other']} in {row['equal']:.0%} of "
                f"{row['councils']} councils, first of all {call_return(row['return_id'], names)} (line {row['line']})"
                ": one year may be pasted over the other."
            )
        share, (one, two) = shorten(years)
        if pasted.is_empty() and share < SHORTER:
            yield (
                f"{file}: the years {one} and {two} look exchanged: the other way round the figures move "
                f"{1 - share:.1%} less from year to year."
            )


def compare_rows(newest: pl.DataFrame) -> pl.DataFrame:
    """Each two councils of which a table has equal figures: file, period, return_id and line of both, how many
    `figures` are equal, and the share of those that both have.
    """
    large = newest.filter(pl.col("number") >= 2 * SMALL)
    key = ["file", "period", "figure", "number"]
    alike = large.filter(pl.len().over(key).is_between(2, FEWEST))
    other = alike.select(*key, pl.col("return_id").alias("other"), pl.col("line").alias("other_line"))
    both = ["file", "period", "return_id", "other"]
    equal = (
        alike.join(other, on=key)
        .filter(pl.col("return_id") < pl.col("other"))
        .group_by(both)
        .agg(pl.len().cast(pl.Int64).alias("figures"), pl.first("line", "other_line"))
    )
    all_of = large.group_by("file", "period", "return_id").agg(pl.len().alias("all"))
    return (
        equal.join(all_of, on=["file", "period", "return_id"])
        .join(all_of.rename({"return_id": "other", "all": "other_all"}), on=["file", "period", "other"])
        .with_columns((pl.col("figures") / pl.max_horizontal("all", "other_all")).alias("share"))
        .sort("file", "line")
    )


def _rows(newest: pl.DataFrame, names: dict[str, str]) -> Iterator[str]:
    doubled = compare_rows(newest).filter((pl.col("figures") >= FIGURES) & (pl.col("share") >= ALL))
    for row in doubled.iter_rows(named=True):
        yield (
            f"{row['file']}: {call_return(row['return_id'], names)} (line {row['line']}) and "
            f"{call_return(row['other'], names)} (line {row['other_line']}) have the same {row['figures']} figures in "
            f"{row['period']}: one row may be pasted over the other."
        )
