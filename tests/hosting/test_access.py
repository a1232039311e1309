"""Who is let in: pages of other sites and other names are kept out, at no cost, and nobody is told more than that."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard.server.access import COME_AGAIN, REFUSED_BY_POLICY, AccessControl
from dashboard.server.capacity import Capacity
from tests import loops
from tests.hosting.helpers import OURS
from tests.hosting.running import Client, Running

FOREIGN = (
    "https://evil.example",
    "null",
    "http://localhost",
    "http://localhost:1",
    "file://",
    "https://x.streamlit.app",
)


def send_request(
    headers: dict[str, str],
    *,
    hosts: Sequence[str] = (),
    others: Sequence[str] = (),
    places: int = 5,
    extensions: Sequence[str] = (),
    kind: str = "websocket",
    path: str = "/_stcore/stream",
) -> tuple[list[Message], list[Scope]]:
    """What is answered, and what comes to be seen behind the middleware."""
    sent: list[Message] = []
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "path": path,
        "extensions": {one: {} for one in extensions},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    loops.run(AccessControl(app, Capacity(places), 30, hosts, lambda: others)(scope, receive, send))
    return sent, seen


@pytest.mark.parametrize("origin", ["https://dash.example", "http://dash.example"])
def test_our_own_pages_are_let_in(origin: str) -> None:
    sent, seen = send_request({"host": "dash.example", "origin": origin}, hosts=["dash.example"])
    assert (sent, len(seen)) == ([], 1)


def test_a_program_that_names_no_page_is_let_in() -> None:
    assert len(send_request({"host": "dash.example"})[1]) == 1


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "null", "", "https://dash.example.evil.example", "https://dash.example:444",
        "https://evil.example/dash.example", "https://evil.example#dash.example", "dash.example",
    ],
)  # fmt: skip
def test_pages_of_other_sites_are_not(origin: str) -> None:
    sent, seen = send_request({"host": "dash.example", "origin": origin})
    assert seen == []
    assert sent == [{"type": "websocket.close", "code": REFUSED_BY_POLICY}]


def test_a_site_that_is_allowed_is_let_in_under_our_own_name() -> None:
    """So that Streamlit, which looks again, has nothing to look up."""
    _, (scope,) = send_request(
        {"host": "dash.example", "origin": "https://gov.example"}, others=["https://gov.example"]
    )
    assert dict(scope["headers"])[b"origin"] == b"https://dash.example"


@pytest.mark.parametrize(
    ("host", "let_in"),
    [
        ("dash.example", True), ("DASH.example:443", True), ("dash.example.", True), ("a.gov.example", True),
        ("[::1]:8501", True), ("gov.example", False), ("evil.example", False), ("dash.example.evil.example", False),
        ("evil.example:dash.example", False), ("dash.example@evil.example", False), ("", False), ("[::2]", False),
        ("dash.example:x", False), ("dash.example/x", False),
    ],
)  # fmt: skip
def test_only_by_a_name_of_ours(host: str, let_in: bool) -> None:
    hosts = ["dash.example", "*.gov.example", "[::1]"]
    assert bool(send_request({"host": host}, hosts=hosts)[1]) is let_in
    assert bool(send_request({"host": host}, hosts=hosts, kind="http", path="/")[1]) is let_in
    assert send_request({"host": host}, hosts=hosts, kind="http", path="/livez")[1]


def test_whoever_is_refused_is_told_where_that_can_be_done() -> None:
    refused = {"host": "dash.example", "origin": "https://evil.example"}
    start, body = send_request(refused, extensions=["websocket.http.response"])[0]
    assert (start["status"], body["body"]) == (403, b"Forbidden\n")
    start, body = send_request({"host": "x"}, places=0, extensions=["websocket.http.response"])[0]
    assert start["status"] == 503
    assert (b"retry-after", b"30") in start["headers"]
    assert send_request({"host": "x"}, places=0)[0] == [{"type": "websocket.close", "code": COME_AGAIN}]


@pytest.mark.parametrize("origin", FOREIGN)
def test_the_server_refuses_the_websocket_to_pages_of_other_sites(server: Running, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, Client(server, origin=origin):
        pass
    assert refused.value.response.status_code == 403
    assert "x-content-type-options" in refused.value.response.headers


def test_and_to_other_names_as_it_refuses_them_everything(server: Running) -> None:
    for path in ("/", "/api", "/api/v1/areas", "/_stcore/health", "/static/x.js"):
        got = server.ask(path, host="evil.example")
        assert (got.status, got.body) == (421, b"This server does not answer to that name.\n")
    assert server.ask("/livez", host="10.0.0.7:8501").status == 200
    assert server.ask("/", host=f"{OURS}:443").status == 200


def closing(reader: Client) -> int:
    """The code with which the server ends a conversation."""
    with pytest.raises(ConnectionClosed) as closed:
        reader.until("script_finished")
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_a_message_that_is_none_ends_the_conversation_and_nothing_else(server: Running) -> None:
    for sent, code in ((b"\xff\xff\xff garbage", 1002), ("words", 1002)):
        with Client(server) as reader:
            reader.connection.send(sent)
            assert closing(reader) == code
    with Client(server) as reader:
        assert "Social worker vacancy rate" in reader.run("map")


def test_a_message_that_is_too_long_is_not_read(server: Running) -> None:
    with Client(server) as reader:
        reader.connection.send(b"\0" * 3_000_000)
        assert closing(reader) == 1009
