"""Read the tidy tables of Explore Education Statistics: one row an area and year, one column a measure.

Everything is text until here. A cell becomes a number by a strict pattern or a status by the source's own symbols;
anything else stops the load by name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import zip_longest

import polars as pl

from etl import releases
from etl.areas import Areas, name_key
from etl.model import (
    LEDGER,
    OBSERVATION,
    Context,
    Loaded,
    Metric,
    Source,
    SourceError,
    Status,
)
from etl.releases import Cells

KEYS = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "region_code",
    "old_la_code",
    "new_la_code",
    "la_name",
)
NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
FIRST_YEAR = 2000
# Published rates carry one or two decimals; the rest of a float is binary noise (rule 7).
SIGNIFICANT = 9
# Which column says whom a row of each level is for.
CODE = {"National": "country_code", "Regional": "region_code", "Local authority": "old_la_code"}
# Where one row stands for several authorities, publishers part their numbers and names like this.
JOINT = " / "


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """The observations of all metrics of a source, and its ledger.

    Returns tables {"observation": OBSERVATION}; a rate per 10,000 children needs the metric `children` loaded before.
    Raises SourceError naming rule, file, line and column.
    """
    observations, ledger = [], []
    for file in source.release.files:
        table = cells.table(file.name)
        rows = located(table, context.areas, file.name)
        unique = without_duplicates(rows, table, file.name)
        for metric in source.metrics:
            if (metric.file or source.release.files[0].name) == file.name:
                observations.append(observed(metric, unique, source, file.name, context))
        repeats = rows.height - unique.height
        ledger.append((source.id, file.name, cells.sha256(file.name), rows.height, unique.height, 0, repeats))
    return Loaded(
        {"observation": pl.concat(observations).match_to_schema(OBSERVATION)},
        pl.DataFrame(ledger, schema=LEDGER, orient="row"),
    )


def located(table: pl.DataFrame, areas: Areas, file: str) -> pl.DataFrame:
    """The table with `year` (integer), `return_id` and `area_ids` (list): whom each row is for.

    Authorities are known by their three-digit number; a row for several carries all of them (`314 / 318`). Its name
    and GSS code must be ones of that number. Raises SourceError for an unknown level, period, number, name or code.
    """
    releases.require(table, KEYS, file)
    rows = table.with_columns(
        pl.coalesce(
            pl.when(pl.col("geographic_level") == level).then(pl.col(code)) for level, code in CODE.items()
        ).alias("return_id")
    )
    _refuse(
        rows, pl.col("return_id").is_null(), "E_LEVEL", "geographic_level", file,
        "is not National, Regional or Local authority with its code.",
        "Only these levels are loaded; download the local authority edition of the table.",
    )  # fmt: skip
    this_year = datetime.now(UTC).year
    year = pl.col("time_period").cast(pl.Int64, strict=False)
    _refuse(
        rows,
        ~pl.col("time_period").str.contains(r"^[0-9]{4}$") | ~year.is_between(FIRST_YEAR, this_year + 1),
        "E_PERIOD", "time_period", file,
        f"is not a year from {FIRST_YEAR} to {this_year + 1}.",
        "The period form of the table changed; see the source's module.",
    )  # fmt: skip
    _refuse(
        rows, pl.col("time_identifier") != "Reporting year", "E_PERIOD", "time_identifier", file,
        "is not 'Reporting year'.", "The period form of the table changed; see the source's module.",
    )  # fmt: skip

    rows = rows.with_columns(
        year.alias("year"),
        pl.col("return_id").str.split(JOINT).alias("area_ids"),
        pl.col("return_id").str.replace_all(JOINT, "+", literal=True),
    )
    _check_authorities(rows, areas, file)
    return rows


def without_duplicates(rows: pl.DataFrame, table: pl.DataFrame, file: str) -> pl.DataFrame:
    """Rows with exact repeats dropped. The same authority and year with other values raises E_DUP_KEY, both lines."""
    published = [column for column in table.columns if column != "line"]
    unique = rows.unique(subset=published, keep="first", maintain_order=True)
    # By authority, so that one reporting jointly and alone is found too.
    each = unique.select("year", "line", pl.col("area_ids").alias("area_id")).explode("area_id")
    again = each.filter(pl.struct("year", "area_id").is_duplicated()).sort("year", "area_id", "line")
    if again.height:
        first, second = again["line"][0], again["line"][1]
        raise SourceError(
            "E_DUP_KEY",
            f"{again['area_id'][0]} {again['year'][0]} stands here and on line {first}, with other values.",
            file=file,
            line=second,
            remedy="The publisher must say which is right; do not load the file until then.",
        )
    return unique


def observed(metric: Metric, rows: pl.DataFrame, source: Source, file: str, context: Context) -> pl.DataFrame:
    """The observations of one metric (OBSERVATION), one row an authority; a joint return's rows share `return_id`."""
    columns = dict.fromkeys((metric.column, *metric.numerator, *metric.denominator))
    releases.require(rows, tuple(columns), file)
    numbers = rows
    for column in columns:
        numbers = numbers.with_columns(parsed(rows, column, source, metric, file))

    frame = numbers.select(
        pl.lit(metric.id).alias("metric_id"),
        "area_ids",
        pl.col("year").replace_strict(
            {year: metric.period_kind.end(year) for year in rows["year"].unique()}, return_dtype=pl.Date
        ).alias("period_end"),
        pl.col("time_period").alias("period"),
        pl.col(f"{metric.column} number").round_sig_figs(SIGNIFICANT).alias("value"),
        pl.col(f"{metric.column} status").alias("status"),
        pl.col(f"{metric.column} symbol").alias("symbol"),
        _sum(metric.numerator).alias("numerator"),
        _sum(metric.denominator).alias("denominator"),
        "return_id",
        pl.lit(file).alias("file"),
        "line",
        "year",
    )  # fmt: skip
    if metric.per_10_000_children:
        frame = _per_10_000(frame, context)
    return frame.explode("area_ids").rename({"area_ids": "area_id"}).select(OBSERVATION.names())


