"""Recommendations agree with Ofsted's reports: typed by hand from the PDFs, and all of them read again another way."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from etl.sources.ofsted_reports import SOURCE

(REPORTS,) = SOURCE.release.files
# Typed by hand from the PDFs, as are the counts below.
TYPED = [
    (
        "333-2025-12-02",
        1,
        (
            "How well children aged 16 and 17 who are homeless, or at risk of homelessness, understand their rights "
            "and entitlements about coming into care and accommodation options."
        ),
        "Outcome 3",
    ),
    # "decision-" and "making" stand on two lines.
    (
        "336-2026-06-18",
        1,
        (
            "Identification and timely multi-agency decision-making through a strategy discussion when the threshold "
            "for the risk of significant harm about a child is met"
        ),
        "Outcome 3",
    ),
    # On the first page, and the only one before a page ends.
    (
        "314-2025-01-29",
        1,
        (
            "Clarity of pre-proceedings letters for parents, so that they are clear about what needs to change so "
            "children can safely remain in their care."
        ),
        None,
    ),
    # Its heading is "What Needs to Improve", without a question mark.
    ("916-2025-08-04", 1, "The response to homeless 16- and 17-year-olds.", "Outcome 1"),
    (
        "816-2025-04-15",
        2,
        (
            "The continued timely update of pathway plans for care leavers, where appropriate, when their needs or "
            "circumstances change."
        ),
        "Enabler 3",
    ),
]
COUNTED = {"333-2025-12-02": 4, "340-2025-01-20": 10, "358-2026-08-03": 9, "878-2025-05-13": 6, "352-2025-11-11": 1}


def test_every_report_of_the_folder_gave_recommendations(database: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT count(DISTINCT file), count(DISTINCT inspection_id), count(*), count(reference) FROM recommendation"
    assert database.sql(query).fetchall() == [(75, 75, 237, 201)]
    assert database.sql("FROM reject WHERE source_id = 'ofsted_reports'").fetchall() == []


def test_recommendations_are_those_that_were_typed_by_hand(database: duckdb.DuckDBPyConnection) -> None:
    found = database.sql("SELECT inspection_id, position, words, national_framework FROM recommendation").fetchall()
    assert [row for row in TYPED if row not in found] == []
    counts = dict(database.sql("SELECT inspection_id, count(*) FROM recommendation GROUP BY ALL").fetchall())
    assert {inspection_id: counts[inspection_id] for inspection_id in COUNTED} == COUNTED


def test_pathway_plans_are_named_as_often_as_a_search_for_the_words_finds(database: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT count(*) FROM recommendation_theme WHERE theme = 'Pathway plans'"
    assert database.sql(query).fetchall() == [(12,)]


@pytest.mark.published
def test_every_letter_of_every_section_is_in_its_recommendations(
    published: Path, database: duckdb.DuckDBPyConnection
) -> None:
    """Read as plain text, with the heading cut off before and the next one after, and without blanks."""
    unlike = []
    for path in sorted(published.glob(REPORTS.path)):
        query = "SELECT words || coalesce(reference, ''), page FROM recommendation WHERE file = $file ORDER BY position"
        rows = database.execute(query, {"file": path.name}).fetchall()
        pages = PdfReader(path).pages
        text = "".join(pages[page - 1].extract_text() for page in sorted({page for _, page in rows}))
        begun = re.split(r"what needs to improve *\??1? *\n", text, flags=re.IGNORECASE)[1]
        section = re.split(r"\n *The experiences and progress|\n\s*Inspection of ", begun)[0]
        printed = "".join(section.replace("◼", "").split())
        if printed != "".join("".join(words.split()) for words, _ in rows):
            unlike.append(path.name)
    assert unlike == []
