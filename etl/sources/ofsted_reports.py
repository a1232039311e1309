"""What Ofsted asked of councils: the recommendations of its inspection reports, read from their PDFs.

An operator adds a report by putting its PDF into the folder. Each belongs to one inspection that is loaded: the number
and the council in its file name, the council and the days on its first page and the day of publication in its name
must be of that inspection. A report that is not so is refused by name, and the others are loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from etl.areas import Areas, name_key
from etl.model import Context, File, Loaded, Release, Source, SourceError
from etl.readers.inspections import GRADES, JUDGEMENT, Strand
from etl.readers.recommendation_themes import find_themes, themes
from etl.readers.recommendations import (
    GRADED,
    RECOMMENDATION,
    SECTION,
    TITLE,
    inspection_days,
    join_lines,
    recommendations,
)
from etl.readers.reconcile_ofsted import Disagreement, Known, Other, compare_records, known
from etl.releases import REFUSED, Cells, require

# As Data to Insight's program names them: 80549_sandwell___-_02_december_2025.pdf
NAME = re.compile(r"(\d{4,8})_(.+?)[_ ]+-[_ ]+(\d{1,2}[_ ][a-z]+[_ ]\d{4})\.pdf", re.IGNORECASE)
EXAMPLE = "80549_sandwell___-_02_december_2025.pdf"
LOOK = "Download the report again from the council's page on Ofsted's site, and name it after that page."
Inspections = Mapping[str, list[dict[str, Any]]]
"""Of each council: rows with inspection_id, started, ended and published."""
# How the table of a report names what it grades.
STRANDS: Mapping[str, str] = {
    Strand.OVERALL: "overall effectiveness",
    Strand.LEADERS: "impact of leaders",
    Strand.PROTECTION: "help and protection",
    Strand.IN_CARE: "children in care",
    Strand.CARE_LEAVERS: "care leavers",
}
# Grades that a report and a record print otherwise, looked up: none yet.
DISAGREEMENTS: tuple[Disagreement, ...] = ()
MODULE = "etl/sources/ofsted_reports.py"


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Recommendations and their themes; a report that was refused is a row of `reject`, and has none."""
    numbers = dict(context.loaded["data_to_insight_inspections"].tables["urn"].iter_rows())
    inspections = _inspections(context.loaded[needed] for needed in source.needs)
    records = known(context.loaded[needed] for needed in source.needs)
    graded: list[tuple[str, str, str]] = []
    rows: list[tuple[object, ...]] = []
    rejects: list[tuple[object, ...]] = []
    ledger: list[tuple[object, ...]] = []
    files: dict[str, str] = {}
    for file in cells.files():
        try:
            table = cells.table(file)
            inspection_id, found = _report(file, table, numbers, inspections, context.areas)
            grades = _compare_grades(file, table, inspection_id, records, context.areas)
            if inspection_id in files:
                what = f"its inspection is that of {files[inspection_id]} too."
                raise SourceError("E_DUP_KEY", what, "Keep one of the two.", file)
        except SourceError as error:
            rejects.append((source.id, file, 1, file, error.rule, str(error).partition(f"{file}: ")[2].strip()))
            found = []
        else:
            files[inspection_id] = file
            rows += [(inspection_id, *one, source.id, file) for one in found]
            graded += [(inspection_id, strand, grade) for strand, grade in grades.items() if grade is not None]
        read = max(len(found), 1)
        ledger.append((source.id, file, cells.sha256(file), read, len(found), read - len(found), 0))
    recommendation = pl.DataFrame(rows, schema=RECOMMENDATION, orient="row")
    tables = {
        "recommendation": recommendation,
        "theme": themes(),
        "recommendation_theme": find_themes(recommendation),
        "report_grade": pl.DataFrame(graded, schema=JUDGEMENT, orient="row"),
    }
    return Loaded.of(tables, ledger, rejects)


