"""Two replicas behind nginx: who is sent where, what is answered, what is refused, and what nginx adds to it."""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit import file_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from dashboard.pages.components import COMPONENTS, UNDER, _name
from dashboard.pages.shared.assets import script, style
from dashboard.server import error_pages
from tests.drills.replicas import DEPLOY, NAMES, Replicas, headers, nginx, rendered
from tests.hosting.helpers import OURS
from tests.hosting.running import Client, Running, free_port

STATIC = Path(file_util.get_static_dir())
SCRIPT = next(path for path in (STATIC / "static" / "js").glob("index.*.js"))
KEPT = [
    f"/static/js/{SCRIPT.name}", style().url, script().url,
    *(f"{UNDER}{_name(stem)}/{stem}.js" for stem in COMPONENTS),
]  # fmt: skip
ANSWERS = [
    "/", "/council?la=Leeds", "/council/?la=Leeds", "/england", "/nothing", "/favicon.png", "/static/js/nothing.js",
    "/assets/nothing.css", "/api", "/api/v1/areas?limit=1", "/api/v1/areas.csv?limit=200", "/api/v1/areas?colour=red",
    "/api/v1/nothing", "/briefings/E92000001.html", "/briefings/nothing.pdf", "/media/nothing.csv", "/readyz",
    "/_stcore/health", "/_stcore/host-config", *KEPT,
]  # fmt: skip
# What nginx writes anew: of the connection, and who answers.
OF_THE_WAY = {"server", "date", "connection", "transfer-encoding", "keep-alive"}
# One of nginx's on pages, one of Streamlit's, which it draws anew each time, on what its script asks first.
DRAWN = {"set-cookie"}


def route_of(cookies: str) -> str:
    """What nginx asks a reader to keep."""
    (found,) = re.findall(r"^route=([0-9a-f]{3}); Path=/; HttpOnly; SameSite=Lax$", cookies)
    return f"route={found}"


# Who is sent where


def test_a_reader_stays_with_a_replica_and_readers_are_spread_over_both(replicas: Replicas) -> None:
    first = route_of(replicas.proxy.ask("/").headers["set-cookie"])
    assert {replicas.of(first) for _ in range(10)} == {replicas.of(first)}
    spread = Counter(replicas.of(f"route={number:03x}") for number in range(0, 4096, 41))
    assert set(spread) == set(NAMES)
    assert min(spread.values()) > 25, spread


def test_the_cookie_says_where_to_and_not_who(replicas: Replicas) -> None:
    """One of 4,096; without another one for whoever has it; and one of ours for whoever made theirs up."""
    got = {route_of(replicas.proxy.ask("/").headers["set-cookie"]) for _ in range(20)}
    assert len(got) > 10
    assert "set-cookie" not in replicas.proxy.ask("/", cookie="route=0a5").headers
    for made_up in ("route=", "route=0a5a", "route=ZZZ", "route=../"):
        route_of(replicas.proxy.ask("/", cookie=made_up).headers["set-cookie"])


@pytest.mark.parametrize("proto", ["http", "https"])
def test_where_https_is_spoken_before_us_the_cookie_is_for_https_alone(replicas: Replicas, proto: str) -> None:
    got = replicas.proxy.ask("/", x_forwarded_proto=proto).headers["set-cookie"]
    assert got.endswith("; Secure") is (proto == "https")


@pytest.mark.parametrize("address", ["/api", "/api/v1/areas?limit=1", "/briefings/E92000001.html", "/readyz", KEPT[0]])
def test_whoever_asks_for_figures_is_given_no_cookie(replicas: Replicas, address: str) -> None:
    assert "set-cookie" not in replicas.proxy.ask(address).headers


def test_a_full_replica_sends_readers_to_the_other_and_only_two_full_ones_refuse_them(
    replicas: Replicas,
) -> None:
    cookie = replicas.cookie_of("a")
    with ExitStack() as there:
        # Four places each (conftest).
        for number in range(8):
            reader = there.enter_context(Client(replicas.proxy, headers={"Cookie": cookie}))
            assert "Leeds" in reader.run("council", la="Leeds"), number
        assert [replicas.servers[name].sample("monitor_sessions") for name in NAMES] == [4, 4]
        with pytest.raises(InvalidStatus) as refused, Client(replicas.proxy, headers={"Cookie": cookie}):
            pass
        assert refused.value.response.status_code == 503
        got = replicas.proxy.ask("/", cookie=cookie, accept="text/html")
        assert (got.status, got.headers["retry-after"]) == (503, "7")
        # The dashboard's own words, which lead to two pages on England; and those are there.
        assert "Many people are reading right now" in got.text
        assert replicas.proxy.ask("/briefings/E92000001.html").status == 200
    end = time.monotonic() + 10
    while replicas.proxy.ask("/", cookie=cookie).status != 200:
        assert time.monotonic() < end
        time.sleep(0.1)


