"""Read the Local Authority Interactive Tool (LAIT), the Department for Education's own collection of measures.

One row a measure, year and area; every council that ever existed has a row in every year. A dash is the only symbol:
suppressed, not applicable and not existing alike. Numbers carry binary noise (`22.700000000000003`), and joint returns
are printed for each council of them. What is read of it is declared in `etl.sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from etl.areas import Areas
from etl.model import (
    COUNCIL_DATES,
    ENGLAND,
    MENDED,
    NEW_COUNCIL,
    WHICH_IS_RIGHT,
    Context,
    Loaded,
    PeriodKind,
    Source,
    SourceError,
    Status,
    to_observations,
)
from etl.readers import ees, lait_counts
from etl.readers.area_codes import refuse
from etl.releases import Cells, require

FILE = "bds_long_0_2026-04-08.parquet"
MEASURE, YEARS, NAME, VALUE, NUMBER = "Short Desc", "Years", "LA and Regions", "Values", "LA Number"
COLUMNS = (MEASURE, YEARS, NAME, VALUE, NUMBER)
MISSING = "-"
FIRST_YEAR = 2016
PER_CHILD = "£ per child"
# What a rate of a fill is a rate of: the estimates of the population, which the tool does not print.
CHILDREN = "children"
DECLARED = "If it is right, declare it in etl/sources/local_authority_interactive_tool.py."
# The tool's own numbers of England and the regions.
REGIONS = {
    "970": ENGLAND,
    "980": "E12000001",
    "981": "E12000002",
    "982": "E12000003",
    "983": "E12000004",
    "984": "E12000005",
    "985": "E12000006",
    "986": "E12000007",
    "987": "E13000001",
    "988": "E13000002",
    "989": "E12000008",
    "990": "E12000009",
}
_AUTUMN = (PeriodKind.AT_30_SEPTEMBER, PeriodKind.YEAR_TO_30_SEPTEMBER)


@dataclass(frozen=True)
class Fill:
    """Years of another source's metric that only the tool holds, with the measures of its counts where it has them."""

    measure: str
    years: tuple[int, ...]
    numerator: str = ""
    denominator: str = ""
    numerator_from: int = FIRST_YEAR
    denominator_from: int = FIRST_YEAR
    """The first years whose figures are made of these: counts may be rounded before, or estimates revised."""


@dataclass(frozen=True)
class Tool:
    """What is declared of the tool beside its metrics."""

    companions: Mapping[str, PeriodKind]
    """Measures without a metric of their own: counts of another, fills, and what is only compared with other tables."""
    fills: Mapping[str, Fill]
    """By metric."""
    joint: Mapping[tuple[str, str], int]
    """Councils that return their workforce together, and since when (rule `joint-returns`)."""
    misplaced: Mapping[tuple[str, str], tuple[tuple[int, ...], str]]
    """Figures under a council that was no more or not yet: measure and number -> years, and why."""


def load(tool: Tool, source: Source, cells: Cells, context: Context) -> Loaded:
    """The observations of all metrics and fills, rows of councils that did not exist as rejects, and the ledger."""
    table = cells.table(FILE)
    rows = read(tool, table, source, context.areas)
    unique = without_duplicates(rows)
    existing, rejects = _without_nonexistent(tool, unique, context.areas, source)
    existing = joined(tool, existing, source)
    conferences, conference_ledger = lait_counts.conferences(source, cells, context)
    counts = {lait_counts.ON_TIME: conferences, lait_counts.IN_TIME: lait_counts.reviews(existing)}
    sums = list(REGIONS.values())

    frames = []
    for metric in source.metrics:
        frame = existing.filter(pl.col("measure") == metric.where[MEASURE])
        if metric.unit == PER_CHILD:
            frame = lait_counts.per_child(frame, context, sums)
        elif metric.id in counts:
            of_another = metric.id == lait_counts.ON_TIME
            frame = lait_counts.with_counts(frame, counts[metric.id], sums, another_table=of_another)
        frames.append(_observations(frame, metric.id, metric.period_kind, source))
    for metric_id, fill in tool.fills.items():
        frames.append(_observations(_filled(fill, existing, context), metric_id, tool.companions[fill.measure], source))
    ledger = (source.id, FILE, cells.sha256(FILE), rows.height, existing.height, len(rejects))
    ledgers = [(*ledger, rows.height - unique.height), conference_ledger]
    return Loaded.of({"observation": pl.concat(frames)}, ledgers, rejects)


