"""An analyst compares ten councils of their own choice and takes the figures away: by mouse, and by keyboard alone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.readers import Visit

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import choose, downloaded, fits, heading, path, ready, sentence, tab_to

NEIGHBOURS = [
    "Portsmouth", "Southend-on-Sea", "Sheffield", "Milton Keynes", "Kirklees", "Salford", "Bristol, City of",
    "Southampton", "Croydon",
]  # fmt: skip
# Leeds beside these: a neighbour less, and York instead.
OWN = [*NEIGHBOURS[:8], "York"]


def compared(page: Page) -> Locator:
    """The councils of the table, which are those of the page."""
    return page.locator("table.heat:not(.courses) thead th a")


def listed(page: Page) -> list[str]:
    """The councils that the address holds."""
    return parse_qs(urlsplit(page.url).query).get("councils", [])


def takes_the_heat_table(page: Page) -> None:
    """The file has a row for each measure and council, with symbols, quarter and benchmark."""
    rows = downloaded(page, re.compile(r"Download these \d+ rows"))
    assert {row["area"] for row in rows} == {"Leeds", *OWN}
    assert len(rows) == 10 * len({row["metric"] for row in rows})
    leeds = next(row for row in rows if (row["area"], row["metric"]) == ("Leeds", "Social worker vacancy rate"))
    assert (leeds["value"], leeds["quarter"], leeds["benchmark_rule"]) == ("2.1", "1", "Best quarter in England")


def test_by_mouse_ten_councils_are_compared_and_taken_away(visit: Visit) -> None:
    page = visit("/compare")
    expect(sentence(page)).to_contain_text("Of these 10 councils, ")
    choose(page, "Council", "Leeds")
    expect(sentence(page)).to_contain_text("Leeds is the best of the 10 compared")
    expect(compared(page)).to_have_text(["Leeds", *NEIGHBOURS])
    assert listed(page) == []  # as it begins, an address is short

    page.get_by_role("button", name="Remove Croydon").click()
    expect(sentence(page)).to_contain_text("of the 9 compared")
    choose(page, "Side by side with Leeds", "York")
    expect(sentence(page)).to_contain_text("of the 10 compared")
    heading(page).click()  # the menu stays open for more until the reader clicks elsewhere
    expect(compared(page)).to_have_text(["Leeds", *OWN])
    assert listed(page) == OWN

    other = visit(page.url.removeprefix(page.url.split("/compare")[0]), fresh=True)
    expect(sentence(other)).to_have_text(sentence(page).inner_text())
    expect(compared(other)).to_have_text(compared(page).all_inner_texts())

    takes_the_heat_table(page)
    page.locator("table.rows td", has_text="7.0%").click()
    expect(heading(page)).to_have_text("Social worker turnover rate")
    assert listed(page) == OWN
    page.go_back()
    expect(heading(page)).to_have_text("Social worker vacancy rate")

    page.get_by_text("In order, as a table").click()
    order = page.locator("table.councils tbody th a")
    expect(order).to_have_count(10)
    rows = downloaded(page, "Download the order, 10 rows (CSV)")
    assert [row["area"] for row in rows] == order.all_inner_texts()
    years = downloaded(page, re.compile("Download the years"))
    assert {row["area"] for row in years} == {"England", "Leeds", *OWN}

    page.get_by_role("button", name="Back to its neighbours").click()
    expect(sentence(page)).to_contain_text("of the 10 compared")
    expect(page.get_by_role("button", name="Back to its neighbours")).to_have_count(0)
    expect(compared(page)).to_have_text(["Leeds", *NEIGHBOURS])
    assert listed(page) == []


@pytest.mark.drill
def test_by_keyboard_alone_ten_councils_are_compared_and_taken_away(visit: Visit) -> None:
    page = visit("/compare")
    ready(page)
    tab_to(page, re.compile("^Council$"), kind="input")
    page.keyboard.type("Leeds")
    page.keyboard.press("Enter")
    expect(sentence(page)).to_contain_text("Leeds is the best of the 10 compared")
    ready(page)
    tab_to(page, re.compile("^Side by side with Leeds$"))
    page.keyboard.press("Backspace")
    expect(sentence(page)).to_contain_text("of the 9 compared")
    expect(compared(page)).to_have_text(["Leeds", *NEIGHBOURS[:8]])
    page.keyboard.type("York")
    page.keyboard.press("Enter")
    expect(sentence(page)).to_contain_text("of the 10 compared")
    # "York" is in the names of others too: the first that is offered is the one that begins with it.
    expect(compared(page)).to_have_text(["Leeds", *OWN])
    assert listed(page) == OWN
    page.keyboard.press("Escape")

    tab_to(page, re.compile(r"^Workforce: every measure"))  # the table scrolls by its own stop
    tab_to(page, re.compile("^Social worker turnover rate$"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Social worker turnover rate")
    page.go_back()
    expect(heading(page)).to_have_text("Social worker vacancy rate")
    ready(page)
    tab_to(page, re.compile(r"Download these \d+ rows"))
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "side-by-side-workforce.csv"


def test_the_list_outlives_a_look_at_one_of_its_councils(visit: Visit) -> None:
    page = visit("/compare?la=Leeds&councils=York&councils=Kent")
    expect(compared(page)).to_have_text(["Leeds", "York", "Kent"])
    page.locator("table.heat thead").get_by_role("link", name="Kent").click()
    expect(heading(page)).to_have_text("Kent")
    assert path(page) == "/council"
    page.go_back()
    expect(sentence(page)).to_contain_text("of the 3 compared")
    expect(compared(page)).to_have_text(["Leeds", "York", "Kent"])


@pytest.mark.parametrize("address", ["/compare?la=Bournemouth,+Christchurch+and+Poole&order=true&years=true&both=true"])
def test_a_narrow_page_does_not_scroll_sideways(visit: Visit, address: str) -> None:
    page = visit(address, width=390, height=844)
    ready(page)
    fits(page)
    # The names of the measures stay in view while the councils move.
    table = page.locator(".scroll:has(table.heat)").last
    first = table.locator("tbody th").first
    table.evaluate("element => { element.scrollLeft = 300; }")
    box, around = first.bounding_box(), table.bounding_box()
    assert box is not None
    assert around is not None
    assert box["x"] == around["x"]
