"""Rows that were given -> a council's own figures: checked like any release, each finding with line, column and remedy.

A row with an error is not taken; the others are. An implausible figure is taken with a warning (plausible.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import polars as pl

from dashboard.analysis.comparison import SCALES
from dashboard.analysis.local_figures import Checked, Finding, Own
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.measure_names import find_metric
from dashboard.data.model import COUNTS, Metric
from dashboard.files.uploads import Cell, Line, Refused, Sheet, numbers, plausible
from dashboard.files.uploads.reading import HIDDEN, TEMPLATE, shown
from dashboard.files.uploads.workbook import letters

# By the names that downloads use too; the last three are filled in.
NUMBER, COUNCIL, METRIC_ID, METRIC = "la_number", "area", "metric_id", "metric"
VALUE, NUMERATOR, DENOMINATOR = "your_value", "your_numerator", "your_denominator"
PERIOD = "period"
READ = (NUMBER, COUNCIL, METRIC_ID, METRIC, VALUE, NUMERATOR, DENOMINATOR, PERIOD)
# As councils call them in tables of their own; where the template's column is there too, it is the one that is read.
OTHER_NAMES = {
    "council": COUNCIL,
    "local_authority": COUNCIL,
    "authority": COUNCIL,
    "la": COUNCIL,
    "la_name": COUNCIL,
    "la_code": NUMBER,
    "gss_code": NUMBER,
    "indicator": METRIC,
    "measure": METRIC,
    "year": PERIOD,
    "value": VALUE,
    "numerator": NUMERATOR,
    "denominator": DENOMINATOR,
}
# The head is among so many rows.
HEAD = 20
OURS = (VALUE, NUMERATOR, DENOMINATOR)
# Columns of the template that are there for information.
HOW = "how_to_give_it"
ALONGSIDE = ("unit", "published_for", "published", HOW)
# Units that are counted one by one.
WHOLE = {"children", "cases", "visits", "changes"}
# A file with more errors than this is another table.
MAX_ERRORS = 50
FILL = "Look at the cell, and give the row again."


@dataclass(frozen=True)
class _Place:
    """Where something stands."""

    line: int | None = None
    columns: Mapping[str, str] | None = None
    """By the names in READ, as the reader knows them."""

    def column_name(self, column: str) -> str:
        return (self.columns or {}).get(column, column)


def given_file(db: Database, area_id: str, sheet: Sheet) -> Checked:
    """The figures of a filled-in template, or of a table in long format (area, period, indicator, value).

    Raises Refused where it is neither, or nothing is filled in.
    """
    position = next((place for place, line in enumerate(sheet.lines[:HEAD]) if VALUE in _columns(line)), 0)
    header, *lines = sheet.lines[position:]
    columns = _columns(header)
    missing = [
        names[0] for names in ((NUMBER, COUNCIL), (METRIC_ID, METRIC), (VALUE,)) if not columns.keys() & set(names)
    ]
    if missing:
        lacks = f"lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
        raise Refused("E_NOT_TEMPLATE", f"The first row {lacks}: it is not the template.", TEMPLATE, header.number)
    return _checked(db, area_id, sheet, columns, lines)


def given_text(db: Database, area_id: str, sheet: Sheet) -> Checked:
    """The figures of pasted rows: with the template's header, or measure, value and perhaps numerator, denominator."""
    header, *lines = sheet.lines
    columns = _columns(header)
    if columns:
        if VALUE not in columns or not columns.keys() & {METRIC_ID, METRIC}:
            what = f"The first row is a header, but has no column {METRIC_ID if VALUE in columns else VALUE}."
            raise Refused("E_NOT_TEMPLATE", what, "Copy the header of the template with its rows.", header.number)
        return _checked(db, area_id, sheet, columns, lines)
    if len(header.cells) not in (2, 4):
        what = f"The rows have {len(header.cells)} columns and no header."
        remedy = "Paste two (measure, value) or four (measure, value, numerator, denominator), or the template's rows."
        raise Refused("E_NOT_TEMPLATE", what, remedy, header.number)
    return _checked(db, area_id, sheet, dict(zip((METRIC, *OURS), range(len(header.cells)), strict=False)), sheet.lines)


