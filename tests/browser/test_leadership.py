"""The Leadership and Progress pages as a reader uses them: with the shipped empty files, and a synthetic register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.readers import Visit, until

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.helpers import council, downloaded, heading, path, query, ready, sentence


@pytest.fixture(scope="module")
def register(reader: BrowserContext, filled: str) -> Iterator[Page]:
    """A reader of a server whose database holds the synthetic register; the page may say nothing bad."""
    complaints: list[str] = []
    page = reader.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{filled}/leadership")
    sentence(page).wait_for()
    ready(page)
    until(page, "window.monitorPage")
    yield page
    page.close()
    assert complaints == []


def lines(page: Page, which: str, layer: str) -> Locator:
    """The lines of the map from coaches to coached: `all` or the council's `own`, on a layer of it."""
    return page.locator(f"svg.map {layer} .ties .{which} .line")


def pairs(page: Page, which: str, layer: str = "> g:nth-of-type(1)") -> int:
    drawn = lines(page, which, layer).get_attribute("d") or ""
    return drawn.count("M")


def test_with_a_register_the_programme_shows_on_page_and_map(register: Page) -> None:
    page = register
    expect(heading(page)).to_have_text("Leadership")
    page.get_by_role("radio", name="The programme").click()
    expect(sentence(page)).to_contain_text("9 of 153 councils' directors (6%) are on the programme")
    expect(sentence(page)).to_contain_text("The target is 10%, 16 of 153")
    assert query(page) == {"part": "The programme"}
    expect(page.get_by_role("figure", name="Directors enrolled by each day")).to_be_visible()
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    expect(council(page, "881")).to_have_attribute(
        "aria-label",
        "Essex: on the programme (executive) since February 2026; no coach; coaches Bristol and Kent",
    )
    legend = page.locator(".legend li").all_inner_texts()
    assert legend[:2] == ["Completed (1)", "On the programme, with a coach (4)"]
    assert sum(int(entry.rsplit("(", 1)[1].rstrip(")")) for entry in legend) == 153

    # Four pairs on England; within London's inset the one between two boroughs. None is thick until one is pointed at.
    assert (pairs(page, "all"), pairs(page, "own")) == (4, 0)
    assert pairs(page, "all", '> g[aria-label="London"]') == 1
    council(page, "881").hover()
    expect(page.locator(".tip")).to_contain_text("coaches Bristol and Kent")
    assert pairs(page, "own") == 2

    waiting = page.get_by_role("region", name="4 on the programme without a coach").locator("tbody tr")
    expect(waiting).to_have_count(4)
    expect(waiting.first).to_contain_text("Essex")
    file = downloaded(page, "Download all 4 and who to ask (CSV)")
    names = list(dict.fromkeys(line["council"] for line in file))
    assert names == ["Essex", "Cumberland", "Isles of Scilly", "Trafford"]
    shown = set(waiting.locator("td a").all_inner_texts())
    assert shown == {line["council_to_ask"] for line in file if line["council_to_ask"]}
    expect(page.locator(".uncovered a")).to_have_count(144)

    page.evaluate("window.stays = true")
    council(page, "886").click()
    expect(heading(page)).to_have_text("Kent")
    assert (path(page), page.evaluate("window.stays")) == ("/council", True)
    page.go_back()
    expect(sentence(page)).to_contain_text("9 of 153")
    ready(page)


def test_the_tiles_have_the_same_lines(register: Page) -> None:
    page = register
    page.goto(page.url.split("/leadership")[0] + "/leadership?part=The+programme&la=Camden&view_as=Tiles")
    expect(sentence(page)).to_contain_text("Camden's director completed the programme")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    assert pairs(page, "all") == 4
    assert pairs(page, "own") == 1  # the chosen council's, to Kingston upon Thames


def test_a_commitment_is_chosen_from_the_table_and_another_reader_can_open_it(register: Page) -> None:
    page = register
    page.goto(page.url.split("/leadership")[0] + "/progress")
    expect(sentence(page)).to_contain_text("7 commitments are recorded here")
    ready(page)
    until(page, "window.monitorPage")
    page.get_by_role("link", name="Synthetic: conferences in time").click()
    expect(page.get_by_role("heading", name="Synthetic: conferences in time")).to_be_visible()
    assert query(page) == {"commitment": "Synthetic: conferences in time"}
    expect(page.locator("ul.sums")).to_contain_text("comes to")
    expect(page.get_by_text("This is arithmetic and not a forecast").first).to_be_visible()
    address = page.url
    page.goto(address)
    expect(page.get_by_role("heading", name="Synthetic: conferences in time")).to_be_visible()
    file = downloaded(page, "Download these 7 commitments (CSV)")
    assert [line["owner"] for line in file] == ["Synthetic office"] * 7


def test_the_shipped_empty_files_leave_the_public_half(visit: Visit) -> None:
    page = visit("/leadership?la=Leeds")
    expect(sentence(page)).to_contain_text("Leeds was judged")
    expect(page.locator("table.leaders tbody tr")).to_have_count(153)
    expect(page.locator("table.leaders tr.chosen")).to_have_count(1)
    expect(page.get_by_role("radio", name="Directors in post")).to_be_visible()
    expect(page.get_by_role("radio", name="The programme")).to_have_count(0)
    # Addresses keep working, and say why there is nothing.
    page.goto(page.url.split("?")[0] + "?part=The+programme")
    expect(sentence(page)).to_contain_text("There is no public register of directors")
    page.goto(page.url.split("/leadership")[0] + "/progress")
    expect(heading(page)).to_have_text("Progress")
    expect(sentence(page)).to_contain_text("No commitments have been recorded yet")
