"""Small databases, for tests in which the file under the API changes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from tests.dashboard import small
from tests.dashboard.small import Figure


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