def typed(
    db: Database, area_id: str, metric: Metric, value: str, numerator: str = "", denominator: str = ""
) -> Checked:
    """One figure as it was typed."""
    names = {VALUE: "Your value", NUMERATOR: "Numerator", DENOMINATOR: "Denominator"}
    cells = dict(zip(OURS, (Cell(" ".join(text.split())) for text in (value, numerator, denominator)), strict=True))
    place = _Place(None, names)
    if all(cell.empty for cell in cells.values()):
        finding = Finding("E_EMPTY", "No value is typed.", "Type one, such as 14.2.", None, names[VALUE])
        return Checked(findings=(finding,))
    hidden = _hidden(cells, place)
    if hidden:
        return Checked(findings=(hidden,))
    figure = _figure(db, area_id, metric, cells, place)
    if isinstance(figure, Finding):
        return Checked(findings=(figure,))
    return plausible.judged(db, area_id, [figure], column=names[VALUE])


def counts_of(db: Database, metric: Metric) -> bool:
    """Whether a measure is published with what it is made of: a numerator and a denominator."""
    row = db.table["metric"].filter(pl.col("metric_id") == metric.metric_id)
    return bool(row["numerator"].is_not_null()[0] and row["denominator"].is_not_null()[0])


def _columns(header: Line) -> dict[str, int]:
    """The columns of a header that are read, by name; raises Refused where one is there twice."""
    columns: dict[str, int] = {}
    given = [re.sub(r"[\s_]+", "_", cell.text.strip().lower()) for cell in header.cells]
    for position, called in enumerate(given):
        name = OTHER_NAMES.get(called, called)
        if name in READ and (name == called or name not in given):
            if name in columns:
                what = f"The column {name} is there twice."
                raise Refused("E_DUP_COLUMN", what, "Delete the one that is not meant.", header.number)
            columns[name] = position
    return columns


def _checked(db: Database, area_id: str, sheet: Sheet, columns: dict[str, int], lines: Sequence[Line]) -> Checked:
    findings = [*sheet.findings]
    lines, older = _newest(db, lines, columns)
    findings += older
    figures: dict[str, Own] = {}
    first_lines: dict[str, int] = {}
    empty = 0
    names = {name: f"{letters(where)} ({name})" if sheet.lettered else name for name, where in columns.items()}
    for line in lines:
        cells = {name: line.cells[where] for name, where in columns.items()}
        if all(cells[name].empty for name in OURS if name in cells):
            empty += 1
            continue
        _bearable(findings)
        place = _Place(line.number, names)
        figure = _row(db, area_id, cells, place, guessed=sheet.guessed)
        if isinstance(figure, Finding):
            findings.append(figure)
        elif figure.metric_id in first_lines:
            findings += _twice(db.metrics[figure.metric_id], first_lines[figure.metric_id], line.number)
            figures.pop(figure.metric_id, None)
        else:
            figures[figure.metric_id] = figure
            first_lines[figure.metric_id] = line.number
    _bearable(findings)
    if not figures and not any(not finding.warning for finding in findings):
        what = f"No value is filled in: the column {names.get(VALUE, VALUE)} is empty in all {empty} rows."
        raise Refused("E_NO_VALUES", what, "Fill in the values you have; leave the others empty.")
    judged = plausible.judged(db, area_id, list(figures.values()), first_lines, names.get(VALUE, VALUE))
    return replace(judged, findings=_in_order([*findings, *judged.findings]), empty=empty)


def _newest(db: Database, lines: Sequence[Line], columns: dict[str, int]) -> tuple[list[Line], list[Finding]]:
    """Of a table of several periods the rows of each measure's newest, and a warning that counts the others."""
    if PERIOD not in columns:
        return [*lines], []

    def measure(line: Line) -> str:
        cells = {name: line.cells[where] for name, where in columns.items() if name in (METRIC_ID, METRIC)}
        metric = _measure(db, cells, _Place())
        return metric.metric_id if isinstance(metric, Metric) else "".join(cell.text for cell in cells.values())

    newest: dict[str, str] = {}
    for line in lines:
        period = line.cells[columns[PERIOD]].text
        newest[measure(line)] = max(newest.get(measure(line), ""), period, key=_year)
    kept = [line for line in lines if _year(line.cells[columns[PERIOD]].text) == _year(newest[measure(line)])]
    left = len(lines) - len(kept)
    what = f"{left} row{'s' * (left != 1)} of earlier periods: of each measure only the newest is taken."
    return kept, [Finding("W_EARLIER", what, "Nothing to do, if the newest is what you mean.")] if left else []