def parsed(rows: pl.DataFrame, column: str, source: Source, metric: Metric, file: str) -> list[pl.Expr]:
    """Expressions for `<column> number`, `<column> status` and `<column> symbol`; raises on what is neither."""
    text = pl.col(column).str.strip_chars()
    is_number = text.str.contains(NUMBER).fill_null(False)
    known = text.is_in(list(source.symbols))
    _refuse(
        rows, ~is_number & ~known.fill_null(False), "E_SYMBOL", column, file,
        f"is neither a number nor one of the symbols {', '.join(source.symbols)}.",
        "If the publisher introduced a symbol, add it with its meaning to the symbols of the source.",
    )  # fmt: skip
    number = pl.when(is_number).then(text).cast(pl.Float64)
    _refuse(
        rows, number < 0, "E_NEGATIVE", column, file, "is negative; no count or rate here can be.",
        "Report it to the publisher; do not load the file until it is mended.",
    )  # fmt: skip
    if column == metric.column and metric.unit == "%" and not metric.may_exceed_100:
        _refuse(
            rows, number > 100, "E_OVER_100", column, file, "is over 100 %.",
            "Report it to the publisher; do not load the file until it is mended.",
        )  # fmt: skip
    status = text.replace_strict(
        {symbol: str(status) for symbol, status in source.symbols.items()}, default=None, return_dtype=pl.String
    )
    return [
        number.alias(f"{column} number"),
        pl.when(is_number).then(pl.lit(str(Status.OBSERVED))).otherwise(status).alias(f"{column} status"),
        pl.when(known).then(text).alias(f"{column} symbol"),
    ]


