"""Pages that stand without Streamlit: the API's, briefings, a full server, nothing there, a failure, no JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import Headers

from dashboard.server import error_pages, index_html
from dashboard.views.text import accessibility as statement
from tests.access import walk
from tests.access.axe import version, violations
from tests.access.walk import HEIGHT, WIDTHS
from tests.readers import until

pytest.importorskip("playwright", reason="Playwright is not installed: looking needs `pip install playwright`.")
if TYPE_CHECKING:
    from playwright.sync_api import Page

ASKED = Headers({"accept": "text/html"})
# A council, England, and one there is none of; in the drill a council of which little is published, and a region.
BRIEFINGS = (
    "383", "E92000001", "nowhere", *(pytest.param(one, marks=pytest.mark.drill) for one in ("420", "E12000003")),
)  # fmt: skip
WRITTEN = {
    "full": error_pages.busy_response(ASKED, 30).body,
    "nothing there": error_pages.not_found_response(ASKED).body,
    "failed": error_pages.failure_response(ASKED, "The reference is 1A2B-3C4D.").body,
    "no JavaScript": (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Child Protection Monitor</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>'
        + re.sub(r"</?noscript>", "", index_html.WITHOUT_SCRIPTS)
    ).encode(),
}


def looked_at(page: Page) -> list[str]:
    """What is wrong at the widest and the narrowest, and in the dark."""
    page.evaluate(walk.AUDIT)
    wrong = []
    # In the dark other colours are drawn, and they are the same at every width.
    for scheme, widths in (("light", (WIDTHS[0], WIDTHS[-1])), ("dark", WIDTHS[-1:])):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in widths:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            until(page, "width => innerWidth === width && document.documentElement.clientWidth <= width", width)
            found = [*violations(page), *page.evaluate("audit.sideways()"), *page.evaluate("audit.headings()")]
            wrong += [f"{scheme}, {width}: {one}" for one in found]
    page.evaluate("audit.space()")
    return wrong + [f"spaced: {one}" for one in page.evaluate("[...audit.cut(), ...audit.sideways()]")]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_page_of_a_few_words_breaks_no_rule(page: Page, written: str) -> None:
    page.set_content(bytes(WRITTEN[written]).decode())
    assert looked_at(page) == []


def test_a_page_without_its_first_words_has_those_that_are_looked_at() -> None:
    assert index_html.WITHOUT_SCRIPTS in index_html.adapt_index_html("<body><noscript>Streamlit's</noscript></body>")


@pytest.mark.parametrize("area", BRIEFINGS)
def test_a_briefing_breaks_no_rule(page: Page, server: str, area: str) -> None:
    page.goto(f"{server}/briefings/{area}.html")
    assert page.locator("h1").count() == 1
    assert looked_at(page) == []


def test_the_page_of_the_api_breaks_no_rule(page: Page, server: str) -> None:
    page.goto(f"{server}/api")
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert looked_at(page) == []


def test_axe_finds_what_is_wrong_where_something_is(page: Page) -> None:
    """So that nothing found means that nothing is there."""
    page.set_content("<html><body><img src='data:,'><p style='color:#aaa'>Pale</p><button style='width:9px'></button>")
    found = {one.split(":")[0] for one in violations(page)}
    assert {"image-alt", "color-contrast", "button-name", "document-title", "html-has-lang"} <= found
    # With what the statement says it was.
    assert version(page).startswith(f"{statement.AXE}.")
    assert WIDTHS == statement.WIDTHS
