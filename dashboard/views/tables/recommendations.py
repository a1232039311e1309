"""What Ofsted asked for as tables and lists: all recommendations, counts by theme, those to one council."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.analysis import recommendations as analysis
from dashboard.analysis.recommendations import SEVERAL
from dashboard.data.database import Database
from dashboard.data.model import Row
from dashboard.data.names import format_date
from dashboard.views.tables import cells
from dashboard.views.tables.html import Html, attributes, items, join, note, outside, period, small, span, tag
from dashboard.views.tables.table import Table, column, plain, written
from dashboard.views.text import recommendations as said

THEME = "about"
"""The choice of a theme in the address."""


def recommendations() -> Table:
    """Rows of `recommendations.recommendations`: whose, the report, Ofsted's words, the framework, the themes."""
    return Table(
        "latest asked",
        (
            column("Council and report", _report, "la_number", "gss_code", "region", "inspection_id", "position",
                   council="name", report_published="published"),
            plain("What needs to improve", "words"),
            column("National framework", _part, "reference", "national_framework"),
            column("Themes", _themes, "themes", "page_of_report", report="url"),
        ),
        mark=lambda row: Html(attributes(data_area=row["area_id"])),
    )  # fmt: skip


def by_theme(of_reports: int) -> Table:
    """Rows of `recommendations.by_theme`, among so many reports."""
    return Table(
        "counts",
        (
            plain("Theme", "theme"),
            plain("Reports", "reports"),
            plain("Recommendations", "recommendations"),
            written(among_reports=pl.lit(of_reports)),
        ),
    )


def choices(themes: Sequence[Row], chosen: str | None) -> Html:
    """Every theme with the number of reports, each a link that chooses it, or all again where it is chosen."""

    def choice(theme: str, reports: int) -> Html:
        there = theme == chosen
        link = (
            tag("a", theme, href="?", data_choose=True, data_without=THEME, aria_current="true")
            if there
            else cells.link(theme, {THEME: theme})
        )
        return join(link, " ", span("count", reports))

    listed = items((choice(one["theme"], one["reports"]) for one in themes), class_="themes")
    return join(note("Themes, and how many reports name each"), listed) if themes else Html()


def asked_of(db: Database, area_id: str, last: date | None) -> Html:
    """What the newest report that is read asked of a council, or that none is; `last` is when its last one came out."""
    found, name = analysis.asked(db, area_id), db.names[area_id]
    sentence = tag("p", said.council_sentence(name, found, analysis.read(db), last))
    if found.rows.is_empty():
        return sentence
    points = (
        join(
            row["words"], period(said.part_of_framework(row["national_framework"])) if row["national_framework"] else ""
        )
        for row in found.rows.iter_rows(named=True)
    )
    first = found.rows.row(0, named=True)
    report = (
        ("Read ", outside(f"the report of {format_date(first['published'])}", first["url"]), ". ")
        if first["url"]
        else ()
    )
    search = cells.link(
        "search what Ofsted asked of all councils", {"part": "What Ofsted asked for"}, page="/inspections"
    )
    return join(
        sentence,
        tag("ol", *(tag("li", point) for point in points), class_="asked"),
        note("Ofsted’s words. ", *report, "Or ", search, "."),
    )


def framework_note(parts: Sequence[str]) -> Html:
    """What the parts of the national framework are."""
    known = [said.part_of_framework(part) for part in parts if part in said.NATIONAL_FRAMEWORK]
    return note("National framework. ", join(*known, by="; "), "." if known else "")


def _report(row: Row) -> Html:
    return join(cells.council(row["name"]), small(cells.report(row)))


def _part(row: Row) -> str:
    return row["national_framework"] or ""


def _themes(row: Row) -> Html:
    return join(*(row["themes"] or "").split(SEVERAL), by=" · ")
