"""What every test may ask for: the real database, built once a session, and the published files where they are."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import configuration, settings

from etl import build
from tests.readers import browser, live, reader, server, visit, watched

__all__ = ["browser", "live", "reader", "server", "visit", "watched"]
# What builds leave in data/, beside what is committed.
NOT_COMMITTED = shutil.ignore_patterns(f"{build.DATABASE}*", "versions", "*.lock", "*.draft")
PUBLISHED = build.DATA.parent.parent / "shared" / "data" / "published"

# The same examples in every run, and nothing written beside the code.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis-of-child-protection-monitor")
settings.register_profile("suite", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def database_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database the production build makes of the committed releases, in a copy of data/ that nobody else uses.

    Its folder is a whole data folder. Read it; a test that changes anything takes a copy.
    """
    data = tmp_path_factory.mktemp("monitor") / "data"
    shutil.copytree(build.DATA, data, ignore=NOT_COMMITTED)
    return build.build(data).path


@pytest.fixture(scope="session")
def database(database_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the real database."""
    with duckdb.connect(str(database_path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of published files, as downloaded."""
    if not PUBLISHED.is_dir():
        pytest.skip("The published files are not here: they are kept beside the repository, in ../shared/data.")
    return PUBLISHED
