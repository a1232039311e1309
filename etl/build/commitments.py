"""Reforms and targets: what somebody has promised, by when, in a measure that is published. A file of the operator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches

import polars as pl

from etl.build import operator_files, operator_rows
from etl.build.operator_files import Checked
from etl.build.operator_rows import MAIL, Row
from etl.model import Metric, Polarity

COLUMNS = ("commitment", "owner", "metric", "target_value", "by_when", "source")
# Not a published measure, but counted from the leadership register: the share of directors on a programme.
OF_REGISTER = "directors enrolled"
GRADES = ("Outstanding", "Good", "Requires improvement to be good", "Inadequate")
# These depend more on a council's size than on its work: the dashboard does not compare them.
COUNTS = ("FTE", "children", "cases", "changes", "visits")
FIRST_DAY = date(2000, 1, 1)

COMMITMENT = pl.Schema(
    [
        ("line", pl.Int64()),
        ("commitment", pl.String()),
        ("owner", pl.String()),
        ("metric_id", pl.String()),
        ("target_value", pl.Float64()),
        ("by_when", pl.Date()),
        ("source_url", pl.String()),
    ]
)


def check(content: bytes, metrics: Iterable[Metric], file: str = operator_files.COMMITMENTS) -> Checked:
    """The commitments as COMMITMENT, in the order of their lines; OperatorFileError where they cannot be read."""
    known = list(metrics)
    names = {name.casefold(): metric for metric in known for name in (metric.id, metric.title)}
    sheet = operator_rows.read(content, file, COLUMNS)
    rows = [_commitment(row, names) for row in sheet.rows]
    keys = [
        ((str(words).casefold(), metric_id, by_when) if words and by_when else None, row)
        for (_, words, _, metric_id, _, by_when, _), row in zip(rows, sheet.rows, strict=True)
    ]
    sheet.once(keys, "commitment", "this commitment, of one measure and day,")
    return sheet.checked(rows, COMMITMENT)


def _commitment(row: Row, names: Mapping[str, Metric]) -> tuple[object, ...]:
    """One row in the order of COMMITMENT."""
    words = _office(row, "commitment", "Say in a few words what was promised.")
    owner = _office(row, "owner", "Write the office that has promised it.")
    asked = row.text("metric", required=f"Write a measure's title, as in the menu, or {OF_REGISTER}.")
    metric = names.get(asked.casefold()) if asked else None
    target = None
    if asked and asked.casefold() == OF_REGISTER:
        target = _number(row, most=100.0)
    elif metric is not None and _can_be_met(row, metric):
        target = _grade(row) if metric.unit == "grade" else _number(row, most=100.0 if metric.unit == "%" else None)
    elif asked and metric is None:
        near = get_close_matches(asked.casefold(), list(names), n=1)
        hint = f"Did you mean {names[near[0]].title}? " if near else ""
        remedy = f"{hint}Write a measure's title, as in the menu, or {OF_REGISTER}."
        row.say("E_METRIC_UNKNOWN", f"{asked[:60]!r} is no measure.", remedy, "metric")
    by_when = row.day("by_when", first=FIRST_DAY, required="Write the day by which it is to be met.")
    return row.line, words, owner, metric.id if metric else None, target, by_when, row.page("source")


def _office(row: Row, column: str, required: str) -> str | None:
    found = row.text(column, required=required)
    if found and MAIL.search(found):
        row.say("E_PERSON", "an e-mail address stands here.", "Write the office, not how to reach a person.", column)
        return None
    return found


def _can_be_met(row: Row, metric: Metric) -> bool:
    """Whether there is a better and a worse, for each council: else nobody can meet a target or miss it."""
    remedy = "Choose a measure that has a better and a worse."
    if metric.england_only:
        row.say("E_METRIC_ENGLAND_ONLY", f"of {metric.title} no council has a figure.", remedy, "metric")
    elif metric.unit in COUNTS:
        row.say("E_METRIC_COUNT", f"{metric.title} is a count, which follows a council's size.", remedy, "metric")
    elif metric.polarity is Polarity.NEUTRAL:
        row.say("E_METRIC_NEUTRAL", f"of {metric.title} neither high nor low is better.", remedy, "metric")
    else:
        return True
    return False


def _number(row: Row, *, most: float | None) -> float | None:
    text = row.text("target_value", required="Write the number that is to be reached.")
    if text is None:
        return None
    value = float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) else None
    if value is None:
        remedy = "Write the number alone, as in 7.5: its unit is the measure's."
        row.say("E_TARGET", f"{text[:40]!r} is not a number from 0 up.", remedy, "target_value")
    elif most is not None and value > most:
        row.say("E_TARGET", f"{text} is more than {most:g}%.", "Look the target up again.", "target_value")
        return None
    return value


def _grade(row: Row) -> float | None:
    words = [grade.casefold() for grade in GRADES]
    grade = row.one_of("target_value", words, "E_TARGET", f"Write a grade: {', '.join(GRADES)}.")
    return float(words.index(grade) + 1) if grade else None
