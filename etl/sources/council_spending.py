"""Revenue outturn (RO), published by the Ministry of Housing, Communities and Local Government each year.

What councils spent on children's social care, by service (RO3), in thousands of pounds: total expenditure, that is
employees and running expenses before any income. Net current expenditure is not used: councils set income against
services in different ways, some down to less than nothing. The summary of all services (RSX) prints the same total and
is compared with it. Kept apart from the Department for Education's section 251 outturn, with which it disagrees.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from etl.model import (
    COUNCIL_DATES,
    ENGLAND,
    MENDED,
    Context,
    File,
    Loaded,
    Metric,
    PeriodKind,
    Polarity,
    Release,
    Source,
    SourceError,
    Status,
    to_observations,
)
from etl.readers import ees
from etl.readers.area_codes import by_code, require_once
from etl.releases import Cells, require
from etl.sources.declare import neutral, percentage

CODE, NAME, CLASS = "ONS Code", "Local authority", "Class"
TOTAL, LOOKED_AFTER, SUMMARY_TOTAL = "RO3-csctot-tot-exp", "RO3-csclkd-tot-exp", "RSX-csc-tot-exp"
# Councils with children's services, England, and the totals of their classes, which are in a second table below.
CLASSES = ("UA", "MD", "LB", "SC", "Eng")
# The code of a row that is the total of a class: E06, unitary authorities.
CLASS_TOTAL = r"E\d\d"
SYMBOLS: Mapping[str, Status] = {
    "[x]": Status.NOT_AVAILABLE,  # not received in time
    "[n]": Status.NOT_AVAILABLE,  # not estimated
    "[z]": Status.NOT_APPLICABLE,  # not collected
}
MORE_OR_LESS = "Spending more may mean more need, dearer care or more help: neither more nor less is better by itself."
SPENDING, SHARE = "children_social_care_spend_per_child", "looked_after_share_of_spend"
THOUSAND = 1_000
# Pounds in thousands: most councils round to whole ones.
ROUNDING = 1.0
MIXED = "Two editions may be mixed: download both files again."


@dataclass(frozen=True)
class Edition:
    """One year: the file of services and the summary, by the names and sheets of that edition."""

    year: int
    services: File
    summary: File


@dataclass(frozen=True)
class Figure:
    """A printed cell: a number, or why there is none."""

    value: float | None
    status: Status
    symbol: str | None


@dataclass(frozen=True)
class Row:
    """A printed row; `area_id` is None where it is the total of a class of councils."""

    line: int
    name: str
    area_id: str | None
    figures: Mapping[str, Figure]


def _edition(year: int, sheet: str, services: str, summary: str) -> Edition:
    def file(kind: str, name: str, *columns: str) -> File:
        # Headers have one level or two, and other words each year; the machine names stay.
        return File(
            f"mhclg/{name}",
            sheet=f"{kind}_LA_Data_{sheet}",
            header=CODE,
            names=columns[0],
            groups={CLASS: CLASSES},
            columns=(CODE, NAME, CLASS, *columns),
        )

    return Edition(year, file("RO3", services, TOTAL, LOOKED_AFTER), file("RSX", summary, SUMMARY_TOTAL))


EDITIONS = (
    _edition(2023, "2022-23", "RO3_2022-23_data_by_LA.ods", "RSX_2022-23_data_by_LA.ods"),
    _edition(2024, "2023-24", "RO3_2023-24_data_by_LA.ods", "RSX_2023-24_data_by_LA.ods"),
    _edition(2025, "202425", "RO3_LA_Data_2024-25_data_by_LA.ods", "RSX_LA_Data_2024-25_data_by_LA.ods"),
)


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Spending per child and its share on children looked after; the totals of classes of councils are rejects."""
    frames, rejects, ledger = [], [], []
    for edition in EDITIONS:
        services, summary = (
            list(_rows(cells, file, edition.year, context)) for file in (edition.services, edition.summary)
        )
        _compare_totals(services, summary, edition.summary)
        frames.append(_observations(services, edition, source, context))
        for file, rows in ((edition.services, services), (edition.summary, summary)):
            totals = [row for row in rows if row.area_id is None]
            rejects += [
                (source.id, file.name, row.line, row.name, "R_CLASS_TOTAL", f"{row.name}: a class, not an area.")
                for row in totals
            ]
            counts = (len(rows), len(rows) - len(totals), len(totals), 0)
            ledger.append((source.id, file.name, cells.sha256(file.name), *counts))
    return Loaded.of({"observation": pl.concat(frames)}, ledger, rejects)


