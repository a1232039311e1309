"""Read the tidy tables of Explore Education Statistics: one row an area and year, one column a measure.

Everything is text until here. A cell becomes a number by a strict pattern or a status by the source's own symbols;
anything else stops the load by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from etl import releases
from etl.areas import Areas
from etl.model import (
    MENDED,
    REJECT,
    WHICH_IS_RIGHT,
    Context,
    File,
    Loaded,
    Metric,
    PeriodKind,
    Source,
    SourceError,
    Status,
    to_observations,
)  # fmt: skip
from etl.readers import area_codes
from etl.readers.area_codes import JOINT, refuse
from etl.releases import Cells

KEYS = (
    "time_period", "time_identifier", "geographic_level", "country_code", "region_code", "old_la_code",
    "new_la_code", "la_name",
)  # fmt: skip
LABELS = ("country_name", "region_name", "category")
# As published tables print numbers, and nothing else: no 1e3, 1_000, 0x1F, .5, +3, inf or NaN, no thousands separator
# (`1,234` beside `14,2` cannot be told from a decimal comma), no percent or pound sign (the unit is the column's), and
# no more digits than a number keeps.
NUMBER = r"^-?[0-9]{1,15}(\.[0-9]+)?$"
FIRST_YEAR = 2000
# Published rates carry one or two decimals; the rest of a float is binary noise (rule `rounding`).
SIGNIFICANT = 9


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """The observations of all metrics of a source, and its ledger.

    Returns tables {"observation": OBSERVATION, "reject": rows of authorities that did not exist}; a rate per 10,000
    children needs the metric `children` loaded before. Raises SourceError naming rule, file, line and column.
    """
    frames, rejects, ledger = [], [], []
    for file in source.release.files:
        table = cells.table(file.name)
        metrics = [metric for metric in source.metrics if (metric.file or source.release.files[0].name) == file.name]
        rows = located(table, context.areas, file.name, form=year_form(metrics))
        unique = without_duplicates(rows, table, file)
        existing, nonexistent = without_nonexistent(unique, table, source, context.areas, file)
        frames += [observed(metric, existing, source, file.name, context) for metric in metrics]
        rejects.append(nonexistent)
        repeats = rows.height - unique.height
        counts = (rows.height, existing.height, nonexistent.height, repeats)
        ledger.append((source.id, file.name, cells.sha256(file.name), *counts))
    tables = {"observation": pl.concat(frames), "reject": pl.concat(rejects)}
    return Loaded.of(tables, ledger)


def year_form(metrics: list[Metric]) -> str:
    """How a file of these metrics must call its years: what a bare year means follows from it."""
    kinds = {metric.period_kind for metric in metrics}
    if PeriodKind.ACADEMIC_YEAR in kinds:
        return "Academic year"
    return "Financial year" if PeriodKind.FINANCIAL_YEAR in kinds else "Reporting year"


def located(table: pl.DataFrame, areas: Areas, file: str, *, form: str = "Reporting year") -> pl.DataFrame:
    """The table with `year` (integer), `return_id` and `area_ids` (list): which area each row is for.

    Authorities are known by their three-digit number; a row for several carries all of them (`314 / 318`). Its name
    and GSS code must be ones of that number. A double year (202425) is known by its second. Raises SourceError for
    an unknown level, period, number, name or code.
    """
    releases.require(table, KEYS, file)
    # Spaces around a label, or a no-break space in it, say nothing. What was printed stays in the release.
    labels = [column for column in (*KEYS, "country_name", "region_name") if column in table.columns]
    plain = table.with_columns(pl.col(labels).str.normalize("NFKC").str.strip_chars().replace("", None))
    rows = plain.with_columns(
        pl.when(pl.col("geographic_level") == "National")
        .then(pl.col("country_code"))
        .when(pl.col("geographic_level") == "Regional")
        .then(pl.col("region_code"))
        .when(pl.col("geographic_level") == "Local authority")
        .then(pl.col("old_la_code"))
        .alias("return_id")
    )
    refuse(
        rows, pl.col("return_id").is_null(), "E_LEVEL", "geographic_level", file,
        "is not National, Regional or Local authority with its code.",
        "Only these levels are loaded; download the local authority edition of the table.",
    )  # fmt: skip
    label = pl.col("time_period")
    first = label.str.slice(0, 4).cast(pl.Int64, strict=False)
    if form == "Reporting year":
        shape, known, year = "a year (2025)", label.str.contains(r"^\d{4}$"), first
    else:
        shape, year = "two years in a row (202425)", first + 1
        known = label.str.contains(r"^\d{6}$") & ((year % 100).cast(pl.String).str.zfill(2) == label.str.slice(4))
    this_year = datetime.now(UTC).year
    refuse(
        rows, pl.col("time_identifier") != form, "E_PERIOD", "time_identifier", file,
        f"is not {form!r}.", "The period form of the table changed; see the source's module.",
    )  # fmt: skip
    refuse(
        rows, ~known | ~year.is_between(FIRST_YEAR, this_year + 1), "E_PERIOD", "time_period", file,
        f"is not {shape} from {FIRST_YEAR} to {this_year + 1}.",
        "The period form of the table changed; see the source's module.",
    )  # fmt: skip

    rows = rows.with_columns(
        year.alias("year"),
        # A set of numbers: in whatever order they are printed it is the same return.
        pl.col("return_id").str.split(JOINT).list.sort().alias("area_ids"),
    ).with_columns(pl.col("area_ids").list.join("+").alias("return_id"))
    area_codes.check(rows, areas, file)
    return rows


def without_duplicates(rows: pl.DataFrame, table: pl.DataFrame, file: File) -> pl.DataFrame:
    """Rows with exact repeats dropped. The same authority, year and group with other values raises E_DUP_KEY."""
    releases.require(table, tuple(file.groups), file.name)
    keys = ["year", "area_ids", *file.groups]
    published = [column for column in table.columns if column != "line"]
    unique = rows.unique(subset=published, keep="first", maintain_order=True)
    # By authority, not by return: one that reports alone and in a joint return has two figures too.
    by_authority = unique.explode("area_ids")
    again = by_authority.filter(pl.struct(keys).is_duplicated()).sort(*keys, "line")
    if again.height:
        first, second = again["line"][0], again["line"][1]
        what = f"{again['area_ids'][0]} {again['year'][0]} stands here and on line {first}, with other values."
        raise SourceError("E_DUP_KEY", what, WHICH_IS_RIGHT, file.name, second)
    return unique


def without_nonexistent(
    rows: pl.DataFrame, table: pl.DataFrame, source: Source, areas: Areas, file: File
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of authorities that existed, and rejects (source_id, file, line, raw, rule, message) for the others.

    Some tables hold every authority that ever existed in every year, with symbols only. A number there raises
    E_ENDED_LA: either the authority's dates are wrong or the table is.
    """
    dates = areas.authorities.select(pl.col("area_id").alias("return_id"), "name", "start_date", "end_date")
    dated = rows.join(dates, on="return_id", how="left", maintain_order="left")
    gone = pl.col("end_date") < pl.date(pl.col("year"), 3, 31)
    to_come = pl.col("start_date") > pl.date(pl.col("year"), 12, 31)
    did_not_exist = (gone | to_come).fill_null(False)
    figures = [
        pl.col(column).str.contains(NUMBER)
        for column in table.columns
        if column not in (*KEYS, *LABELS, *file.groups, "line")
    ]
    with_figures = dated.filter(did_not_exist & pl.any_horizontal(*figures).fill_null(False))
    if with_figures.height:
        row = with_figures.row(0, named=True)
        when = f"ended on {row['end_date']:%-d %B %Y}" if row["end_date"] else f"began on {row['start_date']:%-d %B %Y}"
        what = f"{row['name']} ({row['return_id']}) {when} and cannot report for {row['year']}."
        remedy = "Check the authority's dates in data/local_authorities.csv, or report it to the publisher."
        raise SourceError("E_ENDED_LA", what, remedy, file.name, row["line"], "time_period")
    # As printed, before spaces were taken off.
    printed = table.select("line", pl.concat_str(pl.exclude("line").fill_null(""), separator=", ").alias("raw"))
    nonexistent = dated.filter(did_not_exist).join(
        printed, on="line", how="left", validate="1:1", maintain_order="left"
    )
    rejects = nonexistent.with_columns(
        pl.format("{} did not exist in {}; the row holds symbols only.", "name", "year").alias("message"),
        source_id=pl.lit(source.id),
        file=pl.lit(file.name),
        rule=pl.lit("R_NOT_THEN"),
    )
    return dated.filter(~did_not_exist).select(rows.columns), rejects.select(REJECT.names())