# What is answered


@pytest.mark.parametrize("address", ANSWERS)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_answer_bears_each_header_once_and_as_the_dashboard_wrote_it(
    replicas: Replicas, address: str, encoding: str
) -> None:
    for _ in range(2):  # the second may be kept
        status, through = headers(replicas.proxy, address, accept_encoding=encoding, accept="text/html")
        # The address of a link's picture is whole: with the host that was asked.
        host = f"127.0.0.1:{replicas.proxy.port}"
        wanted, straight = headers(
            replicas.servers["a"], address, accept_encoding=encoding, accept="text/html", host=host
        )
        assert status == wanted
        names = [name for name, _ in through]
        assert {name for name in names if names.count(name) > 1} == set()
        # Errors are sent plain, and packed on the way.
        ways = OF_THE_WAY | DRAWN | ({"content-encoding", "content-length"} if status >= 400 else set())
        kept = {name: value for name, value in through if name not in ways}
        for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
            assert kept[name]
        # Where the dashboard says nothing of it, nothing that failed is kept by anybody.
        if status >= 400 and "cache-control" not in dict(straight):
            assert kept.pop("cache-control") == "no-store"
        assert kept == {name: value for name, value in straight if name not in ways}


def test_what_never_changes_is_asked_of_a_replica_once(replicas: Replicas) -> None:
    address = f"/static/js/{SCRIPT.name}"
    bodies = {replicas.proxy.ask(address, accept_encoding="gzip").body for _ in range(3)}
    assert len(bodies) == 1
    assert replicas.proxy.lines()[-1]["kept"] == "HIT"
    assert replicas.proxy.ask(address).body == SCRIPT.read_bytes()
    # And what is not there is asked for anew each time: a replica of the next release may have it.
    for _ in range(2):
        assert replicas.proxy.ask("/static/js/nothing.js").status == 404
        assert replicas.proxy.lines()[-1]["replica_status"] == "404 : 404, 404"


@pytest.mark.parametrize("with_cookie", [True, False])
def test_a_file_that_a_page_made_is_found_with_and_without_the_cookie(replicas: Replicas, with_cookie: bool) -> None:
    """It lies in the memory of one replica."""
    for name in NAMES:
        cookie = {"Cookie": replicas.cookie_of(name)}
        with Client(replicas.proxy, headers=cookie) as reader:
            reader.run("council", la="Leeds", every="true")
            asked = BackMsg()
            operation = asked.backend_operation_request
            operation.request_id, operation.session_id = "one", reader.session
            label = next(one for one in reader.downloads if "rows (CSV)" in one)
            operation.deferred_file.file_id = reader.downloads[label]
            reader.send(asked)
            answer = reader.until("backend_operation_response").backend_operation_response
            assert not answer.error_msg
            sent = cookie if with_cookie else {}
            got = replicas.proxy.ask(answer.deferred_file.url, **sent)
            assert got.status == 200
            assert got.text.lstrip("\ufeff").startswith('"area","metric",')
            assert len(got.text.splitlines()) == 1 + int(re.findall(r"(\d+) rows", label)[0])


def test_a_briefing_comes_whole(replicas: Replicas) -> None:
    got = replicas.proxy.ask("/briefings/383.pdf")
    assert (got.status, got.headers["content-type"]) == (200, "application/pdf")
    assert got.body.startswith(b"%PDF")
    assert got.body.rstrip().endswith(b"%%EOF")
    assert got.headers["content-disposition"] == 'inline; filename="briefing-383-leeds.pdf"'


