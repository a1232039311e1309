"""Local authority inspection outcomes, published by Ofsted each year: every ILACS inspection since 2018.

Rule `inspections`: official statistics win over any other record. Ofsted's own table of the latest judgements is in the
same file: nothing is loaded from it, the build compares it with ours (`etl.readers.reconcile_ofsted`).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from etl.areas import Areas
from etl.model import Context, File, Loaded, Metric, PeriodKind, Polarity, Release, Source, SourceError
from etl.readers.area_codes import by_code, require_once
from etl.readers.inspections import GRADES, MONTHS, Framework, Strand, day, grade, loaded
from etl.readers.inspections import SNAPSHOT as OF_SNAPSHOT
from etl.releases import Cells, require

FILE = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"
AS_AT = date(2025, 3, 31)
HISTORY = "ILACS_inspection_history"
SNAPSHOT = r"Inspections_as_at_31_March"
STRANDS: dict[str, str] = {
    Strand.OVERALL: "Overall effectiveness",
    Strand.LEADERS: "The impact of leaders on social work practice with children and families",
    Strand.PROTECTION: "The experiences and progress of children who need help and protection",
    Strand.IN_CARE: "The experiences and progress of children in care",
    Strand.CARE_LEAVERS: "The experiences and progress of care leavers",
}
CODE, NAME, TYPE = "Local authority area code", "Local authority name", "Inspection type"
DATES = ("Inspection date", "Publication date")
TYPES = {"ILACS Standard Inspection": "standard", "ILACS Short Inspection": "short"}
WORDS: dict[str, str | None] = {grade: grade for grade in GRADES}
ISO = "%Y-%m-%dT%H:%M:%S"


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Inspections and their judgements, and Ofsted's own snapshot; each sheet has a row in the ledger.

    A row of the snapshot repeats one of the history: the build stops where it does not.
    """
    table = cells.table(FILE, HISTORY)
    require(table, (CODE, NAME, TYPE, *DATES, *STRANDS.values()), FILE)
    inspections, judgements = [], []
    for row in table.iter_rows(named=True):
        line = row["line"]
        area_id = council(context.areas, row, FILE)
        type_ = inspection_type(row[TYPE], FILE, line, TYPE)
        started, published = dates(row)
        inspection_id = f"{area_id}-{published}"
        inspections.append(
            (inspection_id, area_id, Framework.ILACS, type_, started, None, published, None, source.id, FILE, line)
        )
        judgements += [(inspection_id, strand, found) for strand, found in grades(row).items() if found is not None]
    snapshot = _snapshot(cells, context.areas)
    digest = cells.sha256(FILE)
    ledger = [
        (source.id, f"{FILE}#{HISTORY}", digest, table.height, table.height, 0, 0),
        (source.id, f"{FILE}#{SNAPSHOT}", digest, snapshot.height, 0, 0, snapshot.height),
    ]
    found = loaded(inspections, judgements, ledger)
    return replace(found, tables={**found.tables, "snapshot": snapshot})


def council(areas: Areas, row: Mapping[str, Any], file: str) -> str:
    """The authority of the code and name of a row; raises E_UNKNOWN_LA, or E_NAME if they are of two."""
    return by_code(areas, row[CODE], row[NAME], file, row["line"], (CODE, NAME))


def inspection_type(text: str | None, file: str, line: int, column: str) -> str:
    """Standard or short; raises E_INSPECTION_TYPE."""
    if text not in TYPES:
        remedy = "If Ofsted introduced it, add it to the types of the source."
        raise SourceError("E_INSPECTION_TYPE", f"{text!r} is not a type we know.", remedy, file, line, column)
    return TYPES[text]


def dates(row: Mapping[str, Any]) -> tuple[date, date]:
    """The first day of an inspection and that of its publication; raises E_DATE."""
    started, published = (day(row[column], ISO, FILE, row["line"], column) for column in DATES)
    return started, published


def grades(row: Mapping[str, Any]) -> dict[str, str | None]:
    """What was judged, and what was not; raises E_GRADE."""
    return {strand: grade(row[column], WORDS, FILE, row["line"], column) for strand, column in STRANDS.items()}


