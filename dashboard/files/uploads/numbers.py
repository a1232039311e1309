"""One cell -> a number by a strict pattern, or what is wrong with it and how to write it."""

from __future__ import annotations

import math
import re
from typing import Protocol

from dashboard.analysis.local_figures import Finding
from dashboard.files.uploads import Cell
from dashboard.files.uploads.reading import shown

# As releases are read, and nothing else: no 1e3, 1_000, .5 or +3, and no more digits than a number keeps.
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_DIGITS = r"[0-9]+(\.[0-9]+)?"
_ERRORS = r"#(N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)"
_DATES = (
    r"[0-9]{1,2}[-/ ]?[a-z]{3,9}([-/ ]?[0-9]{2,4})?|[a-z]{3,9}[-/ ][0-9]{2,4}|"
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"
)
_SYMBOLS = (
    r"[cxzkul~:*.\-\u2013\u2014]|\.\.|\[[a-z]+\]|low|n/?a|null|none|nil|tbc|tba|supp|suppressed|"
    r"not (available|known|applicable)"
)
# Rule, pattern, what is wrong, what to do. The first that matches is told.
PATTERNS = (
    ("E_FORMULA", r"[=@].*", "is a formula, not a figure.", "Copy the cells, and paste them as values."),
    ("E_EXCEL_ERROR", _ERRORS, "is an error of the spreadsheet.", "Mend the cell it comes from, or leave it empty."),
    ("E_NOT_FINITE", r"[-+]?(nan|inf|infinity)", "is not a number that can be compared.", "Leave the cell empty."),
    (
        "E_PERCENT_SIGN",
        rf"[-+]?{_DIGITS} ?%",
        "has a percent sign: the unit is the measure's.",
        "Type the number alone: 14.2 for 14.2%.",
    ),
    ("E_POUND_SIGN", r"[-+]?£.*|.*£", "has a pound sign: the unit is the measure's.", "Type the number alone: 1200."),
    (
        "E_THOUSANDS",
        r"-?[0-9]{1,3}([, '\u2019][0-9]{3})+(\.[0-9]+)?",
        "has its thousands parted, or a decimal comma.",
        "Type the digits alone, with a point: 1234 or 1.234.",
    ),
    ("E_DECIMAL_COMMA", r"-?[0-9]+,[0-9]+", "has a decimal comma.", "Use a point: 14.2."),
    (
        "E_DATE",
        _DATES,
        "is a date: the spreadsheet may have made one of a number.",
        "Format the cell as a number, and type it again.",
    ),
    (
        "E_SYMBOL",
        rf"[<\u2264] ?{_DIGITS}",
        "is a number too small to be published.",
        "Leave the cell empty: what is suppressed is not counted as zero.",
    ),
    (
        "E_MARK",
        rf"-?{_DIGITS} ?(\[[a-z]+\]|[per]|\*+|\([per]\))",
        "has a mark after the number, as provisional and revised figures have.",
        "Type the number alone: 14.2 for 14.2p.",
    ),
    (
        "E_SYMBOL",
        _SYMBOLS,
        "stands for a value that there is not.",
        "Leave the cell empty: missing is not counted as zero.",
    ),
)
_COMPILED = [(rule, re.compile(pattern, re.IGNORECASE), what, remedy) for rule, pattern, what, remedy in PATTERNS]


class Wrong(Protocol):
    """Makes a finding of the row in hand."""

    def __call__(self, rule: str, what: str, remedy: str = ..., column: str = ...) -> Finding: ...


def number(cell: Cell, line: int | None, column: str, metric_id: str | None = None) -> float | Finding:
    """The number of a cell that is not empty."""

    def wrong(rule: str, what: str, remedy: str) -> Finding:
        return Finding(rule, what, remedy, line, column, metric_id)

    text = cell.text
    if cell.kind == "formula":
        remedy = "Copy the cells, and paste them as values (Paste Special, Values) before you save."
        return wrong("E_FORMULA", "The cell holds a formula, not a figure.", remedy)
    if cell.kind == "percent":
        hundred = f"{float(text) * 100:.10g}" if NUMBER.fullmatch(text) else text
        what = f"The cell is formatted as a percentage: it shows {hundred}% and holds {text}."
        return wrong("E_PERCENT_SIGN", what, f"Format it as a number and type {hundred}.")
    if cell.kind == "date":
        what = "The cell holds a date: the spreadsheet may have made one of a number."
        return wrong("E_DATE", what, "Format it as a number, and type the figure again.")
    if cell.kind == "error":
        what = f"{shown(text)} is an error of the spreadsheet."
        return wrong("E_EXCEL_ERROR", what, "Mend the cell it comes from, or leave this one empty.")
    if cell.kind == "number":
        # As the workbook holds it, not as somebody typed it.
        value = float(text)
        if not math.isfinite(value):
            what = f"{shown(text)} is not a number that can be compared."
            return wrong("E_NOT_FINITE", what, "Leave the cell empty.")
        if abs(value) >= 1e15:
            return wrong("E_NUMBER", f"{shown(text)} has more digits than a figure.", "Look at the cell.")
        return value + 0.0
    if NUMBER.fullmatch(text) and cell.kind == "text":
        return float(text) + 0.0  # which makes 0 of -0
    for rule, pattern, what, remedy in _COMPILED:
        if pattern.fullmatch(text):
            return wrong(rule, f"{shown(text)} {what}", remedy)
    return wrong("E_NUMBER", f"{shown(text)} is not a number.", "Type digits, with a point for decimals: 14.2.")
