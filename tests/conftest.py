"""What every test may ask for: the real database, built once for each state of the ETL, and the published files."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import configuration, settings

from etl.build import builder
from tests.etl.helpers import copied_data
from tests.readers import browser, filled, live, reader, server, visit

__all__ = ["browser", "filled", "live", "reader", "server", "visit"]
PUBLISHED = builder.DATA.parent.parent / "shared" / "data" / "published"

# The same examples in every run, and nothing written beside the code.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis-of-child-protection-monitor")
settings.register_profile("suite", derandomize=True, database=None, deadline=None, max_examples=25)
settings.load_profile("suite")


def _inputs() -> str:
    """A hash of all that a build depends on: committed data, the code of the ETL, and the libraries that write it."""
    digest = hashlib.sha256(f"{duckdb.__version__} {pl.__version__}".encode())
    committed = [path for path in builder.DATA.rglob("*") if path.is_file()]
    for path in sorted([*committed, *Path(builder.__file__).parents[1].rglob("*.py")]):
        if path.parent.name != "versions" and not path.name.startswith((builder.DATABASE, "build.lock")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def database_path(pytestconfig: pytest.Config) -> Path:
    """The database the production build makes of the committed releases, in a copy of data/ that nobody else uses.

    Its folder is a whole data folder. Read it; a test that changes anything takes a copy. It is kept in pytest's cache
    until an input of the build changes; of several test processes the first builds, and the others wait for it.
    """
    built = pytestconfig.cache.mkdir("databases")
    data = built / _inputs() / "data"
    with (built / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (data.parent / "whole").exists():
            for old in built.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            copied_data(data)
            builder.build(data)
            (data.parent / "whole").touch()
    return data / builder.DATABASE


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
