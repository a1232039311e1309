"""A council's own figures, unpublished, once they were read: each with what is wrong with it, or strange.

What holds a figure shows nothing of it when it is printed, so that no line of a log and no traceback can.
"""

from __future__ import annotations

from dataclasses import dataclass


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
