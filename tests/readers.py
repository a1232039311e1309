"""A server of the real figures and readers in real Chromium, who never leave the server and hear no complaint.

Fixtures for tests of several folders, by way of tests/conftest.py: one browser and one server a session.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests import operator_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket

ROOT = Path(__file__).resolve().parents[1]
# Streamlit asks for these beside a deep link before it asks at the root.
STREAMLITS_OWN = re.compile(r"/_stcore/(host-config|health)$")
Visit = Callable[..., "Page"]
# Only this machine's names resolve. (A route that ends all other requests would do it too, but a browser with routes
# caches nothing: every page would load and compile Streamlit again.)
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
# All tabs of a reader share one process, which compiles Streamlit's scripts once: opening a page costs half as much.
ONE_PROCESS = "--process-per-site"
# For a page on a busy machine: in seconds, and never needed where nothing is wrong.
PATIENCE = 60
LISTEN = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(
        [event.violatedDirective, event.blockedURI, event.sourceFile, event.sample].join(' ')), true);
"""


@contextmanager
def serve(
    database: Path,
    script: str = "streamlit_app.py",
    *options: str,
    log: int | IO[bytes] = subprocess.DEVNULL,
    **environment: str,
) -> Iterator[str]:
    """The address of a dashboard on a free port, over a database, in a process of its own; with settings besides."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}", "--server.address=127.0.0.1"]
    # Pages run when a test opens them; the warm-up is off.
    settings = {**os.environ, "MONITOR_DATABASE": str(database), "MONITOR_WARM": "no", **environment}
    process = subprocess.Popen([*command, *options], cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 3 * PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.05)  # until the port is open there is nothing to wait on
        else:
            return
    raise TimeoutError("The dashboard did not start.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, or Playwright's own; no host but this machine answers it."""
    from playwright.sync_api import Error, expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1_000)
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    playwright = sync_playwright()
    try:
        started = playwright.start()
    except Exception as error:  # noqa: BLE001 - it raises no class of its own
        pytest.skip(f"Playwright does not start ({error}): `make test` installs what it needs where it may.")
    try:
        try:
            launched = started.chromium.launch(executable_path=path, args=["--no-sandbox", NOWHERE_ELSE, ONE_PROCESS])
        except Error:
            pytest.skip("Chromium is not installed: `make test` installs it where it may.")
        with launched:
            yield launched
    finally:
        started.stop()


@pytest.fixture(scope="session")
def live(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file the server reads: a copy, which a test may replace and must put back."""
    copy = tmp_path_factory.mktemp("served") / "monitor.duckdb"
    shutil.copyfile(database_path, copy)
    return copy


@pytest.fixture(scope="session")
def server(browser: Browser, live: Path) -> Iterator[str]:
    """One server for all journeys."""
    with serve(live) as address:
        yield address


@pytest.fixture(scope="session")
def filled(browser: Browser, database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose register of directors and commitments are not empty, so that all pictures are drawn."""
    with serve(operator_files.database(database_path, tmp_path_factory.mktemp("kept"))) as address:
        yield address


def until(page: Page, expression: str, argument: object = None) -> None:
    """Wait until an expression holds. Playwright's own way evaluates text in the page, which our policy refuses."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(100)


def new_reader(browser: Browser) -> BrowserContext:
    """A browser with nothing stored, whose pages tell what the policy refused, in `window.violations`."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1_000)
    context.add_init_script(LISTEN)
    return context


class Empty(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """One reader for most journeys: what does not change is fetched and compiled once.

    An empty tab of this machine stays open, since the process of its tabs ends with the last of them.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as empty:
        threading.Thread(target=empty.serve_forever, daemon=True).start()
        context = new_reader(browser)
        context.new_page().goto(f"http://127.0.0.1:{empty.server_port}")
        yield context
        context.close()
        empty.shutdown()


@pytest.fixture
def visit(browser: Browser, reader: BrowserContext, server: str) -> Iterator[Visit]:
    """`visit("/council?la=Leeds")` opens an address in a new tab; `fresh=True` in the browser of another reader.

    When the test ends, no page may have asked another host for anything, done what the policy refuses, or written an
    error to the console.
    """
    pages: list[Page] = []
    others: list[BrowserContext] = []
    strangers: list[str] = []
    complaints: list[str] = []
    ours = re.compile(rf"(http|ws){re.escape(server.removeprefix('http'))}/|data:|blob:")

    def note_complaint(message: ConsoleMessage) -> None:
        if message.type == "error" and not STREAMLITS_OWN.search(message.location.get("url", "")):
            complaints.append(f"{message.text} {message.location}")

    def note_stranger(request: Request | WebSocket) -> None:
        if not ours.match(request.url):
            strangers.append(request.url)

    def open_at(path: str, *, width: int = 1280, height: int = 900, fresh: bool = False) -> Page:
        if fresh:
            others.append(new_reader(browser))
        page = (others[-1] if fresh else reader).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", note_complaint)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note_stranger)
        page.on("websocket", note_stranger)
        page.goto(f"{server}{path}")
        page.locator(".sentence").first.wait_for()
        # Drawn to its end, and its script there: until then links are ordinary ones.
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        until(page, "window.monitorPage")
        return page

    yield open_at
    refused = [violation for page in pages if not page.is_closed() for violation in page.evaluate("window.violations")]
    for page in pages:
        page.close()
    for other in others:
        other.close()
    assert strangers == []
    assert refused == []
    assert complaints == []
