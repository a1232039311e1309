"""A reader without a browser: speaks Streamlit's protocol over a real WebSocket and keeps what a browser would keep."""

from __future__ import annotations

import re
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Selectbox_pb2 import Selectbox
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from bench.server import Server

ANSWER_SECONDS = 30
SENTENCE = re.compile(r'<p class="sentence"[^>]*>(.*?)</p>', re.DOTALL)


@dataclass(frozen=True)
class Rerun:
    """What one run of the page cost and said."""

    seconds: float
    """From sending the choice to the last message."""
    sent: int
    """Bytes of messages."""
    wire: int
    """Bytes on the wire, where messages are compressed."""
    words: str
    """Headings and generated sentences."""


class Counted(socket.socket):
    """A socket that counts what it receives."""

    received = 0

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        chunk = super().recv(size, flags)
        self.received += len(chunk)
        return chunk


class Reader:
    """One session on one page."""

    def __init__(self, server: Server, page: str = "", **query: str) -> None:
        self.page, self.query = page, query
        self.chosen: dict[str, WidgetState] = {}
        self.selectboxes: dict[str, Selectbox] = {}
        self.kept: set[str] = set()
        self._server = server
        self._socket = Counted()

    def __enter__(self) -> Self:
        host, port = self._server.address.split(":")
        self._socket.connect((host, int(port)))
        with ExitStack() as opening:
            self._connection = opening.enter_context(
                connect(
                    f"ws://{self._server.address}/_stcore/stream",
                    sock=self._socket,
                    subprotocols=[Subprotocol("streamlit")],
                    origin=Origin(self._server.url),
                    max_size=None,
                )
            )
            self.words = self.run().words
            self._closing = opening.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._closing.close()

    def options(self, label: str) -> list[str]:
        """What a selectbox offers."""
        return list(self.selectboxes[label].options)

    def choose(self, label: str, option: str) -> Rerun:
        """Choose in a selectbox as a reader does; raises RuntimeError when the page says nothing else then."""
        box = self.selectboxes[label]
        self.chosen[box.id] = WidgetState(id=box.id, string_value=option)
        if box.query_param_key:
            self.query[box.query_param_key] = option
        rerun = self.run()
        if rerun.words == self.words:
            raise RuntimeError(f"{label} {option!r} changed nothing on page {self.page!r}: {self.words}")
        self.words = rerun.words
        return rerun

    def run(self) -> Rerun:
        """One run of the page as all choices stand."""
        asked = BackMsg()
        state = asked.rerun_script
        state.page_name, state.query_string = self.page, urlencode(self.query)
        state.widget_states.widgets.extend(self.chosen.values())
        state.cached_message_hashes.extend(self.kept)
        words: list[str] = []
        kept: set[str] = set()
        sent, wire = 0, self._socket.received
        start = time.perf_counter()
        self._connection.send(asked.SerializeToString())
        while True:
            packed = self._connection.recv(ANSWER_SECONDS, decode=False)
            sent += len(packed)
            message = ForwardMsg.FromString(packed)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                kept.add(message.ref_hash)
            elif message.metadata.cacheable:
                kept.add(message.hash)
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                words += self._read(message.delta.new_element)
            if kind == "script_finished":
                break
        seconds = time.perf_counter() - start
        self.kept = kept
        return Rerun(seconds, sent, self._socket.received - wire, " ".join(filter(None, words)))

    def _read(self, element: Element) -> list[str]:
        if element.WhichOneof("type") == "exception":
            raise RuntimeError(f"Page {self.page!r} failed: {element.exception.message}")
        if element.WhichOneof("type") == "selectbox":
            self.selectboxes[element.selectbox.label] = element.selectbox
        return [element.heading.body, *SENTENCE.findall(element.html.body)]
