"""Inspections and visits that look mistyped: days on which none begins, and grades that no report has together.

Every limit holds for all 497 inspections from 2013 to August 2026 and all 185 visits from April 2022 to March 2025.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from etl.areas import Areas, alive
from etl.readers.inspections import GRADES, OFFICIAL, Strand

MONDAY, TUESDAY, FRIDAY = 1, 2, 5
# A report comes out so many days after the first of an inspection (22 to 225), a letter after that of a visit (29 to
# 79).
REPORT_AFTER, LETTER_AFTER = (15, 300), (20, 110)


def find_unlikely(
    tables: Mapping[str, pl.DataFrame], others: Iterable[Mapping[str, pl.DataFrame]], areas: Areas
) -> list[str]:
    """A line with its row for each `inspection` (with its `judgement`) and `visit` that cannot be as it is printed.

    `others` are the tables of what is loaded already: inspections that visits follow.
    """
    names = areas.names()
    found: list[str] = []
    for name, last, after in (("inspection", TUESDAY, REPORT_AFTER), ("visit", FRIDAY, LETTER_AFTER)):
        if name in tables:
            found += _unlikely_days(tables[name], name, last, after, names)
    if "judgement" in tables:
        found += _unlikely_grades(tables["inspection"], tables["judgement"], names)
    known = [other for other in others if "judgement" in other]
    if not known:
        return found
    inspection, judgement = (pl.concat(other[name] for other in known) for name in ("inspection", "judgement"))
    if "visit" in tables:
        found += _unlikely_visits(tables["visit"], inspection, judgement, names)
        found += _lacking_in_lists(tables["listed"], inspection, names)
    if "urn" in tables:
        found += _lacking_in_record(tables, inspection, areas)
    return found


def _unlikely_days(
    rows: pl.DataFrame, what: str, last: int, after: tuple[int, int], names: Mapping[str, str]
) -> Iterator[str]:
    took = (pl.col("published") - pl.col("started")).dt.total_days()
    odd = rows.with_columns(
        (pl.col("started").dt.weekday() > last).alias("begun"),
        (pl.col("published").dt.weekday() > FRIDAY).alias("out"),
        (~took.is_between(*after)).alias("long"),
        took.alias("took"),
    ).filter(pl.any_horizontal("begun", "out", "long"))
    for row in odd.iter_rows(named=True):
        if row["begun"]:
            days = "Monday or Tuesday" if last == TUESDAY else "a working day"
            why = f"began on {row['started']:%A %-d %B %Y}, and each begins on {days}"
        elif row["out"]:
            why = f"was published on {row['published']:%A %-d %B %Y}, and each is on a working day"
        else:
            why = (
                f"was published on {row['published']}, {row['took']} days after it began on {row['started']}; each is "
                f"after {after[0]} to {after[1]}"
            )
        where = f"{row['file']}, line {row['line']}"
        yield f"{names[row['area_id']]}: the {what} ({where}) {why}: day and month may be exchanged."


def _unlikely_grades(inspection: pl.DataFrame, judgement: pl.DataFrame, names: Mapping[str, str]) -> Iterator[str]:
    """Overall effectiveness is no better than the best of the other grades and no worse than the worst."""
    order = pl.col("grade").replace_strict({grade: at for at, grade in enumerate(GRADES)}, return_dtype=pl.Int64)
    overall = pl.col("strand") == Strand.OVERALL
    beyond = (
        judgement.with_columns(order.alias("order"))
        .group_by("inspection_id", maintain_order=True)
        .agg(
            pl.col("order").filter(overall).first().alias("overall"),
            pl.col("grade").filter(overall).first(),
            pl.col("order").filter(~overall).min().alias("best"),
            pl.col("order").filter(~overall).max().alias("worst"),
        )
        .filter(~pl.col("overall").is_between("best", "worst"))
        .join(inspection, on="inspection_id", maintain_order="left")
    )
    for row in beyond.iter_rows(named=True):
        yield (
            f"{names[row['area_id']]}, report of {row['published']} ({row['file']}, line {row['line']}): overall "
            f"effectiveness is {row['grade']}, and the other grades are from {GRADES[row['best']]} to "
            f"{GRADES[row['worst']]}."
        )


def _unlikely_visits(
    visit: pl.DataFrame, inspection: pl.DataFrame, judgement: pl.DataFrame, names: Mapping[str, str]
) -> Iterator[str]:
    """A monitoring visit follows an overall judgement of Inadequate, and a focused visit any other."""
    inadequate = judgement.filter((pl.col("strand") == Strand.OVERALL) & (pl.col("grade") == GRADES[-1]))
    judged = inspection.select(
        "area_id",
        pl.coalesce("started", "published").alias("before"),
        pl.col("inspection_id").is_in(inadequate["inspection_id"].to_list()).alias("inadequate"),
    ).sort("before")
    odd = (
        visit.sort("started")
        .join_asof(judged, left_on="started", right_on="before", by="area_id", check_sortedness=False)
        .filter((pl.col("kind") == "monitoring visit") != pl.col("inadequate"))
    )
    for row in odd.iter_rows(named=True):
        said = (
            "Inadequate, after which visits monitor" if row["inadequate"] else "not Inadequate, so that none monitors"
        )
        yield (
            f"{names[row['area_id']]}: a {row['kind']} on {row['started']} ({row['file']}, line {row['line']}), though "
            f"the overall judgement before it, of {row['before']}, is {said}: the council or the kind may be another."
        )


def _lacking_in_lists(listed: pl.DataFrame, inspection: pl.DataFrame, names: Mapping[str, str]) -> Iterator[str]:
    """A yearly list holds each inspection of Ofsted's history that began and was published in its year."""
    lists = listed.group_by("file", "first", "last", maintain_order=True).agg("inspection_id")
    for file, first, last, ids in lists.iter_rows():
        in_year = (pl.col("started") >= first) & (pl.col("published") <= last) & (pl.col("source_id") == OFFICIAL)
        for row in inspection.filter(in_year & ~pl.col("inspection_id").is_in(ids)).iter_rows(named=True):
            yield f"{file} lacks {_inspection(row, names)}: the list may be cut, or a day mistyped."


def _lacking_in_record(tables: Mapping[str, pl.DataFrame], inspection: pl.DataFrame, areas: Areas) -> Iterator[str]:
    """The record of reports holds each inspection of Ofsted's files, of councils of its newest day."""
    newest = tables["inspection"]["published"].max()
    if not isinstance(newest, date):
        return
    lacking = inspection.filter(
        pl.col("area_id").is_in(list(alive(areas, newest)))
        & (pl.col("published") <= newest)
        & ~pl.col("inspection_id").is_in(tables["inspection_link"]["inspection_id"].to_list())
        & ~pl.col("inspection_id").is_in(tables["inspection"]["inspection_id"].to_list())
    )
    for row in lacking.iter_rows(named=True):
        yield f"The record lacks {_inspection(row, areas.names())}: it may be cut, or a day of one of the two mistyped."


def _inspection(row: Mapping[str, object], names: Mapping[str, str]) -> str:
    council, where = names[str(row["area_id"])], f"{row['file']}, line {row['line']}"
    return f"the inspection of {council} that was published on {row['published']} ({where})"
