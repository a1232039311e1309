"""What tests of hosting share: names and secrets, small databases, and what a server says of itself."""

from __future__ import annotations

import http.client
import logging
import re
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb
import pytest
from starlette.applications import Starlette

from dashboard.data.versions import Store, store
from dashboard.ops.settings import settings
from dashboard.server import app
from tests.api.client import Client
from tests.dashboard import small
from tests.hosting.running import ROOT, Got, Running

SECRET = "hush-8f1c-nobody-reads-this"
OURS = "dashboard.example.gov.uk"
PAGES = sorted(path.stem for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py"))
# What a proxy answers in the place of a file.
SIGN_IN = b"<!doctype html><title>Sign in</title>" + b"<p>Please sign in.</p>" * 2000

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*)\})? (-?[0-9.e+-]+|\+Inf|NaN)')
SUFFIXES = {
    "counter": ("_total",), "gauge": ("",), "info": ("_info",), "histogram": ("_bucket", "_count", "_sum"),
}  # fmt: skip
Samples = dict[tuple[str, str], float]


def forget() -> None:
    """Have settings, and what hangs on them, read anew."""
    for one in (settings, app.health, app.capacity, app.page_routes, app.remote, store):
        one.cache_clear()


@contextmanager
def app_over(database: Path) -> Iterator[Client]:
    """What stands before Streamlit, in this process, over a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_DATABASE", str(database))
        forget()
        app.health().warm.set()
        yield Client(Starlette(routes=app.routes(), middleware=app.middleware()))
    forget()


def copied(path: Path, version: str) -> Path:
    """A small database of one version."""
    path.unlink(missing_ok=True)
    path.write_bytes(_content(version))
    return path


def written(path: Path, version: str, hours: float = 1) -> Path:
    """A small database of one version, built so long ago."""
    copied(path, version)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "UPDATE build SET built_at = ?", [datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours)]
        )
    return path


@cache
def _content(version: str) -> bytes:
    figures = [small.Figure("waits", council, 1.0) for council in small.COUNCILS]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.duckdb"
        small.write(path, metrics=[small.metric()], figures=figures, version=version)
        return path.read_bytes()


@contextmanager
def log_put_back() -> Iterator[None]:
    """Whatever is set up meanwhile, the log of this process goes where it went before."""
    root, showing = logging.getLogger(), warnings.showwarning
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)
        warnings.showwarning = showing


def files(store: Store) -> list[str]:
    """All that lies in the folder of what a server reads."""
    folder = store.path.parent
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def readyz(server: Running, status: int, words: str = "") -> Got:
    """What /readyz says once it says this; for half a second it may say what it said before."""
    for _ in range(600):
        got = server.ask("/readyz")
        if got.status == status and words in got.text:
            return got
        time.sleep(0.1)
    raise AssertionError(got)


def empty(server: Running) -> None:
    """Waits until all who were there are gone."""
    end = time.monotonic() + 60
    while server.sample("monitor_sessions") > 0:
        assert time.monotonic() < end
        time.sleep(0.1)


def read(text: str) -> Samples:
    """Samples by name and labels, as a strict reader takes them: families whole and once, ended by # EOF."""
    assert text.endswith("\n# EOF\n")
    found: Samples = {}
    families: dict[str, str] = {}
    family, described = "", set[str]()
    for line in text.splitlines()[:-1]:
        if line.startswith("# "):
            _, what, name, said = line.split(" ", 3)
            if name != family:
                assert name not in described
                described.add(name)
                family = name
            if what == "TYPE":
                assert name not in families
                families[name] = said
            elif what == "UNIT":
                assert name.endswith(f"_{said}")
            else:
                assert what == "HELP"
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample[1] in [family + suffix for suffix in SUFFIXES[families[family]]], line
        assert (sample[1], sample[2] or "") not in found
        found[sample[1], sample[2] or ""] = float(sample[3])
    return found


def ask_metrics(port: int, path: str = "/metrics") -> tuple[int, str, str]:
    """Status, kind and text of an answer at the port of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    got = connection.getresponse()
    answer = got.status, got.headers["Content-Type"], got.read().decode("utf-8")
    connection.close()
    return answer
