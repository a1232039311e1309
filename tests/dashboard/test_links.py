"""Links: short, live or frozen; and pages of a frozen one, whatever became of its data version."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis import benchmarks
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.api import view_links
from dashboard.data.database import Database
from dashboard.data.versions import Store, store
from dashboard.pages.components import as_data as parts
from dashboard.pages.shared.assets import ASSETS, shapes
from dashboard.server import routes
from tests.dashboard import small
from tests.dashboard.helpers import PAGES, html, opened, sentences, serving
from tests.dashboard.small import Figure

BEST = BENCHMARKS[DEFAULT]
OLD, WITHDRAWN, DAMAGED = "2026-01-01-old00000", "2026-12-24-withdrawn", "2025-01-01-damaged0"


def chosen(asked: dict[str, list[str]], benchmark: benchmarks.Benchmark = BEST, **drawn: Any) -> view_links.Choices:
    """What a link holds of an address, where these choices are drawn; those not named are as the address says."""
    state = {name: values[-1] for name, values in asked.items()} | drawn
    return view_links.choices(asked, {name: one for name, one in state.items() if one is not ...}, benchmark.asks)


def test_a_link_holds_what_the_address_holds_of_the_choices_that_are_drawn() -> None:
    asked = {"la": ["Leeds"], "metric": ["Average caseload"], "utm_source": ["letter"]}
    assert chosen(asked, utm_source=...) == {"la": ["Leeds"], "metric": ["Average caseload"]}


def test_a_view_has_one_link_whichever_way_it_was_come_by() -> None:
    asked = {"table": ["true"], "benchmark": ["England"], "colour": ["Value"], "la": ["Leeds"], "metric": ["A"]}
    assert list(chosen(asked)) == ["la", "metric", "benchmark", "colour", "table"]


def test_what_a_link_shares_the_browser_keeps_from_page_to_page_with_the_version() -> None:
    script = (ASSETS / "page.js").read_text("utf-8")
    (kept,) = re.findall(r"const SHARED = \[(.*?)\];", script)
    assert [one.strip(" '") for one in kept.split(",")] == [*view_links.SHARED, view_links.VERSION]


def test_a_link_names_no_data_version_of_its_own() -> None:
    assert chosen({"la": ["Leeds"], "version": ["2026-01-01-old"]}) == {"la": ["Leeds"]}


def test_a_group_and_a_target_are_in_a_link_only_when_they_are_compared_with() -> None:
    asked = {"group": ["Leeds", "York"], "target": ["7.5"]}
    state: dict[str, Any] = {"group": ["Leeds", "York"], "target": 7.5}
    assert chosen(asked, **state) == {}
    assert chosen(asked, BENCHMARKS["group"], **state) == {"group": ["Leeds", "York"]}
    assert chosen(asked, BENCHMARKS["target"], **state) == {"target": ["7.5"]}


def test_a_choice_that_went_back_to_its_default_in_this_very_run_is_left_out() -> None:
    """The address still holds 2019, of which the measure chosen now has no figures: its newest is shown."""
    assert chosen({"period": ["2019"], "la": ["Leeds"]}, period="2025") == {"la": ["Leeds"]}
    assert chosen({"target": ["5"]}, BENCHMARKS["target"], target=None) == {}


def test_a_list_is_as_it_is_now() -> None:
    assert chosen({"councils": ["Leeds", "York"]}, councils=["York"]) == {"councils": ["York"]}
    assert chosen({"councils": ["Leeds"]}, councils=[]) == {}
    assert chosen({"la": [""], "table": ["true"]}, table=True) == {"table": ["true"]}


def test_a_live_link_is_as_short_as_it_can_be_and_a_frozen_one_names_the_version() -> None:
    page = "https://example.org/map"
    assert view_links.live(page, {}) == page
    assert view_links.frozen(page, {}, OLD) == f"{page}?version={OLD}"
    assert view_links.live(page, {"la": ["Leeds"], "group": ["York", "Bristol, City of"]}) == (
        f"{page}?la=Leeds&group=York&group=Bristol%2C+City+of"
    )
    hostile = '"><script>&version=x#'
    read = parse_qs(urlsplit(view_links.frozen(page, {"la": [hostile]}, OLD)).query)
    assert read == {"la": [hostile], "version": [OLD]}


@pytest.mark.parametrize(
    ("url", "path", "page", "root"),
    [
        ("https://example.org/council", "council", "https://example.org/council", "https://example.org"),
        ("https://example.org/", "", "https://example.org/", "https://example.org"),
        ("https://example.org", "", "https://example.org", "https://example.org"),
        ("https://example.org/monitor/map", "map", "https://example.org/monitor/map", "https://example.org/monitor"),
        ("http://[::1]:8501/map", "map", "http://[::1]:8501/map", "http://[::1]:8501"),
        (None, "map", "/map", ""),
        (None, "", "/", ""),
        ('https://example.org/"); import os; ("/map', "map", "/map", ""),
        ("javascript:alert(1)//map", "map", "/map", ""),
        ("https://example.org/<b>/map", "map", "/map", ""),
    ],
)
def test_addresses_begin_where_the_readers_browser_says_it_is(url: str | None, path: str, page: str, root: str) -> None:
    assert view_links.here(url, path) == (page, root)


@pytest.fixture
def versions(tmp_path: Path) -> dict[str, Database]:
    """Three made-up versions, built in 2025, 2026 and 2027."""
    found = {}
    for year in (2025, 2026, 2027):
        path = small.write(
            tmp_path / f"{year}.duckdb", metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)],
            version=f"of {year}",
        )  # fmt: skip
        found[str(year)] = Database(path)
        found[str(year)].built_at = datetime(year, 3, 1)
    return found


def test_over_a_frozen_view_it_is_said_whether_newer_figures_exist(versions: dict[str, Database]) -> None:
    before, now, after = versions.values()
    assert view_links.notice(before, now) == (
        "You are looking at the figures of of 2025, as they stood on 1 March 2025. "
        "Newer figures exist, of 1 March 2026."
    )
    assert view_links.notice(now, now).endswith("as they stood on 1 March 2026. These are the newest.")
    assert view_links.notice(after, now).endswith("They were taken back since; of 2026 is in place again.")


def test_the_notice_leads_to_the_same_view_of_the_newest_figures() -> None:
    old = parts.frozen("Old & odd.", "?la=Leeds&metric=A", newest=False)
    assert 'href="?la=Leeds&amp;metric=A"' in old
    assert "data-choose" in old
    assert 'data-without="version"' in old
    assert "Old &amp; odd." in old
    assert "<a" not in parts.frozen("These are the newest.", "?", newest=True)


@pytest.fixture(scope="module")
def archived_database(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real database in place, and beside it: an older one with other figures, one that was taken back, a ruin."""
    folder = tmp_path_factory.mktemp("kept")
    live = folder / "monitor.duckdb"
    shutil.copyfile(database_path, live)
    (folder / "versions").mkdir()
    other = (
        "UPDATE observation SET value = 77.7 WHERE metric_id = 'vacancy_rate' AND period = '2025' AND value >= 0; "
        "UPDATE map_shape SET path = 'M0 0' WHERE area_id = '383'"
    )
    for name, built, change in ((OLD, "2026-01-02", other), (WITHDRAWN, "2030-12-24", "")):
        path = folder / "versions" / f"{name}.duckdb"
        shutil.copyfile(database_path, path)
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"UPDATE build SET data_version = '{name}', built_at = '{built}'; {change}")
    (folder / "versions" / f"{DAMAGED}.duckdb").write_bytes(b"torn" * 5_000)
    return live