def _filled(fill: Fill, rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The rows of a fill with the counts it is made of, where the tool or the estimates of the population have them."""

    def counted(measure: str, name: str) -> pl.DataFrame:
        return rows.filter(pl.col("measure") == measure).select("year", "area_id", pl.col("value").alias(name))

    frame = rows.filter((pl.col("measure") == fill.measure) & pl.col("year").is_in(fill.years)).join(
        counted(fill.numerator, "numerator"), on=["year", "area_id"], how="left", maintain_order="left"
    )
    if fill.denominator == CHILDREN:
        frame = frame.join(
            ees.per_child(frame, context).select("line", "denominator"), on="line", maintain_order="left"
        )
    else:
        counts = counted(fill.denominator, "denominator")
        frame = frame.join(counts, on=["year", "area_id"], how="left", maintain_order="left")
    since = {"numerator": fill.numerator_from, "denominator": fill.denominator_from}
    return frame.with_columns(
        pl.when(pl.col("year") >= first).then(count).alias(count) for count, first in since.items()
    )


def read(tool: Tool, table: pl.DataFrame, source: Source, areas: Areas) -> pl.DataFrame:
    """The table with line, measure, area_id, year, double (a financial year), value, status, symbol and return_id.

    Raises SourceError for an unknown year, number, name or symbol, a number that cannot be, and a measure
    that is not in the file.
    """
    require(table, COLUMNS, FILE)
    units = {metric.where[MEASURE]: metric.unit for metric in source.metrics}
    kinds = {metric.where[MEASURE]: metric.period_kind for metric in source.metrics} | {**tool.companions}
    for measure in kinds.keys() - set(table[MEASURE]):
        remedy = "If the publisher renamed the measure, change it in the source's declaration."
        raise SourceError("E_GROUP", f"no row of the measure {measure!r}.", remedy, FILE, column=MEASURE)
    rows = _placed(table, areas)

    label = pl.col(YEARS).str.extract_groups(r"^(\d{4})(?:-(\d\d)(?: \(OT\))?)?$")
    first, second = label.struct["1"].cast(pl.Int64), label.struct["2"]
    year = pl.when(second.is_null()).then(first).otherwise(first + 1)
    financial = pl.col(MEASURE).is_in([of for of, kind in kinds.items() if kind is PeriodKind.FINANCIAL_YEAR])
    in_a_row = second.is_null() | ((year % 100).cast(pl.String).str.zfill(2) == second)
    this_year = datetime.now(UTC).year
    known = in_a_row & (second.is_not_null() == financial) & year.is_between(FIRST_YEAR, this_year + 1)
    refuse(
        rows, ~known, "E_PERIOD", YEARS, FILE,
        "is not a year, or for spending two years in a row (2024-25 or 2024-25 (OT)).",
        "Revised years and longer periods stand for other figures: see the source's module.",
    )  # fmt: skip

    text = pl.col(VALUE).str.strip_chars()
    numeric = text.str.contains(ees.NUMBER).fill_null(False)
    refuse(
        rows, ~numeric & (text != MISSING), "E_SYMBOL", VALUE, FILE, f"is neither a number nor {MISSING!r}.",
        "If the publisher introduced a symbol, add it with its meaning to the source.",
    )  # fmt: skip
    number = pl.when(numeric).then(text).cast(pl.Float64)
    refuse(rows, number < 0, "E_NEGATIVE", VALUE, FILE, "is negative; nothing here can be.", MENDED)
    percent = pl.col(MEASURE).is_in([measure for measure, unit in units.items() if unit == "%"])
    refuse(rows, percent & (number > 100), "E_OVER_100", VALUE, FILE, "is over 100 %.", MENDED)
    return rows.select(
        "line",
        pl.col(MEASURE).alias("measure"),
        "area_id",
        year.alias("year"),
        second.is_not_null().alias("double"),
        # What is printed whole is whole: pounds have more digits than noise leaves standing.
        pl.when(text.str.contains(".", literal=True))
        .then(number.round_sig_figs(ees.SIGNIFICANT))
        .otherwise(number)
        .alias("value"),
        pl.when(numeric).then(pl.lit(str(Status.OBSERVED))).otherwise(pl.lit(str(Status.UNSPECIFIED))).alias("status"),
        pl.when(~numeric).then(text).alias("symbol"),
        pl.col("area_id").alias("return_id"),
        pl.struct(MEASURE, YEARS, NAME, VALUE, NUMBER).alias("printed"),
        pl.concat_str(MEASURE, YEARS, NAME, VALUE, separator=", ").alias("raw"),
    )


def _workforce(source: Source) -> list[str]:
    return [metric.where[MEASURE] for metric in source.metrics if metric.period_kind in _AUTUMN]


def _placed(table: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """The table with `area_id`: the tool's numbers are DfE's of councils, and its own of England and the regions."""
    known = {number: number for number in areas.by_number()} | REGIONS
    rows = table.with_columns(
        pl.col(NUMBER)
        .str.extract(r"^(\d{3})(?:\.0)?$")
        .replace_strict(known, default=None, return_dtype=pl.String)
        .alias("area_id")
    )
    refuse(
        rows, pl.col("area_id").is_null(), "E_UNKNOWN_LA", NUMBER, FILE,
        "is not the number of an area we know.", NEW_COUNCIL,
    )  # fmt: skip
    for row in rows.unique([NAME, "area_id"], maintain_order=True).iter_rows(named=True):
        if not areas.is_called(row["area_id"], row[NAME]):
            what = f"{row['area_id']} is called {row[NAME]!r}, which is not a name of it."
            remedy = "If the name is a new variant, add it to data/local_authorities.csv or data/regions.csv."
            raise SourceError("E_NAME", what, remedy, FILE, row["line"], NAME)
    return rows


def without_duplicates(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with exact repeats dropped; the same measure, area and year with another value raises E_DUP_KEY."""
    unique = rows.unique("printed", keep="first", maintain_order=True)
    again = unique.filter(pl.struct("measure", "area_id", "year").is_duplicated()).sort(
        "measure", "area_id", "year", "line"
    )
    if again.height:
        first, second = again.row(0, named=True), again.row(1, named=True)
        key = f"{second['measure']} of {second['area_id']} for {second['year']}"
        what = f"{key} stands here and on line {first['line']}."
        raise SourceError("E_DUP_KEY", what, WHICH_IS_RIGHT, FILE, second["line"])
    return unique


def _without_nonexistent(
    tool: Tool, rows: pl.DataFrame, areas: Areas, source: Source
) -> tuple[pl.DataFrame, list[tuple[object, ...]]]:
    """Rows of councils that existed at the end of the period, and rejects for the others.

    A number under a council that did not exist raises E_ENDED_LA, unless it is declared as misplaced.
    """
    autumn = pl.col("measure").is_in(_workforce(source))
    dated = rows.join(
        areas.authorities.select("area_id", "name", "start_date", "end_date"),
        on="area_id",
        how="left",
        maintain_order="left",
    ).with_columns(
        pl.date("year", pl.when(autumn).then(9).otherwise(3), pl.when(autumn).then(30).otherwise(31)).alias("end")
    )
    did_not_exist = ((pl.col("start_date") > pl.col("end")) | (pl.col("end_date") < pl.col("end"))).fill_null(False)
    rejects: list[tuple[object, ...]] = []
    for row in dated.filter(did_not_exist).iter_rows(named=True):
        why = "the row holds symbols only"
        if row["value"] is not None:
            years, why = tool.misplaced.get((row["measure"], row["area_id"]), ((), ""))
            if row["year"] not in years:
                what = f"{row['name']} ({row['area_id']}) did not exist in {row['year']} and cannot have a figure."
                remedy = f"{COUNCIL_DATES} {DECLARED}"
                raise SourceError("E_ENDED_LA", what, remedy, FILE, row["line"], YEARS)
        message = f"{row['name']} did not exist in {row['year']}; {why}."
        rejects.append((source.id, FILE, row["line"], row["raw"], "R_NOT_THEN", message))
    return dated.filter(~did_not_exist).select(rows.columns), rejects


def joined(tool: Tool, rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Rows of a joint return with the `return_id` of both councils; figures that differ raise E_JOINT."""
    measures = _workforce(source)
    for pair, since in tool.joint.items():
        ours = pl.col("measure").is_in(measures) & pl.col("area_id").is_in(pair) & (pl.col("year") >= since)
        unlike = (
            rows.filter(ours)
            .group_by("measure", "year")
            .agg(pl.len(), pl.struct("value", "status").n_unique().alias("figures"), pl.max("line"))
            .filter((pl.col("figures") > 1) | (pl.col("len") != len(pair)))
            .sort("line")
        )
        if unlike.height:
            row = unlike.row(0, named=True)
            what = f"{row['measure']} of {row['year']} differs between {' and '.join(pair)}, which return it together."
            remedy = "If they report separately now, say until when in the source's module."
            raise SourceError("E_JOINT", what, remedy, FILE, row["line"], VALUE)
        rows = rows.with_columns(pl.when(ours).then(pl.lit("+".join(pair))).otherwise("return_id").alias("return_id"))
    return rows


def _observations(rows: pl.DataFrame, metric_id: str, kind: PeriodKind, source: Source) -> pl.DataFrame:
    year, end = pl.col("year").cast(pl.String), kind.end(FIRST_YEAR)
    double = pl.concat_str((pl.col("year") - 1).cast(pl.String), pl.lit("/"), year.str.slice(2))
    dated = rows.with_columns(
        pl.date("year", end.month, end.day).alias("period_end"),
        pl.when("double").then(double).otherwise(year).alias("period"),
    )
    return to_observations(dated, metric_id=metric_id, source_id=source.id, file=FILE)
