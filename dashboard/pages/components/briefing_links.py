"""Links to briefings: of one area as a line, of many as a table."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.analysis.benchmarks import Benchmark
from dashboard.briefings.urls import BASE, FORMS, address
from dashboard.views.tables.cells import link
from dashboard.views.tables.html import Html, bold, join, tag
from dashboard.views.tables.table import of_cells
from dashboard.views.text.news import feed


def line(area_id: str, benchmark: Benchmark, version: str | None, pictures: str | None = None) -> Html:
    """The forms of one briefing, each a link, for a page on its area; `version` is that of a frozen page.

    `pictures` is the address of all pictures of the area.
    """
    links = [_link(area_id, form, benchmark, version, FORMS[form]) for form in FORMS]
    parts = {"Briefing:": join(*links, link("all briefings", {}, page=BASE), by=" · ")}
    if pictures:
        parts["Pictures:"] = tag("a", "for slides (ZIP)", href=pictures, download=True)
    parts["Follow:"] = tag("a", "what is new, as a feed (Atom)", href=feed(area_id), type="application/atom+xml")
    groups = [tag("span", bold(name), " ", found) for name, found in parts.items()]
    return tag("p", join(*groups, by=" "), class_="briefing")


def table(names: Mapping[str, str], benchmark: Benchmark, version: str | None) -> Html:
    """A row a briefing (number or code -> name), with a link to each of its forms."""
    rows = [
        # Links of many rows are told apart by the names of their areas.
        (
            name,
            *(
                _link(area_id, form, benchmark, version, words[0].upper() + words[1:], f"{words}: {name}")
                for form, words in FORMS.items()
            ),
        )
        for area_id, name in names.items()
    ]
    table = of_cells("briefings", ("Briefing on", "PDF", "Word", "Web page"))
    return table.html(rows, f"{len(names)} briefing{'' if len(names) == 1 else 's'}")


def _link(area_id: str, form: str, benchmark: Benchmark, version: str | None, words: str, label: str = "") -> Html:
    spoken = label[0].upper() + label[1:] if label else None
    return tag("a", words, href=address(area_id, form, benchmark, version), aria_label=spoken)