def _year(period: str) -> tuple[int, str]:
    """What orders periods: 2024/25 after 2024, 31 March 2025 after March 2024."""
    years = re.findall(r"(?:19|20)[0-9]{2}", period)
    ends = re.search(r"(?:19|20)([0-9]{2})[-/\u2013]([0-9]{2})\b", period)
    return (int(years[-1]) + bool(ends) if years else 0, period)


def _bearable(findings: Sequence[Finding]) -> None:
    """Refuse a file that is wrong throughout: a list of hundreds of errors helps nobody."""
    wrong = [finding for finding in findings if not finding.warning]
    if len(wrong) > MAX_ERRORS:
        what = f"More than {MAX_ERRORS} rows are wrong, and nothing is added. The first: {wrong[0].what}"
        raise Refused("E_TOO_MANY_ERRORS", what, TEMPLATE, wrong[0].line)


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.warning, finding.line or 0)))


def _twice(metric: Metric, first: int, second: int) -> list[Finding]:
    what = f"{metric.title} is there twice, on lines {first} and {second}: neither is taken."
    return [Finding("E_DUPLICATE", what, "Delete the one that is not right.", second, METRIC_ID, metric.metric_id)]


def _row(db: Database, area_id: str, cells: Mapping[str, Cell], place: _Place, *, guessed: bool) -> Own | Finding:
    hidden = _hidden(cells, place)
    if hidden:
        return hidden
    for name, cell in cells.items():
        if name not in OURS and cell.kind == "formula":
            return _formula(place, name)
        if guessed and not cell.text.isascii():
            what = f"{shown(cell.text)} is not UTF-8, and cannot be read for certain."
            remedy = "In Excel save it as “CSV UTF-8”, or give the Excel template."
            return Finding("E_ENCODING", what, remedy, place.line, place.column_name(name))
    wrong = _council(db, area_id, cells, place)
    if wrong:
        return wrong
    metric = _measure(db, cells, place)
    if isinstance(metric, Finding):
        return metric
    return _figure(db, area_id, metric, cells, place)


def _hidden(cells: Mapping[str, Cell], place: _Place) -> Finding | None:
    for name, cell in cells.items():
        match = HIDDEN.search(cell.text)
        if match:
            what = f"{shown(cell.text)} holds a character that nobody sees (U+{ord(match.group()):04X})."
            return Finding("E_HIDDEN", what, "Type the cell again.", place.line, place.column_name(name))
    return None


def _council(db: Database, area_id: str, cells: Mapping[str, Cell], place: _Place) -> Finding | None:
    name = db.names[area_id]
    for column in (NUMBER, COUNCIL):
        if column not in cells:
            continue
        text = cells[column].text.strip()
        other = places.find_area(db, text)
        if other == area_id:
            continue
        whose = f"is of {db.names[other]}" if other else f"is of no council here ({shown(text)})" if text else ""
        what = f"The row {whose or 'names no council'}; chosen is {name} ({area_id})."
        remedy = f"Choose the council of the file at the top, or take {name}'s template."
        return Finding("E_WRONG_COUNCIL", what, remedy, place.line, place.column_name(column))
    return None


def _measure(db: Database, cells: Mapping[str, Cell], place: _Place) -> Metric | Finding:
    by_id = db.metrics.get(cells[METRIC_ID].text.strip().lower()) if METRIC_ID in cells else None
    by_name = find_metric(db, cells[METRIC].text) if METRIC in cells else None
    for column, column_metric in ((METRIC_ID, by_id), (METRIC, by_name)):
        if column in cells and column_metric is None:
            return _unknown(db, cells[column].text, place, column)
    if by_id and by_name and by_id != by_name:
        what = f"The id {by_id.metric_id} is that of {by_id.title}, but the row says {by_name.title}."
        remedy = "A column may have been sorted without the others: download the template again."
        return Finding("E_MEASURE_MISMATCH", what, remedy, place.line, place.column_name(METRIC))
    metric = by_id or by_name
    assert metric is not None
    if metric.graded:
        what = f"{metric.title} is Ofsted's to give: no council has one of its own."
        return Finding(
            "E_JUDGEMENT", what, "Leave the row empty.", place.line, place.column_name(METRIC_ID), metric.metric_id
        )
    return metric


