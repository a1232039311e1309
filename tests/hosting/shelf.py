"""A server of files on this machine, as an object store is one: with ETags, and badly in every way we know of."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATABASE, SHA256 = "/figures/monitor.duckdb", "/figures/monitor.duckdb.sha256"


@dataclass
class Asked:
    """A request as it came."""

    path: str
    tag: str | None
    """Its If-None-Match."""
    status: int = 0
    """Of the answer, where there was one."""


class Handler(BaseHTTPRequestHandler):
    """Answers with the reply of the path, else with its file."""

    protocol_version = "HTTP/1.1"
    server: Shelf

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked = Asked(self.path, self.headers["If-None-Match"])
        self.server.asked.append(self.asked)
        try:
            self.server.replies.get(path, file)(self)
        except OSError:
            self.server.hung_up += 1  # as they should, on some of these
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing to the terminal."""

    def answer(self, status: int, body: bytes = b"", **headers: str | None) -> None:
        """Send a status, headers and a body with its length; a header that is None is left out."""
        self.asked.status = status
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


Reply = Callable[[Handler], None]


class Shelf(ThreadingHTTPServer):
    """Files by their paths; `replies` come first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.replies: dict[str, Reply] = {}
        self.asked: list[Asked] = []
        self.hung_up = 0
        self.over = threading.Event()
        """Set at the end: nobody hangs any longer."""

    @property
    def url(self) -> str:
        """Of the database."""
        return f"http://127.0.0.1:{self.server_port}{DATABASE}"

    def put(self, content: bytes, line: bytes | None = None) -> None:
        """Have a database here, and its SHA-256 beside it, as `sha256sum` says it."""
        self.files[DATABASE] = content
        self.files[SHA256] = line if line is not None else sha256sum(content)

    def put_file(self, path: Path) -> None:
        """The same with a file."""
        self.put(path.read_bytes())

    def paths(self) -> list[str]:
        """What was asked for since this was last called."""
        asked, self.asked = self.asked, []
        return [one.path for one in asked]

    def handle_error(self, *_: object) -> None:
        """Connections that end early are what is being tested."""


def sha256sum(content: bytes) -> bytes:
    """The line that `sha256sum monitor.duckdb` writes."""
    return f"{hashlib.sha256(content).hexdigest()}  monitor.duckdb\n".encode()


def file(handler: Handler) -> None:
    """The file of the path, or 304 where it is the one that is known, or 404."""
    content = handler.server.files.get(handler.path.partition("?")[0])
    if content is None:
        return handler.answer(404, b"There is no such thing.")
    tag = f'"{hashlib.md5(content).hexdigest()}"'
    if handler.headers["If-None-Match"] == tag:
        return handler.answer(304, ETag=tag, Content_Length=None)
    return handler.answer(200, content, ETag=tag)


@contextmanager
def shelf() -> Iterator[Shelf]:
    """Such a server, with nothing on it yet."""
    with Shelf() as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield one
        finally:
            one.over.set()
            one.shutdown()
            thread.join()