def observed(metric: Metric, rows: pl.DataFrame, source: Source, file: str, context: Context) -> pl.DataFrame:
    """The observations of one metric (OBSERVATION), one row an authority; a joint return's rows share `return_id`."""
    columns = dict.fromkeys((metric.column, *metric.numerator, *metric.denominator, *metric.unknown))
    releases.require(rows, (*columns, *metric.where, *metric.denominator_where, *metric.unknown_where), file)
    numbers = rows.filter(*(pl.col(column) == group for column, group in metric.where.items()))
    if numbers.is_empty():
        what = f"no row with {dict(metric.where)}, which {metric.id} is read from."
        raise SourceError("E_GROUP", what, "If the publisher renamed the group, change the source's declaration.", file)
    for column in columns:
        numbers = numbers.with_columns(parsed(numbers, column, source, metric, file))
    denominator, unknown = _sum(metric.denominator), _sum(metric.unknown)
    of_status, of_symbol = (_why(metric.denominator, part) for part in ("status", "symbol"))
    hidden = _hidden(metric.unknown)
    if metric.denominator_where:
        totals = _group(rows, metric.denominator_where, metric.denominator, source, metric, file)
        total = {"total": denominator, "total status": of_status, "total symbol": of_symbol}
        numbers = _beside(numbers, totals, *(part.alias(name) for name, part in total.items()))
        denominator, of_status, of_symbol = (pl.col(name) for name in total)
    if metric.unknown_where:
        others = _group(rows, metric.unknown_where, metric.unknown, source, metric, file)
        numbers = _beside(numbers, others, unknown.alias("not known"), hidden.alias("not known hidden"))
        unknown, hidden = pl.col("not known"), pl.col("not known hidden")

    if metric.share and not metric.may_exceed_100:
        refuse(
            numbers, pl.col(f"{metric.column} number") > denominator, "E_OVER_100", metric.column, file,
            "is more than the total it is a share of.",
            MENDED,
        )  # fmt: skip
    frame = numbers.select(
        pl.col("area_ids").alias("area_id"),
        pl.col("year")
        .replace_strict({year: metric.period_kind.end(year) for year in rows["year"].unique()}, return_dtype=pl.Date)
        .alias("period_end"),
        pl.col("time_period").str.replace(r"^(\d{4})(\d{2})$", "$1/$2").alias("period"),
        pl.col(f"{metric.column} number").round_sig_figs(SIGNIFICANT).alias("value"),
        pl.col(f"{metric.column} status").alias("status"),
        pl.col(f"{metric.column} symbol").alias("symbol"),
        _sum(metric.numerator).alias("numerator"),
        denominator.alias("denominator"),
        of_status.fill_null(str(Status.NOT_AVAILABLE)).alias("of_status"),
        of_symbol.alias("of_symbol"),
        unknown.alias("unknown"),
        hidden.alias("unknown_hidden"),
        "return_id",
        "line",
        "year",
    )
    if metric.share:
        frame = _share(frame)
    if metric.unknown:
        frame = with_unknown(frame)
    if metric.per_10_000_children:
        frame = per_child(frame, context)
    return to_observations(frame.explode("area_id"), metric_id=metric.id, source_id=source.id, file=file)