def _rows(cells: Cells, file: File, year: int, context: Context) -> Iterator[Row]:
    """The rows of a file, each for a council that we know and that was there; otherwise SourceError."""
    table = cells.table(file.name, file.sheet)
    require(table, file.columns, file.name)
    ends = dict(context.areas.area.select("area_id", "end_date").iter_rows())
    lines: dict[str, int] = {}
    for row in table.iter_rows(named=True):
        line, code, name = row["line"], row[CODE] or "", row[NAME] or ""
        area_id = None
        if code == ENGLAND and context.areas.is_called(ENGLAND, name):
            area_id = ENGLAND
        elif not re.fullmatch(CLASS_TOTAL, code):
            area_id = by_code(context.areas, code, name, file.name, line, (CODE, NAME))
        if area_id is not None:
            require_once(lines, area_id, name, file.name, line)
            if ends[area_id] is not None and ends[area_id] < PeriodKind.FINANCIAL_YEAR.end(year):
                what = f"{name} ended on {ends[area_id]:%-d %B %Y} and cannot report for {year - 1}-{year % 100}."
                raise SourceError("E_ENDED_LA", what, COUNCIL_DATES, file.name, line)
        figures = {column: _figure(row[column], column, file, line) for column in file.columns if "-" in column}
        yield Row(line, name, area_id, figures)


def _figure(text: str | None, column: str, file: File, line: int) -> Figure:
    printed = (text or "").strip()
    if printed in SYMBOLS:
        return Figure(None, SYMBOLS[printed], printed)
    if not re.fullmatch(ees.NUMBER, printed):
        what = f"{text!r} is neither a number nor one of the symbols {', '.join(SYMBOLS)}."
        remedy = "If the publisher introduced a symbol, add it with its meaning to the source."
        raise SourceError("E_SYMBOL", what, remedy, file.name, line, column)
    if float(printed) < 0:
        what = f"{printed} is less than nothing; an expenditure cannot be."
        raise SourceError("E_NEGATIVE", what, MENDED, file.name, line, column)
    return Figure(float(printed), Status.OBSERVED, None)


def _compare_totals(services: list[Row], summary: list[Row], file: File) -> None:
    """Refuse an edition whose two files print different totals, or different areas (E_TOTALS)."""
    totals = {row.area_id: row.figures[TOTAL].value for row in services}
    for row in summary:
        if row.area_id is None:
            continue
        here, there = row.figures[SUMMARY_TOTAL].value, totals.pop(row.area_id, None)
        alike = here == there if here is None or there is None else math.isclose(here, there, abs_tol=ROUNDING)
        if not alike:
            what = f"{row.name} spent {here} on children's social care here, and {there} by services (RO3)."
            raise SourceError("E_TOTALS", what, MIXED, file.name, row.line, SUMMARY_TOTAL)
    missing = sorted(area_id for area_id in totals if area_id is not None)
    if missing:
        what = f"{', '.join(missing)} have spending by services (RO3) and no summary here."
        raise SourceError("E_TOTALS", what, MIXED, file.name)


