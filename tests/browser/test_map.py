"""What readers do on the map, in real Chromium against a real server: choose, click, play, walk by keyboard."""

from __future__ import annotations

import re

import duckdb
import pytest

from tests.readers import Visit

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import choose, council, downloaded, heading, path, query, ready, sentence


def test_the_map_is_of_all_153_councils_under_a_sentence(visit: Visit, database: duckdb.DuckDBPyConnection) -> None:
    page = visit("/map")
    expect(heading(page)).to_have_text("Social worker vacancy rate")
    expect(sentence(page)).to_contain_text("In England the social worker vacancy rate was 14.2% at 30 September 2025")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    said = page.locator("svg.map [role=option]").evaluate_all(
        "areas => areas.map(area => [area.dataset.area, area.getAttribute('aria-label'), area.getAttribute('fill')])"
    )
    names = dict(
        database.execute(
            "SELECT area_id, name FROM area WHERE kind = 'local_authority' AND end_date IS NULL"
        ).fetchall()
    )
    assert {area: label.split(":")[0] for area, label, _ in said} == names
    assert all(re.match(r"#[0-9A-Fa-f]{6}$|url\(#", fill) for *_, fill in said)
    labels = {area: label for area, label, _ in said}
    assert labels["383"] == "Leeds: 2.1%; joint 6th of 147 (2 share it); meets the benchmark"
    assert labels["213"] == "Westminster: not available (x)"
    assert "joint return with Richmond upon Thames" in labels["314"]
    hatched = [area for area, _, fill in said if fill.startswith("url(")]
    assert sorted(names[area] for area in hatched) == sorted(
        name for area, name in names.items() if re.search(r"not available \(x\)$|not ranked", labels[area])
    )
    legend = page.locator(".legend li").all_inner_texts()
    assert sum(int(entry.rsplit("(", 1)[1].rstrip(")")) for entry in legend) == 151


def test_a_measure_a_colour_and_a_benchmark_are_chosen_and_stand_in_the_address(visit: Visit) -> None:
    page = visit("/map")
    north_yorkshire = council(page, "815")
    expect(north_yorkshire).to_have_attribute("aria-label", re.compile(r"^North Yorkshire: \d+\.\d%"))
    before = north_yorkshire.get_attribute("fill")

    choose(page, "Measure", "Average caseload")
    expect(heading(page)).to_have_text("Average caseload")
    expect(sentence(page)).to_contain_text("In England the average caseload was 15.2 cases per social worker")
    expect(north_yorkshire).to_have_attribute("aria-label", re.compile("cases per social worker"))
    expect(north_yorkshire).not_to_have_attribute("fill", before or "")
    assert query(page) == {"metric": "Average caseload"}

    choose(page, "Compare with", "England")
    expect(page.get_by_test_id("stMain")).to_contain_text(
        "76 of 147 councils do at least as well as England (15.2 or lower)"
    )
    page.get_by_role("radio", name="Compared with benchmark").click()
    expect(page.locator(".legend li").first).to_contain_text("Meets it")
    page.get_by_role("radio", name="Tiles").click()
    expect(page.locator("svg.map")).to_contain_text("London outlined")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    assert query(page) == {
        "metric": "Average caseload", "benchmark": "England", "colour": "Compared with benchmark", "view_as": "Tiles",
    }  # fmt: skip


def test_a_click_on_the_map_opens_a_council_whose_link_another_reader_can_open_and_back_leads_back(
    visit: Visit,
) -> None:
    page = visit("/map?metric=Average+caseload&benchmark=England")
    page.evaluate("window.stays = true")
    council(page, "926").click()
    expect(heading(page)).to_have_text("Norfolk")
    assert path(page) == "/council"
    assert query(page) == {"la": "Norfolk", "metric": "Average caseload", "benchmark": "England"}
    assert page.evaluate("window.stays")  # the page was not loaded anew
    expect(page.get_by_role("heading", name="Average caseload")).to_be_visible()

    other = visit(page.url.removeprefix(page.url.split("/council")[0]), fresh=True)
    expect(heading(other)).to_have_text("Norfolk")
    expect(sentence(other)).to_have_text(sentence(page).inner_text())
    expect(other.get_by_role("heading", name="Average caseload")).to_be_visible()
    ours, theirs = (one.locator("table.spine").inner_text() for one in (page, other))
    assert theirs == ours

    page.go_back()
    expect(heading(page)).to_have_text("Average caseload")
    assert path(page) == "/map"
    expect(page.locator("svg.map [role=option]")).to_have_count(153)


