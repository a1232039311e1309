"""The database file opened read-only, without access to other files, the network or other settings."""

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
    # What does not fit into memory is an error; it is not written to a file.
    "temp_directory": "",
    "max_temp_directory_size": "0B",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    # Names in statements never refer to Python variables.
    "python_enable_replacements": "false",
}


@contextmanager
def open_read_only(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees the tables of one file and nothing besides; raises duckdb.Error or OSError.

    The file is attached to an empty database, and only then is all other access switched off. Opened directly, the file
    could have it off from the start; but DuckDB keeps one instance for each path: while one connection still reads, the
    next to open the same path would get the file that was there before, and never see a new version.
    """
    path.stat()  # DuckDB would create a database that is not there
    with duckdb.connect(":memory:", config=READER) as connection:
        connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS monitor (READ_ONLY)")
        connection.execute("USE monitor; SET enable_external_access = false; SET lock_configuration = true")
        yield connection


def read_identity(path: Path) -> tuple[str, datetime]:
    """The data version that a file holds, and when it was built (UTC); raises duckdb.Error or OSError."""
    with open_read_only(path) as connection:
        rows = connection.execute("SELECT data_version, built_at FROM build").fetchall()
    if len(rows) != 1:
        raise duckdb.InvalidInputException("The table build has not one row.")
    version, built_at = rows[0]
    return str(version), built_at