def test_the_whole_database_comes_whole_or_in_parts_and_leaves_nothing_in_tmp(replicas: Replicas) -> None:
    address = "/api/v1/monitor.duckdb"
    got = replicas.proxy.ask(address)
    assert got.status == 200
    assert int(got.headers["content-length"]) == len(got.body)
    straight = replicas.servers["b"].ask(address)
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(straight.body).digest()
    part = replicas.proxy.ask(address, range="bytes=1000-1999")
    assert (part.status, part.body) == (206, got.body[1000:2000])
    assert [path for path in (replicas.folder / "proxy").rglob("*") if path.is_file()] == []


def test_scripts_of_other_sites_may_ask_for_figures_first(replicas: Replicas) -> None:
    got = replicas.proxy.ask(
        "/api/v1/areas", "OPTIONS", origin="https://other.example", access_control_request_method="GET"
    )
    assert (got.status, got.headers["access-control-allow-origin"]) == (204, "*")


def test_a_question_may_be_as_long_as_the_api_takes(replicas: Replicas) -> None:
    asked = "/api/v1/areas?area=" + "383," * 3900
    assert len(asked) > 15_000
    got, straight = replicas.proxy.ask(asked), replicas.servers["a"].ask(asked)
    assert (got.status, got.body) == (straight.status, straight.body)


# What is refused


@pytest.mark.parametrize(
    "address",
    [
        "/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/upload_file/session/file", "/_stcore/",
        "/_stcore/script-health-check", "/_stcore/allowed-message-origins", "/metrics", "/livez", "/.git/config",
        "/.streamlit/secrets.toml", "/data/.hidden", "/static/.env", "/static/../.git/config", "/%2egit/config",
        "/503.html",
    ],
)  # fmt: skip
def test_what_nobody_needs_is_not_there(replicas: Replicas, address: str) -> None:
    got = replicas.proxy.ask(address)
    assert got.status == 404
    assert replicas.proxy.lines()[-1]["replica"] == ""
    assert "nginx" not in got.text or address == "/503.html"
    assert "default-src 'none'" in got.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("address", ["/", "/api/v1/areas", "/briefings/1.pdf", "/media/x", KEPT[0], "/_stcore/stream"])
def test_nothing_is_written_by_any_method(replicas: Replicas, method: str, address: str) -> None:
    got = replicas.proxy.ask(address, method, content_length="0")
    assert got.status in (403, 405)
    assert replicas.proxy.lines()[-1]["replica"] == ""


def test_a_body_is_refused_before_it_is_sent(replicas: Replicas) -> None:
    got = replicas.proxy.ask("/api/v1/areas", "GET", content_length="2000000")
    assert got.status == 413