def slider(page: Page) -> Locator:
    """The slider over the periods of the first map."""
    return page.get_by_role("slider", name="Period").first


def test_the_periods_of_the_map_are_played_to_the_newest_and_stand_in_the_address(visit: Visit) -> None:
    page = visit("/map?metric=Average+caseload&period=2021")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    steps = page.evaluate("history.length")
    page.evaluate("window.stays = true")
    seen: list[str] = []
    page.expose_function("saw", lambda words: seen.append(str(words)))
    page.evaluate(
        """() => new MutationObserver(() => window.saw(document.querySelector('.headline .kicker')?.textContent))
            .observe(document.body, { subtree: true, childList: true, characterData: true })"""
    )
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=20_000)  # it stops at the newest
    assert list(
        dict.fromkeys(words for words in seen if words in [f"30 September {year}" for year in range(2022, 2026)])
    ) == [f"30 September {year}" for year in range(2022, 2026)]
    expect(sentence(page)).to_contain_text("at 30 September 2025")
    expect(slider(page)).to_have_attribute("aria-valuetext", "2025")
    assert query(page) == {"metric": "Average caseload"}  # the newest needs no word
    assert page.evaluate("window.stays")
    assert page.evaluate("history.length") == steps  # and Back leads to where the reader came from


def test_a_play_is_paused_where_the_reader_says_and_the_address_follows(visit: Visit) -> None:
    page = visit("/map?period=2017")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    page.get_by_role("button", name="Play").click()
    expect(sentence(page)).to_contain_text("at 30 September 2019")
    page.get_by_role("button", name="Pause").click()
    ready(page)
    now = slider(page).get_attribute("aria-valuetext")
    page.wait_for_timeout(1_500)
    assert slider(page).get_attribute("aria-valuetext") == now
    assert query(page) == {"period": now}
    expect(page.get_by_role("combobox", name="Period")).to_have_value(re.compile(str(now)))


def test_the_slider_is_walked_by_keyboard(visit: Visit) -> None:
    page = visit("/map")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    expect(slider(page)).to_have_attribute("aria-valuetext", "2025")
    slider(page).focus()
    page.keyboard.press("ArrowLeft")
    expect(sentence(page)).to_contain_text("at 30 September 2024")
    page.keyboard.press("ArrowLeft")  # the focus has stayed
    expect(sentence(page)).to_contain_text("at 30 September 2023")
    page.keyboard.press("Home")
    expect(sentence(page)).to_contain_text("at 30 September 2017")
    assert query(page) == {"period": "2017"}


def test_two_maps_stand_side_by_side_with_the_chosen_council_on_both(visit: Visit) -> None:
    page = visit("/map?la=Leeds&compare_metric=Average+caseload&compare_period=2019", width=1440)
    maps = page.locator("svg.map")
    expect(maps).to_have_count(2)
    expect(page.locator("p.sentence")).to_have_count(2)
    expect(page.locator("p.sentence").nth(1)).to_contain_text("In Leeds the average caseload was")
    for position, label in enumerate(("2.1%", "cases per social worker")):
        leeds = maps.nth(position).locator('[role="option"][data-area="383"]')
        expect(leeds).to_have_attribute("aria-selected", "true")
        expect(leeds).to_have_attribute("aria-label", re.compile(label))
        expect(maps.nth(position).locator(".mark .line").first).not_to_have_attribute("d", "")
    expect(page.locator(".legend")).to_have_count(2)
    boxes = [maps.nth(position).bounding_box() for position in (0, 1)]
    assert boxes[0]
    assert boxes[1]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 2
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]

    # A council pointed at on one is outlined on the other.
    maps.nth(0).locator('[role="option"][data-area="926"]').hover()
    norfolk = maps.nth(1).locator('[role="option"][data-area="926"]').get_attribute("d")
    expect(maps.nth(1).locator(".cursor .line").first).to_have_attribute("d", str(norfolk))

    # The second has a slider of its own.
    second = page.get_by_role("slider", name="Period").nth(1)
    second.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("p.sentence").nth(1)).to_contain_text("at 30 September 2020")
    assert query(page)["compare_period"] == "2020"
    expect(sentence(page)).to_contain_text("at 30 September 2025")


