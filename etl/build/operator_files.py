"""Files kept by hand: where they lie, what is found wrong with them, and that a build does not lose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from etl.model import EtlError

REGISTER, COMMITMENTS = "leadership_register.csv", "commitments.csv"
# Far more than a table of all councils; what is longer is another file.
MOST_BYTES = 1_000_000
# Of what is wrong with a file so much is said at once.
MOST_SAID = 50


@dataclass(frozen=True)
class Kept:
    """Where the files kept by hand lie."""

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


class KeptError(EtlError):
    """A file kept by hand is not what it should be: everything that is wrong, a line each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        more = len(findings) - MOST_SAID
        said = [str(one) for one in findings[:MOST_SAID]] + ([f"and {more} more."] if more > 0 else [])
        super().__init__("\n".join(said))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Checked:
    """A file kept by hand as the table it becomes, with what is wrong with it or should be looked at, by line."""

    table: pl.DataFrame
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.error]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if not one.error]


def beside(data: Path, register: Path | None = None, commitments: Path | None = None) -> Kept:
    """The files at the places that are named, else those of the data folder."""
    return Kept(register or data / REGISTER, commitments or data / COMMITMENTS)


def require(*checked: Checked) -> None:
    """Raise KeptError, with all that is wrong with these files, unless nothing is."""
    if errors := [error for one in checked for error in one.errors]:
        raise KeptError(errors)


def content(path: Path) -> bytes:
    """The bytes of a file kept by hand; KeptError where there is none, or it is far too long to be one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise KeptError([Finding("E_TOO_LARGE", f"more than {MOST_BYTES} bytes.", "Is it the file?", path.name)])
        return path.read_bytes()
    except OSError as error:
        remedy = "Name the file that is kept, or restore the one without rows from git."
        why = error.strerror or str(error)
        raise KeptError([Finding("E_FILE_ABSENT", f"it cannot be read: {why}.", remedy, path.name)]) from error


def refuse_gone(database: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Raise EtlError where the database in place has rows kept by hand and the new one would have none of them."""
    for name, file in (("leadership_post", REGISTER), ("commitment", COMMITMENTS)):
        before = _rows(database, name) if tables[name].is_empty() else 0
        if before:
            raise EtlError(
                f"E_KEPT_GONE: {file}: the database in place holds {before} rows of it, and the file that is read now "
                "none. Name the file that is kept (MONITOR_REGISTER, MONITOR_COMMITMENTS), or say --accept-empty."
            )


def _rows(database: Path, table: str) -> int:
    """How many rows a table of the live database has; none where that cannot be read, or knows no such table."""
    if not database.is_file():
        return 0
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
    except duckdb.Error:
        return 0