def test_only_by_a_name_of_ours(replicas: Replicas) -> None:
    for host, status in ((OURS, 200), (f"{OURS}:443", 200), ("evil.example", 421), (f"{OURS}.evil.example", 421)):
        assert replicas.proxy.ask("/", host=host).status == status, host
        assert replicas.proxy.ask("/api/v1/areas?limit=1", host=host).status == status, host


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost", "http://localhost:1", "https://x.streamlit.app"]
)
def test_a_page_of_another_site_gets_no_websocket(replicas: Replicas, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, Client(replicas.proxy, origin=origin):
        pass
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused, Client(replicas.proxy, headers={"Host": "evil.example"}):
        pass
    assert refused.value.response.status_code in (400, 403)


def test_our_own_page_gets_one_by_our_name_and_by_https_before_us(replicas: Replicas) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", replicas.proxy.port, timeout=20)
    connection.putrequest("GET", "/_stcore/stream", skip_host=True)
    for name, value in {
        "Host": OURS, "Origin": f"https://{OURS}", "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "streamlit",
    }.items():  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 101
    connection.close()


def test_whoever_asks_too_often_is_asked_to_wait_and_nobody_else(replicas: Replicas) -> None:
    def ask(source: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(
            "127.0.0.1", replicas.proxy.port, timeout=20, source_address=(source, 0)
        )
        connection.request("GET", "/api/v1/nothing")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    # 200 at once, and 20 a second after that.
    answers = [ask("127.0.0.9") for _ in range(320)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert len(answers) - len(refused) >= 200
    assert {answer.headers["Retry-After"] for answer in refused} == {"5"}
    assert ask("127.0.0.10").status == 404


# The log, and the page when nobody is there


def test_the_log_names_nobody_and_nothing_they_chose(replicas: Replicas) -> None:
    replicas.proxy.ask(
        "/council?la=Leeds&metric=secret-choice", user_agent="Secret browser", referer="https://secret.example/",
        x_forwarded_for="203.0.113.7", cookie="route=0a5; other=secret-cookie",
    )  # fmt: skip
    replicas.proxy.ask("/secret-address")
    replicas.proxy.ask("/api/v1/areas?area=secret-question")
    log = replicas.proxy.log.read_text("utf-8")
    for one in ("secret", "Secret", "Leeds", "203.0.113.7", "0a5", "127.0.0.1 -"):
        assert one not in log, one
    page = next(line for line in reversed(replicas.proxy.lines()) if line["page"] == "/council")
    assert (page["event"], page["method"], page["status"]) == ("request", "GET", "200")
    assert set(page) == {
        "time", "event", "method", "page", "status", "seconds", "bytes", "replica", "replica_status", "replica_seconds",
        "kept",
    }  # fmt: skip
    errors = (replicas.folder / "nginx.errors").read_text("utf-8")
    assert "client:" not in errors


def test_with_no_replica_there_is_a_page_that_says_so_and_asks_to_come_again(tmp_path: Path, both: Replicas) -> None:
    folder = both.folder / "alone"
    folder.mkdir(exist_ok=True)
    with nginx(folder, {name: free_port() for name in NAMES}) as proxy:
        for address in ("/", "/council?la=Leeds", "/api/v1/areas", "/briefings/383.pdf", "/_stcore/health", KEPT[0]):
            got = proxy.ask(address, accept="text/html")
            assert (got.status, got.headers["retry-after"]) == (503, "10"), address
            assert "The dashboard cannot be reached" in got.text
            assert got.headers["cache-control"] == "no-store"
            assert "set-cookie" not in got.headers
            assert "style-src 'unsafe-inline'" in got.headers["content-security-policy"]
        assert proxy.ask("/readyz").status == 503


def test_that_page_looks_like_our_other_plain_ones_and_fetches_nothing() -> None:
    page = (DEPLOY / "503.html").read_text("utf-8")
    (title,) = re.findall("<h1>(.*?)</h1>", page)
    paragraphs = re.findall("<p>(.*?)</p>", page)[1:]
    assert page == error_pages.render_page(title, paragraphs) + "\n"
    assert not re.findall(r"\b(src|srcset|@import|url\()", page)


def test_all_that_a_drill_replaces_is_in_the_configuration_and_nothing_else_of_a_machine() -> None:
    conf = (DEPLOY / "nginx.conf").read_text("utf-8")
    found = rendered(conf, Path("/somewhere"), 1, {"a": 2, "b": 3})
    assert "/tmp/" not in found
    assert found.count("127.0.0.1:2 ") == found.count("127.0.0.1:3 ") == 3
    assert not re.findall(r"^\s*user ", found, re.MULTILINE), "an ordinary user runs it"


def test_the_metrics_of_a_replica_are_not_reached_through_nginx(replicas: Replicas) -> None:
    server: Running = replicas.servers["a"]
    assert server.sample("monitor_ready") == 1
    assert replicas.proxy.ask("/metrics").status == 404


def test_nginx_speaks_https_where_it_is_given_a_certificate(replicas: Replicas) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes a certificate for this drill, is not installed.")
    folder, port = replicas.folder / "https", free_port()
    folder.mkdir()
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={OURS}"]
    made += ["-addext", f"subjectAltName=DNS:{OURS}", "-keyout", "certificate.key", "-out", "certificate.pem"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    (folder / "certificate.key").chmod(0o644)
    ours = (DEPLOY / "https.conf").read_text("utf-8").replace("/etc/nginx/", f"{folder}/")
    (folder / "https.conf").write_text(ours.replace("listen 8443", f"listen 127.0.0.1:{port}"), "utf-8")
    with nginx(folder, replicas.ports):
        trusting = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as line,
            trusting.wrap_socket(line, server_hostname=OURS) as secret,
        ):
            secret.sendall(f"GET / HTTP/1.1\r\nHost: {OURS}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: secret.recv(65536), b"")).decode("utf-8", "replace")
        assert answer.startswith("HTTP/1.1 200 ")
        assert re.search(r"^Set-Cookie: route=[0-9a-f]{3}; .*; Secure\r$", answer, re.MULTILINE)
