"""The operator's files: where they lie, what is wrong with them, and that no build loses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from etl.model import EtlError

REGISTER, COMMITMENTS = "leadership_register.csv", "commitments.csv"
# Far more than a table of all councils: a longer file is another one.
MOST_BYTES = 1_000_000
# How many findings in a file are told at once.
MOST_TOLD = 50


@dataclass(frozen=True)
class OperatorPaths:
    """Where the operator's files lie."""

    register: Path
    commitments: Path


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (a rule that begins with E_) or should be looked at (W_), and what to do about it."""

    rule: str
    what: str
    remedy: str
    file: str
    line: int | None = None
    column: str | None = None

    @property
    def error(self) -> bool:
        return self.rule.startswith("E_")

    def __str__(self) -> str:
        where = f", line {self.line}" if self.line is not None else ""
        where += f", column {self.column!r}" if self.column else ""
        return f"{self.rule}: {self.file}{where}: {self.what} {self.remedy}"


class OperatorFileError(EtlError):
    """An operator's file is not what it should be: everything that is wrong, a line each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        more = len(findings) - MOST_TOLD
        lines = [str(finding) for finding in findings[:MOST_TOLD]] + ([f"and {more} more."] if more > 0 else [])
        super().__init__("\n".join(lines))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Checked:
    """An operator's file as the table it becomes, with errors and warnings by line."""

    table: pl.DataFrame
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.error]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.error]


def choose_paths(data: Path, register: Path | None = None, commitments: Path | None = None) -> OperatorPaths:
    """The paths that are given, else those of the data folder."""
    return OperatorPaths(register or data / REGISTER, commitments or data / COMMITMENTS)


def refuse_errors(*checked: Checked) -> None:
    """Raise OperatorFileError with all errors of these files, if there are any."""
    if errors := [error for file in checked for error in file.errors]:
        raise OperatorFileError(errors)


def read_file(path: Path) -> bytes:
    """The bytes of an operator's file; OperatorFileError where there is none, or it is far too long."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OperatorFileError(
                [Finding("E_TOO_LARGE", f"more than {MOST_BYTES} bytes.", "Is it the file?", path.name)]
            )
        return path.read_bytes()
    except OSError as error:
        remedy = "Name the file that is kept, or restore the one without rows from git."
        why = error.strerror or str(error)
        raise OperatorFileError([Finding("E_FILE_ABSENT", f"it cannot be read: {why}.", remedy, path.name)]) from error


def refuse_loss(database: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Raise EtlError where the database in place has rows of an operator's file and the new one would have none."""
    for name, file in (("leadership_post", REGISTER), ("commitment", COMMITMENTS)):
        before = _count_rows(database, name) if tables[name].is_empty() else 0
        if before:
            raise EtlError(
                f"E_KEPT_GONE: {file}: the database in place holds {before} rows of it, and the file that is read now "
                "none. Name the file that is kept (MONITOR_REGISTER, MONITOR_COMMITMENTS), or say --accept-empty."
            )


def _count_rows(database: Path, table: str) -> int:
    """How many rows a table of the live database has; 0 where it cannot be read or lacks the table."""
    if not database.is_file():
        return 0
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
    except duckdb.Error:
        return 0