def _snapshot(cells: Cells, areas: Areas) -> pl.DataFrame:
    """Ofsted's table of the latest judgements (`inspections.SNAPSHOT`); a council that is there twice is refused."""
    table = cells.table(FILE, SNAPSHOT)
    require(table, (CODE, NAME, *DATES, *STRANDS.values()), FILE)
    lines: dict[str, int] = {}
    rows = []
    for row in table.iter_rows(named=True):
        line = row["line"]
        area_id = council(areas, row, FILE)
        require_once(lines, area_id, row[NAME], FILE, line)
        rows.append((area_id, AS_AT, *dates(row), *grades(row).values(), FILE, line))
    return pl.DataFrame(rows, schema=OF_SNAPSHOT, orient="row")


def _metric(strand: Strand, title: str, short_title: str, definition: str, caveat: str = "") -> Metric:
    return Metric(
        id=f"judgement_{strand}",
        title=title,
        short_title=short_title,
        noun=title.replace("Ofsted judgement: ", "judgement of "),
        theme="Inspection",
        definition=definition,
        unit="grade",
        decimals=0,
        polarity=Polarity.LOWER_IS_BETTER,
        polarity_reason="1 is Ofsted's best grade and 4 its worst.",
        period_kind=PeriodKind.LATEST_JUDGEMENT,
        councils_only=True,
        caveat=caveat,
    )


SOURCE = Source(
    id="ofsted_inspections",
    title="Local authority inspection outcomes",
    publisher="Ofsted",
    release=Release(
        id="ofsted_inspections_2025",
        title="as at 31 March 2025",
        published="2025-09-25",
        page="https://www.gov.uk/government/statistics/local-authority-inspection-outcomes-as-at-31-march-2025",
        following="as at 31 March 2026, published and not loaded yet",
        files=(
            File(f"ofsted/{FILE}", sheet=HISTORY, header="Local authority area code"),
            File(f"ofsted/{FILE}", sheet=SNAPSHOT, header="Local authority area code"),
        ),
    ),
    load=load,
    metrics=(
        _metric(
            Strand.OVERALL,
            "Ofsted judgement: overall effectiveness",
            "Overall",
            "The overall effectiveness of children's services at the latest inspection: 1 Outstanding, 2 Good, "
            "3 Requires improvement to be good, 4 Inadequate.",
            "Not given since April 2026. Reports after 30 June 2025 are from a record that a program read from them.",
        ),
        _metric(
            Strand.LEADERS,
            "Ofsted judgement: impact of leaders",
            "Leaders",
            "The impact of leaders on social work practice with children and families, at the latest inspection.",
            "Under the framework before 2018: leadership, management and governance.",
        ),
        _metric(
            Strand.PROTECTION,
            "Ofsted judgement: help and protection",
            "Help and protection",
            "The experiences and progress of children who need help and protection, at the latest inspection.",
        ),
        _metric(
            Strand.IN_CARE,
            "Ofsted judgement: children in care",
            "Children in care",
            "The experiences and progress of children in care, at the latest inspection.",
            "Before January 2023 this judgement covered care leavers too.",
        ),
        _metric(
            Strand.CARE_LEAVERS,
            "Ofsted judgement: care leavers",
            "Care leavers",
            "The experiences and progress of care leavers, at the latest inspection.",
            "A judgement of its own only since January 2023.",
        ),
        Metric(
            id=MONTHS,
            title="Months since the last inspection with judgements",
            short_title="Since inspection",
            noun="time since the last inspection with judgements",
            theme="Inspection",
            definition="Whole months since the council's latest full inspection began. Visits do not count.",
            unit="months",
            decimals=0,
            polarity=Polarity.NEUTRAL,
            polarity_reason="Ofsted decides when: Good and Outstanding councils are inspected less often.",
            period_kind=PeriodKind.LATEST_JUDGEMENT,
            derived=True,
            made="the whole months between two days: the first of the inspection, and the one shown",
            councils_only=True,
            caveat="Good and Outstanding councils are inspected less often. Under the framework before 2018, months "
            "count from the report's publication.",
        ),
    ),
)
