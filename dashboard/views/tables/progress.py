"""Tables of the Progress page: all commitments, one by period, and the councils against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from dashboard.analysis.programme import Coverage
from dashboard.analysis.progress import Assessment, Commitment, Held, Outcome
from dashboard.data.database import Database, joint_return
from dashboard.data.names import UNSAID, format_date
from dashboard.views.tables import cells
from dashboard.views.tables.cells import council, missing
from dashboard.views.tables.html import Html, bold, items, join, note, outside, period, span
from dashboard.views.tables.table import CURRENT, Column, Table, column, marks, plain
from dashboard.views.text import comparisons, formats
from dashboard.views.text import progress as sentences
from dashboard.views.text.citing import cited
from dashboard.views.text.grammar import plural

OPERATOR_SOURCE = "Commitments and leadership register, kept by those who run this dashboard; each row names its page"
# The furthest from it; the file holds all.
MOST = 30
NO_PERIODS = "the register has no periods"
REGISTERED = "Directors on the programme, by the register"
MARKS: dict[Outcome, str] = {
    "met": "better", "was met": "better", "on course": "better", "not on course": "worse", "was not met": "worse",
    UNSAID: "same",
}  # fmt: skip


def overview(db: Database, chosen: int | None) -> Table:
    """Every commitment of `progress.compare_with_figures`; each leads to its detail. The sums are in the file."""
    return Table(
        "commitments",
        (
            Column("Commitment", lambda compared: _commitment(compared[0]), lambda compared: _promised(compared[0])),
            Column("England", lambda compared: _shown(compared[1])[0], lambda compared: _file_columns(compared[1])),
            Column("Short of it by", lambda compared: _shown(compared[1])[1]),
            Column("Councils that meet it", lambda compared: _shown(compared[1])[2]),
            Column(file=lambda compared: _from(db, compared[0])),
        ),
        mark=lambda compared: CURRENT if compared[0].line == chosen else Html(),
    )


def periods(one: Held) -> Table:
    """How many councils met it in each period and England's figure."""
    metric = one.standard.metric
    return Table(
        "counts",
        (
            column(
                "Period",
                lambda row: join(formats.period_label(metric, row["period_end"]), cells.broken(row)),
                "period",
                "period_end",
                commitment=pl.lit(one.commitment.label),
                measure=pl.lit(metric.title),
                to_reach=pl.lit(sentences.level(one.commitment)),
            ),
            plain("Met it", "met", "councils_met_it"),
            plain("Had a figure", "had", "had_a_figure"),
            column("Share", cells.share, percent_met_it="share"),
            column(
                "England",
                (lambda row: formats.brief(row["england"], metric)) if one.england else None,
                england="england",
                unit=pl.lit(metric.unit),
                not_comparable_with_earlier="broken",
            ),
        ),
    )


def councils(one: Held, names: Mapping[str, str], chosen: str | None) -> Table:
    """The councils of `progress.councils`: the page shows the furthest from it, the file holds all."""
    metric = one.standard.metric
    figures = {
        "commitment": pl.lit(one.commitment.label),
        "measure": pl.lit(metric.title),
        "period": pl.lit(formats.period_label(metric, one.end)),
        "value": pl.col("value"),
        "unit": pl.lit(metric.unit),
        "status": pl.col("status"),
        "symbol": pl.col("symbol"),
        "to_reach": pl.lit(one.commitment.target),
        "meets_it": pl.col("gap") <= 0,
        "gap": pl.col("gap"),
    }
    return Table(
        "councils",
        (
            column(
                "Council",
                lambda row: join(council(row["name"]), cells.joint_note(row, names), cells.not_ranked(row)),
                "la_number",
                "gss_code",
                council="name",
            ),
            Column(
                "Judgement" if metric.graded else "Figure",
                lambda row: cells.compared(row, metric),
                figures,
            ),
            Column("Short of it by", None if metric.graded else lambda row: cells.short_by(row, metric)),
            column(
                "That is",
                None if metric.graded else lambda row: comparisons.shortfall(row, metric),
                "very_small",
                in_real_units="shortfall",
                real_units=pl.lit(metric.shortfall, pl.String),
                joint_return=joint_return(),
            ),
        ),
        mark=marks(chosen),
    )


