"""What each measure is: as declared, how far it reaches, what is known to be wrong with it, and a check by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from dashboard.analysis import comparison
from dashboard.data.database import Database, is_joint
from dashboard.data.model import ENGLAND, Metric, Source
from dashboard.methods.example import exact, worked
from dashboard.methods.rules.data import POLARITIES
from dashboard.views.text import comparisons, formats

SCALES = {"%": " × 100", "per 10,000 children": " × 10,000"}
# What a declared component means that is no column of the publisher's.
CHILDREN = "children aged 0 to 17 in the middle of the year before"
NOT_SAID = "No reason is kept in this version of the data."


@dataclass(frozen=True)
class Coverage:
    """How many councils have a figure in one period, and why the others have none."""

    label: str
    end: date
    when: str
    """In words, as "at 30 September 2025"."""
    councils: int
    """That existed then, or whose figures are published."""
    observed: int
    missing: tuple[tuple[str, int], ...]
    """Reason and how many councils, most first."""
    joint: int
    """Councils of joint returns among those with a figure."""
    england: str
    """England's figure with its unit, or the reason why there is none; empty where none is published at all."""


@dataclass(frozen=True)
class Measure:
    """One measure as the page tells it."""

    metric_id: str
    title: str
    theme: str
    definition: str
    unit: str
    better: str
    """Which way is better, in words."""
    reason: str
    formula: str
    made_of: str
    """What a column of both sides of the line holds; empty where they are two."""
    check: str
    """The formula with published numbers in it; empty where none can be had."""
    minimum: str
    gap: str
    """How a gap is said in real units, and what is held fixed; empty where it is not."""
    caveat: str
    proofs: tuple[str, ...]
    """What proves its figures, and how many; empty in a version of the data that does not say."""
    unknown: str
    """Whom the publisher counts as unknown; empty where it counts nobody so."""
    source: Source
    next_edition: str
    """The edition that follows, or when it is due; empty where that is not known."""
    fills: tuple[tuple[Source, int, str], ...]
    """Other sources that hold figures of it: which, how many figures, and of which periods."""
    coverage: tuple[Coverage, ...]
    """Newest first."""
    breaks: tuple[tuple[date, str], ...]
    errors: tuple[tuple[str, date, str, str], ...]
    """Figures known to be wrong: area, last day, what is printed, and why."""


def titles(db: Database) -> dict[str, str]:
    """Every measure there is, those of England alone too: title -> metric_id, in the order of the menu."""
    return dict(db.table["metric"].sort("position").select("title", "metric_id").iter_rows())


def measure(db: Database, metric_id: str) -> Measure:
    """One measure, read from what the database declares of it and from its figures."""
    row = db.table["metric"].row(by_predicate=pl.col("metric_id") == metric_id, named=True)
    metric = Metric(**{field: row[field] for field in Metric.__dataclass_fields__})
    source = db.sources[metric.source_id]
    figures = db.by_metric.get(metric_id, db.figure.clear())
    return Measure(
        metric_id=metric_id,
        title=metric.title,
        theme=metric.theme,
        definition=metric.definition,
        unit=metric.unit,
        better=better(metric),
        # An older version of the data, which a frozen link may lead to, declares none.
        reason=row.get("polarity_reason") or NOT_SAID,
        formula=formula(row),
        made_of=made_of(row),
        check=check(metric, row, figures),
        minimum=_minimum(metric),
        gap=f"{metric.shortfall}, {comparisons.held(metric)}" if metric.shortfall else "",
        caveat=metric.caveat or "",
        proofs=_proofs(db, metric_id),
        unknown=f"Counted as “{metric.unknown}”: the figure is a range." if metric.unknown else "",
        source=source,
        next_edition=formats.next_edition(source.next_release, metric.next_due, datetime.now(UTC).date()),
        fills=_fills(db, metric, figures),
        coverage=coverage(metric, figures),
        breaks=tuple(_of(db, "series_break", metric_id).sort("period_end").select("period_end", "reason").iter_rows()),
        errors=tuple(
            (db.names[area_id], end, exact(printed), reason)
            for _, area_id, end, printed, reason in _of(db, "known_error", metric_id)
            .sort("period_end", "area_id")
            .select("metric_id", "area_id", "period_end", "printed", "reason")
            .iter_rows()
        ),
    )


