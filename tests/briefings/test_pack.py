"""The Briefings page: what it leads to, and packs of many."""

from __future__ import annotations

import io
import re
import time
import zipfile
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.briefings import content, render
from dashboard.briefings.model import Briefing
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from tests.dashboard.helpers import MAIN

BEST = BENCHMARKS["best_quarter"]


def packed(db: Database, area_ids: list[str], forms: list[str]) -> bytes:
    buffer = io.BytesIO()
    steps = list(render.pack(buffer, db, area_ids, forms, BEST))
    assert [done for done, _ in steps] == list(range(len(area_ids) + 1))
    assert [name for _, name in steps] == [*(content.areas(db)[one] for one in area_ids), ""]
    return buffer.getvalue()


def opened(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.switch_page("pages/briefings.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return unescape("\n".join(element.proto.body for element in app.get("html")))


def named(app: AppTest) -> list[str]:
    """Whom the table has a row for."""
    return re.findall(r'<tr><th scope="row">([^<]*)</th>', html(app))


def test_a_pack_holds_each_briefing_in_each_form(db: Database, pdfs: dict[str, bytes]) -> None:
    made = packed(db, ["213", "420"], ["pdf", "html"])
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert found.namelist() == [
            "README.txt", "briefing-213-westminster.pdf", "briefing-213-westminster.html",
            "briefing-420-isles-of-scilly.pdf", "briefing-420-isles-of-scilly.html",
        ]  # fmt: skip
        assert found.read("briefing-213-westminster.pdf") == pdfs["Westminster"]
        assert found.read("briefing-420-isles-of-scilly.pdf") == pdfs["Isles of Scilly"]
        assert db.data_version in found.read("README.txt").decode("utf-8")
        assert found.testzip() is None


def test_equal_packs_are_equal_bytes_and_bear_no_date_of_today(db: Database) -> None:
    made = packed(db, ["213", ENGLAND], ["html"])
    assert packed(db, ["213", ENGLAND], ["html"]) == made
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert {one.date_time for one in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_who_stops_asking_stops_it(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    whole = content.briefing

    def counted(db: Database, area_id: str, benchmark: Benchmark | None = None) -> Briefing:
        made.append(area_id)
        return whole(db, area_id, benchmark)

    monkeypatch.setattr(content, "briefing", counted)
    steps = render.pack(io.BytesIO(), db, ["383", "314", "213"], ["html"], BEST)
    assert [next(steps), next(steps)] == [(0, "Leeds"), (1, "Kingston upon Thames")]
    steps.close()
    assert made == ["383"]


@pytest.mark.slow
def test_all_councils_are_packed_in_under_five_minutes_of_a_processor(db: Database) -> None:
    began = time.process_time()
    made = packed(db, list(db.authorities), ["pdf"])
    assert time.process_time() - began < 300
    assert len(zipfile.ZipFile(io.BytesIO(made)).namelist()) == 154
    assert len(made) < 40_000_000


@pytest.mark.usefixtures("served")
def test_the_page_begins_with_england_and_the_regions(db: Database) -> None:
    app = opened()
    regions = [name for area_id, name in content.areas(db).items() if area_id.startswith(("E12", "E13"))]
    assert named(app) == ["England", *regions]
    assert len(regions) == 11
    assert "Two-page briefings on England, 11 regions and 153 councils. Newest publication: " in html(app)


@pytest.mark.usefixtures("served")
def test_the_reader_chooses_councils_or_all_of_a_region(db: Database) -> None:
    app = opened(of=["Leeds", "England"])
    assert named(app) == ["Leeds", "England"]
    assert 'href="/briefings/383.pdf"' in html(app)
    assert 'href="/briefings/E92000001.docx"' in html(app)
    app = opened(councils_of="Yorkshire and The Humber")
    assert len(named(app)) == 15
    app = opened(councils_of="England", of="Leeds")
    assert len(named(app)) == 153
    assert named(app)[0] == "Leeds"


@pytest.mark.usefixtures("served")
def test_the_council_of_other_pages_comes_first() -> None:
    assert named(opened(la="Leeds"))[:2] == ["Leeds", "England"]


@pytest.mark.usefixtures("served")
def test_a_pack_is_made_by_a_click_and_offered(db: Database) -> None:
    app = opened(of=["Isles of Scilly", "Leeds"])
    assert app.button(key="make_pack").label == "Make a pack of 2 briefings"
    app.button(key="make_pack").click().run()
    assert not app.exception
    wanted, made = app.session_state["pack"]
    assert wanted == (db.data_version, "Best quarter in England", ("420", "383"), ("PDF",))
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert len(found.namelist()) == 3
    offered = [button.proto.label for button in app.get("download_button")]
    assert [label for label in offered if label.startswith("Download the pack (ZIP, ")]
    # Whoever chooses anew is offered a pack of that.
    app.multiselect(key="of").set_value(["Leeds"]).run()
    assert app.button(key="make_pack").label == "Make a pack of 1 briefing"


@pytest.mark.usefixtures("served")
def test_names_that_are_none_are_said_and_never_an_error() -> None:
    app = opened(of="Leads", councils_of="Yorkshire", benchmark="Nobody", forms="Stone", la="<b>")
    assert any("Did you mean Leeds?" in warning.value for warning in app.warning)
    assert len(app.warning) >= 3


@pytest.mark.usefixtures("served")
def test_a_comparison_that_asks_the_reader_is_the_best_quarter_on_paper() -> None:
    app = opened(benchmark="My group")
    assert any("best quarter in England" in info.value for info in app.info)
    assert "benchmark=" not in html(app)
    assert "/briefings/383.pdf?benchmark=group&group=380,370" in html(
        opened(benchmark="My group", group=["Bradford", "Barnsley"], of="Leeds")
    )
    assert "/briefings/E92000001.pdf?benchmark=england" in html(opened(benchmark="England"))


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(("page", "area_id"), [("pages/council.py", "383"), ("pages/england.py", ENGLAND)])
def test_a_page_leads_to_its_briefing_in_one_click(page: str, area_id: str) -> None:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.switch_page(page)
    app.query_params["la"] = "Leeds"
    app.query_params["benchmark"] = "England"
    app.run()
    for form in ("pdf", "docx", "html"):
        assert f'href="/briefings/{area_id}.{form}?benchmark=england"' in html(app)


@pytest.mark.usefixtures("served")
def test_a_frozen_page_leads_to_briefings_of_its_version(db: Database) -> None:
    assert f'href="/briefings/383.pdf?version={db.data_version}"' in html(opened(of="Leeds", version=db.data_version))
