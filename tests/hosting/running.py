"""A server in a process of its own with its log, asked over HTTP and by a client that speaks Streamlit's protocol."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

ROOT = Path(__file__).resolve().parents[2]
# How the address of a file of a machine begins.
LOCAL = Path("/").as_uri()
START_SECONDS, ANSWER_SECONDS = 90, 60


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    environment: dict[str, str]
    """The settings it was given."""

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    def ask(self, path: str, method: str = "GET", **headers: str) -> Got:
        """Ask by HTTP; `if_none_match="..."` is the header If-None-Match. Paths are sent as they are written."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def lines(self) -> list[dict[str, Any]]:
        """The log, of which every line must be JSON."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def count(self, event: str) -> int:
        """How many lines of the log are of this event."""
        return sum(line["event"] == event for line in self.lines())

    def sample(self, name: str) -> float:
        """A number of its metrics."""
        port = int(self.environment["MONITOR_METRICS_PORT"])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode("utf-8")
        connection.close()
        (found,) = re.findall(rf"^{name} (\S+)$", text, re.MULTILINE)
        return float(found)

    def wait_for(self, event: str, **said: Any) -> dict[str, Any]:
        """The first line of an event that says this; waited for a little."""
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            for line in self.lines():
                if line["event"] == event and said.items() <= line.items():
                    return line
            time.sleep(0.05)
        raise AssertionError(f"No {event} {said} in the log:\n{self.log.read_text('utf-8')}")


@dataclass
class Client:
    """A reader's half of the protocol; keeps every byte it hears."""

    running: Running
    origin: str | None = None
    """Of the page that asks; by itself that of the server."""
    headers: dict[str, str] = field(default_factory=dict)
    heard: bytearray = field(default_factory=bytearray)
    kinds: list[str] = field(default_factory=list)
    """Of the messages that were heard."""
    messages: list[ForwardMsg] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """Of fields and buttons by their labels."""
    downloads: dict[str, str] = field(default_factory=dict)
    """Of each button, by its label, what asks for its file."""
    chosen: dict[str, WidgetState] = field(default_factory=dict)
    session: str = ""

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.connection: ClientConnection = opening.enter_context(
                connect(
                    f"ws://{self.running.host}/_stcore/stream",
                    subprotocols=[Subprotocol("streamlit")],
                    origin=Origin(self.origin or f"http://{self.running.host}"),
                    additional_headers=self.headers,
                    open_timeout=ANSWER_SECONDS,
                    max_size=None,
                )
            )
            self._closing = opening.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._closing.close()

    def send(self, message: BackMsg | bytes) -> None:
        """Send a message, or bytes that are none."""
        self.connection.send(message if isinstance(message, bytes) else message.SerializeToString())

    def run(self, page: str = "", **query: str) -> str:
        """One run of a page: all text it was sent."""
        asked = BackMsg()
        asked.rerun_script.page_name, asked.rerun_script.query_string = page, urlencode(query)
        asked.rerun_script.widget_states.widgets.extend(self.chosen.values())
        self.send(asked)
        start = len(self.heard)
        self.until("script_finished")
        return self.heard[start:].decode("utf-8", "replace")

    def choose(self, label: str, option: str) -> None:
        """Choose in a selectbox or type into a field, for the next run."""
        self.chosen[label] = WidgetState(id=self.ids[label], string_value=option)

    def press(self, label: str) -> None:
        """Press a button, for the next run."""
        self.chosen[label] = WidgetState(id=self.ids[label], trigger_value=True)

    def until(self, kind: str) -> ForwardMsg:
        """Listen up to a message of this kind."""
        while True:
            packed = self.connection.recv(ANSWER_SECONDS, decode=False)
            self.heard += packed
            message: ForwardMsg = ForwardMsg.FromString(packed)
            self.messages.append(message)
            self.kinds.append(message.WhichOneof("type") or "")
            if self.kinds[-1] == "new_session":
                self.session = message.new_session.initialize.session_id
            drawn = message.delta.new_element
            kind_of_it = drawn.WhichOneof("type")
            if kind_of_it in ("selectbox", "text_input", "button"):
                one = getattr(drawn, kind_of_it)
                self.ids[one.label] = one.id
            elif kind_of_it == "download_button":
                self.downloads[drawn.download_button.label] = drawn.download_button.deferred_file_id
            if self.kinds[-1] == kind:
                return message


@contextmanager
def running(database: Path | str, log: Path, script: str = "streamlit_app.py", **environment: str) -> Iterator[Running]:
    """A server over a database, with the product's own configuration and these settings besides.

    It is at STREAMLIT_SERVER_PORT if that is among them, else at a free one.
    """
    port = int(environment.get("STREAMLIT_SERVER_PORT", 0)) or free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    given = {"MONITOR_DATABASE": str(database), "MONITOR_LOG_FORMAT": "json", "MONITOR_WARM": "no"}
    path = {"PYTHONPATH": str(ROOT)}
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **path, **given, **environment}, stdout=said, stderr=said
        )
        try:
            found = Running(process, port, log, {**given, **environment})
            _wait(found)
            yield found
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(started: Running) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and started.process.poll() is None:
        try:
            if started.ask("/livez").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"The server did not start:\n{started.log.read_text('utf-8')}")
