"""Nothing of this machine, of the program or of an error goes to a reader: every byte is searched."""

from __future__ import annotations

import getpass
import http.client
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus

from dashboard.ops import errors
from dashboard.server import app as server_app
from dashboard.server.websocket_filter import WebSocketFilter
from tests import loops
from tests.hosting.helpers import PAGES, SECRET, forget
from tests.hosting.running import ROOT, Client, Running

TYPED = "Wherever-upon-Nowhere"
REFERENCE = re.compile(r"Reference ([0-9a-f]{8})")


def nobody_learns(heard: bytes | bytearray, also: tuple[str, ...] = ()) -> None:
    """What must be in no answer."""
    text = heard.decode("utf-8", "replace")
    places = {str(ROOT), str(Path(streamlit.__file__).parent), sys.prefix, str(Path.home())} - {"/"}
    for one in (*places, SECRET, "Traceback", "site-packages", "KeyError", "ValueError", ".py:", "failing_app", *also):
        assert one not in text, one


def logged_error(reader: Client, said: str, server: Running) -> dict[str, Any]:
    """The line of the log that belongs to the reference a reader was shown."""
    (reference,) = set(REFERENCE.findall(said))
    assert errors.SORRY in said
    return server.wait_for("error", error=reference)


@pytest.mark.parametrize("page", sorted({"" if page == "england" else page for page in PAGES}))
def test_no_page_says_where_it_lies_or_what_it_runs_on(server: Running, page: str) -> None:
    with Client(server) as reader:
        reader.run(page, la="Leeds")
        nobody_learns(reader.heard, (sys.version.split()[0], f"/{getpass.getuser()}/"))


def test_the_message_that_begins_a_run_says_nothing_of_this_machine(server: Running) -> None:
    with Client(server) as reader:
        asked = BackMsg()
        asked.rerun_script.page_name = "map"
        reader.send(asked)
        session = reader.until("new_session").new_session
    assert session.main_script_path == "main.py"
    assert [value for _, value in session.initialize.user_info.ListFields()] == []
    assert [value for _, value in session.initialize.environment_info.ListFields() if isinstance(value, str)] == []
    assert session.initialize.session_id
    assert session.app_pages


def test_other_messages_pass_as_they_are() -> None:
    async def app(*_: Any) -> None:
        """Nobody is behind."""

    message = ForwardMsg(hash="x")
    message.new_session.main_script_path = "/there/main.py"
    message.new_session.name = "main"
    message.new_session.initialize.user_info.installation_id_v4 = "a machine"
    message.new_session.initialize.session_id = "one"
    packed = WebSocketFilter(app, Path("/there/main.py")).remove_machine(message.SerializeToString())
    assert b"there" not in packed
    assert b"a machine" not in packed
    left = ForwardMsg.FromString(packed)
    assert (left.hash, left.new_session.name, left.new_session.initialize.session_id) == ("x", "main", "one")


def test_a_page_that_fails_says_sorry_with_a_reference_and_the_log_has_the_trace(failing: Running) -> None:
    with Client(failing) as reader:
        said = reader.run("best", la=TYPED)
        nobody_learns(reader.heard)
        line = logged_error(reader, said, failing)
        # The rest of the page is there.
        assert "Data version" in said
    assert (line["kind"], line["of"], line["page"], line["level"]) == ("KeyError", "page", "best", "error")
    assert any(one.startswith("dashboard/pages/best.py:") for one in line["where"])
    assert line["where"][-1].startswith("tests/hosting/failing_app.py:")
    assert line["cause"]["kind"] == "ValueError"
    run = failing.wait_for("page", error=line["error"])
    assert run["page"] == "best"


def test_so_does_a_choice_that_fails(failing: Running) -> None:
    with Client(failing) as reader:
        reader.run("map")
        reader.choose("Measure", "Average caseload")
        said = reader.run("map")
        nobody_learns(reader.heard)
        assert logged_error(reader, said, failing)["of"] == "page"
        # And the page goes on at the next choice.
        reader.chosen.clear()
        assert "Social worker vacancy rate" in reader.run("map")


def test_a_file_that_cannot_be_made_is_refused_without_why(failing: Running) -> None:
    with Client(failing) as reader:
        reader.run("compare", la="Leeds")
        asked = BackMsg()
        operation = asked.backend_operation_request
        operation.request_id, operation.session_id = "one", reader.session
        operation.deferred_file.file_id = next(iter(reader.downloads.values()))
        reader.send(asked)
        answer = reader.until("backend_operation_response").backend_operation_response
        assert answer.error_msg
        nobody_learns(reader.heard)
    line = failing.wait_for("log", of="streamlit.runtime.backend_operation_handler")
    assert line["kind"]


