"""What readers do on other pages, in real Chromium against a real server: open, choose, click, share, download."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.readers import Visit, serve

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Browser, expect

from tests.browser.helpers import choose, downloaded, fits, heading, path, query, ready, sentence


def test_a_group_is_picked_and_goes_with_the_reader_to_other_pages(visit: Visit) -> None:
    page = visit("/map?benchmark=My+group&group=Leeds&group=York")
    expect(sentence(page)).to_contain_text(
        "7 of 147 councils do at least as well as the median of your group (2.25% or lower)."
    )
    page.get_by_text("Councils that set the benchmark").click()
    expect(page.locator("ul.behind li")).to_have_text(["Leeds 2.1%", "York 2.4%"])
    page.locator("ul.behind").get_by_role("link", name="York").click()
    expect(heading(page)).to_have_text("York")
    assert path(page) == "/council"
    assert parse_qs(urlsplit(page.url).query)["group"] == ["Leeds", "York"]
    page.locator("table.spine").get_by_role("link", name="Social worker vacancy rate").click()
    expect(page.locator("p.sentence").filter(has_text="In York the social worker vacancy rate")).to_contain_text(
        "the median of your group (2.1%, 1 council)"
    )


def test_a_measure_in_a_councils_table_is_opened_above_it(visit: Visit) -> None:
    page = visit("/council?la=Leeds&benchmark=Region&theme=Front+door")
    page.locator("table.profile").get_by_role("link", name="Re-referrals within 12 months").click()
    expect(page.get_by_role("heading", name="Re-referrals within 12 months")).to_be_visible()
    assert query(page) == {
        "la": "Leeds", "benchmark": "Region", "theme": "Front door", "metric": "Re-referrals within 12 months",
        "detail": "true", "every": "true",
    }  # fmt: skip
    expect(page.locator("table.profile tr.chosen")).to_contain_text("Re-referrals within 12 months")


def test_the_file_of_a_council_holds_what_the_page_shows(visit: Visit) -> None:
    page = visit("/council?la=Kingston+upon+Thames&theme=All")
    ready(page)
    shown = page.locator("table.profile tbody tr:not(.theme)")
    table = {text.split("\n")[0]: text for text in shown.all_inner_texts()}
    rows = downloaded(page, re.compile(r"^Download these \d+ rows"))
    assert [row["metric"] for row in rows] == list(table)
    assert {row["area"] for row in rows} == {"Kingston upon Thames"}
    by_metric = {row["metric"]: row for row in rows}
    vacancy = by_metric["Social worker vacancy rate"]
    assert (vacancy["value"], vacancy["joint_return"]) == ("14.9", "314+318")
    assert "14.9%" in table["Social worker vacancy rate"]
    assert by_metric["Child protection plans of two years or more"]["symbol"] == "c"
    assert "hidden because it is small" in table["Child protection plans of two years or more"]


def test_the_file_of_the_data_page_holds_what_is_chosen(visit: Visit) -> None:
    page = visit("/data?metrics=Average+caseload&areas=Westminster&areas=England")
    said = r"^18 of [\d,]+ figures: the average caseload in England and Westminster, .* 17 have a value, 1 is missing"
    expect(sentence(page)).to_have_text(re.compile(said))
    rows = downloaded(page, "CSV")
    assert {(row["area"], row["metric"]) for row in rows} == {
        ("England", "Average caseload"), ("Westminster", "Average caseload"),
    }  # fmt: skip
    missing = [
        (row["period"], row["value"], row["status"], row["symbol"]) for row in rows if row["status"] != "observed"
    ]
    assert missing == [("2025", "", "not_available", "x")]


def test_a_joint_return_shows_both_names(visit: Visit) -> None:
    page = visit("/map?la=Richmond+upon+Thames")
    expect(sentence(page)).to_contain_text("In Richmond upon Thames the social worker vacancy rate was 14.9%")
    expect(sentence(page)).to_contain_text("joint return with Kingston upon Thames")
    page = visit("/council?la=Richmond+upon+Thames")
    expect(page.get_by_text("reports its social work workforce jointly with Kingston upon Thames")).to_be_visible()


def test_the_chosen_council_is_marked_in_a_long_table(visit: Visit) -> None:
    page = visit("/inspections")
    rows, marked = page.locator("tr[data-area]"), page.locator("tr[data-area].chosen")
    expect(rows).to_have_count(153)
    expect(marked).to_have_count(0)
    choose(page, "Council", "Leeds")
    expect(marked).to_have_attribute("data-area", "383")
    expect(marked).to_have_attribute("aria-current", "true")
    # Another, and then the same one in a table that is drawn anew.
    choose(page, "Council", "Kent")
    expect(marked).to_have_attribute("data-area", "886")
    assert rows.first.get_attribute("data-area") != "886"
    choose(page, "In order", "By name")
    expect(rows.first).to_have_attribute("data-area", "301")
    expect(marked).to_have_attribute("data-area", "886")


# What tests/access does not see, which walks every page with a register at these widths: long names, and no register.
@pytest.mark.drill
@pytest.mark.parametrize(
    "address",
    [
        "/council?la=Bath+and+North+East+Somerset&course=true",
        "/inspections?la=Devon&part=What+came+next",
        "/leadership?la=Devon",
        "/leadership?part=The+programme",
        "/progress",
    ],
)
def test_a_narrow_page_does_not_scroll_sideways(visit: Visit, address: str) -> None:
    page = visit(address, width=390, height=844)
    ready(page)
    fits(page)


@pytest.mark.drill
def test_single_letters_are_no_shortcuts(visit: Visit) -> None:
    """r would run the page anew and c offer to clear caches; a slip of speech input may say either (WCAG 2.1.4)."""
    page = visit("/map")
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")  # by the script that keeps the letters
    ready(page)
    page.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            window.sent = 0;
            WebSocket.prototype.send = function (...data) { window.sent += 1; return send.apply(this, data); };
        }"""
    )
    for key in ("r", "c", "R", "C"):
        page.keyboard.press(key)
    assert page.evaluate("window.sent") == 0
    choose(page, "Measure", "Average caseload")
    expect(heading(page)).to_have_text("Average caseload")
    assert page.evaluate("window.sent") == 1  # so that the count is known to count
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_council_page_without_a_council_has_its_footer_and_its_script(visit: Visit) -> None:
    page = visit("/council")
    ready(page)
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Leeds", exact=True).click()
    expect(heading(page)).to_have_text("Leeds")
    assert page.evaluate("window.stays")


def test_a_name_that_is_not_known_is_said_so(visit: Visit) -> None:
    page = visit("/council?la=Ledes")
    expect(page.get_by_text("There is no council called “Ledes”. Did you mean Leeds?")).to_be_visible()


def test_a_broken_file_under_the_server_leaves_readers_the_last_good_one(visit: Visit, live: Path) -> None:
    good = live.read_bytes()
    before = sentence(visit("/map?la=Leeds")).inner_text()
    live.write_bytes(b"not a database")
    try:
        page = visit("/map?la=Leeds")
        expect(sentence(page)).to_have_text(before)
        expect(page.locator("svg.map [role=option]")).to_have_count(153)
    finally:
        live.write_bytes(good)


def test_the_first_visit_to_a_new_server_may_be_a_link_to_a_council(browser: Browser, live: Path, visit: Visit) -> None:
    with serve(live, MONITOR_WARM="yes") as address:
        page = browser.new_page()
        page.goto(f"{address}/council?la=Leeds")
        expect(heading(page)).to_have_text("Leeds")
        expect(page.get_by_role("combobox", name="Council")).to_be_visible()
        page.close()
