"""The statement on accessibility as HTML: sections, the table of limits, and the contact."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.views.tables.html import Html, items, join, note, outside, tag
from dashboard.views.tables.table import Column, Table
from dashboard.views.text import accessibility as said
from dashboard.views.text.accessibility import Limit

CAPTION = "What does not work yet, why, and what to do meanwhile"


def can() -> Html:
    """What readers can do."""
    return join(tag("p", "You should be able to:"), items(said.CAN))


def limits(listed: Iterable[Limit]) -> Html:
    """What does not work, each with the criterion, the reason, its report and a way around."""
    return LIMITS.html(listed, CAPTION)


def tell(contact: str) -> Html:
    """Where to write to; `contact` is an e-mail address, a page, or empty where none is set."""
    asks = "Tell us if something does not work for you, or if you need it in another form: what you need, and where."
    if not contact:
        return join(tag("p", asks), tag("p", said.NO_CONTACT))
    href = contact if contact.startswith("https://") else f"mailto:{contact}"
    return join(tag("p", asks), tag("p", "Write to ", tag("a", contact, href=href), "."))


def enforcement() -> Html:
    """Who sees to it."""
    return tag(
        "p",
        f"The Equality and Human Rights Commission (EHRC) enforces the {said.REGULATIONS}. If you are not happy "
        "with how your complaint is answered, contact the ",
        outside("Equality Advisory and Support Service (EASS)", said.EASS),
        ".",
    )


def compliance() -> Html:
    """The status, and the parts a statement has by law."""
    because = ", because of what is listed above" if said.failing() else ""
    rest = f" with {said.STANDARD}{because}. No part is claimed to be a disproportionate burden."
    return tag("p", tag("strong", said.status()), rest)


def tests() -> Html:
    """How it was tested, and what was not."""
    return join(items(said.TESTS), tag("p", tag("strong", said.NOT_TESTED)), note(said.when()))


def _why(one: Limit) -> Html:
    return join(one.why, *((" ", outside("Reported there", one.issue), ".") if one.issue else ()))


LIMITS = Table(
    "limits",
    (
        Column("What", lambda one: one.what),
        Column("WCAG 2.2", lambda one: one.criterion or "None: listed so that you know"),
        Column("Why", _why),
        Column("Instead", lambda one: one.instead),
    ),
)
