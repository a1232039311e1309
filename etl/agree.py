"""Hold the Local Authority Interactive Tool against the tables it is made of, value by value.

Two publications of one department print many figures twice. Where both are here they must agree, but for reasons that
are declared; what is left over is a fault of theirs or of our reading, and nothing is published until it is understood.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from etl import areas as area_files
from etl import ees, extract, releases
from etl.areas import Areas
from etl.model import DFE_SYMBOLS, File, Release, Source
from etl.releases import Cells
from etl.sources import local_authority_interactive_tool as lait
from etl.sources import looked_after


class Reason(StrEnum):
    """Why a figure of the tool may differ from the table's."""

    ROUNDED = "counts rounded to 10"
    ANOTHER_EDITION = "counts of another edition"
    UNSUPPRESSED = "table suppresses the counts"
    ROUNDS_TO_ZERO = "low or k shown as 0"
    MISSING_AS_ZERO = "missing shown as 0"
    ZERO_AS_DASH = "0 shown as -"


@dataclass(frozen=True)
class Comparison:
    """A measure of the tool and where the same stands: a column, or a percentage made of columns of counts."""

    measure: str
    file: File
    columns: tuple[str, ...]
    """The column of the value; with a `denominator`, the counts that are added up."""
    denominator: str = ""
    source: Source | None = None
    """Whose release holds the table; without one it is read from the folder of published files."""
    another_edition: Mapping[tuple[str, int], float] = field(default_factory=dict)
    """Area and year -> what the tool prints, made of counts that the table has revised since."""


@dataclass
class Agreement:
    """What came of a comparison."""

    comparison: Comparison
    compared: int = 0
    equal: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)


_IN_NEED, _2024 = "dfe-children-in-need", "dfe-children-in-need/release-2024"
_LOOKED_AFTER = looked_after.FOLDER
_C2 = File(f"{_2024}/c2_children_in_need_assessments_duration_2014_to_2024.csv")
_C5 = File(f"{_2024}/c5_children_in_need_referrals_by_source_2014_to_2024.csv")
_D6 = File(f"{_2024}/d6_cpps_reviewed_within_timescales_2013_to_2024.csv")
_D7 = File(f"{_2024}/d7_cpps_ending_by_duration_2013_to_2024.csv")
_ON_31_MARCH, _OLDER = {"cla_group": (looked_after.ON_31_MARCH,)}, {"care_leaver_age": (looked_after.OLDER,)}
_NOT_ACTIVE = "Total not in education, employment or training"

COMPARISONS = (
    Comparison(
        "LAC",
        File(f"{_LOOKED_AFTER}/{looked_after.NUMBERS}", groups={"population_type": (looked_after.NOW,)}),
        ("rate_per_10000",),
        source=looked_after.SOURCE,
    ),
    Comparison(
        "LACStable_2016on",
        File(
            f"{_LOOKED_AFTER}/{looked_after.STABILITY}",
            groups=_ON_31_MARCH | {"placement_stability": (looked_after.THREE_PLACEMENTS,)},
        ),
        ("children_percent",),
        source=looked_after.SOURCE,
    ),
    Comparison(
        "CareLeaverAcc",
        File(f"{_LOOKED_AFTER}/{looked_after.HOMES}", groups=_OLDER | {"breakdown": (looked_after.SUITABLE,)}),
        ("care_leaver_percent",),
        source=looked_after.SOURCE,
    ),
    Comparison(
        "CP_conf_15days",
        File(f"{_IN_NEED}/{lait.CONFERENCES}"),
        lait.CONFERENCE_COUNTS[:2],
        lait.CONFERENCE_COUNTS[2],
        source=lait.SOURCE,
        another_edition={
            ("343", 2016): 93.8,
            ("394", 2016): 65.7,
            ("846", 2016): 63.6,
            ("852", 2016): 61.8,
            ("921", 2016): 57.1,
            ("353", 2017): 37.6,
            ("835", 2017): 82.2,
            ("876", 2017): 82.4,
        },
    ),
    Comparison(
        "Continue_Assess_Comp",
        _C2,
        ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days"),
        "Assessments_completed",
        another_edition={("883", 2017): 93.5, ("891", 2017): 94.4, ("909", 2017): 90.8},
    ),
    Comparison("RefBySource_Schl_%", _C5, ("Schools",), "Referrals"),
    Comparison("RefBySource_HealthServ_%", _C5, ("Health_Services",), "Referrals"),
    Comparison("RefBySource_Police_%", _C5, ("Police",), "Referrals"),
    Comparison("RevCP", _D6, ("Reviewed_within_timescales_percent",)),
    Comparison("CPP_Reviewed_InReqTimeScl", _D6, ("Reviewed_within_timescales",)),
    Comparison("CPP_31March_3MnthorMore", _D6, ("CPP_At31_3Months",)),
    Comparison("CPPlans2yrs", _D7, ("2_years_or_more_percent",)),
    Comparison(
        "CareLeaversNEET",
        File(f"{_LOOKED_AFTER}/{looked_after.ACTIVITY}", groups=_OLDER | {"breakdown": (_NOT_ACTIVE,)}),
        ("care_leaver_percent",),
    ),
    Comparison(
        "Emotional_LAC",
        File(f"{_LOOKED_AFTER}/{looked_after.HEALTH}", groups={"breakdown": ("SDQ average score",)}),
        ("children_count",),
    ),
)
# Counts of England and the regions are rounded to 10, those of councils are not.
_OFF_BY = 5
_HALF_A_TENTH = 0.05 + 1e-9