@pytest.fixture
def frozen(served: None, archived_database: Path) -> Iterator[Store]:
    """The pages read that folder."""
    with serving(archived_database) as store:
        yield store


def notices(app: AppTest) -> list[str]:
    """What is said of a data version over a page."""
    found = re.findall(r'<p class="frozen"[^>]*>(.*?)</p>', html(app))
    return [unescape(re.sub("<[^>]*>", "", one)) for one in found]


def version(app: AppTest) -> str:
    """The data version in the foot of a page."""
    (found,) = re.findall(r"Data version ([^<]*)\.</p>", html(app))
    return str(found)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_a_frozen_link_shows_that_version_and_says_so(frozen: Store, page: str) -> None:
    app = opened(page, version=OLD, la="Leeds")
    assert not app.exception
    assert version(app) == OLD
    (said,) = notices(app)
    assert said == (
        f"You are looking at the figures of {OLD}, as they stood on 2 January 2026. Newer figures exist, of "
        f"{view_links.day(frozen.current().built_at)}. See the newest figures."
    )
    assert not app.warning
    assert app.selectbox(key="version").value == OLD
    options = app.selectbox(key="version").options
    assert options[0] == frozen.current().data_version
    assert {WITHDRAWN, OLD} <= set(options)


def test_the_figures_of_a_frozen_view_are_those_of_its_version(frozen: Store) -> None:
    assert "77.7%" in sentences(opened("Map", version=OLD, la="Leeds"))[0]
    assert "77.7%" not in sentences(opened("Map", la="Leeds"))[0]
    app = opened("Map", version=OLD, la="Leeds")
    app.query_params.pop("version")  # the way back to the newest
    app.run()
    assert "77.7%" not in sentences(app)[0]
    assert version(app) == frozen.current().data_version
    assert notices(app) == []


