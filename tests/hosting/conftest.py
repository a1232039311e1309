"""Servers over the real figures: one as it is run, and one with faults."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.client import Client
from tests.hosting.helpers import OURS, SECRET, app_over, copied
from tests.hosting.running import Running, free_port, running

collect_ignore = ["failing_app.py"]  # a script, which a server runs


@pytest.fixture(scope="session")
def live(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file the servers read: a copy, which a test may replace and must put back."""
    copy = tmp_path_factory.mktemp("hosted") / "monitor.duckdb"
    shutil.copyfile(database_path, copy)
    return copy


@pytest.fixture(scope="session")
def server(live: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product, with three places, a port for metrics, and two names."""
    log = tmp_path_factory.mktemp("log") / "server.log"
    with running(
        live,
        log,
        MONITOR_SESSIONS="3",
        MONITOR_RETRY_SECONDS="7",
        MONITOR_METRICS_PORT=str(free_port()),
        MONITOR_CONTACT="figures@example.gov.uk",
        MONITOR_WARM="yes",
        MONITOR_HOSTS=f"localhost 127.0.0.1 {OURS}",
    ) as found:
        found.wait_for("ready")
        yield found


@pytest.fixture(scope="session")
def failing(live: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product with faults (failing_app.py)."""
    log, port = tmp_path_factory.mktemp("log") / "failing.log", str(free_port())
    with running(
        live, log, "tests/hosting/failing_app.py", SECRET_OF_THE_TEST=SECRET, MONITOR_METRICS_PORT=port
    ) as found:
        yield found


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database, for what hangs on no figure."""
    return copied(tmp_path_factory.mktemp("few") / "monitor.duckdb", "2026-01-01-aaaaaaaa")


@pytest.fixture
def app(few: Path) -> Iterator[Client]:
    """What stands before Streamlit, in this process, over few figures; what is Streamlit's own is not there."""
    with app_over(few) as client:
        yield client
