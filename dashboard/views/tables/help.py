"""How to read a page, as words that open at its head: the browser opens them, nothing is run anew."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def how_to_read(lines: Iterable[str]) -> str:
    """The sentences of `sentences.help`, closed at first; Methods says the rest."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    more = '<li>Every rule and word is explained under <a data-choose href="/methods">Methods</a>.</li>'
    return f'<details class="help"><summary>How to read this page</summary><ul>{items}{more}</ul></details>'