def test_a_live_link_says_nothing_of_versions(frozen: Store) -> None:
    for page in PAGES:
        app = opened(page, la="Leeds")
        assert notices(app) == []
        assert version(app) == frozen.current().data_version
        assert "version" not in [one.key for one in app.selectbox]


def test_a_frozen_link_to_the_newest_version_stays_frozen(frozen: Store) -> None:
    newest = frozen.current().data_version
    app = opened("Map", version=newest)
    assert notices(app)[0].endswith("These are the newest.")
    assert app.selectbox(key="version").value == newest  # so that it stays in the address


def test_a_version_that_was_taken_back_is_not_called_older(frozen: Store) -> None:
    app = opened("Map", version=WITHDRAWN)
    assert version(app) == WITHDRAWN
    assert "They were taken back since" in notices(app)[0]
    assert "Newer figures" not in notices(app)[0]


@pytest.mark.parametrize(
    ("page", "asked", "said", "why"),
    [
        *(
            (page, "1999-01-01-nothing0", "1999-01-01-nothing0", "That data version is not kept. Kept: ")
            for page in PAGES
        ),
        ("Council", DAMAGED, DAMAGED, "That data version is kept but cannot be read: its file is damaged"),
        ("Map", "../monitor", "..monitor", "That data version is not kept. Kept: "),
        ("Map", "<b>**[x](y)", "bx(y)", "That data version is not kept. Kept: "),
        ("Map", "9" * 10_000, "9" * 60, "That data version is not kept. Kept: "),
    ],
)
def test_a_version_that_cannot_be_shown_is_said_so_and_the_newest_is_shown(
    frozen: Store, page: str, asked: str, said: str, why: str
) -> None:
    app = opened(page, version=asked, la="Leeds")
    assert not app.exception
    (warning,) = app.warning
    assert warning.value.startswith(f"The figures of “{said}” cannot be shown. {why}")
    assert OLD in warning.value  # what is kept
    assert "You are looking at the newest" in warning.value
    assert version(app) == frozen.current().data_version
    assert notices(app) == []
    assert not app.run().exception
    assert app.warning  # for as long as the address asks for it


def test_without_any_good_database_a_frozen_link_says_the_remedy(
    served: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE", str(tmp_path / "monitor.duckdb"))
    store.cache_clear()
    app = opened("Map", version=OLD)
    store.cache_clear()
    assert [one.value for one in app.error] == ["There is no readable database yet. Run `python -m etl build`."]
    assert not app.exception


def test_the_map_of_a_frozen_view_has_the_shapes_of_its_version(frozen: Store) -> None:
    now, then = shapes(frozen.current()), shapes(frozen.at(OLD))
    assert now.name != then.name
    assert {one.name for one in routes.all_shapes(then.name)} >= {now.name, then.name}
    assert [one.name for one in routes.all_shapes(now.name)] == [now.name]  # no old file is read for it
    assert shapes(frozen.at(OLD)) is then