def _report(
    file: str,
    table: pl.DataFrame,
    numbers: Mapping[str, str],
    inspections: Inspections,
    areas: Areas,
) -> tuple[str, list[tuple[object, ...]]]:
    """The inspection of a report and its recommendations as (position, words, reference, part, page).

    Raises SourceError where it was refused when it was read, or is of no inspection that is loaded.
    """
    if REFUSED in table.columns:
        rule, _, why = str(table[REFUSED][0]).partition(f": {file}: ")
        raise SourceError(rule, why, "", file)
    require(table, ("page", "part", "text"), file)
    title = join_lines(table.filter(pl.col("part") == TITLE)["text"].to_list())
    area_id, published = _named(file, numbers, areas)
    names = areas.names()
    titled = _council(title, areas)
    if titled != area_id:
        other = names[titled] if titled else "no council we know"
        what = f"it is named after {names[area_id]}, but {title[:90]!r} is of {other}."
        raise SourceError("E_OTHER_COUNCIL", what, LOOK, file)
    days = inspection_days(title, file)
    same = next((one for one in inspections.get(area_id, []) if one["started"] == days[0]), None)
    if same is None:
        what = f"no inspection of {names[area_id]} that began on {days[0]:%-d %B %Y} is loaded."
        remedy = "Load the newest record of inspections first (`etl extract`), which must hold it."
        raise SourceError("E_NO_INSPECTION", what, remedy, file)
    # The record has the first part alone of an inspection that went on later.
    if same["published"] != published or same["ended"] not in (None, *days[1:]):
        what = (
            f"the inspection of {names[area_id]} that began on {days[0]} ended on {same['ended']} and was published on "
            f"{same['published']}, but this report prints {days[-1]} and is named after {published}."
        )
        raise SourceError("E_DATES", what, LOOK, file)
    lines = table.filter(pl.col("part") == SECTION).select(pl.col("page").cast(pl.Int64), "text")
    return same["inspection_id"], [
        (position, one.words, one.reference, one.national_framework, one.page)
        for position, one in enumerate(recommendations(lines.rows(), file), start=1)
    ]


def _named(file: str, numbers: Mapping[str, str], areas: Areas) -> tuple[str, date]:
    """The council and the day of publication in the name of a file; both its number and its name must be of it."""
    match = NAME.fullmatch(file)
    if match is None:
        what = "its name does not begin with Ofsted's number of the council (URN), then council and day."
        raise SourceError("E_NO_URN", what, f"Name it after the page of the report, as {EXAMPLE}.", file)
    urn, council, day = match.groups()
    if urn not in numbers:
        what = f"{urn} is not the number (URN) of a council in the record of inspections."
        raise SourceError("E_UNKNOWN_URN", what, "Look the number up on the council's page on Ofsted's site.", file)
    area_id = numbers[urn]
    if not areas.is_called(area_id, council.replace("_", " ")):
        what = f"{urn} is the number of {areas.names()[area_id]}, which is not called {council.replace('_', ' ')!r}."
        raise SourceError("E_OTHER_COUNCIL", what, LOOK, file)
    try:
        return area_id, read_day(file)
    except ValueError as error:
        raise SourceError("E_DATE", f"{day!r} is not a day.", f"Name it as {EXAMPLE}.", file) from error


def read_day(file: str) -> date:
    """The day of publication in the name of a report; raises ValueError where there is none."""
    match = NAME.fullmatch(file)
    day = match[3] if match else ""
    return datetime.strptime(day.replace("_", " "), "%d %B %Y").replace(tzinfo=UTC).date()


def _compare_grades(
    file: str, table: pl.DataFrame, inspection_id: str, records: Mapping[str, list[Known]], areas: Areas
) -> dict[str, str | None]:
    """The grades on the first page, None where one is not given; nothing where they cannot be read.

    Raises E_DISAGREES where the record that is loaded has others.
    """
    words = join_lines(table.filter(pl.col("part") == GRADED)["text"].to_list())
    found = {
        strand: re.search(rf"{name}\b.*?({'|'.join(GRADES)})", words, re.IGNORECASE) for strand, name in STRANDS.items()
    }
    if not any(found.values()):
        return {}
    grades = {strand: match[1] if match else None for strand, match in found.items()}
    area_id = inspection_id.partition("-")[0]
    record = next(one for one in records[area_id] if one.inspection_id == inspection_id)
    compare_records(record, Other(areas.names()[area_id], grades, {}, file, None, MODULE), DISAGREEMENTS)
    return grades


def _council(title: str, areas: Areas) -> str | None:
    """The council that a title names: of all names in it the longest, since Lincolnshire is in North Lincolnshire."""
    words = f" {name_key(title)} "
    named = [(len(key), area_id) for key, area_id in areas.by_name().items() if f" {key} " in words]
    return max(named)[1] if named else None


def _inspections(loaded: Iterable[Loaded]) -> Inspections:
    tables = [one.tables for one in loaded]
    # The record of reports knows the last day of inspections that are in Ofsted's own files.
    ended = {
        inspection_id: last
        for one in tables
        for inspection_id, last in one["inspection_link"].select("inspection_id", "ended").iter_rows()
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for row in (row for one in tables for row in one["inspection"].iter_rows(named=True)):
        last = row["ended"] or ended.get(row["inspection_id"])
        found.setdefault(row["area_id"], []).append({**row, "ended": last})
    return found


SOURCE = Source(
    id="ofsted_reports",
    title="Inspection reports of local authority children's services",
    publisher="Ofsted",
    release=Release(
        id="ofsted_reports_2026",
        title="reports of January 2025 to August 2026",
        published="2026-08-20",
        page="https://reports.ofsted.gov.uk/",
        files=(File("ofsted/reports_2025_2026/*.pdf"),),
    ),
    load=load,
    needs=("ofsted_inspections", "data_to_insight_inspections"),
)
