"""Addresses: pages are pages, files are files, and everything else is 404, in words that fit who asks."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from dashboard.data.versions import store
from dashboard.files.pictures.choices import COLOUR_SCHEMES
from dashboard.server import app as server_app
from dashboard.server.page_routes import RENAMED
from tests.api.client import Client
from tests.hosting.helpers import PAGES
from tests.hosting.running import LOCAL, ROOT, Running

HTML = "text/html,*/*;q=0.8"
NOTHING = [
    "/.streamlit/secrets.toml", "/.streamlit/config.toml", "/.env", "/.git/config", "/index.html", "/index.php",
    "/dashboard/main.py", "/streamlit_app.py", "/data/monitor.duckdb", "/councils", "/council/leeds", "/main",
    "/map.html", "/static", "/static/", "/static/js/", "/static/js/index.js", "/static/index.html", "/assets/",
    "/app/static/x.js", "/component/x/index.html", "/wp-login.php", "/metrics", "/pages/map", "/MAP",
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/interact", "/_stcore/agent/openapi.json",
    "/_stcore/upload_file/a/b", "/_stcore/", "/_stcore/stream", "/auth/login", "/oauth2callback", "/livez/x",
    "/map/_stcore/health", "/map/_stcore/host-config", "/\N{SNOWMAN}", "/%00", "/<script>alert(1)</script>",
]  # fmt: skip
# As in operations: seventeen ways to climb out of a folder.
CLIMBING = [
    f"{start}{climb}"
    for start in ("/static/", "/media/", "/assets/", "/_stcore/bidi-components/monitor.x/")
    for climb in (
        "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%252f..%252fetc/passwd",
        "....//....//etc/passwd", "..\\..\\etc\\passwd", "..%5c..%5cetc%5cpasswd", "/etc/passwd", "//etc/passwd",
        "%2fetc%2fpasswd", "C:/Windows/win.ini", f"{LOCAL}etc/passwd", "\\\\host\\share", "%5c%5chost%5cshare",
        "..%c0%af..%c0%afetc/passwd", "x/../../../etc/passwd", "..;/..;/etc/passwd",
    )
]  # fmt: skip


def test_the_first_page_is_the_one_the_table_of_contents_says() -> None:
    contents = (ROOT / "dashboard" / "main.py").read_text("utf-8")
    assert re.findall(r'st\.Page\("pages/(\w+)\.py"[^)]*default=True', contents) == [server_app.FIRST]
    assert "url_path=" not in contents


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_with_what_was_chosen(app: Client, page: str) -> None:
    address = "/" if page == server_app.FIRST else f"/{page}"
    for asked in (address, f"{address}?la=Leeds&metric=Average+caseload"):
        got = app.get(asked)
        assert got.status == 200
        assert b'<div id="root">' in got.raw
    assert b"Leeds" not in got.raw


def test_the_first_page_by_its_name_and_a_stroke_too_many_lead_to_the_page_with_its_choices(app: Client) -> None:
    for asked, there in (
        ("/england?la=Leeds&metric=Average+caseload", "/?la=Leeds&metric=Average+caseload"),
        ("/england/", "/"),
        ("/council/?la=Leeds", "/council?la=Leeds"),
        ("/map//", "/map"),
    ):
        got = app.get(asked)
        assert (got.status, got.headers["location"]) == (308, there)


def test_another_name_of_a_council_leads_to_the_address_with_its_name(app: Client) -> None:
    first, second = list(store().current().authorities.items())[:2]
    for asked, choices in (
        (f"/council?la={first[0]}&metric=x&version=", {"la": first[1], "metric": "x", "version": ""}),
        (f"/map?la={quote(first[1].upper())}+Council", {"la": first[1]}),
        (f"/compare?councils={second[0]}&la={first[0]}", {"councils": second[1], "la": first[1]}),
    ):
        got = app.get(asked)
        assert (got.status, got.headers["location"]) == (307, f"{asked.partition('?')[0]}?{urlencode(choices)}")


def test_a_choice_by_its_words_of_before_leads_to_the_address_with_those_of_today(app: Client) -> None:
    got = app.get("/council?la=Leeds&picture=By+size%2C+with+limits")
    assert (got.status, got.headers["location"]) == (307, "/council?la=Leeds&picture=Funnel+plot")
    assert set(RENAMED["colour"].values()) <= set(COLOUR_SCHEMES)


@pytest.mark.parametrize("coding", ["gzip;q=0", "identity;q=1, gzip;q=0.0", "xgzip"])
def test_who_takes_no_gzip_gets_none(app: Client, coding: str) -> None:
    assert "content-encoding" not in app.get("/council", accept_encoding=coding).headers


@pytest.mark.parametrize(
    ("address", "packs"),
    [
        ("/council", True), ("/api/v1/areas.csv", True), ("/api/v1/areas.json", True), ("/api", True),
        ("/briefings/383.html", True), ("/briefings/383.pdf", False), ("/api/v1/observations.parquet?area=383", False),
    ],
)  # fmt: skip
def test_the_server_packs_as_each_client_asks(server: Running, address: str, packs: bool) -> None:
    for coding, taken in (("gzip;q=0", False), ("br, gzip;q=0.0, deflate", False), ("br, gzip", True)):
        got = server.ask(address, accept_encoding=coding)
        assert (got.status, got.headers.get("content-encoding")) == (200, "gzip" if taken and packs else None), coding
        assert got.headers["vary"].count("Accept-Encoding") <= 1


def test_a_packed_page_has_a_tag_of_its_own_and_either_is_known_again(app: Client) -> None:
    tags = [app.get("/council", accept_encoding=coding).headers["etag"] for coding in ("gzip", "identity")]
    assert len(set(tags)) == 2
    assert {app.get("/council", if_none_match=tag).status for tag in tags} == {304}


@pytest.mark.parametrize("asked", ["/council?la=Nowhere", "/council?la=Cumbria", "/council?la=", "/map?colour=383"])
def test_what_is_no_council_of_today_is_left_for_the_page_to_explain(app: Client, asked: str) -> None:
    assert app.get(asked).status == 200


@pytest.mark.parametrize("address", NOTHING)
def test_what_is_no_page_is_not_found(app: Client, address: str) -> None:
    got = app.get(address, accept=HTML)
    assert got.status == 404
    assert b'id="root"' not in got.raw
    assert b"alert(1)" not in got.raw
    assert b"Page not found" in got.raw or address.startswith("/assets")


@pytest.mark.parametrize("address", [one for one in NOTHING if one.isascii() and "<" not in one])
def test_nor_does_the_server_find_it(server: Running, address: str) -> None:
    got = server.ask(address, accept=HTML)
    assert got.status == (400 if address == "/%00" else 404)
    assert b'id="root"' not in got.body


@pytest.mark.parametrize("address", CLIMBING)
def test_nobody_climbs_out_of_a_folder(server: Running, address: str) -> None:
    got = server.ask(address.replace("\\", "%5c"))
    assert got.status in (400, 404)
    assert b"root:" not in got.body
    assert b'id="root"' not in got.body


def test_words_fit_who_asks(app: Client) -> None:
    page = app.get("/nothing", accept=HTML)
    assert page.headers["content-type"].startswith("text/html")
    text = page.raw.decode("utf-8")
    assert '<html lang="en-GB">' in text
    assert text.count("<h1>") == 1
    assert "<title>Page not found · Child Protection Monitor</title>" in text
    assert "<script" not in text
    for link in re.findall(r'href="([^"]+)"', text):
        assert app.get(link).status == 200
    problem = app.get("/nothing", accept="application/json")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json == {
        "title": "Page not found", "status": 404,
        "detail": "Check the address, or go to the front page, the map or your council.",
    }  # fmt: skip
    assert app.get("/nothing").raw == f"Page not found: {problem.json['detail']}\n".encode()
    assert problem.json["detail"] in re.sub("<[^>]+>", "", text)
    assert re.findall(r'href="([^"]+)"', text) == ["/", "/map", "/council"]


def test_every_file_of_streamlits_that_a_page_asks_for_is_there(app: Client) -> None:
    page = app.get("/").raw.decode("utf-8")
    for address in re.findall(r'(?:src|href)="\.(/[^"]+)"', page):
        assert app.get(address).status == 200, address


def test_a_file_that_vanished_from_under_us_is_a_failure_with_a_reference(
    app: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_path: Path) -> bytes:
        raise FileNotFoundError(2, "No such file", "/secret/place")

    monkeypatch.setattr(Path, "read_bytes", gone)
    got = app.get("/favicon.png")
    assert got.status == 500
    assert re.search(rb"Reference [0-9a-f]{8}$", got.raw.strip())
    assert b"secret" not in got.raw
