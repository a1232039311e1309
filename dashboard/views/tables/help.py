"""How to read a page, as words that open at its head: the browser opens them, nothing is run again."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.views.tables.html import Html, items, join, tag


def how_to_read(lines: Iterable[str]) -> Html:
    """The sentences of `sentences.help`, closed at first; Methods says the rest."""
    methods = tag("a", "Methods", data_choose=True, href="/methods")
    more = join("Every rule and word is explained under ", methods, ".")
    return tag("details", tag("summary", "How to read this page"), items([*lines, more]), class_="help")
