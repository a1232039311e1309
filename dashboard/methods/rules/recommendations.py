"""The rule of recommendations: how reports are read, which are, and how themes are found."""

from __future__ import annotations

import polars as pl

from dashboard.analysis import recommendations
from dashboard.data.database import Database
from dashboard.data.names import format_date
from dashboard.methods.example import Example, Rule, lines
from dashboard.views.text import formats
from dashboard.views.text.grammar import have, plural
from dashboard.views.text.recommendations import span

SOURCE = "ofsted_reports"


def of_recommendations(db: Database) -> Example | None:
    """How many reports and recommendations there are, the newest report's first one, and every theme with its words."""
    read = recommendations.read(db)
    if read is None:
        return None
    rows = recommendations.recommendations(db)
    first = rows.row(0, named=True)
    refused = db.table["reject"].filter(pl.col("source_id") == SOURCE).sort("file")
    none_named = int(rows["national_framework"].null_count())
    counts = {one["theme"]: one for one in recommendations.by_theme(db, rows).iter_rows(named=True)}
    steps = lines(
        f"{plural(read.reports, 'report')} published {span(read)} were read. They hold "
        f"{plural(read.recommendations, 'recommendation')}.",
        f"{none_named} name no part of the national framework; the others name one.",
        *(f"{row['file']} was refused: {row['message']}" for row in refused.iter_rows(named=True)),
        *([] if refused.height else ["No report was refused: each has the section."]),
        f"The newest report, on {formats.place(first['name'])} ({format_date(first['published'])}), begins: “"
        f"{first['words']}” Its themes are: {first['themes'] or 'none'}.",
    )
    without = int(rows["themes"].null_count())
    return Example(
        "Themes, and the words that are looked for",
        steps,
        f"{rows.height - without} of {rows.height} recommendations have a theme; {without} {have(without)} none.",
        ("Theme", "A word of it begins with", "But not in", "Recommendations", "Reports"),
        tuple(
            (
                row["theme"],
                row["looks_for"],
                row["leaves_out"] or "",
                str(counts[row["theme"]]["recommendations"] if row["theme"] in counts else 0),
                str(counts[row["theme"]]["reports"] if row["theme"] in counts else 0),
            )
            for row in db.table["theme"].sort("position").iter_rows(named=True)
        ),
    )


RULES = (
    Rule(
        "recommendations",
        "What Ofsted asked for",
        "Ofsted's own words from its reports, with report and date; grouped by words we look for, and never scored.",
        "An inspection report has a section “What needs to improve?”. Its points are read from the PDF: lines are "
        "joined, a word divided at the end of a line is made whole, and running headers, page numbers and footnotes "
        "with their marks are left out, told by the size of their letters. The part of the national framework that a "
        "point names at its end is shown beside it.\n"
        "A report belongs to one inspection. The number (URN), the council and the day of publication in the name of "
        "its file, and the council and the days on its first page, must be those of the inspection. A report that is "
        "not so, is damaged or locked, or lacks the section, is refused by name; the others are read. A council "
        "without a report among them is told apart from one of which nothing was asked.\n"
        "Themes are ours, not Ofsted's: a recommendation has a theme where one of its words begins with what is "
        "looked for. It may have several. How often a theme comes up says nothing about how good a council is.",
        of_recommendations,
        "Ofsted recommendation report what needs to improve theme national framework outcome enabler PDF pathway plans",
    ),
)
