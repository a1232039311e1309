"""A record of every inspection report: what was published after Ofsted's newest official file.

Read from the reports by a program, a fork of Data to Insight's. Where an official file holds the same inspection, that
one is used and this record gives only the link to the report and the last day of the inspection. What the two print
otherwise is declared below, each with what was found; anything else is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from etl.model import Context, File, Loaded, Release, Source, SourceError
from etl.readers.area_codes import require_once
from etl.readers.inspections import PUBLISHED_WITHIN, Framework, Strand, authority, day, grade, loaded
from etl.readers.reconcile_ofsted import (
    LOOK,
    PUBLISHED,
    STARTED,
    TYPE,
    Disagreement,
    Known,
    Other,
    compare_records,
    known,
)
from etl.releases import Cells, require
from etl.sources.ofsted_inspections import AS_AT

FILE = "ofsted_csc_ilacs_history.csv"
STRANDS: dict[str, str] = {
    Strand.OVERALL: "overall_effectiveness_grade",
    Strand.LEADERS: "impact_of_leaders_grade",
    Strand.PROTECTION: "help_and_protection_grade",
    Strand.IN_CARE: "in_care_grade",
    Strand.CARE_LEAVERS: "care_leavers_grade",
}
NOT_GIVEN = "not_reported_post_reform"
WORDS: dict[str, str | None] = {
    "outstanding": "Outstanding",
    "good": "Good",
    "requires improvement": "Requires improvement to be good",
    "inadequate": "Inadequate",
    # A slip of the program that reads the reports: "Requires improvement to be good" cut at the wrong word.
    "to requires improvement": "Requires improvement to be good",
    "data_unreadable": None,
    "inspection_pre_dates_judgement": None,
    NOT_GIVEN: None,
}
COLUMNS: dict[str, str] = {
    **STRANDS,
    STARTED: "inspection_start_date",
    PUBLISHED: "publication_date",
    TYPE: "inspection_framework",
}
# Ofsted's own dates of publication and those on the report's page may differ by some days.
SAME_INSPECTION = 14
REFORM = date(2026, 4, 1)

_GOOD, _REQUIRES_IMPROVEMENT = "Good", "Requires improvement to be good"
_SHIFTED = "From help and protection on, the record prints each grade of this report one column late."
_REPEATED = "The record prints the grade of help and protection here too."
_UNREAD = "The program could not read this from the report."
_BEFORE_2023 = "Care leavers were not judged on their own before January 2023: the record prints another grade."
_DAYS_APART = "The record takes the day from the report's page, which came after that of Ofsted's file."
DISAGREEMENTS = (
    Disagreement("342-2023-09-04", Strand.PROTECTION, _REQUIRES_IMPROVEMENT, _GOOD, _SHIFTED),
    Disagreement("342-2023-09-04", Strand.IN_CARE, _GOOD, _REQUIRES_IMPROVEMENT, _SHIFTED),
    Disagreement("342-2023-09-04", Strand.CARE_LEAVERS, "Outstanding", _GOOD, _SHIFTED),
    Disagreement("931-2018-05-22", Strand.IN_CARE, _GOOD, _REQUIRES_IMPROVEMENT, _REPEATED),
    Disagreement("354-2018-03-12", Strand.IN_CARE, _GOOD, _REQUIRES_IMPROVEMENT, _REPEATED),
    Disagreement("892-2019-01-07", Strand.OVERALL, _REQUIRES_IMPROVEMENT, None, _UNREAD),
    Disagreement("882-2019-08-27", Strand.OVERALL, _REQUIRES_IMPROVEMENT, None, _UNREAD),
    Disagreement("892-2022-09-05", Strand.CARE_LEAVERS, None, "Inadequate", _BEFORE_2023),
    Disagreement("807-2022-09-22", Strand.CARE_LEAVERS, None, _REQUIRES_IMPROVEMENT, _BEFORE_2023),
    Disagreement("846-2024-05-16", STARTED, "2024-03-11", None, _UNREAD),
    Disagreement("892-2022-09-05", STARTED, "2022-07-11", None, _UNREAD),
    Disagreement("807-2022-09-22", STARTED, "2022-06-20", None, _UNREAD),
    # The kind is told from the days on site, so that without them there is none.
    Disagreement("846-2024-05-16", TYPE, "short", None, _UNREAD),
    Disagreement("892-2022-09-05", TYPE, "standard", None, _UNREAD),
    Disagreement("807-2022-09-22", TYPE, "standard", None, _UNREAD),
    Disagreement(
        "865-2019-07-22",
        TYPE,
        "standard",
        "inspection duration longer than standard framework",
        "A standard inspection that took a week longer than others: the record tells the kind from the days.",
    ),
    # Inspections under the framework before 2018, of which the record has no grades.
    Disagreement("926-2015-10-19", PUBLISHED, "2015-10-19", "2015-10-20", _DAYS_APART),
    Disagreement("810-2015-02-03", PUBLISHED, "2015-02-03", "2015-02-10", _DAYS_APART),
    Disagreement("204-2016-09-20", PUBLISHED, "2016-09-20", "2016-09-21", _DAYS_APART),
    Disagreement("352-2014-09-01", PUBLISHED, "2014-09-01", "2014-09-03", _DAYS_APART),
    Disagreement("871-2014-02-11", PUBLISHED, "2014-02-11", "2014-02-14", _DAYS_APART),
    Disagreement("861-2015-08-10", PUBLISHED, "2015-08-10", "2015-08-12", _DAYS_APART),
)


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Inspections no official file holds, links for those one does, and rejects: reports of frameworks not loaded.

    Raises E_DISAGREES where an official file prints something else of the same inspection that is not declared, or
    lacks an inspection that it should hold; E_REPAIRED where a declared difference is gone.
    """
    table = cells.table(FILE)
    require(table, ("urn", "local_authority", "inspection_link", "inspection_end_date", *COLUMNS.values()), FILE)
    numbers = context.areas.by_name()
    names = context.areas.names()
    official = known(context.loaded[needed] for needed in source.needs)

    inspections, judgements, links, rejects = [], [], [], []
    urns: dict[str, str] = {}
    lines: dict[str, int] = {}
    for row in table.iter_rows(named=True):
        line = row["line"]
        name = row["local_authority"]
        area_id = authority(name, numbers, FILE, line)
        _check_urn(urns, row["urn"], area_id, names, line)
        published = day(row[COLUMNS[PUBLISHED]], "%d/%m/%y", FILE, line, COLUMNS[PUBLISHED])
        started, ended = (
            day(row[column], "%d/%m/%Y", FILE, line, column) if row[column] else None
            for column in (COLUMNS[STARTED], "inspection_end_date")
        )
        grades = {strand: grade(row[column], WORDS, FILE, line, column) for strand, column in STRANDS.items()}
        same = min(official.get(area_id, []), key=lambda one: abs(one.published - published), default=None)
        # One that began on the same day is the same, whatever the day of publication.
        begun = next((one for one in official.get(area_id, []) if started and one.started == started), None)
        if same and abs((same.published - published).days) > SAME_INSPECTION:
            same = begun
        if same:
            what = f"the inspection of {names[area_id]} published on {same.published}"
            require_once(lines, same.inspection_id, what, FILE, line)
            compare_records(same, _other(row, names[area_id], started, published, grades, same), DISAGREEMENTS)
            links.append((same.inspection_id, row["inspection_link"], ended))
        elif not any(grades.values()):
            rejects.append((source.id, FILE, line, name, "R_NO_GRADE", f"{name}, {published}: no grade could be read."))
        else:
            after_reform = row[STRANDS[Strand.OVERALL]] == NOT_GIVEN
            if after_reform and (started is None or started < REFORM):
                what = f"no overall judgement is reported for an inspection of {started}, before {REFORM:%B %Y}."
                remedy, column = "Look the report up on Ofsted's site.", STRANDS[Strand.OVERALL]
                raise SourceError("E_GRADE", what, remedy, FILE, line, column)
            if published <= AS_AT + PUBLISHED_WITHIN and (started or published) <= AS_AT:
                what = (
                    f"{names[area_id]} was inspected from {started or 'a day not printed'}, published on {published}, "
                    f"but Ofsted's history to {AS_AT:%-d %B %Y} has no such inspection."
                )
                remedy = f"{LOOK}if the date is wrong, tell the publisher; if Ofsted's file lacks it, tell Ofsted."
                raise SourceError("E_DISAGREES", what, remedy, FILE, line, COLUMNS[PUBLISHED])
            inspection_id = f"{area_id}-{published}"
            framework = Framework.ILACS_2026 if after_reform else Framework.ILACS
            of_report = (framework, row[COLUMNS[TYPE]], started, ended, published, row["inspection_link"])
            inspections.append((inspection_id, area_id, *of_report, source.id, FILE, line))
            judgements += [(inspection_id, strand, found) for strand, found in grades.items() if found is not None]
    ledger = (source.id, FILE, cells.sha256(FILE), table.height, table.height - len(rejects), len(rejects), 0)
    found = loaded(inspections, judgements, [ledger], links, rejects)
    # Ofsted's numbers of councils, by which its reports are found.
    urn = pl.DataFrame(list(urns.items()), schema=["urn", "area_id"], orient="row")
    return replace(found, tables={**found.tables, "urn": urn})


