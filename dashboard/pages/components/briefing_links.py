"""Links to briefings: of one area as a line, of many as a table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from dashboard.analysis.benchmarks import Benchmark
from dashboard.briefings.urls import BASE, FORMS, address
from dashboard.views.tables import cells as html


def line(area_id: str, benchmark: Benchmark, version: str | None) -> str:
    """The forms of one briefing, each a link, for a page on its area; `version` is that of a frozen page."""
    links = " · ".join(_link(area_id, form, benchmark, version, FORMS[form]) for form in FORMS)
    return f'<p class="briefing"><b>Briefing:</b> {links} · {html.link("all briefings", {}, page=BASE)}</p>'


def table(names: Mapping[str, str], benchmark: Benchmark, version: str | None) -> str:
    """A row a briefing (number or code -> name), with a link to each of its forms."""
    body = [
        f'<tr><th scope="row">{escape(name)}</th>'
        + html.cells(
            # Links of many rows are told apart by whom they are of.
            _link(area_id, form, benchmark, version, words[0].upper() + words[1:], f"{words}: {name}")
            for form, words in FORMS.items()
        )
        + "</tr>"
        for area_id, name in names.items()
    ]
    heads = ("Briefing on", "To print and carry", "To edit", "To read and print")
    return html.table(f"{len(names)} briefing{'' if len(names) == 1 else 's'}", heads, body, kind="briefings")


def _link(area_id: str, form: str, benchmark: Benchmark, version: str | None, words: str, label: str = "") -> str:
    spoken = f' aria-label="{escape(label[0].upper() + label[1:])}"' if label else ""
    return f'<a href="{escape(address(area_id, form, benchmark, version))}"{spoken}>{escape(words)}</a>'
