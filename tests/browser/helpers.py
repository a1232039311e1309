"""What journeys have in common: the parts of a page by their names, choosing, waiting, files that are taken away."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page

from tests.readers import until

Rows = list[dict[str, str]]


def sentence(page: Page) -> Locator:
    """The sentence that opens the view."""
    return page.locator(".headline .sentence")


def heading(page: Page) -> Locator:
    """The heading that Streamlit has drawn: the one of the first words stands before the root, until they go."""
    return page.locator("#root .headline h1")


def council(page: Page, area_id: str) -> Locator:
    """The shape of a council that the keyboard reaches and a screen reader reads."""
    return page.locator(f'svg.map [role="option"][data-area="{area_id}"]')


def ready(page: Page) -> None:
    """Wait until the script has run to its end."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def choose(page: Page, label: str, words: str) -> None:
    """Pick from a menu by typing."""
    menu = page.get_by_role("combobox", name=label, exact=True)
    menu.click()
    menu.fill(words)
    page.get_by_role("option", name=words, exact=True).first.click()


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def path(page: Page) -> str:
    return urlsplit(page.url).path


def downloaded(page: Page, name: str | re.Pattern[str]) -> Rows:
    """The rows of the file behind a download button, as a spreadsheet would read them."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    content = Path(waiting.value.path()).read_bytes()
    assert waiting.value.suggested_filename.endswith(".csv")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def tab_to(page: Page, name: str | re.Pattern[str], most: int = 200, kind: str = "*") -> None:
    """Walk with the tabulator to what a screen reader calls by this name; `kind` is a selector of it."""
    wanted = re.compile(re.escape(name) if isinstance(name, str) else name.pattern)
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """kind => {
                const active = document.activeElement;
                return active?.matches(kind) &&
                    (active?.ariaLabel || active?.labels?.[0]?.textContent || active?.textContent) || '';
            }""",
            kind,
        )
        if wanted.search(found.strip()):
            return
    raise AssertionError(f"{name} is not reached by keyboard")


def fits(page: Page) -> None:
    """Wait until nothing is wider than a phone, nor than the narrowest screen: that is 400 % zoom."""
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        until(
            page,
            """width => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
                .every(part => part.scrollWidth <= Math.min(width, part.clientWidth))""",
            width,
        )