def short(rows: pl.DataFrame) -> pl.DataFrame:
    """Of `progress.councils`, those that do not meet it."""
    return rows.filter(pl.col("gap") > 0)


def left_out(count: int) -> str:
    """How many more do not meet it than are shown; empty of none."""
    return f"{count - MOST} more do not: the file holds every council." if count > MOST else ""


def sums(lines: Sequence[str]) -> Html:
    """The sums of a commitment, a line each, and what they are not."""
    return join(items(filter(None, lines), class_="sums"), note(sentences.ARITHMETIC))


def of_register() -> Html:
    """Where more is said of a commitment that is counted from the register."""
    link = cells.link("Leadership, the programme", {"part": "The programme"}, page="/leadership")
    return note("It is counted from the leadership register, which has no periods: see ", link, ".")


def _measure(one: Commitment) -> str:
    return one.metric.title if one.metric else REGISTERED


def _commitment(one: Commitment) -> Html:
    reach = f"{_measure(one)}: {sentences.level(one)} by {format_date(one.by_when)}"
    source = outside("source", one.source_url, rel="noopener nofollow")
    name = cells.link(one.label, {"commitment": one.label})
    return join(name, period(reach, Html("<br>"), f"{one.owner} · ", source))


def _promised(one: Commitment) -> dict[str, object]:
    return {
        "commitment": one.commitment,
        "owner": one.owner,
        "measure": _measure(one),
        "to_reach": sentences.level(one),
        "target_value": one.target,
        "unit": one.metric.unit if one.metric else "%",
        "by_when": one.by_when,
        "source_of_commitment": one.source_url,
    }


def _shown(held: Held | tuple[Coverage, Outcome] | None) -> tuple[object, str, object]:
    """England, how far from it, and the councils that meet it."""
    if isinstance(held, Held):
        return _held(held)
    if held is None:
        return missing("no data from before the day"), "", ""
    counted, outcome = held
    if not counted.registered:
        return missing("the register has no rows"), "", ""
    share = formats.number(100 * counted.enrolled / counted.councils, 0)
    far = "meets it" if not counted.short else plural(counted.short, "director")
    why = NO_PERIODS if outcome == UNSAID else None
    said = _outcome(Assessment(outcome, float(counted.enrolled), why=why))
    return join(bold(f"{share}%"), said), far, f"{counted.enrolled} of {counted.councils}"


def _held(held: Held) -> tuple[object, str, object]:
    metric, england = held.standard.metric, held.england
    when = period(formats.period_label(metric, held.end))
    councils = join(f"{held.met} of {held.had}", "" if england else when, _outcome(held.councils))
    if england is None:
        return missing("no data for England"), "", councils
    value = formats.brief(england.value, metric) or "no data"
    far = "" if england.value is None else sentences.distance(england.value, held)
    far = far.removesuffix(" short of it").replace("which meets it", "meets it")
    return join(bold(value), when, _outcome(england)), far, councils


def _outcome(assessment: Assessment) -> Html:
    words = span(f"word {MARKS[assessment.outcome]}", sentences.label(assessment.outcome, assessment.value))
    return join(words, period(assessment.why) if assessment.why else "")


def _file_columns(held: Held | tuple[Coverage, Outcome] | None) -> dict[str, Any]:
    if held is None:
        none = {"councils_meet_it": None, "councils_with_figure": None}
        return {"period": None, **_assessment("england", None), **none, **_assessment("councils", None)}
    if isinstance(held, Held):
        return {
            "period": formats.period_label(held.standard.metric, held.end),
            **_assessment("england", held.england),
            "councils_meet_it": held.met,
            "councils_with_figure": held.had,
            **_assessment("councils", held.councils),
        }
    counted, outcome = held
    percent = 100 * counted.enrolled / counted.councils if counted.registered else None
    return {
        "period": "the register",
        **_assessment("england", Assessment(outcome, percent) if counted.registered else None),
        "councils_meet_it": counted.enrolled if counted.registered else None,
        "councils_with_figure": counted.councils if counted.registered else None,
        **_assessment("councils", None),
    }


def _assessment(whose: str, found: Assessment | None) -> dict[str, Any]:
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
    source = db.sources[one.metric.source_id] if one.metric else None
    words, licence = (cited([source]), source.licence) if source else (OPERATOR_SOURCE, "")
    return {"source": words, "licence": licence, "data_version": db.data_version}
