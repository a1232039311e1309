"""The API over the real database, and over files that are swapped under it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.database import Database, store
from tests.api.client import Client


@pytest.fixture(scope="session")
def db(database_path: Path) -> Database:
    """The real figures, read beside the server."""
    return Database(database_path)


@pytest.fixture(scope="module")
def api(database_path: Path) -> Iterator[Client]:
    """The API over the real database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_DATABASE", str(database_path))
        store.cache_clear()
        yield Client()
    store.cache_clear()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Path]:
    """Where a database may be put that the API then reads; there is none yet."""
    path = tmp_path / "data" / "monitor.duckdb"
    path.parent.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_DATABASE", str(path))
        store.cache_clear()
        yield path
    store.cache_clear()
