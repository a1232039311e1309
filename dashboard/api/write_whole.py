"""A program of its own: runs the SQL it reads from standard input, in one folder. `whole.py` starts it.

DuckDB fills the gaps of its blocks with whatever lay in memory. In a process that holds nothing but the published
tables, and whose allocator hands out zeros, there is nothing in those gaps, and equal tables give equal bytes.
"""

import sys

import duckdb

WRITER: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "temp_directory": "",
    "max_temp_directory_size": "0B",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
}
folder = sys.argv[1].replace("'", "''")
with duckdb.connect(":memory:", config=WRITER) as connection:
    # The tables come from there, and the database is written there; nothing else is reached.
    connection.execute(f"SET allowed_directories = ['{folder}']")
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    connection.execute(sys.stdin.read())
