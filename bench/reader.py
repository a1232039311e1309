"""A reader without a browser: speaks Streamlit's protocol over a real WebSocket and keeps what a browser would keep."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from websockets.sync.client import connect
from websockets.typing import Origin

from bench.server import Server
from bench.tab import PROTOCOL, STREAM, Tab

ANSWER_SECONDS = 30


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
        self.tab = Tab(page, query)
        self._server = server
        self._socket = Counted()

    def __enter__(self) -> Self:
        host, port = self._server.address.split(":")
        self._socket.connect((host, int(port)))
        with ExitStack() as opening:
            self._connection = opening.enter_context(
                connect(
                    f"ws://{self._server.address}{STREAM}",
                    sock=self._socket,
                    subprotocols=[PROTOCOL],
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
        return self.tab.options(label)

    def choose(self, label: str, option: str) -> Rerun:
        """Choose in a selectbox as a reader does; raises RuntimeError when the page says nothing else then."""
        self.tab.choose(label, option)
        rerun = self.run()
        if rerun.words == self.words:
            raise RuntimeError(f"{label} {option!r} changed nothing on page {self.tab.page!r}: {self.words}")
        self.words = rerun.words
        return rerun

    def run(self) -> Rerun:
        """One run of the page as all choices stand; raises RuntimeError when it fails."""
        asked = self.tab.asks()
        sent, wire, done = 0, self._socket.received, False
        start = time.perf_counter()
        self._connection.send(asked)
        while not done:
            packed = self._connection.recv(ANSWER_SECONDS, decode=False)
            sent += len(packed)
            done = self.tab.hears(packed)
        seconds = time.perf_counter() - start
        if self.tab.failed:
            raise RuntimeError(f"Page {self.tab.page!r} failed: {self.tab.failed}")
        return Rerun(seconds, sent, self._socket.received - wire, " ".join(filter(None, self.tab.said)))
