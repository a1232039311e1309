"""A council's own figures, unpublished: what was given, what is wrong with it, and what was taken.

They stay in the session of the reader who gave them (pages/components). Nothing in this package reads or writes a
file, logs, or keeps anything between two calls. Objects that hold a figure do not show it when they are printed, so
that no log line and no traceback can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.analysis.local_figures import Finding

Kind = Literal["text", "number", "percent", "date", "formula", "error", "boolean"]


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


class Refused(Exception):  # noqa: N818 - nothing went wrong with the program
    """A file of which nothing can be taken. Says its rule and nothing of what was in it."""

    def __init__(self, rule: str, what: str, remedy: str, line: int | None = None) -> None:
        super().__init__(rule)
        self.finding = Finding(rule, what, remedy, line)
