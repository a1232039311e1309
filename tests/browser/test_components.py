"""The components' JavaScript by itself, on an empty page: what each draws, and what it hands on."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Browser, FilePayload, Page, expect

ASSETS = Path(__file__).resolve().parents[2] / "dashboard" / "assets"
# Mounts a component as Streamlit does: its default export, with data and a place of its own. Shown again, the same.
MOUNT = """async ([code, data]) => {
  window.handed ??= [];
  window.place ??= document.body.appendChild(document.createElement('div'));
  window.component ??= (await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))).default;
  window.place.addEventListener('choose-quietly', (event) => window.handed.push(event.detail.choices), { once: true });
  const setTriggerValue = (name, value) => window.handed.push([name, value]);
  window.component({ data, parentElement: window.place, setTriggerValue });
}"""
PERIODS = {"labels": ["2023", "2024", "2025"], "chosen": "2025", "of": "Vacancies", "sets": "period"}
FIELD = {"kind": "take", "label": "Your file", "accept": ".csv", "most": 1_000_000}
Mount = Callable[..., list[Any]]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page whose timers are ours."""
    page = browser.new_page()
    page.clock.install()
    yield page
    page.close()


@pytest.fixture
def mount(page: Page) -> Mount:
    """`mount("period_slider", **data)` shows a component; what it has handed on until then is returned."""

    def shown(name: str, **data: Any) -> list[Any]:
        page.evaluate(MOUNT, [(ASSETS / f"{name}.js").read_text("utf-8"), data])
        return handed(page)

    return shown


def csv_file(content: bytes) -> FilePayload:
    return {"name": "a.csv", "mimeType": "text/csv", "buffer": content}


def handed(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate("window.handed")
    return found


def test_play_begins_at_the_first_period_once_the_newest_is_shown_and_waits_for_each(page: Page, mount: Mount) -> None:
    mount("period_slider", **PERIODS)
    page.get_by_role("button", name="Play").click()
    assert handed(page) == [{"period": "2023"}]
    page.clock.run_for(5_000)
    assert handed(page) == [{"period": "2023"}], "the server has not answered yet"
    mount("period_slider", **{**PERIODS, "chosen": "2023"})
    page.clock.run_for(800)
    assert len(handed(page)) == 1
    page.clock.run_for(200)
    assert handed(page)[1:] == [{"period": "2024"}]


@pytest.mark.parametrize(
    ("chosen", "answer"),
    [
        ("2023", {"chosen": "2024", "of": "Caseload"}),
        ("2023", {"chosen": "2025"}),
        ("2024", {"chosen": "2025"}),
    ],
    ids=["another measure", "another period than was asked for", "the newest period"],
)
def test_play_stops_at(page: Page, mount: Mount, chosen: str, answer: dict[str, str]) -> None:
    mount("period_slider", **{**PERIODS, "chosen": chosen})
    page.get_by_role("button", name="Play").click()
    before = mount("period_slider", **{**PERIODS, **answer})
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.clock.run_for(5_000)
    assert handed(page) == before


def test_a_large_file_is_handed_on_byte_for_byte(page: Page, mount: Mount) -> None:
    mount("own_files", **FIELD)
    content = bytes(range(256)) * 1_000  # more than one call of a function takes
    with page.expect_event("console"):
        page.evaluate("setInterval(() => window.handed.length && console.log('handed'), 20)")
        page.get_by_label("Your file").set_input_files(csv_file(content))
        page.clock.resume()
    ((name, value),) = handed(page)
    assert (name, value["name"]) == ("file", "a.csv")
    assert base64.b64decode(value["content"]) == content


@pytest.mark.parametrize(("size", "said"), [(1_000_001, "holds 1 MB"), (2_449_999, "holds 2.4 MB")])
def test_a_file_that_is_too_large_never_leaves_the_browser(page: Page, mount: Mount, size: int, said: str) -> None:
    mount("own_files", **FIELD)
    page.get_by_label("Your file").set_input_files(csv_file(bytes(size)))
    expect(page.get_by_role("status")).to_contain_text(f"a.csv {said}; at most 1 MB is read. Nothing was sent.")
    assert handed(page) == []
