"""Two replicas behind nginx, for the drills that share them; each finds both there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.helpers import SETTINGS
from tests.drills.replicas import Replicas, behind_nginx


@pytest.fixture(scope="session")
def published(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that both replicas read: a copy, which a drill may replace and must put back."""
    copy = tmp_path_factory.mktemp("replicas") / "monitor.duckdb"
    shutil.copyfile(database_path, copy)
    return copy


@pytest.fixture(scope="session")
def both(published: Path) -> Iterator[Replicas]:
    """Two replicas behind nginx, once a session."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed: `make test` installs it where it may.")
    with behind_nginx(published, **SETTINGS) as found:
        yield found


@pytest.fixture
def replicas(both: Replicas) -> Replicas:
    """Both are there, whatever the drill before did to them."""
    both.whole()
    return both
