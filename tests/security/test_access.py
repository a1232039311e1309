"""Other sites and other names: what tests/hosting/test_access.py does not try, against the server as it runs."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from tests.hosting.helpers import OURS
from tests.hosting.running import Client, Running
from tests.security.helpers import handshake
from tests.security.line import raw

# A name of somebody else's that leads to this machine: the pages of its site would be "ours" to the browser.
REBOUND = "rebound.evil.example"


def refused(server: Running, **asked: str) -> int:
    """The status with which a WebSocket is refused."""
    origin = asked.pop("origin", None)
    with pytest.raises(InvalidStatus) as error, Client(server, origin=origin, headers=asked):
        pass
    return error.value.response.status_code


def test_a_name_that_was_bound_anew_to_this_machine_gets_neither_a_page_nor_a_websocket(server: Running) -> None:
    for host in (REBOUND, f"{REBOUND}:{server.port}", f"{REBOUND}.", f"localhost.{REBOUND}", f"{OURS}.{REBOUND}"):
        for path in (
            "/",
            "/council?la=Leeds",
            "/api/v1/areas?limit=1",
            "/briefings/383.html",
            "/media/x",
            "/_stcore/host-config",
        ):
            got = server.ask(path, host=host)
            assert got.status == 421
            assert "set-cookie" not in got.headers
        head = raw(server, handshake(host, f"http://{host}"))
        assert head.startswith(b"HTTP/1.1 403"), head


@pytest.mark.parametrize(
    "more",
    [
        ("X-Forwarded-Host: localhost",), ("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"),
        ("Forwarded: host=localhost",), ("X-Original-Host: localhost", "X-Host: localhost"),
    ],
)  # fmt: skip
def test_what_a_client_says_of_a_proxy_is_not_believed(server: Running, more: tuple[str, ...]) -> None:
    assert raw(server, handshake("evil.example", "http://evil.example", *more)).startswith(b"HTTP/1.1 403")
    assert raw(server, handshake(server.host, "https://evil.example", *more)).startswith(b"HTTP/1.1 403")


def test_two_names_or_two_origins_are_none(server: Running) -> None:
    twice = handshake(server.host, f"http://{server.host}", "Host: evil.example")
    assert raw(server, twice).split(b" ", 2)[1] in (b"400", b"403", b"421")
    twice = handshake(server.host, "https://evil.example", f"Origin: http://{server.host}")
    assert raw(server, twice).split(b" ", 2)[1] in (b"400", b"403")
    assert raw(server, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").split(b" ", 2)[1] in (b"400", b"421")
    assert raw(server, b"GET / HTTP/1.0\r\n\r\n").split(b" ", 2)[1] in (b"400", b"421")


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "http://localhost.evil.example", "http://[::1]", "data:", " "]
)
def test_an_origin_that_is_not_ours_or_null_gets_no_websocket(server: Running, origin: str) -> None:
    assert raw(server, handshake(server.host, origin)).startswith(b"HTTP/1.1 403")


def test_a_program_that_names_no_origin_is_let_in(server: Running) -> None:
    """No browser leaves it out: this is somebody's own program, which reads what is public."""
    assert raw(server, handshake(server.host, None)).startswith(b"HTTP/1.1 101")


def test_a_page_of_another_site_may_read_the_open_figures_and_nothing_of_a_reader(server: Running) -> None:
    for path in ("/", "/council", "/_stcore/host-config", "/_stcore/health", "/media/x"):
        got = server.ask(path, origin="https://evil.example")
        assert "access-control-allow-origin" not in got.headers, path
        assert "access-control-allow-credentials" not in got.headers
    open_to_all = server.ask("/api/v1/areas?limit=1", origin="https://evil.example")
    assert open_to_all.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in open_to_all.headers


def test_no_page_of_streamlit_cloud_may_send_ours_messages(server: Running) -> None:
    assert b"streamlit.app" not in server.ask("/_stcore/host-config").body
