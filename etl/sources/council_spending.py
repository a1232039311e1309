"""Revenue outturn (RO), published by the Ministry of Housing, Communities and Local Government each year.

What councils spent on children's social care, by service (RO3), in thousands of pounds: total expenditure, that is
employees and running expenses before any income. Net current expenditure is not used: councils set income against
services in different ways, some down to less than nothing. The summary of all services (RSX) prints the same total and
is compared with it. Kept apart from the Department for Education's section 251 outturn, with which it disagrees.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from etl.model import (
    COUNCIL_DATES,
    ENGLAND,
    MENDED,
    WHICH_IS_RIGHT,
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
from etl.readers.area_codes import by_code, refuse, require_once
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
            _rows(cells, file, edition.year, source, context) for file in (edition.services, edition.summary)
        )
        _compare_totals(services, summary, edition.summary)
        _compare_classes(services, edition.services)
        frames += _observations(services, edition, source, context)
        for file, rows in ((edition.services, services), (edition.summary, summary)):
            totals = rows.filter(pl.col("area_id").is_null()).select("line", NAME).rows()
            rejects += [
                (source.id, file.name, line, name, "R_CLASS_TOTAL", f"{name}: a class, not an area.")
                for line, name in totals
            ]
            counts = (rows.height, rows.height - len(totals), len(totals), 0)
            ledger.append((source.id, file.name, cells.sha256(file.name), *counts))
    return Loaded.of({"observation": pl.concat(frames)}, ledger, rejects)


def _rows(cells: Cells, file: File, year: int, source: Source, context: Context) -> pl.DataFrame:
    """The rows of a file with `area_id`, null where a row is the total of a class, and what `ees.parsed` reads.

    Raises SourceError for a council that is not known, is there twice or had ended.
    """
    table = cells.table(file.name, file.sheet)
    require(table, file.columns, file.name)
    ends = dict(context.areas.area.select("area_id", "end_date").iter_rows())
    lines: dict[str, int] = {}
    area_ids: list[str | None] = []
    for row in table.iter_rows(named=True):
        line, code, name = row["line"], row[CODE] or "", row[NAME] or ""
        area_id = None
        if code == ENGLAND and context.areas.is_called(ENGLAND, name):
            area_id = ENGLAND
        elif not re.fullmatch(CLASS_TOTAL, code):
            area_id = by_code(context.areas, code, name, file.name, line, (CODE, NAME))
        area_ids.append(area_id)
        if area_id is not None:
            require_once(lines, area_id, name, file.name, line)
            if ends[area_id] is not None and ends[area_id] < PeriodKind.FINANCIAL_YEAR.end(year):
                what = f"{name} ended on {ends[area_id]:%-d %B %Y} and cannot report for {year - 1}-{year % 100}."
                raise SourceError("E_ENDED_LA", what, COUNCIL_DATES, file.name, line)
    rows = table.with_columns(pl.Series("area_id", area_ids, pl.String))
    for column in file.columns:
        if "-" in column:
            rows = rows.with_columns(ees.parsed(rows, column, source, source.metrics[0], file.name))
    return rows


def _compare_totals(services: pl.DataFrame, summary: pl.DataFrame, file: File) -> None:
    """Refuse an edition whose two files print different totals, or different areas (E_TOTALS)."""
    totals = dict(services.select("area_id", f"{TOTAL} number").iter_rows())
    for row in summary.filter(pl.col("area_id").is_not_null()).iter_rows(named=True):
        here, there = row[f"{SUMMARY_TOTAL} number"], totals.pop(row["area_id"], None)
        alike = here == there if here is None or there is None else math.isclose(here, there, abs_tol=ROUNDING)
        if not alike:
            what = f"{row[NAME]} spent {here} on children's social care here, and {there} by services (RO3)."
            raise SourceError("E_TOTALS", what, MIXED, file.name, row["line"], SUMMARY_TOTAL)
    missing = sorted(area_id for area_id in totals if area_id is not None)
    if missing:
        what = f"{', '.join(missing)} have spending by services (RO3) and no summary here."
        raise SourceError("E_TOTALS", what, MIXED, file.name)


def _compare_classes(rows: pl.DataFrame, file: File) -> None:
    """Refuse a class whose printed total is not what its councils add up to (E_TOTALS).

    Where none is missing they are equal within rounding, in every edition; else the total is more.
    """
    of_class = pl.col("area_id").is_null()
    for column in (TOTAL, LOOKED_AFTER):
        number = pl.col(f"{column} number")
        added = (
            rows.filter(~of_class)
            .group_by(CLASS)
            .agg(number.sum().alias("sum"), number.is_null().sum().alias("missing"), pl.len().alias("councils"))
        )
        off, rounding = pl.col("total") - pl.col("sum"), ROUNDING * pl.col("councils")
        wrong = (
            rows.filter(of_class)
            .select("line", CLASS, number.alias("total"))
            .join(added, on=CLASS)
            .filter((off < -rounding) | ((pl.col("missing") == 0) & (off > rounding)))
            .sort("line")
        )
        for row in wrong.iter_rows(named=True):
            less = "" if row["missing"] == 0 else f" without {row['missing']} that are missing"
            added_up = f"{row['sum']:,.0f}{less}"
            what = f"the total of class {row[CLASS]} is {row['total']:,.0f}, and its councils add up to {added_up}."
            raise SourceError("E_TOTALS", what, WHICH_IS_RIGHT, file.name, row["line"], column)


def _observations(rows: pl.DataFrame, edition: Edition, source: Source, context: Context) -> list[pl.DataFrame]:
    """The observations of SPENDING, pounds divided by children, and of SHARE."""
    file, total, looked_after = edition.services.name, pl.col(f"{TOTAL} number"), pl.col(f"{LOOKED_AFTER} number")
    areas = rows.filter(pl.col("area_id").is_not_null())
    what = f"is more than the {TOTAL} that it is a part of."
    refuse(areas, looked_after > total, "E_OVER_100", LOOKED_AFTER, file, what, MENDED)
    dated = areas.with_columns(
        pl.lit(edition.year, pl.Int64).alias("year"),
        pl.col("area_id").alias("return_id"),
        pl.lit(PeriodKind.FINANCIAL_YEAR.end(edition.year)).alias("period_end"),
        pl.lit(f"{edition.year - 1}/{edition.year % 100}").alias("period"),
        pl.col(f"{TOTAL} status").alias("status"),
        pl.col(f"{TOTAL} symbol").alias("symbol"),
    )
    spending = ees.per_child(dated.with_columns((total * THOUSAND).round(2).alias("value")), context, times=1)
    known = total.is_not_null()
    share = dated.with_columns(
        (pl.when(total > 0).then(looked_after) / total * 100).round_sig_figs(ees.SIGNIFICANT).alias("value"),
        pl.when(known).then(f"{LOOKED_AFTER} status").otherwise("status").alias("status"),
        pl.when(known).then(f"{LOOKED_AFTER} symbol").otherwise("symbol").alias("symbol"),
        pl.when(known).then(looked_after).alias("numerator"),
        pl.when(looked_after.is_not_null()).then(total).alias("denominator"),
    )
    return [
        to_observations(frame, metric_id=metric_id, source_id=source.id, file=file)
        for metric_id, frame in ((SPENDING, spending), (SHARE, share))
    ]


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
            rounding=(ROUNDING * THOUSAND, ROUNDING * THOUSAND),
            numerator=(f"{TOTAL} x 1,000",),
            denominator=("children",),
            caveat="Revenue outturn, not comparable with section 251. Some returns, most of those of 2023/24, were not "
            "certified when published. England is estimated for councils that did not return.",
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
            rounding=(ROUNDING, ROUNDING),
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
