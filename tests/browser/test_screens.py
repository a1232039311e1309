"""How far a reader scrolls: screens of a page, and where its first picture or table begins."""

from __future__ import annotations

import pytest

from tests.readers import Visit

pytest.importorskip("playwright", reason="Playwright is not installed: screens need `pip install playwright`.")
from playwright.sync_api import expect

from tests.browser.helpers import council, heading, path, ready

SIZES = {1440: 900, 390: 844}
# Screens at 1440 and at 390, where there is a limit.
LIMITS = {"/council?la=Sandwell": {1440: 4, 390: 7}, "/council?la=Leeds": {1440: 4, 390: 7}}
# Pages that begin with a picture, a card or a table of figures.
PICTURED = ("/", "/map", "/council?la=Sandwell", "/inspections", "/best", "/compare?la=Leeds", "/leadership")
HEIGHT = "() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight / innerHeight"
FIRST = """() => Math.min(...[...document.querySelectorAll(
    '.js-plotly-plot, ul.cards, ul.figures, ul.share, .scroll table, [data-testid^="stBidiComponent"]'
)].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 20)
    .map((one) => one.getBoundingClientRect().top))"""


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("address", sorted({*PICTURED, *LIMITS}))
def test_a_page_is_as_short_as_it_is_to_be_and_its_first_picture_is_on_the_first_screen(
    visit: Visit, address: str, width: int
) -> None:
    page = visit(address, width=width, height=SIZES[width])
    expect(heading(page)).to_be_visible()
    ready(page)
    page.wait_for_timeout(500)
    if limits := LIMITS.get(address):
        assert page.evaluate(HEIGHT) <= limits[width]
    if address in PICTURED:
        assert page.evaluate(FIRST) < SIZES[width]


def test_on_a_phone_one_line_opens_the_choosers_and_stays_open(visit: Visit) -> None:
    page = visit("/map", width=390, height=844)
    ready(page)
    line = page.locator("button[data-choosing]")
    measure = page.get_by_role("combobox", name="Measure")
    expect(line).to_have_text("Social worker vacancy rate · 2025 · Best quarter in England · Change")
    expect(measure).not_to_be_visible()
    line.click()
    expect(line).to_have_attribute("aria-expanded", "true")
    measure.click()
    measure.fill("Average caseload")
    page.get_by_role("option", name="Average caseload", exact=True).first.click()
    expect(heading(page)).to_have_text("Average caseload")
    expect(line).to_contain_text("Average caseload")
    expect(measure).to_be_visible()
    line.click()
    expect(measure).not_to_be_visible()


def test_a_long_table_is_turned_round_and_its_missing_stay_last(visit: Visit) -> None:
    page = visit("/map?table=true")
    names = page.locator("table.councils tbody th a")
    expect(names).to_have_count(153)
    before = names.all_inner_texts()
    missing = page.locator("table.councils tbody tr:has(td:first-of-type .missing) th a").all_inner_texts()
    assert missing
    page.get_by_role("button", name="Reverse the order").click()
    known = [name for name in before if name not in missing]
    assert names.all_inner_texts() == [*reversed(known), *missing]


def test_a_finger_reads_a_council_on_the_map_and_opens_it_by_a_second_tap(visit: Visit) -> None:
    page = visit("/map", width=390, height=844)
    norfolk = page.locator('svg.map [role="option"][data-area="926"]')
    expect(norfolk).to_be_visible()
    tap = "one => one.dispatchEvent(new PointerEvent('click', { bubbles: true, pointerType: 'touch' }))"
    norfolk.evaluate(tap)
    expect(page.locator(".tip")).to_contain_text("Tap again to open.")
    expect(heading(page)).to_have_text("Social worker vacancy rate")
    norfolk.evaluate(tap)
    expect(heading(page)).to_have_text("Norfolk")


def test_the_map_is_seen_larger_around_the_chosen_council_and_moved_by_hand(visit: Visit) -> None:
    page = visit("/map?la=Leeds")
    whole = page.locator("svg.map")
    expect(whole.locator("[role=option]")).to_have_count(153)
    for region in ("London", "North West", "West Midlands", "North East"):
        expect(whole.get_by_role("group", name=region)).to_have_count(1)
    before = [float(one) for one in str(whole.get_attribute("viewBox")).split()]
    page.get_by_role("button", name="Zoom in").click()
    after = [float(one) for one in str(whole.get_attribute("viewBox")).split()]
    assert after[2] < before[2]
    # A drag that begins and ends on a council opens none.
    council(page, "383").hover()
    expect(page.locator(".tip")).to_contain_text("Leeds")
    box = council(page, "383").bounding_box()
    assert box
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 90, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    moved = [float(one) for one in str(whole.get_attribute("viewBox")).split()]
    assert moved[0] < after[0]
    assert moved[2:] == after[2:]
    page.get_by_role("button", name="Zoom out").click()
    assert [float(one) for one in str(whole.get_attribute("viewBox")).split()] == before
    assert path(page) == "/map"
