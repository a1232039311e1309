"""The tables of the Progress page as files: what is shown, by which sum, and where it is from (rule `pages`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.analysis.programme import Coverage
from dashboard.analysis.progress import Commitment, Course, Held, Outcome, Stand
from dashboard.data.database import Database
from dashboard.files.exports import cite
from dashboard.views.text import formats
from dashboard.views.text import progress as sentences

KEPT = "Commitments and leadership register, kept by whoever runs this dashboard; each row names its page"


def overview(db: Database, rows: Sequence[Stand]) -> pl.DataFrame:
    """Every commitment with where it stands, and the sums behind "on course"."""
    listed = [{**_commitment(one), **_stands(one, held), **_from(db, one)} for one, held in rows]
    return pl.DataFrame(listed, infer_schema_length=None)


def periods(db: Database, one: Held) -> pl.DataFrame:
    """How many councils met a commitment in each period, newest first."""
    metric = one.commitment.metric
    assert metric is not None
    return one.standard.rows.reverse().select(
        pl.lit(one.commitment.label).alias("commitment"),
        pl.lit(metric.title).alias("measure"),
        pl.lit(sentences.level(one.commitment)).alias("to_reach"),
        "period",
        "period_end",
        pl.col("met").alias("councils_met_it"),
        pl.col("had").alias("had_a_figure"),
        pl.col("share").alias("percent_met_it"),
        "england",
        pl.lit(metric.unit).alias("unit"),
        pl.col("broken").alias("not_comparable_with_earlier"),
        *cite(db, [db.sources[metric.source_id]]),
    )


def councils(db: Database, rows: pl.DataFrame, one: Held) -> pl.DataFrame:
    """`progress.councils`: every council against a commitment, the furthest from it first."""
    metric = one.commitment.metric
    assert metric is not None
    joint = pl.col("return_id").str.contains("+", literal=True)
    return rows.join(db.area.select("area_id", "la_number", "gss_code"), on="area_id", maintain_order="left").select(
        pl.col("name").alias("council"),
        "la_number",
        "gss_code",
        pl.lit(one.commitment.label).alias("commitment"),
        pl.lit(metric.title).alias("measure"),
        pl.lit(formats.period_label(metric, one.end)).alias("period"),
        "value",
        pl.lit(metric.unit).alias("unit"),
        "status",
        "symbol",
        pl.lit(one.commitment.target).alias("to_reach"),
        (pl.col("gap") <= 0).alias("meets_it"),
        "gap",
        pl.col("shortfall").alias("in_real_units"),
        pl.lit(metric.shortfall, pl.String).alias("real_units"),
        pl.when(joint).then("return_id").alias("joint_return"),
        "very_small",
        *cite(db, [db.sources[metric.source_id]]),
    )


def _commitment(one: Commitment) -> dict[str, Any]:
    return {
        "commitment": one.commitment,
        "owner": one.owner,
        "measure": one.metric.title if one.metric else "Directors on the programme, by the register",
        "to_reach": sentences.level(one),
        "target_value": one.target,
        "unit": one.metric.unit if one.metric else "%",
        "by_when": one.by_when,
        "source_of_commitment": one.source_url,
    }


def _stands(one: Commitment, held: Held | tuple[Coverage, Outcome] | None) -> dict[str, Any]:
    if held is None:
        none = {"councils_meet_it": None, "councils_with_figure": None}
        return {"period": None, **_course("england", None), **none, **_course("councils", None)}
    if isinstance(held, Held):
        metric = one.metric
        assert metric is not None
        return {
            "period": formats.period_label(metric, held.end),
            **_course("england", held.england),
            "councils_meet_it": held.met,
            "councils_with_figure": held.had,
            **_course("councils", held.councils),
        }
    counted, outcome = held
    percent = 100 * counted.enrolled / counted.councils if counted.kept else None
    return {
        "period": "the register",
        **_course("england", Course(outcome, percent) if counted.kept else None),
        "councils_meet_it": counted.enrolled if counted.kept else None,
        "councils_with_figure": counted.councils if counted.kept else None,
        **_course("councils", None),
    }


def _course(whose: str, found: Course | None) -> dict[str, Any]:
    it = found.sum if found else None
    return {
        f"{whose}_figure": found.value if found else None,
        f"{whose}_outcome": found.outcome if found else None,
        f"{whose}_why_not": found.why if found else None,
        f"{whose}_five_periods_from": it.first[0] if it else None,
        f"{whose}_first": it.first[1] if it else None,
        f"{whose}_last": it.last[1] if it else None,
        f"{whose}_per_year": it.per_year if it else None,
        f"{whose}_years_left": it.years if it else None,
        f"{whose}_sum_comes_to": it.comes_to if it else None,
    }


def _from(db: Database, one: Commitment) -> dict[str, str]:
    if one.metric is None:
        return {"source": KEPT, "licence": "", "data_version": db.data_version}
    source = db.sources[one.metric.source_id]
    words = f"{source.publisher}, {source.title}, {source.release}, {source.released}"
    return {"source": words, "licence": source.licence, "data_version": db.data_version}