def parsed(rows: pl.DataFrame, column: str, source: Source, metric: Metric, file: str) -> list[pl.Expr]:
    """Expressions for `<column> number`, `<column> status` and `<column> symbol`; raises on what is neither."""
    text = pl.col(column).str.strip_chars()
    is_number = text.str.contains(NUMBER).fill_null(False)
    known = text.is_in(list(source.symbols))
    refuse(
        rows, ~is_number & ~known.fill_null(False), "E_SYMBOL", column, file,
        f"is neither a number nor one of the symbols {', '.join(source.symbols)}.",
        "If the publisher introduced a symbol, add it with its meaning to the symbols of the source.",
    )  # fmt: skip
    number = pl.when(is_number).then(text).cast(pl.Float64)
    refuse(
        rows, number < 0, "E_NEGATIVE", column, file, "is negative; no count or rate here can be.",
        MENDED,
    )  # fmt: skip
    if column == metric.column and metric.unit == "%" and not (metric.may_exceed_100 or metric.share):
        refuse(
            rows, number > 100, "E_OVER_100", column, file, "is over 100 %.",
            MENDED,
        )  # fmt: skip
    status = text.replace_strict(
        {symbol: str(status) for symbol, status in source.symbols.items()}, default=None, return_dtype=pl.String
    )
    return [
        number.alias(f"{column} number"),
        pl.when(is_number).then(pl.lit(str(Status.OBSERVED))).otherwise(status).alias(f"{column} status"),
        pl.when(known).then(text).alias(f"{column} symbol"),
    ]


def per_child(frame: pl.DataFrame, context: Context, *, times: int = 10_000) -> pl.DataFrame:
    """Rule `rates`: `value` / children aged 0 to 17 in the middle of the year before, times 10,000 or another number.

    `frame` has year, return_id, value, status and symbol; gains numerator and denominator.
    """
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
        (pl.col("value") / pl.col("children") * times).round_sig_figs(SIGNIFICANT).alias("value"),
        # A count without a population gives no rate: the population's own reason is the reason.
        pl.when(counted)
        .then(pl.col("children_status").fill_null(str(Status.NO_ROW)))
        .otherwise(pl.col("status"))
        .alias("status"),
        pl.when(counted).then(pl.col("children_symbol")).otherwise(pl.col("symbol")).alias("symbol"),
        pl.col("value").alias("numerator"),
        pl.col("children").alias("denominator"),
    )