def _check_urn(urns: dict[str, str], urn: str, area_id: str, names: Mapping[str, str], line: int) -> None:
    """Remember whose number of Ofsted's this is; raises E_URN where it is another's, or the council has another."""
    own = next((other for other, council in urns.items() if council == area_id), urn)
    owner = urns.setdefault(urn, area_id)
    if owner != area_id or own != urn:
        what = f"{urn} of {names[area_id]} is the number of {names[owner]}" if owner != area_id else (
            f"{names[area_id]} has the number {urn} here and {own} in another row"
        )  # fmt: skip
        raise SourceError("E_URN", f"{what}.", f"{LOOK}one of the two rows is wrong.", FILE, line, "urn")


def _other(
    row: Mapping[str, Any],
    name: str,
    started: date | None,
    published: date,
    grades: Mapping[str, str | None],
    same: Known,
) -> Other:
    """What the record says of an inspection. Under SIF it has hardly read anything: what it has not is not compared."""
    says: dict[str, str | None] = {
        **grades,
        STARTED: str(started) if started else None,
        PUBLISHED: str(published),
        TYPE: row[COLUMNS[TYPE]],
    }
    if same.framework == Framework.SIF:
        said = {strand: found for strand, found in grades.items() if found is not None}
        says = {**said, PUBLISHED: str(published)}
    return Other(name, says, COLUMNS, FILE, row["line"], "etl/sources/data_to_insight_inspections.py")


SOURCE = Source(
    id="data_to_insight_inspections",
    title="Record of Ofsted's inspection reports",
    publisher="JT-39, with a fork of Data to Insight's tool",
    release=Release(
        id="data_to_insight_inspections_2026",
        title="reports to 20 August 2026",
        published="2026-08-22",
        page="https://github.com/JT-39/ofsted-ilacs-scrape-tool",
        files=(File(f"ofsted/{FILE}", years="publication_date", newest="2026-08-20"),),
    ),
    licence="MIT (the record); Open Government Licence v3.0 (Ofsted's reports)",
    note="Read from Ofsted's reports by a program; its maker calls it a proof of concept. All 53 reports after March "
    "2025 were checked against Ofsted's own PDFs in November 2026: every grade and date agrees in all 53.",
    load=load,
    needs=("ofsted_inspections", "ofsted_single_inspections"),
)
