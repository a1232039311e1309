"""The real database as the API reads it, once a session; and small ones, for tests in which the file changes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from dashboard import database
from dashboard.database import Store, store
from tests.dashboard import small
from tests.dashboard.small import Figure


@contextmanager
def serving(path: Path) -> Iterator[Store]:
    """The API reads this database, and keeps what was read and made of it from one module to the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "Store", store_of)
        patch.setenv("MONITOR_DATABASE", str(path))
        store.cache_clear()
        yield store()
    store.cache_clear()


@cache
def store_of(path: Path) -> Store:
    """What reads a file that nobody changes."""
    return Store(path)


def write(path: Path, version: str, value: float = 1.0) -> None:
    """A small database of one version, all of whose councils have one value."""
    path.unlink(missing_ok=True)
    path.write_bytes(_content(version, value))


@cache
def _content(version: str, value: float) -> bytes:
    figures = [Figure("waits", council, value) for council in small.COUNCILS]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.duckdb"
        small.write(path, metrics=[small.metric()], figures=figures, version=version)
        return path.read_bytes()
