"""Data to Insight's record of every inspection report: what was published after Ofsted's newest official file.

Read from the reports by a program. Where an official file holds the same inspection, the official grades stand and
this record gives only the link to the report and the last day of the inspection (13 of 268 differ).
"""

from datetime import date

import polars as pl

from etl.areas import name_key
from etl.inspections import Framework, Strand, authority, day, grade, loaded
from etl.model import Context, File, Loaded, Release, Source, SourceError
from etl.releases import Cells, require

FILE = "ofsted_csc_ilacs_history.csv"
STRANDS = {
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
# Ofsted's own dates of publication and those on the report's page differ by some days.
SAME_INSPECTION = 14
REFORM = date(2026, 4, 1)


def load(source: Source, cells: Cells, context: Context) -> Loaded:
    """Inspections no official file holds, links for those one does, and rejects: reports of frameworks not loaded."""
    table = cells.table(FILE)
    dates = ("publication_date", "inspection_start_date", "inspection_end_date")
    require(table, ("local_authority", "inspection_link", "inspection_framework", *dates, *STRANDS.values()), FILE)
    numbers = context.areas.by_name()
    official: dict[str, list[tuple[date, str]]] = {}
    for needed in source.needs:
        rows = context.loaded[needed].tables["inspection"].select("area_id", "published", "inspection_id")
        for area_id, published, inspection_id in rows.iter_rows():
            official.setdefault(area_id, []).append((published, inspection_id))

    inspections, judgements, links, rejects = [], [], [], []
    for row in table.iter_rows(named=True):
        line = row["line"]
        name = row["local_authority"]
        area_id = authority(name, numbers, name_key(name or ""), file=FILE, line=line)
        published = day(row["publication_date"], "%d/%m/%y", file=FILE, line=line, column="publication_date")
        started, ended = (
            day(row[column], "%d/%m/%Y", file=FILE, line=line, column=column) if row[column] else None
            for column in dates[1:]
        )
        same = [
            inspection_id
            for other, inspection_id in official.get(area_id, [])
            if abs((other - published).days) <= SAME_INSPECTION
        ]
        grades = {
            strand: grade(row[column], WORDS, file=FILE, line=line, column=column) for strand, column in STRANDS.items()
        }
        if same:
            links.append((same[0], row["inspection_link"], ended))
        elif not any(grades.values()):
            rejects.append((source.id, FILE, line, name, "R_NO_GRADE", f"{name}, {published}: no grade could be read."))
        else:
            after_reform = row[STRANDS[Strand.OVERALL]] == NOT_GIVEN
            if after_reform and (started is None or started < REFORM):
                raise SourceError(
                    "E_GRADE",
                    f"no overall judgement is reported for an inspection of {started}, before {REFORM:%B %Y}.",
                    file=FILE,
                    line=line,
                    column=STRANDS[Strand.OVERALL],
                    remedy="Look the report up on Ofsted's site.",
                )
            inspection_id = f"{area_id}-{published}"
            framework = Framework.ILACS_2026 if after_reform else Framework.ILACS
            inspections.append(
                (
                    inspection_id,
                    area_id,
                    framework,
                    row["inspection_framework"],
                    started,
                    ended,
                    published,
                    row["inspection_link"],
                    source.id,
                    FILE,
                    line,
                )
            )
            judgements += [(inspection_id, strand, found) for strand, found in grades.items() if found is not None]
    reject = pl.DataFrame(rejects, schema=["source_id", "file", "line", "raw", "rule", "message"], orient="row")
    ledger = [(source.id, FILE, cells.sha256(FILE), table.height, table.height - len(rejects), len(rejects), 0)]
    return loaded(source, inspections, judgements, ledger, links, reject if rejects else None)


SOURCE = Source(
    id="data_to_insight_inspections",
    title="Ofsted ILACS inspection reports",
    publisher="Data to Insight",
    release=Release(
        id="data_to_insight_inspections_2026",
        title="reports to 20 August 2026",
        published="2026-08-20",
        page="https://github.com/data-to-insight/ofsted-ilacs-scrape-tool",
        files=(File(f"ofsted/{FILE}"),),
    ),
    licence="MIT (the record); Open Government Licence v3.0 (Ofsted's reports)",
    load=load,
    needs=("ofsted_inspections", "ofsted_single_inspections"),
)
