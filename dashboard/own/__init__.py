"""A council's own figures, unpublished: what was given, what is wrong with it, and what was taken.

They stay in the session of whoever gave them (components/own_input.py). Nothing in this package reads or writes a
file, logs, or keeps anything between two calls. What holds a figure shows nothing of it when it is printed, so that
no line of a log and no traceback can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "percent", "date", "formula", "error", "boolean"]


@dataclass(frozen=True, repr=False)
class Finding:
    """What is wrong with something that was given (E_...: it is not taken) or hardly can be right (W_...: it is)."""

    rule: str
    what: str
    """Whole sentences, in plain words."""
    remedy: str
    line: int | None = None
    column: str = ""
    metric_id: str | None = None

    @property
    def warning(self) -> bool:
        return self.rule.startswith("W_")


@dataclass(frozen=True, repr=False)
class Own:
    """One figure of a council's own, in the unit of its measure."""

    metric_id: str
    value: float
    numerator: float | None = None
    denominator: float | None = None
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, repr=False)
class Checked:
    """What became of figures that were given."""

    figures: tuple[Own, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What is wrong first, by line; then what was taken with a warning."""
    empty: int = 0
    """Rows without a value: left out, and not counted as wrong."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.warning)


@dataclass(frozen=True, repr=False)
class Cell:
    """One cell as it was given. What a workbook holds as a number comes as the text that Excel would keep of it."""

    text: str = ""
    kind: Kind = "text"

    @property
    def empty(self) -> bool:
        return not self.text and self.kind != "formula"


@dataclass(frozen=True, repr=False)
class Line:
    """One row with the line it stands on."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, repr=False)
class Sheet:
    """The rows of a file or of pasted text, its header among them; those without any content are left out."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...] = ()
    """What is wrong with single rows, or strange about the file."""
    lettered: bool = False
    """Whether its columns have letters (a workbook), by which people find them."""
    guessed: bool = False
    """Whether it is no UTF-8: then nothing but plain letters of it can be trusted."""


class Refused(Exception):  # noqa: N818 (a file is refused; nothing went wrong with the program)
    """A file of which nothing can be taken. Says its rule and nothing of what was in it."""

    def __init__(self, rule: str, what: str, remedy: str, line: int | None = None) -> None:
        super().__init__(rule)
        self.finding = Finding(rule, what, remedy, line)