def agree(data: Path, published: Path | None = None) -> tuple[list[Agreement], int]:
    """Every comparison that can be made, and how many figures of joint returns are printed alike for each council.

    Tables that no release holds are read from `published`, and left out without it.
    """
    areas = area_files.read(data)
    cells = releases.read(data / "releases", lait.SOURCE)
    rows = lait.read(cells.table(lait.FILE), lait.SOURCE, areas)
    agreements = []
    for comparison in COMPARISONS:
        source = comparison.source
        if source is not None:
            found = releases.read(data / "releases", source)
        elif published is not None:
            found = _extracted(comparison.file, published)
        else:
            continue
        theirs = _table(comparison, found, areas)
        ours = rows.filter(pl.col("measure") == comparison.measure)
        agreements.append(_compared(comparison, ours, theirs, areas))
    # The reader refuses a joint return whose two figures differ.
    alike = lait.joined(rows, lait.SOURCE).filter(
        pl.col("return_id").str.contains("+", literal=True) & pl.col("value").is_not_null()
    )
    return agreements, alike.height // 2


def not_compared(agreements: list[Agreement]) -> list[str]:
    """Measures of the tool that stand nowhere else here."""
    measures = {metric.where[lait.MEASURE] for metric in lait.SOURCE.metrics} | lait.COMPANIONS.keys()
    return sorted(measures - {agreement.comparison.measure for agreement in agreements})


def _extracted(file: File, published: Path) -> Cells:
    """A published table that no source loads, read as strictly as those that are."""
    release = Release("agreement", "", "", lait.SOURCE.release.page, (file,))
    source = Source("agreement", "Agreement", lait.SOURCE.publisher, release, ees.load)
    with tempfile.TemporaryDirectory() as folder:
        extract.extract(source, published, Path(folder))
        return releases.read(Path(folder), source)


def _table(comparison: Comparison, cells: Cells, areas: Areas) -> pl.DataFrame:
    """area_id, year, and of each column that is compared what is printed."""
    file = comparison.file
    table = cells.table(file.name)
    rows = ees.located(table, areas, file.name)
    rows = rows.filter(*(pl.col(column).is_in(list(kept)) for column, kept in file.groups.items()))
    rows = ees.without_duplicates(rows, table, file)
    columns = [*comparison.columns, *([comparison.denominator] if comparison.denominator else [])]
    releases.require(rows, columns, file.name)
    return rows.select(pl.col("return_id").alias("area_id"), "year", *columns)


def _compared(comparison: Comparison, ours: pl.DataFrame, theirs: pl.DataFrame, areas: Areas) -> Agreement:
    result = Agreement(comparison)
    printed = {(row["area_id"], row["year"]): row for row in theirs.iter_rows(named=True)}
    councils = areas.by_number()
    for row in ours.filter(pl.col("year").is_in(theirs["year"].unique().to_list())).sort("line").iter_rows(named=True):
        area_id, year, value = row["area_id"], row["year"], row["value"]
        other = printed.get((area_id, year))
        texts = [other[column] or "" for column in comparison.columns] if other else []
        total = other[comparison.denominator] or "" if other and comparison.denominator else ""
        exact = _between(texts, total, comparison) if other else None
        if value is None and exact is None:
            continue
        result.compared += 1
        if value is not None and exact is not None and exact[0] <= value <= exact[1]:
            result.equal += 1
            continue
        reason = _reason(comparison, row, texts, total, of_council=area_id in councils)
        if reason:
            result.reasons[reason] += 1
        else:
            shown = " + ".join(texts) + (f" of {total}" if total else "") if other else "no row"
            result.unexplained.append(
                f"{comparison.measure}, {area_id}, {year}: {'-' if value is None else value} in the tool "
                f"(row {row['line']}), {shown} in {comparison.file.name}"
            )
    return result


def _reason(
    comparison: Comparison, row: dict[str, Any], texts: list[str], total: str, *, of_council: bool
) -> Reason | None:
    """Why the tool's figure is another one, if that is declared."""
    area_id, year, value = row["area_id"], row["year"], row["value"]
    symbols = {text for text in (*texts, *([total] if comparison.denominator else [])) if _number(text) is None}
    if not texts:
        return None
    if value is None:
        return Reason.ZERO_AS_DASH if {_number(text) for text in texts} == {0} else None
    if symbols <= {"low", "k"} and symbols and value == 0:
        return Reason.ROUNDS_TO_ZERO
    if symbols == {"c"} and comparison.denominator:
        return Reason.UNSUPPRESSED
    if symbols:
        return Reason.MISSING_AS_ZERO if value == 0 and symbols <= DFE_SYMBOLS.keys() else None
    if comparison.another_edition.get((area_id, year)) == value:
        return Reason.ANOTHER_EDITION
    rounded = None if of_council else _between(texts, total, comparison, off_by=_OFF_BY)
    return Reason.ROUNDED if rounded and rounded[0] <= value <= rounded[1] else None


def _between(texts: list[str], total: str, comparison: Comparison, *, off_by: int = 0) -> tuple[float, float] | None:
    """Between what the tool's figure must be, if counts may be `off_by`; None where the table does not give it."""
    numbers = [number for text in texts if (number := _number(text)) is not None]
    if len(numbers) < len(texts):
        return None
    count = sum(numbers)
    if not comparison.denominator:
        return count, count
    of = _number(total)
    if not of:
        return None
    off = off_by * len(numbers)
    return (count - off) / (of + off_by) * 100 - _HALF_A_TENTH, (count + off) / (of - off_by) * 100 + _HALF_A_TENTH


def _number(text: str) -> float | None:
    """A printed number; None for a symbol, or for anything else, which then explains nothing."""
    return float(text) if re.fullmatch(ees.NUMBER, text) else None
