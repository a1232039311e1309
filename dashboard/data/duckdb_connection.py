"""The database file opened to be read, and shut off from everything else: other files, the network, other settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

READER: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",
    "threads": "2",
    # In milliseconds, of one statement; reading the largest table takes a fifth of a second.
    "max_execution_time": "60000",
    # What does not fit into memory is an error, and no file.
    "temp_directory": "",
    "max_temp_directory_size": "0B",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    # A name in a statement is never a variable of ours.
    "python_enable_replacements": "false",
}


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees the tables of one file and nothing besides; raises duckdb.Error or OSError.

    The file is attached to an empty database, and only then is the world shut out. Opened by itself it could be shut
    out from the start; but whoever opens the same path again, while somebody in this process still reads, is then
    given the file that was there before (DuckDB keeps one instance a path), and a new version would not be seen.
    """
    path.stat()  # DuckDB would create a database that is not there
    with duckdb.connect(":memory:", config=READER) as connection:
        connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS monitor (READ_ONLY)")
        connection.execute("USE monitor; SET enable_external_access = false; SET lock_configuration = true")
        yield connection


def identity(path: Path) -> tuple[str, datetime]:
    """The data version that a file holds, and when it was built (UTC); raises duckdb.Error or OSError."""
    with opened(path) as connection:
        found = connection.execute("SELECT data_version, built_at FROM build").fetchall()
    if len(found) != 1:
        raise duckdb.InvalidInputException("The table build has not one row.")
    version, built_at = found[0]
    return str(version), built_at
