"""All pages, and on each all that it hides at first: expanders, views to choose from, popovers and menus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from dashboard.server import app
from tests.readers import PATIENCE, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# By the files, so that a page nobody thought of here is looked at too.
PAGES = sorted(path.stem for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py"))
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
ALIKE_PAGES = ("accessibility", "briefings", "methods", "progress")
# Choices whose views are all one table with other rows: the second is enough.
ALIKE = ("Theme", "Measures of")
# Empty until all is drawn; then what changes where something is still being drawn.
DRAWN = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    if (app?.dataset.testScriptState !== 'notRunning' || !window.monitorPage) return '';
    if (document.querySelector('[data-testid="stSkeleton"]')) return '';
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
    if (!charts.every((chart) => chart.querySelector('.main-svg .trace'))) return '';
    const places = [...document.querySelectorAll('[data-testid^="stBidiComponent"]')];
    const drawn = '.area, button, input, p, label';
    if (!places.every((place) => !place.shadowRoot || place.shadowRoot.querySelector(drawn))) return '';
    const parts = '[data-testid="stMain"], .main-svg, [data-testid^="stBidiComponent"], table';
    const sized = document.querySelectorAll(parts);
    const sizes = [...sized].flatMap((one) => [one.scrollWidth, one.scrollHeight]);
    return [innerWidth, document.querySelectorAll('*').length, ...sizes].join(' ');
}"""
MOMENT = 100


def address(page: str, **choices: str) -> str:
    """The address of a page with choices."""
    there = "/" if page == app.FIRST else f"/{page}"
    asked = "&".join(f"{name}={quote_plus(value)}" for name, value in choices.items())
    return f"{there}?{asked}" if asked else there


def addresses(page: str) -> list[str]:
    """A page as it begins and with a council; or only that, where a council changes little."""
    return [*([] if page in ALIKE_PAGES else [address(page)]), address(page, la="Leeds")]


def more_addresses(page: str) -> list[str]:
    """A page at what else it shows more."""
    return [address(page, **choices) for choices in MORE.get(page, ())]


def opened_of(page: Page, url: str) -> None:
    """Open an address; where it names the data version, that of the page before."""
    if quote_plus(VERSION) in url:
        said = page.locator("footer.foot").inner_text().rpartition("Data version ")[2].strip(" .\n")
        url = url.replace(quote_plus(VERSION), said)
    opened(page, url)


def ready(page: Page) -> None:
    """Wait until the page is drawn, and stays so for a moment."""
    end, before = time.monotonic() + PATIENCE, ""
    while not (now := str(page.evaluate(DRAWN))) or now != before:
        assert time.monotonic() < end, now
        before = now
        page.wait_for_timeout(MOMENT)


def resize(page: Page, width: int, height: int = HEIGHT) -> None:
    """Look through a window of another size, once all is drawn again for it."""
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
        ready(page)


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


def overlays(page: Page) -> Iterator[tuple[str, str]]:
    """Open each thing that lies over the page, and close it again: what it is, and where."""
    for button in page.locator('[data-testid="stPopover"] button').all():
        yield from _over(page, button, f"popover {button.inner_text()}", '[data-testid="stPopoverBody"]')
    menus = page.locator('[data-testid="stTopNavSection"], [data-testid="stTopNavDropdown"] button')
    for menu in menus.all()[:1]:
        yield from _over(page, menu, "the menu", '[role="menu"]')
    boxes = page.get_by_role("combobox")
    for at in range(min(boxes.count(), 2)):
        name = boxes.nth(at).get_attribute("aria-label")
        yield from _over(page, boxes.nth(at), f"the list of {name}", '[role="listbox"]:not(svg)')


def _over(page: Page, opener: Locator, what: str, where: str) -> Iterator[tuple[str, str]]:
    """Open what lies over the page, and close it again by Escape."""
    over, end = page.locator(where).last, time.monotonic() + PATIENCE
    # A click that comes while what lay over the page before is still going away closes that, and opens nothing.
    while not over.is_visible():
        assert time.monotonic() < end, what
        opener.click()
        page.wait_for_timeout(MOMENT)
        ready(page)
    yield what, where
    page.keyboard.press("Escape")
    over.wait_for(state="hidden")


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
