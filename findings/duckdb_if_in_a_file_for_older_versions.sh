#!/usr/bin/env bash
# Analysts keep older DuckDBs for years; a figure is often shown only where its range is one number: if(low = high, low, NULL).
#
# One would guess: a file that DuckDB 2.0 writes with STORAGE_VERSION 'v1.4.0' can be used by 1.4 and 1.5, as `if(a, b, c)`
#   is SQL of theirs too, and the older format cannot hold what they do not know.
# What happens: the file opens, and its tables can be read. A view with `if` fails: "Scalar Function with name if does not
#   exist"; to a table with such a check no row can be added. The parser of 2.0 keeps `if` as a function, where that of
#   1.x makes a CASE of it. Written as CASE all of it works.
# Versions: DuckDB 2.0.1 writes; 1.4.4 and 1.5.6 read.
#
# Ends with status 0 while that is so, and 1 once it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 2.0.1 1.4.4 1.5.6; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/python" -m pip install --quiet --disable-pip-version-check "duckdb==$version"
done
cat > "$work/write.py" <<'PY'
import sys

import duckdb

with duckdb.connect() as connection:
    connection.execute(f"ATTACH '{sys.argv[1]}' AS file (STORAGE_VERSION 'v1.4.0')")
    for name, rank in (("of_if", "if(low = high, low, NULL)"), ("of_case", "CASE WHEN low = high THEN low END")):
        connection.execute(f"""
            CREATE TABLE file.{name} (low INTEGER, high INTEGER, rank INTEGER,
                CHECK (rank IS NOT DISTINCT FROM {rank}));
            INSERT INTO file.{name} VALUES (130, 131, NULL), (7, 7, 7);
            CREATE VIEW file.view_{name} AS SELECT {rank} AS rank FROM file.{name}""")
PY
cat > "$work/read.py" <<'PY'
import sys

import duckdb


def tried(sql: str) -> str:
    try:
        connection.execute(sql).fetchall()
    except duckdb.CatalogException as error:
        return str(error).splitlines()[0]
    return "works"


with duckdb.connect(sys.argv[1]) as connection:
    print(f"DuckDB {duckdb.__version__}")
    found = {}
    for name in ("of_if", "of_case"):
        for what, sql in (
            ("table", f"FROM {name}"), ("view", f"FROM view_{name}"), ("added", f"INSERT INTO {name} VALUES (1, 2, NULL)"),
        ):
            found[name, what] = tried(sql)
            print(f"  {name:8} {what:6} {found[name, what]}")
    fails = {key for key, said in found.items() if said == "Catalog Error: Scalar Function with name if does not exist!"}
    works = {key for key, said in found.items() if said == "works"}
sys.exit(fails != {("of_if", "view"), ("of_if", "added")} or len(works) != 4)
PY
"$work/2.0.1/bin/python" "$work/write.py" "$work/file.duckdb"
for version in 1.4.4 1.5.6; do
    cp "$work/file.duckdb" "$work/copy.duckdb"
    "$work/$version/bin/python" "$work/read.py" "$work/copy.duckdb"
done