def _observations(rows: list[Row], edition: Edition, source: Source, context: Context) -> pl.DataFrame:
    figures = [
        (metric.id, row.area_id, row.line, *_value(metric.id, row, edition))
        for metric in source.metrics
        for row in rows
        if row.area_id is not None
    ]
    columns = ("metric_id", "area_id", "line", "value", "status", "symbol", "numerator", "denominator")
    numbers = dict.fromkeys(("value", "numerator", "denominator"), pl.Float64)
    frame = pl.DataFrame(figures, schema=columns, schema_overrides=numbers, orient="row").with_columns(
        pl.lit(edition.year, pl.Int64).alias("year"), pl.col("area_id").alias("return_id")
    )
    spending = ees.per_child(frame.filter(pl.col("metric_id") == SPENDING), context, times=1)
    return to_observations(
        pl.concat([spending.select(frame.columns), frame.filter(pl.col("metric_id") == SHARE)]),
        period_end=PeriodKind.FINANCIAL_YEAR.end(edition.year),
        period=f"{edition.year - 1}/{edition.year % 100}",
        source_id=source.id,
        file=edition.services.name,
    )


def _value(
    metric_id: str, row: Row, edition: Edition
) -> tuple[float | None, str, str | None, float | None, float | None]:
    """Value, status, symbol and the two counts: of spending the pounds, which are still to be divided by children."""
    total, looked_after = row.figures[TOTAL], row.figures[LOOKED_AFTER]
    if total.value is None:
        return None, str(total.status), total.symbol, None, None
    if metric_id == SPENDING:
        return round(total.value * THOUSAND, 2), str(Status.OBSERVED), None, None, None
    if looked_after.value is None:
        return None, str(looked_after.status), looked_after.symbol, None, None
    if looked_after.value > total.value:
        what = f"{row.name} spent {looked_after.value} on children looked after, of {total.value} in all."
        raise SourceError("E_OVER_100", what, MENDED, edition.services.name, row.line, LOOKED_AFTER)
    value = float(f"{looked_after.value / total.value * 100:.{ees.SIGNIFICANT}g}")
    return value, str(Status.OBSERVED), None, looked_after.value, total.value


SOURCE = Source(
    id="council_spending",
    title="Local authority revenue expenditure and financing",
    publisher="Ministry of Housing, Communities and Local Government",
    release=Release(
        id="council_spending_2025",
        title="2024-25 outturn, second release",
        published="2025-12-04",
        page="https://www.gov.uk/government/collections/local-authority-revenue-expenditure-and-financing",
        following="2025-26 outturn, published and not loaded yet",
        files=tuple(file for edition in EDITIONS for file in (edition.services, edition.summary)),
    ),
    load=load,
    symbols=SYMBOLS,
    needs=("population",),
    metrics=(
        Metric(
            id=SPENDING,
            title="Spending on children's social care per child",
            short_title="Social care spending",
            noun="spending on children's social care per child",
            theme="Money",
            definition="Total expenditure on children's social care, before income, per child aged 0 to 17.",
            unit="£ per child",
            decimals=0,
            polarity=Polarity.NEUTRAL,
            polarity_reason=MORE_OR_LESS,
            period_kind=PeriodKind.FINANCIAL_YEAR,
            derived=True,
            numerator=(f"{TOTAL} x 1,000",),
            denominator=("children",),
            caveat="Revenue outturn, not comparable with section 251. Some returns, most of those of 2023/24, were not "
            "certified when published. England is estimated for councils that did not return. Derived here.",
        ),
        percentage(
            id=SHARE,
            title="Share of spending that goes on children looked after",
            short_title="Spent on looked after",
            noun="share of children's social care spending that went on children looked after",
            theme="Money",
            definition="Total expenditure on children looked after, of all on children's social care.",
            direction=neutral("It says how a council's spending divides, not how well it is spent."),
            period_kind=PeriodKind.FINANCIAL_YEAR,
            derived=True,
            numerator=LOOKED_AFTER,
            denominator=TOTAL,
            # Pounds are not counted: there is no interval of chance.
            minimum_denominator=None,
            interval=False,
            caveat="Revenue outturn, not comparable with section 251. Some returns, most of those of 2023/24, were not "
            "certified when published. Withheld where a council's split by service says nothing.",
        ),
    ),
)
