#!/usr/bin/env bash
# A gap that is rounded, or clipped at zero, can be -0.0; adding 0.0 is the usual way to lose the sign before it is printed.
#
# One would guess: -0.0 + 0.0 is 0.0 (IEEE 754), in Polars as in NumPy and DuckDB, and an expression means the same however
#   its plan is optimised.
# What happens: Polars leaves a column as it is when 0.0 is added, so that -0.0 stays and a CSV file says -0.0. With the
#   optimiser off the same expression gives 0.0.
# Versions: Polars 2.1.0, NumPy 2.4.6, DuckDB 2.0.1, Python 3.11 to 3.13.
#
# Ends with status 0 while that is so, and 1 once it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check polars==2.1.0 numpy==2.4.6 duckdb==2.0.1
cat > "$work/ask.py" <<'PY'
import math
import sys

import duckdb
import numpy
import polars as pl


def sign(value: float) -> float:
    return math.copysign(1, value)


gaps = pl.DataFrame({"gap": [-0.04, 2.5]}).select(pl.col("gap").round(1))
added = pl.col("gap") + 0.0
eager, series = gaps.select(added)["gap"], gaps["gap"] + 0.0
plain = gaps.lazy().select(added).collect(optimizations=pl.QueryOptFlags.none())["gap"]
others = numpy.array([-0.0]) + 0.0, duckdb.sql("SELECT x + 0.0 FROM (VALUES (-0.0::DOUBLE)) t(x)").fetchall()[0]
print("Polars", eager[0], "a series", series[0], "without the optimiser", plain[0], "others", others)
print(gaps.select(added).write_csv())
same = sign(eager[0]) == sign(series[0]) == -1 and sign(plain[0]) == sign(others[0][0]) == sign(others[1][0]) == 1
sys.exit(not same)
PY
"$work/venv/bin/python" "$work/ask.py"
