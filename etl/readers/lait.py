"""Read the Local Authority Interactive Tool (LAIT), the Department for Education's own collection of measures.

One row a measure, year and area; every council that ever was stands in every year. A dash is the only symbol:
suppressed, not applicable and not existing alike. Numbers carry binary noise (`22.700000000000003`), and joint returns
are printed for each council of them. What is read of it is declared in `etl.sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from etl.areas import Areas, name_key
from etl.model import (
    ENGLAND,
    LEDGER,
    OBSERVATION,
    Context,
    Loaded,
    PeriodKind,
    Source,
    SourceError,
    Status,
)
from etl.readers import ees, lait_counts
from etl.releases import Cells, require

FILE = "bds_long_selected.parquet"
MEASURE, YEARS, NAME, VALUE, NUMBER = "Short Desc", "Years", "LA and Regions", "Values", "LA Number"
COLUMNS = (MEASURE, YEARS, NAME, VALUE, NUMBER)
MISSING = "-"
FIRST_YEAR = 2016
PER_CHILD = "£ per child"
MENDED = "Report it to the publisher; do not load the file until it is mended."
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
class Tool:
    """What is declared of the tool beside its metrics."""

    companions: Mapping[str, PeriodKind]
    """Measures without a metric of their own: counts of another, fills, and what is only held against other tables."""
    fills: Mapping[str, tuple[str, tuple[int, ...]]]
    """Years of other sources' metrics that only the tool holds: metric -> measure and years."""
    joint: Mapping[tuple[str, str], int]
    """Councils that return their workforce together, and since when (rule 3)."""
    misplaced: Mapping[tuple[str, str], tuple[tuple[int, ...], str]]
    """Figures under a council that was no more or not yet: measure and number -> years, and why."""


def load(tool: Tool, source: Source, cells: Cells, context: Context) -> Loaded:
    """The observations of all metrics and fills, rows of councils that did not exist as rejects, and the ledger."""
    table = cells.table(FILE)
    rows = read(tool, table, source, context.areas)
    unique = without_duplicates(rows)
    living, rejects = _without_ghosts(tool, unique, context.areas, source)
    living = joined(tool, living, source)
    conferences, conference_ledger = lait_counts.conferences(source, cells, context)
    counts = {lait_counts.ON_TIME: conferences, lait_counts.IN_TIME: lait_counts.reviews(living)}
    sums = list(REGIONS.values())

    frames = []
    for metric in source.metrics:
        frame = living.filter(pl.col("measure") == metric.where[MEASURE])
        if metric.unit == PER_CHILD:
            frame = lait_counts.per_child(frame, context, sums)
        elif metric.id in counts:
            frame = lait_counts.with_counts(frame, counts[metric.id], sums)
        frames.append(_observations(frame, metric.id, metric.period_kind, source))
    for metric_id, (measure, years) in tool.fills.items():
        frame = living.filter((pl.col("measure") == measure) & pl.col("year").is_in(years))
        frames.append(_observations(frame, metric_id, tool.companions[measure], source))
    ledger = (source.id, FILE, cells.sha256(FILE), rows.height, living.height, rejects.height)
    return Loaded(
        {"observation": pl.concat(frames).match_to_schema(OBSERVATION), "reject": rejects},
        pl.DataFrame([(*ledger, rows.height - unique.height), conference_ledger], schema=LEDGER, orient="row"),
    )


def read(tool: Tool, table: pl.DataFrame, source: Source, areas: Areas) -> pl.DataFrame:
    """The table with line, measure, area_id, year, double (a financial year), value, status, symbol and return_id.

    Raises SourceError for an unknown measure, year, number, name or symbol, a number that cannot be, and a measure
    that is not in the file.
    """
    require(table, COLUMNS, FILE)
    units = {metric.where[MEASURE]: metric.unit for metric in source.metrics}
    kinds = {metric.where[MEASURE]: metric.period_kind for metric in source.metrics} | {**tool.companions}
    _refuse(
        table, ~pl.col(MEASURE).is_in(list(kinds)), "E_GROUP", MEASURE,
        "is not a measure that is read.", DECLARED,
    )  # fmt: skip
    for measure in kinds.keys() - set(table[MEASURE]):
        raise SourceError(
            "E_GROUP",
            f"no row of the measure {measure!r}.",
            "If the publisher renamed the measure, change it in the source's declaration.",
            FILE,
            column=MEASURE,
        )
    rows = _placed(table, areas)

    label = pl.col(YEARS).str.extract_groups(r"^(\d{4})(?:-(\d\d)(?: \(OT\))?)?$")
    first, second = label.struct["1"].cast(pl.Int64), label.struct["2"]
    year = pl.when(second.is_null()).then(first).otherwise(first + 1)
    financial = pl.col(MEASURE).is_in([of for of, kind in kinds.items() if kind is PeriodKind.FINANCIAL_YEAR])
    in_a_row = second.is_null() | ((year % 100).cast(pl.String).str.zfill(2) == second)
    this_year = datetime.now(UTC).year
    known = in_a_row & (second.is_not_null() == financial) & year.is_between(FIRST_YEAR, this_year + 1)
    _refuse(
        rows, ~known, "E_PERIOD", YEARS,
        "is not a year, or for spending two years in a row (2024-25 or 2024-25 (OT)).",
        "Revised years and longer periods stand for other figures: see the source's module.",
    )  # fmt: skip

    text = pl.col(VALUE).str.strip_chars()
    numeric = text.str.contains(ees.NUMBER).fill_null(False)
    _refuse(
        rows, ~numeric & (text != MISSING), "E_SYMBOL", VALUE, f"is neither a number nor {MISSING!r}.",
        "If the publisher introduced a symbol, add it with its meaning to the source.",
    )  # fmt: skip
    number = pl.when(numeric).then(text).cast(pl.Float64)
    _refuse(rows, number < 0, "E_NEGATIVE", VALUE, "is negative; nothing here can be.", MENDED)
    percent = pl.col(MEASURE).is_in([measure for measure, unit in units.items() if unit == "%"])
    _refuse(rows, percent & (number > 100), "E_OVER_100", VALUE, "is over 100 %.", MENDED)
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
    _refuse(
        rows, pl.col("area_id").is_null(), "E_UNKNOWN_LA", NUMBER, "is not the number of an area we know.",
        "If it is a new council, add it to data/local_authorities.csv and data/successions.csv.",
    )  # fmt: skip
    names = {(name_key(name), area_id) for name, area_id in areas.name.select("name", "area_id").iter_rows()}
    for row in rows.unique([NAME, "area_id"], maintain_order=True).iter_rows(named=True):
        if (name_key(row[NAME] or ""), row["area_id"]) not in names:
            raise SourceError(
                "E_NAME",
                f"{row['area_id']} is called {row[NAME]!r}, which is not a name of it.",
                "If the name is a new variant, add it to data/local_authorities.csv or data/regions.csv.",
                FILE,
                row["line"],
                NAME,
            )
    return rows


