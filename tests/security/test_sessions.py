"""What one reader has, no other gets: sessions, files, figures; and what a browser is given to keep."""

from __future__ import annotations

import re
import uuid
from contextlib import suppress
from http.cookies import SimpleCookie

import pytest
from starlette.types import Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dashboard.server.headers import SecurityHeaders
from tests.api.client import Client as Within
from tests.dashboard.own_files import row, xlsx
from tests.hosting.running import ROOT, Client, Running
from tests.security.conftest import Names
from tests.security.helpers import give

COOKIE = "_streamlit_xsrf"
VALUE = "13.371"  # nobody publishes it: found anywhere, it came from the reader


def file_of(reader: Client, file_id: str, session: str = "") -> str:
    """The address of a file that a page offers; empty where it is refused."""
    asked = BackMsg()
    operation = asked.backend_operation_request
    operation.request_id, operation.session_id = "one", session or reader.session
    operation.deferred_file.file_id = file_id
    reader.send(asked)
    answer = reader.until("backend_operation_response").backend_operation_response
    return str(answer.deferred_file.url)


def test_sessions_and_the_files_they_offer_have_names_that_nobody_guesses(server: Running) -> None:
    offered: set[str] = set()
    sessions: set[str] = set()
    for _ in range(3):
        with Client(server) as reader:
            reader.run("map")
            sessions.add(reader.session)
            offered.update(reader.downloads.values())
    assert len(sessions) == 3
    assert len(offered) >= 3
    for one in (*sessions, *offered):
        assert uuid.UUID(one).version == 4  # 122 random bits


def test_a_name_that_is_guessed_is_no_file(server: Running) -> None:
    with Client(server) as reader:
        reader.run("map")
        for guess in ("", "0", "0" * 32, uuid.uuid4().hex, "../" * 9 + "etc/passwd", "%2e%2e", "*", reader.session):
            assert file_of(reader, guess) == ""
            assert server.ask(f"/media/{guess.replace('/', '%2f')}.csv").status in (400, 404)


def test_the_address_of_a_file_says_nothing_of_who_asked_for_it_and_goes_with_the_session(server: Running) -> None:
    with Client(server) as reader:
        reader.run("map")
        address = file_of(reader, next(iter(reader.downloads.values())))
        assert re.fullmatch(r"/media/[0-9a-f]{32,}\.csv", address), address
        assert reader.session not in address
        got = server.ask(address)
        assert got.status == 200
        # All of it is published: the address may be handed on.
        assert b"Data version" in got.body or b"data_version" in got.body


def test_no_own_figure_ever_has_an_address(server: Running, names: Names) -> None:
    """Not as a file, not in the log, and not in what another reader hears, though they choose the same."""
    content = xlsx(row(float(VALUE), area=names.leeds, title=names.vacancies))
    with Client(server) as officer, Client(server) as other:
        officer.run("own", la=names.leeds, way="Upload a file")
        said = "".join(give(officer, names, content, f"secret-{VALUE}.xlsx"))
        assert "1 figure added" in said
        assert VALUE.encode() in officer.heard
        for page in ("own", "council", "data", "compare", "map"):
            other.run(page, la=names.leeds, way="Upload a file")
        assert VALUE.encode() not in other.heard
        for file_id in officer.downloads.values():
            address = file_of(officer, file_id)
            assert not address or VALUE.encode() not in server.ask(address).body
    assert VALUE not in server.log.read_text("utf-8")


def join(server: Running, *subprotocols: str) -> str:
    """The session that a reader gets who names another's."""
    with connect(
        f"ws://{server.host}/_stcore/stream",
        subprotocols=[Subprotocol(one) for one in ("streamlit", *subprotocols)],
        origin=Origin(f"http://{server.host}"),
        max_size=None,
        max_queue=None,
    ) as line:
        asked = BackMsg()
        asked.rerun_script.page_name = "own"
        line.send(asked.SerializeToString())
        while True:
            heard = ForwardMsg.FromString(line.recv(20, decode=False))
            if heard.WhichOneof("type") == "new_session":
                return str(heard.new_session.initialize.session_id)


def test_the_name_of_a_session_is_told_to_its_reader_alone(server: Running) -> None:
    """Whoever has it takes the session over, as a reader does whose network failed: so nobody else may hear it."""
    with Client(server) as reader, Client(server) as other:
        reader.run("own")
        other.run("own")
        assert reader.session.encode() not in other.heard
        assert join(server, "token", reader.session) == reader.session
        for path in ("/", "/readyz", "/api/v1/releases", "/_stcore/host-config"):
            assert reader.session.encode() not in server.ask(path).body
        assert reader.session not in server.log.read_text("utf-8")