def _per_10_000(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Rule 6: count / children aged 0 to 17 in the middle of the year before, times 10,000."""
    children = (
        pl.concat(loaded.tables["observation"] for loaded in context.loaded.values() if "observation" in loaded.tables)
        .filter(pl.col("metric_id") == "children")
        .select(
            (pl.col("period_end").dt.year() + 1).cast(pl.Int64).alias("year"),
            "return_id",
            pl.col("value").alias("children"),
            pl.col("status").alias("children_status"),
            pl.col("symbol").alias("children_symbol"),
        )
    )
    counted = pl.col("value").is_not_null()
    return frame.join(
        children, on=["year", "return_id"], how="left", validate="m:1", maintain_order="left"
    ).with_columns(
        (pl.col("value") / pl.col("children") * 10_000).round_sig_figs(SIGNIFICANT).alias("value"),
        # A count without a population gives no rate: the population's own reason is the reason.
        pl.when(counted)
        .then(pl.col("children_status").fill_null(str(Status.NO_ROW)))
        .otherwise(pl.col("status"))
        .alias("status"),
        pl.when(counted).then(pl.col("children_symbol")).otherwise(pl.col("symbol")).alias("symbol"),
        pl.col("value").alias("numerator"),
        pl.col("children").alias("denominator"),
    )


def _sum(columns: tuple[str, ...]) -> pl.Expr:
    """The sum of published components; null when any is missing, or when none is declared."""
    if not columns:
        return pl.lit(None, pl.Float64)
    total = pl.col(f"{columns[0]} number")
    for column in columns[1:]:
        total = total + pl.col(f"{column} number")
    return total.round_sig_figs(SIGNIFICANT)


def _check_authorities(rows: pl.DataFrame, areas: Areas, file: str) -> None:
    known = areas.by_number() | set(areas.area.filter(pl.col("kind") != "local_authority")["area_id"])
    names = {(name_key(name), area_id) for name, area_id in areas.name.select("name", "area_id").iter_rows()}
    codes = set(areas.code.select("gss_code", "area_id").iter_rows())
    ends = dict(areas.authorities.select("area_id", "end_date").iter_rows())
    labelled = rows.unique(["return_id", "la_name", "new_la_code", "time_period"], maintain_order=True)
    for row in labelled.iter_rows(named=True):
        line, authority = row["line"], row["geographic_level"] == "Local authority"
        # A name or code too few or too many leaves a None, which is nobody's.
        labels = zip_longest(
            row["area_ids"],
            (row["la_name"] or "").split(JOINT) if authority else (),
            (row["new_la_code"] or "").split(JOINT) if authority else (),
        )
        for area_id, name, code in labels:
            if area_id not in known:
                raise SourceError(
                    "E_UNKNOWN_LA",
                    f"{area_id!r} ({name or row['geographic_level']}) is not an authority we know.",
                    file=file,
                    line=line,
                    column=CODE[row["geographic_level"]],
                    remedy="If it is a new council, add it to data/local_authorities.csv and data/successions.csv.",
                )
            if authority and (name_key(name or ""), area_id) not in names:
                raise SourceError(
                    "E_NAME",
                    f"{area_id} is called {name!r}, which is not a name of that authority.",
                    file=file,
                    line=line,
                    column="la_name",
                    remedy="If the name is a new variant, add it to data/local_authorities.csv.",
                )
            if authority and (code, area_id) not in codes:
                raise SourceError(
                    "E_CODE",
                    f"{area_id} has the code {code!r}, which is not a code of that authority.",
                    file=file,
                    line=line,
                    column="new_la_code",
                    remedy="If the authority was recoded, add the code to data/local_authorities.csv.",
                )
            if authority and ends[area_id] is not None and row["year"] > ends[area_id].year:
                raise SourceError(
                    "E_ENDED_LA",
                    f"{name} ({area_id}) ended on {ends[area_id]:%-d %B %Y} and cannot report for {row['year']}.",
                    file=file,
                    line=line,
                    column="time_period",
                    remedy="Check the authority's dates in data/local_authorities.csv, or report it to the publisher.",
                )


def _refuse(rows: pl.DataFrame, bad: pl.Expr, rule: str, column: str, file: str, what: str, remedy: str) -> None:
    offending = rows.filter(bad.fill_null(True)) if rule in ("E_PERIOD", "E_LEVEL") else rows.filter(bad)
    if offending.height:
        first = offending.row(0, named=True)
        more = f" ({offending.height} such rows)" if offending.height > 1 else ""
        raise SourceError(
            rule, f"{first[column]!r} {what}{more}", file=file, line=first["line"], column=column, remedy=remedy
        )
