"""By keyboard on every page: the focus is seen, never covered and stays after a choice, each change is said once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.access import walk
from tests.access.walk import PAGES, ready
from tests.readers import Visit, until

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# Of a page, so many stops are walked from each end; tables hold hundreds of links that are all alike.
STOPS, MORE_STOPS = 40, 70
NEWS = "before => [...document.querySelectorAll('p.sentence')].some((one) => !before.includes(one.textContent))"
# Whether anything that is sent reaches the server.
COUNT_SENT = """() => {
    const send = WebSocket.prototype.send;
    window.sent = 0;
    WebSocket.prototype.send = function (...data) { window.sent += 1; return send.apply(this, data); };
}"""


# Those that have the most kinds of parts; the others in the drill.
FULL = ("compare", "council", "data", "england", "map", "own")
EACH = [one if one in FULL else pytest.param(one, marks=pytest.mark.drill) for one in PAGES]


@pytest.fixture(scope="module", params=EACH)
def page(request: pytest.FixtureRequest, reader: BrowserContext, server: str) -> Iterator[Page]:
    """A page with a council, as it opens."""
    found = reader.new_page()
    found.set_viewport_size({"width": 1280, "height": 800})
    walk.opened(found, server + walk.address(request.param, la="Leeds"))
    yield found
    found.close()


def stops(page: Page, key: str, most: int) -> list[dict[str, Any]]:
    """What has the focus, stop by stop."""
    page.evaluate("() => { document.activeElement.blur(); audit.forget(); }")
    found: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press(key)
        page.wait_for_timeout(10)
        stop = page.evaluate("audit.standing()")
        if stop is None:
            break
        found.append(stop)
    return found


def test_no_letter_is_a_shortcut(page: Page) -> None:
    page.evaluate(COUNT_SENT)
    page.evaluate("() => document.activeElement.blur()")
    for key in "rcRCadefklmnpqstxz?/":
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.evaluate("window.sent") == 0
    assert page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("most", [STOPS, pytest.param(MORE_STOPS, marks=pytest.mark.drill)])
def test_the_focus_is_always_seen_and_never_covered(page: Page, most: int) -> None:
    for key in ("Tab", "Shift+Tab"):
        found = stops(page, key, most)
        assert len(found) > 5
        assert [one["name"] for one in found if one["covered"]] == []
        assert [one["unseen"] for one in found if one["unseen"]] == []


def test_escape_closes_a_list_and_changes_nothing(page: Page) -> None:
    boxes = page.locator('[data-testid="stSelectbox"] input[role="combobox"]:visible')
    if not boxes.count():
        pytest.skip("This page has no list of one choice.")
    box = boxes.first
    before, address = box.input_value(), page.url
    options = page.locator('[role="listbox"]:not(svg)').last
    box.focus()
    # A list closes when the page scrolls, as it does to where the focus went.
    for _ in range(50):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(300)
        if options.is_visible():
            break
    for _ in ("open", "closed"):
        page.keyboard.press("Escape")
        options.wait_for(state="hidden")
        page.wait_for_timeout(300)
        ready(page)
        assert (box.input_value(), page.url) == (before, address)
        assert box.evaluate("one => one === document.activeElement")


def test_the_focus_stays_on_what_was_chosen(page: Page) -> None:
    for name, group in walk.groups(page).items():
        first = group.get_by_role("radio", checked=True)
        first.focus()
        page.keyboard.press("ArrowRight")
        ready(page)
        now = page.evaluate("document.activeElement.closest('[role=radiogroup]')?.getAttribute('aria-label')")
        assert now == name
        page.keyboard.press("ArrowLeft")
        ready(page)
    # All of them are alike, so one is enough.
    for summary in page.locator('[data-testid="stExpander"] summary').all()[:1]:
        for _ in ("open", "close"):
            summary.focus()
            page.keyboard.press("Enter")
            ready(page)
            assert summary.evaluate("one => one === document.activeElement")
    # What else stands there follows from it, so one is enough; several may be chosen of some, which stay open.
    boxes = page.get_by_role("combobox")
    for label in [one.get_attribute("aria-label") for one in boxes.all()][:1]:
        page.get_by_role("combobox", name=label).focus()
        for key in ("ArrowDown", "ArrowDown", "Enter"):
            page.keyboard.press(key)
        ready(page)
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == label


@pytest.mark.parametrize(
    ("address", "choose"),
    [
        ("/map", {"Measure": "Average caseload"}),
        ("/council?la=Leeds", {"Measure": "Average caseload", "Council": "York"}),
        ("/data", {"Measures": None}),
        *(
            pytest.param(*one, marks=pytest.mark.drill)
            for one in (
                ("/", {"Council": "Leeds", "Measure": "Average caseload"}),
                ("/compare", {"Council": "Leeds"}),
                ("/best", {"Measure": "Average caseload"}),
                ("/inspections", {"Region": "London"}),
                ("/briefings", {"Briefings on": "Leeds"}),
            )
        ),
    ],
)
def test_each_change_is_said_in_a_region_that_stays(visit: Visit, address: str, choose: dict[str, str | None]) -> None:
    """A screen reader says what changes in a region it knows: the first sentence, or else the first that is new."""
    page = visit(address)
    ready(page)
    page.wait_for_timeout(400)
    assert page.locator(".said").inner_text() == ""  # what a page opens with is read anyway
    page.evaluate("window.region = document.querySelector('.said')")
    for label, words in choose.items():
        before = page.locator("p.sentence").all_text_contents()
        box = page.get_by_role("combobox", name=label).first
        box.click()
        if words:
            box.fill(words)
        page.keyboard.press("ArrowDown")
        page.get_by_role("option").first.wait_for()
        option = page.get_by_role("option", name=words, exact=True) if words else page.get_by_role("option").nth(1)
        option.first.click()
        until(page, NEWS, before)
        ready(page)
        fresh = [one for one in page.locator("p.sentence").all_text_contents() if one not in before]
        until(page, "words => window.region.isConnected && window.region.textContent === words", fresh[0])
    assert page.locator(".said").get_attribute("aria-live") == "polite"