def without_duplicates(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with exact repeats dropped; the same measure, area and year with another value raises E_DUP_KEY."""
    unique = rows.unique("printed", keep="first", maintain_order=True)
    again = unique.filter(pl.struct("measure", "area_id", "year").is_duplicated()).sort(
        "measure", "area_id", "year", "line"
    )
    if again.height:
        first, second = again.row(0, named=True), again.row(1, named=True)
        raise SourceError(
            "E_DUP_KEY",
            f"{second['measure']} of {second['area_id']} for {second['year']} stands here and on line {first['line']}.",
            "The publisher must say which is right; do not load the file until then.",
            FILE,
            second["line"],
        )
    return unique


def _without_ghosts(tool: Tool, rows: pl.DataFrame, areas: Areas, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
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
    ghost = ((pl.col("start_date") > pl.col("end")) | (pl.col("end_date") < pl.col("end"))).fill_null(False)
    ghosts, rejects = dated.filter(ghost), []
    for row in ghosts.iter_rows(named=True):
        why = "the row holds symbols only"
        if row["value"] is not None:
            years, why = tool.misplaced.get((row["measure"], row["area_id"]), ((), ""))
            if row["year"] not in years:
                raise SourceError(
                    "E_ENDED_LA",
                    f"{row['name']} ({row['area_id']}) did not exist in {row['year']} and cannot have a figure.",
                    f"Check the authority's dates in data/local_authorities.csv. {DECLARED}",
                    FILE,
                    row["line"],
                    YEARS,
                )
        message = f"{row['name']} did not exist in {row['year']}; {why}."
        rejects.append((source.id, FILE, row["line"], row["raw"], "R_NOT_THEN", message))
    reject = {
        "source_id": pl.String, "file": pl.String, "line": pl.Int64, "raw": pl.String, "rule": pl.String,
        "message": pl.String,
    }  # fmt: skip
    return dated.filter(~ghost).select(rows.columns), pl.DataFrame(rejects, schema=reject, orient="row")


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
            raise SourceError(
                "E_JOINT",
                f"{row['measure']} of {row['year']} differs between {' and '.join(pair)}, which return it together.",
                "If they report separately now, say until when in the source's module.",
                FILE,
                row["line"],
                VALUE,
            )
        rows = rows.with_columns(pl.when(ours).then(pl.lit("+".join(pair))).otherwise("return_id").alias("return_id"))
    return rows


def _observations(rows: pl.DataFrame, metric_id: str, kind: PeriodKind, source: Source) -> pl.DataFrame:
    counts = [name if name in rows.columns else pl.lit(None, pl.Float64).alias(name)
              for name in ("numerator", "denominator")]  # fmt: skip
    year = pl.col("year").cast(pl.String)
    before = (pl.col("year") - 1).cast(pl.String)
    end = kind.end(FIRST_YEAR)
    return rows.select(
        pl.lit(metric_id).alias("metric_id"),
        "area_id",
        pl.date("year", end.month, end.day).alias("period_end"),
        pl.when("double").then(pl.concat_str(before, pl.lit("/"), year.str.slice(2))).otherwise(year).alias("period"),
        "value",
        "status",
        "symbol",
        *counts,
        "return_id",
        pl.lit(source.id).alias("source_id"),
        pl.lit(FILE).alias("file"),
        "line",
    ).select(OBSERVATION.names())


def _refuse(rows: pl.DataFrame, bad: pl.Expr, rule: str, column: str, what: str, remedy: str) -> None:
    offending = rows.filter(bad.fill_null(True) if rule != "E_OVER_100" and rule != "E_NEGATIVE" else bad)
    if offending.height:
        first = offending.row(0, named=True)
        more = f" ({offending.height} such rows)" if offending.height > 1 else ""
        raise SourceError(rule, f"{first[column]!r} {what}{more}", remedy, FILE, first["line"], column)
