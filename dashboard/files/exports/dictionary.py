"""The data dictionary: what every column of an exported table is, in the schema's words where the schema has it."""

from __future__ import annotations

import polars as pl

from dashboard.analysis.local_rank import RANKS
from dashboard.data.database import Database

# The table and column of the database whose comment is the meaning ("" is the table's own comment).
OF_SCHEMA = {
    "area": ("area", "name"),
    "period": ("observation", "period"),
    "period_end": ("observation", "period_end"),
    "value": ("observation", "value"),
    "status": ("observation", "status"),
    "symbol": ("observation", "symbol"),
    "numerator": ("observation", "numerator"),
    "denominator": ("observation", "denominator"),
    "unknown": ("observation", "unknown"),
    "value_low": ("observation", "value_low"),
    "value_high": ("observation", "value_high"),
    **{name: ("standing", name) for name in (*RANKS, "not_ranked")},
    "trend": ("trend", "direction"),
    "no_trend_because": ("trend", "reason"),
    "unit": ("metric", "unit"),
    "polarity": ("metric", "polarity"),
    "metric": ("metric", "title"),
    "metric_id": ("metric", "metric_id"),
    "area_kind": ("area", "kind"),
    "la_number": ("area", "la_number"),
    "gss_code": ("area", "gss_code"),
    "source": ("source", "title"),
    "publisher": ("source", "publisher"),
    "release": ("source", "release"),
    "released": ("source", "released"),
    "page": ("source", "page"),
    "licence": ("source", "licence"),
    "data_version": ("build", "data_version"),
}
MEANINGS = {
    "change": (
        "Value minus the value one period before, in the measure's unit: both observed, consecutive, of the same "
        "return and not parted by a break of the series; else null."
    ),
    "series_break": (
        "Why figures of this period cannot be compared with those before it; null where they can. No change and no "
        "trend is given over it."
    ),
    "change_low": "The least that the change can be, where one of the two is hidden in a range apart from the other.",
    "change_high": "The most that it can be then. The same as the least, where both values are printed.",
    "joint_return": (
        'Both numbers of a return that two authorities made together ("314+318"): one figure, which stands in a row of '
        "each and counts once. Null for a return of one."
    ),
    "region": "The region the area is published in; London as Inner or Outer London. Null for England.",
    "benchmark_rule": "What the council is compared with, in words.",
    "benchmark": (
        "The figure that rule gives for this measure, period and council, in the measure's unit. Null where too few "
        "have a figure, where a neutral measure has no best, for bare counts and grades, for regions and England, and "
        "where hidden or unknown figures leave it open: then benchmark_low and benchmark_high are given alone."
    ),
    "benchmark_low": "The least that the benchmark can be, if every hidden or unknown figure is as low as it can be.",
    "benchmark_high": "The most that it can be. The same as the least where nothing is hidden or unknown.",
    "benchmark_base": (
        "How many returns stand behind the benchmark, of best neighbours 3; null where it is a published figure or a "
        "target."
    ),
    "gap": (
        "How far the value is from the benchmark, in the measure's unit: positive where it falls short. Of a neutral "
        "measure, value minus benchmark. Null of councils that are not ranked, and where hidden figures leave it open."
    ),
    "gap_low": (
        "The least that the gap can be. Where the council's own figure is part of the benchmark, both are held at the "
        "same end."
    ),
    "gap_high": "The most that it can be. Where only this one is above zero, it is not certain whether it is met.",
    "shortfall": (
        "The gap in real units (posts, children, cases), where the denominator is published; the numerator, "
        "where it is not, is what the value makes of it. Null where the benchmark is met, or hidden figures leave it "
        "open."
    ),
    "shortfall_low": "The least that the shortfall can be.",
    "shortfall_high": "The most that it can be.",
    "interval_low": (
        "Lower end of the Wilson 95% interval, where the value is a share of a published count. Of full-time "
        "equivalents it is only indicative: they are a census."
    ),
    "interval_high": "Upper end of the same interval.",
    "interval_allows_for": (
        "What the interval allows for: chance, or chance and the usual differences between councils. Of these it is "
        "wider by what councils differ in this measure and period, whatever their size (additive overdispersion)."
    ),
    "verdict": (
        "Where the whole interval lies beside the benchmark: better, similar or worse (of a neutral measure lower, "
        "similar or higher). Of ranges only where all ends agree. Null without an interval, or where they do not."
    ),
}
TYPES = {pl.String: "text", pl.Date: "date", pl.Boolean: "true or false", pl.Null: "empty"}
# The columns beside a measure in a wide table.
BESIDE = {
    "_status": 'Why "{title}" has no value here; observed where it has one. Null where the rows hold no such figure.',
    "_joint_return": 'Both numbers of the joint return that "{title}" is of here: one figure, which counts once.',
}


def dictionary(db: Database, table: pl.DataFrame) -> pl.DataFrame:
    """What each column of a table is: column, type, meaning."""
    return pl.DataFrame(
        [(name, _type(kind), meaning(db, name)) for name, kind in table.schema.items()],
        {"column": pl.String, "type": pl.String, "meaning": pl.String},
        orient="row",
    )


def meaning(db: Database, column: str) -> str:
    """The meaning of a column of an export; empty where no export has it."""
    if column in OF_SCHEMA:
        # An archived version may have a schema with fewer comments.
        return db.comments.get(OF_SCHEMA[column], "")
    return MEANINGS.get(column) or _of_measure(db, column)


def _of_measure(db: Database, column: str) -> str:
    """The meaning of a column of a wide table: a measure, or a column beside one."""
    measures = db.table["metric"].rows_by_key("metric_id", named=True, unique=True)
    if column in measures:
        measure = measures[column]
        unit = "the grade in words" if measure["unit"] == "grade" else f"in {measure['unit']}"
        return f"{measure['title']} ({unit}): {measure['definition']}"
    for suffix, words in BESIDE.items():
        if column.removesuffix(suffix) in measures and column.endswith(suffix):
            return words.format(title=measures[column.removesuffix(suffix)]["title"])
    return ""


def _type(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "whole number"
    if kind.is_numeric():
        return "number"
    if isinstance(kind, pl.Datetime):
        return "date and time"
    return TYPES.get(type(kind), "text")