@pytest.mark.parametrize("guess", ["0", "x" * 36, str(uuid.UUID(int=0)), "none"])
def test_a_session_that_is_guessed_is_a_new_one(server: Running, guess: str) -> None:
    found = join(server, "token", guess)
    assert found != guess
    assert uuid.UUID(found).version == 4


def test_a_question_under_anothers_name_is_of_who_asks(server: Running) -> None:
    """It gets what who asks may have, over their own line, and the other hears nothing of it."""
    with Client(server) as reader, Client(server) as other:
        reader.run("map")
        other.run("map")
        mine = next(iter(other.downloads.values()))
        assert file_of(other, mine, session=reader.session) in ("", file_of(other, mine))
        with suppress(TimeoutError):
            while heard := reader.connection.recv(0.3, decode=False):
                assert ForwardMsg.FromString(heard).WhichOneof("type") != "backend_operation_response"


def cookies(server: Running) -> dict[str, str]:
    """What a browser is given to keep by a visit, by name, as it is written."""
    found: dict[str, str] = {}
    for path in (
        "/",
        "/council?la=Leeds",
        "/_stcore/health",
        "/_stcore/host-config",
        "/api",
        "/api/v1/areas?limit=1",
        "/briefings/383.html",
    ):
        said = server.ask(path).headers.get("set-cookie")
        if said:
            found[said.partition("=")[0]] = said
    return found


def test_a_browser_keeps_one_cookie_which_is_a_random_number_and_goes_when_it_is_closed(server: Running) -> None:
    found = cookies(server)
    assert list(found) == [COOKIE]
    said = found[COOKIE]
    assert "SameSite=Lax" in said
    assert "Path=/" in said
    assert "Domain" not in said
    assert "Expires" not in said
    assert "Max-Age" not in said
    # A page's own script reads it, to send it back as proof: it cannot be HttpOnly. It proves nothing but that.
    (value,) = (one.value for one in SimpleCookie(said).values())
    assert re.fullmatch(r"2\|[0-9a-f]{8}\|[0-9a-f]{32}\|\d{10}", value), value
    assert cookies(server)[COOKIE] != said


def test_it_is_the_same_for_whoever_has_one_and_holds_nothing_of_them(server: Running) -> None:
    got = server.ask("/_stcore/health", cookie=f"{COOKIE}=' OR 1=1; name=<script>")
    assert "script" not in got.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    ("hsts", "given", "kept"),
    [
        (True, f"{COOKIE}=1; Path=/; SameSite=Lax", f"{COOKIE}=1; Path=/; SameSite=Lax; Secure"),
        (True, f"{COOKIE}=1; secure; Path=/", f"{COOKIE}=1; secure; Path=/"),
        (True, "secure=1; Path=/secure", "secure=1; Path=/secure; Secure"),
        (False, f"{COOKIE}=1; Path=/; SameSite=Lax", f"{COOKIE}=1; Path=/; SameSite=Lax"),
    ],
)
def test_where_all_come_by_https_it_goes_by_https_alone(hsts: bool, given: str, kept: str) -> None:
    async def keep(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", given.encode())]})
        await send({"type": "http.response.body", "body": b""})

    got = Within(SecurityHeaders(keep, "default-src 'none'", hsts, forever=("/",))).get("/")
    assert got.headers["set-cookie"] == kept
    assert "immutable" in got.headers["cache-control"]
    assert ("strict-transport-security" in got.headers) == hsts


# What was new at the last visit to England's page: ids of public reports, the data version and a day; never a choice.
LAST_VISIT = re.compile(
    r"localStorage\.(getItem\(VISIT\)|setItem\(VISIT, JSON\.stringify\(\{ \.\.\.now, before: kept \}\)\))"
)


def test_no_page_keeps_a_choice_in_the_browser() -> None:
    """Whatever a reader chose is in the address, and nothing of it is left on a machine that others use."""
    for path in (ROOT / "dashboard" / "assets").glob("*.js"):
        script = path.read_text("utf-8")
        script, visits = LAST_VISIT.subn("", script)
        assert visits == (2 if path.name == "page.js" else 0)
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|serviceWorker", script), path
