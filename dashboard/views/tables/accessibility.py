"""The statement on accessibility as HTML: sections, the table of limits, and whom to tell."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dashboard.views.tables import cells as html
from dashboard.views.tables import note
from dashboard.views.text import accessibility as said
from dashboard.views.text.accessibility import Limit

CAPTION = "What does not work yet, why, and what to do meanwhile"


def can() -> str:
    """What readers can do."""
    return f"<p>You should be able to:</p>{_listed(said.CAN)}"


def limits(listed: Iterable[Limit]) -> str:
    """What does not work, each with the criterion, the reason, its report and a way around."""
    body = [
        f'<tr><th scope="row">{escape(one.what)}</th>'
        + html.cells((escape(one.criterion) or "none: it is said all the same", _why(one), escape(one.instead)))
        + "</tr>"
        for one in listed
    ]
    return html.table(CAPTION, ("What", "WCAG 2.2", "Why", "Instead"), body, kind="limits")


def tell(contact: str) -> str:
    """Whom to write to; `contact` is an e-mail address, a page, or empty where none is set."""
    asks = "Tell us if something does not work for you, or if you need it in another form: what you need, and where."
    if not contact:
        return f"<p>{asks}</p><p>{escape(said.NO_CONTACT)}</p>"
    href = contact if contact.startswith("https://") else f"mailto:{contact}"
    return f'<p>{asks}</p><p>Write to <a href="{escape(href)}">{escape(contact)}</a>.</p>'


def enforcement() -> str:
    """Who sees to it."""
    return (
        f"<p>The Equality and Human Rights Commission (EHRC) enforces the {said.REGULATIONS}. If you are not happy "
        "with how your complaint is answered, contact the "
        f'<a href="{said.EASS}" rel="noopener">Equality Advisory and Support Service (EASS)</a>.</p>'
    )


def compliance() -> str:
    """The status, and the parts a statement has by law."""
    return (
        f"<p><strong>{said.status()}</strong> with {said.STANDARD}"
        f"{', because of what is listed below' if said.failing() else ''}. No part is claimed to be a disproportionate "
        "burden.</p>"
    )


def tests() -> str:
    """How it was tested, and what was not."""
    return f"{_listed(said.TESTS)}<p><strong>{said.NOT_TESTED}</strong></p>{note(said.when())}"


def _why(one: Limit) -> str:
    report = f' <a href="{escape(one.issue)}" rel="noopener">Reported there</a>.' if one.issue else ""
    return escape(one.why) + report


def _listed(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
