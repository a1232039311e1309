"""Sentences about what Ofsted asked councils to improve, and the names of the parts of the national framework."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.analysis.recommendations import NONE_NAMED, Asked, Filters, Read
from dashboard.data.model import Row
from dashboard.data.names import format_date
from dashboard.views.text import formats
from dashboard.views.text.grammar import plural

# The Department for Education's Children's Social Care National Framework; principles as far as reports name them.
NATIONAL_FRAMEWORK = {
    "Outcome 1": "children, young people and families stay together and get the help they need",
    "Outcome 2": "children and young people are supported by their family network",
    "Outcome 3": "children and young people are safe in and outside of their home",
    "Outcome 4": "children in care and care leavers have stable, loving homes",
    "Enabler 1": "multi-agency working is prioritised and effective",
    "Enabler 2": "leaders drive conditions for effective practice",
    "Enabler 3": "the workforce is equipped and effective",
    "Principle 1": "children’s welfare is paramount",
    "Principle 2": "children’s wishes and feelings are sought, heard, and responded to",
    "Principle 3": "children’s social care works in partnership with whole families",
}
HOW_READ = (
    "The words are Ofsted’s, from the section “What needs to improve?” of each report. The themes are ours: words that "
    "are looked for. A recommendation can have several. How often a theme comes up is not a score."
)
IN_BRACKETS = (
    "Ofsted’s words. In brackets is the outcome, enabler or principle of the Children’s Social Care National Framework "
    "that it names."
)
NO_REPORT = "No inspection report is read for its recommendations."
# Of themes so many are named in a sentence.
NAMED = 3


def search_sentence(
    rows: Sequence[Row], themes: Sequence[Row], read: Read | None, filters: Filters, region: str | None
) -> str:
    """What is asked for most often, or how many of all recommendations were chosen.

    `rows` are those of `recommendations.recommendations`, `themes` those of `recommendations.by_theme`; `region` as it
    stands in a sentence.
    """
    if read is None:
        return NO_REPORT
    if by := predicate(filters, region, one=len(rows) < 2):
        reports = len({row["inspection_id"] for row in rows})
        those = (
            f"{len(rows)} of {read.recommendations} recommendations, in {reports} of {plural(read.reports, 'report')},"
        )
        return f"{those} {by}." if rows else f"None of {read.recommendations} recommendations {by}."
    first, *others = [f"{_inside(one['theme'])} ({one['reports']}" for one in themes[:NAMED]] or [""]
    most = [f"{first} reports)", *(f"{one})" for one in others)] if first else []
    opening = (
        f"{plural(read.reports, 'inspection report')} published {span(read)} make "
        f"{plural(read.recommendations, 'recommendation')}."
    )
    return f"{opening} The most frequent subjects are {formats.listed(most)}." if most else opening


def caption(recommendations: int, reports: int) -> str:
    """Over a table of recommendations."""
    return f"{plural(recommendations, 'recommendation')} in {plural(reports, 'report')}, the newest report first"


def own_sentence(name: str, asked: Asked, read: Read | None) -> str:
    """What one council was asked, in a sentence; that none of its reports is read, where so."""
    name = formats.place(name)
    if asked.rows.is_empty():
        return "" if read is None else f"No report on {name} is among them."
    published: date = asked.rows["published"][0]
    said = f"{name} was asked for {plural(asked.rows.height, 'improvement')} on {format_date(published)}"
    return f"{said}; a newer report is not read yet." if asked.newer else f"{said}."


def council_sentence(name: str, asked: Asked, read: Read | None, last: date | None) -> str:
    """The sentence over the recommendations to a council; without any, why there are none.

    `last` is when the last report on it came out.
    """
    name = formats.place(name)
    if read is None:
        return NO_REPORT
    if asked.rows.is_empty():
        whose = formats.possessive(name)
        known = f"{whose} last report is of {format_date(last)}." if last else f"{name} has had no report since 2013."
        return f"The recommendations here come from reports published {span(read)}. {known}"
    published: date = asked.rows["published"][0]
    said = f"In its report of {format_date(published)}, Ofsted asked {name} to improve:"
    newer = f"A newer report, of {format_date(asked.newer)}, is not read yet. " if asked.newer else ""
    return newer + said


def span(read: Read) -> str:
    """When the reports that are read came out: "from January 2025 to August 2026"."""
    first, last = (f"{day:%B %Y}" for day in (read.first, read.last))
    return f"in {first}" if first == last else f"from {first} to {last}"


def predicate(filters: Filters, region: str | None, *, one: bool = False) -> str:
    """By what recommendations were chosen: "are about neglect and contain “delay”"; empty for all."""
    be, name, contain, asked = (
        ("is", "names", "contains", "a council") if one else ("are", "name", "contain", "councils")
    )
    said = [f"{be} about {_inside(filters.theme)}"] if filters.theme else []
    if filters.part:
        part = "no part" if filters.part == NONE_NAMED else filters.part.lower()
        said.append(f"{name} {part} of the national framework")
    if filters.words.split():
        said.append(f"{contain} “{' '.join(filters.words.split())}”")
    if region:
        said.append(f"{be} to {asked} in {region}")
    return formats.listed(said) if said else ""


def part_of_framework(part: str) -> str:
    """A part with its name: "Outcome 4: children in care and care leavers have stable, loving homes"."""
    return f"{part}: {NATIONAL_FRAMEWORK[part]}" if part in NATIONAL_FRAMEWORK else part


def _inside(theme: str) -> str:
    """A theme inside a sentence."""
    return theme[0].lower() + theme[1:]
