"""The headers of every kind of answer, errors and "you have it already" among them; and what the policy allows."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import file_util

from dashboard.pages.components import ASSETS, COMPONENTS, HERE, UNDER, _name
from dashboard.pages.shared.assets import script, style
from dashboard.server import app as server_app
from dashboard.server import error_pages, index_html
from dashboard.server.headers import policy
from tests.api.client import Client, Got
from tests.hosting.helpers import app_over, forget
from tests.hosting.running import Running

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}
HTML, JSON = "text/html,application/xhtml+xml;q=0.9", "application/json"
STATIC = Path(file_util.get_static_dir())
SCRIPT = next(path for path in (STATIC / "static" / "js").glob("index.*.js"))

# Address, headers of the question, and the status of the answer.
ANSWERS = [
    ("/", {}, 200),
    ("/council?la=Leeds", {"accept_encoding": "gzip"}, 200),
    ("/council/?la=Leeds", {}, 308),
    ("/england", {}, 308),
    ("/nothing", {"accept": HTML}, 404),
    ("/nothing", {"accept": JSON}, 404),
    ("/nothing", {}, 404),
    (f"/static/js/{SCRIPT.name}", {"accept_encoding": "gzip"}, 200),
    ("/static/js/nothing.js", {}, 404),
    ("/favicon.png", {}, 200),
    (style().url, {}, 200),
    ("/assets/nothing.css", {}, 404),
    ("/livez", {}, 200),
    ("/readyz", {}, 200),
    ("/api", {}, 200),
    ("/api/v1/areas?limit=1", {}, 200),
    ("/api/v1/areas.csv?limit=1", {"accept_encoding": "gzip"}, 200),
    ("/api/v1/areas?colour=red", {}, 400),
    ("/api/v1/nothing", {}, 404),
    ("/briefings/nothing.pdf", {}, 404),
]


def has_them(headers: dict[str, str]) -> None:
    """All that an answer must bear."""
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    allowed = headers["content-security-policy"]
    assert "default-src 'none'" in allowed
    assert "frame-ancestors 'none'" in allowed
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize(("address", "headers", "status"), ANSWERS)
def test_every_kind_of_answer_bears_them(app: Client, address: str, headers: dict[str, str], status: int) -> None:
    got = app.get(address, **headers)
    assert got.status == status
    has_them(got.headers)


@pytest.mark.parametrize("address", ["/", "/council", "/api", "/api/v1/areas?limit=1", "/api/v1/monitor.duckdb"])
def test_so_does_the_answer_that_the_browser_has_it_already(app: Client, address: str) -> None:
    tag = app.get(address).headers["etag"]
    got = app.get(address, if_none_match=tag)
    assert (got.status, got.raw) == (304, b"")
    has_them(got.headers)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("POST", "/", 405), ("PUT", "/council", 405), ("DELETE", "/favicon.png", 405), ("POST", "/nothing", 404),
        ("POST", "/api/v1/areas", 405), ("OPTIONS", "/api/v1/areas", 204), ("HEAD", "/", 200), ("HEAD", "/livez", 200),
        ("PUT", "/_stcore/upload_file/session/file", 404), ("POST", "/_stcore/agent/interact", 404),
    ],
)  # fmt: skip
def test_so_do_answers_to_other_methods(app: Client, method: str, address: str, status: int) -> None:
    got = app.ask(method, address)
    assert got.status == status
    has_them(got.headers)


def test_so_does_what_fails_and_what_is_asked_for_by_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: Request) -> Response:
        raise ZeroDivisionError

    monkeypatch.setenv("MONITOR_HOSTS", "localhost")
    forget()
    app = Client(Starlette(routes=[Route("/broken", broken)], middleware=server_app.middleware()))
    for host, status in (("localhost:8501", 500), ("other.example", 421)):
        got = app.get("/broken", host=host)
        assert got.status == status
        has_them(got.headers)
    forget()


def test_one_chart_can_be_framed_by_the_sites_that_are_named_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, database_path: Path
) -> None:
    monkeypatch.setenv("MONITOR_EMBED_HOSTS", "www.example.gov.uk, http://localhost:8799")
    with app_over(database_path) as app:
        framed = app.get("/embed/standard")
        assert framed.status == 200
        policy = framed.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors https://www.example.gov.uk http://localhost:8799")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "x-frame-options" not in framed.headers
        for other in ("/api/v1/charts/standard.svg", "/api", "/briefings/383.html", "/embed/nothing"):
            got = app.get(other)
            assert "frame-ancestors 'none'" in got.headers.get("content-security-policy", "frame-ancestors 'none'"), (
                other
            )
            assert got.headers["x-frame-options"] == "DENY", other


# What Streamlit answers itself, behind us.
OF_STREAMLIT = [
    ("/_stcore/health", 200), ("/_stcore/host-config", 200), ("/media/nothing.csv", 404),
    ("/_stcore/bidi-components/monitor.nothing/x.js", 404), ("/media/..%2f..%2fetc/passwd", 400),
]  # fmt: skip


@pytest.mark.parametrize(("address", "status"), OF_STREAMLIT)
def test_so_does_what_streamlit_answers(server: Running, address: str, status: int) -> None:
    got = server.ask(address)
    assert got.status == status
    has_them(got.headers)


def test_the_page_of_the_api_keeps_its_own_stricter_policy_and_its_figures_are_open_to_all(app: Client) -> None:
    assert "script-src" not in app.get("/api").headers["content-security-policy"]
    got = app.get("/api/v1/areas?limit=1", origin="https://other.example")
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    page = app.get("/", origin="https://other.example")
    assert "access-control-allow-origin" not in page.headers
    assert page.headers["cross-origin-resource-policy"] == "same-origin"


def directive(got: Got, name: str) -> list[str]:
    """The sources that a policy allows for one thing."""
    found = dict(one.strip().split(" ", 1) for one in got.headers["content-security-policy"].split(";"))
    return found[name].split()


def test_scripts_come_from_here_or_are_those_of_the_page_itself(app: Client) -> None:
    page = app.get("/")
    inline = re.findall(r"<script>(.*?)</script>", page.body.decode("utf-8"), re.DOTALL)
    assert inline
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in inline]
    assert directive(page, "script-src") == ["'self'", *hashes]
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    assert directive(page, "style-src") == ["'self'", "'unsafe-inline'"]
    for what in ("connect-src", "worker-src", "form-action", "base-uri", "manifest-src"):
        assert directive(page, what) == ["'self'"], what
    assert "*" not in page.headers["content-security-policy"]
    assert "http" not in page.headers["content-security-policy"]


def test_a_later_streamlit_with_other_scripts_in_its_page_is_allowed_those() -> None:
    said = policy("<script>one()</script><script src='x.js'></script>\n<script type='module'>\ntwo()</script>")
    assert said.count("sha256-") == 2
    assert base64.b64encode(hashlib.sha256(b"\ntwo()").digest()).decode() in said


def test_https_alone_is_asked_for_where_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_HSTS", "yes")
    forget()
    app = Client(Starlette(routes=server_app.routes(), middleware=server_app.middleware()))
    for address in ("/", "/nothing", "/livez"):
        assert app.get(address).headers["strict-transport-security"] == "max-age=63072000"
    forget()


def test_the_page_is_streamlits_with_our_name_our_language_and_words_for_those_without_scripts(app: Client) -> None:
    got = app.get("/council", accept_encoding="gzip")
    assert gzip.decompress(got.raw) == app.get("/").raw
    page = got.body.decode("utf-8")
    installed = (STATIC / "index.html").read_text("utf-8")
    assert page == index_html.adapt_index_html(installed)
    assert '<html lang="en-GB">' in page
    assert "<title>Child Protection Monitor</title>" in page
    assert "agent" not in page.partition("<body>")[2].replace("user-agent", "")
    assert re.search(r'<noscript>.*href="/api".*</noscript>', page, re.DOTALL)
    # The rest is as it was: its scripts and styles.
    assert re.findall(r'(?:src|href)="\./static[^"]+"', page) == re.findall(r'(?:src|href)="\./static[^"]+"', installed)


def test_what_pages_without_scripts_lead_to_is_there(live: Path) -> None:
    busy = error_pages.busy_response(Headers({"accept": "text/html"}), 30).body.decode("utf-8")  # type: ignore[union-attr]
    addresses = re.findall(r'href="([^"]+)"', index_html.WITHOUT_SCRIPTS + busy)
    assert len(addresses) == 5
    with app_over(live) as app:
        for address in addresses:
            assert app.get(address).status == 200, address


def test_what_never_changes_under_its_name_is_cached_for_ever_and_pages_are_asked_for_again(app: Client) -> None:
    for address in (f"/static/js/{SCRIPT.name}", style().url, script().url):
        assert "immutable" in app.get(address).headers["cache-control"]
    assert app.get("/").headers["cache-control"] == "no-cache"
    assert app.get("/favicon.png").headers["cache-control"] == "no-cache"
    for address in ("/livez", "/readyz", "/nothing"):
        assert app.get(address).headers["cache-control"] == "no-store"


def test_scripts_are_sent_packed_to_who_takes_that(app: Client) -> None:
    address = f"/static/js/{SCRIPT.name}"
    packed, plain = app.get(address, accept_encoding="gzip, br"), app.get(address)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == plain.raw == SCRIPT.read_bytes()
    assert len(packed.raw) * 2 < len(plain.raw)
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["content-type"].startswith(("text/javascript", "application/javascript"))


def test_a_component_is_fetched_from_an_address_with_its_content_and_cached_for_ever(server: Running) -> None:
    for stem in COMPONENTS:
        for suffix in ("js", "css"):
            got = server.ask(f"{UNDER}{_name(stem)}/{stem}.{suffix}")
            assert got.body == (HERE / ASSETS / f"{stem}.{suffix}").read_bytes()
            assert "immutable" in got.headers["cache-control"]
            has_them(got.headers)
