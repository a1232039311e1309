"""The statement on accessibility: what is known not to work, how it was tested and when, and who may be told.

Declared here by hand after each test; tests/access holds it to what it says of tools and pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.data.names import format_date
from dashboard.views.text import formats

STANDARD = "Web Content Accessibility Guidelines (WCAG) 2.2, level AA"
PREPARED = date(2026, 11, 22)
TESTED = date(2026, 11, 22)
# At the latest: a year after it was prepared.
REVIEW = date(2027, 11, 22)
# What tested it: after raising one of these, test again, by hand too, and then change the date.
STREAMLIT, AXE = "1.67", "4.12"
WIDTHS = (1440, 390, 320)
REGULATIONS = "Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018"
EASS = "https://www.equalityadvisoryservice.com/"
NO_CONTACT = "No contact has been set for this site. Please tell the person who gave you its address."


@dataclass(frozen=True)
class Limit:
    """Something that does not work for somebody."""

    what: str
    """In a reader's words: where, and who is affected."""
    criterion: str
    """Number, name and level of the criterion that is not met; empty where none is, and readers should know all the
    same."""
    why: str
    instead: str
    """What a reader can do meanwhile."""
    issue: str = ""
    """Where it is reported to those who can mend it."""


STREAMLITS, PLOTLYS = "https://github.com/streamlit/streamlit/issues/", "https://github.com/plotly/plotly.js/issues/"
LIMITS: tuple[Limit, ...] = (
    Limit(
        "The table of the Data page: the menu of a column, which sorts, hides or pins it, opens by mouse alone.",
        "2.1.1 Keyboard (A)",
        "The table is Streamlit's, on which the dashboard is built.",
        "The choices above the table say which rows it has; its files can be sorted in any program.",
        f"{STREAMLITS}13332",
    ),
    Limit(
        "Charts and maps: the words at a point come with the mouse, and go when the mouse moves onto them.",
        "1.4.13 Content on hover or focus (AA)",
        "Charts are drawn by Plotly, whose words follow the mouse; so do those of our map.",
        "Escape takes them away. On the map the arrow keys keep them; every chart has its figures in a table.",
        f"{PLOTLYS}7708",
    ),
    Limit(
        "The table of the Data page does not take your own colours or spacing of text.",
        "",
        "Streamlit draws it as a picture; a screen reader is given the rows on the screen as a table.",
        "The same rows as a CSV or Excel file.",
    ),
    Limit(
        "Classes beside each other on a map differ in hue more than in brightness.",
        "",
        "Six classes cannot each be three times as bright as the next. Pale ones have a dark edge.",
        "Point at a council, walk with the arrow keys or open the table: the words say the class.",
    ),
    Limit(
        "Choices, charts and maps need JavaScript.",
        "",
        "Streamlit draws them in your browser.",
        "The words, tables and links at the top of each page, briefings and every figure by address (/api) do without.",
    ),
)

CAN = (
    f"enlarge it to 400%, or read it {min(WIDTHS)} pixels wide, without moving sideways but within wide tables",
    "space lines, words and letters more widely, and lose nothing",
    "reach and use everything with a keyboard alone, but for what is listed below",
    "hear each change of the first sentence, which says what the page shows",
    "read every picture as a table: it follows the picture, or opens below it",
    "tell better from worse without colours, by words, order or signs",
    "use the colours of your own system (forced colours), and less motion",
    "read briefings, and fetch every figure, without JavaScript",
)

TESTS = (
    (
        f"axe-core {AXE} on every page and in all its views, at {formats.listed([str(one) for one in WIDTHS])} pixels, "
        "with a light and a dark system: no violation of the rules for WCAG 2.0, 2.1 and 2.2, levels A and AA"
    ),
    (
        "checks of our own on every page: names of pictures and the tables after them, contrast of text and signs in "
        "pictures, single keys, words for each change, focus, spacing of text, motion, scrolling, paper"
    ),
    "journeys of a minister's office, a council leader and an analyst by keyboard alone, run by a program",
    "screenshots looked at by eye: wide, narrow, forced colours, printed, and as people see who confuse colours",
)
NOT_TESTED = (
    "Nobody who uses a screen reader, a magnifier or speech input has tested it yet, and nobody outside the project "
    "has audited it."
)


def failing() -> list[Limit]:
    """The limits by which a criterion is not met."""
    return [one for one in LIMITS if one.criterion]


def status() -> str:
    """Compliance in the words of the regulations."""
    return f"{'Partially' if failing() else 'Fully'} compliant"


def opening() -> str:
    """The first sentence of the page: how far the standard is met."""
    failed = failing()
    if not failed:
        return f"This dashboard meets {STANDARD}, as far as it was tested."
    places = "in one place" if len(failed) == 1 else f"in {len(failed)} places"
    others = f" {len(LIMITS) - len(failed)} other limits are listed too." if len(LIMITS) > len(failed) else ""
    return f"This dashboard meets most of the {STANDARD}; {places} it does not yet.{others}"


def when() -> str:
    """The dates of the statement."""
    return (
        f"This statement was prepared on {format_date(PREPARED)}. The dashboard was last tested on "
        f"{format_date(TESTED)}. It will be reviewed by {format_date(REVIEW)}, and whenever the dashboard is "
        "re-tested."
    )
