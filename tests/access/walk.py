"""All pages, and on each all that it hides at first: expanders, views to choose from, popovers and menus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from dashboard import server_app
from tests.readers import ROOT, until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# By the files, so that a page nobody thought of here is looked at too.
PAGES = sorted(path.stem for path in (ROOT / "dashboard" / "pages").glob("*.py"))
AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
WIDTHS = (1440, 390, 320)
HEIGHT = 900
# Stands for the data version that is shown.
VERSION = "{version}"
# Addresses at which a page shows what it does not at its own: of a council, of measures of other kinds, two maps, words
# that are no choice.
MORE: dict[str, tuple[dict[str, str], ...]] = {
    "map": (
        {"compare_metric": "Average caseload", "benchmark": "My group", "group": "Leeds", "view_as": "Tiles"},
        {"colour": "Trend", "la": "Leeds"},
    ),
    "data": ({"areas": "Leeds", "shape": "Wide", "themes": "Workforce"},),
    "methods": ({"q": "vacancy"},),
    # Of a data version, which a line above says; and words that are none of ours.
    "best": ({"version": VERSION},),
    "england": ({"la": "Ledes", "metric": "Nothing", "benchmark": "A target"},),
}
# Choices whose views are all one table with other rows: the second is enough.
ALIKE = ("Theme", "Measures of")
READY = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    if (app?.dataset.testScriptState !== 'notRunning' || !window.monitorPage) return false;
    if (document.querySelector('[data-testid="stSkeleton"]')) return false;
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
    if (!charts.every((chart) => chart.querySelector('.main-svg .trace'))) return false;
    const places = [...document.querySelectorAll('[data-testid^="stBidiComponent"]')];
    const drawn = '.area, button, input, p, label';
    return places.every((place) => !place.shadowRoot || place.shadowRoot.querySelector(drawn));
}"""


@dataclass(frozen=True)
class View:
    """Something a reader can have on the screen."""

    page: str
    address: str
    opened: str
    """What was opened of what the address leaves closed."""

    def __str__(self) -> str:
        return f"{self.address} {self.opened}".strip()


def address(page: str, **choices: str) -> str:
    """The address of a page with choices."""
    there = "/" if page == server_app.FIRST else f"/{page}"
    asked = "&".join(f"{name}={quote_plus(value)}" for name, value in choices.items())
    return f"{there}?{asked}" if asked else there


def addresses(page: str) -> list[str]:
    """A page as it begins, with a council, and at what else it shows more."""
    return [address(page), address(page, la="Leeds"), *(address(page, **choices) for choices in MORE.get(page, ()))]


def opened_of(page: Page, url: str) -> None:
    """Open an address; where it names the data version, that of the page before."""
    if quote_plus(VERSION) in url:
        said = page.locator("footer.foot").inner_text().rpartition("Data version ")[2].strip(" .\n")
        url = url.replace(quote_plus(VERSION), said)
    opened(page, url)


def ready(page: Page) -> None:
    """Wait until the page is drawn, and stays so for a moment."""
    until(page, READY)
    page.wait_for_timeout(120)
    until(page, READY)


def opened(page: Page, url: str) -> None:
    """Open an address, with what looks at it."""
    page.goto(url)
    page.locator(".sentence").first.wait_for()
    ready(page)
    page.evaluate(AUDIT)


def open_expanders(page: Page) -> None:
    """Open all that opens in its place."""
    page.evaluate("() => { for (const one of document.querySelectorAll('.stHtml details')) one.open = true; }")
    closed = page.locator('[data-testid="stExpander"] details:not([open]) > summary')
    while closed.count():
        closed.first.click()
        ready(page)


def groups(page: Page) -> dict[str, Locator]:
    """The choices that stand side by side, by their names."""
    found: dict[str, Locator] = {}
    for one in page.get_by_role("radiogroup").all():
        found.setdefault(one.get_attribute("aria-label") or "", one)
    return found


def views(page: Page, seen: frozenset[str] = frozenset(), before: str = "") -> Iterator[str]:
    """Put the page into each of its views, one after the other, and say what was opened.

    A view may hold choices of its own: these are walked within it. What a choice of another page has shown is not
    shown again (`seen`).
    """
    open_expanders(page)
    if not before:
        yield ""
    mine = [name for name in groups(page) if name not in seen]
    for name in mine:
        options = groups(page)[name].get_by_role("radio")
        labels = [one.inner_text().strip() for one in options.all()]
        for label in labels[1:2] if name in ALIKE else labels[1:]:
            choose(page, name, label)
            open_expanders(page)
            yield f"{before}{name}: {label}; "
            yield from views(page, seen | set(mine), f"{before}{name}: {label}; ")
        choose(page, name, labels[0])


def choose(page: Page, name: str, label: str) -> None:
    """Choose one of some that stand side by side."""
    groups(page)[name].get_by_role("radio", name=label, exact=True).click()
    ready(page)


def overlays(page: Page) -> Iterator[str]:
    """Open each thing that lies over the page, and close it again."""
    for button in page.locator('[data-testid="stPopover"] button').all():
        button.click()
        page.wait_for_timeout(300)
        yield f"popover {button.inner_text()}"
        page.keyboard.press("Escape")
    menus = page.locator('[data-testid="stTopNavSection"], [data-testid="stTopNavDropdown"] button')
    for menu in menus.all()[:1]:
        menu.click()
        page.wait_for_timeout(300)
        yield "the menu"
        page.keyboard.press("Escape")
    boxes = page.get_by_role("combobox")
    for at in range(min(boxes.count(), 2)):
        name = boxes.nth(at).get_attribute("aria-label")
        boxes.nth(at).click()
        page.wait_for_timeout(300)
        yield f"the list of {name}"
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)


def given(page: Page) -> Iterator[str]:
    """What a page shows once a reader has given it something: of their own figures one that is taken, and one that is
    not."""
    field = page.get_by_label("your value")
    if not field.count():
        return
    for value, what in (("twelve", "with a figure that is none"), ("12.5", "with a figure of their own")):
        field.first.fill(value)
        field.first.press("Enter")
        page.locator("table.own, table.findings").first.wait_for()
        ready(page)
        open_expanders(page)
        yield what
