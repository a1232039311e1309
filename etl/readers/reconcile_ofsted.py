"""Two records of one inspection compared: what differs is declared with its reason, or refused.

Rule `inspections`: Ofsted's newest file is used. A difference that somebody has looked up is declared where the other
record is read; once its publisher repairs it the build stops, so that no declaration outlives the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from etl.areas import Areas
from etl.model import Loaded, SourceError
from etl.readers.inspections import PUBLISHED_WITHIN, Framework, Strand, latest

# The facts about an inspection, and how a sentence names them.
STARTED, PUBLISHED, TYPE = "started", "published", "type"
NAMES: Mapping[str, str] = {
    Strand.OVERALL: "overall effectiveness",
    Strand.LEADERS: "impact of leaders",
    Strand.PROTECTION: "help and protection",
    Strand.IN_CARE: "children in care",
    Strand.CARE_LEAVERS: "care leavers",
    STARTED: "the first day",
    PUBLISHED: "the day of publication",
    TYPE: "the kind of inspection",
}
LOOK = "Look the report up on Ofsted's site: "


@dataclass(frozen=True)
class Disagreement:
    """One thing that two records print otherwise of one inspection, looked up."""

    inspection_id: str
    """Of the official record: the council's number and the day of publication."""
    what: str
    """One of NAMES."""
    official: str | None
    other: str | None
    """As it is read: a grade in Ofsted's words, a date as 2024-03-11; None where nothing is printed."""
    reason: str


@dataclass(frozen=True)
class Known:
    """An inspection as Ofsted's own files print it, and where."""

    inspection_id: str
    framework: str
    started: date | None
    published: date
    says: Mapping[str, str | None]
    """One of NAMES -> what is printed."""
    file: str
    line: int


@dataclass(frozen=True)
class Other:
    """The same inspection in another file: whose it is, what is printed of what (and under which column), and where."""

    council: str
    says: Mapping[str, str | None]
    columns: Mapping[str, str]
    file: str
    line: int | None
    module: str
    """Where its disagreements are declared."""


def known(official: Iterable[Loaded]) -> dict[str, list[Known]]:
    """The inspections of Ofsted's own files, by council."""
    found: dict[str, list[Known]] = {}
    for loaded in official:
        grades = _grades(loaded.tables["judgement"])
        for row in loaded.tables["inspection"].iter_rows(named=True):
            says = {**_dates(row), TYPE: row["type"], **grades.get(row["inspection_id"], {})}
            named = ("inspection_id", "framework", "started", "published", "file", "line")
            found.setdefault(row["area_id"], []).append(Known(says=says, **{name: row[name] for name in named}))
    return found


def compare_records(official: Known, other: Other, declared: Sequence[Disagreement]) -> list[Disagreement]:
    """The declared disagreements of one inspection, none where the two records are alike.

    What `other` does not say at all is not compared. Raises SourceError: E_DISAGREES where a difference is not
    declared, E_REPAIRED where a declared one is no longer what is printed.
    """
    own = [one for one in declared if one.inspection_id == official.inspection_id]
    for one in own:
        printed = official.says.get(one.what), other.says.get(one.what)
        if printed != (one.official, one.other):
            raise SourceError(
                "E_REPAIRED",
                f"{_of(other, official)}: {NAMES[one.what]} is declared as {_shown(one.other)} here and "
                f"{_shown(one.official)} in {official.file}, and is now {_shown(printed[1])} here and "
                f"{_shown(printed[0])} there, line {official.line}.",
                f"If the publisher has repaired it, remove it from DISAGREEMENTS in {other.module}.",
                other.file,
                other.line,
                other.columns.get(one.what),
            )
    declared_here = {one.what for one in own}
    unlike = [
        what for what, text in other.says.items() if text != official.says.get(what) and what not in declared_here
    ]
    if unlike:
        said = "; ".join(
            f"{NAMES[what]} is {_shown(other.says[what])} here but {_shown(official.says.get(what))} there"
            for what in unlike
        )
        what = f"{_of(other, official)} is also in {official.file}, line {official.line}, and the two differ: {said}."
        remedy = (
            f"{LOOK}if this file is wrong, tell its publisher and declare it under DISAGREEMENTS in "
            f"{other.module} (the other one stands); if {official.file} is wrong, tell its publisher."
        )
        raise SourceError("E_DISAGREES", what, remedy, other.file, other.line, other.columns.get(unlike[0]))
    return own


def check_snapshot(snapshot: pl.DataFrame, inspection: pl.DataFrame, judgement: pl.DataFrame, areas: Areas) -> None:
    """Compare Ofsted's own tables of the latest judgements (`inspections.SNAPSHOT`) with ours, council by council.

    Raises E_SNAPSHOT for a council whose dates or grades differ, or that only one of the two has. Ofsted's tables are
    of its framework of 2018 and later: a council last inspected before is not in them.
    """
    grades = _grades(judgement)
    names = areas.names()
    for (on,), table in snapshot.partition_by("day", as_dict=True, maintain_order=True).items():
        theirs = {row["area_id"]: row for row in table.iter_rows(named=True)}
        newest = latest(inspection, areas, on, published_by=on + PUBLISHED_WITHIN)
        ours = {
            row["area_id"]: row for row in newest.iter_rows(named=True) if row["framework"] not in (None, Framework.SIF)
        }
        for area_id in dict.fromkeys([*theirs, *ours]):
            printed, own = theirs.get(area_id), ours.get(area_id)
            what = _unlike(printed, own, grades)
            if what:
                what = f"{names[area_id]} in Ofsted's own table of the latest judgements at {on:%-d %B %Y}: {what}."
                remedy = (
                    f"{LOOK}if a sheet is wrong, tell Ofsted; if the files are of two editions, take the newest "
                    "of each."
                )
                raise SourceError("E_SNAPSHOT", what, remedy, table["file"][0], printed["line"] if printed else None)


def _unlike(
    printed: Mapping[str, object] | None,
    own: Mapping[str, object] | None,
    grades: Mapping[str, Mapping[str, str | None]],
) -> str:
    """What a row of Ofsted's table and our latest inspection of a council differ in, in words; empty if alike."""
    if printed is None:
        assert own is not None
        return f"there is no row, but it was inspected from {own['started']} ({own['file']}, line {own['line']})"
    if own is None:
        return f"it was inspected from {printed['started']}, but no file that is read has that inspection"
    ours: dict[str, object] = {**_dates(own), **grades.get(str(own["inspection_id"]), {})}
    theirs: dict[str, object] = {**_dates(printed), **{strand: printed[strand] for strand in Strand}}
    unlike = [
        f"{NAMES[what]} is {_shown(text)} here but {_shown(ours.get(what))} there"
        for what, text in theirs.items()
        if text != ours.get(what)
    ]
    return f"its latest inspection is in {own['file']}, line {own['line']}, and {'; '.join(unlike)}" if unlike else ""


def _grades(judgement: pl.DataFrame) -> dict[str, dict[str, str | None]]:
    grades: dict[str, dict[str, str | None]] = {}
    for inspection_id, strand, grade in judgement.iter_rows():
        grades.setdefault(inspection_id, {})[strand] = grade
    return grades


def _dates(row: Mapping[str, object]) -> dict[str, str | None]:
    return {what: str(row[what]) if row[what] else None for what in (STARTED, PUBLISHED)}


def _of(other: Other, official: Known) -> str:
    return f"the inspection of {other.council} published on {official.published:%-d %B %Y}"


def _shown(text: object) -> str:
    return str(text) if text is not None else "not given"
