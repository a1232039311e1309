"""The API over the real database, and over files that are swapped under it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.data.database import Database
from dashboard.data.versions import store
from tests.api.client import Client
from tests.dashboard.helpers import serving, store_of


@pytest.fixture(scope="session")
def db(database_path: Path) -> Database:
    """The real figures, which the API reads too."""
    return store_of(database_path).current()


@pytest.fixture(scope="module")
def api(database_path: Path) -> Iterator[Client]:
    """The API over the real database."""
    with serving(database_path):
        yield Client()


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