def _unknown(db: Database, text: str, place: _Place, column: str) -> Finding:
    known = list(db.metrics) if column == METRIC_ID else [metric.title for metric in db.metrics.values()]
    lowered = {name.lower(): name for name in known}
    near = get_close_matches(text.lower()[:100], lowered, n=1, cutoff=0.5)
    what = f"{shown(text)} is not a measure here." if text else "The row names no measure."
    remedy = f"Did you mean {lowered[near[0]]}?" if near else "Take the names from the template."
    return Finding("E_UNKNOWN_MEASURE", what, remedy, place.line, place.column_name(column))


def _formula(place: _Place, column: str) -> Finding:
    remedy = "Copy the cells, and paste them as values (Paste Special, Values) before you save."
    return Finding(
        "E_FORMULA", "The cell holds a formula, not a figure.", remedy, place.line, place.column_name(column)
    )


def _figure(  # noqa: C901 - one refusal after another
    db: Database, area_id: str, metric: Metric, cells: Mapping[str, Cell], place: _Place
) -> Own | Finding:
    """The figure of a row, from its value and its counts."""
    given: dict[str, float | None] = {}
    for column in OURS:
        cell = cells.get(column, Cell())
        number = (
            numbers.number(cell, place.line, place.column_name(column), metric.metric_id) if not cell.empty else None
        )
        if isinstance(number, Finding):
            return number
        given[column] = number
    value, numerator, denominator = (given[column] for column in OURS)

    def wrong(rule: str, what: str, remedy: str = FILL, column: str = VALUE) -> Finding:
        return Finding(rule, what, remedy, place.line, place.column_name(column), metric.metric_id)

    for column, number in given.items():
        if number is not None and number < 0:
            return wrong("E_NEGATIVE", f"{number:g} is negative; no figure here can be.", column=column)
    if (numerator is None) != (denominator is None):
        lacking = NUMERATOR if numerator is None else DENOMINATOR
        what = "Numerator and denominator are given together, or not at all."
        return wrong("E_HALF_COUNTS", what, "Give the other one too, or neither.", lacking)
    if numerator is not None and denominator is not None:
        if not counts_of(db, metric):
            what = f"{metric.title} is not published with a numerator and a denominator."
            return wrong("E_NO_COUNTS", what, "Leave both empty, and give the value.", NUMERATOR)
        if denominator == 0:
            return wrong("E_NO_TOTAL", "The denominator is 0: of nothing there is no share.", column=DENOMINATOR)
        if metric.has_interval and numerator > denominator and not metric.may_exceed_100:
            what = f"The numerator ({numerator:g}) is more than the denominator ({denominator:g}) it is a part of."
            return wrong("E_OVER_TOTAL", what, "The two may have changed places.", NUMERATOR)
        made = numerator / denominator * SCALES.get(metric.unit, 1.0)
        if value is None:
            value = float(f"{made:.9g}")
        elif abs(value - made) > _tolerance(metric, cells[VALUE].text):
            what = f"{value:g} is not what {numerator:g} of {denominator:g} comes to ({made:.{metric.decimals + 1}f})."
            return wrong("E_COUNTS", what, "Give the value alone, or the counts alone: then it is worked out.")
    assert value is not None
    return _in_range(db, area_id, metric, Own(metric.metric_id, value, numerator, denominator), wrong)


def _tolerance(metric: Metric, typed_value: str) -> float:
    """How far a value may be from its counts: one unit of its last digit, as in all but 1 in 500 published figures."""
    typed_decimals = len(typed_value.partition(".")[2])
    return float(10.0 ** -min(metric.decimals, typed_decimals)) + 1e-9


def _in_range(db: Database, area_id: str, metric: Metric, own: Own, wrong: numbers.Wrong) -> Own | Finding:
    most = SCALES.get(metric.unit, math.inf)
    if own.value > most and not metric.may_exceed_100:
        unit = "100%" if metric.unit == "%" else f"{most:,.0f} {metric.unit}"
        return wrong("E_RANGE", f"{own.value:g} is over {unit}.", f"Give it in the measure's unit, {metric.unit}.")
    if metric.unit in WHOLE and own.value != int(own.value):
        return wrong("E_WHOLE", f"{own.value:g} is not a whole number of {metric.unit}.")
    if metric.unit in COUNTS and own.value >= 1e9:
        return wrong("E_RANGE", f"{own.value:g} is more than there can be.")
    if own.denominator is None and metric.unit == "%":
        scale = plausible.share(db, area_id, metric, own.value)
        if scale:
            return wrong("E_SCALE", *scale)
    return own