def test_a_target_is_typed_and_goes_into_the_address(visit: Visit) -> None:
    page = visit("/map?la=Leeds")
    choose(page, "Compare with", "A target")
    expect(sentence(page)).to_contain_text("Type a target to compare with.")
    target = page.get_by_role("spinbutton", name="Target for vacancies, in %")
    target.fill("7.65")
    target.press("Enter")
    expect(sentence(page)).to_contain_text("It meets your target (7.65%).")
    assert query(page) == {"la": "Leeds", "benchmark": "A target", "target": "7.65"}
    choose(page, "Measure", "Average caseload")
    expect(sentence(page)).to_contain_text("Type a target to compare with.")
    assert "target" not in query(page)


def test_a_council_is_chosen_by_typing_and_marked_on_the_map(visit: Visit) -> None:
    page = visit("/map")
    menu = page.get_by_role("combobox", name="Council")
    menu.click()
    menu.press_sequentially("rutl")  # with the letter that would run Streamlit anew
    menu.press("Enter")
    expect(sentence(page)).to_contain_text("In Rutland the social worker vacancy rate was")
    assert query(page) == {"la": "Rutland"}
    expect(council(page, "857")).to_have_attribute("aria-selected", "true")
    expect(page.locator('svg.map [aria-selected="true"]')).to_have_count(1)


def test_the_table_holds_what_the_map_shows_and_leads_to_each_council(visit: Visit) -> None:
    page = visit("/map?metric=Average+caseload")
    page.get_by_text("All councils as a table").click()
    rows = page.locator("table.councils tbody tr")
    expect(rows).to_have_count(153)
    assert query(page)["table"] == "true"
    shown = {row[0].split("\n")[0]: row[1] for row in (text.split("\t") for text in rows.all_inner_texts())}
    expect(council(page, "383")).to_have_attribute(
        "aria-label", re.compile(f"^Leeds: {re.escape(shown['Leeds'])} cases")
    )
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Leeds", exact=True).click()
    expect(heading(page)).to_have_text("Leeds")
    assert path(page) == "/council"
    assert query(page) == {"la": "Leeds", "metric": "Average caseload"}  # the table's own choice stayed behind
    assert page.evaluate("window.stays")


def test_the_file_of_the_map_holds_what_the_page_shows(visit: Visit) -> None:
    page = visit("/map?table=true&benchmark=England")
    expect(page.locator("table.councils tbody tr")).to_have_count(153)
    table = [text.split("\t") for text in page.locator("table.councils tbody tr").all_inner_texts()]
    rows = downloaded(page, re.compile("^Download these 153 rows"))
    assert [row["area"] for row in rows] == [cells[0].split("\n")[0] for cells in table]
    for row, cells in zip(rows, table, strict=True):
        assert cells[1] == (f"{float(row['value']):.1f}%" if row["value"] else f"not available ({row['symbol']})")
    assert {row["benchmark_rule"] for row in rows} == {"England"}
    assert {row["benchmark"] for row in rows} == {"14.2"}
    assert all(row["source"] and row["licence"] and row["released"] and row["data_version"] for row in rows)


def focused(page: Page) -> dict[str, str] | None:
    """The council that has the keyboard's focus, also inside a component."""
    found: dict[str, str] | None = page.evaluate(
        """() => {
            let active = document.activeElement;
            while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
            return active?.dataset.area ? { area: active.dataset.area, label: active.ariaLabel } : null;
        }"""
    )
    return found


def test_by_keyboard_alone_the_map_is_reached_walked_and_a_council_opened(visit: Visit) -> None:
    page = visit("/map")
    expect(page.locator("svg.map [role=option]")).to_have_count(153)
    expect(page.locator('svg.map [tabindex="0"]')).to_have_count(1)  # one stop, not 153
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page):
            break
    first = focused(page)
    assert first is not None
    page.keyboard.press("End")
    last = focused(page)
    assert last is not None
    assert last["label"].startswith("York:")
    walked = set[str]()
    for key in ("Home", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        found = focused(page)
        assert found is not None
        walked.add(found["area"])
    assert len(walked) > 2
    at = focused(page)
    assert at is not None
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(at["label"].split(":")[0])
    assert path(page) == "/council"