@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*"])
def test_a_route_that_fails_does_so_too(failing: Running, accept: str) -> None:
    got = failing.ask("/broken", accept=accept)
    assert got.status == 500
    nobody_learns(got.body)
    (reference,) = REFERENCE.findall(got.text)
    line = failing.wait_for("error", error=reference)
    assert (line["of"], line["kind"]) == ("route", "KeyError")


def test_half_an_answer_is_cut_off_and_never_ends_as_if_it_were_whole(failing: Running) -> None:
    with pytest.raises(http.client.IncompleteRead) as cut:
        failing.ask("/half")
    nobody_learns(cut.value.partial)
    assert cut.value.partial == b"the first half"


def test_no_line_of_the_log_holds_a_secret_or_what_was_typed(failing: Running) -> None:
    with Client(failing) as reader:
        reader.run("best", la=TYPED)
    log = failing.log.read_text("utf-8")
    failing.lines()
    for one in (SECRET, TYPED, str(ROOT)):
        assert one not in log, one


def message(kind: str, operation: str = "") -> bytes:
    """One message of a kind."""
    asked = BackMsg()
    if operation:
        getattr(asked.backend_operation_request, operation).SetInParent()
    elif kind == "rerun_script":
        asked.rerun_script.page_name = "map"
    else:
        setattr(asked, kind, True)
    return bytes(asked.SerializeToString())


def test_only_what_our_pages_send_comes_through() -> None:
    passed: list[bytes] = []
    wanted = [message("rerun_script"), message("stop_script"), message("app_heartbeat"), message("", "deferred_file")]
    others = [message(kind) for kind in ("load_git_info", "clear_cache", "set_run_on_save", "debug_shutdown_runtime")]
    others += [message("", "install_skills"), message("", "dismiss_skills_nudge"), b""]
    coming = iter([*others, *wanted, *others, b"\xff garbage"])

    async def receive() -> dict[str, Any]:
        packed = next(coming, None)
        return {"type": "websocket.disconnect"} if packed is None else {"type": "websocket.receive", "bytes": packed}

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (got := await receive())["type"] == "websocket.receive":
            passed.append(got["bytes"])

    async def send(_message: Any) -> None:
        """Nobody listens."""

    loops.run(WebSocketFilter(app, Path("/there/main.py"))({"type": "websocket"}, receive, send))
    # What is no message at all is left to Streamlit, which hangs up.
    assert passed == [*wanted, b"\xff garbage"]


@pytest.mark.parametrize(("said", "filtered"), [("", True), ("no", False)])
def test_one_setting_leaves_all_messages_as_they_are(
    monkeypatch: pytest.MonkeyPatch, said: str, filtered: bool
) -> None:
    monkeypatch.setenv("MONITOR_FILTER_MESSAGES", said)
    forget()
    assert any("WebSocketFilter" in repr(one) for one in server_app.middleware()) is filtered
    forget()


def test_a_reader_cannot_ask_for_what_is_on_this_machine(server: Running) -> None:
    """What Streamlit offers who develops: the repository, a cache to clear, files to be written, a server to stop."""
    with Client(server) as reader:
        reader.run("map")
        for kind in ("load_git_info", "clear_cache", "set_run_on_save", "debug_shutdown_runtime"):
            asked = BackMsg()
            setattr(asked, kind, True)
            reader.send(asked)
        for operation in ("install_skills", "dismiss_skills_nudge"):
            asked = BackMsg()
            asked.backend_operation_request.request_id = operation
            asked.backend_operation_request.session_id = reader.session
            getattr(asked.backend_operation_request, operation).SetInParent()
            reader.send(asked)
        del reader.kinds[:]
        assert "Average caseload" in reader.run("map", metric="Average caseload")
    assert set(reader.kinds) <= {
        "new_session",
        "session_status_changed",
        "session_event",
        "delta",
        "ref_hash",
        "navigation",
        "page_config_changed",
        "page_info_changed",
        "logo",
        "script_finished",
        "auto_rerun",
    }


def test_a_refused_websocket_learns_nothing_either(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, Client(server, origin="https://evil.example"):
        pass
    nobody_learns(refused.value.response.body or b"")
