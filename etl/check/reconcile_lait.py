"""Compare the Local Authority Interactive Tool with the tables it is made of, value by value.

Two publications of one department print many figures twice. Where we have both they must agree, except for declared
reasons; any other difference is an error of theirs or of our reading, and nothing is built until it is understood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import polars as pl

from etl import releases
from etl.areas import Areas
from etl.check import kinds_of_proof
from etl.model import DFE_SYMBOLS, EtlError, File, Source
from etl.readers import ees, lait, lait_counts
from etl.releases import Cells
from etl.sources import children_in_need_2024, looked_after
from etl.sources import local_authority_interactive_tool as declared


class Outcome(StrEnum):
    """How two figures compare: equal, different for a reason, or neither."""

    EQUAL = "equal"
    ROUNDED = "counts rounded to 10"
    ANOTHER_EDITION = "counts of another edition"
    UNSUPPRESSED = "table suppresses the counts"
    ROUNDS_TO_ZERO = "low or k shown as 0"
    MISSING_AS_ZERO = "missing shown as 0"
    ZERO_AS_DASH = "0 shown as -"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Comparison:
    """A measure of the tool and where the same is printed: a column, or a percentage made of columns of counts."""

    measure: str
    source: Source
    """The source whose release holds the table."""
    file: File
    """The table; of its groups, only those that are compared."""
    columns: tuple[str, ...]
    """The column of the value; with a `denominator`, the counts that are added up."""
    denominator: str = ""
    another_edition: Mapping[tuple[str, int], float] = field(default_factory=dict)
    """Area and year -> what the tool prints, made of counts that the table has revised since."""


def _looked_after(measure: str, name: str, column: str, **groups: str) -> Comparison:
    chosen = {group: (text,) for group, text in groups.items()}
    return Comparison(measure, looked_after.SOURCE, File(name, groups=chosen), (column,))


def _in_need(
    measure: str, name: str, *columns: str, of: str = "", **more: Mapping[tuple[str, int], float]
) -> Comparison:
    return Comparison(measure, children_in_need_2024.SOURCE, File(name), columns, of, **more)


COMPARISONS = (
    _looked_after("LAC", looked_after.NUMBERS, "rate_per_10000", population_type=looked_after.NOW),
    _looked_after(
        "LACStable_2016on", looked_after.STABILITY, "children_percent",
        cla_group=looked_after.ON_31_MARCH, placement_stability=looked_after.THREE_PLACEMENTS,
    ),
    _looked_after(
        "CareLeaverAcc", looked_after.HOMES, "care_leaver_percent",
        care_leaver_age=looked_after.OLDER, breakdown=looked_after.SUITABLE,
    ),
    _looked_after("LACnum", looked_after.NUMBERS, "children_count", population_type=looked_after.NOW),
    _looked_after("LAC_Start_Rate", looked_after.NUMBERS, "rate_per_10000", population_type=looked_after.STARTING),
    _looked_after("LACnum_Start", looked_after.NUMBERS, "children_count", population_type=looked_after.STARTING),
    _looked_after(
        "LACStableNum_2016on", looked_after.STABILITY, "children_count",
        cla_group=looked_after.ON_31_MARCH, placement_stability=looked_after.THREE_PLACEMENTS,
    ),
    _looked_after(
        "LAC_LongStable%", looked_after.STABILITY, "children_percent",
        cla_group=looked_after.LONG, placement_stability=looked_after.SAME_CARER,
    ),
    _looked_after(
        "LAC_LongStableNum", looked_after.STABILITY, "children_count",
        cla_group=looked_after.LONG, placement_stability=looked_after.SAME_CARER,
    ),
    _looked_after(
        "LACHealth%", looked_after.HEALTH, "children_percent",
        characteristic=looked_after.CHECKS, breakdown=looked_after.CHECKED,
    ),
    _looked_after(
        "CareLeaverEET", looked_after.ACTIVITY, "care_leaver_percent",
        care_leaver_age=looked_after.OLDER, breakdown=looked_after.ACTIVE,
    ),
    _looked_after(
        "CareLeaverEETNum", looked_after.ACTIVITY, "care_leaver_count",
        care_leaver_age=looked_after.OLDER, breakdown=looked_after.ACTIVE,
    ),
    _looked_after(
        "NoCareLeaverAcc", looked_after.HOMES, "care_leaver_count",
        care_leaver_age=looked_after.OLDER, breakdown=looked_after.SUITABLE,
    ),
    _looked_after(
        "NoCareLeavers", looked_after.HOMES, "care_leaver_count",
        care_leaver_age=looked_after.OLDER, breakdown=looked_after.HOUSED,
    ),
    _looked_after(
        "CareLeaversNEET", looked_after.ACTIVITY, "care_leaver_percent",
        care_leaver_age=looked_after.OLDER, breakdown=looked_after.NOT_ACTIVE,
    ),
    _looked_after(
        "Emotional_LAC", looked_after.HEALTH, "children_count",
        characteristic=looked_after.DIFFICULTIES, breakdown=looked_after.AVERAGE_SCORE,
    ),
    Comparison(
        "CP_conf_15days",
        declared.SOURCE,
        File(lait_counts.CONFERENCES),
        lait_counts.CONFERENCE_COUNTS[:2],
        lait_counts.CONFERENCE_COUNTS[2],
        {
            ("343", 2016): 93.8, ("394", 2016): 65.7, ("846", 2016): 63.6, ("852", 2016): 61.8, ("921", 2016): 57.1,
            ("353", 2017): 37.6, ("835", 2017): 82.2, ("876", 2017): 82.4,
        },
    ),
    _in_need(
        "Continue_Assess_Comp",
        children_in_need_2024.ASSESSMENTS,
        *children_in_need_2024.WITHIN_45_DAYS,
        of="Assessments_completed",
        another_edition={("883", 2017): 93.5, ("891", 2017): 94.4, ("909", 2017): 90.8},
    ),
    _in_need("RefBySource_Schl_%", children_in_need_2024.REFERRERS, "Schools", of="Referrals"),
    _in_need("RefBySource_HealthServ_%", children_in_need_2024.REFERRERS, "Health_Services", of="Referrals"),
    _in_need("RefBySource_Police_%", children_in_need_2024.REFERRERS, "Police", of="Referrals"),
    _in_need("RevCP", children_in_need_2024.REVIEWS, "Reviewed_within_timescales_percent"),
    _in_need(lait_counts.REVIEWED, children_in_need_2024.REVIEWS, "Reviewed_within_timescales"),
    _in_need(lait_counts.REVIEWABLE, children_in_need_2024.REVIEWS, "CPP_At31_3Months"),
    _in_need("CPPlans2yrs", children_in_need_2024.ENDED_PLANS, "2_years_or_more_percent"),
)  # fmt: skip
_ROLES = "the table of roles is not among the files that are public here"
_SECTION_251 = "the outturn itself is not here, and the revenue outturn of MHCLG counts otherwise"
_UNIT_COST = "made of spending and weeks that the tool does not print"
# Measures that are printed nowhere else here, and why.
ALONE = {
    "Social_Work_Caseholders_%": _ROLES,
    "Social_Work_SeniorPractitioner_%": _ROLES,
    "Social_Work_Qualified_no_cases_%": _ROLES,
    "CareApplications": "Cafcass prints no table by council",
    "ChildPov": "estimated by the Department for Work and Pensions",
    "SafeguardingFinance": _SECTION_251,
    "FamilySupportFinance": _SECTION_251,
    "C&YPExpenditure": _SECTION_251,
    "SWFinance": _UNIT_COST,
    "LACFinance": _UNIT_COST,
}
# Counts of England and the regions are rounded to 10, those of councils are not.
_OFF_BY = 5
_HALF_A_TENTH = 0.05 + 1e-9
_ROUNDS_TO_ZERO = ("low", "k")
_KEYS = ["measure", "area_id", "year"]
SHOWN = 5


def require_agreement(data: Path, areas: Areas, sources: Iterable[Source]) -> pl.DataFrame:
    """How many figures of each metric are printed twice and agree (`kinds_of_proof.PROOF`).

    Raises EtlError (E_DISAGREES, both figures with file and row, remedy) unless all of them do.
    """
    compared = compare_figures(data, areas, sources)
    lines = describe_disagreements(compared, areas)
    if lines:
        more = [f"and {len(lines) - SHOWN} more: `python -m etl agree` names them all."] if len(lines) > SHOWN else []
        raise EtlError("\n".join([*lines[:SHOWN], *more]))
    if compared.is_empty():
        return pl.DataFrame(schema=kinds_of_proof.PROOF)
    metrics = {metric.where[lait.MEASURE]: metric.id for metric in declared.METRICS}
    metrics |= {fill.measure: metric_id for metric_id, fill in declared.FILLS.items()}
    agree = (
        compared.filter(pl.col("measure").is_in(list(metrics)))
        .group_by("measure", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("proved"))
    )
    return agree.select(
        pl.col("measure").replace_strict(metrics, return_dtype=pl.String).alias("metric_id"),
        pl.lit(kinds_of_proof.TWICE).alias("proof"),
        "proved",
        pl.lit(0, pl.Int64).alias("unproved"),
    ).match_to_schema(kinds_of_proof.PROOF)


def compare_figures(data: Path, areas: Areas, sources: Iterable[Source]) -> pl.DataFrame:
    """Every figure that the tool and a table of these sources print, of the years that both hold.

    Columns: measure, file (of the table), area_id, year, value and row (of the tool), printed and line (of the table),
    outcome. Where neither has a figure there is no row.
    """
    given = {source.id: source for source in sources}
    comparisons = [comparison for comparison in COMPARISONS if comparison.source.id in given]
    if declared.SOURCE.id not in given or not comparisons:
        return pl.DataFrame(schema=dict.fromkeys((*_KEYS, "file", "value", "row", "printed", "line", "outcome")))
    cells = {name: releases.read(data / "releases", given[name])
             for name in {declared.SOURCE.id} | {comparison.source.id for comparison in comparisons}}  # fmt: skip
    ours = _tool(cells[declared.SOURCE.id], areas)
    located: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for comparison in comparisons:
        name = comparison.file.name
        if name not in located:
            table = cells[comparison.source.id].table(name)
            located[name] = (table, ees.located(table, areas, name))
    theirs = pl.concat(_printed(comparison, *located[comparison.file.name]) for comparison in comparisons)
    return _compare(ours, theirs)


def count_joint_returns(data: Path, areas: Areas) -> int:
    """How many figures of joint returns the tool prints alike for both councils; the reader refuses any other."""
    rows = lait.joined(declared.TOOL, _tool(releases.read(data / "releases", declared.SOURCE), areas), declared.SOURCE)
    return rows.filter(pl.col("return_id").str.contains("+", literal=True) & pl.col("value").is_not_null()).height // 2


def describe_disagreements(compared: pl.DataFrame, areas: Areas) -> list[str]:
    """A line for each unexplained figure of `compare_figures`: both values, where they are printed and what to do."""
    names = areas.names()
    words = []
    for row in compared.filter(pl.col("outcome") == Outcome.UNEXPLAINED).iter_rows(named=True):
        tool = "nothing" if row["row"] is None else lait.MISSING if row["value"] is None else f"{row['value']:.9g}"
        at = f", row {row['row']}" if row["row"] is not None else ""
        line = f", line {row['line']}" if row["line"] is not None else ""
        words.append(
            f"E_DISAGREES: {row['measure']} of {names[row['area_id']]} ({row['area_id']}), {row['year']}: "
            f"{tool} in {lait.FILE}{at}, {row['printed'] or 'nothing'} in {row['file']}{line}. "
            "Look both up: download the older file again, or declare in etl/check/reconcile_lait.py why they differ."
        )
    return words


def summarise(compared: pl.DataFrame, joint_returns: int) -> list[str]:
    """What `compare_figures` found, a line a measure, and then a line a reason; last what is in the tool alone."""
    outcomes = Counter(compared["outcome"].to_list())
    measures = compared.group_by("measure", "file").agg(
        pl.len(),
        pl.min("year"),
        pl.max("year").alias("last"),
        (pl.col("outcome") == Outcome.EQUAL).sum().alias("equal"),
    )
    lines = [
        f"{row['measure']}, {row['year']} to {row['last']}: {row['len']:,} compared with {row['file']}, "
        f"{row['equal']:,} equal"
        for row in measures.sort("file", "measure").iter_rows(named=True)
    ]
    lines += ["", f"{compared.height:,} figures compared, {outcomes[Outcome.EQUAL]:,} equal"]
    lines += [f"{outcomes[reason]:,} {reason}" for reason in Outcome if reason is not Outcome.EQUAL]
    lines += [f"{joint_returns} of joint returns, printed alike for both councils and counted once here", ""]
    return lines + [f"In the tool alone, {measure}: {why}" for measure, why in sorted(ALONE.items())]


def _tool(cells: Cells, areas: Areas) -> pl.DataFrame:
    return lait.without_duplicates(lait.read(declared.TOOL, cells.table(lait.FILE), declared.SOURCE, areas))


def _printed(comparison: Comparison, table: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """What a table prints for a measure, and between what the tool's figure must then be.

    `lowest` and `highest` are null where the table does not give the figure, `rounded_lowest` and `rounded_highest`
    hold where counts are rounded, `at_least` where some are suppressed. `symbols` are how many cells are no numbers,
    `known`, `small` and `suppressed` how many of those are such symbols, and `zero` is whether all parts are 0.
    """
    name = comparison.file.name
    rows = located.filter(*(pl.col(column).is_in(list(chosen)) for column, chosen in comparison.file.groups.items()))
    rows = ees.without_duplicates(rows, table, comparison.file)
    cells = [*comparison.columns, *([comparison.denominator] if comparison.denominator else [])]
    releases.require(rows, cells, name)
    texts = [pl.col(column).fill_null("") for column in cells]
    numbers = [
        pl.when(text.str.contains(ees.NUMBER)).then(text).cast(pl.Float64) for text in texts[: len(comparison.columns)]
    ]
    count = pl.sum_horizontal(numbers, ignore_nulls=False)
    shown = pl.concat_str(texts[: len(comparison.columns)], separator=" + ")
    lowest = highest = rounded_lowest = rounded_highest = count
    at_least = pl.lit(None, pl.Float64)
    if comparison.denominator:
        of = pl.when(texts[-1].str.contains(ees.NUMBER)).then(texts[-1]).cast(pl.Float64)
        of, off = pl.when(of > 0).then(of), _OFF_BY * len(numbers)
        shown = pl.format("{} of {}", shown, texts[-1])
        lowest, highest = count / of * 100 - _HALF_A_TENTH, count / of * 100 + _HALF_A_TENTH
        rounded_lowest = (count - off) / (of + _OFF_BY) * 100 - _HALF_A_TENTH
        rounded_highest = (count + off) / (of - _OFF_BY) * 100 + _HALF_A_TENTH
        at_least = (pl.sum_horizontal(numbers) / of * 100 - _HALF_A_TENTH).fill_null(0)

    def how_many(symbols: Iterable[str]) -> pl.Expr:
        return pl.sum_horizontal(text.is_in(list(symbols)) for text in texts)

    return rows.select(
        pl.lit(comparison.measure).alias("measure"),
        pl.lit(name).alias("file"),
        pl.col("return_id").alias("area_id"),
        "year",
        shown.alias("printed"),
        "line",
        lowest.alias("lowest"),
        highest.alias("highest"),
        rounded_lowest.alias("rounded_lowest"),
        rounded_highest.alias("rounded_highest"),
        at_least.alias("at_least"),
        pl.sum_horizontal(~text.str.contains(ees.NUMBER) for text in texts).alias("symbols"),
        how_many(DFE_SYMBOLS).alias("known"),
        how_many(_ROUNDS_TO_ZERO).alias("small"),
        how_many("c").alias("suppressed"),
        pl.all_horizontal(number == 0 for number in numbers).fill_null(False).alias("zero"),
    )


def _compare(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """The columns of `compare_figures`, from the rows of the tool and what `_printed` gives of all tables."""
    years = (
        ours.select("measure", "year")
        .unique()
        .join(theirs.select("measure", "file", "year").unique(), on=["measure", "year"])
    )
    other = pl.DataFrame(
        [
            (comparison.measure, *key, value)
            for comparison in COMPARISONS
            for key, value in comparison.another_edition.items()
        ],
        schema={"measure": pl.String, "area_id": pl.String, "year": pl.Int64, "other": pl.Float64},
        orient="row",
    )
    both = (
        ours.select(*_KEYS, "value", pl.col("line").alias("row"))
        .join(theirs.drop("file"), on=_KEYS, how="full", coalesce=True, validate="1:1")
        .join(years, on=["measure", "year"])
        .join(other, on=_KEYS, how="left", validate="1:1")
        .filter(pl.col("value").is_not_null() | pl.col("lowest").is_not_null())
    )
    value, symbols = pl.col("value"), pl.col("symbols")
    rounded = pl.col("area_id").is_in(list(lait.REGIONS.values()))
    outcome = (
        pl.when(value.is_between("lowest", "highest"))
        .then(pl.lit(Outcome.EQUAL))
        .when(value.is_null() & pl.col("row").is_not_null() & pl.col("zero"))
        .then(pl.lit(Outcome.ZERO_AS_DASH))
        .when((value == 0) & (symbols > 0) & (pl.col("small") == symbols))
        .then(pl.lit(Outcome.ROUNDS_TO_ZERO))
        .when((symbols > 0) & (pl.col("suppressed") == symbols) & value.is_between("at_least", 100))
        .then(pl.lit(Outcome.UNSUPPRESSED))
        .when((value == 0) & (symbols > 0) & (pl.col("known") == symbols))
        .then(pl.lit(Outcome.MISSING_AS_ZERO))
        .when((symbols == 0) & (pl.col("other") == value))
        .then(pl.lit(Outcome.ANOTHER_EDITION))
        .when((symbols == 0) & rounded & value.is_between("rounded_lowest", "rounded_highest"))
        .then(pl.lit(Outcome.ROUNDED))
        .otherwise(pl.lit(Outcome.UNEXPLAINED))
        .alias("outcome")
    )
    return both.select(*_KEYS, "file", "value", "row", "printed", "line", outcome).sort(*_KEYS)