def _share(frame: pl.DataFrame) -> pl.DataFrame:
    """A count as a percentage of its denominator, of which the frame has `of_status` and `of_symbol`.

    Of nothing there is no share. Zeros are printed: what is suppressed is more than none, and none of it is 0 %.
    """
    value, of, hidden = pl.col("value"), pl.col("denominator"), pl.col("of_status") == str(Status.SUPPRESSED)
    counted, none = value.is_not_null(), hidden & (value == 0)
    return frame.with_columns(
        pl.when(none)
        .then(0.0)
        .otherwise((pl.when(of > 0).then(value / of) * 100).round_sig_figs(SIGNIFICANT))
        .alias("value"),
        pl.when(counted & (of == 0))
        .then(pl.lit(str(Status.NOT_APPLICABLE)))
        # A count without a denominator gives no share: the denominator's own reason is the reason.
        .when(counted & of.is_null() & ~none)
        .then("of_status")
        .otherwise("status")
        .alias("status"),
        pl.when(counted & of.is_null() & ~none).then("of_symbol").otherwise("symbol").alias("symbol"),
        value.alias("numerator"),
    )


def with_unknown(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with value_low and value_high: from none of the unknown records to all of them.

    It has return_id, value, status, numerator, denominator, unknown and unknown_hidden.

    Where their number is hidden it is any that leaves one of the others: that a rule such as "1 to 5" hides it is not
    borne out by England's row. Then value_high is given of a hidden figure too, whose value_low is to follow
    (`etl.build.ranges`).

    Counts of councils are exact, and both ends are made of them: alike where none can be unknown and the printed
    percentage is rounded. Counts of England and the regions are rounded to ten, and what is printed is made of exact
    ones: it is the lower end.
    """
    of, counted = pl.col("denominator"), pl.col("numerator").is_not_null()
    count = pl.coalesce("numerator", pl.col("value") / 100 * of)
    most = pl.when("unknown_hidden").then(of - 1).when(pl.col("unknown") > 0).then(count + pl.col("unknown"))
    exact = counted & pl.col("return_id").str.contains(r"^\d")
    fewest = pl.when(exact).then(pl.col("numerator") / of * 100).otherwise("value")
    lowest, highest = (end.round_sig_figs(SIGNIFICANT) for end in (fewest, most / of * 100))
    ranged = highest > lowest
    known = exact & (pl.col("unknown_hidden") | (pl.col("unknown") == 0)) & ~ranged.fill_null(False)
    rounded = known & (lowest != pl.col("value"))
    return frame.with_columns(
        pl.when(ranged | rounded).then(lowest).alias("value_low"),
        pl.when(rounded)
        .then(lowest)
        # No more than all can be.
        .when(ranged | (pl.col("unknown_hidden") & (pl.col("status") == str(Status.SUPPRESSED))))
        .then(pl.min_horizontal(highest, pl.lit(100.0)))
        .alias("value_high"),
    )


def _group(
    rows: pl.DataFrame, where: Mapping[str, str], columns: tuple[str, ...], source: Source, metric: Metric, file: str
) -> pl.DataFrame:
    """The rows of another group of the table, with these columns as `parsed` reads them."""
    found = rows.filter(*(pl.col(column) == group for column, group in where.items()))
    for column in columns:
        found = found.with_columns(parsed(found, column, source, metric, file))
    return found


def _beside(numbers: pl.DataFrame, others: pl.DataFrame, *what: pl.Expr) -> pl.DataFrame:
    """Numbers with those of another group in the same area and year."""
    found = others.select("year", "return_id", *what)
    return numbers.join(found, on=["year", "return_id"], how="left", validate="m:1", maintain_order="left")


def _hidden(columns: tuple[str, ...]) -> pl.Expr:
    """Whether any of these components is suppressed."""
    return pl.any_horizontal(
        pl.lit(False), *(pl.col(f"{column} status") == str(Status.SUPPRESSED) for column in columns)
    ).fill_null(False)


def _why(columns: tuple[str, ...], part: str) -> pl.Expr:
    """The status or the symbol of the first of these components that has no number; null where all have one."""
    missing = [pl.when(pl.col(f"{column} number").is_null()).then(f"{column} {part}") for column in columns]
    return pl.coalesce(*missing, pl.lit(None, pl.String))


def _sum(columns: tuple[str, ...]) -> pl.Expr:
    """The sum of published components; null when any is missing, or when none is declared."""
    if not columns:
        return pl.lit(None, pl.Float64)
    total = pl.col(f"{columns[0]} number")
    for column in columns[1:]:
        total = total + pl.col(f"{column} number")
    return total.round_sig_figs(SIGNIFICANT)
