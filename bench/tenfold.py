"""A database with ten times the observations, to see what a rerun costs then: synthetic, for measuring.

Every metric stands in it ten times. The copies are marked as published for England alone, so that no menu offers them
and the pages stay as they are: what grows is what has to be looked through.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

COPIES = 9
# What has a row a figure, or a row a metric.
GROWING = ("observation", "standing", "change", "trend", "quarter_cut")


def database(real: Path, to: Path) -> Path:
    """Write it; the keys are left out, which a reader does not ask for."""
    with duckdb.connect(str(to)) as connection:
        connection.execute(f"ATTACH '{real}' AS real (READ_ONLY)")
        names = [row[0] for row in connection.execute("SHOW TABLES FROM real").fetchall()]
        for name in names:
            connection.execute(f'CREATE TABLE "{name}" AS FROM real."{name}"')
        copies = f"(SELECT unnest(range(1, {COPIES + 1})) AS copy)"
        for name in GROWING:
            connection.execute(
                f"""INSERT INTO "{name}"
                SELECT * EXCLUDE (copy) REPLACE ('synthetic_' || copy || metric_id AS metric_id)
                FROM real."{name}", {copies}"""
            )
        connection.execute(
            f"""INSERT INTO metric SELECT * EXCLUDE (copy) REPLACE (
                'synthetic_' || copy || metric_id AS metric_id, 'Synthetic ' || copy || ' ' || title AS title,
                position + 1000 * copy AS position, true AS england_only)
            FROM real.metric, {copies}"""
        )
    return to
