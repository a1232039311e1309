"""A council's officer gives figures of their own in a real browser: typed, pasted, uploaded; and two at once."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.dashboard.own_files import CASELOAD, GOOD, row, with_format, with_sheets, xlsx
from tests.dashboard.own_files import csv as csv_of
from tests.readers import PATIENCE, Visit, new_reader, serve

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from tests.browser.helpers import choose, downloaded, ready, sentence, tab_to

OPEN = "/own?la=Leeds"
UPLOAD = f"{OPEN}&way=Upload+a+file"
# Values that nobody publishes: found anywhere, they came from the reader.
VALUE, OTHER = "13.371", "26.182"


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def field(page: Page) -> Locator:
    return page.locator('input[type="file"]')


def give(page: Page, value: str, *counts: str) -> None:
    """A figure as it is typed."""
    for label, given in zip(("your value", "Numerator", "Denominator"), (value, *counts), strict=False):
        page.get_by_label(re.compile(label)).fill(given)
    page.get_by_role("button", name="Add").click()


def result(page: Page) -> Locator:
    return page.locator("p.sentence").nth(1)


def figures(page: Page) -> Locator:
    return page.locator("table.own tbody tr")


def test_an_officer_types_a_figure_and_sees_where_it_would_stand(visit: Visit) -> None:
    page = visit(OPEN)
    expect(sentence(page)).to_contain_text("You have not added any figures for Leeds")
    give(page, "14.2", "71", "500")
    expect(sentence(page)).to_contain_text("At 14.2%, Leeds would rank 72nd of 147")
    expect(page.get_by_test_id("stMain")).to_contain_text("32 posts to fill")
    expect(figures(page)).to_have_count(1)
    expect(page.locator(".js-plotly-plot").get_by_text("Yours 14.2%")).to_be_visible()
    expect(page.locator(".js-plotly-plot").get_by_text("Leeds 2.1%")).to_be_visible()
    page.get_by_role("button", name="Clear all of your figures").click()
    expect(sentence(page)).to_contain_text("You have not added any figures for Leeds")
    expect(figures(page)).to_have_count(0)


def test_by_keyboard_alone_a_figure_is_given_and_cleared(visit: Visit) -> None:
    page = visit(OPEN)
    tab_to(page, re.compile("^Social worker vacancy rate: your value"))
    page.keyboard.type("14.2")
    page.keyboard.press("Enter")
    expect(sentence(page)).to_contain_text("At 14.2%")
    ready(page)
    tab_to(page, re.compile("^(delete_forever)?Clear all of your figures$"))  # its icon is a word in a font
    page.keyboard.press("Enter")
    expect(sentence(page)).to_contain_text("You have not added any figures for Leeds")


def test_the_filled_in_template_is_read_and_bad_ones_are_named(visit: Visit) -> None:
    page = visit(UPLOAD)
    field(page).set_input_files(file("q2.xlsx", GOOD))
    expect(result(page)).to_have_text("q2.xlsx: 2 figures added.")
    expect(figures(page)).to_have_count(2)
    for name, content, rule in (
        ("percent.xlsx", with_format(0.142, "0.0%"), "E_PERCENT_SIGN"),
        ("hidden.xlsx", with_sheets("Children", hidden=True), "E_HIDDEN_SHEET"),
        ("empty.csv", b"", "E_EMPTY"),
        ("long.csv", (csv_of(*[row(14.2)] * 20_000))[:1_000_000], "E_TOO_MANY_ROWS"),  # as much as may be sent
        ("picture.csv", b"\x89PNG made up", "E_MAGIC"),
        ("q2.csv", csv_of(row("14.2%"), CASELOAD), "E_PERCENT_SIGN"),
    ):
        field(page).set_input_files(file(name, content))
        expect(result(page)).to_contain_text(f"{name}: ")
        expect(page.locator("table.findings code").first).to_have_text(rule)
    # The same file again, once it is mended.
    field(page).set_input_files(file("q2.csv", csv_of(row(12.2), CASELOAD)))
    expect(result(page)).to_contain_text("q2.csv: 2 figures added")
    expect(figures(page).first).to_contain_text("12.2%")


def test_a_file_that_is_too_large_is_not_sent_at_all(visit: Visit) -> None:
    page = visit(UPLOAD)
    frames: list[int] = []
    page.on("websocket", lambda socket_: socket_.on("framesent", lambda payload: frames.append(len(payload))))
    page.reload()
    ready(page)
    field(page).set_input_files(file("large.csv", bytes(1_400_000)))
    expect(page.get_by_text("large.csv holds 1.4 MB; at most 1 MB is read. Nothing was sent.")).to_be_visible()
    assert max(frames) < 100_000
    expect(sentence(page)).to_contain_text("You have not added any figures for Leeds")


def test_the_template_comes_back_with_the_councils_codes_and_is_taken_as_it_is_filled_in(visit: Visit) -> None:
    page = visit(UPLOAD)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the template for Leeds (CSV)").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {one["la_number"] for one in rows} == {"383"}
    (vacancies,) = [one for one in rows if one["metric_id"] == "vacancy_rate"]
    assert (vacancies["published"], vacancies["your_value"]) == ("2.1", "")
    vacancies["your_value"] = "12.2"
    filled = io.StringIO(newline="")
    writer = csv.DictWriter(filled, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    field(page).set_input_files(file("383-template.csv", filled.getvalue().encode("cp1252")))
    expect(result(page)).to_contain_text(f"1 figure added; {len(rows) - 1} rows left empty.")


def test_the_readers_own_file_is_made_in_the_browser_and_marked(visit: Visit) -> None:
    page = visit(OPEN)
    give(page, "14.2")
    expect(figures(page)).to_have_count(1)
    page.get_by_label("What your figures are for").fill("end of made-up September")
    page.keyboard.press("Enter")
    expect(page.get_by_text("your unpublished figures, end of made-up September")).to_be_visible()
    (only,) = downloaded(page, "Download your figures with ranks, 1 row (CSV)")
    assert (only["marked"], only["your_value"], only["would_rank"], only["of"]) == (
        "unpublished, yours",
        "14.2",
        "72",
        "147",
    )
    assert only["yours_for"] == "end of made-up September"


def test_no_other_download_holds_an_own_figure(visit: Visit) -> None:
    page = visit(OPEN)
    give(page, VALUE)
    expect(figures(page)).to_have_count(1)
    rows = downloaded(page, re.compile("published rows, without yours"))
    assert len(rows) == 153
    assert VALUE not in str(rows)
    page.get_by_test_id("stTopNavLink").filter(has_text="Council").click()
    expect(page.locator("#root .headline h1")).to_have_text("Leeds")
    page.get_by_text("Every measure, by theme").click()
    assert VALUE not in str(downloaded(page, re.compile(r"Download these \d+ rows")))
    assert VALUE not in page.content()


def test_a_link_that_is_shared_leads_to_none_of_them_and_a_reload_lets_go(visit: Visit) -> None:
    page = visit(OPEN)
    give(page, VALUE)
    expect(figures(page)).to_have_count(1)
    give(page, f"{OTHER}%")  # wrong, so that it stays in its field
    expect(page.locator("table.findings")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"la": ["Leeds"]}
    page.get_by_label("What your figures are for").fill("made-up quarter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("your unpublished figures, made-up quarter")).to_be_visible()
    page.get_by_role("radio", name="Paste from a spreadsheet").click()
    page.get_by_label(re.compile("Measure and value")).fill(f"Turnover\t{OTHER} %")
    page.get_by_role("button", name="Check and add").click()
    expect(page.locator("p.sentence", has_text="Nothing was added: 1 thing is wrong.")).to_be_visible()
    choose(page, "Measure", "Average caseload")
    expect(sentence(page)).to_contain_text("You have added 1 unpublished figure for Leeds")
    assert parse_qs(urlsplit(page.url).query) == {
        "la": ["Leeds"], "metric": ["Average caseload"], "way": ["Paste from a spreadsheet"],
    }  # fmt: skip
    other = visit(page.url.partition(page.url.split("/own")[0])[2], fresh=True)
    expect(sentence(other)).to_contain_text("You have not added any figures for Leeds")
    assert "13.4" not in other.locator("main, [data-testid=stMain]").first.inner_text()
    page.reload()
    expect(sentence(page)).to_contain_text("You have not added any figures for Leeds")


# What the server holds, and where.


@dataclass(frozen=True)
class Counting:
    """A dashboard that says how much it holds of what readers gave, with what it logged and where it may write."""

    address: str
    log: Path
    scratch: Path

    def held(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.address}/held", timeout=10) as answer:
            found: dict[str, int] = json.load(answer)
        return found


@pytest.fixture
def counting(live: Path, tmp_path: Path) -> Iterator[Counting]:
    """Sessions of this server end a second after their reader has gone."""
    scratch, log = tmp_path / "scratch", tmp_path / "log"
    scratch.mkdir()
    alone = {"TMPDIR": str(scratch), "HOME": str(scratch)}
    ends = "--server.disconnectedSessionTTL=1"
    with log.open("wb") as written, serve(live, "tests/browser/counting_app.py", ends, log=written, **alone) as address:
        yield Counting(address, log, scratch)


def reading(context: BrowserContext, server: Counting, path: str) -> Page:
    page = context.new_page()
    page.goto(f"{server.address}{path}")
    page.locator(".sentence").first.wait_for()
    ready(page)
    return page


def test_two_readers_at_once_see_their_own_and_the_server_holds_no_more_once_they_cleared_it(
    browser: Browser, counting: Counting
) -> None:
    with new_reader(browser) as one, new_reader(browser) as two:
        first, second = reading(one, counting, UPLOAD), reading(two, counting, OPEN)
        field(first).set_input_files(file("q2.xlsx", xlsx(row(float(VALUE)), CASELOAD)))
        expect(figures(first)).to_have_count(2)
        give(second, OTHER)
        expect(figures(second)).to_have_count(1)
        expect(second.locator("main, [data-testid=stMain]").first).not_to_contain_text("13.4%")
        expect(first.locator("main, [data-testid=stMain]").first).not_to_contain_text("26.2%")
        # The file itself was let go once it was read; it never had an address.
        assert {name: counting.held()[name] for name in ("figures", "cells", "uploads")} == {
            "figures": 3, "cells": 0, "uploads": 0,
        }  # fmt: skip

        first.get_by_role("button", name="Clear all of your figures").click()
        expect(figures(first)).to_have_count(0)
        expect(figures(second)).to_have_count(1)
        assert counting.held()["figures"] == 1
        second.get_by_role("button", name="Clear all of your figures").click()
        expect(figures(second)).to_have_count(0)
        ready(second)
        found = counting.held()
        assert (found["figures"], found["findings"], found["cells"]) == (0, 0, 0)
        assert found["sessions"] == 2

    log = counting.log.read_text("utf-8")
    assert log
    for given in (VALUE, OTHER, "q2.xlsx"):
        assert given not in log
    written = [path for path in counting.scratch.rglob("*") if path.is_file()]
    assert not [path for path in written if any(given.encode() in path.read_bytes() for given in (VALUE, OTHER))]


@pytest.mark.drill
def test_who_only_closes_the_page_leaves_nothing_behind_either(browser: Browser, counting: Counting) -> None:
    """The session is dropped when the next reader leaves after its time: Streamlit's own order."""
    with new_reader(browser) as one:
        first = reading(one, counting, OPEN)
        give(first, VALUE)
        expect(figures(first)).to_have_count(1)
    end = time.monotonic() + PATIENCE
    while counting.held()["figures"]:
        assert time.monotonic() < end
        with new_reader(browser) as two:
            second = reading(two, counting, OPEN)
            second.wait_for_timeout(1_200)
        time.sleep(0.2)  # until the server has heard that they left