def summary(db: Database) -> list[tuple[str, str, Measure]]:
    """Every measure with its newest period and the councils that have a figure in it, in words; in the menu's order."""

    def made() -> list[tuple[str, str, Measure]]:
        every = [measure(db, metric_id) for metric_id in titles(db).values()]
        return [(one.coverage[0].when if one.coverage else "", _councils(one), one) for one in every]

    # By the day: a new edition becomes due.
    return db.cached(("methods: measures", datetime.now(UTC).date()), made)


def alike(db: Database, one: Measure) -> list[str]:
    """The titles of the other measures of its theme."""
    rows = db.table["metric"].filter((pl.col("theme") == one.theme) & (pl.col("metric_id") != one.metric_id))
    return rows.sort("position")["title"].to_list()


def frame(db: Database) -> pl.DataFrame:
    """The measures as a table to take away, with what is declared of each."""
    rows = [
        {
            "measure": one.title, "theme": one.theme, "definition": one.definition, "formula": one.formula,
            "by_hand": one.check, "unit": one.unit, "better": one.better, "why": one.reason, "note": one.caveat,
            "newest": newest, "councils_with_a_figure": councils, "publisher": one.source.publisher,
            "source": one.source.title, "release": one.source.release, "released": one.source.released,
            "next_release": one.next_edition or None, "page": one.source.page, "licence": one.source.licence,
            "metric_id": one.metric_id, "data_version": db.data_version,
        }
        for newest, councils, one in summary(db)
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def coverage_frame(one: Measure) -> pl.DataFrame:
    """The coverage of one measure as a table to take away, a row a period."""
    return pl.DataFrame(
        {
            "measure": one.title,
            "period": period.label,
            "period_end": period.end,
            "councils": period.councils,
            "with_a_figure": period.observed,
            "in_joint_returns": period.joint,
            "without_and_why": "; ".join(f"{count} {reason}" for reason, count in period.missing),
            "england": period.england,
        }
        for period in one.coverage
    )


def better(metric: Metric) -> str:
    """Which way is better, in words: a grade is an order of its own."""
    if metric.graded:
        return "Outstanding is best, Inadequate worst"
    words = POLARITIES[metric.polarity]
    return words[0].upper() + words[1:]


def formula(row: Mapping[str, Any]) -> str:
    """How the value is made, in the columns that are declared for it."""
    above, below = row["numerator"], row["denominator"]
    if row["made"]:
        return f"Worked out here: {row['made']}."
    if not above or not below:
        return "As the publisher prints it."
    made = f"{_bracketed(above)} ÷ {_bracketed(below)}{SCALES.get(row['unit'], '')}"
    return f"{made}. The names are those of the published columns."


def made_of(row: Mapping[str, Any]) -> str:
    """What is above and below the line, where one column holds both in different rows; else empty."""
    if not row["numerator"] or row["numerator"] != row["denominator"]:
        return ""
    return "The numerator counts those that the measure names, the denominator all of that group."


def check(metric: Metric, row: Mapping[str, Any], figures: pl.DataFrame) -> str:
    """The formula with the newest published counts in it: England's, or those of the first council with both."""
    if not row["numerator"] or not row["denominator"] or figures.is_empty():
        return ""
    counted = figures.filter(
        pl.col("value").is_not_null() & pl.col("numerator").is_not_null() & (pl.col("denominator") > 0)
    ).filter(pl.col("period_end") == pl.col("period_end").max())
    if counted.is_empty():
        return ""
    first = counted.sort(pl.col("area_id") != ENGLAND, "name").row(0, named=True)
    scale = comparison.SCALES.get(metric.unit, 1.0)
    result = first["numerator"] / first["denominator"] * scale
    times = SCALES.get(metric.unit, "")
    shown, printed = formats.number(result, metric.decimals), formats.number(first["value"], metric.decimals)
    agrees = f"{formats.quantity(first['value'], metric)}."
    if shown != printed:
        agrees = f"{worked(result)}; published as {formats.quantity(first['value'], metric)}: the counts are rounded."
    return (
        f"{formats.place(first['name'])} {formats.period(metric, first['period_end'])}: {exact(first['numerator'])} ÷ "
        f"{exact(first['denominator'])}{times} = {agrees}"
    )


def coverage(metric: Metric, figures: pl.DataFrame) -> tuple[Coverage, ...]:
    """Each period of a measure: who has a figure, and why the others have none; newest first."""
    council, observed = pl.col("kind") == "local_authority", pl.col("value").is_not_null()
    together = is_joint()
    periods = figures.group_by("period_end").agg(
        pl.first("period"),
        council.sum().cast(pl.Int64).alias("councils"),
        (council & observed).sum().cast(pl.Int64).alias("observed"),
        (council & observed & together).sum().cast(pl.Int64).alias("joint"),
    )
    missing: dict[date, dict[str, int]] = {}
    reasons = figures.filter(council & ~observed).group_by("period_end", "status", "symbol").len()
    for end, status, symbol, count in reasons.iter_rows():
        # What a publisher printed and we withheld is one reason, whatever number was printed.
        printed = symbol if symbol is None or not symbol.startswith("printed") else None
        words, counts = formats.reason(status, printed, metric), missing.setdefault(end, {})
        counts[words] = counts.get(words, 0) + count
    whole = {row["period_end"]: row for row in figures.filter(pl.col("area_id") == ENGLAND).iter_rows(named=True)}
    return tuple(
        Coverage(
            row["period"],
            row["period_end"],
            formats.period(metric, row["period_end"]),
            row["councils"],
            row["observed"],
            tuple(sorted(missing.get(row["period_end"], {}).items(), key=lambda one: (-one[1], one[0]))),
            row["joint"],
            _shown(whole[row["period_end"]], metric) if row["period_end"] in whole else "",
        )
        for row in periods.sort("period_end", descending=True).iter_rows(named=True)
    )


def _councils(one: Measure) -> str:
    """How many councils have a figure in the newest period, or that it is England's alone."""
    if not one.coverage or not one.coverage[0].councils:
        return "England only"
    return f"{one.coverage[0].observed} of {one.coverage[0].councils}"


def _shown(row: Mapping[str, Any], metric: Metric) -> str:
    if row["value"] is None:
        return formats.why(row, metric)
    return formats.quantity(row["value"], metric)


def _minimum(metric: Metric) -> str:
    if metric.minimum_denominator is None:
        return ""
    fewest = formats.number(metric.minimum_denominator, 0)
    left_out = "not ranked" if metric.ranked else "in no median"
    return f"Councils whose denominator is below {fewest} are shown, but {left_out}."


def _fills(db: Database, metric: Metric, figures: pl.DataFrame) -> tuple[tuple[Source, int, str], ...]:
    others = figures.filter(pl.col("source_id") != metric.source_id).sort("period_end")
    found = others.group_by("source_id", maintain_order=True).agg(
        pl.len(), pl.first("period").alias("first"), pl.last("period").alias("last")
    )
    return tuple(
        (db.sources[source_id], count, begin if begin == last else f"{begin} to {last}")
        for source_id, count, begin, last in found.iter_rows()
    )


def _of(db: Database, table: str, metric_id: str) -> pl.DataFrame:
    return db.table[table].filter(pl.col("metric_id") == metric_id)


def _proofs(db: Database, metric_id: str) -> tuple[str, ...]:
    """What proves the figures of a measure, with how many; that nothing does, where nothing does."""
    if "proof" not in db.table:
        return ()
    rows = _of(db, "proof", metric_id)
    found = [
        f"{says[0].upper()}{says[1:]}: {proved:,} figures."
        for says, proved in rows.select("says", "proved").iter_rows()
    ]
    return tuple(found) or ("Nothing: a wrong figure shows only beside those of other years.",)


def _bracketed(columns: str) -> str:
    return f"({_said(columns)})" if " + " in columns else _said(columns)


def _said(columns: str) -> str:
    if columns == "children":
        return CHILDREN
    return columns.replace(" x ", " × ")
