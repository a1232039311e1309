"""What no browser sends: other methods, headers and messages without end, garbage, one byte at a time, many at once."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from tests.hosting.running import Client, Running
from tests.security.conftest import Names
from tests.security.helpers import handshake
from tests.security.line import frame, memory_mb, raw

METHODS = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G" * 500)
ADDRESSES = (
    "/",
    "/map",
    "/static/js/x.js",
    "/assets/x.css",
    "/api/v1/areas",
    "/briefings/383.pdf",
    "/media/x",
    "/livez",
    "/readyz",
)
# Beside the twelve places of the server.
PLACES, SECONDS, QUESTIONS = 12, 10, 100


def answers(server: Running) -> None:
    """Whatever was done to it, the next reader is answered."""
    assert server.ask("/livez").status == 200
    assert server.ask("/").status == 200
    assert server.process.poll() is None


@pytest.mark.parametrize("method", METHODS)
def test_only_what_reads_is_answered(server: Running, method: str) -> None:
    for path in ADDRESSES:
        try:
            got = server.ask(path, method, content_length="0")
        except http.client.HTTPException:
            continue  # hung up on
        allowed = (200, 204) if method == "OPTIONS" else ()
        assert got.status in (400, 404, 405, 501, *allowed), (method, path)
        assert b"content-length: 0" not in got.body  # what was sent is not sent back
    answers(server)


def test_a_body_that_nobody_asked_for_is_not_kept(server: Running) -> None:
    before = memory_mb(server)
    megabyte = bytes(1_000_000)
    for path in ("/", "/api/v1/areas", "/nothing"):
        with socket.create_connection(("127.0.0.1", server.port), SECONDS) as line, contextlib.suppress(OSError):
            line.sendall(f"POST {path} HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: 100000000\r\n\r\n".encode())
            for _ in range(100):
                line.sendall(megabyte)
    assert memory_mb(server) - before < 40
    answers(server)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 50_000 + b"\r\n",
        b"GET /?" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA\rB: c\r\n\r\n", b"GET / HTTP/one\r\nHost: localhost\r\n\r\n",
        b"GET\x00/ HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        bytes(range(256)) * 40, b"\r\n" * 1000 + b"quit\r\n\r\n",
    ],
    ids=["long header", "many headers", "long address", "two lengths", "length and chunks", "odd chunks",
         "nought in a header", "space after a name", "bare return", "no such version", "nought in the request",
         "tls", "http/2", "noise", "blank lines"],
)  # fmt: skip
def test_a_request_that_is_none_is_refused_in_few_words(server: Running, sent: bytes) -> None:
    said = raw(server, sent)
    assert not said or said.split(b" ", 2)[1] in (b"400", b"404", b"405", b"413", b"414", b"421", b"431", b"505"), said[
        :200
    ]
    assert len(said) < 5_000
    for word in (b"Traceback", b"site-packages", b".py", b"h11"):
        assert word not in said
    answers(server)


def test_no_answer_says_what_it_is_answered_by(server: Running) -> None:
    """A version is half of an attack."""
    for path in ("/", "/nothing", "/api/v1/areas?limit=1", "/media/x", "/_stcore/health", "/livez"):
        said = server.ask(path).headers
        assert "x-powered-by" not in said
        assert said.get("server", "uvicorn") == "uvicorn"  # a name without a version
        assert not any(character.isdigit() for character in said.get("server", ""))


def joined(server: Running) -> socket.socket:
    """A line that has become a WebSocket."""
    line = socket.create_connection(("127.0.0.1", server.port), SECONDS)
    line.sendall(handshake(server.host, f"http://{server.host}"))
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += line.recv(4096)
    assert heard.startswith(b"HTTP/1.1 101"), heard
    return line


def hung_up(line: socket.socket) -> bool:
    """Whether the server ends the conversation, be it with a word of farewell (a frame of kind 8)."""
    with contextlib.suppress(ConnectionResetError):
        heard = line.recv(65_536)
        return not heard or heard.startswith(b"\x88")
    return True


@pytest.mark.parametrize(
    "sent",
    [
        frame(bytes(3_000_000)), frame(b"", said=2**40), frame(b"x", code=3), frame(b"x", code=11),
        frame(b"x", masked=False), frame(b"x" * 200, code=9), frame(b"x", code=9, last=False),
        frame(b"\x03", code=8), frame(b"x", code=0),
        frame(b"x", code=2, last=False) + frame(b"y", code=2), frame(b"\xff\xfe", code=1), frame(b"words", code=1),
        b"\xff" * 5_000, b"\xc2\x85" + bytes(4) + b"abcde", frame(random.Random(3).randbytes(1_000)),
    ],
    ids=["too long", "a terabyte said", "no such kind", "nor this", "not masked", "a long ping", "half a ping",
         "a bad end", "an end without a beginning", "two beginnings", "bad letters", "words", "noise",
         "packed where it may not be",
         "no message"],
)  # fmt: skip
def test_a_frame_that_is_none_ends_the_conversation_and_nothing_else(server: Running, sent: bytes) -> None:
    with contextlib.closing(joined(server)) as line:
        with contextlib.suppress(OSError):
            line.sendall(sent)
        assert hung_up(line)
    answers(server)


def test_a_message_that_never_ends_is_cut_off(server: Running) -> None:
    before = memory_mb(server)
    with contextlib.closing(joined(server)) as line, contextlib.suppress(OSError):
        line.sendall(frame(bytes(1_000_000), last=False))
        for _ in range(200):
            line.sendall(frame(bytes(1_000_000), code=0, last=False))
        pytest.fail("200 MB of one message were taken")
    assert memory_mb(server) - before < 60
    answers(server)


ODD = {
    "string_value": "x" * 1000, "int_value": 2**62, "double_value": float("nan"), "trigger_value": True,
    "json_value": "[" * 1000, "bytes_value": bytes(100),
}  # fmt: skip


def test_messages_that_ask_for_what_cannot_be_do_no_harm(server: Running, names: Names) -> None:
    """Widgets that are none, of kinds that do not fit, ids without end, and questions that nobody offers."""
    with Client(server) as reader:
        reader.run("map", la=names.council)
        for number in range(30):
            asked = BackMsg()
            asked.rerun_script.page_name = "map"
            asked.rerun_script.page_script_hash = "x" * number * 100
            asked.rerun_script.fragment_id = "y" * number
            for kind, value in ODD.items():
                one = asked.rerun_script.widget_states.widgets.add()
                one.id = [*reader.ids.values(), "$$ID-x-y", "\x00", "$$STREAMLIT_INTERNAL_KEY_x"][
                    number % (len(reader.ids) + 3)
                ]
                setattr(one, kind, value)
            reader.send(asked)
        for number in range(30):
            asked = BackMsg()
            operation = asked.backend_operation_request
            operation.request_id, operation.session_id = "r" * number, "s" * number
            operation.deferred_file.file_id = "../" * number + "etc/passwd"
            reader.send(asked)
        assert "Traceback" not in reader.run("council", la=names.council)
    answers(server)


def test_who_sends_a_byte_at_a_time_takes_no_place_and_keeps_nobody_out(server: Running, names: Names) -> None:
    """A question that is not finished is no reader's: places are for those whose question is. Such a line stays open as
    long as they like, and costs a file descriptor; nginx hangs up after ten seconds (deploy/nginx.conf).
    """
    with ExitStack() as open_lines:
        lines = [
            open_lines.enter_context(contextlib.closing(socket.create_connection(("127.0.0.1", server.port), SECONDS)))
            for _ in range(200)
        ]
        for letter in b"GET / HTTP/1.1\r\nHost":
            for line in lines:
                line.sendall(bytes([letter]))
        with Client(server) as reader:
            assert names.vacancies[:10] in reader.run("map")
        answers(server)


def test_many_readers_of_one_client_have_no_more_than_the_places(server: Running) -> None:
    with ExitStack() as reading:
        readers = [reading.enter_context(Client(server)) for _ in range(PLACES)]
        for _ in range(20):
            with pytest.raises(InvalidStatus) as refused, Client(server):
                pass
            assert refused.value.response.status_code == 503
            assert "retry-after" in refused.value.response.headers
        assert server.ask("/", accept="text/html").status == 503
        assert server.ask("/livez").status == 200
        assert server.ask("/api/v1/areas?limit=1").status == 200
        readers[0].run("map")
    for _ in range(50):
        with contextlib.suppress(InvalidStatus), Client(server):
            return
        time.sleep(0.1)
    pytest.fail("No place came free.")


def test_who_leaves_in_the_middle_gives_the_place_back(server: Running, names: Names) -> None:
    for _ in range(3 * PLACES):
        while True:
            with contextlib.suppress(InvalidStatus), Client(server) as reader:
                asked = BackMsg()
                asked.rerun_script.page_name = "map"
                reader.send(asked)
                reader.connection.socket.close()
                break
            time.sleep(0.05)
    time.sleep(0.5)
    with ExitStack() as reading:
        for _ in range(PLACES - 1):
            reading.enter_context(Client(server))
    answers(server)


def test_a_reader_who_asks_without_waiting_is_answered_once(server: Running, names: Names) -> None:
    """A run that nobody waits for is given up for the next: a hundred questions are a few runs."""
    with Client(server) as reader:
        reader.run("map")
        before = reader.kinds.count("new_session")
        for number in range(QUESTIONS):
            asked = BackMsg()
            asked.rerun_script.page_name, asked.rerun_script.query_string = "map", f"period={2013 + number % 12}"
            reader.send(asked)
        assert names.vacancies[:10] in reader.run("map")
        # Each run begins with such a message; one that is given up as it begins may send no end.
        with suppress(TimeoutError):
            while reader.kinds.count("script_finished") < reader.kinds.count("new_session"):
                reader.until("script_finished")
        assert reader.kinds.count("new_session") - before < QUESTIONS
    answers(server)


@pytest.fixture(autouse=True)
def _still_there(server: Running) -> Iterator[None]:
    yield
    assert server.process.poll() is None
