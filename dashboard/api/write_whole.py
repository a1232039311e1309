"""A program of its own: runs the SQL it reads from standard input. `whole.py` starts it.

DuckDB fills the gaps of its blocks with whatever lay in memory. In a process that holds nothing but the published
tables, and whose allocator hands out zeros, there is nothing in those gaps, and equal tables give equal bytes.
"""

import sys

import duckdb

with duckdb.connect(":memory:", config={"threads": 1}) as connection:
    connection.execute(sys.stdin.read())
