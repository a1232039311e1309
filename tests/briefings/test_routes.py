"""The addresses of briefings: each form, archived versions, comparisons, and what is said where there is none."""

from __future__ import annotations

import asyncio
import io
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event, Semaphore

import pytest
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard.analysis.benchmarks import BENCHMARKS, with_group
from dashboard.briefings import content, routes
from dashboard.briefings.model import Briefing
from dashboard.briefings.render import KINDS
from dashboard.briefings.urls import address, file_name
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.data.versions import store
from dashboard.server.routes import ROUTES
from tests import loops
from tests.api.client import Client
from tests.briefings.helpers import LONDON
from tests.briefings.reading import Page
from tests.dashboard.helpers import serving

WESTMINSTER = "213"
HOSTILE = (
    "..", "../../etc/passwd", "%2e%2e%2fetc", "383'--", "383 OR 1=1", "<script>alert(1)</script>", "383\x00", "383.383",
    "０１３", "-1", "0", "9" * 5000, "383;rm", "{{7*7}}", "#{panic()}", "con", "", ".",
    "383.pdf",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(database_path: Path) -> Iterator[Client]:
    """The addresses over the real database."""
    with serving(database_path):
        yield Client(Starlette(routes=routes.routes()))


def text_of(body: bytes) -> str:
    return " ".join(Page(body).words)


@pytest.mark.parametrize("area_id", [WESTMINSTER, LONDON, ENGLAND])
@pytest.mark.parametrize("form", KINDS)
def test_each_form_of_each_kind_of_area_is_one_address(area_id: str, form: str, client: Client, db: Database) -> None:
    got = client.get(address(area_id, form))
    assert got.status == 200
    assert got.headers["content-type"] == KINDS[form].media_type
    assert got.headers["x-data-version"] == db.data_version
    name = file_name(area_id, content.areas(db)[area_id], form)
    how = "attachment" if form == "docx" else "inline"
    assert got.headers["content-disposition"] == f'{how}; filename="{name}"'
    assert int(got.headers["content-length"]) == len(got.raw)
    if form == "html":
        assert address(area_id, "pdf") in got.body.decode("utf-8")
        assert "script-src" not in got.headers["content-security-policy"]
        assert got.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(("area_id", "name"), [(WESTMINSTER, "Westminster"), (LONDON, "London"), (ENGLAND, "England")])
def test_an_address_gives_the_very_briefing(
    area_id: str, name: str, client: Client, pdfs: dict[str, bytes], documents: dict[str, bytes]
) -> None:
    assert client.get(address(area_id, "pdf")).body == pdfs[name]
    assert client.get(address(area_id, "docx")).body == documents[name]


def test_it_is_made_once_and_told_to_whoever_has_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/briefings/213.pdf")

    def again(*_: object) -> bytes:
        raise AssertionError("it was made again")

    monkeypatch.setattr(content, "briefing", again)
    assert client.get("/briefings/213.pdf").raw == first.raw
    unchanged = client.get("/briefings/213.pdf", if_none_match=first.headers["etag"])
    assert (unchanged.status, unchanged.raw) == (304, b"")
    assert client.get("/briefings/213.pdf", if_none_match='"another"').status == 200


def test_the_tag_is_of_area_form_comparison_and_version(client: Client) -> None:
    asked = ("213.pdf", "213.html", "314.html", "213.html?benchmark=england")
    assert len({client.get(f"/briefings/{one}").headers["etag"] for one in asked}) == 4


def test_a_part_of_a_file_can_be_asked_for(client: Client) -> None:
    part = client.get("/briefings/213.pdf", range="bytes=0-4")
    assert (part.status, part.raw) == (206, b"%PDF-")


def test_another_comparison_is_in_the_address(client: Client) -> None:
    got = client.get("/briefings/383.html?benchmark=neighbours")
    assert "Compared with: Statistical neighbours." in text_of(got.body)


def test_a_group_is_in_the_address_and_its_briefing_ranks_within_it(client: Client, db: Database) -> None:
    group = with_group(db, ["383", "380", "370"])
    assert address("383", "html", group) == "/briefings/383.html?benchmark=group&group=383,380,370"
    said = text_of(client.get(address("383", "html", group)).body)
    assert "Compared with: My group: Barnsley, Bradford, Leeds." in said
    assert "3rd of 3 in your group." in said
    assert " of 3" in said
    assert "of 149" not in said.partition("What to ask the council")[0].partition("Strongest measures")[2]


@pytest.mark.parametrize(
    "asked", ["benchmark=group", "benchmark=group&group=383,1", "group=383", "benchmark=group&group=%3Cb%3E"]
)
def test_a_group_of_what_is_no_council_is_refused_in_words(asked: str, client: Client) -> None:
    got = client.raw("GET", "/briefings/383.pdf", asked.encode())
    assert got.status == 400
    assert "group=383,380" in text_of(got.body)


@pytest.mark.parametrize("asked", ["target", "nobody", "<b>", "best_quarter' OR 1"])
def test_a_comparison_that_asks_or_is_none_is_refused_in_words(asked: str, client: Client) -> None:
    got = client.raw("GET", "/briefings/383.pdf", f"benchmark={asked}".encode())
    assert got.status == 400
    assert "best_quarter" in text_of(got.body)
    assert "b" not in [tag for tag, _ in Page(got.body).elements]


@pytest.mark.parametrize("form", KINDS)
def test_what_is_no_packed_file_already_is_packed(form: str, client: Client) -> None:
    address = f"/briefings/383.{form}"
    got = client.get(address, accept_encoding="gzip")
    assert (got.headers.get("content-encoding") == "gzip") is (form == "html")
    assert got.body == client.get(address).body
    again = client.get(address, accept_encoding="gzip", if_none_match=got.headers["etag"])
    assert (again.status, again.headers["etag"]) == (304, got.headers["etag"])


@pytest.mark.parametrize("area_id", HOSTILE)
@pytest.mark.parametrize("form", KINDS)
def test_an_area_that_is_none_is_not_found_and_not_repeated(area_id: str, form: str, client: Client) -> None:
    got = client.raw("GET", f"/briefings/{area_id}.{form}", b"")
    assert got.status == 404
    if "/" not in area_id:  # which leads elsewhere
        assert "There is no briefing" in text_of(got.body)
        assert "three-digit number" in text_of(got.body)
        assert got.headers["cache-control"] == "no-store"
        assert len(area_id) < 4 or area_id.encode() not in got.body


@pytest.mark.parametrize("code", ["E08000035", "e08000035", "E08000035 ", " 383 "])
def test_a_code_of_a_council_leads_to_its_briefing_in_small_letters_and_with_blanks_too(
    code: str, client: Client
) -> None:
    assert client.raw("GET", f"/briefings/{code}.html", b"").body == client.get(address("383", "html")).body


@pytest.mark.parametrize("name", ["383", "383.exe", "383.PDF", "383.pdf.exe", "pdf", ".pdf"])
def test_another_form_is_not_found(name: str, client: Client) -> None:
    assert client.get(f"/briefings/{name}").status == 404


def test_a_council_that_ended_is_said_to_have(client: Client) -> None:
    got = client.get("/briefings/909.pdf")
    assert got.status == 404
    assert "Cumbria, which is no more; after it came Cumberland and Westmorland and Furness" in text_of(got.body)


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.ask("POST", "/briefings/213.pdf").status == 405
    head = client.ask("HEAD", "/briefings/213.pdf")
    assert (head.status, head.headers["content-type"]) == (200, "application/pdf")


def test_an_archived_version_has_its_own_address_for_ever(tmp_path: Path, database_path: Path, client: Client) -> None:
    data = tmp_path / "data"
    (data / "versions").mkdir(parents=True)
    shutil.copy(database_path, data / "monitor.duckdb")
    version = Database(data / "monitor.duckdb").data_version
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_DATABASE", str(data / "monitor.duckdb"))
        store.cache_clear()
        frozen = client.get(f"/briefings/383.html?version={version}")
        assert frozen.headers["cache-control"].endswith("immutable")
        assert "immutable" not in client.get("/briefings/383.html").headers["cache-control"]
        refused = client.get("/briefings/383.pdf?version=2001-01-01-nothing")
        assert refused.status == 404
        assert "not kept" in text_of(refused.body)
        assert version in text_of(refused.body)
        # A page of an archived version leads to files of that version.
        assert f"/briefings/383.pdf?version={version}" in frozen.body.decode("utf-8")
    store.cache_clear()


def test_without_a_database_it_says_so(tmp_path: Path, client: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_DATABASE", str(tmp_path / "nothing.duckdb"))
        store.cache_clear()
        got = client.get("/briefings/383.pdf")
        assert got.status == 503
        assert "no readable database" in text_of(got.body)
    store.cache_clear()


def test_of_several_at_once_one_is_made_and_those_beyond_the_bound_are_refused(
    client: Client, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three may wait, and one of them is being made: a fourth is refused, and each of the three gets its own."""
    rendering, go = Semaphore(0), Event()
    names = list[str]()
    at_once, most = 0, 0

    def render(briefing: Briefing) -> bytes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        rendering.release()
        assert go.wait(60)
        names.append(briefing.name)
        at_once -= 1
        return briefing.name.encode()

    monkeypatch.setattr(routes, "MOST_WAITING", 3)
    # A form of its own, so that what is made here is nobody else's.
    monkeypatch.setitem(KINDS, "slow", replace(KINDS["pdf"], suffix="slow", render=render))
    endpoint = routes.Briefings()
    own = Client(Starlette(routes=[Route("/briefings/{name}", endpoint.__call__)]))
    numbers = list(db.authorities)[40:44]
    with ThreadPoolExecutor(3) as crowd:
        asked = [crowd.submit(own.get, f"/briefings/{area_id}.slow") for area_id in numbers[:3]]
        assert rendering.acquire(timeout=60)
        end = time.monotonic() + 60
        while endpoint._waiting < 3:
            assert time.monotonic() < end
            time.sleep(0.01)
        refused = own.get(f"/briefings/{numbers[3]}.slow")
        assert (refused.status, refused.headers["retry-after"]) == (503, str(routes.RETRY_SECONDS))
        assert names == []
        go.set()
        answers = [one.result(60) for one in asked]
    assert most == 1
    assert [(got.status, got.body.decode()) for got in answers] == [(200, db.names[one]) for one in numbers[:3]]
    assert sorted(names) == sorted(db.names[one] for one in numbers[:3])
    assert own.get(f"/briefings/{numbers[3]}.slow").body.decode() == db.names[numbers[3]]


@pytest.mark.drill
def test_a_crowd_is_answered_or_asked_to_come_again(client: Client, db: Database) -> None:
    """Forty at once, each for another council: whoever waits gets the right one."""
    numbers = list(db.authorities)[40:80]
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda area_id: client.get(f"/briefings/{area_id}.pdf"), numbers))
    for area_id, got in zip(numbers, answers, strict=True):
        assert got.status == 200
        about = PdfReader(io.BytesIO(got.body)).metadata
        assert about is not None
        assert about.title == f"{db.names[area_id]}: briefing on children's social care"


def test_too_many_at_once_are_asked_to_come_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    got = client.get("/briefings/303.pdf")
    assert got.status == 503
    assert got.headers["retry-after"] == str(routes.RETRY_SECONDS)


def test_the_server_answers_them_beside_its_pages() -> None:
    assert [route.path for route in ROUTES if "briefings" in route.path] == ["/briefings/{name}"]


def test_an_address_leaves_out_what_is_the_default() -> None:
    benchmarks = BENCHMARKS
    assert address("383", "pdf", benchmarks["best_quarter"]) == "/briefings/383.pdf"
    assert address("383", "pdf", benchmarks["england"]) == "/briefings/383.pdf?benchmark=england"
    assert address("383", "pdf", benchmarks["group"], "v1") == "/briefings/383.pdf?version=v1"
    assert file_name("839", "Bournemouth, Christchurch and Poole", "pdf") == (
        "briefing-839-bournemouth-christchurch-and-poole.pdf"
    )


def test_asking_from_another_loop_works(client: Client) -> None:
    async def both() -> None:
        await asyncio.gather(*(asyncio.to_thread(client.get, "/briefings/383.html") for _ in range(4)))

    loops.run(both())
